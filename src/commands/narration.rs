//! What the engine reports, as events for the screen.

use super::app::App;
use crate::connection::{Change, Receipt};
use crate::error::Error;
use crate::plan::execute::{Ended, Progressed, What};
use crate::plan::survey::Survey;
use crate::ui::{Event, Progress};

/// Tells what happened to a step.
pub fn tell(app: &App, survey: &Survey, progressed: &Progressed<'_>) {
    let planned = survey
        .rows
        .iter()
        .find(|row| row.id == progressed.id)
        .map_or(Change::Create, |row| row.change);
    let (status, detail) = match &progressed.what {
        What::Started => (Progress::Running, String::new()),
        What::WaitingFor(what) => (Progress::Waiting, (*what).to_owned()),
        What::Done(receipt) => (Progress::Done, ending(receipt)),
        What::Found(receipt) => (Progress::Found, ending(receipt)),
        What::Skipped => (
            Progress::Skipped,
            "not tried: it stands on a step that failed".to_owned(),
        ),
        What::Failed(error) => (Progress::Failed, in_short(error)),
    };
    app.ui.tell(Event::Step {
        id: progressed.id.to_owned(),
        title: progressed.title.to_owned(),
        change: word(planned).to_owned(),
        status,
        detail,
    });
}

/// Why a step failed, in short: the run ends with the whole message. Our own codes are for programs.
fn in_short(error: &Error) -> String {
    let code = error.code();
    if code.chars().any(|c| c.is_ascii_uppercase()) {
        code.to_owned()
    } else if code.chars().all(|c| c.is_ascii_digit()) {
        format!("HTTP status {code}")
    } else {
        error.message().trim_end_matches('.').to_owned()
    }
}

/// Tells that a step had nothing to do.
pub fn found(app: &App, end: &Ended) {
    let detail = end.receipt.as_ref().map(ending).unwrap_or_default();
    app.ui.tell(Event::Step {
        id: end.id.clone(),
        title: end.title.clone(),
        change: "reuse".to_owned(),
        status: Progress::Found,
        detail,
    });
}

/// The word for a change.
pub fn word(change: Change) -> &'static str {
    match change {
        Change::Create => "create",
        Change::Reuse => "reuse",
        Change::Remove => "remove",
    }
}

/// What a person may want to know of a thing: the id that others ask for, or when it ends.
fn ending(receipt: &Receipt) -> String {
    let fact = |key: &str| receipt.facts.get(key).map(String::as_str);
    if let Some(ends) = fact("expires_at") {
        return format!("until {}", ends.get(..10).unwrap_or(ends));
    }
    fact("client_id")
        .or_else(|| fact("service_principal_object_id"))
        .unwrap_or_default()
        .to_owned()
}
