//! Exchanges with Azure Resource Manager: what must pass, and one of each mistake.

use serde_json::{Value, json};

use super::super::{Exchange, Verdict};
use super::{assert_fault, assert_valid, definitions, exchange};

const SUBSCRIPTION: &str = "/subscriptions/6a1c2f3e-0000-4000-8000-000000000001";
const ASSIGNMENT: &str =
    "/providers/Microsoft.Authorization/roleAssignments/11111111-2222-4333-8444-555555555555";
const SERVICE_PRINCIPAL: &str = "99999999-2222-4333-8444-555555555555";
const READER: &str =
    "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7";

fn assignment(properties: &Value) -> Exchange {
    let line = format!("arm PUT {SUBSCRIPTION}{ASSIGNMENT}?api-version=2022-04-01");
    let answer = json!({
        "id": format!("{SUBSCRIPTION}{ASSIGNMENT}"),
        "name": "11111111-2222-4333-8444-555555555555",
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {"scope": SUBSCRIPTION, "roleDefinitionId": READER, "principalId": SERVICE_PRINCIPAL,
            "createdOn": "2026-11-20T10:00:00.1234567Z"},
    });
    exchange(&line, json!({"properties": properties}), 201, answer)
}

fn good() -> Value {
    json!({"roleDefinitionId": READER, "principalId": SERVICE_PRINCIPAL, "principalType": "ServicePrincipal"})
}

fn with(mut properties: Value, name: &str, value: Value) -> Value {
    properties[name] = value;
    properties
}

#[test]
fn a_role_assignment_passes_at_every_scope() {
    assert_valid(&assignment(&good()));
    for scope in [
        "",
        "/providers/Microsoft.Management/managementGroups/root",
        "/subscriptions/s/resourceGroups/rg",
        "/subscriptions/s/resourcegroups/rg/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c",
        "/providers/Microsoft.Capacity",
    ] {
        let path = format!("{scope}{ASSIGNMENT}");
        assert_valid(&Exchange {
            path,
            ..assignment(&good())
        });
    }
    let path = format!("/subscriptions/providers{ASSIGNMENT}/extra");
    let Some(definitions) = definitions() else {
        return;
    };
    assert!(matches!(
        definitions.check(&Exchange {
            path,
            ..assignment(&good())
        }),
        Verdict::Uncovered
    ));
}

#[test]
fn wrong_bodies_are_found() {
    assert_fault(
        &assignment(&with(good(), "principalKind", json!("x"))),
        "body.properties.principalKind is unknown",
    );
    assert_fault(
        &assignment(&json!({"roleDefinitionId": READER})),
        "body.properties.principalId is required",
    );
    assert_fault(
        &assignment(&with(good(), "principalType", json!("Robot"))),
        "\"Robot\", which is none of",
    );
    assert_fault(
        &assignment(&with(good(), "scope", json!(SUBSCRIPTION))),
        "body.properties.scope is read-only",
    );
    assert_fault(
        &assignment(&with(good(), "description", json!(7))),
        "description should be of type string",
    );
    assert_fault(
        &assignment(&with(good(), "description", Value::Null)),
        "description must not be null",
    );
    assert_fault(
        &Exchange {
            request_body: None,
            ..assignment(&good())
        },
        "should have a body",
    );
    assert_fault(
        &Exchange {
            request_body: Some(json!([])),
            ..assignment(&good())
        },
        "body should be an object",
    );
}

#[test]
fn wrong_requests_are_found() {
    let list = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments");
    let get = |query: &str| {
        exchange(
            &format!("arm GET {list}?{query}"),
            Value::Null,
            200,
            json!({"value": []}),
        )
    };
    assert_valid(&get("api-version=2022-04-01&$filter=principalId eq 'x'"));
    assert_valid(&get(
        "api-version=2022-04-01&$filter=atScope() and assignedTo('x')",
    ));
    assert_valid(&get("api-version=2022-04-01&$skiptoken=next"));
    assert_fault(
        &get("api-version=2015-07-01"),
        "api-version is `2015-07-01`",
    );
    assert_fault(&get(""), "api-version is ``");
    assert_fault(
        &get("api-version=2022-04-01&$top=5"),
        "query $top is unknown",
    );
    assert_fault(
        &get("api-version=2022-04-01&$filter=principal eq 'x'"),
        "names `principal`",
    );
    assert_fault(
        &get("api-version=2022-04-01&$filter=below()"),
        "calls `below`",
    );
    assert_fault(
        &Exchange {
            method: "PATCH".to_owned(),
            ..assignment(&good())
        },
        "has no PATCH here",
    );
    let line = "arm GET /providers/Microsoft.Nowhere/things?api-version=2022-04-01";
    let Some(definitions) = definitions() else {
        return;
    };
    assert!(matches!(
        definitions.check(&exchange(line, Value::Null, 200, Value::Null)),
        Verdict::Uncovered
    ));
}

#[test]
fn wrong_answers_are_found() {
    let answered = |status, answer: Value| {
        let line = format!("arm GET {SUBSCRIPTION}?api-version=2021-01-01");
        exchange(&line, Value::Null, status, answer)
    };
    assert_valid(&answered(
        200,
        json!({"id": SUBSCRIPTION, "state": "Enabled", "displayName": null}),
    ));
    assert_valid(&answered(
        404,
        json!({"error": {"code": "SubscriptionNotFound", "message": "…"}}),
    ));
    assert_valid(&answered(503, json!("<html>a gateway</html>")));
    assert_valid(&answered(0, Value::Null));
    assert_fault(&answered(404, Value::Null), "should come with an error");
    assert_fault(&answered(202, Value::Null), "status 202 is unknown");
    assert_fault(&answered(200, Value::Null), "should have a body");
    assert_fault(
        &answered(200, json!({"state": "Asleep"})),
        "\"Asleep\", which is none of",
    );
    assert_fault(
        &answered(200, json!({"nickname": "x"})),
        "answer.nickname is unknown",
    );
    assert_fault(
        &answered(404, json!({"code": "NotFound", "message": "…"})),
        "the refusal should be",
    );
    assert_fault(
        &answered(404, json!({"error": {"code": 404, "message": "…"}})),
        "answer.error.code should be a text",
    );
}

#[test]
fn cost_queries_are_judged() {
    let query = |granularity: &str, status, answer: Value| {
        let line = format!(
            "arm POST {SUBSCRIPTION}/providers/Microsoft.CostManagement/query?api-version=2025-03-01"
        );
        let aggregation = json!({"totalCost": {"name": "Cost", "function": "Sum"}});
        let dataset = json!({"granularity": granularity, "aggregation": aggregation});
        exchange(
            &line,
            json!({"type": "ActualCost", "timeframe": "MonthToDate", "dataset": dataset}),
            status,
            answer,
        )
    };
    let rows = json!({"properties": {"nextLink": null, "columns": [{"name": "Cost", "type": "Number"}], "rows": [[1.5]]}});
    assert_valid(&query("Daily", 200, rows.clone()));
    assert_valid(&query("None", 204, Value::Null));
    assert_fault(
        &query("Hourly", 200, rows.clone()),
        "\"Hourly\", which is none of",
    );
    assert_fault(&query("Daily", 204, rows), "should have no body");
    let mut custom = query("Daily", 204, Value::Null);
    custom.request_body.as_mut().unwrap()["timePeriod"] =
        json!({"from": "2026-11-01", "to": "2026-11-20T00:00:00Z"});
    assert_fault(
        &custom,
        "timePeriod.from is `2026-11-01`, which is no date-time",
    );
}

#[test]
fn patterns_and_lengths_of_paths_are_judged() {
    let container = |name: &str| {
        let account =
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acc";
        let line = format!(
            "arm PUT {account}/blobServices/default/containers/{name}?api-version=2021-08-01"
        );
        exchange(
            &line,
            json!({"properties": {"publicAccess": "None"}}),
            201,
            json!({"name": name}),
        )
    };
    assert_valid(&container("cost-exports"));
    assert_fault(&container("ab"), "has a length of 2");
    let billing = |account: &str| {
        let line = format!(
            "arm GET /providers/Microsoft.Billing/billingAccounts/{account}?api-version=2024-04-01"
        );
        exchange(&line, Value::Null, 200, json!({"name": account}))
    };
    assert_valid(&billing("1234567"));
    assert_valid(&billing(
        "6a1c2f3e-0000-4000-8000-000000000001:6a1c2f3e-0000-4000-8000-000000000002_2019-05-31",
    ));
    assert_fault(&billing("contoso!"), "does not match");
}

#[test]
fn billing_roles_are_judged_by_the_version_they_are_sent_with() {
    let account = "/providers/Microsoft.Billing/billingAccounts/1234567";
    let line = |version: &str| {
        format!(
            "arm PUT {account}/billingRoleAssignments/{SERVICE_PRINCIPAL}?api-version={version}"
        )
    };
    let role = format!("{account}/billingRoleDefinitions/24f8edb6-1668-4659-b5e2-40bb5f3a7d7e");
    let properties = json!({"principalId": SERVICE_PRINCIPAL, "principalTenantId": SERVICE_PRINCIPAL, "roleDefinitionId": role});
    for version in ["2019-10-01-preview", "2024-04-01"] {
        let wrapped = json!({"properties": properties});
        assert_valid(&exchange(
            &line(version),
            wrapped,
            200,
            json!({"name": SERVICE_PRINCIPAL, "properties": properties}),
        ));
    }
    let misspelt = json!({"properties": with(properties.clone(), "principalID", json!("x"))});
    assert_fault(
        &exchange(&line("2019-10-01-preview"), misspelt, 200, json!({})),
        "body.properties.principalID is unknown",
    );
    let bare = exchange(
        &line("2019-10-01-preview"),
        properties,
        400,
        json!({"errors": {}, "title": "…", "status": 400}),
    );
    let Some(definitions) = definitions() else {
        return;
    };
    assert!(
        matches!(definitions.check(&bare), Verdict::Invalid { faults, .. } if faults.len() == 4)
    );
}

#[test]
fn exceptions_are_judged_as_far_as_may_be() {
    let Some(definitions) = definitions() else {
        return;
    };
    let subscription = |answer: Value| {
        let line = format!("arm GET {SUBSCRIPTION}?api-version=2022-12-01");
        definitions.check(&exchange(&line, Value::Null, 200, answer))
    };
    assert!(matches!(
        subscription(json!({"state": "Enabled"})),
        Verdict::Excepted { .. }
    ));
    assert!(matches!(
        subscription(json!({"state": "Asleep"})),
        Verdict::Invalid { .. }
    ));
    let permissions = json!({"value": [{"actions": ["*"], "notActions": []}]});
    let at = |scope: &str| {
        let line = format!(
            "arm GET {scope}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"
        );
        definitions.check(&exchange(&line, Value::Null, 200, permissions.clone()))
    };
    assert!(matches!(at(SUBSCRIPTION), Verdict::Excepted { .. }));
    assert!(matches!(
        at("/providers/Microsoft.Management/managementGroups/root"),
        Verdict::Excepted { .. }
    ));
    assert!(matches!(
        at("/subscriptions/s/resourceGroups/rg"),
        Verdict::Valid { .. }
    ));
}
