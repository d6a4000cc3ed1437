//! How azconnect ends: the contract between the program and the scripts that call it.

/// The outcome of a run. The number is the process's exit code, the name stands in every JSON document.
///
/// Scripts rely on both: a new outcome may be added, none may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Finished; for `check`, nothing to report.
    Ok,
    /// Azure or the network failed.
    Failed,
    /// A wrong flag, or answers missing.
    Usage,
    /// `check` found something.
    Attention,
    /// No sign-in, an expired one, or a refused credential.
    SignedOut,
    /// Signed in, but not allowed.
    Forbidden,
    /// Some steps done, the journal is kept.
    Partial,
    /// Done, but Azure has not caught up.
    Pending,
    /// The keyring is locked, absent, too slow, or refused.
    Storage,
    /// Our mistake.
    Bug,
    /// SIGINT; the journal is kept.
    Interrupted,
    /// SIGTERM; the journal is kept.
    Terminated,
}

/// Every outcome with its code, its name and its meaning, for `--help`, the README and the tests.
pub const TABLE: &[(Exit, u8, &str, &str)] = &[
    (
        Exit::Ok,
        0,
        "ok",
        "finished; for `check`: nothing to report",
    ),
    (
        Exit::Failed,
        1,
        "failed",
        "Azure or the network failed; `error.retry` says whether trying again may help",
    ),
    (Exit::Usage, 2, "usage", "wrong flag, or answers missing"),
    (
        Exit::Attention,
        3,
        "attention",
        "`check` found something (a warning alone only with `--strict`)",
    ),
    (
        Exit::SignedOut,
        4,
        "signed-out",
        "no sign-in, expired, or a refused credential",
    ),
    (
        Exit::Forbidden,
        5,
        "forbidden",
        "signed in, but not allowed; a request for someone who is was written",
    ),
    (
        Exit::Partial,
        6,
        "partial",
        "some steps done, journal kept; run again with `--resume`",
    ),
    (
        Exit::Pending,
        7,
        "pending",
        "done, but Azure has not caught up (replication, first export file)",
    ),
    (
        Exit::Storage,
        8,
        "storage",
        "the keyring is locked, absent, too slow, or refused",
    ),
    (Exit::Bug, 70, "bug", "our mistake"),
    (
        Exit::Interrupted,
        130,
        "interrupted",
        "stopped by Ctrl-C; journal kept",
    ),
    (
        Exit::Terminated,
        143,
        "terminated",
        "stopped by SIGTERM; journal kept",
    ),
];

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        self.row().1
    }

    /// The name under `exit` in JSON.
    pub fn name(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Exit, u8, &'static str, &'static str) {
        // The table is complete (a test walks every variant); the first row is only a total function's fallback.
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_a_row_of_its_own() {
        let all = [
            Exit::Ok,
            Exit::Failed,
            Exit::Usage,
            Exit::Attention,
            Exit::SignedOut,
            Exit::Forbidden,
            Exit::Partial,
            Exit::Pending,
            Exit::Storage,
            Exit::Bug,
            Exit::Interrupted,
            Exit::Terminated,
        ];
        for exit in all {
            assert_eq!(
                TABLE.iter().filter(|row| row.0 == exit).count(),
                1,
                "{exit:?}"
            );
        }
        assert_eq!(Exit::Partial.code(), 6);
        assert_eq!(Exit::Forbidden.name(), "forbidden");
    }
}
