//! Azure Resource Manager: tokens, versions, RBAC, role assignments, management groups.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{SubscriptionState, ids};
use super::client::{ARM, GRAPH, Harness, subscription_scope};

const RBAC: &str = "2022-04-01";

fn root() -> String {
    format!(
        "/providers/Microsoft.Management/managementGroups/{}",
        ids::TENANT
    )
}

#[tokio::test]
async fn tokens_and_versions_are_checked() {
    let harness = Harness::new().await;
    let arm = harness.sandbox.endpoints().arm.clone();
    let none = harness
        .send(
            "GET",
            &format!("{arm}/subscriptions?api-version=2022-12-01"),
            &[],
            None,
        )
        .await
        .unwrap();
    assert_eq!((none.status, none.code()), (401, "AuthenticationFailed"));
    assert!(
        none.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .contains("authorization_uri")
    );
    let graph = harness.operator(GRAPH).await;
    let wrong = harness
        .arm("GET", "/subscriptions", "2022-12-01", &graph, None)
        .await;
    assert_eq!(
        (wrong.status, wrong.code()),
        (401, "InvalidAuthenticationTokenAudience")
    );

    let token = harness.operator(ARM).await;
    let missing = harness
        .ask("GET", &format!("{arm}/subscriptions"), &token, None)
        .await;
    assert_eq!(
        (missing.status, missing.code()),
        (400, "MissingApiVersionParameter")
    );
    let old = harness
        .arm("GET", "/subscriptions", "1999-01-01", &token, None)
        .await;
    assert_eq!(old.code(), "InvalidApiVersionParameter");
    let path = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments",
        subscription_scope()
    );
    assert_eq!(
        harness
            .arm("GET", &path, "2015-01-01", &token, None)
            .await
            .code(),
        "NoRegisteredProviderFound"
    );
    let unknown = harness
        .arm(
            "GET",
            "/providers/Microsoft.Nothing/things",
            RBAC,
            &token,
            None,
        )
        .await;
    assert_eq!(
        (unknown.status, unknown.code()),
        (404, "InvalidResourceType")
    );
    assert_eq!(
        harness
            .arm("PATCH", "/subscriptions", "2022-12-01", &token, None)
            .await
            .status,
        405
    );
    let good = harness
        .arm("GET", &subscription_scope(), "2022-12-01", &token, None)
        .await;
    assert!(
        good.headers.contains_key("x-ms-request-id")
            && good.headers.contains_key("x-ms-correlation-request-id")
    );
    assert!(
        good.headers
            .contains_key("x-ms-ratelimit-remaining-subscription-reads")
    );
}

#[tokio::test]
async fn subscriptions_are_shown_to_those_who_may_read_them() {
    let mut ids_of_others = Vec::new();
    let harness = Harness::seeded(|state| {
        ids_of_others.push(state.add_subscription("Second"));
        let fabrikam = state.add_tenant("Fabrikam", "fabrikam.com");
        ids_of_others.push(state.add_subscription_in(fabrikam, "Theirs"));
    })
    .await;
    let (operator, lee) = (
        harness.operator(ARM).await,
        harness.person(ids::LEE_NAME, ARM).await,
    );
    let list = harness
        .arm("GET", "/subscriptions", "2022-12-01", &operator, None)
        .await;
    assert_eq!(list.body["value"].as_array().unwrap().len(), 2);
    let list = harness
        .arm("GET", "/subscriptions", "2022-12-01", &lee, None)
        .await;
    assert_eq!(list.body["value"].as_array().unwrap().len(), 1);
    let get = async |id: String| {
        harness
            .arm(
                "GET",
                &format!("/subscriptions/{id}"),
                "2022-12-01",
                &lee,
                None,
            )
            .await
    };
    let refused = get(ids_of_others[0].to_string()).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "AuthorizationFailed")
    );
    let message = refused.text("/error/message");
    assert!(
        message.contains("'lee@contoso.com'")
            && message.contains("'Microsoft.Resources/subscriptions/read'"),
        "{message}"
    );
    let elsewhere = get(ids_of_others[1].to_string()).await;
    assert_eq!(
        (elsewhere.status, elsewhere.code()),
        (401, "InvalidAuthenticationTokenTenant")
    );
    assert_eq!(
        get(Uuid::new_v4().to_string()).await.code(),
        "SubscriptionNotFound"
    );
    assert_eq!(
        get("production".to_owned()).await.code(),
        "InvalidSubscriptionId"
    );
}

#[tokio::test]
async fn many_subscriptions_come_in_pages() {
    let harness = Harness::seeded(|state| {
        for number in 0..119 {
            state.add_subscription(&format!("Number {number}"));
        }
    })
    .await;
    let token = harness.operator(ARM).await;
    let mut url = format!(
        "{}/subscriptions?api-version=2022-12-01",
        harness.sandbox.endpoints().arm
    );
    let mut counts = Vec::new();
    while !url.is_empty() {
        let page = harness.ask("GET", &url, &token, None).await;
        counts.push(page.body["value"].as_array().unwrap().len());
        url = page.text("/nextLink");
    }
    assert_eq!(counts, [50, 50, 20]);
}

async fn put(harness: &Harness, token: &str, name: &str, properties: Value) -> (u16, String) {
    let path = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments/{name}",
        subscription_scope()
    );
    let reply = harness
        .arm(
            "PUT",
            &path,
            RBAC,
            token,
            Some(json!({"properties": properties})),
        )
        .await;
    (reply.status, reply.code().to_owned())
}

#[tokio::test]
async fn each_bad_role_assignment_has_its_code() {
    let harness = Harness::new().await;
    let (token, graph) = (harness.operator(ARM).await, harness.operator(GRAPH).await);
    let [application, _, principal, _] = harness.application(&graph, "Subject").await;
    let definition =
        |role: Uuid| format!("/providers/Microsoft.Authorization/roleDefinitions/{role}");
    let reader = definition(ids::ROLE_READER);
    let name = Uuid::new_v4().to_string();
    let good = json!({"roleDefinitionId": reader, "principalId": principal, "principalType": "ServicePrincipal"});
    let cases = [
        (
            json!({"roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7"}),
            "InvalidRoleDefinitionId",
        ),
        (
            json!({"roleDefinitionId": definition(Uuid::new_v4())}),
            "RoleDefinitionDoesNotExist",
        ),
        (
            json!({"roleDefinitionId": definition(uuid::uuid!("582fc458-8989-419f-a480-75249bc5db7e"))}),
            "RoleDefinitionDoesNotExist",
        ),
        (json!({"roleDefinitionId": null}), "BadRequestFormat"),
        (json!({"principalId": "me"}), "InvalidPrincipalId"),
        (json!({"principalId": Uuid::new_v4()}), "PrincipalNotFound"),
        (
            json!({"principalId": application}),
            "PrincipalTypeNotSupported",
        ),
        (json!({"principalType": "User"}), "UnmatchedPrincipalType"),
        (json!({"principalType": "Robot"}), "InvalidPrincipalType"),
        (
            json!({"condition": "x"}),
            "InvalidConditionOrConditionVersion",
        ),
        (json!({"roleName": "Reader"}), "InvalidRequestContent"),
    ];
    for (change, code) in cases {
        let mut properties = good.clone();
        for (member, value) in change.as_object().unwrap() {
            properties[member] = value.clone();
        }
        assert_eq!(
            put(&harness, &token, &name, properties).await,
            (400, code.to_owned()),
            "{change}"
        );
    }
    assert_eq!(
        put(&harness, &token, "reader", good.clone()).await,
        (400, "InvalidRoleAssignmentId".into())
    );
    let lee = harness.person(ids::LEE_NAME, ARM).await;
    assert_eq!(
        put(&harness, &lee, &name, good.clone()).await,
        (403, "AuthorizationFailed".into())
    );

    assert_eq!(put(&harness, &token, &name, good.clone()).await.0, 201);
    assert_eq!(put(&harness, &token, &name, good.clone()).await.0, 200);
    let other = Uuid::new_v4().to_string();
    assert_eq!(
        put(&harness, &token, &other, good.clone()).await,
        (409, "RoleAssignmentExists".into())
    );
    let mut changed = good.clone();
    changed["roleDefinitionId"] = json!(definition(ids::ROLE_CONTRIBUTOR));
    assert_eq!(
        put(&harness, &token, &name, changed.clone()).await,
        (400, "RoleAssignmentUpdateNotPermitted".into())
    );

    harness.sandbox.state(|state| {
        state
            .subscriptions
            .get_mut(&ids::SUBSCRIPTION)
            .unwrap()
            .state = SubscriptionState::Disabled;
    });
    assert_eq!(
        put(&harness, &token, &other, changed).await,
        (409, "ReadOnlyDisabledSubscription".into())
    );
}

#[tokio::test]
async fn assignments_are_listed_inherited_and_removed() {
    let harness = Harness::new().await;
    let (token, graph) = (harness.operator(ARM).await, harness.operator(GRAPH).await);
    let [_, app_id, principal, secret] = harness.application(&graph, "Subject").await;
    let made = harness
        .assign(
            &token,
            &root(),
            Uuid::new_v4(),
            ids::ROLE_READER,
            &principal,
        )
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let group = format!("{}/resourceGroups/web", subscription_scope());
    let below = harness
        .assign(
            &token,
            &group,
            Uuid::new_v4(),
            ids::ROLE_CONTRIBUTOR,
            &principal,
        )
        .await;
    assert_eq!(below.status, 201, "{below:?}");

    let subject = harness
        .secret_token(&app_id, &secret, ARM)
        .await
        .text("/access_token");
    let list = async |token: &str, filter: &str| {
        let path = format!(
            "{}/providers/Microsoft.Authorization/roleAssignments?%24filter={}",
            subscription_scope(),
            super::super::exchange::percent_encoded(filter)
        );
        harness.arm("GET", &path, RBAC, token, None).await.body["value"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        list(&subject, &format!("principalId eq '{principal}'")).await,
        2,
        "above and below"
    );
    assert_eq!(
        list(
            &subject,
            &format!("atScope() and assignedTo('{principal}')")
        )
        .await,
        1,
        "above only"
    );

    let path = format!(
        "{}/providers/Microsoft.Authorization/permissions",
        subscription_scope()
    );
    let permissions = harness.arm("GET", &path, RBAC, &subject, None).await;
    assert_eq!(permissions.body["value"][0]["actions"], json!(["*/read"]));
    assert_eq!(
        harness
            .arm("DELETE", &made.text("/id"), RBAC, &subject, None)
            .await
            .status,
        403
    );
    assert_eq!(
        harness
            .arm("DELETE", &made.text("/id"), RBAC, &token, None)
            .await
            .status,
        200
    );
    assert_eq!(
        harness
            .arm("DELETE", &made.text("/id"), RBAC, &token, None)
            .await
            .status,
        204
    );
    assert_eq!(
        harness
            .arm("GET", &subscription_scope(), "2022-12-01", &subject, None)
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn role_definitions_are_found_by_name() {
    let harness = Harness::new().await;
    let token = harness.operator(ARM).await;
    let path = format!(
        "{}/providers/Microsoft.Authorization/roleDefinitions?%24filter=roleName%20eq%20%27Cost%20Management%20Reader%27",
        subscription_scope()
    );
    let found = harness.arm("GET", &path, RBAC, &token, None).await;
    assert_eq!(
        found.text("/value/0/name"),
        ids::ROLE_COST_MANAGEMENT_READER.to_string()
    );
    let one = harness
        .arm("GET", &found.text("/value/0/id"), RBAC, &token, None)
        .await;
    assert_eq!(one.text("/properties/roleName"), "Cost Management Reader");
}
