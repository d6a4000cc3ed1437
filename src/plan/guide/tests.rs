//! Every step of every vendor's plan has a guide with all its values, and what is typed means what it says.

use super::*;
use crate::connection::{
    Agreement, Application, ConnectionSpec, Credential, Dataset, Directory, ExportFormat,
    ExportSpec, Scope, ScopeChoice, StorageSpec,
};
use crate::steps::guide::Facts;
use crate::steps::{Guide, Place};
use crate::vendors::{self, Recurrence, Timeframe, Vendor};

const SUBSCRIPTION: &str = "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e";

fn choice(scope: &str) -> ScopeChoice {
    ScopeChoice {
        scope: scope.parse().unwrap(),
        display_name: "Contoso".to_owned(),
    }
}

fn scopes(agreement: Agreement) -> Vec<ScopeChoice> {
    let account = "/providers/Microsoft.Billing/billingAccounts/55671234";
    let below = match agreement {
        Agreement::Ea => format!("{account}/departments/1"),
        Agreement::Mca => format!("{account}/billingProfiles/A/invoiceSections/B"),
        Agreement::Mpa => format!("{account}/billingProfiles/A"),
        Agreement::Csp | Agreement::Mosp => SUBSCRIPTION.to_owned(),
    };
    [
        SUBSCRIPTION,
        "/providers/Microsoft.Management/managementGroups/root",
        account,
        &below,
    ]
    .map(choice)
    .to_vec()
}

fn exports(vendor: &Vendor) -> (Option<StorageSpec>, Vec<ExportSpec>) {
    if vendor.export.is_none() {
        return (None, Vec::new());
    }
    let account = format!(
        "{SUBSCRIPTION}/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts"
    );
    let storage = StorageSpec {
        account: account.parse().unwrap(),
        location: "westeurope".to_owned(),
        container: "exports".to_owned(),
    };
    let all = Dataset::all().map(|dataset| ExportSpec {
        at: choice(SUBSCRIPTION),
        name: format!("costs-{}", dataset.key()),
        dataset,
        version: dataset
            .row()
            .versions
            .first()
            .map(|version| (*version).to_owned()),
        format: ExportFormat::Parquet,
        recurrence: Recurrence::Daily,
        timeframe: Timeframe::MonthToDate,
        partition: true,
        overwrite: true,
        directory: "costs".to_owned(),
    });
    (Some(storage), all.collect())
}

fn wish(vendor: &Vendor, agreement: Agreement, credential: Credential) -> ConnectionSpec {
    let (storage, exports) = exports(vendor);
    ConnectionSpec {
        name: "spot".parse().unwrap(),
        vendor: vendor.id.clone(),
        cloud: "public".to_owned(),
        directory: Directory {
            id: "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1f".parse().unwrap(),
            display_name: "Contoso".to_owned(),
            default_domain: None,
        },
        agreement: Some(agreement),
        scopes: scopes(agreement),
        application: Application::Own {
            display_name: format!("azconnect-{}", vendor.id),
            unique_name: "azconnect-spot".to_owned(),
            redirect_uris: vendor.application.redirect_uris.clone(),
        },
        credential,
        store: "keyring".to_owned(),
        storage,
        exports,
        backfill_months: 0,
        partner: None,
    }
}

fn credentials() -> [Credential; 4] {
    [
        Credential::NewSecret { days: 180 },
        Credential::NewCertificate { days: 90 },
        Credential::GivenCertificate {
            file: "vendor.pem".to_owned(),
            public: "MIIB".to_owned(),
        },
        Credential::Federated {
            issuer: "https://token.actions.githubusercontent.com".to_owned(),
            subject: "repo:contoso/costs:ref:refs/heads/main".to_owned(),
            audience: "api://AzureADTokenExchange".to_owned(),
        },
    ]
}

fn plan(vendor: &Vendor, agreement: Agreement, credential: Credential) -> Plan {
    Plan::new(
        &wish(vendor, agreement, credential),
        vendor,
        None,
        Some("the keyring"),
    )
    .unwrap()
}

/// Everything that is known once app and service principal are there.
fn receipts(plan: &Plan) -> Receipts {
    let now = Timestamp::UNIX_EPOCH;
    let id = Uuid::from_u128(7);
    let known = plan.steps().filter_map(|step| {
        let id_of = step.id();
        let receipt = match id_of.as_str() {
            application::ID => application_of(step, ClientId::new(id), now),
            service_principal::ID => principal_of(step, ServicePrincipalObjectId::new(id), now),
            _ => return None,
        };
        Some((id_of, receipt))
    });
    known.collect()
}

fn guide_of(step: &dyn Step, receipts: &Receipts) -> Option<Guide> {
    let place = Place {
        arm: "https://management.azure.com",
        portal: "https://portal.azure.com",
        tenant: "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1f",
    };
    let known = Facts::from([
        ("directory", "Contoso".to_owned()),
        ("app_name", "azconnect-spot".to_owned()),
        ("certificate_file", "spot.cer".to_owned()),
    ]);
    Guide::of(step, receipts, &place, &known)
}

fn every_plan(mut look: impl FnMut(&Vendor, &Plan)) {
    let agreements = [
        Agreement::Ea,
        Agreement::Mca,
        Agreement::Mpa,
        Agreement::Csp,
        Agreement::Mosp,
    ];
    let connectable = vendors::all()
        .iter()
        .filter(|vendor| crate::plan::lacks(vendor).is_none());
    for vendor in connectable {
        for agreement in agreements {
            for credential in credentials() {
                look(vendor, &plan(vendor, agreement, credential));
            }
        }
    }
}

#[test]
fn every_step_of_every_vendor_has_a_guide_with_all_its_values() {
    let mut kinds = std::collections::BTreeSet::new();
    every_plan(|vendor, plan| {
        let receipts = receipts(plan);
        for step in plan.steps() {
            let name = format!("{} of {}", step.id(), vendor.id);
            let guide = guide_of(step, &receipts).unwrap_or_else(|| panic!("no guide for {name}"));
            kinds.insert(guide.kind);
            assert!(!guide.clicks.is_empty() && !guide.who.is_empty(), "{name}");
            assert!(guide.link.starts_with("https://"), "{name}: {}", guide.link);
            assert!(
                guide.link.len() > "https://portal.azure.com/#".len() || guide.only_command,
                "{name}: {}",
                guide.link
            );
            let values = guide.values.iter().map(|(_, value)| value);
            for text in guide.clicks.iter().chain([&guide.link]).chain(values) {
                assert!(
                    !text.contains(['{', '}']) && !text.trim().is_empty(),
                    "{name}: {text}"
                );
            }
            assert!(!guide.only_command || !guide.commands.is_empty(), "{name}");
            for command in &guide.commands {
                assert!(command.starts_with("az "), "{name}: {command}");
            }
        }
    });
    for kind in [
        "application",
        "secret",
        "certificate",
        "federated",
        "role",
        "billing-role-ea",
        "billing-role",
        "billing-role-partner",
        "export",
        "first-run",
        "container",
        "storage-account",
        "resource-group",
        "resource-provider",
    ] {
        assert!(
            kinds.contains(kind),
            "no plan has a step of the kind {kind}"
        );
    }
}

#[test]
fn an_exports_guide_says_what_its_body_says() {
    let vendor = vendors::find("cloudpi").unwrap();
    let plan = plan(vendor, Agreement::Ea, Credential::NewSecret { days: 180 });
    let step = plan
        .steps()
        .find(|step| step.id().ends_with("costs-actual"))
        .unwrap();
    let guide = guide_of(step, &Receipts::new()).unwrap();
    let value = |label: &str| {
        let found = guide.values.iter().find(|(known, _)| known == label);
        found.unwrap_or_else(|| panic!("no {label}")).1.as_str()
    };
    for (label, expected) in [
        ("Type of data", "Cost and usage details (actual)"),
        ("Frequency", "Daily export of month-to-date costs"),
        ("Directory", "costs"),
        ("Container", "exports"),
        ("Format", "Parquet"),
        ("Compression", "Snappy"),
        ("File partitioning", "On"),
        ("Overwrite data", "On"),
        ("Scope", SUBSCRIPTION),
    ] {
        assert_eq!(value(label), expected);
    }
}

#[test]
fn the_first_step_that_is_not_there_is_the_next() {
    let vendor = vendors::find("spot-cost-intelligence").unwrap();
    let plan = plan(vendor, Agreement::Ea, Credential::NewSecret { days: 180 });
    let mut receipts = Receipts::new();
    let id =
        |receipts: &Receipts, signed_in| next(&plan, receipts, |_| false, signed_in).map(Step::id);
    assert_eq!(id(&receipts, true).as_deref(), Some(application::ID));
    // What is left is passed over, and what stands on it too.
    assert!(next(&plan, &receipts, |id| id == application::ID, true).is_none());
    let step = plan.steps().next().unwrap();
    let app = application_of(
        step,
        ClientId::new(Uuid::from_u128(1)),
        Timestamp::UNIX_EPOCH,
    );
    receipts.insert(application::ID.to_owned(), app);
    assert_eq!(id(&receipts, true).as_deref(), Some(service_principal::ID));
    // Only a token tells the principal where nobody is signed in, so the secret comes first.
    assert_eq!(id(&receipts, false).as_deref(), Some(secret::ID));
}

#[test]
fn what_is_typed_means_what_it_says() {
    for (line, said) in [
        ("", Said::Look),
        ("  ", Said::Look),
        ("o", Said::Open),
        ("S", Said::Later),
        ("d", Said::Done),
        (" 0f9c2ab0 ", Said::Value("0f9c2ab0".to_owned())),
    ] {
        assert_eq!(understood(line), said, "{line:?}");
    }
}

#[test]
fn a_secrets_id_is_known_by_its_form() {
    assert!(is_secret_id(" 0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e\n"));
    assert!(!is_secret_id("hnd8Q~0f9c2ab06a1e4bd48a770e8d3a5b7c1e"));
}

#[test]
fn what_stands_on_a_persons_word_is_theirs() {
    let vendor = vendors::find("cloudpi").unwrap();
    let plan = plan(vendor, Agreement::Ea, Credential::NewSecret { days: 180 });
    for step in plan.steps() {
        let receipt = on_their_word(step, Timestamp::UNIX_EPOCH);
        assert_eq!(receipt.change, Change::Reuse, "{}", receipt.step);
        assert!(receipt.facts.contains_key(UNSEEN));
    }
    let storage: Scope = format!("{SUBSCRIPTION}/resourceGroups/costs")
        .parse()
        .unwrap();
    let group = plan
        .steps()
        .find(|step| step.id().starts_with("resource-group:"))
        .unwrap();
    assert_eq!(
        on_their_word(group, Timestamp::UNIX_EPOCH).id,
        storage.to_string()
    );
}
