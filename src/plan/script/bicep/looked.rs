//! What may be there already. A deployment would change it, so each such thing is made only where a parameter says so, and `deploy.sh`
//! looks before it says that.

use super::super::versions::{EXPORTS, RESOURCES, STORAGE};
use super::super::{Draft, Task};
use super::text::File;
use crate::connection::Scope;
use crate::steps::Declared;

/// One thing that may be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The step that makes it.
    pub(super) step: String,
    /// The parameter that has it made: `makeExport1`.
    pub(super) parameter: String,
    /// Its resource ID, with the API version that it is looked at with.
    pub(super) url: String,
    /// What it is, for people.
    pub(super) title: String,
}

/// The things of `main.bicep` and its modules.
pub(super) fn at_main(draft: &Draft<'_>) -> Vec<Asked> {
    asked(draft, &|scope| {
        matches!(scope, Scope::Subscription(_) | Scope::ResourceGroup(..))
    })
}

/// The exports of a management group.
pub(super) fn at_group(draft: &Draft<'_>, name: &str) -> Vec<Asked> {
    let mut all = asked(
        draft,
        &|scope| matches!(scope, Scope::ManagementGroup(own) if own == name),
    );
    all.retain(|asked| asked.parameter.starts_with("makeExport"));
    all
}

fn asked(draft: &Draft<'_>, is_here: &dyn Fn(&Scope) -> bool) -> Vec<Asked> {
    let mut exports = 0;
    let each = |task: &Task| {
        let (parameter, url) = match &task.declared {
            Declared::ResourceGroup {
                subscription, name, ..
            } => (
                "makeGroup".to_owned(),
                format!(
                    "/subscriptions/{subscription}/resourceGroups/{name}?api-version={RESOURCES}"
                ),
            ),
            Declared::StorageAccount { id, .. } => (
                "makeAccount".to_owned(),
                format!("{id}?api-version={STORAGE}"),
            ),
            Declared::Container { account, name } => (
                "makeContainer".to_owned(),
                format!("{}?api-version={STORAGE}", account.container(name)),
            ),
            Declared::Export { scope, name, .. } if is_here(scope) => {
                exports += 1;
                (
                    format!("makeExport{exports}"),
                    format!(
                        "{scope}/providers/Microsoft.CostManagement/exports/{name}?api-version={EXPORTS}"
                    ),
                )
            }
            _ => return None,
        };
        Some(Asked {
            step: task.id.clone(),
            parameter,
            url,
            title: task.title.clone(),
        })
    };
    draft.tasks.iter().filter_map(each).collect()
}

/// The parameters, and the day on which exports begin.
pub(super) fn parameters(file: &mut File, asked: &[Asked]) {
    if asked
        .iter()
        .any(|one| one.parameter.starts_with("makeExport"))
    {
        file.described(
            "The day on which the schedules of the exports begin: tomorrow.",
            "param firstDay string = dateTimeAdd(utcNow(), 'P1D', 'yyyy-MM-dd')",
        );
    }
    for one in asked {
        file.described(
            &format!("{}: false where it is there already.", one.title),
            &format!("param {} bool = true", one.parameter),
        );
    }
}
