//! What this connection made and another one of this machine stands on too: the vendor's app in the directory, a role of the same
//! principal, a storage account. It stays, and belongs to the other one from then on, which takes it away when it is removed itself.

use super::target::Target;
use crate::commands::app::App;
use crate::connection::{Change, ConnectionName, ConnectionRecord, Receipt};
use crate::error::Result;
use crate::plan::undo::Undo;

/// A thing that stays, and who has it from then on.
pub(super) struct Heir {
    id: String,
    name: ConnectionName,
}

/// Takes out of what is to be removed what another connection stands on.
pub(super) fn set_aside(app: &App, target: &Target, undo: &mut Undo) -> Vec<Heir> {
    let all = match app.connections.all() {
        Ok(all) => all,
        Err(error) => {
            tracing::warn!("which things other connections stand on is not known: {error}");
            return Vec::new();
        }
    };
    let others: Vec<ConnectionRecord> = all
        .into_iter()
        .filter(|other| other.name != target.name && other.cloud == target.cloud)
        .collect();
    let mut heirs = Vec::new();
    let (shared, ours): (Vec<Receipt>, Vec<Receipt>) = std::mem::take(&mut undo.ours)
        .into_iter()
        .partition(|receipt| {
            let heir = others.iter().find(|other| stands_on(other, receipt));
            heirs.extend(heir.map(|heir| Heir {
                id: receipt.id.clone(),
                name: heir.name.clone(),
            }));
            heir.is_some()
        });
    undo.ours = ours;
    undo.kept.extend(shared);
    heirs
}

fn stands_on(other: &ConnectionRecord, receipt: &Receipt) -> bool {
    let mut all = other.receipts.iter();
    all.any(|known| known.kind == receipt.kind && known.id.eq_ignore_ascii_case(&receipt.id))
}

/// Notes with each heir what it has to remove one day. Done twice it changes nothing.
///
/// # Errors
/// `Storage` where another process is at work on the heir, or its record can't be written.
pub(super) fn hand_on(app: &App, heirs: &[Heir]) -> Result<()> {
    for heir in heirs {
        let _lock = app.connections.lock(&heir.name)?;
        let Some(mut record) = app.connections.find(&heir.name)? else {
            continue;
        };
        for receipt in &mut record.receipts {
            if receipt.id.eq_ignore_ascii_case(&heir.id) {
                receipt.change = Change::Create;
            }
        }
        app.connections.save(&record)?;
    }
    Ok(())
}
