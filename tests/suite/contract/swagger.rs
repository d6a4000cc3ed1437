//! Judges an exchange with Azure Resource Manager by the Swagger and OpenAPI definitions.

use super::exchange::{Exchange, Verdict};
use super::library::Library;
use super::operations::{Operation, all};
use super::parameters::{judge_path, judge_query};
use super::responses::judge_answer;
use super::schema::{Direction, judge};
use super::template::Captures;

/// All operations of all definitions.
#[derive(Debug)]
pub(crate) struct Swagger {
    /// In the order of their files.
    pub(crate) operations: Vec<Operation>,
}

/// How near the definitions come to a request.
#[derive(Debug)]
pub(crate) enum Found {
    /// One covers it.
    Covered(Verdict),
    /// One knows its path, but not with this method or this version: the operation that comes nearest, and what differs.
    Near(String, String),
    /// None knows its path.
    Nothing,
}

impl Swagger {
    /// Takes the operations out of a library.
    pub(crate) fn new(library: &'static Library) -> Self {
        Self {
            operations: all(library),
        }
    }

    /// Finds the operation that an exchange is of and judges by it. Where several fit, such as the one for any scope and the
    /// one for subscriptions, the exchange must satisfy one of them.
    pub(crate) fn judge(&self, exchange: &Exchange) -> Found {
        let mut matching: Vec<(&Operation, Captures)> = self
            .operations
            .iter()
            .filter_map(|operation| Some((operation, operation.template.captures(&exchange.path)?)))
            .collect();
        matching.sort_by_key(|(operation, _)| std::cmp::Reverse(operation.template.precision()));
        let Some(nearest) = first_id(&matching) else {
            return Found::Nothing;
        };
        matching.retain(|(operation, _)| operation.method == exchange.method);
        let Some(with_method) = first_id(&matching) else {
            let fault = format!("the definition has no {} here", exchange.method);
            return Found::Near(nearest, fault);
        };
        let version = exchange.query_value("api-version").unwrap_or_default();
        let (of_version, others): (Vec<_>, Vec<_>) = matching
            .into_iter()
            .partition(|(operation, _)| operation.version == version);
        let judged = of_version
            .iter()
            .map(|(operation, captures)| (operation, judged(operation, captures, exchange)));
        match judged.min_by_key(|(_, faults)| faults.len()) {
            Some((operation, faults)) => {
                Found::Covered(Verdict::of(operation.id, &operation.file(), faults))
            }
            None => {
                let known: Vec<&str> = others
                    .iter()
                    .map(|(operation, _)| operation.version)
                    .collect();
                let known = known.join(" or ");
                Found::Near(
                    with_method,
                    format!("api-version is `{version}`, but the definition's is {known}"),
                )
            }
        }
    }

    /// Judges query, body and answer, but neither path nor version, by an operation that the table of exceptions names.
    ///
    /// # Panics
    /// When there is no such operation.
    pub(crate) fn judge_like(&self, id: &str, exchange: &Exchange) -> Vec<String> {
        let operation = self
            .operations
            .iter()
            .find(|operation| operation.id == id)
            .unwrap_or_else(|| {
                panic!("the table of exceptions names `{id}`, which no definition has")
            });
        judged(operation, &Captures::new(), exchange)
    }
}

fn first_id(matching: &[(&Operation, Captures)]) -> Option<String> {
    matching
        .first()
        .map(|(operation, _)| operation.id.to_owned())
}

/// Everything that is wrong with an exchange as one of `operation`.
fn judged(operation: &Operation, captures: &Captures, exchange: &Exchange) -> Vec<String> {
    let mut faults = Vec::new();
    judge_path(operation, captures, &mut faults);
    judge_query(operation, exchange, &mut faults);
    match (&operation.body, &exchange.request_body) {
        (Some((schema, _)), Some(body)) => {
            judge(*schema, body, "body", Direction::Request, &mut faults)
        }
        (Some((_, true)), None) => {
            faults.push("the request should have a body, but has none".to_owned())
        }
        (None, Some(body)) => {
            faults.push(format!("the request should have no body, but has {body}"))
        }
        (Some((_, false)) | None, None) => {}
    }
    if exchange.status != 0 {
        judge_answer(operation, exchange, &mut faults);
    }
    faults
}
