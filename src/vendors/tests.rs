//! Each file, each role and each rule by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use super::{CHECKS, FIELDS, FILES, Format, Level, Status, System, all, find, parse, role};

#[test]
fn every_file_is_a_valid_vendor() {
    for (file, text) in FILES {
        if let Err(faults) = parse(file, text) {
            panic!("{faults}");
        }
    }
    assert_eq!(all().len(), FILES.len());
    let ids: Vec<&str> = all().iter().map(|vendor| vendor.id.as_str()).collect();
    let files: Vec<&str> = FILES.iter().map(|(file, _)| *file).collect();
    assert_eq!(ids, files);
}

#[test]
fn a_vendor_is_found_by_its_id_only() {
    assert_eq!(
        find("spaceone").map(|vendor| vendor.name.as_str()),
        Some("SpaceONE")
    );
    assert!(find("SpaceONE").is_none());
    assert!(find("").is_none());
}

/// The labels of the vendors' forms, in their order, as `partner_vendors.md` §5 and the vendors' pages have them.
const LABELS: &[(&str, &[&str])] = &[
    (
        "spot-cost-intelligence",
        &[
            "Application (client) ID",
            "Directory (tenant) ID",
            "application secret",
            "Subscription ID",
        ],
    ),
    (
        "spot-billing-engine",
        &[
            "Application (client) ID",
            "Directory (tenant) ID",
            "Agreement Type",
            "Billing Account ID",
            "application secret",
            "secret expiration date",
        ],
    ),
    (
        "cloudpi",
        &[
            "Tenant ID",
            "Client ID",
            "Client Secret",
            "Billing account details",
            "Export storage details: export name",
            "Export storage details: storage account",
            "Export storage details: resource ID",
            "Export storage details: container",
            "Export storage details: directory",
        ],
    ),
    (
        "optima-csp",
        &["MPN ID", "Default domain", "Application ID", "key value"],
    ),
    (
        "flexera-mca-partner",
        &[
            "Application ID",
            "Directory ID",
            "Application Secret Key",
            "Billing Account ID",
            "Microsoft Partner Network ID",
            "Azure Tenant ID(s)",
        ],
    ),
    (
        "spaceone",
        &[
            "Billing Account ID",
            "Tenant ID",
            "Client ID",
            "Client Secret",
            "Customer Tenant ID",
        ],
    ),
    (
        "harness-ccm",
        &[
            "Azure Tenant ID",
            "Azure Subscription ID",
            "Storage account name",
            "Storage Container",
            "Storage Directory",
            "Report Name",
        ],
    ),
    (
        "generic",
        &[
            "Directory (tenant) ID",
            "Application (client) ID",
            "Client secret",
            "Certificate thumbprint",
            "Certificate file (with its private key)",
            "Issuer",
            "Subject identifier",
            "Audience",
            "Subscription ID",
            "Billing account ID",
            "Billing profile ID",
            "Invoice section ID",
            "Department ID",
            "Customer tenant ID",
            "Storage account",
            "Container",
            "Folder of the export",
            "Name of the export",
        ],
    ),
];

#[test]
fn labels_are_the_vendors_words_in_the_forms_order() {
    assert_eq!(LABELS.len(), all().len());
    for (id, labels) in LABELS {
        let vendor = find(id).unwrap();
        let given: Vec<&str> = vendor
            .gives
            .iter()
            .map(|field| field.label.as_str())
            .collect();
        assert_eq!(&given, labels, "{id}");
    }
}

/// Vendor, agreement, and the roles that its application gets under it.
type Expected = (&'static str, &'static str, &'static [(&'static str, Level)]);
const GRANTS: &[Expected] = &[
    (
        "spot-cost-intelligence",
        "mosp",
        &[("reader", Level::SubscriptionOrManagementGroup)],
    ),
    (
        "spot-billing-engine",
        "ea",
        &[("enrollment-reader", Level::BillingAccount)],
    ),
    (
        "spot-billing-engine",
        "mca",
        &[("billing-account-reader", Level::BillingAccount)],
    ),
    ("spot-billing-engine", "mosp", &[]),
    (
        "cloudpi",
        "ea",
        &[
            ("enrollment-reader", Level::BillingAccount),
            ("reader", Level::SubscriptionOrManagementGroup),
            ("storage-blob-data-reader", Level::Container),
        ],
    ),
    (
        "cloudpi",
        "mpa",
        &[
            ("billing-account-reader", Level::BillingAccount),
            ("reader", Level::SubscriptionOrManagementGroup),
            ("storage-blob-data-reader", Level::Container),
        ],
    ),
    (
        "cloudpi",
        "csp",
        &[
            ("reader", Level::SubscriptionOrManagementGroup),
            ("storage-blob-data-reader", Level::Container),
        ],
    ),
    ("optima-csp", "mpa", &[]),
    (
        "flexera-mca-partner",
        "mpa",
        &[("billing-account-reader", Level::BillingAccount)],
    ),
    (
        "spaceone",
        "mpa",
        &[("billing-account-reader", Level::BillingAccount)],
    ),
    (
        "spaceone",
        "ea",
        &[("enrollment-reader", Level::BillingAccount)],
    ),
    (
        "generic",
        "ea",
        &[
            ("reader", Level::SubscriptionOrManagementGroup),
            ("enrollment-reader", Level::BillingAccount),
            ("storage-blob-data-reader", Level::Container),
        ],
    ),
];

#[test]
fn grants_follow_the_agreement() {
    for (id, agreement, expected) in GRANTS {
        let vendor = find(id).unwrap();
        let given: Vec<(&str, Level)> = vendor
            .grants_under(agreement)
            .map(|grant| (grant.role.as_str(), grant.at))
            .collect();
        assert_eq!(&given, expected, "{id} under {agreement}");
    }
}

#[test]
fn every_agreement_of_a_vendor_with_grants_gets_one() {
    for vendor in all().iter().filter(|vendor| !vendor.grants.is_empty()) {
        for agreement in &vendor.agreements {
            assert!(
                vendor.grants_under(agreement).next().is_some(),
                "{}: nothing for {agreement}",
                vendor.id
            );
        }
    }
}

#[test]
fn two_read_nothing_but_an_export() {
    let needs = |vendor: &&super::Vendor| {
        vendor
            .export
            .as_ref()
            .is_some_and(|export| !export.optional)
    };
    let with_export: Vec<&str> = all()
        .iter()
        .filter(needs)
        .map(|vendor| vendor.id.as_str())
        .collect();
    assert_eq!(with_export, ["cloudpi", "harness-ccm"]);
    assert!(!find("cloudpi").unwrap().export.as_ref().unwrap().published);
}

#[test]
fn spots_products_are_legacy_and_keep_their_redirect_uri() {
    for id in ["spot-cost-intelligence", "spot-billing-engine"] {
        let vendor = find(id).unwrap();
        assert_eq!(vendor.status, Status::Legacy);
        assert_eq!(vendor.application.redirect_uris, ["https://spot.io"]);
    }
}

#[test]
fn only_flexera_wants_the_first_part_of_the_billing_account() {
    for vendor in all() {
        for field in vendor
            .gives
            .iter()
            .filter(|field| field.format == Format::BeforeFirstColon)
        {
            assert_eq!(
                (vendor.id.as_str(), field.key.as_str()),
                ("flexera-mca-partner", "billing_account_id")
            );
        }
    }
    let whole =
        "1bc3aca-5016-4db0-a6bc-1111fccdf72b:5efda3d-936b-4534-99cf-46b0d0a1211e_2018-09-30";
    assert_eq!(
        Format::BeforeFirstColon.apply(whole),
        "1bc3aca-5016-4db0-a6bc-1111fccdf72b"
    );
    assert_eq!(Format::Plain.apply(whole), whole);
    assert_eq!(Format::BeforeFirstColon.apply("1234567"), "1234567");
    assert_eq!(Format::BeforeFirstColon.apply(":"), "");
}

#[test]
fn fields_and_checks_are_used_and_unique() {
    for (position, (key, _)) in FIELDS.iter().enumerate() {
        assert!(
            FIELDS[..position].iter().all(|(other, _)| other != key),
            "{key} twice"
        );
        assert!(
            all()
                .iter()
                .any(|vendor| vendor.gives.iter().any(|field| field.key == *key)),
            "nobody wants {key}"
        );
    }
    for check in CHECKS {
        assert!(
            all()
                .iter()
                .any(|vendor| vendor.checks.iter().any(|each| each == check)),
            "nobody runs {check}"
        );
    }
}

#[test]
fn billing_roles_go_to_billing_scopes_and_rbac_roles_elsewhere() {
    for vendor in all() {
        for grant in &vendor.grants {
            let billing_scope = matches!(grant.at, Level::BillingAccount | Level::BillingProfile);
            let billing_role = role(&grant.role).unwrap().system == System::Billing;
            assert_eq!(billing_scope, billing_role, "{}: {}", vendor.id, grant.role);
        }
    }
}

/// One change to a good file, and a word of the complaint that it must cause.
const BROKEN: &[(&str, &str, &str)] = &[
    ("id = \"spaceone\"", "id = \"SpaceONE\"", "kebab-case"),
    ("id = \"spaceone\"", "id = \"space\"", "file's name"),
    ("maker =", "colour =", "colour"),
    (
        "agreements = [\"mpa\", \"ea\", \"mca\"]",
        "agreements = [\"gold\"]",
        "gold",
    ),
    (
        "role = \"enrollment-reader\"",
        "role = \"emperor\"",
        "emperor",
    ),
    (
        "agreements = [\"ea\"]",
        "agreements = [\"mosp\"]",
        "doesn't name",
    ),
    ("key = \"tenant_id\"", "key = \"telephone\"", "telephone"),
    ("key = \"tenant_id\"", "key = \"client_id\"", "twice"),
    ("secret = true", "secret = false", "nothing else is"),
    ("kinds = [\"secret\"]", "kinds = []", "vendor-multi-tenant"),
    (
        "kind = \"own\"",
        "kind = \"vendor-multi-tenant\"",
        "client_id",
    ),
    ("\"entra.token\"", "\"entra.tokens\"", "entra.tokens"),
    (
        "\"customer_tenant\"",
        "\"favourite_colour\"",
        "favourite_colour",
    ),
    (
        "documentation = \"https",
        "documentation = \"http",
        "https link",
    ),
];

#[test]
fn a_wrong_file_is_refused_and_the_reason_said() {
    let good = include_str!("spaceone.toml");
    for (from, to, complaint) in BROKEN {
        assert!(good.contains(from), "{from} is not in the file");
        let refusal = parse("spaceone", &good.replacen(from, to, 1)).expect_err(to);
        assert!(refusal.contains(complaint), "{to}: {refusal}");
    }
}
