//! A connection with exports taken back: the export goes, its files stay, unless they are asked for.

use crate::exports_lab::{ACCOUNT, connect_subscription, is_connected, lab, with};
use crate::lab::Lab;
use azconnect::sandbox::ids;
use serde_json::Value;

fn remove(lab: &Lab, more: &[&str]) -> Value {
    let mut words = vec!["remove", "spot", "--yes", "--output", "json"];
    words.extend(more);
    lab.run(&words).exits(0).json()
}

fn stands(lab: &Lab) -> (bool, bool, bool) {
    lab.state(|state| {
        (
            !state.exports.exports.is_empty(),
            state.storage.accounts.contains_key(ACCOUNT),
            state
                .storage
                .resource_groups
                .values()
                .any(|group| group.name == "costs" && group.deleting_until.is_none()),
        )
    })
}

#[test]
fn files_stay_where_nobody_asks_for_their_removal() {
    let lab = lab();
    is_connected(connect_subscription(&lab));
    let document = remove(&lab, &[]);
    assert_eq!(stands(&lab), (false, true, true));
    let kept: Vec<&str> = document["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["status"] == "skipped")
        .map(|step| step["id"].as_str().unwrap())
        .collect();
    for kind in ["resource-provider:", "storage-account:", "container:"] {
        assert!(
            kept.iter().any(|id| id.starts_with(kind)),
            "{kind}: {kept:?}"
        );
    }
    assert!(
        lab.state(|state| state
            .role_assignments
            .values()
            .all(|given| !given.scope.contains("/containers/cost-exports")
                || given.created_by.is_none()))
    );
}

#[test]
fn with_data_all_that_was_made_goes_and_a_provider_stays() {
    let lab = lab();
    is_connected(connect_subscription(&lab));
    remove(&lab, &["--with-data"]);
    assert_eq!(stands(&lab), (false, false, false));
    let registered = lab.state(|state| {
        state
            .storage
            .providers
            .values()
            .any(|one| one.namespace == "Microsoft.CostManagementExports")
    });
    assert!(registered);
}

#[test]
fn what_others_put_there_stays_with_what_it_is_in() {
    let lab = lab();
    is_connected(connect_subscription(&lab));
    lab.state(|state| state.add_container(ACCOUNT, "theirs"))
        .unwrap();
    remove(&lab, &["--with-data"]);
    assert_eq!(stands(&lab), (false, true, true));
    lab.state(|state| {
        let containers = &state.storage.accounts[ACCOUNT].containers;
        assert!(containers.contains_key("theirs"));
    });
}

#[test]
fn an_account_that_was_there_stays_even_with_data() {
    let lab = with(|state| {
        state.add_storage_account(ids::SUBSCRIPTION, "costs", ACCOUNT);
    });
    is_connected(connect_subscription(&lab));
    remove(&lab, &["--with-data"]);
    assert_eq!(stands(&lab), (false, true, true));
}
