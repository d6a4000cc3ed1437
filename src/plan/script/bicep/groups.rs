//! Management groups: a deployment at a subscription doesn't reach them, so each has a file and a deployment of its own.

use serde_json::Value;
use uuid::Uuid;

use super::super::Draft;
use super::super::versions::{AUTHORIZATION, EXPORTS};
use super::super::words::above;
use super::looked;
use super::resources::{resource, said};
use super::text::{Bicep, File};
use crate::connection::Scope;
use crate::steps::Declared;

/// A management group, which only a deployment of its own reaches.
pub(super) struct ManagementGroup {
    /// Its name.
    pub(super) name: String,
    /// The file for it.
    pub(super) file: String,
    /// What is in the file.
    pub(super) text: String,
    /// What may be there already.
    pub(super) asked: Vec<looked::Asked>,
}

/// A file for each management group on which there is something to be made.
pub(super) fn management_groups(draft: &Draft<'_>) -> Vec<ManagementGroup> {
    let mut names: Vec<&String> = Vec::new();
    for task in &draft.tasks {
        if let Declared::Role { scope, .. } | Declared::Export { scope, .. } = &task.declared
            && let Scope::ManagementGroup(name) = scope
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    let numbered = names.into_iter().zip(1..);
    numbered
        .map(|(name, number): (&String, usize)| ManagementGroup {
            name: name.clone(),
            file: format!("management-group-{number}.bicep"),
            text: management_group(draft, name),
            asked: looked::at_group(draft, name),
        })
        .collect()
}

fn management_group(draft: &Draft<'_>, name: &str) -> String {
    let here = |scope: &Scope| matches!(scope, Scope::ManagementGroup(own) if own == name);
    let mut statements = Vec::new();
    let (mut roles, mut exports) = (0, 0);
    for task in &draft.tasks {
        match &task.declared {
            Declared::Role { scope, role, .. } if here(scope) => {
                roles += 1;
                statements.push((above(task), group_role(roles, *role)));
            }
            Declared::Export {
                scope, name, body, ..
            } if here(scope) => {
                exports += 1;
                statements.push((above(task), group_export(exports, name, body)));
            }
            _ => {}
        }
    }
    let mut file = File::default();
    file.say(
        &format!("What is made on the management group {name}, which main.bicep doesn't reach."),
        "targetScope = 'managementGroup'",
    );
    file.described(
        "Object ID of the service principal: an output of main.bicep.",
        "param principalId string",
    );
    looked::parameters(&mut file, &looked::at_group(draft, name));
    for (above, statement) in statements {
        file.say(&above, &statement);
    }
    file.finish()
}

fn group_role(number: usize, role: Uuid) -> String {
    let definition =
        format!("tenantResourceId('Microsoft.Authorization/roleDefinitions', '{role}')");
    let body = Bicep::object([
        (
            "name",
            Bicep::code(format!("guid(managementGroup().id, principalId, '{role}')")),
        ),
        (
            "properties",
            Bicep::object([
                ("principalId", Bicep::code("principalId")),
                ("principalType", Bicep::text("ServicePrincipal")),
                ("roleDefinitionId", Bicep::code(definition)),
            ]),
        ),
    ]);
    let kind = format!("Microsoft.Authorization/roleAssignments@{AUTHORIZATION}");
    resource(&format!("role{number}"), &kind, &body)
}

fn group_export(number: usize, name: &str, body: &Value) -> String {
    let members = Bicep::object([
        ("name", Bicep::text(name)),
        ("location", said(&body["location"])),
        ("identity", said(&body["identity"])),
        ("properties", said(&body["properties"])),
    ]);
    format!(
        "resource export{number} 'Microsoft.CostManagement/exports@{EXPORTS}' = if (makeExport{number}) {}",
        members.write(0)
    )
}
