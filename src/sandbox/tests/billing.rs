//! Billing accounts and what is in them: who sees what.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::super::{DirectoryRole, Replication, State, ids};
use super::client::{ARM, GRAPH, Harness, Reply};

pub(super) const STABLE: &str = "2024-04-01";
pub(super) const PREVIEW: &str = "2019-10-01-preview";
const LIST: &str = "/providers/Microsoft.Billing/billingAccounts";

/// The id of a billing account.
pub(super) fn account(name: &str) -> String {
    format!("{LIST}/{name}")
}

/// A sandbox where everything is seen at once, with billing accounts.
pub(super) async fn harness(change: impl FnOnce(&mut State)) -> Harness {
    let mut seed = State::contoso_with_billing();
    change(&mut seed);
    Harness::with(Replication::none(), seed).await
}

/// A subject for roles: application id, client id, service principal id, token for ARM.
pub(super) async fn subject(harness: &Harness) -> [String; 4] {
    let graph = harness.operator(GRAPH).await;
    let [id, client, principal, secret] = harness.application(&graph, "Subject").await;
    let token = harness.secret_token(&client, &secret, ARM).await;
    [id, client, principal, token.text("/access_token")]
}

pub(super) async fn get(harness: &Harness, token: &str, path: &str) -> Reply {
    harness.arm("GET", path, STABLE, token, None).await
}

/// Lets everything that replicates or goes on be done, as if an hour had passed.
pub(super) fn let_time_pass(state: &mut State) {
    let hour = Duration::from_secs(3600);
    for found in state.billing.role_assignments.values_mut() {
        found.created -= hour;
        found.effective_at -= hour;
    }
    for found in state.billing.operations.values_mut() {
        found.ready_at -= hour;
    }
}

pub(super) fn names(reply: &Reply) -> Vec<&str> {
    assert_eq!(reply.status, 200, "{reply:?}");
    let items = reply.body["value"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_list_holds_accounts_with_a_role_and_is_empty_without() {
    let harness = harness(|state| {
        let adatum = state.add_tenant("Adatum", "adatum.com");
        state.add_mca_account(adatum, "Adatum Services");
    })
    .await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let by_role = [
        ids::MOSP_ACCOUNT,
        ids::MCA_ACCOUNT,
        ids::ENROLLMENT,
        ids::TRANSFERRED_ENROLLMENT,
    ];
    let mut own = names(&get(&harness, &avery, LIST).await)
        .iter()
        .map(|name| (*name).to_owned())
        .collect::<Vec<_>>();
    own.sort();
    let mut expected = by_role.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(
        own, expected,
        "a Global Administrator has no role in the MPA account"
    );
    for (version, flag) in [(STABLE, "includeAll"), ("2020-05-01", "includeAllOrgs")] {
        let all = harness
            .arm("GET", &format!("{LIST}?{flag}=true"), version, &avery, None)
            .await;
        assert_eq!(
            names(&all).len(),
            5,
            "and never an account of another directory"
        );
    }
    let lee = harness.person(ids::LEE_NAME, ARM).await;
    let none = get(&harness, &lee, &format!("{LIST}?includeAll=true")).await;
    assert_eq!((none.status, &none.body), (200, &json!({"value": []})));
    let wrong = get(&harness, &avery, &format!("{LIST}?includeAll=yes")).await;
    assert_eq!((wrong.status, wrong.code()), (400, "BadRequest"));
}

#[tokio::test]
async fn an_account_shows_what_its_agreement_has() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let of = async |name: &str| get(&harness, &avery, &account(name)).await;
    let enrollment = of(ids::ENROLLMENT).await;
    assert_eq!(
        enrollment.text("/properties/agreementType"),
        "EnterpriseAgreement"
    );
    assert_eq!(
        enrollment.text("/properties/enrollmentDetails/channel"),
        "EaDirect"
    );
    assert_eq!(
        enrollment.body["properties"].get("primaryBillingTenantId"),
        None
    );
    let transferred = of(ids::TRANSFERRED_ENROLLMENT).await;
    assert_eq!(transferred.text("/properties/accountStatus"), "Transferred");
    let partner = of(ids::MPA_ACCOUNT).await;
    assert_eq!(
        partner.text("/properties/primaryBillingTenantId"),
        ids::TENANT.to_string()
    );
    assert_eq!(partner.body["properties"]["hasReadAccess"], json!(true));
    let mosp = of(ids::MOSP_ACCOUNT).await;
    assert_eq!(
        mosp.text("/properties/agreementType"),
        "MicrosoftOnlineServicesProgram"
    );
    let encoded = of(&ids::MPA_ACCOUNT.replace(':', "%3A")).await;
    assert_eq!(encoded.body, partner.body, "a colon may be encoded");
}

#[tokio::test]
async fn strangers_and_wrong_numbers_are_told_apart() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let lee = harness.person(ids::LEE_NAME, ARM).await;
    let unknown = get(&harness, &avery, &account("99999999")).await;
    assert_eq!(
        (unknown.status, &unknown.body),
        (
            404,
            &json!({"code": "NotFound", "message": "The resource or one of its dependencies could not be found."})
        )
    );
    for name in [
        ids::ENROLLMENT,
        ids::MCA_ACCOUNT,
        ids::MPA_ACCOUNT,
        ids::MOSP_ACCOUNT,
    ] {
        for below in [
            "",
            "/billingRoleAssignments",
            "/billingRoleDefinitions",
            "/billingPermissions",
        ] {
            let refused = get(&harness, &lee, &format!("{}{below}", account(name))).await;
            assert_eq!(
                (refused.status, refused.code()),
                (403, "AuthorizationFailed"),
                "{name}{below}"
            );
        }
    }
    let old = harness.arm("GET", LIST, "2018-03-01", &avery, None).await;
    assert_eq!((old.status, old.code()), (400, "NoRegisteredProviderFound"));
    let method = harness
        .arm("PATCH", &account(ids::ENROLLMENT), STABLE, &avery, None)
        .await;
    assert_eq!((method.status, method.code()), (405, "MethodNotAllowed"));
    let nothing = get(
        &harness,
        &avery,
        &format!("{}/invoices", account(ids::ENROLLMENT)),
    )
    .await;
    assert_eq!(
        (nothing.status, nothing.code()),
        (404, "InvalidResourceType")
    );
}

#[tokio::test]
async fn a_guest_and_a_global_administrator_of_another_directory() {
    let harness = harness(|state| {
        let adatum = state.add_tenant("Adatum", "adatum.com");
        let morgan = state.add_user(adatum, "morgan@adatum.com", "Morgan");
        let user = state.users.get_mut(&morgan).unwrap();
        user.directory_roles
            .insert(DirectoryRole::GlobalAdministrator);
        state.add_guest(ids::TENANT, adatum, "morgan@adatum.com", "Morgan");
        state.assign_billing_role(
            ids::RILEY,
            ids::BILLING_ROLE_ENROLLMENT_READER,
            &account(ids::ENROLLMENT),
        );
    })
    .await;
    let riley = harness.person(ids::RILEY_NAME, ARM).await;
    assert_eq!(
        names(&get(&harness, &riley, LIST).await),
        [ids::ENROLLMENT],
        "a guest may have a role"
    );
    // Signed in to Contoso, Morgan is a guest without any right there.
    let morgan = harness.person("morgan@adatum.com", ARM).await;
    assert_eq!(
        get(&harness, &morgan, &account(ids::MCA_ACCOUNT))
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn profiles_sections_and_departments_follow_the_role() {
    let profile = State::first_billing_profile(&account(ids::MCA_ACCOUNT));
    let harness = harness(|state| {
        state.assign_billing_role(ids::LEE, ids::BILLING_ROLE_PROFILE_READER, &profile);
        let department = format!("{}/departments/101", account(ids::ENROLLMENT));
        state.assign_billing_role(ids::LEE, ids::BILLING_ROLE_DEPARTMENT_READER, &department);
    })
    .await;
    let lee = harness.person(ids::LEE_NAME, ARM).await;
    let list = get(&harness, &lee, LIST).await;
    assert_eq!(names(&list).len(), 2);
    assert!(
        list.body["value"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["properties"]["hasReadAccess"] == false)
    );
    let of = async |path: &str| get(&harness, &lee, path).await;
    let profiles = of(&format!("{}/billingProfiles", account(ids::MCA_ACCOUNT))).await;
    assert_eq!(names(&profiles), [profile.rsplit('/').next().unwrap()]);
    assert_eq!(of(&profile).await.text("/id"), profile);
    let sections = of(&format!("{profile}/invoiceSections")).await;
    let section = sections.text("/value/0/id");
    assert_eq!(
        of(&section).await.text("/properties/displayName"),
        "Operations"
    );
    let departments = of(&format!("{}/departments", account(ids::ENROLLMENT))).await;
    assert_eq!(
        names(&departments),
        ["101"],
        "the other department is not Lee's"
    );
    assert_eq!(
        of(&format!("{}/departments/102", account(ids::ENROLLMENT)))
            .await
            .status,
        403
    );
    assert_eq!(
        of(&format!("{}/departments/999", account(ids::ENROLLMENT)))
            .await
            .status,
        404
    );
    for wrong in ["billingProfiles", "customers"] {
        let refused = of(&format!("{}/{wrong}", account(ids::ENROLLMENT))).await;
        assert_eq!(
            (refused.status, refused.code()),
            (400, "BadRequest"),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn twelve_hundred_customers_come_in_pages() {
    let mut large = String::new();
    let harness =
        harness(|state| large = state.add_mpa_account(ids::TENANT, "Large Partner", 1200)).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let mut seen = std::collections::BTreeSet::new();
    let mut url = format!(
        "{}{large}/customers?api-version={STABLE}",
        harness.sandbox.endpoints().arm
    );
    let mut pages = 0;
    while !url.is_empty() {
        let page = harness.ask("GET", &url, &avery, None).await;
        seen.extend(
            names(&page)
                .into_iter()
                .map(|name| Uuid::try_parse(name).unwrap()),
        );
        url = page.text("/nextLink");
        pages += 1;
    }
    assert_eq!((seen.len(), pages), (1200, 12));
    let of = async |query: &str| get(&harness, &avery, &format!("{large}/customers?{query}")).await;
    assert_eq!(
        names(&of("search=customer%20011").await).len(),
        10,
        "0110 to 0119"
    );
    assert_eq!(names(&of("skip=1195&top=50").await).len(), 5);
    let filtered =
        of("filter=properties/displayName%20eq%20'Litware'&expand=enabledAzurePlans").await;
    assert_eq!(names(&filtered).len(), 1);
    assert_eq!(
        filtered.text("/value/0/properties/enabledAzurePlans/0/skuDescription"),
        "Microsoft Azure Plan"
    );
    assert_eq!(of("filter=displayName%20like%20Lit").await.status, 400);
    let one = filtered.text("/value/0/name");
    let plain = get(&harness, &avery, &format!("{large}/customers/{one}")).await;
    assert_eq!(plain.text("/properties/displayName"), "Litware");
    assert_eq!(
        plain.body["properties"].get("enabledAzurePlans"),
        None,
        "plans come on demand"
    );
    let below = format!("{}/customers/{one}", State::first_billing_profile(&large));
    assert_eq!(get(&harness, &avery, &below).await.text("/id"), below);
    assert_eq!(
        get(
            &harness,
            &avery,
            &format!("{large}/customers/{}", Uuid::nil())
        )
        .await
        .status,
        404
    );
}

#[test]
fn a_state_with_billing_survives_json_and_one_without_is_read() {
    let state = State::contoso_with_billing();
    let mut saved = serde_json::to_value(&state).unwrap();
    assert_eq!(
        serde_json::from_value::<State>(saved.clone()).unwrap(),
        state
    );
    saved.as_object_mut().unwrap().remove("billing");
    let older = serde_json::from_value::<State>(saved).unwrap();
    assert_eq!(older, State::contoso());
}
