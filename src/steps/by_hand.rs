//! A step as somebody else can do it: for whoever has a right that the signed-in person lacks.

use super::step::Receipts;

/// What to ask somebody for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// What is to be done: `Reader on "Contoso Production"`.
    pub what: String,
    /// Who can do it.
    pub who: String,
    /// The exact commands.
    pub commands: Vec<String>,
    /// The portal page where it can be done, if there is one.
    pub portal: Option<String>,
}

/// What a command has to name beside the step's own values.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// Azure Resource Manager's endpoint, without a slash at the end.
    pub arm: &'a str,
    /// The portal, without a slash at the end.
    pub portal: &'a str,
    /// Directory (tenant) ID of the app.
    pub tenant: &'a str,
}

/// A fact of an earlier step's receipt, or what to put in its place.
pub(super) fn fact_or(receipts: &Receipts, step: &str, fact: &str, instead: &str) -> String {
    let known = receipts
        .get(step)
        .and_then(|receipt| receipt.facts.get(fact))
        .cloned();
    known.unwrap_or_else(|| format!("<{instead}>"))
}
