//! What billing permissions, `checkAccess` and role definitions say.

use serde_json::{Value, json};

use super::super::{State, ids};
use super::billing::{STABLE, account, get, harness, names};
use super::client::ARM;

#[tokio::test]
async fn permissions_tell_of_roles_and_not_of_global_administrators() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let manage = "50000000-aaaa-bbbb-cccc-200000000000";
    let permissions = async |name: &str| {
        let reply = get(
            &harness,
            &avery,
            &format!("{}/billingPermissions", account(name)),
        )
        .await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body["value"].to_string()
    };
    assert!(permissions(ids::MCA_ACCOUNT).await.contains(manage));
    assert_eq!(permissions(ids::MPA_ACCOUNT).await, "[]");
    let write = "Microsoft.Billing/billingAccounts/billingRoleAssignments/write";
    assert!(permissions(ids::ENROLLMENT).await.contains(write));
    let decisions = async |name: &str, body: Value| {
        let path = format!("{}/checkAccess", account(name));
        harness.arm("POST", &path, STABLE, &avery, Some(body)).await
    };
    let asked = decisions(ids::MCA_ACCOUNT, json!({"actions": [manage, "colour"]})).await;
    assert_eq!(
        asked.body,
        json!([{"action": manage, "accessDecision": "Allowed"}, {"action": "colour", "accessDecision": "NotAllowed"}])
    );
    let implied = decisions(ids::MPA_ACCOUNT, json!({"actions": [manage]})).await;
    assert_eq!(implied.body[0]["accessDecision"], "NotAllowed");
    let empty = decisions(ids::MCA_ACCOUNT, json!({})).await;
    assert_eq!(
        (empty.status, empty.text("/errors/Actions/0")),
        (400, "The Actions field is required.".to_owned())
    );
    assert_eq!(
        decisions(ids::MCA_ACCOUNT, json!({"action": []}))
            .await
            .code(),
        "InvalidRequestContent"
    );
}

#[tokio::test]
async fn role_definitions_depend_on_agreement_and_scope() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let partner = State::first_billing_profile(&account(ids::MPA_ACCOUNT));
    let customers = get(&harness, &avery, &format!("{partner}/customers")).await;
    let customer = customers.text("/value/0/id");
    let cases = [
        (account(ids::ENROLLMENT), 3, "EnrollmentReader"),
        (
            format!("{}/departments/101", account(ids::ENROLLMENT)),
            2,
            "DepartmentReader",
        ),
        (account(ids::MCA_ACCOUNT), 4, "Billing account reader"),
        (
            State::first_billing_profile(&account(ids::MCA_ACCOUNT)),
            4,
            "Billing profile reader",
        ),
        (account(ids::MPA_ACCOUNT), 4, "Billing account reader"),
        (customer, 1, "Customer reader"),
    ];
    for (scope, count, name) in cases {
        let list = get(&harness, &avery, &format!("{scope}/billingRoleDefinitions")).await;
        assert_eq!(names(&list).len(), count, "{scope}");
        let all = list.body["value"].as_array().unwrap();
        let one = all
            .iter()
            .find(|role| role["properties"]["roleName"] == name)
            .unwrap();
        let id = one["id"].as_str().unwrap();
        assert!(id.starts_with(&scope));
        assert_eq!(get(&harness, &avery, id).await.body, *one);
    }
    let none = get(
        &harness,
        &avery,
        &format!("{}/billingRoleDefinitions", account(ids::MOSP_ACCOUNT)),
    )
    .await;
    assert_eq!(none.body, json!({"value": []}));
    let unknown = format!(
        "{}/billingRoleDefinitions/{}",
        account(ids::ENROLLMENT),
        ids::BILLING_ROLE_ACCOUNT_READER
    );
    assert_eq!(get(&harness, &avery, &unknown).await.status, 404);
}
