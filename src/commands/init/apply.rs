//! From what was decided to what is there: plan, consent, execution, and the record of it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures::FutureExt;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::in_hand::{InHand, entry, keep_given, keep_known, known_secret, put};
use super::refusals::{refuse_other_run, refuse_other_target};
use super::{Args, Decided, by_others, census, ending, guided, partner_app, show_plan};
use crate::azure::ids::ClientId;
use crate::commands::app::App;
use crate::commands::{documents, journals, narration, request};
use crate::connection::{Change, ConnectionRecord, ConnectionSpec, ExportRecord, Receipt};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::plan::execute::{Ended, Execution};
use crate::plan::journal::Journal;
use crate::plan::preflight::{Held, preflight};
use crate::plan::survey::Survey;
use crate::plan::{Plan, survey};
use crate::secret::Secret;
use crate::steps::{self, Permission};
use crate::ui::{Event, Output};

/// Carries out what was decided.
///
/// # Errors
/// As the exit codes of the contract say.
pub(super) async fn run(args: &Args, app: &App, decided: Decided) -> Result<Exit> {
    let Decided {
        vendor,
        spec,
        azure,
        store,
        ..
    } = &decided;
    let before = app.connections.find(&spec.name)?;
    let journal = journals::find(&app.connections, &spec.name)?;
    refuse_other_target(app, &decided, before.as_ref())?;
    refuse_other_run(app, &decided, journal.as_ref()).await?;
    let in_hand: InHand = Mutex::new(decided.given.clone());
    let known = known_secret(app, &decided, before.as_ref(), journal.as_ref(), &in_hand).await?;
    let described = store.describe();
    let kept_in = (store.kind() != "none").then_some(described.as_str());
    let plan = Plan::new(spec, vendor, known, kept_in)?;
    let ours = before.as_ref().map_or(&[][..], |record| &record.receipts);
    let mut survey = plan
        .survey(azure, journal.as_ref(), ours, app.host.now())
        .await?;
    survey.warnings = plan.warnings(azure).await;
    let held = preflight(azure, &survey).await;
    let blocks = show_plan::blocks(&decided, &survey, &held);
    if args.plan {
        let document = documents::document(
            Exit::Ok,
            json!({"plan": true, "steps": planned(&decided, &survey, &held), "warnings": survey.warnings, "command": decided.again.command()}),
        );
        let more = show_plan::explained(vendor, &survey)
            .into_iter()
            .chain(decided.again.blocks());
        app.ui.finish(&Output {
            document,
            blocks: blocks.into_iter().chain(more).collect(),
        });
        return Ok(Exit::Ok);
    }
    if before.is_none() && journal.is_none() {
        show_plan::warn(app, vendor);
    }
    app.ui.tell(Event::Shown {
        blocks: blocks.clone(),
    });
    if !survey.is_complete() && !app.global.yes {
        let proposed = show_plan::Proposed {
            blocks: &blocks,
            explained: show_plan::explained(vendor, &survey),
            can_go_back: decided.can_go_back,
        };
        show_plan::consent(app, args, &decided, proposed).await?;
    }
    app.say_if_interrupted(ways_on(app, &decided));
    let mut journal = journal.unwrap_or_else(|| new_journal(app, &decided));
    let earlier = Plan::new(&journal.written().spec, vendor, None, None)?;
    earlier.note_dropped(azure, &mut journal, &plan).await?;
    journal.update_spec(spec.clone());
    keep_given(&decided).await?;
    let was_in = keep_known(&decided, before.as_ref(), known, &in_hand).await?;
    let mut ended = execute(app, &decided, &plan, &mut journal, &survey, &in_hand).await?;
    by_others::look(app, &decided, &plan, &mut journal, &mut ended, &in_hand).await?;
    if ended.iter().any(|end| end.error.is_some()) {
        if guided::is_wanted(app, &ended).await? {
            return guided::rest(args, (app, decided), (journal, in_hand), (before, &ended)).await;
        }
        return failed(app, &decided, &plan, ended, (&survey, &held)).await;
    }
    request::forget(app, &spec.name);
    let receipts: Vec<Receipt> = ended.iter().filter_map(|end| end.receipt.clone()).collect();
    plan.sweep(azure, &journal, &receipts).await?;
    let counted = before.as_ref().and_then(|record| record.census.clone());
    let record = ConnectionRecord {
        census: census::take(app, &decided, counted).await,
        ..record(app, &decided, before, &journal, receipts)?
    };
    app.connections.save(&record)?;
    if let Some(place) = was_in {
        // Only now does the record name the new place.
        app.store(&place)?.delete(spec.name.as_str()).await?;
    }
    let (registered, asked) = partner_app::watch(app, &decided, &record, &in_hand).await?;
    ended.extend(registered);
    let went = ending::Went {
        ended: &ended,
        survey: &survey,
        asked: asked.as_ref(),
    };
    if record.credential.stored_in == "none" {
        // A secret that is kept nowhere is lost until it has been shown, so the run is over only then.
        let exit = ending::finish(args, app, &decided, &record, &went, &in_hand).await?;
        if let Err(error) = journal.close() {
            tracing::warn!("{error}");
        }
        return Ok(exit);
    }
    if went.is_left_to_others() {
        // The journal stays, and `--resume` looks again.
        return ending::finish(args, app, &decided, &record, &went, &in_hand).await;
    }
    journal.close()?;
    // There is nothing to resume any more: what is left is to look.
    app.say_if_interrupted(ways_on_when_done(app, &decided));
    ending::finish(args, app, &decided, &record, &went, &in_hand).await
}

/// The rows of a plan that is only shown.
fn planned(decided: &Decided, survey: &Survey, held: &BTreeMap<Permission, Held>) -> Value {
    let mut steps = documents::planned(survey, held, &|id| decided.again.source_of(id));
    if let Some(steps) = steps
        .as_array_mut()
        .filter(|_| partner_app::is_needed(decided.vendor))
    {
        steps.push(json!({
            "id": partner_app::ID,
            "title": partner_app::TITLE,
            "change": Change::Create,
            "status": partner_app::MANUAL,
            "resource_id": null,
            "source": null,
            "needs": [partner_app::WHO],
            "rights": [{"right": partner_app::WHO, "held": "unknown"}],
        }));
    }
    steps
}

pub(super) fn new_journal(app: &App, decided: &Decided) -> Journal {
    let file = app
        .connections
        .journal_file(&decided.spec.name)
        .unwrap_or_default();
    Journal::new(file, journals::save, decided.spec.clone(), app.host.now())
}

async fn execute(
    app: &App,
    decided: &Decided,
    plan: &Plan,
    journal: &mut Journal,
    survey: &Survey,
    in_hand: &InHand,
) -> Result<Vec<Ended>> {
    if survey.is_complete() {
        return Ok(survey::as_ended(survey, |end| narration::found(app, end)));
    }
    let keep = |client_id: ClientId, secret: Secret, expires_at: Option<Timestamp>| {
        async move {
            decided
                .store
                .set(&entry(decided, client_id, secret.clone(), expires_at))
                .await?;
            put(in_hand, secret);
            Ok(())
        }
        .boxed()
    };
    let tell = |progressed: crate::plan::execute::Progressed<'_>| {
        narration::tell(app, survey, &progressed)
    };
    // From here on there is a run to go on with, and remedies may say so.
    let azure = decided
        .azure
        .knowing(&[("run", decided.spec.name.to_string())]);
    let execution = Execution {
        azure: &azure,
        host: &app.host,
        tell: &tell,
        keep: &keep,
    };
    Ok(plan.execute(&execution, journal, survey).await)
}

/// What stays on this machine. What earlier runs made and this one did not touch stays known, so that it can be removed.
pub(super) fn record(
    app: &App,
    decided: &Decided,
    before: Option<ConnectionRecord>,
    journal: &Journal,
    receipts: Vec<Receipt>,
) -> Result<ConnectionRecord> {
    let fact = |step: &str, key: &str| {
        receipts
            .iter()
            .find(|receipt| receipt.step == step)
            .and_then(|receipt| receipt.facts.get(key))
            .cloned()
    };
    let spec = &decided.spec;
    let secret = receipts.iter().find(|receipt| {
        [steps::secret::ID, steps::certificate::ID].contains(&receipt.step.as_str())
    });
    let made_before = before
        .as_ref()
        .map(|record| record.receipts.clone())
        .unwrap_or_default();
    let mut all: Vec<Receipt> = made_before
        .into_iter()
        .chain(journal.receipts())
        .filter(|old| receipts.iter().all(|new| new.id != old.id))
        .collect();
    all.dedup_by(|a, b| a.id == b.id);
    all.extend(receipts.iter().cloned());
    let client_id = fact(steps::application::ID, "client_id")
        .or_else(|| fact(steps::service_principal::ID, "client_id"))
        .and_then(|id| id.parse().ok());
    let exports = exports(spec, &receipts);
    Ok(ConnectionRecord {
        name: spec.name.clone(),
        vendor: spec.vendor.clone(),
        cloud: spec.cloud.clone(),
        tenant_id: spec.directory.id,
        tenant_name: Some(spec.directory.display_name.clone()),
        client_id: client_id.ok_or_else(|| Error::bug("a finished run without an application"))?,
        application_object_id: fact(steps::application::ID, "application_object_id")
            .and_then(|id| id.parse().ok()),
        service_principal_object_id: fact(
            steps::service_principal::ID,
            "service_principal_object_id",
        )
        .and_then(|id| id.parse().ok()),
        agreement: spec.agreement,
        scopes: spec
            .scopes
            .iter()
            .map(|choice| choice.scope.clone())
            .collect(),
        credential: crate::connection::CredentialRecord {
            kind: spec.credential.kind().to_owned(),
            key_id: secret.and_then(|receipt| receipt.id.parse().ok()),
            expires_at: secret.and_then(|receipt| receipt.fact("expires_at")),
            stored_in: decided.store.kind(),
        },
        receipts: all,
        exports,
        partner: spec.partner.clone(),
        created_at: before.map_or_else(|| app.host.now(), |record| record.created_at),
        census: None,
    })
}

/// The exports that the vendor reads, as they were made or found: one that was there may have another name.
fn exports(spec: &ConnectionSpec, receipts: &[Receipt]) -> Vec<ExportRecord> {
    let Some(storage) = &spec.storage else {
        return Vec::new();
    };
    let recorded = spec.exports.iter().filter_map(|export| {
        let id = steps::export::id(export);
        let receipt = receipts.iter().find(|receipt| receipt.step == id)?;
        let fact = |key: &str| receipt.facts.get(key).cloned();
        Some(ExportRecord {
            id: receipt.id.clone(),
            scope: export.at.scope.clone(),
            name: fact("export_name").unwrap_or_else(|| export.name.clone()),
            dataset: export.dataset,
            storage_account: storage.account.clone(),
            container: storage.container.clone(),
            directory: fact("export_directory").unwrap_or_else(|| export.directory.clone()),
            recurrence: export.recurrence,
            schedule_ends_at: receipt.fact("schedule_ends_at"),
        })
    });
    recorded.collect()
}

/// Leads the message of a further step that failed, behind the fixes of the first.
const OTHER: &str = "Another step failed too: ";

/// The run ends here for now: what is done stays in the journal, and what is left is said, with the ways on.
async fn failed(
    app: &App,
    decided: &Decided,
    plan: &Plan,
    ended: Vec<Ended>,
    (survey, held): (&Survey, &BTreeMap<Permission, Held>),
) -> Result<Exit> {
    let steps = documents::steps(&ended, survey);
    let made = ended
        .iter()
        .filter(|end| {
            end.receipt
                .as_ref()
                .is_some_and(|receipt| receipt.change == Change::Create)
        })
        .count();
    let target = (&decided.spec, &decided.azure);
    let asked = request::write(app, target, plan, &ended, held).await?;
    let mut errors: Vec<Error> = ended.into_iter().filter_map(|end| end.error).collect();
    // What only another person can mend comes last: the rest has to be mended first anyway.
    errors.sort_by_key(|error| error.kind() == Kind::Forbidden);
    let mut errors = errors.into_iter();
    let error = errors
        .next()
        .ok_or_else(|| Error::bug("a failed run without a failure"))?;
    let others = errors.map(|other| format!("{OTHER}{}", other.message()));
    let kind = match error.kind() {
        Kind::Failed if made > 0 => Kind::Partial,
        kind => kind,
    };
    let mut error = error.with_kind(kind).hints(others);
    let mut extra = json!({"steps": steps});
    if let Some(request) = asked {
        error = error.hints(request.hints());
        request.add_to(&mut extra);
        app.ui.tell(Event::Shown {
            blocks: request.blocks,
        });
    }
    // A run that was refused before it made anything has nothing to undo; one that was cut off may have made something.
    let undo = made > 0 || error.kind() != Kind::Forbidden;
    let ways = ways_on(app, decided).into_iter().skip(usize::from(!undo));
    let error = error.hints(ways);
    let exit = error.exit();
    app.ui.fail(&error, extra);
    Ok(exit)
}

fn ways_on(app: &App, decided: &Decided) -> Vec<String> {
    let spec = &decided.spec;
    vec![
        format!(
            "Undo what is done: {}",
            app.typed(format!("remove {}", spec.name))
        ),
        format!(
            "Go on: {}",
            app.typed(format!(
                "init {} --connection {} --resume",
                spec.vendor, spec.name
            ))
        ),
    ]
}

/// Once everything is made there is no run to go on with: what is left is the proof.
pub(super) fn ways_on_when_done(app: &App, decided: &Decided) -> Vec<String> {
    let name = &decided.spec.name;
    vec![
        format!("Undo what is done: {}", app.typed(format!("remove {name}"))),
        format!(
            "See whether it works: {}",
            app.typed(format!("check {name}"))
        ),
    ]
}
