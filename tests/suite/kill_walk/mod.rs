//! The journal's promise: stopped before or after any single request, and run again, a connection ends as if nothing had happened.
//!
//! `init` is walked request by request. A request is held by a fault, before Azure processes it or after, so that the program can be
//! stopped exactly there; then the fault is lifted and a person does what people do: run it again, or take it back.

mod backfill;
mod batch;
mod billing;
mod certificates;
mod cut_connections;
mod existing_app;
mod exports;
mod late_replicas;
mod new_app;
mod partner;
mod rotate;
mod signals;
mod vault;
mod vendor_app;

use std::process::Child;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use azconnect::sandbox::{Action, LogEntry, Rule, State};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::aftermath::{aftermath, azure, differences, journal_file, record_file};
use crate::contract::say;
use crate::lab::{Lab, Ran};

/// How long a request is held: longer than any test takes.
const HELD: Duration = Duration::from_secs(3_600);
/// A generous limit, so that what hangs fails.
const LIMIT: Duration = Duration::from_secs(90);
/// How many points are tried at once.
const AT_ONCE: usize = 6;

/// Whether Azure has processed the request when the program is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Before,
    After,
}

/// A request, counted from 1 over all services, and the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    nth: u32,
    moment: Moment,
}

/// What an undisturbed run asks for and leaves.
struct Undisturbed {
    /// Method and path of each request, in order.
    requests: Vec<String>,
    /// What stands afterwards.
    leaves: Value,
}

impl Undisturbed {
    fn of(lab: &Lab, more: &[&str]) -> Undisturbed {
        Undisturbed::of_run(lab, &lab.init(more))
    }

    /// The same for another vendor's run.
    fn of_run(lab: &Lab, arguments: &[String]) -> Undisturbed {
        Undisturbed::ending(lab, arguments, 0)
    }

    /// The same for a run that ends with this code.
    fn ending(lab: &Lab, arguments: &[String], code: i32) -> Undisturbed {
        let sent_before = lab.log().len();
        lab.run(&words(arguments)).exits(code);
        Undisturbed {
            requests: lab.log()[sent_before..]
                .iter()
                .map(|entry| format!("{} {}", entry.method, entry.path))
                .collect(),
            leaves: aftermath(lab),
        }
    }

    /// Every request, at both moments.
    fn points(&self) -> Vec<Point> {
        let count = u32::try_from(self.requests.len()).unwrap();
        let both = |nth| [Moment::Before, Moment::After].map(|moment| Point { nth, moment });
        (1..=count).flat_map(both).collect()
    }

    /// The requests that change something, counted from 1.
    fn writes(&self) -> Vec<u32> {
        let is_write = |request: &str| {
            ["PUT ", "PATCH ", "DELETE "]
                .iter()
                .any(|method| request.starts_with(method))
                || request.ends_with("Password")
        };
        (1..)
            .zip(&self.requests)
            .filter(|(_, request)| is_write(request))
            .map(|(nth, _)| nth)
            .collect()
    }

    /// Fails unless the same stands in this laboratory.
    fn compare(&self, lab: &Lab) -> Result<(), String> {
        match differences(&aftermath(lab), &self.leaves) {
            differences if differences.is_empty() => Ok(()),
            differences => Err(differences.join("\n    ")),
        }
    }
}

/// A rule for the nth request of all.
fn disturbance(nth: u32, action: Action) -> Rule {
    Rule {
        service: None,
        method: None,
        path_contains: None,
        nth,
        times: 1,
        action,
    }
}

/// Starts the program and stops it at a point by a signal, then lets all further requests pass.
///
/// Says how it ended; none where it ended by itself before it came there, for independent requests have no fixed order.
fn stop_at(
    lab: &Lab,
    arguments: &[&str],
    point: Point,
    signal: Signal,
) -> Result<Option<Ran>, String> {
    let Point { nth, moment } = point;
    let held = match moment {
        Moment::Before => Action::HoldBefore(HELD),
        Moment::After => Action::HoldAfter(HELD),
    };
    stop_when(lab, arguments, disturbance(nth, held), signal, |sent| {
        sent.get(nth as usize - 1)
            .is_some_and(|entry| moment == Moment::Before || entry.processed)
    })
}

/// The same at the first request whose path contains this, after Azure has processed it.
pub(crate) fn stop_after(
    lab: &Lab,
    arguments: &[&str],
    path: &str,
    signal: Signal,
) -> Result<Option<Ran>, String> {
    let rule = Rule {
        path_contains: Some(path.to_owned()),
        ..disturbance(1, Action::HoldAfter(HELD))
    };
    stop_when(lab, arguments, rule, signal, |sent| {
        sent.iter()
            .any(|entry| entry.path.contains(path) && entry.processed)
    })
}

/// The same at the nth request that has an export run.
pub(crate) fn stop_at_run(
    lab: &Lab,
    arguments: &[&str],
    nth: u32,
    signal: Signal,
) -> Result<Option<Ran>, String> {
    let is_run = |entry: &&LogEntry| entry.method == "POST" && entry.path.ends_with("/run");
    let rule = Rule {
        method: Some("POST".to_owned()),
        path_contains: Some("/run".to_owned()),
        ..disturbance(nth, Action::HoldAfter(HELD))
    };
    stop_when(lab, arguments, rule, signal, |sent| {
        let asked = sent.iter().filter(is_run);
        asked.filter(|entry| entry.processed).count() >= nth as usize
    })
}

fn stop_when(
    lab: &Lab,
    arguments: &[&str],
    rule: Rule,
    signal: Signal,
    is_reached: impl Fn(&[LogEntry]) -> bool,
) -> Result<Option<Ran>, String> {
    let sent_before = lab.log().len();
    lab.sandbox().faults().add(rule);
    let mut child = lab.start(arguments);
    let reached = wait_for(&mut child, || is_reached(&lab.log()[sent_before..]))?;
    if reached {
        kill_process(Pid::from_child(&child), signal).map_err(|error| error.to_string())?;
    }
    let ended = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    lab.sandbox().faults().clear();
    Ok(reached.then(|| Ran::from(ended)))
}

/// Waits until something is so; `false` where the program ends before.
fn wait_for(child: &mut Child, is_so: impl Fn() -> bool) -> Result<bool, String> {
    let end = Instant::now() + LIMIT;
    while Instant::now() < end {
        if is_so() {
            return Ok(true);
        }
        if child
            .try_wait()
            .map_err(|error| error.to_string())?
            .is_some()
        {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    // Whatever hangs must not outlive the test.
    let _ = child.kill();
    Err(format!("it was not reached within {LIMIT:?}"))
}

/// Tries every point, several at once, and says aloud how many there were; fails with all points that failed.
fn walk<P: Copy + std::fmt::Debug + Send + Sync>(
    what: &str,
    points: &[P],
    trial: impl Fn(P) -> Result<bool, String> + Sync,
) {
    let next = AtomicUsize::new(0);
    let reached = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match trial(*point) {
                        Ok(there) => {
                            reached.fetch_add(usize::from(there), Ordering::Relaxed);
                        }
                        Err(failure) => {
                            failures
                                .lock()
                                .unwrap()
                                .push(format!("{point:?}: {failure}"));
                        }
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let reached = reached.into_inner();
    say(&format!(
        "kill walk: {what}: {} points tried, {} reached, {} failed",
        points.len(),
        reached,
        failures.len()
    ));
    assert!(failures.is_empty(), "{what}:\n  {}", failures.join("\n  "));
    assert!(
        reached > points.len() / 2,
        "{what}: hardly any point was reached"
    );
}

/// A run that must end with this code.
fn must_exit(ran: Ran, code: i32) -> Result<Ran, String> {
    if ran.code == code {
        Ok(ran)
    } else {
        Err(format!(
            "ended with {} instead of {code}: {ran:?}",
            ran.code
        ))
    }
}

/// How a person takes the connection back.
const REMOVE: [&str; 5] = ["remove", "spot", "--yes", "--output", "json"];

/// Takes the connection back, and fails unless Azure is as it was before and this machine has nothing of it.
fn taken_back(lab: &Lab, before: &State) -> Result<(), String> {
    let ours = [journal_file(lab), record_file(lab), lab.secret_file()];
    // Before the plan was agreed to there is nothing to take back, and no connection of that name.
    let has_begun = ours.iter().any(|file| file.exists());
    must_exit(lab.run(&REMOVE), if has_begun { 0 } else { 2 })?;
    let state = |state: &State| serde_json::to_value(state).unwrap();
    let differences = differences(&state(&azure(lab)), &state(before));
    if !differences.is_empty() {
        return Err(format!(
            "Azure is not as it was: {}",
            differences.join("\n    ")
        ));
    }
    match ours.iter().find(|file| file.exists()) {
        Some(left) => Err(format!("{} is left", left.display())),
        None => Ok(()),
    }
}

/// The arguments as they are handed on.
fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}
