//! Lists: `filter`, `search`, `skip`, `top`, and pages of a hundred.
//!
//! Billing writes these parameters without a dollar sign.

use serde_json::{Value, json};

use super::super::arm::Visit;
use super::super::exchange::Answer;
use super::refusal::Refusal;

/// Items on a page.
const PAGE: usize = 100;

/// Answers with the part of a list that was asked for.
pub(super) fn answer(visit: &Visit<'_>, items: Vec<Value>) -> Result<Answer, Refusal> {
    let conditions = conditions(visit.call.query("filter").unwrap_or_default())?;
    let search = visit
        .call
        .query("search")
        .unwrap_or_default()
        .to_lowercase();
    let fits = |item: &Value| {
        conditions.iter().all(|(member, value)| {
            text(item, member).is_some_and(|found| found.eq_ignore_ascii_case(value))
        }) && ["displayName", "name"]
            .iter()
            .filter_map(|member| text(item, member))
            .any(|found| search.is_empty() || found.to_lowercase().contains(&search))
    };
    let items = items
        .into_iter()
        .filter(fits)
        .skip(number(visit, "skip")?.unwrap_or(0))
        .take(number(visit, "top")?.unwrap_or(usize::MAX))
        .collect();
    let (value, next) = visit.page(items, PAGE)?;
    Ok(Answer::json(
        200,
        match next {
            Some(next) => json!({"value": value, "nextLink": next}),
            None => json!({"value": value}),
        },
    ))
}

/// A text member of an item or of its properties.
fn text<'item>(item: &'item Value, member: &str) -> Option<&'item str> {
    let member = member.strip_prefix("properties/").unwrap_or(member);
    item["properties"]
        .get(member)
        .or_else(|| item.get(member))?
        .as_str()
}

/// `member eq 'value'`, joined by `and`.
fn conditions(filter: &str) -> Result<Vec<(&str, &str)>, Refusal> {
    let clauses = filter
        .split(" and ")
        .map(str::trim)
        .filter(|clause| !clause.is_empty());
    clauses
        .map(|clause| condition(clause).ok_or_else(|| unreadable("filter", clause)))
        .collect()
}

fn condition(clause: &str) -> Option<(&str, &str)> {
    let (member, value) = clause.split_once(" eq ")?;
    let value = value.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    Some((member.trim(), value))
}

fn number(visit: &Visit<'_>, name: &str) -> Result<Option<usize>, Refusal> {
    let parse = |text: &str| text.parse().map_err(|_| unreadable(name, text));
    visit.call.query(name).map(parse).transpose()
}

fn unreadable(parameter: &str, text: &str) -> Refusal {
    let text = format!("The value '{text}' of the query parameter '{parameter}' is not valid.");
    Refusal::new(400, "BadRequest", text)
}
