//! Asking a person while azconnect looks: whichever comes first, the line or the sight.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Walk;
use crate::commands::browser;
use crate::error::{Error, Result};
use crate::interview::resolve::blocking;
use crate::steps::{Guide, Step};
use crate::ui::{Ask, Event};

/// What came first.
pub(super) enum First<T> {
    /// A line that the person typed.
    Line(String),
    /// What was looked for.
    Seen(T),
}

/// Ends the reading of a line when it isn't waited for any more.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Walk<'_> {
    /// Waits for a line or for a sight.
    pub(super) async fn first<T>(
        &self,
        ask: Ask,
        sight: impl Future<Output = Result<T>>,
    ) -> Result<First<T>> {
        let stop = StopOnDrop(Arc::default());
        let (ui, flag) = (self.app.ui.clone(), stop.0.clone());
        let mut line = tokio::spawn(blocking(move || ui.line(&ask, &flag)));
        let typed =
            |joined: std::result::Result<Result<Option<String>>, tokio::task::JoinError>| {
                joined.map_err(|error| Error::bug(format!("a prompt failed: {error}")))?
            };
        tokio::select! {
            joined = &mut line => match typed(joined)? {
                Some(text) => Ok(First::Line(text)),
                None => Err(Error::bug("a prompt ended that nobody stopped")),
            },
            seen = sight => {
                drop(stop);
                // The prompt has to be gone before anything else is shown; what was typed in this moment is of no use any more.
                typed(line.await)?;
                Ok(First::Seen(seen?))
            }
        }
    }

    /// The question below a guide.
    pub(super) fn ask(&self, step: &dyn Step, guide: &Guide, enter: &str) -> Ask {
        let link = if guide.only_command {
            "Cloud Shell"
        } else {
            "the link"
        };
        Ask {
            key: "guide".to_owned(),
            prompt: format!("Enter {enter}, o opens {link}, s leaves it for later"),
            help: format!(
                "{} {} Read more: {}",
                step.explain().join(" "),
                if self.guided.signed_in {
                    &guide.watch
                } else {
                    &guide.blind
                },
                guide.docs
            ),
            default: None,
            can_go_back: false,
            can_save: false,
        }
    }

    /// Opens the guide's page. What comes of it nobody can know: the link stands on the screen.
    pub(super) fn open(&self, guide: &Guide) {
        if !browser::open(&self.app.host, &guide.link) {
            self.app.ui.tell(Event::Warning {
                what: "No browser could be opened here.".to_owned(),
                fix: format!("Open it on any machine: {}", guide.link),
            });
        }
    }

    /// Says what is wrong, and goes on.
    pub(super) fn remark(&self, what: impl Into<String>, fix: impl Into<String>) {
        self.app.ui.tell(Event::Warning {
            what: what.into(),
            fix: fix.into(),
        });
    }

    /// Says what Azure refuses, and what to do about it.
    pub(super) fn warn(&self, error: &Error) {
        let what = match error.reason() {
            Some(why) => format!("{} {why}", error.message()),
            None => error.message().to_owned(),
        };
        let fix = error.advice().first().cloned().unwrap_or_default();
        self.remark(what, fix);
    }
}
