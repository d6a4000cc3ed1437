//! Microsoft's own examples, as many as lie beside the definitions, put before the judges as exchanges.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::definitions::folder;
use super::super::library::{Library, Node};
use super::super::operations::Operation;
use super::super::say;
use super::super::swagger::Swagger;
use super::{Definitions, Exchange, Verdict, definitions};

const EXPORT_EXAMPLES: &str =
    "costmanagement/specification/cost-management/CostManagement.Management/examples/2025-03-01";
const NEWER_EXAMPLES: &str = "costmanagement/specification/cost-management/resource-manager/Microsoft.CostManagement/CostManagement/stable/2026-06-01/examples";
const BILLING_EXAMPLES: &str = "azure-rest-api-specs/specification/billing/resource-manager/Microsoft.Billing/Billing/examples/2024-04-01";

/// Examples to which no definition here refers, and the operation that each is of.
const UNREFERRED: [(&str, &str, &str); 14] = [
    (
        EXPORT_EXAMPLES,
        "ExportCreateOrUpdateByBillingAccount",
        "Exports_CreateOrUpdate",
    ),
    (
        EXPORT_EXAMPLES,
        "ExportsGetByBillingAccount",
        "Exports_List",
    ),
    (
        EXPORT_EXAMPLES,
        "ExportCreateOrUpdateByBillingAccountReservationRecommendation",
        "Exports_CreateOrUpdate",
    ),
    (
        NEWER_EXAMPLES,
        "ExportRunHistoryGetByDepartment",
        "Exports_GetExecutionHistory",
    ),
    (NEWER_EXAMPLES, "MCABillingProfileQuery", "Query_Usage"),
    (
        BILLING_EXAMPLES,
        "billingAccountsGetEA",
        "BillingAccounts_get",
    ),
    (
        BILLING_EXAMPLES,
        "billingAccountsList",
        "BillingAccounts_list",
    ),
    (
        BILLING_EXAMPLES,
        "billingPermissionsListByBillingAccount",
        "BillingPermissions_list_by_billing_account",
    ),
    (
        BILLING_EXAMPLES,
        "billingRoleAssignmentCreateByBillingAccount",
        "BillingRoleAssignments_create_by_billing_account",
    ),
    (
        BILLING_EXAMPLES,
        "billingRoleAssignmentCreateOrUpdateByBillingAccount",
        "BillingRoleAssignments_create_or_update_by_billing_account",
    ),
    (
        BILLING_EXAMPLES,
        "billingRoleAssignmentListByBillingAccount",
        "BillingRoleAssignments_list_by_billing_account",
    ),
    (
        BILLING_EXAMPLES,
        "billingRoleDefinitionListByBillingAccount",
        "BillingRoleDefinition_list_by_billing_account",
    ),
    (
        BILLING_EXAMPLES,
        "billingRoleDefinitionListByBillingProfile",
        "BillingRoleDefinition_list_by_billing_profile",
    ),
    (
        BILLING_EXAMPLES,
        "billingRoleDefinitionListByInvoiceSection",
        "BillingRoleDefinition_list_by_invoice_section",
    ),
];

/// Examples of Microsoft's that break the definition beside them, and in what: a wrapper around the body, a bare list for an
/// object, nulls in lists and in requests, a text for an object.
const BROKEN: [(&str, &str); 12] = [
    ("PutRoleDefinition", "body.roleDefinition is unknown"),
    ("GetLocations", "answer should be an object"),
    (
        "GetLocationsWithExtendedLocations",
        "answer should be an object",
    ),
    (
        "PutDeploymentAtManagementGroup",
        "locations[0] must not be null",
    ),
    ("PutDeploymentAtTenant", "locations[0] must not be null"),
    ("PutDeploymentAtScope", "locations[0] must not be null"),
    (
        "PostDeploymentWhatIfOnSubscription",
        "after should be an object",
    ),
    (
        "PostDeploymentWhatIfOnResourceGroup",
        "after should be an object",
    ),
    (
        "BlobContainersLease_Acquire",
        "body.leaseId must not be null",
    ),
    (
        "BlobContainersLease_Break",
        "body.leaseDuration must not be null",
    ),
    ("FileSharesLease_Acquire", "body.leaseId must not be null"),
    (
        "FileSharesLease_Break",
        "body.leaseDuration must not be null",
    ),
];
/// How many examples there are at least that pass: a loader that finds none proves nothing.
const AT_LEAST: usize = 200;

#[test]
fn microsofts_own_examples_pass() {
    let Some(definitions) = definitions() else {
        return;
    };
    let (mut passed, mut failed) = (0, Vec::new());
    for (name, exchange) in examples() {
        match definitions.check(&exchange) {
            Verdict::Valid { .. } => passed += 1,
            other => failed.push(format!(
                "{name}: {} {} {other:?}",
                exchange.method, exchange.path
            )),
        }
    }
    let explains = |failure: &str, (name, fault): (&str, &str)| {
        failure.starts_with(&format!("{name}:")) && failure.contains(fault)
    };
    failed.retain(|failure| !BROKEN.iter().any(|broken| explains(failure, *broken)));
    assert!(failed.is_empty(), "{failed:#?}");
    say(&format!(
        "contract: {passed} of Microsoft's own examples pass, {} are known to be broken",
        BROKEN.len()
    ));
    assert!(passed >= AT_LEAST, "{passed}");
}

fn examples() -> Vec<(String, Exchange)> {
    let root = folder();
    let swagger = Swagger::new(Library::open(&root));
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for operation in &swagger.operations {
        let referred = operation
            .node
            .get("x-ms-examples")
            .into_iter()
            .flat_map(Node::members);
        for reference in referred.filter_map(|(_, example)| example.text("$ref")) {
            let path = root
                .join(operation.node.file)
                .parent()
                .unwrap()
                .join(reference);
            if path.is_file() && seen.insert((path.clone(), operation.path)) {
                found.extend(exchanges(operation, &path));
            }
        }
    }
    for (folder, name, id) in UNREFERRED {
        let operation = swagger
            .operations
            .iter()
            .find(|operation| operation.id == id);
        let operation = operation.unwrap_or_else(|| panic!("no definition has {id}"));
        found.extend(exchanges(
            operation,
            &root.join(folder).join(name).with_extension("json"),
        ));
    }
    found
}

/// One exchange for each answer of an example.
fn exchanges(operation: &Operation, file: &PathBuf) -> Vec<(String, Exchange)> {
    let text = std::fs::read_to_string(file).unwrap();
    let example: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    let parameters = example["parameters"].as_object().unwrap();
    let mut path = operation.path.to_owned();
    for (name, value) in parameters {
        path = path.replace(&format!("{{{name}}}"), &in_path(name, value));
    }
    let named = |place: &'static str| {
        let declared = operation
            .parameters
            .iter()
            .filter(move |parameter| parameter.text("in") == Some(place));
        let names = declared.filter_map(|parameter| parameter.text("name"));
        names.filter_map(|name| match parameters.get(name) {
            _ if name == "api-version" => Some((name.to_owned(), operation.version.to_owned())),
            value => Some((name.to_owned(), as_text(value?))),
        })
    };
    let query: Vec<(String, String)> = named("query").collect();
    let headers: BTreeMap<String, String> = named("header")
        .map(|(name, value)| (name.to_lowercase(), value))
        .collect();
    let body = operation.body.and_then(|_| body(parameters)).cloned();
    let name = Path::new(file)
        .file_stem()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let answers = example["responses"].as_object().unwrap().iter();
    answers
        .map(|(status, answer)| {
            let exchange = Exchange {
                service: "arm".to_owned(),
                method: operation.method.clone(),
                path: path.clone(),
                query: query.clone(),
                request_headers: headers.clone(),
                request_body: body.clone(),
                status: status.parse().unwrap(),
                response_body: answer.get("body").filter(|body| !body.is_null()).cloned(),
            };
            (name.clone(), exchange)
        })
        .collect()
}

/// The body is the parameter that is an object: its name differs from the definition's in some examples.
fn body(parameters: &serde_json::Map<String, Value>) -> Option<&Value> {
    parameters.values().find(|value| value.is_object())
}

/// Placeholders such as `scope` stand for something that a path can have in that place.
fn in_path(name: &str, value: &Value) -> String {
    match (name, as_text(value).trim_matches('/')) {
        ("scope", text) if !text.contains('/') => "subscriptions/subId".to_owned(),
        (_, text) => text.to_owned(),
    }
}

fn as_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn the_definitions_are_found_or_the_test_says_so() {
    let there = folder().is_dir();
    assert_eq!(Definitions::load().is_some(), there);
    assert!(Definitions::skipped().starts_with("contract: SKIPPED"));
}
