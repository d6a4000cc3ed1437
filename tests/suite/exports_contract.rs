//! The sandbox's exports against Microsoft's definitions: a walk through every kind of scope, each request and answer of
//! which the definitions must know.

use azconnect::sandbox::{Options, Replication, State, ids};
use serde_json::{Value, json};

use crate::billing_contract::account;
use crate::contract::{Definitions, Report, log_entry, say};
use crate::lab::Lab;
use crate::operator::Client;

const VERSION: &str = "2025-03-01";
const NAME: &str = "contract";

fn lab() -> Lab {
    let mut seed = State::contoso_with_billing();
    let operator = ids::OPERATOR_SERVICE_PRINCIPAL;
    for (name, role) in [
        (ids::ENROLLMENT, ids::BILLING_ROLE_ENROLLMENT_READER),
        (ids::MCA_ACCOUNT, ids::BILLING_ROLE_ACCOUNT_OWNER),
        (ids::MPA_ACCOUNT, ids::BILLING_ROLE_ACCOUNT_OWNER),
    ] {
        seed.assign_billing_role(operator, role, &account(name));
    }
    seed.add_export_storage(ids::SUBSCRIPTION, "costs");
    Lab::with(Options {
        replication: Replication::none(),
        seed,
        ..Options::default()
    })
}

fn body(kind: &str, storage: &str) -> Value {
    json!({
        "identity": {"type": "SystemAssigned"}, "location": "global",
        "properties": {
            "format": "Csv", "compressionMode": "gzip", "partitionData": true,
            "dataOverwriteBehavior": "OverwritePreviousReport", "exportDescription": "For the contract",
            "definition": {"type": kind, "timeframe": "MonthToDate", "dataSet": {"granularity": "Daily"}},
            "deliveryInfo": {"destination": {"type": "AzureBlob", "resourceId": storage, "container": "exports",
                "rootFolderPath": "contract"}},
            "schedule": {"status": "Active", "recurrence": "Daily",
                "recurrencePeriod": {"from": "2098-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}},
        },
    })
}

/// Everything that can be done with an export, and what is refused on the way.
fn walk((lab, client): (&Lab, &Client<'_>), scope: &str, kind: &str) {
    let storage = lab.state(|state| state.storage.accounts["costs"].id());
    let list = format!("{scope}/providers/Microsoft.CostManagement/exports");
    let one = format!("{list}/{NAME}");
    let send = |method: &str, path: &str, body: Option<Value>| {
        let (status, _, body) = client.send(method, path, VERSION, body);
        (status, body)
    };
    let mut body = body(kind, &storage);
    let (status, made) = send("PUT", &one, Some(body.clone()));
    assert_eq!(status, 201, "{scope}: {made}");
    assert_eq!(send("PUT", &one, Some(body.clone())).0, 400);
    body["eTag"] = made["eTag"].clone();
    assert_eq!(send("PUT", &one, Some(body)).0, 200);
    let run = format!("{one}/run");
    assert_eq!(send("POST", &run, None).0, 200);
    assert_eq!(send("POST", &run, Some(json!({}))).0, 400);
    let month = json!({"timePeriod": {"from": "2026-01-01T00:00:00.000Z", "to": "2026-01-31T00:00:00.000Z"}});
    assert_eq!(send("POST", &run, Some(month)).0, 200);
    let disable = |is_disabled: bool| {
        lab.state(|state| {
            state.storage.accounts.get_mut("costs").unwrap().is_disabled = is_disabled;
        });
    };
    disable(true);
    assert_eq!(send("POST", &run, None).0, 200);
    disable(false);
    for path in [
        list.clone(),
        format!("{list}?$expand=runHistory"),
        one.clone(),
        format!("{one}?$expand=runHistory"),
        format!("{one}/runHistory"),
    ] {
        let (status, body) = send("GET", &path, None);
        assert_eq!(status, 200, "{path}: {body}");
        if path.contains("unHistory") {
            let text = body.to_string();
            assert!(text.contains("\"Completed\"") || path.starts_with(&format!("{list}?")));
            assert!(text.contains("\"Failed\""), "{path}: {text}");
        }
    }
    assert_eq!(send("DELETE", &one, None).0, 200);
    assert_eq!(send("GET", &one, None).0, 404);
}

#[test]
fn exports_keep_to_microsofts_definitions() {
    let lab = lab();
    let client = Client::new(&lab);
    let subscription = format!("/subscriptions/{}", ids::SUBSCRIPTION);
    let customer = lab.state(|state| {
        let partner = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
        *partner.customers.keys().next().unwrap()
    });
    let group = format!(
        "/providers/Microsoft.Management/managementGroups/{}",
        ids::TENANT
    );
    for (scope, kind) in [
        (account(ids::ENROLLMENT), "FocusCost"),
        (
            format!("{}/departments/101", account(ids::ENROLLMENT)),
            "AmortizedCost",
        ),
        (
            format!("{}/enrollmentAccounts/345", account(ids::ENROLLMENT)),
            "ActualCost",
        ),
        (
            format!("{}/customers/{customer}", account(ids::MPA_ACCOUNT)),
            "FocusCost",
        ),
        (subscription.clone(), "FocusCost"),
        (format!("{subscription}/resourceGroups/web"), "Usage"),
        (group, "ActualCost"),
    ] {
        walk((&lab, &client), &scope, kind);
    }
    let profile = State::first_billing_profile(&account(ids::MCA_ACCOUNT));
    let path = format!("{profile}/providers/Microsoft.CostManagement/exports/{NAME}");
    let storage = lab.state(|state| state.storage.accounts["costs"].id());
    let refused = client.send("PUT", &path, VERSION, Some(body("FocusCost", &storage)));
    assert_eq!(refused.0, 401, "an application at an MCA");
    let Some(definitions) = Definitions::load() else {
        say(&Definitions::skipped());
        return;
    };
    let mut report = Report::default();
    for entry in lab.log() {
        let exchange = log_entry::exchange(&entry);
        let verdict = definitions.check(&exchange);
        report.add(&exchange, verdict);
    }
    say(&report.to_string());
    assert_eq!(report.failures(), Vec::<String>::new());
    assert_eq!(report.only_refused(), Vec::<&str>::new());
    assert!(report.operations() >= 7, "{}", report.operations());
}
