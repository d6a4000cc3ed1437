//! Judges the query options of a request to Microsoft Graph: that they may stand there, and that what they name exists.

use super::csdl::Model;
use super::exchange::Exchange;
use super::graph_path::{Ending, Target};
use super::graph_rules::{COLLECTION_OPTIONS, ENTITY_OPTIONS, FILTER_FUNCTIONS, MOST_ON_A_PAGE};
use super::odata;

/// Appends what is wrong with the query.
pub(crate) fn judge_query(
    model: &Model,
    target: &Target<'_>,
    exchange: &Exchange,
    faults: &mut Vec<String>,
) {
    let kind = target.kind.name.as_str();
    for (name, value) in &exchange.query {
        if !allowed(target, exchange).contains(&name.as_str()) {
            faults.push(format!("query {name} is unknown here"));
            continue;
        }
        match name.as_str() {
            "$select" => judge_names(model, kind, value, name, faults),
            "$orderby" => judge_names(model, kind, &without_direction(value), name, faults),
            "$expand" => judge_expand(model, kind, value, faults),
            "$filter" => judge_filter(model, kind, value, faults),
            "$top"
                if !value
                    .parse()
                    .is_ok_and(|top: u32| (1..=MOST_ON_A_PAGE).contains(&top)) =>
            {
                faults.push(format!(
                    "query $top is `{value}`, but should be a number of 1 to {MOST_ON_A_PAGE}"
                ));
            }
            "$count" if value != "true" && value != "false" => faults.push(format!(
                "query $count is `{value}`, but should be true or false"
            )),
            "$search"
                if exchange
                    .request_headers
                    .get("consistencylevel")
                    .map(String::as_str)
                    != Some("eventual") =>
            {
                faults
                    .push("query $search needs the header `ConsistencyLevel: eventual`".to_owned());
            }
            _ => {}
        }
    }
}

fn allowed(target: &Target<'_>, exchange: &Exchange) -> &'static [&'static str] {
    match (&target.ending, exchange.method.as_str()) {
        (Ending::Resource, "GET") if target.kind.collection => &COLLECTION_OPTIONS,
        (Ending::Call(_), "GET") => &COLLECTION_OPTIONS,
        (Ending::Resource | Ending::AlternateKey(_), "GET") => &ENTITY_OPTIONS,
        (Ending::Count, "GET") => &["$filter", "$search"],
        _ => &[],
    }
}

fn judge_names(model: &Model, kind: &str, list: &str, option: &str, faults: &mut Vec<String>) {
    for name in list.split(',').map(str::trim) {
        judge_name(model, kind, name, option, faults);
    }
}

fn judge_name(model: &Model, kind: &str, name: &str, option: &str, faults: &mut Vec<String>) {
    let root = name.split('/').next().unwrap_or(name);
    let Some(property) = model.property(kind, root) else {
        if root != "*" && model.navigation(kind, root).is_none() {
            faults.push(format!(
                "query {option} names `{root}`, which `{kind}` has not"
            ));
        }
        return;
    };
    if let Some((_, below)) = name.split_once('/')
        && below != "$count"
    {
        judge_name(model, &property.name, below, option, faults);
    }
}

fn judge_expand(model: &Model, kind: &str, list: &str, faults: &mut Vec<String>) {
    for item in list.split(',') {
        let name = item.split('(').next().unwrap_or(item).trim();
        if model.navigation(kind, name).is_none() {
            faults.push(format!(
                "query $expand names `{name}`, which is no navigation property of `{kind}`"
            ));
        }
    }
}

fn judge_filter(model: &Model, kind: &str, filter: &str, faults: &mut Vec<String>) {
    let words = odata::words(filter);
    for name in &words.properties {
        judge_name(model, kind, name, "$filter", faults);
    }
    for name in words
        .functions
        .iter()
        .filter(|name| !FILTER_FUNCTIONS.contains(&name.as_str()))
    {
        faults.push(format!(
            "query $filter calls `{name}`, which is not documented"
        ));
    }
}

fn without_direction(list: &str) -> String {
    let names: Vec<&str> = list
        .split(',')
        .filter_map(|item| item.split_whitespace().next())
        .collect();
    names.join(",")
}
