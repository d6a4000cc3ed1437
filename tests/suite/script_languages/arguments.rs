//! Terraform: only arguments that the providers document.

use azconnect::plan::script::Language;

use super::hcl_reader::read;
use super::{samples, text};

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
