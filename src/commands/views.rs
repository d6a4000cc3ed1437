//! What several commands show, as blocks.

use super::app::App;
use crate::checks::cost_data::money;
use crate::checks::{DailyTotal, Finding, Status};
use crate::connection::ConnectionRecord;
use crate::connection::handover::{Field, Value as FieldValue};
use crate::error::labelled;
use crate::store::Choice;
use crate::ui::{Block, Item, Row};
use crate::vendors::Vendor;

/// A row of two columns.
pub fn row(label: impl Into<String>, value: impl Into<String>, note: impl Into<String>) -> Row {
    Row {
        label: label.into(),
        value: value.into(),
        note: note.into(),
    }
}

/// A command of ours to copy, between backticks, so that it stays whole on a narrow screen.
pub fn command(app: &App, words: impl std::fmt::Display) -> String {
    format!("`{}`", app.typed(words))
}

/// A paragraph.
pub fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph { text: text.into() }
}

/// A heading.
pub fn heading(text: impl Into<String>) -> Block {
    Block::Heading { text: text.into() }
}

/// The word for a check's state.
pub fn state(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Skip => "skip",
        Status::Warn => "warn",
        Status::Fail => "fail",
    }
}

/// Findings, each with its why and its fixes.
pub fn findings(all: &[Finding]) -> Block {
    let items = all.iter().map(|finding| {
        let why = finding
            .why
            .iter()
            .map(|why| ("Why".to_owned(), why.clone()));
        let fixes = finding.fix.iter().flat_map(|fix| fix.lines()).map(|line| {
            let (label, text) = labelled(line);
            (label.to_owned(), text.to_owned())
        });
        let id = finding
            .correlation_id
            .iter()
            .map(|id| ("Id".to_owned(), id.clone()));
        let lines = if finding.status == Status::Pass {
            Vec::new()
        } else {
            why.chain(fixes).chain(id).collect()
        };
        Item {
            state: state(finding.status).to_owned(),
            title: finding.title.clone(),
            text: finding.what.clone(),
            lines,
        }
    });
    Block::Items {
        items: items.collect(),
    }
}

/// A small chart for each currency that costs were read in.
pub fn charts(all: &[Finding]) -> Vec<Block> {
    let costs: Vec<&DailyTotal> = all.iter().flat_map(|finding| &finding.costs).collect();
    let mut currencies: Vec<&str> = costs.iter().map(|cost| cost.currency.as_str()).collect();
    currencies.sort_unstable();
    currencies.dedup();
    currencies
        .into_iter()
        .map(|currency| chart(&costs, currency))
        .collect()
}

fn chart(costs: &[&DailyTotal], currency: &str) -> Block {
    let days: Vec<&&DailyTotal> = costs
        .iter()
        .filter(|cost| cost.currency == currency)
        .collect();
    let total: f64 = days.iter().map(|day| day.amount).sum();
    let by_amount = |a: &&&&DailyTotal, b: &&&&DailyTotal| a.amount.total_cmp(&b.amount);
    let summary = match (days.iter().min_by(by_amount), days.iter().max_by(by_amount)) {
        (Some(least), Some(most)) if days.len() > 1 => format!(
            "{} {currency} in all, from {} ({}) to {} ({}) a day.",
            money(total),
            money(least.amount),
            least.date,
            money(most.amount),
            most.date
        ),
        _ => format!("{} {currency} in all.", money(total)),
    };
    Block::Bars {
        title: format!("What the vendor will see: the last 30 days, {currency}"),
        bars: days
            .iter()
            .map(|day| (day.date.to_string(), day.amount))
            .collect(),
        summary,
    }
}

/// The vendor's form. A secret that is not shown says where it is.
pub fn handover(fields: &[Field], kept: &str) -> Block {
    let rows = fields.iter().map(|field| match &field.value {
        FieldValue::Open(value) => row(&field.label, value, field.note.clone().unwrap_or_default()),
        FieldValue::Secret(Some(secret)) => row(&field.label, secret.expose(), "secret"),
        FieldValue::Secret(None) => row(&field.label, format!("kept {kept}"), ""),
    });
    Block::Rows {
        rows: rows.collect(),
    }
}

/// What to do with the values in the vendor's console.
pub fn console(vendor: &Vendor) -> Vec<Block> {
    let plain = |text: &str| text.replace("**", "");
    let mut blocks = Vec::new();
    if let Some(url) = &vendor.console.url {
        blocks.push(paragraph(format!("Where they go: {url}")));
    }
    let steps = vendor
        .console
        .paste
        .iter()
        .enumerate()
        .map(|(at, step)| Item {
            state: String::new(),
            title: format!("{}. {}", at + 1, plain(step)),
            text: String::new(),
            lines: Vec::new(),
        });
    blocks.push(Block::Items {
        items: steps.collect(),
    });
    blocks.push(paragraph(plain(&vendor.console.next)));
    blocks
}

/// Where a store keeps things, as the end of a sentence: `in the file …`.
pub fn place(stored_in: &str) -> String {
    match stored_in.parse::<Choice>() {
        Ok(Choice::Keyring) => "in the keyring of this machine".to_owned(),
        Ok(Choice::File(path)) => format!("in the file {}", path.display()),
        Ok(Choice::Helper(command)) => {
            format!("with the helper `{}`", crate::text::printable(&command))
        }
        Ok(Choice::KeyVault(vault)) => {
            format!("in the key vault {}", crate::text::printable(&vault))
        }
        Ok(Choice::None) => "nowhere: it was shown once".to_owned(),
        Err(_) => crate::text::printable(stored_in),
    }
}

/// What the connection signs in with, and where that is kept: a label and its value.
pub fn kept(record: &ConnectionRecord) -> (&'static str, String) {
    let stored_in = &record.credential.stored_in;
    match record.credential.kind.as_str() {
        "certificate" if stored_in == "none" => {
            ("Certificate", "its key is with the vendor".to_owned())
        }
        "certificate" => ("Certificate", place(stored_in)),
        "elsewhere" => ("Credential", "its own; azconnect keeps none".to_owned()),
        "federated" => ("Credential", "federated: there is no secret".to_owned()),
        _ => ("Secret", place(stored_in)),
    }
}

/// The day of a time stamp, UTC.
pub fn day(at: jiff::Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}
