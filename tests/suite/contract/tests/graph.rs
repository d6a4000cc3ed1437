//! Exchanges with Microsoft Graph: what must pass, and one of each mistake.

use serde_json::{Value, json};

use super::super::Exchange;
use super::{assert_fault, assert_valid, exchange, with_header};

const ID: &str = "6a1c2f3e-0000-4000-8000-000000000001";

fn application() -> Value {
    json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity", "id": ID, "appId": ID,
        "displayName": "azconnect", "signInAudience": "AzureADMyOrg", "uniqueName": "azconnect-x", "tags": ["azconnect"],
        "web": {"redirectUris": []}, "passwordCredentials": [{"keyId": ID, "displayName": null, "endDateTime": "2027-05-19T00:00:00Z"}],
        "createdDateTime": "2026-11-20T10:00:00Z", "deletedDateTime": null})
}

fn upsert(body: Value) -> Exchange {
    let sent = exchange(
        "graph PATCH /v1.0/applications(uniqueName='azconnect-x')",
        body,
        201,
        application(),
    );
    with_header(sent, "prefer", "create-if-missing")
}

#[test]
fn an_applications_life_passes() {
    let body = json!({"displayName": "azconnect", "signInAudience": "AzureADMyOrg", "tags": ["azconnect"]});
    assert_valid(&upsert(body.clone()));
    assert_valid(&Exchange {
        path: "/v1.0/applications(uniqueName=%27azconnect-x%27)".to_owned(),
        ..upsert(body.clone())
    });
    assert_valid(&Exchange {
        status: 204,
        response_body: None,
        ..upsert(body.clone())
    });
    assert_valid(&exchange(
        "graph POST /v1.0/applications",
        body,
        201,
        application(),
    ));
    let page = json!({"value": [application()], "@odata.nextLink": "https://graph.microsoft.com/v1.0/applications?$skiptoken=x"});
    assert_valid(&exchange(
        "graph GET /v1.0/applications?$filter=appId eq 'x' or startswith(displayName,'az')&$top=5",
        Value::Null,
        200,
        page,
    ));
    let password = json!({"keyId": ID, "secretText": "REDACTED", "hint": "RED", "displayName": "x", "endDateTime": "2027-05-19T00:00:00Z"});
    let wanted =
        json!({"passwordCredential": {"displayName": "x", "endDateTime": "2027-05-19T00:00:00Z"}});
    assert_valid(&exchange(
        "graph POST /v1.0/applications(appId='x')/addPassword",
        wanted,
        200,
        password,
    ));
    let remove = format!("graph POST /v1.0/applications/{ID}/removePassword");
    assert_valid(&exchange(&remove, json!({"keyId": ID}), 204, Value::Null));
    assert_valid(&exchange(
        &format!("graph DELETE /v1.0/applications/{ID}"),
        Value::Null,
        204,
        Value::Null,
    ));
    let deleted = json!({"value": [{"@odata.type": "#microsoft.graph.application", "id": ID, "displayName": "azconnect"}]});
    assert_valid(&exchange(
        "graph GET /v1.0/directory/deletedItems/microsoft.graph.application",
        Value::Null,
        200,
        deleted,
    ));
    let restored = json!({"@odata.type": "#microsoft.graph.application", "id": ID, "uniqueName": "azconnect-x"});
    assert_valid(&exchange(
        &format!("graph POST /v1.0/directory/deletedItems/{ID}/restore"),
        Value::Null,
        200,
        restored,
    ));
}

#[test]
fn principals_people_and_policies_pass() {
    let principal = json!({"id": ID, "appId": ID, "accountEnabled": true, "servicePrincipalType": "Application"});
    assert_valid(&exchange(
        "graph POST /v1.0/servicePrincipals",
        json!({"appId": ID}),
        201,
        principal.clone(),
    ));
    let upsert = exchange(
        &format!("graph PATCH /v1.0/servicePrincipals(appId='{ID}')"),
        json!({}),
        201,
        principal,
    );
    assert_valid(&with_header(upsert, "prefer", "create-if-missing"));
    assert_valid(&exchange(
        "graph GET /v1.0/me?$select=id,userType",
        Value::Null,
        200,
        json!({"id": ID, "userType": "Guest"}),
    ));
    let roles =
        json!({"value": [{"id": ID, "displayName": "Global Administrator", "roleTemplateId": ID}]});
    assert_valid(&exchange(
        "graph GET /v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=id,displayName,roleTemplateId",
        Value::Null,
        200,
        roles,
    ));
    let organization = json!({"value": [{"id": ID, "displayName": "Contoso", "verifiedDomains": [{"name": "contoso.com", "isDefault": true}]}]});
    assert_valid(&exchange(
        "graph GET /v1.0/organization?$select=id,displayName,verifiedDomains",
        Value::Null,
        200,
        organization,
    ));
    let policy = json!({"id": "authorizationPolicy", "defaultUserRolePermissions": {"allowedToCreateApps": true,
        "allowedToCreateSecurityGroups": true, "allowedToReadOtherUsers": true}});
    assert_valid(&exchange(
        "graph GET /v1.0/policies/authorizationPolicy",
        Value::Null,
        200,
        policy,
    ));
    let restrictions =
        json!([{"restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P90D"}]);
    let policy = json!({"id": "x", "isEnabled": true, "applicationRestrictions": {"passwordCredentials": restrictions}});
    assert_valid(&exchange(
        "graph GET /v1.0/policies/defaultAppManagementPolicy",
        Value::Null,
        200,
        policy,
    ));
    let credential = json!({"name": "gh", "issuer": "https://x", "subject": "y", "audiences": ["api://AzureADTokenExchange"]});
    let federated =
        "graph PATCH /v1.0/applications(appId='x')/federatedIdentityCredentials(name='gh')";
    assert_valid(&with_header(
        exchange(federated, credential, 204, Value::Null),
        "prefer",
        "create-if-missing",
    ));
}

#[test]
fn wrong_paths_and_methods_are_found() {
    let get = |path: &str| {
        exchange(
            &format!("graph GET {path}"),
            Value::Null,
            200,
            json!({"id": ID}),
        )
    };
    assert_fault(&get("/beta/applications"), "the version is `beta`");
    assert_fault(&get("/v1.0/apps"), "`apps` is no entity set");
    assert_fault(&get("/v1.0/applications/azconnect"), "it should be a GUID");
    assert_fault(
        &get("/v1.0/applications(displayName='x')"),
        "`displayName` is no alternate key",
    );
    assert_fault(
        &get("/v1.0/applications(appId=x)"),
        "should stand in single quotes",
    );
    assert_fault(
        &get(&format!("/v1.0/applications/{ID}/secrets")),
        "`secrets` is neither a navigation property nor an action",
    );
    assert_fault(
        &get("/v1.0/me/memberOf/microsoft.graph.policyRoot"),
        "`policyRoot` is no kind of `directoryObject`",
    );
    assert_fault(
        &get(&format!("/v1.0/applications/{ID}/addPassword")),
        "Graph has no GET of /applications/{id}/addPassword",
    );
    assert_fault(
        &exchange("graph PUT /v1.0/applications", json!({}), 200, Value::Null),
        "Graph has no PUT of /applications",
    );
}

#[test]
fn wrong_bodies_are_found() {
    assert_fault(
        &upsert(json!({"displayName": "x", "nickName": "y"})),
        "body.nickName is unknown",
    );
    assert_fault(
        &upsert(json!({"displayName": 7})),
        "body.displayName should be Edm.String",
    );
    assert_fault(
        &upsert(json!({"signInAudience": "AzureADMyOrg"})),
        "body.displayName is required",
    );
    assert_fault(
        &upsert(json!({"displayName": "x", "tags": null})),
        "body.tags must not be null",
    );
    assert_fault(
        &upsert(json!({"displayName": "x", "web": {"redirectUrls": []}})),
        "body.web.redirectUrls is unknown",
    );
    assert_fault(
        &upsert(json!({"displayName": "x", "passwordCredentials": []})),
        "body.passwordCredentials is read-only",
    );
    assert_fault(
        &upsert(json!({"displayName": "x", "owners": []})),
        "should be bound with `@odata.bind`",
    );
    let line = format!("graph POST /v1.0/applications/{ID}/addPassword");
    let answer = json!({"keyId": ID});
    assert_fault(
        &exchange(&line, json!({"displayName": "x"}), 200, answer.clone()),
        "body.displayName is no parameter",
    );
    let wrong_date = json!({"passwordCredential": {"endDateTime": "tomorrow"}});
    assert_fault(
        &exchange(&line, wrong_date, 200, answer),
        "endDateTime should be Edm.DateTimeOffset",
    );
    let remove = format!("graph POST /v1.0/applications/{ID}/removePassword");
    assert_fault(
        &exchange(&remove, json!({}), 204, Value::Null),
        "body.keyId is required",
    );
    assert_fault(
        &exchange(&remove, json!({"keyId": "1"}), 204, Value::Null),
        "body.keyId should be Edm.Guid",
    );
}

#[test]
fn wrong_queries_are_found() {
    let get = |query: &str| {
        exchange(
            &format!("graph GET /v1.0/applications?{query}"),
            Value::Null,
            200,
            json!({"value": []}),
        )
    };
    assert_valid(&get(
        "$select=id,web/redirectUris&$expand=owners($select=id)&$orderby=displayName desc&$count=true",
    ));
    assert_valid(&get(
        "$filter=tags/any(t:t eq 'azconnect') and not(createdDateTime ge 2026-01-01T00:00:00Z)",
    ));
    assert_fault(&get("$select=id,secret"), "query $select names `secret`");
    assert_fault(&get("$select=web/urls"), "query $select names `urls`");
    assert_fault(
        &get("$filter=name eq 'displayName'"),
        "query $filter names `name`",
    );
    assert_fault(
        &get("$filter=matches(displayName,'x')"),
        "query $filter calls `matches`",
    );
    assert_fault(
        &get("$expand=friends"),
        "`friends`, which is no navigation property",
    );
    assert_fault(&get("$orderby=size desc"), "query $orderby names `size`");
    assert_fault(&get("$top=5000"), "query $top is `5000`");
    assert_fault(&get("api-version=1.6"), "query api-version is unknown");
    assert_fault(
        &get("$search=\"displayName:x\""),
        "needs the header `ConsistencyLevel: eventual`",
    );
}

#[test]
fn wrong_answers_are_found() {
    let me = |status, answer: Value| {
        exchange(
            "graph GET /v1.0/me?$select=id,userType",
            Value::Null,
            status,
            answer,
        )
    };
    assert_valid(&me(
        403,
        json!({"error": {"code": "x", "message": "y", "innerError": {"date": "z"}}}),
    ));
    assert_fault(
        &me(403, json!({"error": {"code": "x"}})),
        "answer.error.message should be a text",
    );
    assert_fault(&me(201, json!({"id": ID})), "status 201 is none");
    assert_fault(&me(200, Value::Null), "should have a body");
    assert_fault(
        &me(200, json!({"userType": "Member"})),
        "answer.id is required",
    );
    assert_fault(
        &me(200, json!({"id": ID, "mail": "a@contoso.com"})),
        "answer.mail was not selected",
    );
    let page =
        json!({"value": [{"id": ID, "@odata.type": "#microsoft.graph.user", "nickName": "x"}]});
    assert_fault(
        &exchange("graph GET /v1.0/directoryObjects", Value::Null, 200, page),
        "unknown to the definition of `user`",
    );
    let list = exchange(
        "graph GET /v1.0/applications",
        Value::Null,
        200,
        json!({"value": [], "nextLink": "x"}),
    );
    assert_fault(&list, "answer.nextLink is unknown in a page");
}
