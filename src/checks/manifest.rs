//! The manifest that an export writes beside its files: which export it is of, what it covers, and which files belong to it. Pure: a
//! stream of bytes in, a [`Manifest`] or the reason why there is none out.
//!
//! Two forms are read, with one reader: the one of today, and that of 2021, which doesn't say its export. Whatever else Azure writes
//! into it is passed over. Of the files only their names are kept, each folder once, so that a manifest of the largest size that is read
//! stays within some ten megabytes.
//!
//! Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports>

use std::io::{BufReader, Read};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, de};

use crate::azure::exports::parse_time;

/// The largest manifest that is read, in bytes; a month's costs of the largest enrollments stay far below.
pub const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// How much of it is looked at in one go.
const BUFFER: usize = 64 * 1024;

/// An export's manifest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// How many files it says there are.
    #[serde(default, deserialize_with = "number")]
    pub blob_count: Option<u64>,
    /// How many rows it says they have. `None` where it doesn't say; 0 also where it says `null`, as Azure does of an empty export.
    #[serde(default, deserialize_with = "rows")]
    pub data_row_count: Option<u64>,
    /// Which export wrote it; not in manifests of 2021.
    #[serde(default)]
    export_config: Option<ExportConfig>,
    /// Which run wrote it.
    #[serde(default)]
    run_info: Option<RunInfo>,
    /// The files.
    #[serde(default)]
    pub blobs: Files,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExportConfig {
    #[serde(default)]
    resource_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RunInfo {
    #[serde(default)]
    end_date: Option<String>,
}

/// The files of a manifest: their full names, each folder kept once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    folders: Vec<Box<str>>,
    /// Place in `folders`, and the name there.
    names: Vec<(u32, Box<str>)>,
}

/// Why a manifest can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It ends in the middle.
    #[error("is cut off")]
    CutOff,
    /// It is something else.
    #[error("is no JSON")]
    NotJson,
    /// It is JSON, but no manifest.
    #[error("has another form than Microsoft describes")]
    OtherForm,
    /// It has more bytes than are read.
    #[error("is larger than {} MB, which is more than azconnect reads", MOST_BYTES / 1024 / 1024)]
    TooLarge,
}

impl Manifest {
    /// Reads a manifest to its end.
    ///
    /// # Errors
    /// What is wrong with it; a failure of `source` counts as its end.
    pub fn read(source: impl Read) -> Result<Manifest, Unusable> {
        let mut limited = Limited {
            source,
            left: MOST_BYTES,
            is_over: false,
        };
        let reader = WithoutMark::new(BufReader::with_capacity(BUFFER, &mut limited));
        let read: Result<Manifest, serde_json::Error> = serde_json::from_reader(reader);
        match read {
            _ if limited.is_over => Err(Unusable::TooLarge),
            Ok(manifest) if manifest.says_nothing() => Err(Unusable::OtherForm),
            Ok(manifest) => Ok(manifest),
            Err(error) => Err(match error.classify() {
                serde_json::error::Category::Eof | serde_json::error::Category::Io => {
                    Unusable::CutOff
                }
                serde_json::error::Category::Syntax => Unusable::NotJson,
                serde_json::error::Category::Data => Unusable::OtherForm,
            }),
        }
    }

    /// Any object is read, whatever it is about.
    fn says_nothing(&self) -> bool {
        self.export_config.is_none() && self.blob_count.is_none() && self.blobs.is_empty()
    }

    /// Whether it says which export wrote it.
    pub fn names_its_export(&self) -> bool {
        self.resource_id().is_some()
    }

    /// Whether the export with this resource id wrote it. Azure writes the id in several cases, with and without the first slash.
    pub fn is_of(&self, export: &str) -> bool {
        let bare = |id: &str| id.trim().trim_matches('/').to_ascii_lowercase();
        self.resource_id()
            .is_some_and(|id| bare(id) == bare(export))
    }

    fn resource_id(&self) -> Option<&str> {
        let id = self.export_config.as_ref()?.resource_id.as_deref()?;
        (!id.trim().is_empty()).then_some(id)
    }

    /// The last day that it covers.
    pub fn last_day(&self) -> Option<Date> {
        let text = self.run_info.as_ref()?.end_date.as_deref()?;
        let at = parse_time(text)?;
        Some(at.to_zoned(TimeZone::UTC).date())
    }

    /// Whether the export had nothing to write: no file, or files that have no row.
    pub fn is_empty(&self) -> bool {
        self.data_row_count == Some(0)
            || (self.blobs.is_empty() && self.blob_count.unwrap_or(0) == 0)
    }
}

impl Files {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The longest text that the full name of every file begins with; `None` where there is no file.
    pub fn common_start(&self) -> Option<&str> {
        let mut folders = self.folders.iter();
        let mut start: &str = folders.next()?;
        for folder in folders {
            let same = start
                .char_indices()
                .zip(folder.chars())
                .find(|((_, one), other)| one != other)
                .map_or(start.len().min(folder.len()), |((at, _), _)| at);
            start = &start[..same];
        }
        Some(start)
    }

    /// Puts names without a folder into `folder` (which ends with a slash): some manifests name only the files beside them.
    pub fn below(&mut self, folder: &str) {
        for known in self.folders.iter_mut().filter(|known| known.is_empty()) {
            *known = folder.into();
        }
    }

    /// A search for files that a container's list lacks.
    pub fn search(&self) -> Search<'_> {
        let mut names: Vec<(&str, &str)> = self
            .names
            .iter()
            .map(|(folder, name)| (&*self.folders[*folder as usize], &**name))
            .collect();
        names.sort_unstable();
        names.dedup();
        Search {
            is_there: vec![false; names.len()],
            names,
        }
    }

    fn push(&mut self, full: &str) {
        let full = full.trim_start_matches('/');
        let (folder, name) = full.split_at(full.rfind('/').map_or(0, |at| at + 1));
        // The files of one run are in one folder, or in very few.
        let known = self.folders.iter().rposition(|known| &**known == folder);
        let place = known.unwrap_or_else(|| {
            self.folders.push(folder.into());
            self.folders.len() - 1
        });
        self.names.push((place as u32, name.into()));
    }
}

/// A manifest's files, struck off as a container's list names them.
#[derive(Debug)]
pub struct Search<'a> {
    /// Folder and name, sorted.
    names: Vec<(&'a str, &'a str)>,
    is_there: Vec<bool>,
}

impl Search<'_> {
    /// Strikes a file off.
    pub fn found(&mut self, full: &str) {
        let split = full.split_at(full.rfind('/').map_or(0, |at| at + 1));
        if let Ok(at) = self.names.binary_search(&split) {
            self.is_there[at] = true;
        }
    }

    /// How many files were not found.
    pub fn missing(&self) -> usize {
        self.is_there.iter().filter(|there| !**there).count()
    }

    /// The full name of the first that was not found.
    pub fn first_missing(&self) -> Option<String> {
        let at = self.is_there.iter().position(|there| !there)?;
        let (folder, name) = self.names.get(at)?;
        Some(format!("{folder}{name}"))
    }
}

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Files;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of files")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Files, E> {
                Ok(Files::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Files, A::Error> {
                let mut files = Files::default();
                while let Some(file) = list.next_element::<File>()? {
                    if let Some(name) = file.blob_name {
                        files.push(&name);
                    }
                }
                Ok(files)
            }
        }
        deserializer.deserialize_any(List)
    }
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "blobName", default)]
    blob_name: Option<String>,
}

/// A count, which may be a text or null.
#[derive(Deserialize)]
#[serde(untagged)]
enum Count {
    Whole(u64),
    Real(f64),
    Text(String),
    Other(IgnoredAny),
}

impl Count {
    fn value(self) -> Option<u64> {
        match self {
            Count::Whole(number) => Some(number),
            Count::Real(number) if number >= 0.0 => Some(number as u64),
            Count::Text(text) => text.trim().parse().ok(),
            Count::Real(_) | Count::Other(_) => None,
        }
    }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(Count::deserialize(deserializer)?.value())
}

fn rows<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(Some(number(deserializer)?.unwrap_or(0)))
}

/// A source of at most so many bytes.
struct Limited<R> {
    source: R,
    left: u64,
    is_over: bool,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        if read as u64 > self.left {
            self.is_over = true;
            return Ok(0);
        }
        self.left -= read as u64;
        Ok(read)
    }
}

/// A source without the byte order mark that may stand in front.
struct WithoutMark<R> {
    source: R,
    /// What was read to look for the mark and is none.
    first: std::io::Cursor<Vec<u8>>,
}

impl<R: Read> WithoutMark<R> {
    fn new(mut source: R) -> Self {
        let mut first = Vec::with_capacity(3);
        // What can't be read is said by the next read.
        let _ = source.by_ref().take(3).read_to_end(&mut first);
        if first == b"\xef\xbb\xbf" {
            first.clear();
        }
        WithoutMark {
            source,
            first: std::io::Cursor::new(first),
        }
    }
}

impl<R: Read> Read for WithoutMark<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.first.read(buffer)? {
            0 => self.source.read(buffer),
            read => Ok(read),
        }
    }
}

#[cfg(test)]
mod tests;
