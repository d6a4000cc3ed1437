//! The end of `init`: proof with the new credential, and the values to hand over.

use std::sync::PoisonError;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::in_hand::InHand;
use super::{Args, Decided, census, partner_app, past_months};
use crate::checks::{Finding, Status};
use crate::commands::app::App;
use crate::commands::request::Requests;
use crate::commands::views::{self, command, heading, paragraph, row};
use crate::commands::{documents, handover, look, prove};
use crate::connection::{Change, ConnectionRecord, hand_over};
use crate::error::Result;
use crate::exit::Exit;
use crate::plan::execute::Ended;
use crate::plan::survey::Survey;
use crate::steps::wait::PATIENCE;
use crate::ui::{Block, Output};

/// How the steps of a run went.
pub(super) struct Went<'a> {
    /// How each ended.
    pub(super) ended: &'a [Ended],
    /// What was there before.
    pub(super) survey: &'a Survey,
    /// What somebody has to be asked for.
    pub(super) asked: Option<&'a Requests>,
}

impl Went<'_> {
    /// Whether something is left that only a person can do.
    pub(super) fn is_left_to_others(&self) -> bool {
        self.ended
            .iter()
            .any(|end| end.status == partner_app::MANUAL)
    }
}

/// Whether something of the connection is so new that Azure may not know it everywhere. What was made long ago is effective by now: a
/// failure then is one, and nothing to wait for.
pub(super) fn is_fresh(app: &App, record: &ConnectionRecord) -> bool {
    let age = |made: Timestamp| app.host.now().duration_since(made).unsigned_abs();
    record
        .receipts
        .iter()
        .any(|receipt| age(receipt.at) < PATIENCE)
}

/// Proves the connection, hands it over, and says how to go on.
///
/// # Errors
/// `Storage` where the hand-over file can't be written.
pub(super) async fn finish(
    args: &Args,
    app: &App,
    decided: &Decided,
    record: &ConnectionRecord,
    went: &Went<'_>,
    in_hand: &InHand,
) -> Result<Exit> {
    // Azure works on them while the connection is proven.
    let past_months = past_months::ask(app, decided, record).await;
    let in_hand = in_hand
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let secret = match in_hand {
        None if record.credential.kind == "federated" => app.secret_of(record).await.ok(),
        in_hand => in_hand,
    };
    let is_fresh = is_fresh(app, record);
    // Nobody is there to do what is left to a person: looking again would not help.
    let patience = if is_fresh && !went.is_left_to_others() {
        PATIENCE
    } else {
        Duration::ZERO
    };
    let mut findings = match &secret {
        Some(secret) => {
            let found =
                prove::until_effective(app, decided.vendor, record, secret, patience).await?;
            if args.wait && found.iter().any(|finding| finding.waits_for_data) {
                prove::until_first_file(app, decided.vendor, record, secret, found).await?
            } else {
                found
            }
        }
        None => {
            let person = (not_tried(record), Some(&decided.azure));
            look::without_credential(app, decided.vendor, record, person).await?
        }
    };
    findings.extend(past_months);
    findings.extend(census::told(record));
    let exit = outcome(&findings, is_fresh || went.is_left_to_others());
    // A secret that is kept nowhere is shown now or never.
    let shown = secret
        .as_ref()
        .filter(|_| record.credential.stored_in == "none" && args.handover_to.is_none());
    let has_all = secret.is_some() || !decided.spec.credential.is_kept();
    if let Some(file) = args.handover_to.as_ref().filter(|_| has_all) {
        handover::write(file, &hand_over(decided.vendor, record, secret.as_ref()))?;
    }
    let fields = hand_over(decided.vendor, record, shown);
    let mut parts = json!({
        "connection": documents::connection(record),
        "steps": documents::steps(went.ended, went.survey),
        "checks": findings,
        "handover": documents::handover(&fields),
        "command": decided.again.command(),
    });
    if let Some(request) = went.asked {
        request.add_to(&mut parts);
    }
    let document = documents::document(exit, parts);
    let mut blocks = vec![heading(title(decided, exit, went, secret.is_some()))];
    blocks.extend(views::charts(&findings));
    blocks.push(paragraph(format!(
        "{} asks for these values:",
        decided.vendor.name
    )));
    blocks.push(views::handover(
        &fields,
        &views::place(&record.credential.stored_in),
    ));
    blocks.extend(views::console(decided.vendor));
    if findings.iter().any(|finding| finding.waits_for_data) {
        blocks.push(paragraph("The first file comes when the export has run: usually within half an hour of a run, and up to a day after the export was made. Nothing has to be done meanwhile; `init` with `--wait` stays until it is there."));
    }
    blocks.extend(decided.again.blocks());
    blocks.push(ways(app, args, record, &findings, has_all));
    app.ui.finish(&Output { document, blocks });
    Ok(exit)
}

/// Why the proof is left out.
fn not_tried(record: &ConnectionRecord) -> &'static str {
    match record.credential.kind.as_str() {
        "federated" => {
            "Not tried: it can only be proven from where the tokens are made, with `AZURE_FEDERATED_TOKEN_FILE` naming the file of one."
        }
        "elsewhere" => {
            "Not tried: only whoever holds the identity has its credential. What it stands on was looked at with your rights."
        }
        "certificate" => "Not tried: only the vendor has the certificate's key.",
        _ => "Not tried: the secret is not kept on this machine.",
    }
}

/// How a proven connection ends: where nothing is left but the replication of what was made just now, or an export's first file, it is
/// `pending`; any other failure wants attention.
fn outcome(findings: &[Finding], is_fresh: bool) -> Exit {
    let mut failed = findings
        .iter()
        .filter(|finding| finding.status == Status::Fail)
        .peekable();
    if failed.peek().is_none() {
        return Exit::Ok;
    }
    if failed.all(|finding| finding.waits_for_data || is_fresh && finding.may_pass) {
        Exit::Pending
    } else {
        Exit::Attention
    }
}

/// What came of it. `is_proven` where the app could be tried: a credential that is the vendor's own shows only there whether it works.
fn title(decided: &Decided, exit: Exit, went: &Went<'_>, is_proven: bool) -> String {
    let made = went
        .ended
        .iter()
        .filter(|end| {
            end.status == "done"
                && end
                    .receipt
                    .as_ref()
                    .is_some_and(|receipt| receipt.change == Change::Create)
        })
        .count();
    let (vendor, directory) = (&decided.vendor.name, &decided.spec.directory.display_name);
    match exit {
        Exit::Pending if went.is_left_to_others() => {
            format!(
                "{vendor} is connected to {directory}, once a person has registered the app in Partner Center"
            )
        }
        Exit::Pending => {
            format!("{vendor} is connected to {directory}, but Azure has not caught up yet")
        }
        Exit::Ok if made == 0 && decided.guided.is_none() => {
            format!("{vendor} was connected to {directory} already; nothing was changed")
        }
        Exit::Ok if is_proven => format!("{vendor} can read {directory}"),
        Exit::Ok => {
            format!("{directory} is ready for {vendor}, whose own sign-in can't be tried from here")
        }
        _ => format!("{vendor} is connected to {directory}, and something wants attention"),
    }
}

fn ways(
    app: &App,
    args: &Args,
    record: &ConnectionRecord,
    findings: &[Finding],
    has_secret: bool,
) -> Block {
    let mut rows = vec![
        row("Connection", record.name.to_string(), ""),
        row(
            "What was made",
            command(app, format!("show {}", record.name)),
            "",
        ),
    ];
    let (label, place) = views::kept(record);
    match record.credential.expires_at {
        Some(ends) => rows.push(row(
            label,
            format!("{place}, until {}", views::day(ends)),
            "",
        )),
        None => rows.push(row(label, place, "")),
    }
    if let Some(file) = args.handover_to.as_ref().filter(|_| has_secret) {
        rows.push(row(
            "Values",
            format!(
                "in {} (only you can read it; delete it when they are pasted)",
                file.display()
            ),
            "",
        ));
    } else if record.credential.stored_in != "none" && record.credential.kind == "secret" {
        rows.push(row(
            "Copy secret",
            command(app, format!("handover {} --copy", record.name)),
            "",
        ));
    }
    rows.push(row(
        "Undo",
        command(app, format!("remove {}", record.name)),
        "",
    ));
    let look = if findings
        .iter()
        .any(|finding| finding.status == Status::Fail)
    {
        "Look again"
    } else {
        "Check later"
    };
    rows.push(row(
        look,
        command(app, format!("check {}", record.name)),
        "",
    ));
    Block::Rows { rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_replication_left_is_pending() {
        let finding = |status, may_pass| Finding {
            may_pass,
            ..Finding::new("x", "x", status, "x")
        };
        assert_eq!(
            outcome(
                &[finding(Status::Pass, false), finding(Status::Warn, false)],
                true
            ),
            Exit::Ok
        );
        assert_eq!(outcome(&[finding(Status::Fail, true)], true), Exit::Pending);
        assert_eq!(
            outcome(&[finding(Status::Fail, true)], false),
            Exit::Attention
        );
        let waits = || Finding::waiting("x", "x", "x");
        for is_fresh in [true, false] {
            assert_eq!(outcome(&[waits()], is_fresh), Exit::Pending);
            assert_eq!(
                outcome(&[waits(), finding(Status::Fail, false)], is_fresh),
                Exit::Attention
            );
        }
        assert_eq!(
            outcome(
                &[finding(Status::Fail, true), finding(Status::Fail, false)],
                true
            ),
            Exit::Attention
        );
    }
}
