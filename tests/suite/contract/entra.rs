//! Judges an exchange with the Microsoft identity platform by the table of the protocol's rules.

use serde_json::{Map, Value};

use super::entra_rules::{Fields, REFUSAL, RULES, Rule, SHARED_AUTHORITIES, VALUE_RULES};
use super::exchange::{Exchange, Verdict};
use super::scalars::{is_uuid, matches_pattern};
use super::template::{Captures, Template};

/// Judges one exchange. None for a path of which the rules do not speak.
pub(crate) fn judge(exchange: &Exchange) -> Option<Verdict> {
    let at_path: Vec<(&Rule, Captures)> = RULES
        .iter()
        .filter_map(|rule| Some((rule, captures(rule, &exchange.path)?)))
        .collect();
    let first = at_path.first()?.0;
    let sent = sent(exchange);
    let grant = sent.get("grant_type").and_then(Value::as_str);
    let found = at_path.iter().find(|(rule, _)| {
        rule.method == exchange.method && (rule.grant.is_none() || rule.grant == grant)
    });
    let Some((rule, captures)) = found else {
        let fault = format!(
            "the endpoint has no {} with the grant `{}`",
            exchange.method,
            grant.unwrap_or_default()
        );
        return Some(Verdict::Invalid {
            operation: Some(named(first)),
            faults: vec![fault],
        });
    };
    let mut faults = Vec::new();
    judge_tenant(rule, captures, &mut faults);
    judge_fields(rule.parameters, &sent, "parameter", &mut faults);
    judge_values(rule, &sent, &mut faults);
    judge_proof(rule, &sent, &mut faults);
    judge_answer(rule, exchange, &mut faults);
    Some(Verdict::of(&named(rule), rule.source, faults))
}

fn captures(rule: &Rule, path: &str) -> Option<Captures> {
    Template::parse(rule.path)?.captures(path)
}

fn named(rule: &Rule) -> String {
    let grant = rule
        .grant
        .map_or_else(String::new, |grant| format!(" ({grant})"));
    format!("{} {}{grant}", rule.method, rule.name)
}

/// Parameters: of the query in a GET, of the form in a POST. A POST's query carries `mkt` at most, a language.
fn sent(exchange: &Exchange) -> Map<String, Value> {
    let query = exchange
        .query
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    match &exchange.request_body {
        Some(Value::Object(form)) => query
            .filter(|(name, _)| name != "mkt")
            .chain(form.clone())
            .collect(),
        _ => query.collect(),
    }
}

fn judge_tenant(rule: &Rule, captures: &Captures, faults: &mut Vec<String>) {
    for (_, tenant) in captures.iter().filter(|(name, _)| name == "tenant") {
        let shared = SHARED_AUTHORITIES.contains(&tenant.as_str());
        if !shared && !is_uuid(tenant) && !tenant.contains('.') {
            faults.push(format!(
                "`{tenant}` is neither a directory's id nor a domain"
            ));
        }
        if shared && rule.grant == Some("client_credentials") {
            faults.push(format!(
                "an application has no token from `{tenant}`: it needs a directory of its own"
            ));
        }
    }
}

fn judge_fields(fields: Fields, found: &Map<String, Value>, what: &str, faults: &mut Vec<String>) {
    for name in fields
        .required
        .iter()
        .filter(|name| !found.contains_key(**name))
    {
        faults.push(format!("{what} {name} is required, but absent"));
    }
    let Some(optional) = fields.optional else {
        return;
    };
    for name in found.keys().map(String::as_str) {
        if !fields.required.contains(&name) && !optional.contains(&name) {
            faults.push(format!("{what} {name} is not documented"));
        }
    }
}

fn judge_values(rule: &Rule, sent: &Map<String, Value>, faults: &mut Vec<String>) {
    for value_rule in VALUE_RULES
        .iter()
        .filter(|value_rule| value_rule.grant.is_none() || value_rule.grant == rule.grant)
    {
        let Some(value) = sent.get(value_rule.name) else {
            continue;
        };
        if !value
            .as_str()
            .is_some_and(|text| matches_pattern(text, value_rule.pattern))
        {
            faults.push(format!(
                "parameter {} is {value}, but should be {}",
                value_rule.name, value_rule.what
            ));
        }
    }
}

fn judge_proof(rule: &Rule, sent: &Map<String, Value>, faults: &mut Vec<String>) {
    let whole = rule
        .proofs
        .iter()
        .filter(|proof| proof.iter().all(|name| sent.contains_key(*name)))
        .count();
    if !rule.proofs.is_empty() && whole != 1 {
        faults.push(format!(
            "the client should prove itself in one way, but does so in {whole}"
        ));
    }
}

fn judge_answer(rule: &Rule, exchange: &Exchange, faults: &mut Vec<String>) {
    match (exchange.status, &exchange.response_body) {
        (0, _) => {}
        (400.., Some(Value::Object(refusal))) => judge_fields(REFUSAL, refusal, "refusal", faults),
        (400.., _) => {}
        (status, _) if !rule.statuses.contains(&status) => {
            faults.push(format!(
                "status {status} is none that the endpoint ends with"
            ));
        }
        (_, body) => match (rule.answer, body) {
            (Some(fields), Some(Value::Object(answer))) => {
                judge_fields(fields, answer, "answer", faults);
                judge_types(answer, faults);
            }
            (Some(_), _) => faults.push("the answer should be a JSON object".to_owned()),
            (None, _) => {}
        },
    }
}

/// Fields of answers that are numbers; all others of the token endpoint are texts.
const NUMBERS: [&str; 4] = ["expires_in", "ext_expires_in", "interval", "refresh_in"];

fn judge_types(answer: &Map<String, Value>, faults: &mut Vec<String>) {
    for name in NUMBERS {
        if let Some(value) = answer.get(name).filter(|value| !value.is_u64()) {
            faults.push(format!(
                "answer {name} should be a number of seconds, but is {value}"
            ));
        }
    }
}
