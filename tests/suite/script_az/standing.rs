//! What stands in the simulated Azure, without what differs from run to run: ids that Azure chose, secrets, times, and the words by which
//! an app says who made it.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use crate::lab::Lab;

const ID: &str = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/// What differs, and what stands for it.
const CHANGING: &[(&str, &str)] = &[
    (
        r"^azconnect spot \d{4}-\d\d-\d\d \w+$",
        "<description of a secret>",
    ),
    (r"^Made (by azconnect )?for .*", "<notes>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
];

/// The ids that are there from the beginning.
pub(super) fn ids(lab: &Lab) -> BTreeSet<String> {
    let text = lab.state(|state| serde_json::to_string(state).unwrap());
    let pattern = Regex::new(ID).unwrap();
    pattern
        .find_iter(&text)
        .map(|found| found.as_str().to_owned())
        .collect()
}

/// The whole state, a line a member. What is kept by ids is a list in the order of its contents. An id that was made since `known` were
/// all stands as the name of what it is, or as a new one.
pub(super) fn standing(lab: &Lab, known: &BTreeSet<String>) -> Vec<String> {
    let mut named: Vec<(String, &str)> = lab.state(|state| {
        let mut named = Vec::new();
        for one in state.applications.values() {
            named.push((one.id.to_string(), "<application>"));
            named.push((one.app_id.to_string(), "<client>"));
            for secret in &one.password_credentials {
                named.push((secret.secret_text.clone(), "<secret>"));
            }
        }
        for one in state.service_principals.values() {
            named.push((one.id.to_string(), "<principal>"));
        }
        named
    });
    named.retain(|(id, _)| !known.contains(id));
    let mask = Mask { known, named };
    let mut value = lab.state(|state| serde_json::to_value(state).unwrap());
    mask.settle(&mut value);
    let text = serde_json::to_string_pretty(&value).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// What is in one and not in the other.
pub(super) fn differences(one: &[String], other: &[String]) -> Vec<String> {
    let only = |these: &[String], those: &[String], sign: &str| -> Vec<String> {
        let mut left = those.to_vec();
        let mut missing = Vec::new();
        for line in these {
            match left.iter().position(|each| each == line) {
                Some(at) => drop(left.swap_remove(at)),
                None => missing.push(format!("{sign} {}", line.trim())),
            }
        }
        missing
    };
    let mut all = only(one, other, "+");
    all.extend(only(other, one, "-"));
    all
}

struct Mask<'a> {
    known: &'a BTreeSet<String>,
    named: Vec<(String, &'static str)>,
}

impl Mask<'_> {
    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (id, name) in &self.named {
            text = text.replace(id, name);
        }
        for (pattern, stands_for) in CHANGING {
            let pattern = Regex::new(pattern).unwrap();
            text = pattern.replace_all(&text, *stands_for).into_owned();
        }
        let id = Regex::new(ID).unwrap();
        let new = |found: &regex::Captures<'_>| match self.known.contains(&found[0]) {
            true => found[0].to_owned(),
            false => "<new>".to_owned(),
        };
        id.replace_all(&text, new).into_owned()
    }

    fn settle(&self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.values_mut().for_each(|each| self.settle(each));
                // Graph shows how a secret begins.
                if members.contains_key("secret_text") {
                    members.remove("hint");
                }
                let by_id = Regex::new(ID).unwrap();
                if !members.is_empty() && members.keys().all(|key| by_id.is_match(key)) {
                    let mut all: Vec<Value> = members.values().cloned().collect();
                    all.sort_by_key(Value::to_string);
                    *value = Value::Array(all);
                }
            }
            Value::Array(all) => all.iter_mut().for_each(|each| self.settle(each)),
            Value::String(text) => *text = self.text(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
