//! Terraform: each step stands in the files once, with its values.

use azconnect::connection::{Agreement, Scope};
use azconnect::plan::script::{Language, Task};
use azconnect::steps::Declared;
use azconnect::steps::declared::TOMORROW;
use regex::Regex;
use serde_json::{Value, json};

use super::hcl_reader::{Read, code, read};
use super::{samples, stands_beside, text};

const PRINCIPAL: &str = "local.principal_id";
const FIRST_DAY: &str =
    r#"formatdate("YYYY-MM-DD'T'00:00:00'Z'", timeadd(plantimestamp(), "24h"))"#;

/// Arguments as the providers document them: azuread 3.9.0, azurerm 5.2.0, azapi 2.12.0. Those in front are required.
const ARGUMENTS: &[(&str, &[&str], &[&str])] = &[
    ("data.azuread_client_config", &[], &[]),
    ("data.azuread_application", &["client_id"], &[]),
    (
        "azuread_application",
        &["display_name"],
        &[
            "sign_in_audience",
            "owners",
            "notes",
            "tags",
            "prevent_duplicate_names",
            "web",
        ],
    ),
    (
        "azuread_service_principal",
        &["client_id"],
        &["owners", "use_existing"],
    ),
    (
        "azuread_application_certificate",
        &["application_id", "type", "value"],
        &["encoding"],
    ),
    (
        "azuread_application_federated_identity_credential",
        &[
            "application_id",
            "audiences",
            "display_name",
            "issuer",
            "subject",
        ],
        &[],
    ),
    ("azurerm_resource_group", &["name", "location"], &["tags"]),
    (
        "azurerm_storage_container",
        &["name", "storage_account_id"],
        &["container_access_type"],
    ),
    (
        "azurerm_role_assignment",
        &["scope", "principal_id"],
        &[
            "name",
            "role_definition_id",
            "principal_type",
            "skip_service_principal_aad_check",
        ],
    ),
    (
        "azapi_resource",
        &["type"],
        &[
            "name",
            "parent_id",
            "location",
            "tags",
            "body",
            "identity",
            "retry",
        ],
    ),
    (
        "azapi_resource_action",
        &["type", "resource_id"],
        &["action", "method", "body", "retry"],
    ),
];

/// Terraform's own, in every resource.
const EVERYWHERE: &[&str] = &["depends_on", "lifecycle"];

#[test]
fn each_step_stands_there_once_with_its_values() {
    for (name, spec) in samples::all() {
        let script = samples::written(&spec, Language::Terraform);
        let blocks = read(text(&script, "main.tf"));
        samples::with_draft(&spec, |draft| {
            let mut expected = 0;
            for task in &draft.tasks {
                match wanted(task) {
                    Some((kind, values)) => {
                        let found = blocks.iter().filter(|block| {
                            block.type_name() == kind && has(&whole(block), &values)
                        });
                        assert_eq!(found.count(), 1, "{name}: {kind} {values:#}\n{blocks:#?}");
                        expected += usize::from(kind.contains('_'));
                    }
                    None => stands_beside(&script, spec.name.as_str(), &task.declared),
                }
            }
            let made = blocks.iter().filter(|block| {
                ["resource", "data"].contains(&block.kind.as_str())
                    && block.type_name() != "data.azuread_client_config"
            });
            assert_eq!(made.count(), expected, "{name}: nothing beside the steps");
        });
    }
}

/// The kind of block that makes what a step declares, and what has to stand in it; none where it is left to the script beside.
fn wanted(task: &Task) -> Option<(&'static str, Value)> {
    let principal = json!({"code": PRINCIPAL});
    Some(match &task.declared {
        Declared::Application {
            display_name,
            redirect_uris,
            notes,
            ..
        } => {
            let web = json!({"redirect_uris": redirect_uris.iter().map(|uri| format!("{uri}/")).collect::<Vec<_>>()});
            let mut values = json!({"display_name": display_name, "notes": notes, "sign_in_audience": "AzureADMyOrg"});
            if !redirect_uris.is_empty() {
                values["web"] = web;
            }
            ("azuread_application", values)
        }
        Declared::KnownApplication { client_id } => {
            ("data.azuread_application", json!({"client_id": client_id}))
        }
        Declared::ServicePrincipal => (
            "azuread_service_principal",
            json!({"client_id": {"code": "local.client_id"}}),
        ),
        Declared::KnownPrincipal {
            object_id,
            client_id,
        } => (
            "",
            json!({"principal_id": object_id, "client_id": client_id}),
        ),
        Declared::Certificate {
            given: Some(public),
            ..
        } => (
            "azuread_application_certificate",
            json!({"type": "AsymmetricX509Cert", "encoding": "base64", "value": public}),
        ),
        Declared::Federated {
            name,
            issuer,
            subject,
            audience,
        } => (
            "azuread_application_federated_identity_credential",
            json!({"display_name": name, "issuer": issuer, "subject": subject, "audiences": [audience]}),
        ),
        Declared::Role {
            scope, role, names, ..
        } => (
            "azurerm_role_assignment",
            json!({
                "scope": scope, "principal_id": principal, "principal_type": "ServicePrincipal", "skip_service_principal_aad_check": true,
                "role_definition_id": format!("{}/providers/Microsoft.Authorization/roleDefinitions/{role}", subscription(scope)),
                "name": assignment(names, scope, role),
            }),
        ),
        Declared::BillingRole {
            scope,
            role,
            agreement,
            tenant,
            names,
            ..
        } => {
            let role_id = format!("{scope}/billingRoleDefinitions/{role}");
            let body = json!({"principalId": principal, "principalTenantId": tenant, "roleDefinitionId": role_id});
            if *agreement == Agreement::Ea {
                (
                    "azapi_resource",
                    json!({"parent_id": scope, "body": {"properties": body}, "name": assignment(names, scope, role)}),
                )
            } else {
                let action = "createBillingRoleAssignment";
                (
                    "azapi_resource_action",
                    json!({"resource_id": scope, "action": action, "body": body}),
                )
            }
        }
        Declared::ResourceProvider { namespace, .. } => (
            "azurerm",
            json!({"resource_providers_to_register": [namespace]}),
        ),
        Declared::ResourceGroup {
            name,
            location,
            tags,
            ..
        } => (
            "azurerm_resource_group",
            json!({"name": name, "location": location, "tags": tags}),
        ),
        Declared::StorageAccount { id, body } => (
            "azapi_resource",
            json!({"type": "Microsoft.Storage/storageAccounts@2021-08-01", "name": id.account, "whole": body}),
        ),
        Declared::Container { account, name } => (
            "azurerm_storage_container",
            json!({"name": name, "storage_account_id": account, "container_access_type": "private"}),
        ),
        Declared::Export {
            scope, name, body, ..
        } => {
            let body = body.to_string().replace(
                &json!(TOMORROW).to_string(),
                &json!({"code": FIRST_DAY}).to_string(),
            );
            let body: Value = serde_json::from_str(&body).unwrap();
            (
                "azapi_resource",
                json!({"parent_id": scope, "name": name, "whole": body}),
            )
        }
        Declared::ExportRun { scope, export } => {
            let id = format!("{scope}/providers/Microsoft.CostManagement/exports/{export}");
            (
                "azapi_resource_action",
                json!({"resource_id": id, "action": "run", "method": "POST"}),
            )
        }
        Declared::Secret { .. }
        | Declared::PastMonths { .. }
        | Declared::Certificate { given: None, .. } => return None,
    })
}

fn subscription(scope: &Scope) -> String {
    let path = scope.to_string();
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["", "subscriptions", id, ..] => format!("/subscriptions/{id}"),
        _ => String::new(),
    }
}

fn assignment(names: &uuid::Uuid, scope: &Scope, role: &uuid::Uuid) -> Value {
    let scope = scope.to_string().to_lowercase();
    json!({"code": format!(r#"uuidv5("{names}", join("|", ["{scope}", {PRINCIPAL}, "{role}"]))"#)})
}

/// A block's values, with the body as it goes to Azure: what stands beside it in `azapi` is in it again.
fn whole(block: &Read) -> Value {
    let mut values = block.values.clone();
    let mut body = values["body"].clone();
    for key in ["location", "tags", "identity"] {
        if let (Some(own), true) = (values.get(key), body.is_object()) {
            body[key] = own.clone();
        }
    }
    values["whole"] = body;
    values
}

/// Whether all of this stands in the values; a list has at least these members, and `whole` is all there is.
fn has(values: &Value, wanted: &Value) -> bool {
    let Value::Object(wanted) = wanted else {
        return false;
    };
    wanted
        .iter()
        .all(|(key, wanted)| match (values.get(key), wanted) {
            (Some(Value::Array(own)), Value::Array(wanted)) => {
                wanted.iter().all(|one| own.contains(one))
            }
            (own, wanted) => own == Some(wanted),
        })
}

#[test]
fn only_documented_arguments_are_used() {
    for (name, spec) in samples::all() {
        for block in read(text(
            &samples::written(&spec, Language::Terraform),
            "main.tf",
        )) {
            if !["resource", "data"].contains(&block.kind.as_str()) {
                continue;
            }
            let kind = block.type_name();
            let (_, required, optional) = ARGUMENTS
                .iter()
                .find(|(known, ..)| *known == kind)
                .unwrap_or_else(|| panic!("{name}: {kind}"));
            let own: Vec<&String> = block.values.as_object().unwrap().keys().collect();
            for argument in *required {
                assert!(
                    own.iter().any(|name| name == argument),
                    "{name}: {kind} lacks {argument}"
                );
            }
            let all = [*required, *optional, EVERYWHERE].concat();
            for argument in own {
                assert!(
                    all.contains(&argument.as_str()),
                    "{name}: {kind} has no {argument}"
                );
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let quoted = Regex::new(r#""[^"]*""#).unwrap();
    let reference =
        Regex::new(r"\b(data\.azuread_\w+\.\w+|(?:azuread|azurerm|azapi)_\w+\.\w+|local\.\w+)")
            .unwrap();
    for (name, spec) in samples::all() {
        let blocks = read(text(
            &samples::written(&spec, Language::Terraform),
            "main.tf",
        ));
        let mut known: Vec<String> = blocks.iter().map(Read::address).collect();
        for block in blocks.iter().filter(|block| block.kind == "locals") {
            let names = block.values.as_object().unwrap().keys();
            known.extend(names.map(|name| format!("local.{name}")));
        }
        let mut seen = 0;
        for piece in blocks.iter().flat_map(|block| code(&block.values)) {
            let bare = quoted.replace_all(&piece, "");
            for found in reference.find_iter(&bare) {
                assert!(
                    known.iter().any(|known| known == found.as_str()),
                    "{name}: {}",
                    found.as_str()
                );
                seen += 1;
            }
        }
        assert!(seen > 0, "{name}");
    }
}

#[test]
fn a_step_waits_for_those_that_it_comes_after() {
    let (_, spec) = samples::all()
        .into_iter()
        .find(|(name, _)| *name == "cloudpi_ea")
        .unwrap();
    let blocks = read(text(
        &samples::written(&spec, Language::Terraform),
        "main.tf",
    ));
    for (address, after) in [
        (
            "azapi_resource.storage_account",
            "azurerm_resource_group.costs",
        ),
        (
            "azurerm_storage_container.exports",
            "azapi_resource.storage_account",
        ),
        (
            "azapi_resource.export_2",
            "azurerm_storage_container.exports",
        ),
        (
            "azapi_resource_action.first_run_2",
            "azapi_resource.export_2",
        ),
        (
            "azurerm_role_assignment.role_1",
            "azurerm_storage_container.exports",
        ),
    ] {
        let block = blocks
            .iter()
            .find(|block| block.address() == address)
            .unwrap();
        assert_eq!(
            block.values["depends_on"],
            json!([{"code": after}]),
            "{address}"
        );
    }
}

#[test]
fn no_secret_is_made_or_given_out() {
    for (name, spec) in samples::all() {
        let blocks = read(text(
            &samples::written(&spec, Language::Terraform),
            "main.tf",
        ));
        let outputs: Vec<&String> = blocks
            .iter()
            .filter(|block| block.kind == "output")
            .map(|block| &block.labels[0])
            .collect();
        assert!(outputs.iter().any(|key| *key == "client_id"), "{name}");
        assert!(outputs.iter().all(|key| !key.contains("secret")), "{name}");
        for forbidden in [
            "azuread_application_password",
            "azuread_service_principal_password",
        ] {
            assert!(
                blocks.iter().all(|block| block.type_name() != forbidden),
                "{name}"
            );
        }
    }
}
