//! The sandbox's providers, resource groups and storage against Microsoft's definitions: a walk from a subscription without
//! anything to a blob that is read, and back, each request and answer of which the definitions must know.

use azconnect::sandbox::{BlobBody, Options, Replication, State, ids};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::contract::{Definitions, Report, log_entry, say};
use crate::lab::Lab;
use crate::operator::Client;

const RESOURCES: &str = "2021-04-01";
const STORAGE: &str = "2021-08-01";
const READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";

fn subscription() -> String {
    format!("/subscriptions/{}", ids::SUBSCRIPTION)
}

fn account(name: &str) -> String {
    format!(
        "{}/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/{name}",
        subscription()
    )
}

fn lab() -> Lab {
    let mut seed = State::contoso();
    seed.storage.providers.clear();
    let other = seed.add_subscription("Other");
    seed.add_storage_account(other, "costs", "elsewhere");
    Lab::with(Options {
        replication: Replication::none(),
        seed,
        ..Options::default()
    })
}

/// Sends a request, which must end with a status.
fn expect(
    client: &Client<'_>,
    request: (&str, &str, &str),
    body: Option<Value>,
    status: u16,
) -> (String, Value) {
    let (method, path, version) = request;
    let (found, location, answer) = client.send(method, path, version, body);
    assert_eq!(found, status, "{method} {path}: {answer}");
    (location, answer)
}

fn providers(client: &Client<'_>) {
    let namespace = format!("{}/providers/Microsoft.Storage", subscription());
    expect(client, ("GET", &namespace, RESOURCES), None, 200);
    let all = format!("{}/providers", subscription());
    expect(client, ("GET", &all, RESOURCES), None, 200);
    for verb in ["register", "unregister", "register"] {
        let path = format!("{namespace}/{verb}");
        expect(client, ("POST", &path, RESOURCES), None, 200);
    }
    let unknown = format!("{}/providers/Contoso.Nothing", subscription());
    expect(client, ("GET", &unknown, RESOURCES), None, 404);
}

fn groups(client: &Client<'_>) {
    let group = format!("{}/resourcegroups/costs", subscription());
    let all = format!("{}/resourcegroups?$top=1", subscription());
    let body = json!({"location": "westeurope", "tags": {"made-by": "azconnect"}});
    expect(client, ("HEAD", &group, RESOURCES), None, 404);
    expect(client, ("GET", &group, RESOURCES), None, 404);
    for status in [201, 200] {
        expect(
            client,
            ("PUT", &group, RESOURCES),
            Some(body.clone()),
            status,
        );
    }
    expect(client, ("HEAD", &group, RESOURCES), None, 204);
    expect(client, ("GET", &group, RESOURCES), None, 200);
    let (_, list) = expect(client, ("GET", &all, RESOURCES), None, 200);
    let next = list["nextLink"].as_str().unwrap();
    assert_eq!(client.ask("GET", next, None).0, 200);
    let elsewhere = json!({"location": "northeurope"});
    expect(client, ("PUT", &group, RESOURCES), Some(elsewhere), 409);
}

fn accounts(client: &Client<'_>) {
    let check = format!(
        "{}/providers/Microsoft.Storage/checkNameAvailability",
        subscription()
    );
    for name in ["contosocosts", "elsewhere", "No!"] {
        let body = json!({"name": name, "type": "Microsoft.Storage/storageAccounts"});
        expect(client, ("POST", &check, STORAGE), Some(body), 200);
    }
    let body = json!({
        "location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "tags": {"made-by": "azconnect"},
        "properties": {
            "accessTier": "Hot", "minimumTlsVersion": "TLS1_2", "supportsHttpsTrafficOnly": true,
            "allowBlobPublicAccess": false, "allowCrossTenantReplication": false, "allowSharedKeyAccess": false,
            "defaultToOAuthAuthentication": true, "publicNetworkAccess": "Enabled",
            "networkAcls": {
                "bypass": "AzureServices", "defaultAction": "Deny", "virtualNetworkRules": [],
                "ipRules": [{"value": "127.0.0.1", "action": "Allow"}],
            },
        },
    });
    let path = account("contosocosts");
    let (location, _) = expect(client, ("PUT", &path, STORAGE), Some(body.clone()), 202);
    assert_eq!(client.ask("GET", &location, None).0, 200);
    expect(client, ("PUT", &path, STORAGE), Some(body.clone()), 200);
    expect(client, ("GET", &path, STORAGE), None, 200);
    let change = json!({"properties": {"allowSharedKeyAccess": true, "allowedCopyScope": "AAD"}});
    expect(client, ("PATCH", &path, STORAGE), Some(change), 200);
    let taken = account("elsewhere");
    expect(client, ("PUT", &taken, STORAGE), Some(body), 409);
    for list in [
        format!(
            "{}/providers/Microsoft.Storage/storageAccounts",
            subscription()
        ),
        account("").trim_end_matches('/').to_owned(),
    ] {
        expect(client, ("GET", &list, STORAGE), None, 200);
    }
}

fn containers(client: &Client<'_>) {
    let list = format!(
        "{}/blobServices/default/containers",
        account("contosocosts")
    );
    let path = format!("{list}/exports");
    let body = json!({"properties": {"publicAccess": "None"}});
    for status in [201, 200] {
        expect(client, ("PUT", &path, STORAGE), Some(body.clone()), status);
    }
    let second = format!("{list}/second");
    expect(client, ("PUT", &second, STORAGE), Some(json!({})), 201);
    expect(client, ("PATCH", &path, STORAGE), Some(body), 200);
    expect(client, ("GET", &path, STORAGE), None, 200);
    let (_, page) = expect(
        client,
        ("GET", &format!("{list}?$maxpagesize=1"), STORAGE),
        None,
        200,
    );
    let next = page["nextLink"].as_str().unwrap();
    assert_eq!(client.ask("GET", next, None).0, 200);
    for status in [200, 204] {
        expect(client, ("DELETE", &second, STORAGE), None, status);
    }
    let role = format!(
        "{}/providers/Microsoft.Authorization/roleDefinitions/{READER}",
        subscription()
    );
    let grant = json!({"properties": {
        "roleDefinitionId": role, "principalId": ids::OPERATOR_SERVICE_PRINCIPAL, "principalType": "ServicePrincipal",
    }});
    let assignment = format!(
        "{path}/providers/Microsoft.Authorization/roleAssignments/{}",
        Uuid::new_v4()
    );
    expect(client, ("PUT", &assignment, "2022-04-01"), Some(grant), 201);
}

fn blobs(lab: &Lab) {
    let past = "2026-01-31T10:00:00Z".parse().unwrap();
    lab.state(|state| {
        let text = BlobBody::Text("date,cost\n".to_owned());
        state.add_blob(("contosocosts", "exports"), "daily/part_0.csv", text, past)
    })
    .unwrap();
    let client = Client::with_token_for(lab, "https%3A%2F%2Fstorage.azure.com%2F.default");
    let (status, list) = client.blob(
        "GET",
        "contosocosts/exports?restype=container&comp=list&maxresults=1",
    );
    assert_eq!(status, 200, "{list}");
    let document = list.trim_start_matches('\u{feff}');
    let document = roxmltree::Document::parse(document).unwrap();
    let name = document
        .descendants()
        .find(|node| node.has_tag_name("Name"));
    assert_eq!(name.and_then(|node| node.text()), Some("daily/part_0.csv"));
    let blob = "contosocosts/exports/daily/part_0.csv";
    assert_eq!(client.blob("GET", blob), (200, "date,cost\n".to_owned()));
    assert_eq!(client.blob("HEAD", blob).0, 200);
    assert_eq!(
        client
            .blob("HEAD", "contosocosts/exports?restype=container")
            .0,
        200
    );
}

fn removals(client: &Client<'_>) {
    for status in [200, 204] {
        expect(
            client,
            ("DELETE", &account("contosocosts"), STORAGE),
            None,
            status,
        );
    }
    let group = format!("{}/resourcegroups/costs", subscription());
    let (location, _) = expect(client, ("DELETE", &group, RESOURCES), None, 202);
    assert_eq!(client.ask("GET", &location, None).0, 200);
    expect(client, ("HEAD", &group, RESOURCES), None, 404);
}

#[test]
fn storage_keeps_to_microsofts_definitions() {
    let lab = lab();
    let client = Client::new(&lab);
    providers(&client);
    groups(&client);
    accounts(&client);
    containers(&client);
    blobs(&lab);
    removals(&client);
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
    assert!(report.operations() >= 22, "{}", report.operations());
}
