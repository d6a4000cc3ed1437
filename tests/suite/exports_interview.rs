//! Exports, from flags and what Azure shows to the plan: where from, which data set, where to. Nothing here changes anything.

use azconnect::sandbox::{State, ids};
use serde_json::Value;

use crate::billing_lab::{account, customers, each, lab, run, state, with, writes};
use crate::failing::hints;
use crate::lab::{Lab, Ran};

/// The flags of a plan that lacks nothing but what is read.
const REGION: [&str; 3] = ["--plan", "--location", "westeurope"];

fn plan(lab: &Lab, vendor: &str, more: &[&str]) -> Ran {
    let ran = run(lab, vendor, &[&REGION[..], more].concat());
    assert_eq!(writes(lab, 0).len(), 0, "a plan changes nothing");
    ran
}

/// Contoso before anything was made in its subscription.
fn bare() -> Lab {
    let mut state = state();
    state.storage.accounts.clear();
    state.storage.resource_groups.clear();
    with(state)
}

/// The exports that a plan has, as ids, without what every connection names differently.
fn exports(document: &Value) -> Vec<&str> {
    each(document, "steps", "id")
        .into_iter()
        .filter_map(|id| id.strip_prefix("export:"))
        .collect()
}

fn titles(document: &Value) -> String {
    each(document, "steps", "title").join("\n")
}

fn gaps(document: &Value) -> Vec<&str> {
    let all = document["error"]["gaps"].as_array().unwrap();
    all.iter().map(|gap| gap["key"].as_str().unwrap()).collect()
}

fn choices<'a>(document: &'a Value, key: &str) -> Vec<&'a str> {
    let all = document["error"]["gaps"].as_array().unwrap();
    let gap = all.iter().find(|gap| gap["key"] == key).unwrap();
    let choices = gap["choices"].as_array().unwrap();
    choices.iter().map(|id| id.as_str().unwrap()).collect()
}

#[test]
fn each_agreement_is_exported_from_its_own_place() {
    let lab = lab();
    let customer = customers(&lab)[0].1.to_string();
    let subscription = ids::SUBSCRIPTION.to_string();
    let profile = State::first_billing_profile(&account(ids::MCA_ACCOUNT));
    for (flags, place, role) in [
        (
            vec!["--billing-account", ids::ENROLLMENT],
            account(ids::ENROLLMENT),
            "EnrollmentReader",
        ),
        (
            vec!["--billing-account", ids::MCA_ACCOUNT],
            profile,
            "Billing account reader",
        ),
        (
            vec![
                "--billing-account",
                ids::MPA_ACCOUNT,
                "--customer-tenant",
                &customer,
            ],
            format!("{}/customers/{customer}", account(ids::MPA_ACCOUNT)),
            "Billing account reader",
        ),
        (
            vec!["--subscription", &subscription],
            format!("/subscriptions/{subscription}"),
            "Reader on",
        ),
    ] {
        let document = plan(&lab, "cloudpi", &flags).exits(0).json();
        let [export] = exports(&document)[..] else {
            panic!("one export: {document:#}")
        };
        assert!(
            export.starts_with(&format!(
                "{place}/providers/Microsoft.CostManagement/exports/"
            )),
            "{export}"
        );
        let titles = titles(&document);
        assert!(titles.contains(role), "{titles}");
        assert!(titles.contains("Storage Blob Data Reader"), "{titles}");
        let readers = titles
            .lines()
            .filter(|title| title.starts_with("Reader on"));
        assert_eq!(
            readers.count(),
            usize::from(role == "Reader on"),
            "{titles}"
        );
    }
}

#[test]
fn every_gap_comes_at_once() {
    let lab = bare();
    let document = lab
        .run(&["init", "cloudpi", "--no-input", "--output", "json"])
        .exits(2)
        .json();
    assert_eq!(gaps(&document), ["yes", "billing_account", "location"]);
    assert_eq!(choices(&document, "billing_account").len(), 3);
    assert!(
        hints(&document)
            .iter()
            .any(|hint| hint.contains("--subscription")),
        "{document:#}"
    );
}

#[test]
fn of_several_profiles_none_is_guessed() {
    let mut state = state();
    let mca = state.billing_account_mut(ids::MCA_ACCOUNT).unwrap();
    let first = mca.profiles.values().next().unwrap().clone();
    let second = azconnect::sandbox::BillingProfile {
        display_name: "Contoso Research".to_owned(),
        ..first
    };
    mca.profiles.insert("SCND-MAIN-BG7-TGB".to_owned(), second);
    let lab = with(state);
    let flags = ["--billing-account", ids::MCA_ACCOUNT];
    let document = plan(&lab, "cloudpi", &flags).exits(2).json();
    assert_eq!(gaps(&document), ["export_scope"]);
    let profiles = choices(&document, "export_scope");
    assert_eq!(profiles.len(), 2, "{profiles:?}");
    // Each that is chosen gets an export and a folder of its own.
    let both = ["--export-scope", profiles[0], "--export-scope", profiles[1]];
    let document = plan(&lab, "cloudpi", &[&flags[..], &both].concat())
        .exits(0)
        .json();
    assert_eq!(exports(&document).len(), 2, "{document:#}");
}

#[test]
fn a_partner_names_customers_since_each_is_an_export() {
    let lab = lab();
    let flags = ["--billing-account", ids::MPA_ACCOUNT];
    let document = plan(&lab, "cloudpi", &flags).exits(2).json();
    assert_eq!(gaps(&document), ["customer_tenant"]);
    let known = choices(&document, "customer_tenant");
    assert_eq!(known.len(), 12, "{known:?}");
    let two = ["--customer-tenant", known[0], "--customer-tenant", known[1]];
    let document = plan(&lab, "cloudpi", &[&flags[..], &two].concat())
        .exits(0)
        .json();
    assert_eq!(exports(&document).len(), 2, "{document:#}");
}

#[test]
fn what_the_answers_show_to_be_impossible_is_refused_before_the_first_request() {
    let lab = lab();
    let subscription = ids::SUBSCRIPTION.to_string();
    for flags in [
        vec![
            "--billing-account",
            ids::ENROLLMENT,
            "--export-dataset",
            "usage",
        ],
        vec!["--management-group", "contoso", "--export-dataset", "focus"],
        vec![
            "--subscription",
            &subscription,
            "--agreement",
            "mosp",
            "--export-dataset",
            "focus",
        ],
        vec![
            "--subscription",
            &subscription,
            "--export-dataset",
            "price-sheet",
        ],
    ] {
        let document = plan(&lab, "cloudpi", &flags).exits(2).json();
        assert_eq!(
            document["error"]["code"], "dataset_not_given",
            "{document:#}"
        );
        assert!(!hints(&document).is_empty(), "{document:#}");
    }
    for (vendor, flags, code) in [
        ("generic", vec!["--container", "costs"], "no_export_asked"),
        (
            "spot-cost-intelligence",
            vec!["--container", "costs"],
            "vendor_reads_no_export",
        ),
    ] {
        let document = run(&lab, vendor, &flags).exits(2).json();
        assert_eq!(document["error"]["code"], code, "{document:#}");
    }
    assert!(lab.log().is_empty(), "nothing was asked of Azure");
}

#[test]
fn pay_as_you_go_exports_usage_and_nothing_else() {
    let mut state = state();
    let subscription = state.subscriptions.get_mut(&ids::SUBSCRIPTION).unwrap();
    subscription.quota_id = "PayAsYouGo_2014-09-01".to_owned();
    let lab = with(state);
    let subscription = ids::SUBSCRIPTION.to_string();
    let flags = ["--subscription", subscription.as_str()];
    let document = plan(&lab, "cloudpi", &flags).exits(0).json();
    assert!(titles(&document).contains("of usage from"), "{document:#}");
    let focus = [&flags[..], &["--export-dataset", "focus"]].concat();
    let document = plan(&lab, "cloudpi", &focus).exits(2).json();
    assert_eq!(
        document["error"]["code"], "dataset_not_given",
        "{document:#}"
    );
    let said = hints(&document).join("\n");
    assert!(said.contains("--export-dataset usage"), "{said}");
}

#[test]
fn the_region_is_asked_for_only_where_nothing_tells_it() {
    let flags = ["--plan", "--billing-account", ids::ENROLLMENT];
    let lab = bare();
    let document = run(&lab, "cloudpi", &flags).exits(2).json();
    assert_eq!(gaps(&document), ["location"]);
    lab.state(|state| state.add_resource_group(ids::SUBSCRIPTION, "others"));
    run(&lab, "cloudpi", &flags).exits(0);
}

#[test]
fn an_account_that_is_there_is_used_by_name_or_id_and_never_unasked() {
    let lab = lab();
    let id =
        lab.state(|state| state.add_storage_account(ids::SUBSCRIPTION, "costs", "contosocosts"));
    let flags = ["--plan", "--billing-account", ids::ENROLLMENT];
    let document = run(&lab, "cloudpi", &flags).exits(0).json();
    assert!(!titles(&document).contains("contosocosts"), "{document:#}");
    for name in ["contosocosts", id.as_str()] {
        let named = [&flags[..], &["--storage-account", name]].concat();
        let document = run(&lab, "cloudpi", &named).exits(0).json();
        let all = document["steps"].as_array().unwrap();
        let found = all.iter().find(|step| {
            step["resource_id"]
                .as_str()
                .is_some_and(|at| at.eq_ignore_ascii_case(&id))
        });
        assert_eq!(found.unwrap()["change"], "reuse", "{document:#}");
    }
    let elsewhere = [
        &flags[..],
        &[
            "--storage-account",
            "contosocosts",
            "--resource-group",
            "other",
        ],
    ]
    .concat();
    let document = run(&lab, "cloudpi", &elsewhere).exits(2).json();
    assert_eq!(document["error"]["code"], "storage_account_elsewhere");
}

#[test]
fn a_subscription_beside_a_billing_account_only_holds_the_files() {
    let lab = lab();
    let second = lab.state(|state| state.add_subscription("Contoso Development"));
    let flags = ["--billing-account", ids::ENROLLMENT];
    let document = plan(&lab, "cloudpi", &flags).exits(2).json();
    assert_eq!(gaps(&document), ["subscription"]);
    assert_eq!(choices(&document, "subscription").len(), 2);
    let second = second.to_string();
    let beside = [&flags[..], &["--subscription", &second]].concat();
    let document = plan(&lab, "cloudpi", &beside).exits(0).json();
    assert!(exports(&document)[0].starts_with(&account(ids::ENROLLMENT)));
    let titles = titles(&document);
    assert!(
        !titles.lines().any(|title| title.starts_with("Reader on")),
        "{titles}"
    );
    assert!(document.to_string().contains(&second), "{document:#}");
    let first = ids::SUBSCRIPTION.to_string();
    let two = [&beside[..], &["--subscription", &first]].concat();
    let document = plan(&lab, "cloudpi", &two).exits(2).json();
    assert_eq!(
        document["error"]["code"], "one_storage_subscription",
        "{document:#}"
    );
}

#[test]
fn the_same_answers_give_the_same_names_and_another_connection_others() {
    let lab = lab();
    let ids_of = |more: &[&str]| {
        let flags = [&["--billing-account", ids::ENROLLMENT][..], more].concat();
        let document = plan(&lab, "cloudpi", &flags).exits(0).json();
        each(&document, "steps", "id")
            .into_iter()
            .filter(|id| id.contains("azconnect") && id.contains("/providers/"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let once = ids_of(&[]);
    assert!(!once.is_empty());
    assert_eq!(once, ids_of(&[]));
    let given = [
        "--export-name",
        "daily-costs",
        "--storage-account",
        "contosocosts",
        "--container",
        "files",
    ];
    let named = ids_of(&given).join("\n");
    assert!(!named.contains("azconnectactual"), "{named}");
}

#[test]
fn any_other_tool_gets_the_exports_that_are_asked_for() {
    let lab = lab();
    let flags = ["--subscription", "all"];
    let document = plan(
        &lab,
        "generic",
        &[
            &[
                "--export-dataset",
                "focus@1.0r2",
                "--export-dataset",
                "actual",
            ][..],
            &flags,
        ]
        .concat(),
    )
    .exits(0)
    .json();
    assert_eq!(exports(&document).len(), 2, "{document:#}");
    assert!(titles(&document).contains("Storage Blob Data Reader"));
    let document = run(&lab, "generic", &[&["--plan"][..], &flags].concat())
        .exits(0)
        .json();
    assert!(exports(&document).is_empty());
    assert!(!titles(&document).contains("Storage"), "{document:#}");
}
