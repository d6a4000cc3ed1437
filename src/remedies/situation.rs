//! Lines as they are true in this release and in this run. Only [`super::Remedy::fixes`] calls this.
//!
//! The tables name every command of the contract and speak of a run that was begun. A command that this release lacks sends
//! nobody anywhere, and `--resume` is right only once something is in the journal: before that, the same command is.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Words of the contract that this release doesn't know yet; lines with one of them are left out.
///
/// A test holds each against the command line, so that none stays here once it is there.
pub const NOT_YET: &[&str] = &[];

/// How the tables write the command that goes on.
const GO_ON: &str = "`azconnect init {vendor} --resume";

/// What goes on where nothing was begun.
const AGAIN: &str = "run the same command again";

/// Whether this release can do what the line says.
pub(super) fn is_possible(line: &str) -> bool {
    !speaks_of(line, NOT_YET)
}

fn speaks_of(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| line.contains(word))
}

/// The line with the command that goes on as it has to be typed: for the run in the journal, or without one, again.
pub(super) fn of_the_run<'a>(line: &'a str, facts: &BTreeMap<&str, String>) -> Cow<'a, str> {
    if !line.contains(GO_ON) {
        return Cow::Borrowed(line);
    }
    if facts.contains_key("run") {
        let command = "`azconnect init {vendor} --connection {run} --resume";
        return Cow::Owned(line.replace(GO_ON, command));
    }
    let again = line
        .replace(&format!("go on: {GO_ON}`"), AGAIN)
        .replace(&format!("{GO_ON}`"), AGAIN);
    Cow::Owned(again.replace(GO_ON, "`azconnect init {vendor}"))
}

/// The fact that says by which flag, quoted where a shell wants it, a command leads to the same Azure; absent where none is needed.
pub const AZURE_FLAG: &str = "azure-flag";

/// The line with its commands as they lead to this run's Azure: a fix for a simulated Azure must not change the real one.
pub(super) fn of_the_cloud(line: &str, facts: &BTreeMap<&str, String>) -> String {
    let Some(flag) = facts.get(AZURE_FLAG) else {
        return line.to_owned();
    };
    let parts = line.split('`').enumerate().map(|(at, part)| {
        let is_ours = at % 2 == 1 && part.starts_with("azconnect ");
        if is_ours {
            format!("{part} {flag}")
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 2] = [
        "Wait a minute and go on: `azconnect init {vendor} --resume`",
        "Ask for less: `azconnect init {vendor} --resume --secret-days 90`",
    ];

    #[test]
    fn a_run_is_named_once_there_is_one() {
        let facts = BTreeMap::from([("run", "spot".to_owned())]);
        assert_eq!(
            LINES.map(|line| of_the_run(line, &facts)),
            [
                "Wait a minute and go on: `azconnect init {vendor} --connection {run} --resume`",
                "Ask for less: `azconnect init {vendor} --connection {run} --resume --secret-days 90`",
            ]
        );
    }

    #[test]
    fn before_that_the_same_command_goes_on() {
        assert_eq!(
            LINES.map(|line| of_the_run(line, &BTreeMap::new())),
            [
                "Wait a minute and run the same command again",
                "Ask for less: `azconnect init {vendor} --secret-days 90`",
            ]
        );
    }

    #[test]
    fn a_command_leads_to_the_same_azure() {
        let line = "Look: `azconnect check spot`, or `az account list`";
        assert_eq!(of_the_cloud(line, &BTreeMap::new()), line);
        let facts = BTreeMap::from([(AZURE_FLAG, "--sandbox".to_owned())]);
        assert_eq!(
            of_the_cloud(line, &facts),
            "Look: `azconnect check spot --sandbox`, or `az account list`"
        );
    }

    #[test]
    fn a_command_that_is_not_there_yet_is_not_suggested() {
        let words = ["azconnect nosuch", "--nosuch"];
        assert!(speaks_of("Use another: `--nosuch thing`", &words));
        assert!(!speaks_of("Use another: `--such thing`", &words));
        assert!(is_possible("Look again: `azconnect check {connection}`"));
    }
}
