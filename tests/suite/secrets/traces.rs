//! What a run leaves to be seen: what it writes, the files below its home, and, while it runs, the arguments and the environment of
//! itself and its children.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Child;

use crate::lab::{Lab, Ran};

/// A run that was watched.
pub(super) struct Watched {
    pub(super) ran: Ran,
    /// Command lines and environments, with the process that they were seen at.
    pub(super) processes: BTreeSet<(String, Vec<u8>)>,
}

/// Runs the binary, with something on its stdin, and looks at its process and its children all the while.
pub(super) fn watch(lab: &Lab, arguments: &[&str], stdin: &str) -> Watched {
    use std::io::Write;
    let mut command = lab.command(arguments);
    command.stdin(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // A run that does not want it closes its end.
    let _ = pipe.write_all(stdin.as_bytes());
    drop(pipe);
    let outputs = (reader(child.stdout.take()), reader(child.stderr.take()));
    let processes = look(&mut child);
    let status = child.wait().unwrap();
    Watched {
        ran: Ran {
            code: status.code().unwrap_or(-1),
            stdout: outputs.0.join().unwrap(),
            stderr: outputs.1.join().unwrap(),
        },
        processes,
    }
}

fn reader(stream: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        stream.unwrap().read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    })
}

fn look(child: &mut Child) -> BTreeSet<(String, Vec<u8>)> {
    let mut seen = BTreeSet::new();
    while child.try_wait().unwrap().is_none() {
        for process in family(child.id()) {
            for what in ["cmdline", "environ"] {
                // A process that has just ended has nothing to show.
                let text = std::fs::read(format!("/proc/{process}/{what}")).unwrap_or_default();
                let who = if process == child.id() {
                    "azconnect"
                } else {
                    "a child"
                };
                seen.insert((format!("the {what} of {who}"), text));
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    seen
}

/// A process and all that it started.
fn family(process: u32) -> Vec<u32> {
    let mut all = vec![process];
    let tasks = std::fs::read_dir(format!("/proc/{process}/task"));
    for task in tasks.into_iter().flatten().flatten() {
        let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            all.extend(family(child.parse().unwrap()));
        }
    }
    all
}

/// Every file below a folder.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}
