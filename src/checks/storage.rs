//! Do the export's files arrive, and can the app read them?

use std::io::Read;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::check::{Check, Connected, Finding, Status};
use super::delivery::{self, Absence, Candidate, Survey, age, minute, word};
use super::export::{title, ways};
use super::manifest::{Manifest, Unusable};
use crate::azure::blob::Blobs;
use crate::azure::{AzureError, Result};
use crate::connection::ExportRecord;
use crate::error::Error;

/// The check's id.
pub const ID: &str = "storage.container";
/// How many manifests are read to find the export's own: where several exports share a folder, the newest are of any of them.
const MOST_MANIFESTS: usize = 12;

/// Lists each export's folder as the vendor will, reads the newest manifest of the export, and looks whether every file in it is there.
pub struct Storage;

#[async_trait]
impl Check for Storage {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Exported files"
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let exports = &connected.record.exports;
        let asked = exports.iter().map(|export| async move {
            let folder = Folder {
                connected,
                export,
                title: title("Files of", export),
            };
            match folder.look().await {
                Ok(finding) => finding,
                Err(error) => folder.refused(error),
            }
        });
        futures::future::join_all(asked).await
    }
}

/// What the newest manifests turned out to be.
enum Newest<'a> {
    /// The export's own.
    Own(&'a Candidate, Manifest),
    /// The export's own, by its path, and it can't be used.
    Unusable(&'a Candidate, Unusable),
    /// Other exports' only; this is the newest.
    Foreign(&'a Candidate),
}

/// One export's folder.
struct Folder<'a> {
    connected: &'a Connected<'a>,
    export: &'a ExportRecord,
    title: String,
}

impl Folder<'_> {
    async fn look(&self) -> Result<Finding> {
        let azure = self.connected.azure;
        let blobs = azure.blobs(&self.export.storage_account, &self.export.container)?;
        let survey = self.survey(&blobs).await?;
        if survey.own + survey.others == 0 {
            return Ok(self.nothing().await);
        }
        match self.newest(&blobs, &survey).await? {
            Some(Newest::Own(at, manifest)) => self.own(&blobs, at, manifest).await,
            Some(Newest::Unusable(at, reason)) => Ok(self.unusable(at, &reason)),
            Some(Newest::Foreign(at)) => Ok(self.foreign(at)),
            None => Ok(self.without_manifest(&survey)),
        }
    }

    /// The export's own folder; the whole directory only where that is empty.
    async fn survey(&self, blobs: &Blobs) -> Result<Survey> {
        let mut survey = Survey::default();
        for folder in delivery::folders(self.export) {
            let each = |blob| survey.see(blob, &self.export.name);
            blobs.list(&folder, each).await?;
            if survey.own > 0 {
                break;
            }
        }
        Ok(survey)
    }

    async fn newest<'a>(&self, blobs: &Blobs, survey: &'a Survey) -> Result<Option<Newest<'a>>> {
        let mut foreign = None;
        for candidate in survey.in_order().into_iter().take(MOST_MANIFESTS) {
            match read_manifest(blobs, &candidate.name).await? {
                Ok(manifest) if manifest.is_of(&self.export.id) => {
                    return Ok(Some(Newest::Own(candidate, manifest)));
                }
                // The manifests of 2021 don't say whose they are; their path does.
                Ok(manifest) if !manifest.names_its_export() && candidate.is_own => {
                    return Ok(Some(Newest::Own(candidate, manifest)));
                }
                Ok(_) => foreign = foreign.or(Some(Newest::Foreign(candidate))),
                Err(reason) if candidate.is_own => {
                    return Ok(Some(Newest::Unusable(candidate, reason)));
                }
                Err(_) => {}
            }
        }
        Ok(foreign)
    }

    async fn own(&self, blobs: &Blobs, at: &Candidate, mut manifest: Manifest) -> Result<Finding> {
        manifest.blobs.below(at.folder());
        let mut search = manifest.blobs.search();
        if let Some(start) = manifest.blobs.common_start() {
            blobs.list(start, |blob| search.found(&blob.name)).await?;
        }
        if let Some(first) = search.first_missing() {
            return Ok(self.incomplete(search.missing(), manifest.blobs.len(), &first));
        }
        let old = self.is_stale(at.last_modified);
        if let Some(finding) = old {
            return Ok(finding);
        }
        if manifest.is_empty() {
            return Ok(self.empty(&format!(
                "The newest files ({} old) have no row.",
                self.age(at)
            )));
        }
        let rows = manifest
            .data_row_count
            .map_or_else(String::new, |rows| format!(" with {rows} rows"));
        let until = manifest
            .last_day()
            .map_or_else(String::new, |day| format!(", for the month to {day}"));
        let files = match manifest.blobs.len() {
            1 => "1 file".to_owned(),
            many => format!("{many} files"),
        };
        let what = format!(
            "The app can read them; the newest are {} old: {files}{rows}{until}.",
            self.age(at)
        );
        Ok(self.found(Status::Pass, what))
    }

    /// There is no file at all. Whether that is in order, the export's runs say.
    async fn nothing(&self) -> Finding {
        let Connected {
            azure, record, now, ..
        } = self.connected;
        let export = match azure.export(&self.export.scope, &self.export.name).await {
            Ok(Some(export)) => Some(export),
            Ok(None) => return self.never_ran("The export is gone."),
            Err(_) => None,
        };
        let made_at = (!record.receipts.is_empty()).then_some(record.created_at);
        match delivery::absence(export.as_ref(), made_at, *now) {
            Absence::Waiting(why) => {
                let what = "The app can read the folder; the export's first file is not there yet.";
                Finding::waiting(ID, self.title.clone(), what).why(why)
            }
            Absence::NoData(at) => self.empty(&format!("There is no file: the last run ({}) found no data.", minute(at))),
            Absence::Gone(at) => self
                .found(Status::Fail, format!("There is no file, though the export wrote some ({}).", minute(at)))
                .why("Somebody, or a lifecycle rule of the storage account, deleted them; or the export writes to another folder than the one recorded.")
                .fix(ways(self.connected)),
            Absence::RunFailed(at) => self.never_ran(&format!("Its last run ({}) failed.", minute(at))),
            Absence::NeverRan(why) => self.never_ran(why),
        }
    }

    fn found(&self, status: Status, what: impl Into<String>) -> Finding {
        Finding::new(ID, self.title.clone(), status, what)
    }

    fn never_ran(&self, why: &str) -> Finding {
        self.found(Status::Fail, "The export has never delivered a file.")
            .why(why)
            .fix(ways(self.connected))
    }

    fn empty(&self, what: &str) -> Finding {
        self.found(Status::Warn, what)
            .why("Nothing was used in the time that the export covers, or its scope has no costs of this kind.")
            .fix(ways(self.connected))
    }

    fn is_stale(&self, newest: jiff::Timestamp) -> Option<Finding> {
        let now = self.connected.now;
        if now.duration_since(newest) < delivery::most_age(self.export.recurrence) {
            return None;
        }
        let what = format!(
            "The newest files are {} old ({}); a {} export should have written since.",
            age(newest, now),
            minute(newest),
            word(self.export.recurrence)
        );
        Some(
            self.found(Status::Fail, what)
                .why("The export doesn't run any more, its runs fail, or it writes somewhere else now.")
                .fix(ways(self.connected)),
        )
    }

    fn incomplete(&self, missing: usize, all: usize, first: &str) -> Finding {
        let what = format!(
            "{missing} of the {all} files that the newest manifest names are missing, such as {}.",
            crate::text::printable(first)
        );
        self.found(Status::Fail, what)
            .why("Somebody, or a lifecycle rule of the storage account, deleted them. The vendor would show too little.")
            .fix(format!("Have them written again, with a run of the export: {}", ways(self.connected)))
    }

    fn unusable(&self, at: &Candidate, reason: &Unusable) -> Finding {
        let what = format!(
            "The newest manifest {reason}: {}.",
            crate::text::printable(&at.name)
        );
        self.found(Status::Fail, what)
            .why(
                "Without it neither the vendor nor azconnect can tell which files belong together.",
            )
            .fix(format!(
                "Have it written again, with a run of the export: {}",
                ways(self.connected)
            ))
    }

    fn foreign(&self, newest: &Candidate) -> Finding {
        let what = format!(
            "The folder has only files of other exports, such as {}.",
            crate::text::printable(&newest.name)
        );
        self.found(Status::Fail, what)
            .why("The export never ran or writes elsewhere, and another one writes here. The vendor would show the other one's costs.")
            .fix(ways(self.connected))
    }

    fn without_manifest(&self, survey: &Survey) -> Finding {
        let Some(newest) = survey.newest else {
            let what = format!(
                "The folder has {} other files, and none of the export's.",
                survey.others
            );
            return self
                .found(Status::Fail, what)
                .why("The export never ran or writes elsewhere.")
                .fix(ways(self.connected));
        };
        self.is_stale(newest).unwrap_or_else(|| {
            let what = format!("The newest file is {} old, and no manifest is beside it.", age(newest, self.connected.now));
            self.found(Status::Warn, what)
                .why("The export writes manifests only with file partitioning. Without one nobody can tell whether all files are there.")
                .fix(ways(self.connected))
        })
    }

    fn age(&self, at: &Candidate) -> String {
        age(at.last_modified, self.connected.now)
    }

    fn refused(&self, error: AzureError) -> Finding {
        let error = Error::from(error);
        let mut finding = Finding::failed(ID, self.title.clone(), &error);
        // A firewall doesn't open by itself; a role comes into effect.
        finding.may_pass &= error.retry();
        finding
    }
}

/// Reads a manifest as it comes, so that it is never in memory as a whole.
async fn read_manifest(blobs: &Blobs, name: &str) -> Result<Result<Manifest, Unusable>> {
    let (chunks, received) = mpsc::channel(1);
    let parsed = tokio::task::spawn_blocking(move || {
        Manifest::read(Chunks {
            received,
            current: std::io::Cursor::default(),
        })
    });
    let mut download = blobs.open(name)?;
    while let Some(chunk) = download.next().await? {
        // Where the reader has enough, so has the download.
        if chunks.send(chunk).await.is_err() {
            break;
        }
    }
    drop(chunks);
    let parsed = parsed.await;
    Ok(parsed.unwrap_or(Err(Unusable::OtherForm)))
}

/// The chunks of a blob as one stream, on the reader's side.
struct Chunks {
    received: mpsc::Receiver<Vec<u8>>,
    current: std::io::Cursor<Vec<u8>>,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.current.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            match self.received.blocking_recv() {
                Some(chunk) => self.current = std::io::Cursor::new(chunk),
                None => return Ok(0),
            }
        }
    }
}
