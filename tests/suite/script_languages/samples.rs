//! Wishes of every kind, for which scripts are written.

use azconnect::azure::cloud::Cloud;
use azconnect::connection::ConnectionSpec;
use azconnect::plan::Plan;
use azconnect::plan::script::{Draft, Errand, Language, Script};
use azconnect::vendors;
use serde_json::{Value, json};

const PRODUCTION: &str = "/subscriptions/50b5c21b-0000-4000-8000-000000000001";
const SHOP: &str = "/subscriptions/50b5c21b-0000-4000-8000-000000000002";
const PARTNER: &str = "/providers/Microsoft.Billing/billingAccounts/a0b1c2d3-0000-4000-8000-000000000001:a0b1c2d3-0000-4000-8000-000000000002_2019-05-31";

/// Each wish with a name for its snapshot.
pub(super) fn all() -> Vec<(&'static str, ConnectionSpec)> {
    let wishes = [
        (
            "spot_cost_intelligence",
            spec(
                "spot-cost-intelligence",
                json!({"scopes": [at(PRODUCTION, "Contoso Production"), at(SHOP, "Contoso Shop")]}),
            ),
        ),
        (
            "spot_billing_engine_ea",
            spec(
                "spot-billing-engine",
                json!({"agreement": "ea", "scopes": [enrollment()]}),
            ),
        ),
        (
            "spot_billing_engine_mca",
            spec(
                "spot-billing-engine",
                json!({"agreement": "mca", "scopes": [at(PARTNER, "Contoso")]}),
            ),
        ),
        (
            "spaceone_ea",
            spec(
                "spaceone",
                json!({"agreement": "ea", "scopes": [enrollment()]}),
            ),
        ),
        (
            "flexera_mca_partner",
            spec(
                "flexera-mca-partner",
                json!({"agreement": "mpa", "scopes": [at(PARTNER, "Contoso Partner")], "partner": {"partner_id": "1234567", "default_domain": null}}),
            ),
        ),
        (
            "optima_csp",
            spec(
                "optima-csp",
                json!({"agreement": "csp", "partner": {"partner_id": "1234567", "default_domain": "contoso.onmicrosoft.com"}}),
            ),
        ),
        (
            "cloudpi_ea",
            exporting(
                spec(
                    "cloudpi",
                    json!({"agreement": "ea", "scopes": [enrollment()], "backfill_months": 13}),
                ),
                &enrollment(),
            ),
        ),
        (
            "cloudpi_subscription",
            exporting(
                spec(
                    "cloudpi",
                    json!({"agreement": "ea", "scopes": [at(PRODUCTION, "Contoso Production")], "backfill_months": 2}),
                ),
                &at(PRODUCTION, "Contoso Production"),
            ),
        ),
        (
            "generic_management_group",
            exporting(
                spec("generic", json!({"agreement": "ea", "scopes": [root()]})),
                &root(),
            ),
        ),
        (
            "generic_department",
            spec(
                "generic",
                json!({"agreement": "ea", "scopes": [at("/providers/Microsoft.Billing/billingAccounts/55671234/departments/1234", "Retail")], "credential": {"kind": "given-certificate", "file": "vendor.cer", "public": "TUlJQg=="}}),
            ),
        ),
        (
            "generic_group_federated",
            exporting(
                spec(
                    "generic",
                    json!({"agreement": "mca", "scopes": [shop_group()], "credential": federated()}),
                ),
                &shop_group(),
            ),
        ),
        (
            "generic_certificate",
            spec(
                "generic",
                json!({"scopes": [at(SHOP, "Contoso Shop")], "credential": {"kind": "new-certificate", "days": 365}}),
            ),
        ),
        (
            "generic_existing_federated",
            spec(
                "generic",
                json!({"scopes": [at(SHOP, "Contoso Shop")], "credential": federated(), "application": {"kind": "existing", "client_id": "c11e0000-0000-4000-8000-000000000001"}}),
            ),
        ),
        (
            "generic_principal",
            spec(
                "generic",
                json!({"agreement": "mca", "scopes": [root(), at(PARTNER, "Contoso")], "credential": {"kind": "elsewhere"}, "application": {"kind": "principal", "object_id": "0b1ec700-0000-4000-8000-000000000001", "client_id": "c11e0000-0000-4000-8000-000000000001", "display_name": "finops"}}),
            ),
        ),
    ];
    wishes
        .into_iter()
        .map(|(name, wish)| (name, serde_json::from_value(wish).unwrap()))
        .collect()
}

fn enrollment() -> Value {
    at(
        "/providers/Microsoft.Billing/billingAccounts/55671234",
        "Contoso Enrollment",
    )
}

fn root() -> Value {
    at(
        "/providers/Microsoft.Management/managementGroups/contoso-root",
        "Contoso Root",
    )
}

fn shop_group() -> Value {
    at(&format!("{SHOP}/resourceGroups/web"), "web")
}

fn federated() -> Value {
    json!({"kind": "federated", "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/costs:ref:refs/heads/main", "audience": "api://AzureADTokenExchange"})
}

fn at(scope: &str, display_name: &str) -> Value {
    json!({"scope": scope, "display_name": display_name})
}

/// A wish for a vendor, with these members in the place of the usual ones.
fn spec(vendor: &str, members: Value) -> Value {
    let redirects: &[&str] = if vendor.starts_with("spot") {
        &["https://spot.io"]
    } else {
        &[]
    };
    let mut wish = json!({
        "name": vendor,
        "vendor": vendor,
        "cloud": "public",
        "directory": {"id": "c0470500-0000-4000-8000-000000000001", "display_name": "Contoso", "default_domain": "contoso.com"},
        "agreement": null,
        "scopes": [],
        "application": {"kind": "own", "display_name": format!("azconnect-{vendor}"), "unique_name": format!("azconnect-{vendor}"), "redirect_uris": redirects},
        "credential": {"kind": "new-secret", "days": 180},
        "store": "keyring",
    });
    let Value::Object(members) = members else {
        panic!("members are an object")
    };
    for (key, value) in members {
        wish[key] = value;
    }
    wish
}

/// The wish, with two exports of a place.
fn exporting(mut wish: Value, place: &Value) -> Value {
    wish["storage"] = json!({
        "account": format!("{PRODUCTION}/resourceGroups/azconnect/providers/Microsoft.Storage/storageAccounts/azconnectcosts"),
        "location": "westeurope",
        "container": "exports",
    });
    let export = |name: &str, dataset: &str, version: &str| {
        json!({
            "at": place, "name": name, "dataset": dataset, "version": version, "format": "csv-gzip", "recurrence": "daily",
            "timeframe": "month-to-date", "partition": true, "overwrite": true, "directory": format!("azconnect/{name}"),
        })
    };
    wish["exports"] = json!([
        export("azconnect-actual", "actual", "2021-10-01"),
        export("azconnect-focus", "focus", "1.0r2"),
    ]);
    wish
}

/// What is to be said of a wish.
pub(super) fn with_draft<T>(spec: &ConnectionSpec, then: impl FnOnce(&Draft<'_>) -> T) -> T {
    let vendor = vendors::find(&spec.vendor).unwrap();
    let cloud = Cloud::named("public").unwrap();
    let plan = Plan::new(spec, vendor, None, Some("a file")).unwrap();
    let mut draft = Draft::new(&plan, spec, vendor, &cloud);
    if spec.vendor == "optima-csp" {
        draft.errands.push(Errand {
            title: "App management".to_owned(),
            lines: vec!["Register the app there.".to_owned()],
            link: "https://partner.microsoft.com/".to_owned(),
        });
    }
    then(&draft)
}

/// The wish in a language.
pub(super) fn written(spec: &ConnectionSpec, language: Language) -> Script {
    with_draft(spec, |draft| draft.write(language).unwrap())
}
