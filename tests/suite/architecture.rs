//! Which way the house may lean: one table, held against every `crate::…` path in `src/`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A room, and the rooms that it may use. `azure::ids` is a leaf of its own.
const MAY_USE: &[(&str, &[&str])] = &[
    // leaves
    ("exit", &[]),
    ("secret", &[]),
    ("text", &[]),
    ("host", &[]),
    ("vendors", &[]),
    ("remedies", &[]),
    ("error", &["exit", "text"]),
    (
        "connection",
        &["azure::ids", "error", "secret", "text", "vendors"],
    ),
    // floors
    (
        "azure",
        &[
            "azure",
            "connection",
            "error",
            "host",
            "remedies",
            "secret",
            "text",
        ],
    ),
    (
        "steps",
        &["azure", "connection", "remedies", "secret", "text"],
    ),
    (
        "checks",
        &["azure", "connection", "error", "text", "vendors"],
    ),
    ("store", &["connection", "error", "host", "secret", "text"]),
    ("ui", &["error", "exit", "host", "secret", "text"]),
    (
        "plan",
        &[
            "azure",
            "connection",
            "error",
            "host",
            "secret",
            "steps",
            "text",
            "vendors",
        ],
    ),
    (
        "interview",
        &[
            "azure",
            "connection",
            "error",
            "host",
            "text",
            "ui",
            "vendors",
        ],
    ),
    (
        "commands",
        &[
            "azure",
            "checks",
            "connection",
            "error",
            "exit",
            "host",
            "interview",
            "plan",
            "remedies",
            "sandbox",
            "secret",
            "steps",
            "store",
            "text",
            "ui",
            "vendors",
        ],
    ),
    // apart
    ("sandbox", &[]),
    ("main", &["commands", "host"]),
    ("lib", &[]),
];

/// The longest file.
const LONGEST: usize = 400;

#[test]
fn every_arrow_is_in_the_table() {
    let mut wrong = BTreeSet::new();
    for file in sources() {
        let room = room_of(&file);
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == room) else {
            wrong.insert(format!(
                "{} is a room that the table doesn't know",
                file.display()
            ));
            continue;
        };
        let text = std::fs::read_to_string(source_folder().join(&file)).unwrap();
        for used in paths_in(&text) {
            let target = used.split("::").next().unwrap_or_default();
            let inside = target == room;
            let ids = used.starts_with("azure::ids") && allowed.contains(&"azure::ids");
            if !inside && !ids && !allowed.contains(&target) {
                wrong.insert(format!("{}: {room} may not use {used}", file.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that run the wrong way:\n{}",
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn the_test_sees_an_arrow_that_runs_the_wrong_way() {
    let text = "use crate::ui::{Event, Ui};\nfn x() { crate::store::open(); }\n//! See [`crate::plan`].\nuse crate::{azure, error};";
    assert_eq!(paths_in(text), ["ui::", "store::open", "azure", "error"]);
}

#[test]
fn no_room_is_too_large() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter_map(|file| {
            let lines = std::fs::read_to_string(source_folder().join(&file))
                .unwrap()
                .lines()
                .count();
            (lines > LONGEST).then(|| format!("{} ({lines} lines)", file.display()))
        })
        .collect();
    assert!(
        long.is_empty(),
        "a file of more than {LONGEST} lines is two files: {long:?}"
    );
}

#[test]
fn no_code_names_a_vendor() {
    let ids: Vec<&str> = azconnect::vendors::all()
        .iter()
        .map(|vendor| vendor.id.as_str())
        .filter(|id| *id != "generic")
        .collect();
    let mut wrong = Vec::new();
    for file in sources()
        .iter()
        .filter(|file| !file.starts_with("vendors") && !file.starts_with("sandbox"))
    {
        if file.ends_with("tests.rs") || file.ends_with("session.rs") && file.starts_with("ui") {
            continue;
        }
        let text = std::fs::read_to_string(source_folder().join(file)).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            let is_example = line.contains("example:")
                || line.contains("azconnect init")
                || line.contains("azconnect check");
            if ids.iter().any(|id| line.contains(id)) && !is_example {
                wrong.push(format!(
                    "{}:{}: {}",
                    file.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "vendors are data, not branches:\n{}",
        wrong.join("\n")
    );
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file below `src`, by its path there.
fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![source_folder()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path.strip_prefix(source_folder()).unwrap().to_owned());
            }
        }
    }
    files.sort();
    files
}

fn room_of(file: &Path) -> String {
    let first = file
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// What follows `crate::` in code (not in comments): `ui::Event`, and each name of a `crate::{a, b}`.
fn paths_in(text: &str) -> Vec<String> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let mut all = Vec::new();
    for line in code {
        for (at, _) in line.match_indices("crate::") {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = &line[at + "crate::".len()..];
            match rest.strip_prefix('{') {
                Some(group) => all.extend(
                    group
                        .split('}')
                        .next()
                        .unwrap_or_default()
                        .split(',')
                        .map(|name| name.trim().to_owned()),
                ),
                None => all.push(
                    rest.chars()
                        .take_while(|c| c.is_alphanumeric() || "_:".contains(*c))
                        .collect(),
                ),
            }
        }
    }
    all
}
