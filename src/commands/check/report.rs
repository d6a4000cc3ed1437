//! What a check ends with: the document, what people see, and the exit code.

use serde_json::{Value, json};

use super::Checked;
use crate::checks::{self, DailyTotal, Finding, Status};
use crate::commands::app::App;
use crate::commands::documents;
use crate::commands::views::{self, heading};
use crate::exit::Exit;
use crate::ui::{Block, Output};

/// Writes the result.
pub(super) fn finish(app: &App, checked: &[Checked], strict: bool) -> Exit {
    let exit = outcome(checked, strict);
    let costs = |all: &[Finding]| -> Value {
        let days: Vec<&DailyTotal> = all.iter().flat_map(|finding| &finding.costs).collect();
        json!(days)
    };
    let one = |checked: &Checked| json!({"connection": documents::connection(&checked.record), "checks": checked.findings, "costs": costs(&checked.findings)});
    let parts = match checked {
        [only] => one(only),
        several => json!({"connections": several.iter().map(one).collect::<Vec<_>>()}),
    };
    let now = app.host.now();
    let mut blocks = match checked {
        [only] => in_full(only),
        several => summary(several, now),
    };
    blocks.push(verdict(checked));
    app.ui.finish(&Output {
        document: documents::document(exit, parts),
        blocks,
    });
    exit
}

fn in_full(
    Checked {
        record, findings, ..
    }: &Checked,
) -> Vec<Block> {
    let mut blocks = vec![
        heading(format!("{} ({})", record.name, record.vendor)),
        views::findings(findings),
    ];
    blocks.extend(views::charts(findings));
    blocks
}

/// A line for each connection, and below it what is wrong with those that something is wrong with.
fn summary(checked: &[Checked], now: jiff::Timestamp) -> Vec<Block> {
    let columns = [
        "Connection",
        "Vendor",
        "Directory",
        "State",
        "Secret ends",
        "What is wrong",
    ];
    let mut blocks = vec![Block::Table {
        columns: columns.map(str::to_owned).to_vec(),
        rows: checked.iter().map(|one| cells(one, now)).collect(),
    }];
    for Checked {
        record, findings, ..
    } in checked
    {
        let wrong: Vec<Finding> = findings
            .iter()
            .filter(|finding| is_wrong(finding))
            .cloned()
            .collect();
        if !wrong.is_empty() {
            blocks.push(heading(format!("{} ({})", record.name, record.vendor)));
            blocks.push(views::findings(&wrong));
        }
    }
    blocks
}

fn is_wrong(finding: &Finding) -> bool {
    matches!(finding.status, Status::Fail | Status::Warn)
}

fn cells(
    Checked {
        record, findings, ..
    }: &Checked,
    now: jiff::Timestamp,
) -> Vec<String> {
    vec![
        record.name.to_string(),
        record.vendor.clone(),
        record
            .tenant_name
            .as_deref()
            .map_or_else(|| record.tenant_id.to_string(), crate::text::printable),
        state(findings).to_owned(),
        ends(record.credential.expires_at, now),
        in_one_line(findings),
    ]
}

/// How a connection stands, in a word.
pub(super) fn state(findings: &[Finding]) -> &'static str {
    let worst = findings.iter().map(|finding| finding.status).max();
    let is_asked = findings
        .iter()
        .any(|finding| finding.status != Status::Skip);
    // Nothing that a person sees proves that the app can sign in.
    let is_proven = !findings
        .iter()
        .any(|finding| finding.id == checks::token::ID && finding.status == Status::Skip);
    match worst {
        Some(Status::Fail) if only_waits(findings) => "pending",
        Some(Status::Fail) => "broken",
        Some(Status::Warn) => "attention",
        Some(Status::Pass | Status::Skip) if is_asked && is_proven => "works",
        Some(Status::Pass | Status::Skip) | None => "not checked",
    }
}

/// `in 180 days`, rounded as the check of the secret does it.
fn ends(at: Option<jiff::Timestamp>, now: jiff::Timestamp) -> String {
    const DAY: i64 = 86_400;
    let Some(at) = at else {
        return "not known".to_owned();
    };
    if at <= now {
        return format!("ended {}", views::day(at));
    }
    match (at.as_second() - now.as_second() + DAY / 2).div_euclid(DAY) {
        0 => "within hours".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    }
}

/// The worst finding in a line, and how many more there are.
fn in_one_line(findings: &[Finding]) -> String {
    let is_asked = |finding: &&Finding| finding.status != Status::Skip;
    let shown: Vec<&Finding> = if findings.iter().any(|finding| is_asked(&finding)) {
        findings
            .iter()
            .filter(|finding| is_wrong(finding))
            .collect()
    } else {
        findings.iter().collect()
    };
    let worst = shown.iter().map(|finding| finding.status).max();
    let Some(first) = shown.iter().find(|finding| Some(finding.status) == worst) else {
        return String::new();
    };
    let line = format!("{}: {}", first.title, first.what);
    match shown.len() - 1 {
        0 => line,
        more => format!("{line} (and {more} more)"),
    }
}

fn outcome(checked: &[Checked], strict: bool) -> Exit {
    let all = || checked.iter().flat_map(|checked| &checked.findings);
    let worst = all().map(|finding| finding.status).max();
    match worst {
        Some(Status::Fail) if only_waits(all()) => Exit::Pending,
        Some(Status::Fail) => Exit::Attention,
        Some(Status::Warn) if strict => Exit::Attention,
        Some(Status::Warn | Status::Pass | Status::Skip) | None => Exit::Ok,
    }
}

/// Whether nothing is wrong but that an export's first file is not there yet.
fn only_waits<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> bool {
    findings
        .into_iter()
        .all(|finding| finding.status != Status::Fail || finding.waits_for_data)
}

fn verdict(checked: &[Checked]) -> Block {
    let with = |status: Status| {
        checked
            .iter()
            .filter(|checked| {
                checked
                    .findings
                    .iter()
                    .any(|finding| finding.status == status)
            })
            .count()
    };
    let waits = only_waits(checked.iter().flat_map(|checked| &checked.findings));
    let unseen = checked
        .iter()
        .filter(|checked| state(&checked.findings) == "not checked")
        .count();
    let text = match (checked.len(), with(Status::Fail), with(Status::Warn)) {
        (1, 0, 0) if unseen > 0 => {
            "Nothing is known to be wrong with it; whether it works can't be proven from here."
                .to_owned()
        }
        (1, 0, 0) => "It works.".to_owned(),
        (1, 0, _) => "It works, and something wants attention soon.".to_owned(),
        (1, _, _) if waits => {
            "It works so far; the export's first file is not there yet, and nothing has to be done."
                .to_owned()
        }
        (1, _, _) => "It doesn't work as it should; see the fixes above.".to_owned(),
        (all, 0, 0) if unseen > 0 => {
            format!(
                "{} of {all} connections work; {unseen} were not checked.",
                all - unseen
            )
        }
        (all, 0, 0) => format!("All {all} connections work."),
        (all, failed, _) if waits && failed > 0 => format!(
            "{failed} of {all} connections still wait for an export's first file; nothing has to be done."
        ),
        (all, failed, warned) => format!(
            "{failed} of {all} connections don't work as they should, {warned} want attention soon."
        ),
    };
    views::paragraph(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(status: Status, what: &str) -> Finding {
        Finding::new("x", "Thing", status, what)
    }

    #[test]
    fn a_connection_stands_as_its_worst_finding_does() {
        let pass = || finding(Status::Pass, "ok");
        let warn = || finding(Status::Warn, "soon");
        let fail = || finding(Status::Fail, "gone");
        let skip = || finding(Status::Skip, "not asked");
        let waits = || Finding::waiting("x", "x", "x");
        for (findings, word, line) in [
            (vec![pass(), skip()], "works", ""),
            (vec![pass(), warn()], "attention", "Thing: soon"),
            (
                vec![warn(), pass(), fail()],
                "broken",
                "Thing: gone (and 1 more)",
            ),
            (vec![pass(), waits()], "pending", "x: x"),
            (vec![waits(), fail()], "broken", "x: x (and 1 more)"),
            (vec![skip()], "not checked", "Thing: not asked"),
        ] {
            assert_eq!(
                (state(&findings), in_one_line(&findings).as_str()),
                (word, line)
            );
        }
    }

    #[test]
    fn a_secrets_days_are_rounded_for_people() {
        let now: jiff::Timestamp = "2026-11-26T12:00:00Z".parse().unwrap_or_default();
        let after = |hours: i64| ends(Some(now + jiff::SignedDuration::from_hours(hours)), now);
        assert_eq!(after(24 * 180 - 1), "in 180 days");
        assert_eq!(after(24), "in 1 day");
        assert_eq!(after(2), "within hours");
        assert_eq!(after(-24), "ended 2026-11-25");
        assert_eq!(ends(None, now), "not known");
    }
}
