//! The journal of a rotation: what it is about to add, and what it has added and kept, on disk before and after.
//!
//! The order is what keeps a connection working: a new credential is added, proven, kept, and only then is an older one removed. So a
//! rotation that was killed needs to know two things: under which markers it may have added something, and whether the last of them is
//! kept on this machine. What becomes of the older ones stands in the connection's record. The file never holds a secret, is versioned
//! and replaced atomically; fields are only added.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::versioned;
use crate::azure::ids::ClientId;
use crate::connection::{Change, ConnectionRecord, Receipt, ResourceKind};
use crate::error::{Error, Kind, Result};

/// The format that this release writes.
const VERSION: u32 = 1;
/// The fact of an older credential's receipt that says from when on it is to be removed.
pub const REMOVE_AFTER: &str = "remove_after";

/// The journal, and the file that it lives in.
#[derive(Debug)]
pub struct Rotation {
    path: PathBuf,
    save: fn(&Path, &[u8]) -> std::io::Result<()>,
    written: Written,
}

/// The file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    version: u32,
    /// The application that it is about.
    pub client_id: ClientId,
    /// When the first run of it began.
    pub started_at: Timestamp,
    /// How long the new credential is to live, in days.
    pub days: u16,
    /// For how many days the older ones are left.
    pub keep_old: u16,
    /// Markers of attempts, oldest first.
    #[serde(default)]
    pub markers: Vec<String>,
    /// The new credential, once it is proven and kept.
    #[serde(default)]
    pub kept: Option<Receipt>,
}

impl Rotation {
    /// A new journal at `path`, saved by `save` (atomic and on disk when it returns). Nothing is written yet.
    pub fn new(
        path: PathBuf,
        save: fn(&Path, &[u8]) -> std::io::Result<()>,
        client_id: ClientId,
        now: Timestamp,
    ) -> Self {
        Rotation {
            path,
            save,
            written: Written {
                version: VERSION,
                client_id,
                started_at: now,
                days: 0,
                keep_old: 0,
                markers: Vec::new(),
                kept: None,
            },
        }
    }

    /// The journal at `path`, if a rotation was interrupted.
    ///
    /// # Errors
    /// `Failed` where the file can't be read, is damaged, or was written by a later release.
    pub fn open(
        path: PathBuf,
        save: fn(&Path, &[u8]) -> std::io::Result<()>,
    ) -> Result<Option<Self>> {
        let written = versioned::read(&path, VERSION, unreadable)?;
        Ok(written.map(|written| Rotation {
            path,
            save,
            written,
        }))
    }

    /// What the file says.
    pub fn written(&self) -> &Written {
        &self.written
    }

    /// Takes what is wished for now, as long as nothing is kept; what was not said this time stays as it was. `usual` is for how many
    /// days the new one is made where nobody ever said so.
    pub fn wish(&mut self, days: Option<u16>, keep_old: Option<u16>, usual: u16) {
        if self.written.kept.is_none() {
            let earlier = Some(self.written.days).filter(|days| *days > 0);
            self.written.days = days.or(earlier).unwrap_or(usual);
            self.written.keep_old = keep_old.unwrap_or(self.written.keep_old);
        }
    }

    /// Notes that a credential with this marker is about to be added. On disk when this returns.
    ///
    /// # Errors
    /// `Failed` where the file can't be written; nothing may then be added.
    pub fn begin(&mut self, marker: String) -> Result<()> {
        self.written.markers.push(marker);
        self.written.kept = None;
        self.write()
    }

    /// Notes that the credential of the last marker is proven and kept. On disk when this returns.
    ///
    /// # Errors
    /// `Failed` where the file can't be written.
    pub fn keep(&mut self, receipt: Receipt) -> Result<()> {
        self.written.kept = Some(receipt);
        self.write()
    }

    /// Takes the last intent back: nothing of it is in Azure. With the last one the file goes too.
    ///
    /// # Errors
    /// `Failed` where the file can't be written.
    pub fn take_back(&mut self) -> Result<()> {
        self.written.markers.pop();
        if self.written.markers.is_empty() {
            return remove(&self.path);
        }
        self.write()
    }

    /// The markers of attempts that came to nothing, and may have left something.
    pub fn abandoned(&self) -> &[String] {
        let (markers, kept) = (&self.written.markers, self.written.kept.is_some());
        &markers[..markers.len().saturating_sub(usize::from(kept))]
    }

    /// Removes the file: the rotation is over, and its outcome stands in the connection's record.
    ///
    /// # Errors
    /// `Failed` where the file can't be removed.
    pub fn close(self) -> Result<()> {
        remove(&self.path)
    }

    fn write(&self) -> Result<()> {
        let text = serde_json::to_vec_pretty(&self.written)
            .map_err(|error| Error::bug(format!("a rotation can't be noted: {error}")))?;
        (self.save)(&self.path, &text).map_err(|error| unwritable(&self.path, &error))
    }
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unwritable(path, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Enters a new credential into the record, and says of each older one that we made from when on it is to be removed.
pub fn renew(record: &mut ConnectionRecord, new: &Receipt, keep_old: u16, now: Timestamp) {
    let ends = now + SignedDuration::from_hours(24 * i64::from(keep_old));
    for old in record
        .receipts
        .iter_mut()
        .filter(|old| is_ours(old) && old.id != new.id)
    {
        // Whoever leaves an old one for some days doesn't prolong the life of one that was to go earlier.
        let due = remove_after(old).map_or(ends, |due| due.min(ends));
        old.facts.insert(REMOVE_AFTER.to_owned(), due.to_string());
    }
    record.receipts.retain(|known| known.id != new.id);
    record.receipts.push(new.clone());
    record.credential.key_id = new.id.parse().ok();
    record.credential.expires_at = new.fact("expires_at");
}

/// The older credentials that are still there, and were to be removed at `now`.
pub fn due(record: &ConnectionRecord, now: Timestamp) -> Vec<Receipt> {
    let is_due = |old: &&Receipt| remove_after(old).is_some_and(|due| due <= now);
    record.receipts.iter().filter(is_due).cloned().collect()
}

/// The older credentials that are still there, due or not.
pub fn retired(record: &ConnectionRecord) -> impl Iterator<Item = &Receipt> {
    record
        .receipts
        .iter()
        .filter(|old| remove_after(old).is_some())
}

/// From when on an older credential is to be removed; none for the one in use.
pub fn remove_after(receipt: &Receipt) -> Option<Timestamp> {
    receipt.fact(REMOVE_AFTER)
}

/// Whether it is a credential that we made. One that we found is somebody else's to remove.
pub fn is_ours(receipt: &Receipt) -> bool {
    let is_credential = matches!(
        receipt.kind,
        ResourceKind::ClientSecret | ResourceKind::Certificate
    );
    receipt.change == Change::Create && is_credential
}

fn unreadable(path: &Path, reason: &str) -> Error {
    Error::new(Kind::Failed, "rotation_journal", format!("The journal `{}` can't be read: {}.", path.display(), crate::text::printable(reason)))
        .why("It says what an interrupted rotation added to the app, so azconnect doesn't go on without it.")
        .hint("Move the file away to begin anew, and look in the portal, under Certificates & secrets, whether the app has a secret too many: its description begins with `azconnect`.")
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(Kind::Failed, "rotation_journal", format!("The journal `{}` can't be written: {error}.", path.display()))
        .why("azconnect adds nothing in Azure that it could not find again.")
        .hint("Make room or give yourself the right to write there, or point `AZCONNECT_HOME` at another folder.")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const RECORD: &str = include_str!("../../tests/suite/fixtures/connection-v1.json");

    fn record() -> ConnectionRecord {
        let written: serde_json::Value = serde_json::from_str(RECORD).unwrap();
        serde_json::from_value(written["connection"].clone()).unwrap()
    }

    fn secret(id: u128) -> Receipt {
        Receipt {
            step: "secret".to_owned(),
            title: "Client secret".to_owned(),
            kind: ResourceKind::ClientSecret,
            id: uuid::Uuid::from_u128(id).to_string(),
            change: Change::Create,
            at: Timestamp::UNIX_EPOCH,
            facts: [("expires_at".to_owned(), "2030-01-01T00:00:00Z".to_owned())].into(),
        }
    }

    #[test]
    fn the_new_one_is_in_use_and_each_older_one_of_ours_has_its_day() {
        let mut record = record();
        record.receipts.push(Receipt {
            change: Change::Reuse,
            ..secret(1)
        });
        let now = Timestamp::from_second(1_000_000).unwrap();
        renew(&mut record, &secret(2), 7, now);
        assert_eq!(record.credential.key_id.unwrap().to_string(), secret(2).id);
        assert_eq!(
            record.credential.expires_at.unwrap().to_string(),
            "2030-01-01T00:00:00Z"
        );
        let old: Vec<&str> = retired(&record).map(|old| old.id.as_str()).collect();
        assert_eq!(
            old,
            ["776c485b-4b2f-466d-b283-3282680f6d51"],
            "theirs is left"
        );
        assert!(due(&record, now).is_empty());
        let week = now + SignedDuration::from_hours(24 * 7);
        assert_eq!(due(&record, week).len(), 1);

        // Rotated again: the first keeps its day, the second gets a longer one.
        renew(&mut record, &secret(3), 30, now);
        let days: Vec<Timestamp> = retired(&record).filter_map(remove_after).collect();
        assert_eq!(days, [week, now + SignedDuration::from_hours(24 * 30)]);
        // And once more, with nothing left to wait for.
        renew(&mut record, &secret(4), 0, now);
        assert_eq!(due(&record, now).len(), 3);
    }

    #[test]
    fn entering_the_same_one_twice_changes_nothing() {
        let mut once = record();
        let now = Timestamp::UNIX_EPOCH;
        renew(&mut once, &secret(2), 0, now);
        let mut twice = once.clone();
        renew(&mut twice, &secret(2), 0, now);
        assert_eq!(once, twice);
    }
}
