//! What Terraform and Bicep can't do, as a script beside them: the same commands that the whole plan would have as a script of its own.

use super::words::{comment, item};
use super::{Draft, ScriptFile, Task, az};
use crate::connection::Application;
use crate::steps::Declared;

/// The script for those steps of the draft that `is_left`; none where none is. Where the draft makes the application, the script takes
/// its client ID as its argument.
pub(super) fn script(draft: &Draft<'_>, is_left: &dyn Fn(&Task) -> bool) -> Option<ScriptFile> {
    if !draft.tasks.iter().any(is_left) {
        return None;
    }
    let tasks = draft
        .tasks
        .iter()
        .filter(|task| is_left(task) || names_known(draft, &task.declared))
        .cloned()
        .collect();
    let rest = Draft {
        tasks,
        ..draft.clone()
    };
    az::write(&rest).files.into_iter().next()
}

/// The argument of the script beside, with a space before it: how the client ID is read, where it is not known beforehand.
pub(super) fn argument(draft: &Draft<'_>, client_id: &str) -> String {
    match draft.spec.application {
        Application::Own { .. } => format!(" {client_id}"),
        Application::Existing { .. } | Application::Principal { .. } => String::new(),
    }
}

/// The command by which azconnect goes on, where there is no script beside that says it.
pub(super) fn go_on(draft: &Draft<'_>, client_id: &str) -> String {
    let more = match draft.spec.application {
        Application::Own { .. } => format!(" --app-id {client_id}"),
        Application::Existing { client_id } => format!(" --app-id {client_id}"),
        Application::Principal { .. } => String::new(),
    };
    format!("{}{more}", draft.go_on)
}

/// What the language doesn't do, step by step, and what only a person can do: nothing is left out in silence.
pub(super) fn left_out(
    draft: &Draft<'_>,
    mark: &str,
    reason: &dyn Fn(&Task) -> Option<&'static str>,
) -> Vec<String> {
    let mut lines = Vec::new();
    let left = draft
        .tasks
        .iter()
        .filter_map(|task| reason(task).map(|why| (task, why)));
    for (at, (task, why)) in left.enumerate() {
        if at == 0 {
            lines.push(mark.to_owned());
            lines.extend(comment(mark, "Not done here, but by the script beside it:"));
        }
        lines.extend(item(mark, &format!("{}: {why}.", task.title)));
    }
    for (at, errand) in draft.errands.iter().enumerate() {
        if at == 0 {
            lines.push(mark.to_owned());
            lines.extend(comment(mark, "Done by a person, afterwards:"));
        }
        let told = errand.lines.join(" ");
        lines.extend(item(
            mark,
            &format!("{}: {told} {}", errand.title, errand.link),
        ));
    }
    lines
}

/// Who can do it, and what of it.
pub(super) fn allowed(draft: &Draft<'_>, mark: &str, verb: &str) -> Vec<String> {
    let mut who: Vec<(&str, Vec<&str>)> = Vec::new();
    for task in draft.tasks.iter().filter(|task| !task.who.is_empty()) {
        match who.iter_mut().find(|(who, _)| *who == task.who) {
            Some((_, titles)) => titles.push(&task.title),
            None => who.push((&task.who, vec![&task.title])),
        }
    }
    let mut lines = vec![mark.to_owned()];
    lines.extend(comment(mark, &format!("Whoever is to {verb} it has to be")));
    for (who, titles) in who {
        lines.extend(item(mark, &format!("{who}, for: {}", titles.join("; "))));
    }
    lines
}

/// Whether a step says which application or principal it is, of those that were there before: the script then looks it up itself.
fn names_known(draft: &Draft<'_>, declared: &Declared) -> bool {
    let is_known = draft
        .tasks
        .iter()
        .any(|task| matches!(task.declared, Declared::KnownApplication { .. }));
    match declared {
        Declared::KnownApplication { .. } | Declared::KnownPrincipal { .. } => true,
        Declared::ServicePrincipal => is_known,
        Declared::Application { .. }
        | Declared::Secret { .. }
        | Declared::Certificate { .. }
        | Declared::Federated { .. }
        | Declared::Role { .. }
        | Declared::BillingRole { .. }
        | Declared::ResourceProvider { .. }
        | Declared::ResourceGroup { .. }
        | Declared::StorageAccount { .. }
        | Declared::Container { .. }
        | Declared::Export { .. }
        | Declared::ExportRun { .. }
        | Declared::PastMonths { .. } => false,
    }
}
