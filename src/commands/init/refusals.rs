//! What a run under a taken name is refused for: going on would make this machine forget what was made for another target.

use crate::commands::app::App;
use crate::commands::init::Decided;
use crate::connection::{Application, ConnectionRecord};
use crate::error::{Error, Result};
use crate::plan::journal::Journal;

/// A connection's name stands for one app in one directory; another target under the same name would orphan what the first one made.
///
/// # Errors
/// `Usage` where the name is taken.
pub(super) fn refuse_other_target(
    app: &App,
    decided: &Decided,
    before: Option<&ConnectionRecord>,
) -> Result<()> {
    let Some(before) = before else { return Ok(()) };
    let spec = &decided.spec;
    let named = match &spec.application {
        Application::Existing { client_id } | Application::Principal { client_id, .. } => {
            Some(*client_id)
        }
        Application::Own { .. } => None,
    };
    let other_app = named.is_some_and(|client_id| client_id != before.client_id);
    if before.tenant_id == spec.directory.id
        && before.vendor == spec.vendor
        && before.cloud == spec.cloud
        && !other_app
    {
        return Ok(());
    }
    Err(Error::usage(
        "connection_taken",
        format!(
            "The connection `{}` exists already, for another target.",
            spec.name
        ),
    )
    .why(format!(
        "It connects {} to the app {} in the directory {} ({} cloud).",
        before.vendor, before.client_id, before.tenant_id, before.cloud
    ))
    .hint(format!(
        "Remove that one first: {}",
        app.typed(format!("remove {}", spec.name))
    ))
    .hint("Or give this one another name with `--connection NAME`."))
}

/// The same for an interrupted run, whose journal alone knows what it made.
///
/// # Errors
/// `Usage` where the journal is another target's.
pub(super) async fn refuse_other_run(
    app: &App,
    decided: &Decided,
    journal: Option<&Journal>,
) -> Result<()> {
    let Some(journal) = journal else {
        return Ok(());
    };
    let (spec, earlier) = (&decided.spec, &journal.written().spec);
    let same_target = earlier.directory.id == spec.directory.id
        && earlier.vendor == spec.vendor
        && earlier.cloud == spec.cloud
        && is_same_app(&earlier.application, &spec.application);
    // A person who is guided makes the app in the course of the run.
    let is_guided = decided.guided.is_some() && journal.written().guided.is_some();
    let same_but_app = earlier.directory.id == spec.directory.id && earlier.vendor == spec.vendor;
    if same_target || is_guided && same_but_app || made_nothing(decided, journal).await? {
        return Ok(());
    }
    Err(Error::usage(
        "connection_taken",
        format!(
            "An interrupted run for the connection `{}` had another target.",
            spec.name
        ),
    )
    .why("Its journal alone knows what it made in Azure, so azconnect doesn't replace it.")
    .hint("Or give this one another name with `--connection NAME`.")
    .hint(format!(
        "Undo what is done: {}",
        app.typed(format!("remove {}", spec.name))
    ))
    .hint(format!(
        "Finish that one: {}",
        app.typed(format!(
            "init {} --connection {} --resume",
            earlier.vendor, spec.name
        ))
    )))
}

/// Whether the interrupted run left nothing: it ended where somebody was refused to register its app, and goes on with an app that
/// somebody else registered.
async fn made_nothing(decided: &Decided, journal: &Journal) -> Result<bool> {
    let Application::Own { unique_name, .. } = &journal.written().spec.application else {
        return Ok(false);
    };
    Ok(journal.receipts().is_empty()
        && decided
            .azure
            .application_by_unique_name(unique_name)
            .await?
            .is_none())
}

fn is_same_app(one: &Application, other: &Application) -> bool {
    match (one, other) {
        (
            Application::Own {
                unique_name: one, ..
            },
            Application::Own {
                unique_name: other, ..
            },
        ) => one == other,
        (Application::Existing { client_id: one }, Application::Existing { client_id: other }) => {
            one == other
        }
        (
            Application::Principal { object_id: one, .. },
            Application::Principal {
                object_id: other, ..
            },
        ) => one == other,
        (
            Application::Own { .. } | Application::Existing { .. } | Application::Principal { .. },
            _,
        ) => false,
    }
}
