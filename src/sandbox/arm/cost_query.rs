//! `POST {scope}/providers/Microsoft.CostManagement/query`, at subscriptions, resource groups and management groups.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::exchange::Answer;
use super::super::tenant::{CostProfile, State, Subscription};
use super::cost_figures::figures;
use super::cost_quota::check_quota;
use super::cost_request::CostRequest;
use super::rbac::{permits, roles_at};
use super::refusal::ArmError;
use super::scope::{Kind, Scope, subscription_chain};
use super::{Outcome, Visit};

const ACTION: &str = "Microsoft.CostManagement/query/action";
/// Readers have only this one, and Cost Management lets them query.
const READ: &str = "Microsoft.CostManagement/query/read";

/// Answers a cost query.
pub(super) fn query(visit: &mut Visit<'_>) -> Outcome {
    let scope = Scope::find(
        &visit.world.state,
        &visit.caller,
        visit.parameters.get("scope"),
    )?;
    if scope.kind == Kind::Root {
        let text = "The scope '/' is not supported by the sandbox for cost queries.";
        return Err(ArmError::new(404, "NotFound", text));
    }
    check_rights(visit, &scope)?;
    let key = scope.chain.first().cloned().unwrap_or_default();
    let request = CostRequest::read(&visit.body()?, visit.call.now)?;
    let counted = check_quota(visit, &key, &request)?;
    let subscriptions = subscriptions(&visit.world.state, &scope);
    if subscriptions.is_empty() {
        let text = format!(
            "Management group '{}' does not have any valid subscriptions.",
            scope.text
        );
        return Err(ArmError::new(400, "BadRequest", text));
    }
    let only_group = match &scope.kind {
        Kind::Below { resource_group, .. } => Some(resource_group.as_str()),
        _ => None,
    };
    let today = visit.call.now.to_zoned(TimeZone::UTC).date();
    let answer = answer_query(&request, &subscriptions, &scope.text, only_group, today);
    Ok(counted.on(answer))
}

/// The answer to a query of a scope, of which it is known what bears its costs.
pub(in crate::sandbox) fn answer_query(
    request: &CostRequest,
    subscriptions: &[&Subscription],
    scope: &str,
    only_group: Option<&str>,
    today: Date,
) -> Answer {
    if subscriptions
        .iter()
        .all(|found| found.costs == CostProfile::NoContent)
    {
        return Answer::empty(204);
    }
    let rows = rows(request, subscriptions, only_group, today);
    let name = Uuid::new_v4();
    let body = json!({
        "id": format!("{}/providers/Microsoft.CostManagement/query/{name}", scope.trim_start_matches('/')),
        "name": name, "type": "Microsoft.CostManagement/query",
        "properties": {"nextLink": null, "columns": columns(request), "rows": rows},
    });
    Answer::json(200, body)
}

/// Somebody without any role is refused by ARM, before Cost Management is asked; somebody with roles that say nothing of
/// costs is refused by Cost Management, in its own words and with 401.
fn check_rights(visit: &Visit<'_>, scope: &Scope) -> Result<(), ArmError> {
    let (state, caller, now) = (&visit.world.state, &visit.caller, visit.call.now);
    if [ACTION, READ]
        .iter()
        .any(|action| permits(state, caller, action, &scope.chain, now))
    {
        return Ok(());
    }
    if roles_at(state, caller, &scope.chain, now).next().is_none() {
        return Err(ArmError::forbidden(caller, ACTION, &scope.text));
    }
    let text = format!(
        "The client does not have authorization to perform action. Request ID: {}",
        visit.call.request_id
    );
    Err(ArmError::new(401, "RBACAccessDenied", text))
}

/// The subscriptions that a scope is, is in, or holds.
pub(super) fn subscriptions<'state>(
    state: &'state State,
    scope: &Scope,
) -> Vec<&'state Subscription> {
    match (&scope.kind, scope.subscription(), scope.chain.first()) {
        (_, Some(id), _) => state.subscriptions.get(&id).into_iter().collect(),
        (Kind::ManagementGroup(_), None, Some(own)) => {
            let below = state
                .subscriptions
                .values()
                .filter(|found| subscription_chain(state, found).contains(own));
            below.collect()
        }
        _ => Vec::new(),
    }
}

/// Amounts, then the day, then the dimensions, then the currency: Cost Management's order.
fn columns(request: &CostRequest) -> Vec<Value> {
    let column = |name: &str, kind: &str| json!({"name": name, "type": kind});
    let mut columns: Vec<Value> = request
        .amounts
        .iter()
        .map(|name| column(name, "Number"))
        .collect();
    if request.daily {
        columns.push(column("UsageDate", "Number"));
    }
    columns.extend(request.grouping.iter().map(|name| column(name, "String")));
    columns.push(column("Currency", "String"));
    columns
}

/// What one row is about: day, dimensions, currency.
type RowKey = (Option<i64>, Vec<String>, String);

fn rows(
    request: &CostRequest,
    subscriptions: &[&Subscription],
    only_group: Option<&str>,
    today: Date,
) -> Vec<Value> {
    let mut sums: BTreeMap<RowKey, (f64, f64)> = BTreeMap::new();
    for subscription in subscriptions {
        let CostProfile::Daily { currency, .. } = &subscription.costs else {
            continue;
        };
        for figure in figures(subscription, request.from, request.to, today) {
            if only_group.is_some_and(|group| !group.eq_ignore_ascii_case(figure.resource_group)) {
                continue;
            }
            let dimensions = request.grouping.iter().map(|name| match name.as_str() {
                "ServiceName" => figure.service.to_owned(),
                "ResourceGroupName" => figure.resource_group.to_owned(),
                "SubscriptionName" => subscription.display_name.clone(),
                _ => subscription.id.to_string(),
            });
            let key = (
                request.daily.then(|| usage_date(figure.date)),
                dimensions.collect(),
                currency.clone(),
            );
            let sum = sums.entry(key).or_default();
            sum.0 += figure.amount;
            sum.1 += figure.amount_in_dollars;
        }
    }
    let row = |((date, dimensions, currency), (amount, dollars)): (RowKey, (f64, f64))| {
        let amounts = request
            .amounts
            .iter()
            .map(|name| json!(cents(if name == "CostUSD" { dollars } else { amount })));
        let mut row: Vec<Value> = amounts.collect();
        row.extend(date.map(Value::from));
        row.extend(dimensions.into_iter().map(Value::from));
        row.push(Value::from(currency));
        Value::Array(row)
    };
    sums.into_iter().map(row).collect()
}

/// A day as Cost Management writes it: the number 20260318.
fn usage_date(date: Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

/// Six decimals, which is what remains of rounding noise in real answers.
fn cents(amount: f64) -> f64 {
    (amount * 1e6).round() / 1e6
}
