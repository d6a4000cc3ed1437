//! A rotation that Azure refused, and what to ask of whom.

use serde_json::json;

use super::credential::{receipts, step};
use crate::azure::Azure;
use crate::azure::ids::ApplicationObjectId;
use crate::commands::app::App;
use crate::commands::request::{self, Requests};
use crate::connection::ConnectionRecord;
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::ui::Event;

/// Ends the run: with a request to somebody who may do it, where that is what is missing.
///
/// # Errors
/// The failure itself, where no other person can help.
pub(super) async fn told(
    app: &App,
    azure: &Azure,
    record: &ConnectionRecord,
    error: Error,
) -> Result<Exit> {
    let (error, requests) = asked(app, azure, record, error).await;
    let Some(requests) = requests else {
        return Err(error);
    };
    let mut extra = json!({});
    requests.add_to(&mut extra);
    app.ui.tell(Event::Shown {
        blocks: requests.blocks,
    });
    app.ui.fail(&error, extra);
    Ok(error.exit())
}

/// The failure with the way to the request, and the request.
pub(super) async fn asked(
    app: &App,
    azure: &Azure,
    record: &ConnectionRecord,
    error: Error,
) -> (Error, Option<Requests>) {
    if error.kind() != Kind::Forbidden {
        return (error, None);
    }
    // Only the client ID stands in the request.
    let application = record
        .application_object_id
        .unwrap_or_else(|| ApplicationObjectId::new(uuid::Uuid::nil()));
    let step = step(record, 0, None, None);
    let receipts = receipts(record, application);
    let what = (step.as_ref(), &receipts);
    match request::of_rotation(app, (record, azure), what, &error).await {
        Ok(requests) => {
            let go_on = format!(
                "Go on afterwards: {}",
                app.typed(format!("rotate {}", record.name))
            );
            let error = error.hints(requests.hints()).hint(go_on);
            (error, Some(requests))
        }
        Err(_) => (error, None),
    }
}
