//! The plan as commands of the Azure CLI, in one bash script.
//!
//! Everything goes through `az rest`, with the bodies that azconnect itself sends: `az` has no command for half of them, and its own for
//! exports speaks a version of the API that doesn't see those of others. The script looks before it writes, so it can be run again after
//! whatever stopped it. It needs bash 3.2 or later, `az`, and what every Unix has.
//!
//! What is not ours to write stands in single quotes, or as one line of a comment.

mod parts;
mod steps;

use super::{Draft, Errand, Script, ScriptFile, Task, bare};
use crate::steps::Declared;
use crate::text::printable;

/// The draft as a bash script. Where no task is about the application, its client ID is the script's first argument.
pub(super) fn write(draft: &Draft<'_>) -> Script {
    let body: Vec<String> = draft
        .tasks
        .iter()
        .map(|task| section(draft, task))
        .chain(std::iter::once(ending(draft)))
        .collect();
    let body = body.join("\n");
    let found = if names_application(draft) {
        String::new()
    } else {
        steps::given_application()
    };
    let body = format!("{found}{body}");
    let text = format!(
        "{}\n{}\n{}\n{SIGNED_IN}\n{body}",
        opening(draft),
        settings(draft, &body),
        parts::used_by(&format!("{SIGNED_IN}{body}"))
    );
    Script {
        files: vec![ScriptFile {
            name: format!("azconnect-{}.sh", draft.spec.name),
            text,
        }],
    }
}

/// Nothing is made where it was not meant to be.
const SIGNED_IN: &str = r#"said=$(mktemp)
trap 'rm -f "$said"' EXIT

# Nothing is made in another directory than the one that this was written for.
if [ "$(az account show --query tenantId --output tsv)" != "$tenant" ]; then
  say "You are signed in to another directory. Sign in to this one: az login --tenant $tenant"
  exit 1
fi
"#;

fn names_application(draft: &Draft<'_>) -> bool {
    draft.tasks.iter().any(|task| {
        matches!(
            task.declared,
            Declared::Application { .. }
                | Declared::KnownApplication { .. }
                | Declared::KnownPrincipal { .. }
        )
    })
}

/// What it is, who can run it, and how.
fn opening(draft: &Draft<'_>) -> String {
    let (directory, tenant) = (
        printable(&draft.spec.directory.display_name),
        draft.spec.directory.id,
    );
    let mut lines = vec![
        "#!/usr/bin/env bash".to_owned(),
        comment(&format!(
            "Connects {directory} ({tenant}) to {}: what `azconnect init {}` does, as commands of the Azure CLI.",
            draft.vendor.name, draft.vendor.id
        ))
        .trim_end()
        .to_owned(),
        "#".to_owned(),
        format!("#   az login --tenant {tenant}"),
        format!("#   bash azconnect-{}.sh", draft.spec.name),
        "#".to_owned(),
        "# It looks before it makes anything, so it can be run again and goes on after whatever stopped it. No secret is in it.".to_owned(),
        "#".to_owned(),
        "# Whoever runs it has to be allowed to:".to_owned(),
    ];
    for task in draft.tasks.iter().filter(|task| !task.who.is_empty()) {
        lines.push(format!("#   {}: {}", printable(&task.title), task.who));
    }
    lines.push("set -euo pipefail".to_owned());
    lines.join("\n") + "\n"
}

/// The variables that the rest is written in: those that it uses.
fn settings(draft: &Draft<'_>, body: &str) -> String {
    let cloud = draft.cloud;
    let all = [
        ("tenant", draft.spec.directory.id.to_string()),
        ("arm", bare(cloud.arm.as_str())),
        ("arm_audience", cloud.arm_audience.clone()),
        ("graph", bare(cloud.graph.as_str())),
        ("graph_audience", cloud.graph_audience.clone()),
    ];
    let mut text: String = all
        .iter()
        .map(|(name, value)| format!("{name}={}\n", word(value)))
        .collect();
    if body.contains("$secret_file") {
        text.push_str(&format!(
            "\n# Where the credential is written: a file that only you can read. If it is there, it is kept, and nothing new is made.\nsecret_file=${{AZCONNECT_SECRET_FILE:-{}}}\n",
            word(&draft.secret_file)
        ));
    }
    text
}

/// What only a run of azconnect does: sentences with these words are not said of a script, which stops where azconnect would choose.
const OF_A_RUN: &[&str] = &["azconnect remove", "is used instead"];

/// One task: what it is and why, and its commands.
fn section(draft: &Draft<'_>, task: &Task) -> String {
    let title = printable(&task.title);
    let is_of_a_run = |line: &&String| OF_A_RUN.iter().any(|words| line.contains(words));
    let why: String = task
        .explain
        .iter()
        .filter(|line| !is_of_a_run(line))
        .map(|line| comment(line))
        .collect();
    format!(
        "# --- {title}\n{why}say {}\n{}",
        word(&title),
        steps::commands(draft, task)
    )
}

/// What is left for a person, how all of it is taken away again, and how the connection is stored and proven.
fn ending(draft: &Draft<'_>) -> String {
    let mut lines: Vec<String> = draft.errands.iter().map(errand).collect();
    lines.push(format!(
        "# --- Taking it away again\n{}",
        taking_away(&draft.tasks)
    ));
    let mut handed_over = String::new();
    if !names_principal(draft) {
        handed_over.push_str(" --app-id \"$client_id\"");
    }
    let credential = draft
        .tasks
        .iter()
        .find_map(|task| steps::handed_over(&task.declared));
    handed_over.push_str(credential.unwrap_or_default());
    lines.push(format!(
        "# --- What there is now\nprintf '%s\\n' '' \"Done. Application (client) ID: $client_id\" \\\n  'Have azconnect prove it, keep it, and show the values of the form:'\nprintf '  %s' {}",
        word(&draft.go_on)
    ));
    if !handed_over.is_empty() {
        lines.push(format!("printf ' %q'{handed_over}"));
    }
    lines.push("printf '\\n'".to_owned());
    lines.join("\n") + "\n"
}

fn errand(errand: &Errand) -> String {
    let title = printable(&errand.title);
    let told = errand.lines.iter().chain(std::iter::once(&errand.link));
    let told: Vec<String> = told.map(|line| word(&printable(line))).collect();
    format!(
        "# --- {title}: by hand, there is no API for it\nprintf '%s\\n' '' {} {}\n",
        word(&format!("By hand: {title}")),
        told.join(" ")
    )
}

/// The commands that a person takes back what the script made with, as a comment: the script can't know what of it was there before.
fn taking_away(tasks: &[Task]) -> String {
    let mut lines: Vec<String> = tasks
        .iter()
        .rev()
        .filter_map(|task| steps::taken_away(&task.declared))
        .collect();
    lines.dedup();
    if lines.is_empty() {
        return "# Nothing was made but roles; the list of role assignments of each scope shows them.\n".to_owned();
    }
    lines.insert(
        0,
        "If nothing of it was there before; roles go with the app:".to_owned(),
    );
    lines.iter().map(|line| format!("# {line}\n")).collect()
}

/// A sentence as lines of a comment.
fn comment(text: &str) -> String {
    const WIDEST: usize = 118;
    let mut lines: Vec<String> = Vec::new();
    for each in printable(text).split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + each.chars().count() <= WIDEST => {
                line.push(' ');
                line.push_str(each);
            }
            Some(_) | None => lines.push(each.to_owned()),
        }
    }
    lines.iter().map(|line| format!("# {line}\n")).collect()
}

/// Whether the roles are a principal's that was named: then it is among the answers.
fn names_principal(draft: &Draft<'_>) -> bool {
    draft
        .tasks
        .iter()
        .any(|task| matches!(task.declared, Declared::KnownPrincipal { .. }))
}

/// A text as one word of the shell, whatever is in it. [`crate::text::shell_word`] is for what people read: it leaves characters out.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(all(test, unix))] // bash
mod tests;
