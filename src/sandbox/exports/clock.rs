//! What happens as time goes on: scheduled runs begin, and runs end.
//!
//! Nothing runs in the background. Before each request everything that is due by then is done in the order and with the
//! times that it would have had, so that two looks at the same moment see the same.

use jiff::Timestamp;

use super::super::Replication;
use super::super::tenant::State;
use super::delivery;
use super::run::queued;
use super::settings::Settings;
use super::state::Export;

/// Scheduled runs that are made up for where nobody asked for long; of older ones nothing is left.
const MADE_UP_FOR: usize = 10;

/// Does what is due.
pub(super) fn advance(state: &mut State, now: Timestamp, pace: &Replication) {
    let due: Vec<String> = state
        .exports
        .exports
        .iter()
        .filter(|(_, export)| is_due(export, now))
        .map(|(key, _)| key.clone())
        .collect();
    for key in due {
        let Some(mut export) = state.exports.exports.remove(&key) else {
            continue;
        };
        begin_scheduled(&mut export, now, pace);
        end(state, &mut export, now);
        state.exports.exports.insert(key, export);
    }
}

fn is_due(export: &Export, now: Timestamp) -> bool {
    export.next_run.is_some_and(|next| next <= now)
        || export
            .runs
            .iter()
            .any(|run| run.result.is_none() && run.ends <= now)
}

fn begin_scheduled(export: &mut Export, now: Timestamp, pace: &Replication) {
    let mut due = Vec::new();
    let mut next = export.next_run;
    while let Some(at) = next.filter(|at| *at <= now) {
        due.push(at);
        next = Settings(&export.properties).next_occurrence(at);
    }
    export.next_run = next;
    let skipped = due.len().saturating_sub(MADE_UP_FOR);
    for at in due.into_iter().skip(skipped) {
        let run = queued(export, at, pace);
        export.runs.push(run);
    }
}

/// Ends the runs whose time has come, the oldest first: a later one may find nothing new.
fn end(state: &mut State, export: &mut Export, now: Timestamp) {
    for index in 0..export.runs.len() {
        let is_over = export
            .runs
            .get(index)
            .is_some_and(|run| run.result.is_none() && run.ends <= now);
        if is_over {
            delivery::deliver(state, export, index);
        }
    }
}
