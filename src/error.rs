//! What went wrong, in three parts: what happened, why, and the next thing to do.
//!
//! Every room returns this type at its border. The kind alone decides the exit code ([`Error::exit`]);
//! `ui` alone decides how it looks.

use crate::exit::Exit;

/// The result of anything that a person may have to read about.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Sorts failures by what the caller should do about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line or the answers are wrong. Running again unchanged cannot help.
    Usage,
    /// The sign-in is missing, gone or refused. Signing in, or another credential, will fix it.
    SignedOut,
    /// Azure said no, and another person can say yes.
    Forbidden,
    /// Azure or the network failed; [`Error::retry`] says whether trying again may help.
    Failed,
    /// Some of the work is done and in the journal; `--resume` goes on.
    Partial,
    /// The work is done, Azure has not caught up. Looking again later is enough.
    Pending,
    /// The secret can't be kept on this machine as things stand.
    Storage,
    /// The person pressed Ctrl-C.
    Interrupted,
    /// The process was told to end (SIGTERM).
    Terminated,
    /// Our mistake. Ask for a report.
    Bug,
}

/// How a hint begins that is no fix but says who can help or where to read on, and the label that it is shown under.
const LABELS: &[(&str, &str)] = &[("Who can do it: ", "Who"), ("Read more: ", "More")];

/// A hint's label, for people, and the text behind it.
pub fn labelled(hint: &str) -> (&'static str, &str) {
    LABELS
        .iter()
        .find_map(|(beginning, label)| Some((*label, hint.strip_prefix(beginning)?)))
        .unwrap_or(("Fix", hint))
}

impl Kind {
    /// The exit code that belongs to this kind of failure.
    pub fn exit(self) -> Exit {
        match self {
            Kind::Usage => Exit::Usage,
            Kind::SignedOut => Exit::SignedOut,
            Kind::Forbidden => Exit::Forbidden,
            Kind::Failed => Exit::Failed,
            Kind::Partial => Exit::Partial,
            Kind::Pending => Exit::Pending,
            Kind::Storage => Exit::Storage,
            Kind::Interrupted => Exit::Interrupted,
            Kind::Terminated => Exit::Terminated,
            Kind::Bug => Exit::Bug,
        }
    }
}

/// One answer that is missing, with every way to give it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Gap {
    /// The question's key, as in an answers file.
    pub key: String,
    /// The flag, `--tenant`.
    pub flag: String,
    /// The environment variable, `AZCONNECT_TENANT`.
    pub env: String,
    /// What a valid answer looks like.
    pub example: String,
    /// The values it may have, where Azure told us.
    pub choices: Vec<String>,
    /// Whether an answers file may hold it (consent to the plan is given elsewhere).
    pub in_answers_file: bool,
}

/// A failure as a person and a program read it.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.message)]
pub struct Error(Box<Parts>);

#[derive(Debug)]
struct Parts {
    kind: Kind,
    code: String,
    message: String,
    why: Option<String>,
    hints: Vec<String>,
    correlation_id: Option<String>,
    retry: bool,
    gaps: Vec<Gap>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A failure of `kind` with a stable `code` (Azure's own where there is one) and what happened, as a sentence.
    pub fn new(kind: Kind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Error(Box::new(Parts {
            kind,
            code: code.into(),
            message: message.into(),
            why: None,
            hints: Vec::new(),
            correlation_id: None,
            retry: false,
            gaps: Vec::new(),
            source: None,
        }))
    }

    /// A wrong flag or answer.
    pub fn usage(code: impl Into<String>, message: impl Into<String>) -> Self {
        Error::new(Kind::Usage, code, message)
    }

    /// A mistake of ours.
    pub fn bug(message: impl Into<String>) -> Self {
        Error::new(Kind::Bug, "bug", message).hint("This is a mistake in azconnect. Report it with the output of the same command and `-vv`.")
    }

    /// Says why it happened.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.0.why = Some(why.into());
        self
    }

    /// Adds one thing to do. The last one is read first: put the most useful there.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// Adds several things to do.
    #[must_use]
    pub fn hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.0.hints.extend(hints);
        self
    }

    /// Names the request in Azure's own logs.
    #[must_use]
    pub fn correlation(mut self, id: Option<String>) -> Self {
        self.0.correlation_id = id;
        self
    }

    /// Says that the same command may succeed later.
    #[must_use]
    pub fn may_retry(mut self, retry: bool) -> Self {
        self.0.retry = retry;
        self
    }

    /// Lists the answers that are missing.
    #[must_use]
    pub fn missing(mut self, gaps: Vec<Gap>) -> Self {
        self.0.gaps = gaps;
        self
    }

    /// Keeps the failure underneath, for logs.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same failure, seen from where some of the work is already done.
    #[must_use]
    pub fn with_kind(mut self, kind: Kind) -> Self {
        self.0.kind = kind;
        self
    }

    /// What the caller should do about it.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Why it happened, where we know.
    pub fn reason(&self) -> Option<&str> {
        self.0.why.as_deref()
    }

    /// The things to do, the most useful last.
    pub fn advice(&self) -> &[String] {
        &self.0.hints
    }

    /// Azure's correlation id.
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.correlation_id.as_deref()
    }

    /// Whether the same command may succeed later.
    pub fn retry(&self) -> bool {
        self.0.retry
    }

    /// The answers that are missing.
    pub fn gaps(&self) -> &[Gap] {
        &self.0.gaps
    }

    /// The failure underneath.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// The process's outcome: the one place where a failure becomes an exit code.
    pub fn exit(&self) -> Exit {
        self.0.kind.exit()
    }
}
