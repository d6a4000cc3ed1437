//! Keys in paths, and the OData options `$select`, `$filter`, `$top` with pages.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::exchange::{Answer, percent_encoded};
use super::Visit;
use super::refusal::GraphError;

/// Page size where `$top` does not say otherwise.
const PAGE: usize = 100;
/// Largest `$top`.
const LARGEST_PAGE: usize = 999;
/// Options that the sandbox understands. The real Graph has more; an option that is silently ignored would be worse than one that is refused.
const OPTIONS: [&str; 5] = ["$select", "$filter", "$top", "$skiptoken", "$count"];

/// How a path names an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Id(String),
    /// An alternate key, e.g. `(appId='…')`.
    Alternate {
        name: String,
        value: String,
    },
}

impl Key {
    /// Reads a segment of a path.
    pub(super) fn parse(segment: &str) -> Result<Self, GraphError> {
        let Some(inner) = segment
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
        else {
            return Ok(Self::Id(segment.to_owned()));
        };
        let unreadable = || {
            GraphError::new(
                400,
                "BadRequest",
                format!("Bad Request - Error in query syntax: {segment}"),
            )
        };
        match inner.split_once('=') {
            Some((name, value)) => {
                let value = quoted(value).ok_or_else(unreadable)?;
                Ok(Self::Alternate {
                    name: name.trim().to_owned(),
                    value,
                })
            }
            None => quoted(inner).map(Self::Id).ok_or_else(unreadable),
        }
    }

    /// What a message calls the entity.
    pub(super) fn value(&self) -> &str {
        match self {
            Self::Id(value) | Self::Alternate { value, .. } => value,
        }
    }

    /// Whether an entity with these keys is meant; `alternates` are its alternate keys.
    pub(super) fn names(
        &self,
        id: Uuid,
        alternates: &[(&str, Option<&str>)],
    ) -> Result<bool, GraphError> {
        match self {
            Self::Id(value) => Ok(Uuid::try_parse(value).is_ok_and(|value| value == id)),
            Self::Alternate { name, value } => match alternates
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
            {
                Some((_, own)) => Ok(own.is_some_and(|own| own.eq_ignore_ascii_case(value))),
                None => {
                    let text = format!("The key property '{name}' is not a key of the resource.");
                    Err(GraphError::new(400, "BadRequest", text))
                }
            },
        }
    }
}

/// A string literal: single quotes around, doubled inside.
fn quoted(text: &str) -> Option<String> {
    let inner = text.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    let collapsed = inner.replace("''", "\u{0}");
    (!collapsed.contains('\'')).then(|| collapsed.replace('\u{0}', "'"))
}

impl Visit<'_> {
    /// Refuses options that nobody answers.
    pub(super) fn check_options(&self) -> Result<(), GraphError> {
        let unknown = self.call.query.iter().find(|(name, _)| {
            name.starts_with('$')
                && !OPTIONS
                    .iter()
                    .any(|option| option.eq_ignore_ascii_case(name))
        });
        match unknown {
            Some((name, _)) => Err(GraphError::bad_request(format!(
                "Unrecognized query argument specified: '{name}'."
            ))),
            None => Ok(()),
        }
    }

    /// Names in `$select`, none where everything is wanted.
    pub(super) fn selected(&self) -> Option<Vec<&str>> {
        let names = self.call.query("$select")?;
        Some(
            names
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .collect(),
        )
    }

    /// One entity with its context. `whole` has all properties; `usual` names those that come without `$select`.
    pub(super) fn entity(
        &self,
        status: u16,
        set: &str,
        type_name: &str,
        whole: Map<String, Value>,
        usual: Option<&[&str]>,
    ) -> Result<Answer, GraphError> {
        let mut body = Map::new();
        body.insert(
            "@odata.context".to_owned(),
            json!(self.context(&format!("{set}/$entity"))),
        );
        body.extend(self.shown(type_name, whole, usual)?);
        Ok(Answer::json(status, Value::Object(body)))
    }

    fn shown(
        &self,
        type_name: &str,
        mut whole: Map<String, Value>,
        usual: Option<&[&str]>,
    ) -> Result<Map<String, Value>, GraphError> {
        let Some(names) = self.selected() else {
            if let Some(usual) = usual {
                whole.retain(|name, _| usual.contains(&name.as_str()));
            }
            return Ok(whole);
        };
        let mut shown = Map::new();
        for name in names {
            let Some(value) = whole.remove(name) else {
                if shown.contains_key(name) {
                    continue;
                }
                let text = format!(
                    "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type \
                     'microsoft.graph.{type_name}'."
                );
                return Err(GraphError::new(400, "BadRequest", text));
            };
            shown.insert(name.to_owned(), value);
        }
        Ok(shown)
    }

    /// A page of a collection, filtered and selected. `filters` names the properties that `$filter` may compare.
    pub(super) fn collection(
        &self,
        set: &str,
        type_name: &str,
        items: Vec<Map<String, Value>>,
        filters: &[&str],
        usual: Option<&[&str]>,
    ) -> Result<Answer, GraphError> {
        self.check_options()?;
        let filter = self
            .call
            .query("$filter")
            .map(|text| equality(text, filters))
            .transpose()?;
        let wanted = items.into_iter().filter(|item| match &filter {
            Some((name, value)) => item.get(name).is_some_and(|own| is(own, value)),
            None => true,
        });
        let offset: usize = match self.call.query("$skiptoken") {
            Some(token) => token.parse().map_err(|_| GraphError::new(400, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in the request."))?,
            None => 0,
        };
        let size = self.page_size()?;
        let rest: Vec<Map<String, Value>> = wanted.skip(offset).collect();
        let more = rest.len() > size;
        let page: Result<Vec<Value>, GraphError> = rest
            .into_iter()
            .take(size)
            .map(|item| self.shown(type_name, item, usual).map(Value::Object))
            .collect();
        let mut body = json!({"@odata.context": self.context(set)});
        if more {
            body["@odata.nextLink"] = json!(self.next_link(offset + size));
        }
        body["value"] = Value::Array(page?);
        Ok(Answer::json(200, body))
    }

    fn page_size(&self) -> Result<usize, GraphError> {
        match self.call.query("$top").map(str::parse) {
            None => Ok(PAGE),
            Some(Ok(size)) if (1..=LARGEST_PAGE).contains(&size) => Ok(size),
            Some(_) => Err(GraphError::bad_request(
                "Invalid page size specified: must be between 1 and 999 inclusive.",
            )),
        }
    }

    fn next_link(&self, offset: usize) -> String {
        let kept = self
            .call
            .query
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken"));
        let query: String = kept
            .map(|(name, value)| format!("{name}={}&", percent_encoded(value)))
            .collect();
        format!(
            "{}{}?{query}$skiptoken={offset}",
            self.call.base, self.call.path
        )
    }
}

/// The only filter that azconnect needs: `property eq 'value'`.
fn equality(text: &str, filters: &[&str]) -> Result<(String, String), GraphError> {
    let unsupported = |name: &str| {
        let text =
            format!("Unsupported or invalid query filter clause specified for property '{name}'.");
        GraphError::new(400, "Request_UnsupportedQuery", text)
    };
    let mut parts = text.trim().splitn(3, ' ');
    let (name, operator, value) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let known = filters
        .iter()
        .find(|filter| **filter == name)
        .ok_or_else(|| unsupported(name))?;
    match (operator, value.and_then(quoted)) {
        (Some("eq"), Some(value)) => Ok(((*known).to_owned(), value)),
        _ => Err(unsupported(name)),
    }
}

fn is(own: &Value, wanted: &str) -> bool {
    own.as_str()
        .is_some_and(|own| own.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ids_or_quoted_alternates() {
        let alternate = |name: &str, value: &str| Key::Alternate {
            name: name.into(),
            value: value.into(),
        };
        assert_eq!(Key::parse("x").unwrap(), Key::Id("x".into()));
        assert_eq!(Key::parse("(appId='x')").unwrap(), alternate("appId", "x"));
        assert_eq!(
            Key::parse("(uniqueName='it''s')").unwrap(),
            alternate("uniqueName", "it's")
        );
        assert!(Key::parse("(uniqueName='it's')").is_err());
        assert!(Key::parse("(uniqueName=x)").is_err());
    }

    #[test]
    fn only_equality_of_known_properties_is_filtered() {
        assert_eq!(
            equality("displayName eq 'a b'", &["displayName"]).unwrap(),
            ("displayName".into(), "a b".into())
        );
        assert!(equality("displayName ne 'a'", &["displayName"]).is_err());
        assert!(equality("notes eq 'a'", &["displayName"]).is_err());
        assert!(equality("displayName eq 'a' or 1 eq 1", &["displayName"]).is_err());
    }
}
