//! Each file, each role and each rule by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use super::role::parse as parse_roles;
use super::{CHECKS, FIELDS, FILES, Format, Level, Status, System, all, find, parse, role, roles};

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
        "generic",
        &[
            "Directory (tenant) ID",
            "Application (client) ID",
            "Client secret",
            "Subscription ID",
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

/// Which roles each vendor's application gets under which agreement.
const GRANTS: &[(&str, &str, &[(&str, Level)])] = &[
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
            ("storage-blob-data-reader", Level::Container),
        ],
    ),
    (
        "cloudpi",
        "mpa",
        &[
            ("billing-account-reader", Level::BillingAccount),
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
        &[("reader", Level::SubscriptionOrManagementGroup)],
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
fn only_cloudpi_reads_an_export() {
    let with_export: Vec<&str> = all()
        .iter()
        .filter(|vendor| vendor.export.is_some())
        .map(|vendor| vendor.id.as_str())
        .collect();
    assert_eq!(with_export, ["cloudpi"]);
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

/// Microsoft's ids once more, typed from its pages and not from the table.
const ROLE_IDS: &[(&str, System, &str)] = &[
    (
        "reader",
        System::Rbac,
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    ),
    (
        "cost-management-reader",
        System::Rbac,
        "72fafb9e-0641-4937-9268-a91bfd8191a3",
    ),
    (
        "cost-management-contributor",
        System::Rbac,
        "434105ed-43f6-45c7-a02f-909b2ba83430",
    ),
    (
        "billing-reader",
        System::Rbac,
        "fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64",
    ),
    (
        "monitoring-reader",
        System::Rbac,
        "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
    ),
    (
        "management-group-reader",
        System::Rbac,
        "ac63b705-f282-497d-ac71-919bf39d939d",
    ),
    (
        "storage-blob-data-reader",
        System::Rbac,
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    ),
    (
        "storage-blob-data-contributor",
        System::Rbac,
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    ),
    (
        "reservations-reader",
        System::Rbac,
        "582fc458-8989-419f-a480-75249bc5db7e",
    ),
    (
        "carbon-optimization-reader",
        System::Rbac,
        "fa0d39e6-28e5-40cf-8521-1eb320653a4c",
    ),
    (
        "owner",
        System::Rbac,
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    ),
    (
        "user-access-administrator",
        System::Rbac,
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    ),
    (
        "rbac-administrator",
        System::Rbac,
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    ),
    (
        "enrollment-reader",
        System::Billing,
        "24f8edb6-1668-4659-b5e2-40bb5f3a7d7e",
    ),
    (
        "department-reader",
        System::Billing,
        "db609904-a47f-4794-9be8-9bd86fbffd8a",
    ),
    (
        "partner-admin-reader",
        System::Billing,
        "4f6144c0-a809-4c55-b3c8-7f9b7b15a1bf",
    ),
    (
        "billing-account-reader",
        System::Billing,
        "50000000-aaaa-bbbb-cccc-100000000002",
    ),
    (
        "billing-profile-reader",
        System::Billing,
        "40000000-aaaa-bbbb-cccc-100000000002",
    ),
    (
        "invoice-section-reader",
        System::Billing,
        "30000000-aaaa-bbbb-cccc-100000000002",
    ),
];

#[test]
fn the_role_table_parses() {
    let parsed = parse_roles(include_str!("roles.toml")).unwrap();
    assert_eq!(parsed, roles());
    assert_eq!(parsed.len(), ROLE_IDS.len());
}

#[test]
fn roles_have_microsofts_ids() {
    for (key, system, id) in ROLE_IDS {
        let found = role(key).unwrap();
        assert_eq!((found.system, found.id.as_str()), (*system, *id), "{key}");
        assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
        assert!(
            !found.why.is_empty() && !found.granted_by.is_empty(),
            "{key}"
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
