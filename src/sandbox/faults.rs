//! Failures on demand: rules that make the sandbox answer wrongly, late, or not at all.
//!
//! Tests add rules through `Sandbox::faults`; `azconnect sandbox --faults FILE` reads them from TOML:
//! ```toml
//! [[rule]]
//! service = "arm"
//! method = "PUT"
//! path_contains = "/roleAssignments/"
//! nth = 2                       # the second such request; default 1
//! times = 3                     # and the two after it; default 1
//! action = { respond = { status = 429, headers = { Retry-After = "1" } } }
//! # or: action = "drop-before" | "drop-after" | { hold-before = 500 } | { hold-after = 500 } | { delay = 500 }   (milliseconds)
//! ```

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Service;

/// Which requests fail, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Only requests to this service.
    #[serde(default)]
    pub service: Option<Service>,
    /// Only requests with this method, e.g. `POST`.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose path contains this text, compared without regard to case.
    #[serde(default)]
    pub path_contains: Option<String>,
    /// Which of the matching requests is the first to fail, counted from 1.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many matching requests in a row fail.
    #[serde(default = "one")]
    pub times: u32,
    /// What happens to them.
    pub action: Action,
}

fn one() -> u32 {
    1
}

/// What happens to a request that a rule matches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Answered so, without being processed.
    Respond {
        /// HTTP status.
        status: u16,
        /// Further headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body: a string is sent as it is (a proxy's page), anything else as JSON.
        #[serde(default)]
        body: Option<Value>,
    },
    /// The connection is closed before the request is processed.
    DropBefore,
    /// The request is processed, then the connection is closed without an answer.
    DropAfter,
    /// The request waits, and only then is processed.
    HoldBefore(#[serde(with = "milliseconds")] Duration),
    /// The request is processed, and the answer waits.
    HoldAfter(#[serde(with = "milliseconds")] Duration),
    /// The same as [`Action::HoldBefore`]: a slow network.
    Delay(#[serde(with = "milliseconds")] Duration),
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        u64::try_from(duration.as_millis())
            .unwrap_or(u64::MAX)
            .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

/// The rules in force. Shared by all services of one sandbox.
#[derive(Debug, Default)]
pub struct Faults {
    armed: Mutex<Vec<Armed>>,
}

#[derive(Debug)]
struct Armed {
    rule: Rule,
    matched: u32,
}

impl Faults {
    /// Adds a rule; its count begins now.
    pub fn add(&self, rule: Rule) {
        self.lock().push(Armed { rule, matched: 0 });
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Reads rules from TOML, see the module's documentation.
    ///
    /// # Errors
    /// The text is no TOML, or has an unknown key or value.
    pub fn parse(text: &str) -> Result<Vec<Rule>, toml::de::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            rule: Vec<Rule>,
        }
        toml::from_str::<File>(text).map(|file| file.rule)
    }

    /// What is to happen to this request. Every matching rule counts it; the first one whose turn it is decides.
    pub(super) fn decide(&self, service: Service, method: &str, path: &str) -> Option<Action> {
        let mut decided = None;
        for armed in self
            .lock()
            .iter_mut()
            .filter(|armed| armed.rule.matches(service, method, path))
        {
            armed.matched = armed.matched.saturating_add(1);
            let last = armed.rule.nth.saturating_add(armed.rule.times);
            if decided.is_none() && armed.matched >= armed.rule.nth && armed.matched < last {
                decided = Some(armed.rule.action.clone());
            }
        }
        decided
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    fn matches(&self, service: Service, method: &str, path: &str) -> bool {
        self.service.is_none_or(|wanted| wanted == service)
            && self
                .method
                .as_ref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path_contains.as_ref().is_none_or(|part| {
                path.to_ascii_lowercase()
                    .contains(&part.to_ascii_lowercase())
            })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn nth_and_times_count_matching_requests_only() {
        let faults = Faults::default();
        let rules = Faults::parse(
            "[[rule]]\nservice = \"arm\"\nmethod = \"put\"\npath_contains = \"/roleassignments/\"\nnth = 2\ntimes = 2\naction = \"drop-after\"\n",
        )
        .unwrap();
        faults.add(rules[0].clone());
        let decide = |method: &str| faults.decide(Service::Arm, method, "/x/roleAssignments/1");
        assert_eq!(decide("GET"), None);
        assert_eq!(decide("PUT"), None);
        assert_eq!(decide("PUT"), Some(Action::DropAfter));
        assert_eq!(decide("PUT"), Some(Action::DropAfter));
        assert_eq!(decide("PUT"), None);
        assert_eq!(
            faults.decide(Service::Graph, "PUT", "/x/roleAssignments/1"),
            None
        );
    }

    #[test]
    fn every_action_can_be_written_in_toml() {
        let text = "
            [[rule]]
            action = { respond = { status = 429, headers = { Retry-After = \"1\" }, body = { a = 1 } } }
            [[rule]]
            action = \"drop-before\"
            [[rule]]
            action = { hold-before = 5 }
            [[rule]]
            action = { hold-after = 6 }
            [[rule]]
            action = { delay = 7 }";
        let actions: Vec<Action> = Faults::parse(text)
            .unwrap()
            .into_iter()
            .map(|rule| rule.action)
            .collect();
        assert!(
            matches!(&actions[0], Action::Respond { status: 429, headers, .. } if headers["Retry-After"] == "1")
        );
        assert_eq!(actions[1], Action::DropBefore);
        assert_eq!(actions[2], Action::HoldBefore(Duration::from_millis(5)));
        assert_eq!(actions[3], Action::HoldAfter(Duration::from_millis(6)));
        assert_eq!(actions[4], Action::Delay(Duration::from_millis(7)));
        assert!(Faults::parse("[[rule]]\nactoin = \"drop-before\"").is_err());
    }
}
