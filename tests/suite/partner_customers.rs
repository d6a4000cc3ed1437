//! A partner's customers as a vendor's form wants them: from the billing account, and from Partner Center where that shows none.

use azconnect::sandbox::{State, ids};

use crate::billing_lab::{account, each, principal, roles_of, run};
use crate::partner_lab::{form, lab, peoples_lab, run_as};

const NUMBER: [&str; 2] = ["--partner-id", ids::PARTNER_LOCATION_ID];
const ACCOUNT: [&str; 2] = ["--billing-account", ids::MPA_ACCOUNT];

/// Partner Center's customers: name and directory.
fn customers(state: &State) -> Vec<(String, String)> {
    let partner = &state.partner_center.accounts[&ids::TENANT];
    let all = partner.customers.values();
    all.map(|one| (one.company_name.clone(), one.tenant.to_string()))
        .collect()
}

fn directory_of(state: &State, name: &str) -> String {
    let all = customers(state);
    all.into_iter().find(|(known, _)| known == name).unwrap().1
}

fn no_customers(state: &mut State) {
    let account = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
    account.customers.clear();
}

#[test]
fn flexeras_partner_route_is_handed_over_in_its_own_words() {
    let lab = lab(|_| {});
    let all = crate::billing_lab::customers(&lab);
    let (one, two) = (all[0].1.to_string(), all[1].1.to_string());
    let chosen = ["--customer-tenant", &one, "--customer-tenant", &two];
    let more = [&NUMBER[..], &ACCOUNT, &chosen].concat();
    let done = run(&lab, "flexera-mca-partner", &more).exits(0).json();
    let keys: Vec<String> = form(&done).into_iter().map(|(key, _)| key).collect();
    assert_eq!(
        keys,
        [
            "client_id",
            "tenant_id",
            "client_secret",
            "billing_account_id",
            "partner_id",
            "customer_tenant_id",
            "customer_tenant_id"
        ]
    );
    let values = each(&done["handover"], "fields", "value");
    let (before, rest) = ids::MPA_ACCOUNT.split_once(':').unwrap();
    assert_eq!(values[3], before, "without {rest}");
    assert_eq!(values[4..], [ids::PARTNER_LOCATION_ID, &one, &two]);
    let roles = roles_of(&lab, principal(&lab));
    assert_eq!(roles[0].0, account(ids::MPA_ACCOUNT));
    assert_eq!(roles[0].1, ids::BILLING_ROLE_ACCOUNT_READER);
    lab.run(&["check", "spot"]).exits(0);
}

#[test]
fn its_form_wants_each_customer_by_name() {
    let lab = lab(|_| {});
    let more = [&NUMBER[..], &ACCOUNT].concat();
    let gap = run(&lab, "flexera-mca-partner", &more).exits(2).json();
    let gap = &gap["error"]["gaps"][0];
    assert_eq!(gap["key"], "customer_tenant");
    assert_eq!(gap["choices"].as_array().unwrap().len(), 12);
    let all = [&more[..], &["--customer-tenant", "all"]].concat();
    let done = run(&lab, "flexera-mca-partner", &all).exits(0).json();
    let form_of = |document| {
        let all = form(document).into_iter();
        all.filter(|(key, _)| key == "customer_tenant_id").count()
    };
    assert_eq!(form_of(&done), 12, "each by name");
    lab.run(&["remove", "spot", "--yes"]).exits(0);
    // The only customer is no question.
    let only = lab.state(|state| {
        let account = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
        let first = *account.customers.keys().next().unwrap();
        account.customers.retain(|tenant, _| *tenant == first);
        first.to_string()
    });
    let done = run(&lab, "flexera-mca-partner", &more).exits(0).json();
    assert_eq!(form(&done).last().unwrap().1, only);
}

#[test]
fn where_the_account_shows_none_partner_centers_list_counts() {
    let lab = peoples_lab(no_customers);
    let old = lab.state(|state| directory_of(state, "Relecloud"));
    let more = [&ACCOUNT[..], &["--customer-tenant", &old]].concat();
    let ran = run_as(&lab, ids::AVERY_NAME, "spaceone", &more);
    let text = ran.stderr.replace('\n', " ");
    assert!(text.contains("15 in Partner Center"), "{text}");
    let document = ran.json();
    assert_eq!(form(&document).last().unwrap().1, old);
    let stranger = ids::FABRIKAM_TENANT.to_string();
    let more = [&ACCOUNT[..], &["--customer-tenant", &stranger]].concat();
    let refused = run_as(&lab, ids::AVERY_NAME, "spaceone", &more)
        .exits(2)
        .json();
    assert_eq!(refused["error"]["code"], "not_a_customer");
}

#[test]
fn without_any_customer_the_form_that_wants_one_is_refused() {
    let lab = lab(no_customers);
    let more = [&NUMBER[..], &ACCOUNT].concat();
    let refused = run(&lab, "flexera-mca-partner", &more).exits(2).json();
    assert_eq!(refused["error"]["code"], "no_customers");
}
