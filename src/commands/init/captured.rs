//! A screen for one connection of many: it asks nothing, and its result is kept for the report of all of them.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::commands::documents;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::ui::{Ask, Choice, Event, Output, Proceed, Ui};

/// What a run said.
#[derive(Default, Clone)]
pub(super) struct Said {
    /// The members of its document.
    pub(super) document: Option<Value>,
    /// The directory that it found.
    pub(super) directory: Option<String>,
    /// What failed, for people: message, why, and what to do.
    pub(super) failure: Option<Failure>,
}

/// A failure, for people.
#[derive(Clone)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) why: Option<String>,
    pub(super) advice: Vec<String>,
}

impl Failure {
    /// The parts of an error that people read.
    pub(super) fn of(error: &Error) -> Failure {
        Failure {
            message: error.message().to_owned(),
            why: error.reason().map(str::to_owned),
            advice: error.advice().to_vec(),
        }
    }
}

/// The screen; `loud` where what happens is passed on.
pub(super) struct Captured {
    inner: Arc<dyn Ui>,
    loud: bool,
    said: Mutex<Said>,
}

impl Captured {
    pub(super) fn new(inner: Arc<dyn Ui>, loud: bool) -> Captured {
        Captured {
            inner,
            loud,
            said: Mutex::default(),
        }
    }

    /// What the run said.
    pub(super) fn said(&self) -> Said {
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note(&self, change: impl FnOnce(&mut Said)) {
        change(&mut self.said.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Nobody is asked by one of many: what is missing is told for all of them.
fn not_asked() -> Error {
    Error::bug("a connection of many asked a question")
}

impl Ui for Captured {
    fn tell(&self, event: Event) {
        if let Event::Fact { label, value, .. } = &event
            && label == super::DIRECTORY
        {
            self.note(|said| said.directory = Some(value.clone()));
        }
        let matters = matches!(event, Event::Warning { .. } | Event::NeedsUser { .. });
        let begins = matches!(event, Event::Started { .. });
        if (self.loud || matters) && !begins {
            self.inner.tell(event);
        }
    }

    fn can_ask(&self) -> bool {
        false
    }

    fn choose(&self, _: &Ask, _: &[Choice]) -> Result<usize> {
        Err(not_asked())
    }

    fn choose_many(&self, _: &Ask, _: &[Choice]) -> Result<Vec<usize>> {
        Err(not_asked())
    }

    fn text(&self, _: &Ask, _: &dyn Fn(&str) -> Result<(), String>) -> Result<String> {
        Err(not_asked())
    }

    fn line(&self, _: &Ask, _: &std::sync::atomic::AtomicBool) -> Result<Option<String>> {
        Err(not_asked())
    }

    fn secret(&self, _: &Ask) -> Result<Secret> {
        Err(not_asked())
    }

    fn proceed(&self, _: &Ask) -> Result<Proceed> {
        Err(not_asked())
    }

    fn finish(&self, output: &Output) {
        self.note(|said| said.document = Some(output.document.clone()));
    }

    fn fail(&self, error: &Error, extra: Value) {
        self.note(|said| {
            said.document = Some(documents::failed_run(error, extra));
            said.failure = Some(Failure::of(error));
        });
    }
}
