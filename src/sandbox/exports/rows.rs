//! The rows of a data set: the figures that cost queries answer, one row each.

use std::ops::Range;

use jiff::civil::Date;

use super::super::arm::{Figure, figures};
use super::super::billing::Agreement;
use super::super::tenant::{CostProfile, Subscription};
use super::columns::{COSTS, Column, FOCUS, PRICES, USAGE};
use super::datasets::Rows;
use super::place::{Level, Place};
use super::settings::Settings;

/// What one row is about.
pub(super) struct Row<'data> {
    pub(super) place: &'data Place,
    pub(super) bearer: &'data Subscription,
    pub(super) currency: &'data str,
    pub(super) figure: Figure,
    /// Whether costs are spread over the time that they are for.
    pub(super) is_amortized: bool,
}

/// A head and lines, all of them text in CSV.
pub(super) struct Table {
    head: String,
    lines: Vec<String>,
}

impl Table {
    pub(super) fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The head and some of the lines.
    pub(super) fn text(&self, rows: Range<usize>) -> String {
        let lines = self.lines.get(rows).unwrap_or_default();
        lines
            .iter()
            .fold(self.head.clone(), |text, line| text + line)
    }
}

/// The table of a data set for some days, both included, as it is known on a day.
pub(super) fn table(
    place: &Place,
    settings: Settings<'_>,
    (from, to): (Date, Date),
    today: Date,
) -> Table {
    let kind = settings.dataset().map(|dataset| dataset.rows);
    let columns: Vec<&Column> = match kind {
        Some(Rows::Reservations(names)) => return only_head(names),
        Some(Rows::Focus) => chosen(FOCUS, settings),
        Some(Rows::Prices) => chosen(PRICES, settings),
        Some(Rows::Usage) => chosen(USAGE, settings),
        Some(Rows::Costs) | None => chosen(COSTS, settings),
    };
    let is_modern = matches!(
        place.level,
        Level::Billing(
            _,
            Agreement::MicrosoftCustomerAgreement | Agreement::MicrosoftPartnerAgreement
        )
    );
    let names: Vec<String> = columns
        .iter()
        .map(|column| match kind {
            Some(Rows::Costs | Rows::Prices) if is_modern => lower_camel(column.name),
            _ => column.name.to_owned(),
        })
        .collect();
    let days = if kind == Some(Rows::Prices) {
        (today, today)
    } else {
        (from, to)
    };
    let lines = rows(place, settings, days, today)
        .iter()
        .map(|row| line(columns.iter().map(|column| (column.cell)(row))))
        .collect();
    Table {
        head: line(names.into_iter()),
        lines,
    }
}

fn rows<'data>(
    place: &'data Place,
    settings: Settings<'_>,
    (from, to): (Date, Date),
    today: Date,
) -> Vec<Row<'data>> {
    let is_amortized = settings.text("/definition/type") == "AmortizedCost";
    let mut rows = Vec::new();
    for bearer in &place.bearers {
        let CostProfile::Daily { currency, .. } = &bearer.costs else {
            continue;
        };
        let figures = figures(bearer, from, to, today).into_iter();
        let here = figures.filter(|figure| {
            let only = place.resource_group.as_deref();
            only.is_none_or(|group| group.eq_ignore_ascii_case(figure.resource_group))
        });
        rows.extend(here.map(|figure| Row {
            place,
            bearer,
            currency,
            figure,
            is_amortized,
        }));
    }
    rows
}

/// The columns that the export asks for, in its order; all where it asks for none.
fn chosen(columns: &'static [Column], settings: Settings<'_>) -> Vec<&'static Column> {
    let asked = settings
        .0
        .pointer("/definition/dataSet/configuration/columns")
        .and_then(serde_json::Value::as_array)
        .filter(|asked| !asked.is_empty());
    let Some(asked) = asked else {
        return columns.iter().collect();
    };
    let named = |name: &str| {
        columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name))
    };
    asked
        .iter()
        .filter_map(|name| named(name.as_str()?))
        .collect()
}

fn only_head(names: &[&str]) -> Table {
    Table {
        head: line(names.iter().map(|name| (*name).to_owned())),
        lines: Vec::new(),
    }
}

/// Accounts of the newer agreements begin their columns in lower case.
fn lower_camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

/// A line of CSV: cells with a comma, a quote or a line's end in them are quoted.
fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells
        .map(|cell| {
            if cell.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell
            }
        })
        .collect();
    format!("{}\r\n", cells.join(","))
}
