//! Ids made unrecognisable for a shared screen, the same id always in the same way.
//!
//! Called by `screen` on everything that is told, asked, finished or failed, when `--demo` is given. Only GUIDs are masked; secrets
//! never come this far.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::error::{Error, Gap};
use crate::ui::{Ask, Block, Choice, Event, Item, Need, Output, Planned, Row};

/// What every mask begins with: a GUID of its own kind, so that a mask is never masked again.
const MASK: &str = "aaaaaaaa-0000-4000-8000-";
/// The characters of a GUID.
const LENGTH: usize = 36;

/// Remembers which mask stands for which GUID in this run.
#[derive(Debug, Default)]
pub(super) struct Masks(Mutex<BTreeMap<String, usize>>);

impl Masks {
    /// The text with each GUID replaced by its mask: the first one seen ends in 0001.
    pub(super) fn text(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            if let Some(guid) = guid_at(text, at) {
                masked.push_str(&self.mask(guid));
                at += LENGTH;
            } else {
                let next = text[at..].chars().next().map_or(1, char::len_utf8);
                masked.push_str(&text[at..at + next]);
                at += next;
            }
        }
        masked
    }

    fn mask(&self, guid: &str) -> String {
        let guid = guid.to_ascii_lowercase();
        if guid.starts_with(MASK) {
            return guid;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = known.len() + 1;
        let number = *known.entry(guid).or_insert(next);
        format!("{MASK}{number:012}")
    }

    /// The event, masked.
    pub(super) fn event(&self, event: &Event) -> Event {
        let text = |text: &String| self.text(text);
        match event {
            Event::Started { title } => Event::Started { title: text(title) },
            Event::Fact {
                label,
                value,
                source,
            } => Event::Fact {
                label: text(label),
                value: text(value),
                source: text(source),
            },
            Event::Shown { blocks } => Event::Shown {
                blocks: self.blocks(blocks),
            },
            Event::Warning { what, fix } => Event::Warning {
                what: text(what),
                fix: text(fix),
            },
            Event::NeedsUser { what, url, code } => Event::NeedsUser {
                what: text(what),
                url: text(url),
                code: code.clone(),
            },
            Event::Step {
                id,
                title,
                change,
                status,
                detail,
            } => Event::Step {
                id: text(id),
                title: text(title),
                change: change.clone(),
                status: *status,
                detail: text(detail),
            },
            Event::Tally {
                id,
                title,
                unit,
                done,
                waiting,
                failed,
                all,
                detail,
            } => Event::Tally {
                id: text(id),
                title: text(title),
                unit: unit.clone(),
                done: *done,
                waiting: *waiting,
                failed: *failed,
                all: *all,
                detail: text(detail),
            },
        }
    }

    /// The blocks, masked.
    pub(super) fn blocks(&self, blocks: &[Block]) -> Vec<Block> {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&self, block: &Block) -> Block {
        let text = |text: &String| self.text(text);
        let texts = |all: &[String]| all.iter().map(text).collect::<Vec<String>>();
        match block {
            Block::Heading { text: heading } => Block::Heading {
                text: text(heading),
            },
            Block::Paragraph { text: paragraph } => Block::Paragraph {
                text: text(paragraph),
            },
            Block::Rows { rows } => Block::Rows {
                rows: rows.iter().map(|row| self.row(row)).collect(),
            },
            Block::Table { columns, rows } => Block::Table {
                columns: texts(columns),
                rows: rows.iter().map(|row| texts(row)).collect(),
            },
            Block::Items { items } => Block::Items {
                items: items.iter().map(|item| self.item(item)).collect(),
            },
            Block::Bars {
                title,
                bars,
                summary,
            } => Block::Bars {
                title: text(title),
                bars: bars
                    .iter()
                    .map(|(label, value)| (text(label), *value))
                    .collect(),
                summary: text(summary),
            },
            Block::Changes { changes } => Block::Changes {
                changes: changes.iter().map(|one| self.planned(one)).collect(),
            },
            Block::Lines { lines } => Block::Lines {
                lines: texts(lines),
            },
        }
    }

    fn row(&self, row: &Row) -> Row {
        Row {
            label: self.text(&row.label),
            value: self.text(&row.value),
            note: self.text(&row.note),
        }
    }

    fn item(&self, item: &Item) -> Item {
        let line = |(label, text): &(String, String)| (self.text(label), self.text(text));
        Item {
            state: item.state.clone(),
            title: self.text(&item.title),
            text: self.text(&item.text),
            lines: item.lines.iter().map(line).collect(),
        }
    }

    fn planned(&self, planned: &Planned) -> Planned {
        let need = |need: &Need| Need {
            right: self.text(&need.right),
            ..need.clone()
        };
        Planned {
            change: planned.change.clone(),
            title: self.text(&planned.title),
            text: self.text(&planned.text),
            source: self.text(&planned.source),
            needs: planned.needs.iter().map(need).collect(),
        }
    }

    /// The question, masked; its default too, so the caller keeps the real one.
    pub(super) fn ask(&self, ask: &Ask) -> Ask {
        Ask {
            key: ask.key.clone(),
            prompt: self.text(&ask.prompt),
            help: self.text(&ask.help),
            default: ask.default.as_deref().map(|default| self.text(default)),
            can_go_back: ask.can_go_back,
            can_save: ask.can_save,
        }
    }

    /// The answers to choose from, masked.
    pub(super) fn choices(&self, choices: &[Choice]) -> Vec<Choice> {
        let choice = |choice: &Choice| Choice {
            label: self.text(&choice.label),
            detail: self.text(&choice.detail),
        };
        choices.iter().map(choice).collect()
    }

    /// The result, masked in both forms.
    pub(super) fn output(&self, output: &Output) -> Output {
        Output {
            document: self.value(&output.document),
            blocks: self.blocks(&output.blocks),
        }
    }

    /// A document, masked: its texts, and the names of its members.
    pub(super) fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(values) => values.iter().map(|value| self.value(value)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (self.text(name), self.value(value)))
                .collect(),
            other => other.clone(),
        }
    }

    /// The failure, masked; what lies underneath it stays behind.
    pub(super) fn error(&self, error: &Error) -> Error {
        let mut masked = Error::new(error.kind(), error.code(), self.text(error.message()))
            .hints(error.advice().iter().map(|hint| self.text(hint)))
            .correlation(error.correlation_id().map(|id| self.text(id)))
            .may_retry(error.retry())
            .missing(error.gaps().iter().map(|gap| self.gap(gap)).collect());
        if let Some(why) = error.reason() {
            masked = masked.why(self.text(why));
        }
        masked
    }

    fn gap(&self, gap: &Gap) -> Gap {
        Gap {
            in_answers_file: true,
            example: self.text(&gap.example),
            choices: gap.choices.iter().map(|choice| self.text(choice)).collect(),
            ..gap.clone()
        }
    }
}

/// The GUID that begins at byte `at` of a text, unless it is a part of something longer.
fn guid_at(text: &str, at: usize) -> Option<&str> {
    let guid = text.get(at..at + LENGTH)?;
    let shape = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    let alone = !hex(before) && !hex(bytes.get(at + LENGTH));
    (alone && guid.bytes().enumerate().all(shape)).then_some(guid)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const TENANT: &str = "72F988BF-86f1-41af-91ab-2d7cd011db47";
    const FIRST: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    const SECOND: &str = "aaaaaaaa-0000-4000-8000-000000000002";

    #[test]
    fn the_same_id_has_the_same_mask_wherever_it_stands() {
        let masks = Masks::default();
        let lower = TENANT.to_ascii_lowercase();
        let other = "11111111-2222-3333-4444-555555555555";
        assert_eq!(
            masks.text(&format!("/tenants/{TENANT}:{other}_2019-05-31 ü {lower}")),
            format!("/tenants/{FIRST}:{SECOND}_2019-05-31 ü {FIRST}")
        );
        assert_eq!(masks.text(FIRST), FIRST);
        assert_eq!(
            masks.value(&json!({"tenant_id": lower, "scopes": [TENANT], "n": 1})),
            json!({"tenant_id": FIRST, "scopes": [FIRST], "n": 1})
        );
    }

    #[test]
    fn a_failure_is_masked_and_keeps_its_meaning() {
        let masks = Masks::default();
        let error = Error::usage("UnknownTenant", format!("Couldn't find {TENANT}"))
            .why(TENANT)
            .hint(TENANT)
            .correlation(Some(TENANT.into()));
        let masked = masks.error(&error);
        assert_eq!(masked.message(), format!("Couldn't find {FIRST}"));
        assert_eq!(masked.correlation_id(), Some(FIRST));
        assert_eq!(masked.reason(), Some(FIRST));
        assert_eq!(masked.code(), error.code());
        assert_eq!(masked.exit(), error.exit());
    }

    proptest! {
        #[test]
        fn nothing_else_changes(text in "[a-z é東-]{0,60}") {
            prop_assert_eq!(Masks::default().text(&text), text);
        }
    }
}
