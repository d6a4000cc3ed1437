//! What a connection exports already: recorded by a run that ended, or wished by one that was cut off.

use crate::commands::app::App;
use crate::commands::journals;
use crate::connection::{ConnectionName, ConnectionSpec, ExportRecord};

/// The exports of a connection; none where nothing is known of it. A record or journal that can't be read is reported elsewhere.
pub(super) fn earlier(app: &App, name: &ConnectionName) -> Vec<ExportRecord> {
    if let Ok(Some(journal)) = journals::find(&app.connections, name) {
        return wished(&journal.written().spec);
    }
    match app.connections.find(name) {
        Ok(Some(record)) => record.exports,
        Ok(None) | Err(_) => Vec::new(),
    }
}

fn wished(spec: &ConnectionSpec) -> Vec<ExportRecord> {
    let Some(storage) = &spec.storage else {
        return Vec::new();
    };
    spec.exports
        .iter()
        .map(|export| ExportRecord {
            id: export.id(),
            scope: export.at.scope.clone(),
            name: export.name.clone(),
            dataset: export.dataset,
            storage_account: storage.account.clone(),
            container: storage.container.clone(),
            directory: export.directory.clone(),
            recurrence: export.recurrence,
            schedule_ends_at: None,
        })
        .collect()
}
