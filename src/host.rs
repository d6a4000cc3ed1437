//! The machine, by argument: environment, clock, terminal facts, randomness.
//!
//! Nothing below `main` asks the process for any of these, so a test can say what machine it runs on, and a reader can see
//! what a function depends on.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use jiff::Timestamp;
use uuid::Uuid;

/// The facts of the machine that azconnect runs on, gathered once.
///
/// Its `Debug` names the variables and never their values: a secret may be among them.
#[derive(Clone)]
pub struct Host {
    env: BTreeMap<String, String>,
    terminal: Terminal,
    clock: fn() -> Timestamp,
}

/// What the three standard streams are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terminal {
    /// Keys can be read.
    pub stdin: bool,
    /// stdout is looked at by a person.
    pub stdout: bool,
    /// A person watches stderr.
    pub stderr: bool,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.env.keys().collect();
        f.debug_struct("Host")
            .field("env", &names)
            .field("terminal", &self.terminal)
            .finish_non_exhaustive()
    }
}

impl Host {
    /// Variables that hold secrets: no program that we start has a use for them, so none gets them.
    pub const SECRETS: [&str; 4] = [
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "AZURE_PASSWORD",
        "AZCONNECT_CLIENT_SECRET",
    ];

    /// This machine and this process.
    pub fn system() -> Self {
        Host {
            env: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            terminal: Terminal {
                stdin: std::io::stdin().is_terminal(),
                stdout: std::io::stdout().is_terminal(),
                stderr: std::io::stderr().is_terminal(),
            },
            clock: Timestamp::now,
        }
    }

    /// A machine made up for a test: only this environment, no terminal.
    pub fn made_of(env: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        Host {
            env: env
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            terminal: Terminal::default(),
            clock: Timestamp::now,
        }
    }

    /// An environment variable; an empty one counts as absent.
    pub fn env(&self, name: &str) -> Option<&str> {
        self.env
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// What the standard streams are.
    pub fn terminal(&self) -> Terminal {
        self.terminal
    }

    /// Whether a person can be asked: a terminal to read keys from, one to show questions on, and no CI.
    pub fn can_ask(&self) -> bool {
        self.terminal.stdin && self.terminal.stderr && self.env("CI").is_none()
    }

    /// Whether the terminal understands cursor movement.
    pub fn can_redraw(&self) -> bool {
        self.terminal.stderr && self.env("TERM") != Some("dumb")
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// A new random GUID.
    pub fn new_guid(&self) -> Uuid {
        Uuid::new_v4()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_asked_without_a_terminal_or_in_ci() {
        let both = Terminal {
            stdin: true,
            stdout: true,
            stderr: true,
        };
        let mut host = Host::made_of([]);
        assert!(!host.can_ask());
        host.terminal = both;
        assert!(host.can_ask());
        host.terminal.stdin = false;
        assert!(!host.can_ask());
        host.terminal = both;
        host.env.insert("CI".into(), "true".into());
        assert!(!host.can_ask());
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!("{:?}", Host::made_of([("AZURE_CLIENT_SECRET", "canary")]));
        assert!(
            shown.contains("AZURE_CLIENT_SECRET") && !shown.contains("canary"),
            "{shown}"
        );
    }

    #[test]
    fn an_empty_variable_is_absent() {
        assert_eq!(
            Host::made_of([("AZCONNECT_TENANT", "")]).env("AZCONNECT_TENANT"),
            None
        );
    }
}
