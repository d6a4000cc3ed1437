//! Each step as the blocks that leave the same behind.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::versions::{BILLING, ENROLLMENT, EXPORTS, STORAGE};
use super::super::words::above;
use super::super::{Draft, Task};
use super::hcl::{Block, Hcl, quoted};
use crate::connection::{Agreement, Scope, StorageAccountId};
use crate::steps::Declared;
use crate::steps::declared::TOMORROW;
use crate::text::shell_word;

/// Tomorrow, when it is first applied.
const FIRST_DAY: &str =
    r#"formatdate("YYYY-MM-DD'T'00:00:00'Z'", timeadd(plantimestamp(), "24h"))"#;

/// The blocks of all steps that Terraform does, in their order.
pub(super) fn blocks(draft: &Draft<'_>) -> Vec<Block> {
    let mut writer = Writer {
        draft,
        addresses: BTreeMap::new(),
        counts: BTreeMap::new(),
    };
    let mut blocks = vec![writer.locals()];
    if writer.makes_directory_objects() {
        blocks.insert(0, Block::new("data", &["azuread_client_config", "current"]));
    }
    for task in &draft.tasks {
        blocks.extend(writer.task(task));
    }
    blocks
}

/// What has been written so far.
struct Writer<'a> {
    draft: &'a Draft<'a>,
    /// The address of each step that others must wait for.
    addresses: BTreeMap<String, String>,
    /// How many there are of each kind, for their names.
    counts: BTreeMap<&'static str, usize>,
}

impl Writer<'_> {
    fn task(&mut self, task: &Task) -> Option<Block> {
        let block = match &task.declared {
            Declared::Application { .. } | Declared::KnownApplication { .. } => {
                application(&task.declared)?
            }
            Declared::ServicePrincipal => self.service_principal(),
            Declared::Certificate { given, .. } => certificate(given.as_deref()?),
            Declared::Federated { .. } => federated(&task.declared)?,
            Declared::Role { .. } => self.role(task)?,
            Declared::BillingRole { .. } => self.billing_role(task)?,
            Declared::ResourceGroup { .. } => self.resource_group(task)?,
            Declared::StorageAccount { id, body } => self.storage_account(task, id, body),
            Declared::Container { account, name } => self.container(task, account, name),
            Declared::Export { .. } => self.export(task)?,
            Declared::ExportRun { scope, export } => self.first_run(task, scope, export),
            // The principal is in the locals, the registrations in the provider's settings, the others in the script beside.
            Declared::KnownPrincipal { .. }
            | Declared::ResourceProvider { .. }
            | Declared::Secret { .. }
            | Declared::PastMonths { .. } => return None,
        };
        Some(block.comment_first(&above(task)))
    }

    /// A name of its own in its kind: `role_2`.
    fn label(&mut self, kind: &'static str) -> String {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        format!("{kind}_{count}")
    }

    fn is_known(&self) -> bool {
        let known = |task: &Task| matches!(task.declared, Declared::KnownApplication { .. });
        self.draft.tasks.iter().any(known)
    }

    fn makes_directory_objects(&self) -> bool {
        let made = |task: &Task| matches!(task.declared, Declared::ServicePrincipal);
        self.draft.tasks.iter().any(made)
    }

    /// Who the vendor signs in as, by whichever way it comes to be.
    fn locals(&self) -> Block {
        let block = Block::new("locals", &[]);
        for task in &self.draft.tasks {
            match &task.declared {
                Declared::KnownPrincipal {
                    object_id,
                    client_id,
                } => {
                    return block
                        .set("client_id", Hcl::text(client_id))
                        .set("principal_id", Hcl::text(object_id));
                }
                Declared::KnownApplication { client_id } => {
                    return block
                        .set(
                            "application_id",
                            Hcl::code("data.azuread_application.app.id"),
                        )
                        .set("client_id", Hcl::text(client_id))
                        .set(
                            "principal_id",
                            Hcl::code("azuread_service_principal.app.object_id"),
                        );
                }
                _ => {}
            }
        }
        block
            .set("application_id", Hcl::code("azuread_application.app.id"))
            .set("client_id", Hcl::code("azuread_application.app.client_id"))
            .set(
                "principal_id",
                Hcl::code("azuread_service_principal.app.object_id"),
            )
    }

    fn service_principal(&self) -> Block {
        let block = Block::new("resource", &["azuread_service_principal", "app"])
            .set("client_id", Hcl::code("local.client_id"));
        if !self.is_known() {
            return block.set("owners", owners());
        }
        block
            .set("use_existing", Hcl::code("true"))
            .note("Terraform would delete what it only found. To let go of it: terraform state rm azuread_service_principal.app")
            .block(Block::new("lifecycle", &[]).set("prevent_destroy", Hcl::code("true")))
    }

    fn role(&mut self, task: &Task) -> Option<Block> {
        let Declared::Role {
            scope, role, names, ..
        } = &task.declared
        else {
            return None;
        };
        let label = self.label("role");
        let definition = role_definition(scope, *role);
        let block = Block::new("resource", &["azurerm_role_assignment", &label])
            .set("name", assignment_name(*names, scope, *role))
            .set("scope", Hcl::text(scope))
            .set("role_definition_id", Hcl::text(definition))
            .set("principal_id", Hcl::code("local.principal_id"))
            .set("principal_type", Hcl::text("ServicePrincipal"))
            .set("skip_service_principal_aad_check", Hcl::code("true"));
        Some(self.after(task, block))
    }

    fn billing_role(&mut self, task: &Task) -> Option<Block> {
        let Declared::BillingRole {
            scope,
            role,
            agreement,
            tenant,
            names,
            ..
        } = &task.declared
        else {
            return None;
        };
        let label = self.label("billing_role");
        let properties = json!({
            "principalId": PRINCIPAL,
            "principalTenantId": tenant,
            "roleDefinitionId": format!("{scope}/billingRoleDefinitions/{role}"),
        });
        // Azure's billing system knows a new service principal a little later.
        let retry = (
            "error_message_regex".to_owned(),
            Hcl::List(vec![Hcl::text("provided principal Tenant Id")]),
        );
        let retry = Hcl::Object(vec![retry]);
        let kind = resource_type(scope);
        Some(match agreement {
            Agreement::Ea => Block::new("resource", &["azapi_resource", &label])
                .set("type", Hcl::text(format!("{kind}/billingRoleAssignments@{ENROLLMENT}")))
                .set("parent_id", Hcl::text(scope))
                .set("name", assignment_name(*names, scope, *role))
                .set("body", said(&json!({"properties": properties})))
                .set("retry", retry),
            Agreement::Mca | Agreement::Mpa | Agreement::Csp | Agreement::Mosp => {
                Block::new("resource", &["azapi_resource_action", &label])
                    .comment("Azure gives this role by a request that is made once: Terraform knows by its state that it was, and doesn't take the role away with `terraform destroy` (`az billing role-assignment delete` does). Where the role is there already, Azure says that there is a conflict: then leave this block out.")
                    .set("type", Hcl::text(format!("{kind}@{BILLING}")))
                    .set("resource_id", Hcl::text(scope))
                    .set("action", Hcl::text("createBillingRoleAssignment"))
                    .set("method", Hcl::text("POST"))
                    .set("body", said(&properties))
                    .set("retry", retry)
            }
        })
    }

    fn resource_group(&mut self, task: &Task) -> Option<Block> {
        let Declared::ResourceGroup {
            subscription,
            name,
            location,
            tags,
        } = &task.declared
        else {
            return None;
        };
        let id = format!("/subscriptions/{subscription}/resourceGroups/{name}");
        let block = Block::new("resource", &["azurerm_resource_group", "costs"])
            .set("name", Hcl::text(name))
            .set("location", Hcl::text(location))
            .set("tags", said(tags))
            .block(kept());
        Some(self.known_as(task, "azurerm_resource_group.costs", &id, block))
    }

    fn storage_account(&mut self, task: &Task, id: &StorageAccountId, body: &Value) -> Block {
        let parent = format!(
            "/subscriptions/{}/resourceGroups/{}",
            id.subscription, id.resource_group
        );
        let resource = Azapi {
            label: "storage_account",
            kind: format!("Microsoft.Storage/storageAccounts@{STORAGE}"),
            parent: &parent,
            name: &id.account,
        };
        let block = self
            .after(task, resource.block(body))
            .note("The costs of the past are in it. To let go of it: terraform state rm azapi_resource.storage_account")
            .block(kept());
        let id = format!("{id}?api-version={STORAGE}");
        self.known_as(task, "azapi_resource.storage_account", &id, block)
    }

    fn container(&mut self, task: &Task, account: &StorageAccountId, name: &str) -> Block {
        let block = Block::new("resource", &["azurerm_storage_container", "exports"])
            .set("name", Hcl::text(name))
            .set("storage_account_id", Hcl::text(account))
            .set("container_access_type", Hcl::text("private"));
        let block = self.after(task, block).block(kept());
        self.known_as(
            task,
            "azurerm_storage_container.exports",
            &account.container(name),
            block,
        )
    }

    fn export(&mut self, task: &Task) -> Option<Block> {
        let Declared::Export {
            scope, name, body, ..
        } = &task.declared
        else {
            return None;
        };
        let label = self.label("export");
        let parent = scope.to_string();
        let resource = Azapi {
            label: &label,
            kind: format!("Microsoft.CostManagement/exports@{EXPORTS}"),
            parent: &parent,
            name,
        };
        let block = self.after(task, resource.block(body));
        let address = format!("azapi_resource.{label}");
        let block = block
            .note(&format!("Azure takes a changed export only with its eTag. To have another one: terraform apply -replace={address}"))
            .block(Block::new("lifecycle", &[]).set("ignore_changes", Hcl::code("[body]")));
        let id = format!("{}?api-version={EXPORTS}", export_id(scope, name));
        Some(self.known_as(task, &address, &id, block))
    }

    fn first_run(&mut self, task: &Task, scope: &Scope, export: &str) -> Block {
        let label = self.label("first_run");
        let block = Block::new("resource", &["azapi_resource_action", &label])
            .set(
                "type",
                Hcl::text(format!("Microsoft.CostManagement/exports@{EXPORTS}")),
            )
            .set("resource_id", Hcl::text(export_id(scope, export)))
            .set("action", Hcl::text("run"))
            .set("method", Hcl::text("POST"));
        self.after(task, block)
    }

    /// The block, after what its step comes after.
    fn after(&self, task: &Task, block: Block) -> Block {
        let addresses: Vec<Hcl> = task
            .after
            .iter()
            .filter_map(|id| self.addresses.get(id))
            .map(Hcl::code)
            .collect();
        let needed = (!addresses.is_empty()).then_some(Hcl::List(addresses));
        block.set_some("depends_on", needed)
    }

    /// The block, with what to do where Azure has such a thing already; others may come after it.
    fn known_as(&mut self, task: &Task, address: &str, id: &str, block: Block) -> Block {
        self.addresses.insert(task.id.clone(), address.to_owned());
        block
            .comment("Where it is there already, this has it used as it is:")
            .command(&format!("terraform import {address} {}", shell_word(id)))
    }
}

/// Stands for the service principal in a body.
const PRINCIPAL: &str = "<principal>";

/// What stands for something else in a body.
fn known(text: &str) -> Option<String> {
    match text {
        TOMORROW => Some(FIRST_DAY.to_owned()),
        PRINCIPAL => Some("local.principal_id".to_owned()),
        _ => None,
    }
}

fn said(body: &Value) -> Hcl {
    Hcl::json(body, &known)
}

/// Whoever applies it owns the app, as if they had registered it.
fn owners() -> Hcl {
    Hcl::List(vec![Hcl::code(
        "data.azuread_client_config.current.object_id",
    )])
}

/// What others may use too is neither changed nor deleted once it is there.
fn kept() -> Block {
    Block::new("lifecycle", &[])
        .set("ignore_changes", Hcl::code("all"))
        .set("prevent_destroy", Hcl::code("true"))
}

/// The app registration: a new one, or one that is only looked up.
fn application(declared: &Declared) -> Option<Block> {
    match declared {
        Declared::Application {
            display_name,
            redirect_uris,
            notes,
            ..
        } => {
            let uris = redirect_uris.iter().map(|uri| Hcl::text(with_path(uri)));
            let block = Block::new("resource", &["azuread_application", "app"])
                .comment("The provider has no word for an app's unique name; azconnect goes on with its client ID.")
                .set("display_name", Hcl::text(display_name))
                .set("sign_in_audience", Hcl::text("AzureADMyOrg"))
                .set("owners", owners())
                .set("notes", Hcl::text(notes))
                .set("tags", Hcl::List(vec![Hcl::text("azconnect")]))
                .set("prevent_duplicate_names", Hcl::code("true"));
            let web = Block::new("web", &[]).set("redirect_uris", Hcl::List(uris.collect()));
            Some(if redirect_uris.is_empty() {
                block
            } else {
                block.block(web)
            })
        }
        Declared::KnownApplication { client_id } => Some(
            Block::new("data", &["azuread_application", "app"])
                .set("client_id", Hcl::text(client_id)),
        ),
        _ => None,
    }
}

/// The redirect URI as the provider takes it: with a path, if only `/`.
///
/// Source: hashicorp/terraform-provider-azuread, `internal/helpers/tf/validation/uri.go`
fn with_path(uri: &str) -> String {
    match uri.split_once("://") {
        Some((_, rest)) if !rest.contains('/') => format!("{uri}/"),
        _ => uri.to_owned(),
    }
}

/// The vendor's public certificate.
fn certificate(public: &str) -> Block {
    Block::new("resource", &["azuread_application_certificate", "app"])
        .set("application_id", Hcl::code("local.application_id"))
        .set("type", Hcl::text("AsymmetricX509Cert"))
        .set("encoding", Hcl::text("base64"))
        .set("value", Hcl::text(public))
}

fn federated(declared: &Declared) -> Option<Block> {
    let Declared::Federated {
        name,
        issuer,
        subject,
        audience,
    } = declared
    else {
        return None;
    };
    let labels = ["azuread_application_federated_identity_credential", "app"];
    Some(
        Block::new("resource", &labels)
            .set("application_id", Hcl::code("local.application_id"))
            .set("display_name", Hcl::text(name))
            .set("issuer", Hcl::text(issuer))
            .set("subject", Hcl::text(subject))
            .set("audiences", Hcl::List(vec![Hcl::text(audience)])),
    )
}

/// A resource of `azapi`.
struct Azapi<'a> {
    label: &'a str,
    kind: String,
    parent: &'a str,
    name: &'a str,
}

impl Azapi<'_> {
    /// The resource with the body that makes it; what `azapi` has words of its own for stands beside the body.
    fn block(&self, body: &Value) -> Block {
        let mut rest = body.clone();
        let mut taken = |key: &str| rest.as_object_mut().and_then(|all| all.remove(key));
        let (location, tags) = (taken("location"), taken("tags"));
        let identity = taken("identity")
            .map(|identity| said(&identity["type"]))
            .map(|kind| Block::new("identity", &[]).set("type", kind));
        let block = Block::new("resource", &["azapi_resource", self.label])
            .set("type", Hcl::text(&self.kind))
            .set("parent_id", Hcl::text(self.parent))
            .set("name", Hcl::text(self.name))
            .set_some("location", location.as_ref().map(said))
            .set_some("tags", tags.as_ref().map(said))
            .set("body", said(&rest));
        match identity {
            Some(identity) => block.block(identity),
            None => block,
        }
    }
}

/// The name of a role assignment: the one that azconnect would give it, so that each finds what the other made.
fn assignment_name(names: Uuid, scope: &Scope, role: Uuid) -> Hcl {
    let scope = quoted(&scope.to_string().to_lowercase());
    Hcl::code(format!(
        r#"uuidv5("{names}", join("|", [{scope}, local.principal_id, "{role}"]))"#
    ))
}

/// The id of a role's definition as Azure says it of an assignment at this scope: of another one, each plan would want to change it.
fn role_definition(scope: &Scope, role: Uuid) -> String {
    let root = match scope {
        Scope::Subscription(id) | Scope::ResourceGroup(id, _) => format!("/subscriptions/{id}"),
        Scope::StorageAccount(account) | Scope::Container(account, _) => {
            format!("/subscriptions/{}", account.subscription)
        }
        Scope::ManagementGroup(_)
        | Scope::BillingAccount(_)
        | Scope::BillingProfile(..)
        | Scope::InvoiceSection(..)
        | Scope::Department(..)
        | Scope::Customer(..)
        | Scope::CustomerOfProfile(..) => String::new(),
    };
    format!("{root}/providers/Microsoft.Authorization/roleDefinitions/{role}")
}

/// The type of a billing scope: `Microsoft.Billing/billingAccounts/departments`.
fn resource_type(scope: &Scope) -> String {
    let path = scope.to_string();
    let parts: Vec<&str> = path.split('/').skip(2).collect();
    let kinds = parts.iter().skip(1).step_by(2);
    parts
        .first()
        .into_iter()
        .chain(kinds)
        .copied()
        .collect::<Vec<_>>()
        .join("/")
}

fn export_id(scope: &Scope, name: &str) -> String {
    format!("{scope}/providers/Microsoft.CostManagement/exports/{name}")
}
