//! The JSON documents of the definitions, and a place in one of them.
//!
//! `$ref`s lead from file to file by relative path, inside a file by `#/…`, and in the ARM schemas by the URL of another
//! schema. References to examples are never followed.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

/// All JSON documents below one folder, by path relative to it.
#[derive(Debug)]
pub(crate) struct Library {
    documents: BTreeMap<PathBuf, Value>,
}

impl Library {
    /// Reads every JSON file below `root` but examples. The documents stay for as long as the test process lives, so that a
    /// [`Node`] can be passed about freely.
    ///
    /// # Panics
    /// When a file there cannot be read or is no JSON: a broken definition must not look like an absent one.
    pub(crate) fn open(root: &Path) -> &'static Self {
        let mut documents = BTreeMap::new();
        for file in json_files(root) {
            let text = std::fs::read_to_string(&file)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let value = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let name = file.strip_prefix(root).unwrap_or(&file).to_owned();
            documents.insert(name, value);
        }
        Box::leak(Box::new(Self { documents }))
    }

    /// The top of every document.
    pub(crate) fn documents(&'static self) -> impl Iterator<Item = Node> {
        self.documents.iter().map(move |(file, value)| Node {
            library: self,
            file,
            value,
        })
    }

    fn document(&'static self, file: &Path) -> Option<Node> {
        let (file, value) = self.documents.get_key_value(file)?;
        Some(Node {
            library: self,
            file,
            value,
        })
    }

    /// The document that a URL names: the one whose path is the end of the URL's.
    fn document_at(&'static self, url: &str) -> Option<Node> {
        let path = url.split_once("://").map_or(url, |(_, rest)| rest);
        self.documents().find(|document| {
            document.file.components().count() > 1 && ends_with(document.file, path)
        })
    }
}

/// A value inside a document, which knows how to follow references from there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    library: &'static Library,
    /// The document, relative to the folder of the definitions.
    pub(crate) file: &'static Path,
    /// The value itself.
    pub(crate) value: &'static Value,
}

impl Node {
    /// The member of an object.
    pub(crate) fn get(self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| Self { value, ..self })
    }

    /// The text of a member.
    pub(crate) fn text(self, key: &str) -> Option<&'static str> {
        self.value.get(key).and_then(Value::as_str)
    }

    /// Whether a member is there and `true`.
    pub(crate) fn flag(self, key: &str) -> bool {
        self.value.get(key).and_then(Value::as_bool) == Some(true)
    }

    /// The elements of an array, none for anything else.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> {
        self.value
            .as_array()
            .into_iter()
            .flatten()
            .map(move |value| Self { value, ..self })
    }

    /// The members of an object, none for anything else.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'static str, Self)> {
        self.value
            .as_object()
            .into_iter()
            .flatten()
            .map(move |(name, value)| (name.as_str(), Self { value, ..self }))
    }

    /// Follows `$ref` until a value without one.
    ///
    /// # Panics
    /// When a reference leads nowhere: the definitions are incomplete, and no verdict would be worth anything.
    pub(crate) fn resolved(self) -> Self {
        let mut node = self;
        while let Some(reference) = node.text("$ref") {
            node = node
                .follow(reference)
                .unwrap_or_else(|| panic!("{}: `{reference}` leads nowhere", node.file.display()));
        }
        node
    }

    /// The place that a reference in this document names.
    pub(crate) fn follow(self, reference: &str) -> Option<Self> {
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let document = match file {
            "" => self.library.document(self.file)?,
            url if url.contains("://") => self.library.document_at(url)?,
            relative => self.library.document(&beside(self.file, relative))?,
        };
        document
            .value
            .pointer(pointer)
            .map(|value| Self { value, ..document })
    }
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "examples") {
            files.extend(json_files(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files
}

/// `relative` as seen from the folder of `file`, without `.` and `..`.
fn beside(file: &Path, relative: &str) -> PathBuf {
    let mut path = file.parent().unwrap_or(Path::new("")).to_owned();
    for component in Path::new(relative).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    path
}

/// Whether the folders and the name of `file`, from some folder on, are the path of the URL behind its host.
fn ends_with(file: &Path, url_path: &str) -> bool {
    url_path
        .split_once('/')
        .is_some_and(|(_, path)| file.ends_with(Path::new(path)))
}
