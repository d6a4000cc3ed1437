//! The plan as Bicep: what a deployment at a subscription reaches, and the app by Microsoft's own Graph extension, which finds it by its
//! unique name as azconnect does. `deploy.sh` deploys it, and runs what Bicep can't do: the script beside it.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/bicep/deploy-to-subscription>,
//! <https://learn.microsoft.com/graph/templates/bicep/whats-new> (generally available since July 2025),
//! <https://learn.microsoft.com/graph/templates/reference/applications>

mod deploy;
mod looked;
mod modules;
mod resources;
mod text;

use serde_json::json;

use super::form::{self, FormField, FormValue};
use super::words::{above, camel, command, comment};
use super::{Draft, Script, ScriptFile, Task, beside};
use crate::connection::Scope;
use crate::steps::Declared;
use text::{Bicep, File};

/// Microsoft Graph's types, as the extension of this name.
const GRAPH: (&str, &str) = (
    "microsoftGraphV1",
    "br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0",
);

/// The draft as Bicep, what deploys it, and a script for what Bicep can't do.
pub(super) fn write(draft: &Draft<'_>) -> Script {
    let beside = beside::script(draft, &|task| reason(draft, task).is_some());
    let groups = resources::management_groups(draft);
    let main = ScriptFile {
        name: "main.bicep".to_owned(),
        text: main(draft),
    };
    let used = modules::used_by(&main.text);
    let storage = resources::storage_file(draft).map(|text| file("storage.bicep", text));
    let config = uses_graph(draft).then(|| file("bicepconfig.json", config()));
    let deploy = file("deploy.sh", deploy::script(draft, &groups, beside.as_ref()));
    let files = std::iter::once(main)
        .chain(storage)
        .chain(used)
        .chain(
            groups
                .into_iter()
                .map(|group| file(&group.file, group.text)),
        )
        .chain(config)
        .chain(std::iter::once(deploy))
        .chain(beside);
    Script {
        files: files.collect(),
    }
}

fn file(name: &str, text: String) -> ScriptFile {
    ScriptFile {
        name: name.to_owned(),
        text,
    }
}

/// Why a step is left to the script beside it; none where a deployment does it.
fn reason(draft: &Draft<'_>, task: &Task) -> Option<&'static str> {
    const NO_SECRET: &str = "Bicep makes no secrets";
    const NOT_ITS_APP: &str = "the app registration was there before and isn't Bicep's to change";
    const NO_RUN: &str = "a run is no resource";
    match &task.declared {
        Declared::Secret { .. } | Declared::Certificate { given: None, .. } => Some(NO_SECRET),
        Declared::Certificate { given: Some(_), .. } | Declared::Federated { .. } => {
            (!makes_application(draft)).then_some(NOT_ITS_APP)
        }
        Declared::PastMonths { .. } | Declared::ExportRun { .. } => Some(NO_RUN),
        Declared::BillingRole { .. } => Some(NOT_REACHED),
        Declared::Role { scope, .. } | Declared::Export { scope, .. } => not_reached(scope),
        Declared::Application { .. }
        | Declared::KnownApplication { .. }
        | Declared::ServicePrincipal
        | Declared::KnownPrincipal { .. }
        | Declared::ResourceProvider { .. }
        | Declared::ResourceGroup { .. }
        | Declared::StorageAccount { .. }
        | Declared::Container { .. } => None,
    }
}

const NOT_REACHED: &str = "no deployment reaches a billing account";

fn not_reached(scope: &Scope) -> Option<&'static str> {
    scope.billing_account().map(|_| NOT_REACHED)
}

fn makes_application(draft: &Draft<'_>) -> bool {
    let made = |task: &Task| matches!(task.declared, Declared::Application { .. });
    draft.tasks.iter().any(made)
}

fn uses_graph(draft: &Draft<'_>) -> bool {
    let made = |task: &Task| matches!(task.declared, Declared::ServicePrincipal);
    draft.tasks.iter().any(made)
}

/// `bicepconfig.json`: where the Graph extension comes from.
fn config() -> String {
    let (name, source) = GRAPH;
    let config = json!({"extensions": {name: source}});
    format!("{config:#}\n")
}

/// `main.bicep`.
fn main(draft: &Draft<'_>) -> String {
    let mut main = File::default();
    main.lines(&head(draft));
    main.say("", "targetScope = 'subscription'");
    if uses_graph(draft) {
        main.say("", &format!("extension {}", GRAPH.0));
    }
    let asked = looked::at_main(draft);
    looked::parameters(&mut main, &asked);
    let mut writer = resources::Writer::new(draft);
    for task in &draft.tasks {
        if let Some(statement) = writer.statement(task) {
            main.say(&above(task), &statement);
        }
    }
    let principal = writer.principal();
    main.described(
        "Object ID of the service principal.",
        &format!("output principalId string = {principal}"),
    );
    for field in form::fields(draft) {
        if let Some(statement) = output(&field, &writer.client_id()) {
            main.described(&field.label, &statement);
        }
    }
    main.finish()
}

/// One output; none for a secret, which Bicep never has.
fn output(field: &FormField, client_id: &str) -> Option<String> {
    let name = camel(&field.key);
    Some(match &field.value {
        FormValue::Secret => return None,
        FormValue::ClientId => format!("output {name} string = {client_id}"),
        FormValue::Known(all) => match all.as_slice() {
            [one] => format!("output {name} string = {}", text::quoted(one)),
            several => {
                let list = Bicep::List(several.iter().map(Bicep::text).collect());
                format!("output {name} array = {}", list.write(0))
            }
        },
    })
}

/// What stands above everything: what this is, how it is used, and what it doesn't do.
fn head(draft: &Draft<'_>) -> Vec<String> {
    let spec = draft.spec;
    let mut lines = comment(
        "//",
        &format!(
            "Connects {} ({}) to {}: what `azconnect init {}` does, as Bicep.",
            spec.directory.display_name, spec.directory.id, draft.vendor.name, draft.vendor.id
        ),
    );
    lines.extend([
        "//".to_owned(),
        command("//", &format!("az login --tenant {}", spec.directory.id)),
        command("//", "bash deploy.sh"),
        "//".to_owned(),
    ]);
    lines.extend(comment("//", "Nothing secret is in it. deploy.sh looks what is there already, so that a deployment leaves it as it is, and can be run again."));
    lines.extend(beside::left_out(draft, "//", &|task| reason(draft, task)));
    lines.extend(beside::allowed(draft, "//", "deploy"));
    lines
}
