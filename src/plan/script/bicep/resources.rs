//! Each step as the statement that leaves the same behind.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::super::versions::{AUTHORIZATION, EXPORTS, RESOURCES, STORAGE};
use super::super::words::above;
use super::super::{Draft, Task};
use super::text::{Bicep, File, escaped, quoted};
use super::{looked, makes_application};
use crate::connection::{Scope, StorageAccountId};
use crate::steps::Declared;
use crate::steps::declared::TOMORROW;

/// The statements of `main.bicep`, one after another.
pub(super) struct Writer<'a> {
    draft: &'a Draft<'a>,
    /// The symbol of each step that others must wait for.
    symbols: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, usize>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(draft: &'a Draft<'a>) -> Writer<'a> {
        Writer {
            draft,
            symbols: BTreeMap::new(),
            counts: BTreeMap::new(),
        }
    }

    /// The service principal's object ID, as code.
    pub(super) fn principal(&self) -> String {
        self.known_principal()
            .unwrap_or_else(|| "servicePrincipal.id".to_owned())
    }

    fn known_principal(&self) -> Option<String> {
        self.draft
            .tasks
            .iter()
            .find_map(|task| match &task.declared {
                Declared::KnownPrincipal { object_id, .. } => Some(quoted(&object_id.to_string())),
                _ => None,
            })
    }

    /// The client ID, as code.
    pub(super) fn client_id(&self) -> String {
        let known = self
            .draft
            .tasks
            .iter()
            .find_map(|task| match &task.declared {
                Declared::KnownApplication { client_id }
                | Declared::KnownPrincipal { client_id, .. } => {
                    Some(quoted(&client_id.to_string()))
                }
                _ => None,
            });
        known.unwrap_or_else(|| "application.appId".to_owned())
    }

    /// The statement of a step; none where it is said elsewhere.
    pub(super) fn statement(&mut self, task: &Task) -> Option<String> {
        match &task.declared {
            Declared::Application { .. } => self.application(&task.declared),
            Declared::ServicePrincipal => {
                let body = Bicep::object([("appId", Bicep::code(self.client_id()))]);
                Some(resource(
                    "servicePrincipal",
                    "Microsoft.Graph/servicePrincipals@v1.0",
                    &body,
                ))
            }
            Declared::Federated { .. } if makes_application(self.draft) => {
                federated(&task.declared)
            }
            Declared::Role { scope, role, .. } => self.role(task, scope, *role),
            Declared::ResourceGroup { .. } => {
                self.symbols.insert(task.id.clone(), "group".to_owned());
                resource_group(&task.declared)
            }
            Declared::StorageAccount { id, .. } => {
                self.symbols.insert(task.id.clone(), "storage".to_owned());
                Some(self.storage(task, id))
            }
            Declared::Container { .. } => {
                self.symbols.insert(task.id.clone(), "storage".to_owned());
                None
            }
            Declared::Export {
                scope, name, body, ..
            } => self.export(task, scope, name, body),
            // The given certificate is the application's; deploy.sh registers providers; the rest is left to the script beside.
            Declared::KnownApplication { .. }
            | Declared::KnownPrincipal { .. }
            | Declared::Secret { .. }
            | Declared::Certificate { .. }
            | Declared::Federated { .. }
            | Declared::BillingRole { .. }
            | Declared::ResourceProvider { .. }
            | Declared::ExportRun { .. }
            | Declared::PastMonths { .. } => None,
        }
    }

    /// The module for storage account and container.
    fn storage(&self, task: &Task, id: &StorageAccountId) -> String {
        let params = Bicep::object([
            ("makeAccount", Bicep::code("makeAccount")),
            ("makeContainer", Bicep::code("makeContainer")),
        ]);
        let body = Bicep::object([
            ("name", Bicep::text("azconnect-storage")),
            ("scope", Bicep::code(group_of(id))),
            ("params", params),
        ]);
        let body = self.after(task, body);
        format!("module storage 'storage.bicep' = {}", body.write(0))
    }

    /// A number of its own in its kind.
    fn count(&mut self, kind: &'static str) -> usize {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        *count
    }

    /// The application; a certificate that was given is a property of it.
    fn application(&self, declared: &Declared) -> Option<String> {
        let Declared::Application {
            display_name,
            unique_name,
            redirect_uris,
            notes,
        } = declared
        else {
            return None;
        };
        let uris = redirect_uris.iter().map(Bicep::text).collect();
        let mut body = Bicep::object([
            ("uniqueName", Bicep::text(unique_name)),
            ("displayName", Bicep::text(display_name)),
            ("signInAudience", Bicep::text("AzureADMyOrg")),
            ("web", Bicep::object([("redirectUris", Bicep::List(uris))])),
            ("notes", Bicep::text(notes)),
            ("tags", Bicep::List(vec![Bicep::text("azconnect")])),
        ]);
        for task in &self.draft.tasks {
            if let Declared::Certificate {
                description,
                given: Some(public),
                ..
            } = &task.declared
            {
                let key = Bicep::object([
                    ("type", Bicep::text("AsymmetricX509Cert")),
                    ("usage", Bicep::text("Verify")),
                    ("key", Bicep::text(public)),
                    ("displayName", Bicep::text(description)),
                ]);
                body = body.and("keyCredentials", Bicep::List(vec![key]));
            }
        }
        Some(resource(
            "application",
            "Microsoft.Graph/applications@v1.0",
            &body,
        ))
    }

    /// A role, by the module of its scope's kind.
    fn role(&mut self, task: &Task, scope: &Scope, role: Uuid) -> Option<String> {
        let at = module_scope(scope)?;
        let params = Bicep::object([
            ("principalId", Bicep::code(self.principal())),
            ("role", Bicep::text(role)),
        ]);
        let (module, params) = match scope {
            Scope::Subscription(_) => ("role-subscription", params),
            Scope::StorageAccount(account) => (
                "role-storage-account",
                params.and("storageAccount", Bicep::text(&account.account)),
            ),
            Scope::Container(account, container) => (
                "role-container",
                params
                    .and("storageAccount", Bicep::text(&account.account))
                    .and("container", Bicep::text(container)),
            ),
            _ => ("role-group", params),
        };
        let number = self.count("role");
        let body = Bicep::object([
            ("name", Bicep::text(format!("azconnect-role-{number}"))),
            ("scope", Bicep::code(at)),
            ("params", params),
        ]);
        let body = self.after(task, body).write(0);
        Some(format!("module role{number} '{module}.bicep' = {body}"))
    }

    /// An export, by the module of its scope's kind.
    fn export(&mut self, task: &Task, scope: &Scope, name: &str, body: &Value) -> Option<String> {
        let at = module_scope(scope)?;
        let module = match scope {
            Scope::Subscription(_) => "export-subscription",
            _ => "export-group",
        };
        let params = Bicep::object([
            ("name", Bicep::text(name)),
            ("location", said(&body["location"])),
            ("properties", said(&body["properties"])),
        ]);
        let number = self.count("export");
        let body = Bicep::object([
            ("name", Bicep::text(format!("azconnect-export-{number}"))),
            ("scope", Bicep::code(at)),
            ("params", params),
        ]);
        let body = self.after(task, body).write(0);
        Some(format!(
            "module export{number} '{module}.bicep' = if (makeExport{number}) {body}"
        ))
    }

    /// The body, after what its step comes after.
    fn after(&self, task: &Task, body: Bicep) -> Bicep {
        let mut symbols: Vec<&String> = task
            .after
            .iter()
            .filter_map(|id| self.symbols.get(id))
            .collect();
        symbols.dedup();
        if symbols.is_empty() {
            return body;
        }
        let symbols = symbols.into_iter().map(Bicep::code).collect();
        body.and("dependsOn", Bicep::List(symbols))
    }
}

/// The scope of a module, as code; none where a deployment at a subscription doesn't reach it.
fn module_scope(scope: &Scope) -> Option<String> {
    match scope {
        Scope::Subscription(id) => Some(format!("subscription('{id}')")),
        Scope::ResourceGroup(id, name) => Some(format!("resourceGroup('{id}', {})", quoted(name))),
        Scope::StorageAccount(account) | Scope::Container(account, _) => Some(group_of(account)),
        Scope::ManagementGroup(_)
        | Scope::BillingAccount(_)
        | Scope::BillingProfile(..)
        | Scope::InvoiceSection(..)
        | Scope::Department(..)
        | Scope::Customer(..)
        | Scope::CustomerOfProfile(..) => None,
    }
}

fn group_of(account: &StorageAccountId) -> String {
    format!(
        "resourceGroup('{}', {})",
        account.subscription,
        quoted(&account.resource_group)
    )
}

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

/// `storage.bicep`: the storage account and the container in it; none where the plan makes none.
pub(super) fn storage_file(draft: &Draft<'_>) -> Option<String> {
    let mut file = File::default();
    file.say(
        "Where the exports are written.",
        "targetScope = 'resourceGroup'",
    );
    for (name, what) in [
        ("makeAccount", "the storage account"),
        ("makeContainer", "the container"),
    ] {
        file.described(
            &format!("Whether {what} is made: false where it is there already."),
            &format!("param {name} bool"),
        );
    }
    let mut is_used = false;
    for task in &draft.tasks {
        let statement = match &task.declared {
            Declared::StorageAccount { id, body } => storage_account(id, body),
            Declared::Container { account, name } => container(account, name),
            _ => continue,
        };
        is_used = true;
        file.say(&above(task), &statement);
    }
    is_used.then(|| file.finish())
}

fn storage_account(id: &StorageAccountId, body: &Value) -> String {
    let mut members = vec![("name".to_owned(), Bicep::text(&id.account))];
    if let Bicep::Object(rest) = said(body) {
        members.extend(rest);
    }
    let kind = format!("Microsoft.Storage/storageAccounts@{STORAGE}");
    unless_there("account", &kind, "makeAccount", &Bicep::Object(members))
}

fn container(account: &StorageAccountId, name: &str) -> String {
    let body = Bicep::object([
        (
            "name",
            Bicep::text(format!("{}/default/{name}", account.account)),
        ),
        (
            "properties",
            Bicep::object([("publicAccess", Bicep::text("None"))]),
        ),
        ("dependsOn", Bicep::List(vec![Bicep::code("account")])),
    ]);
    let kind = format!("Microsoft.Storage/storageAccounts/blobServices/containers@{STORAGE}");
    unless_there("exports", &kind, "makeContainer", &body)
}

fn resource_group(declared: &Declared) -> Option<String> {
    let Declared::ResourceGroup {
        name,
        location,
        tags,
        ..
    } = declared
    else {
        return None;
    };
    let body = Bicep::object([
        ("name", Bicep::text(name)),
        ("location", Bicep::text(location)),
        ("tags", said(tags)),
    ]);
    let kind = format!("Microsoft.Resources/resourceGroups@{RESOURCES}");
    Some(unless_there("group", &kind, "makeGroup", &body))
}

fn federated(declared: &Declared) -> Option<String> {
    let Declared::Federated {
        name,
        issuer,
        subject,
        audience,
    } = declared
    else {
        return None;
    };
    let body = Bicep::object([
        (
            "name",
            Bicep::code(format!("'${{application.uniqueName}}/{}'", escaped(name))),
        ),
        ("issuer", Bicep::text(issuer)),
        ("subject", Bicep::text(subject)),
        ("audiences", Bicep::List(vec![Bicep::text(audience)])),
    ]);
    let kind = "Microsoft.Graph/applications/federatedIdentityCredentials@v1.0";
    Some(resource("federated", kind, &body))
}

fn resource(symbol: &str, kind: &str, body: &Bicep) -> String {
    format!("resource {symbol} '{kind}' = {}", body.write(0))
}

/// A resource that is made where a parameter says that it is not there.
fn unless_there(symbol: &str, kind: &str, parameter: &str, body: &Bicep) -> String {
    format!(
        "resource {symbol} '{kind}' = if ({parameter}) {}",
        body.write(0)
    )
}

/// A body as it is said here.
fn said(body: &Value) -> Bicep {
    let known = |text: &str| (text == TOMORROW).then(|| "'${firstDay}T00:00:00Z'".to_owned());
    Bicep::json(body, &known)
}
