//! Exchanges with the Microsoft identity platform: what must pass, and one of each mistake.

use serde_json::{Value, json};

use super::super::{Exchange, Verdict};
use super::{assert_fault, assert_valid, definitions, exchange};

const TENANT: &str = "6a1c2f3e-0000-4000-8000-000000000001";
const CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

fn token(form: Value) -> Exchange {
    let answer = json!({"access_token": "REDACTED", "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599});
    exchange(
        &format!("login POST /{TENANT}/oauth2/v2.0/token"),
        form,
        200,
        answer,
    )
}

fn with_secret() -> Value {
    json!({"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": "REDACTED",
        "scope": "https://management.azure.com/.default"})
}

fn changed(mut form: Value, name: &str, value: Value) -> Value {
    form[name] = value;
    form
}

#[test]
fn each_grant_passes() {
    assert_valid(&token(with_secret()));
    let assertion = json!({"grant_type": "client_credentials", "client_id": CLIENT, "scope": "https://graph.microsoft.com/.default",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": "REDACTED"});
    assert_valid(&token(assertion));
    for (grant, fields) in [
        (
            "authorization_code",
            json!({"code": "x", "redirect_uri": "http://localhost:5000", "code_verifier": "x"}),
        ),
        (
            "refresh_token",
            json!({"refresh_token": "x", "scope": "https://graph.microsoft.com/.default"}),
        ),
        (
            "urn:ietf:params:oauth:grant-type:device_code",
            json!({"device_code": "x"}),
        ),
    ] {
        let form = changed(
            changed(fields, "grant_type", json!(grant)),
            "client_id",
            json!(CLIENT),
        );
        let mut sent = token(form);
        sent.path = "/organizations/oauth2/v2.0/token".to_owned();
        sent.response_body.as_mut().unwrap()["scope"] = json!("openid");
        assert_valid(&sent);
    }
}

#[test]
fn pages_and_documents_pass() {
    let document = json!({"issuer": "x", "authorization_endpoint": "x", "token_endpoint": "x", "jwks_uri": "x", "claims_supported": []});
    assert_valid(&exchange(
        "login GET /contoso.com/v2.0/.well-known/openid-configuration",
        Value::Null,
        200,
        document,
    ));
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let query = format!(
        "client_id={CLIENT}&response_type=code&redirect_uri=http://localhost:5000&scope=openid&state=x&code_challenge={challenge}&code_challenge_method=S256"
    );
    let authorize = |query: &str| {
        exchange(
            &format!("login GET /common/oauth2/v2.0/authorize?{query}"),
            Value::Null,
            302,
            Value::Null,
        )
    };
    assert_valid(&authorize(&query));
    assert_fault(
        &authorize(&query.replace("S256", "plain")),
        "code_challenge_method is \"plain\"",
    );
    assert_fault(
        &authorize(&query.replace("localhost", "127.0.0.1")),
        "should be http://localhost",
    );
    assert_fault(
        &authorize(&query.replace("state=x&", "")),
        "state is required",
    );
    let code = json!({"device_code": "x", "user_code": "x", "verification_uri": "x", "expires_in": 900, "interval": 5, "message": "x"});
    let form = json!({"client_id": CLIENT, "scope": "openid"});
    assert_valid(&exchange(
        "login POST /organizations/oauth2/v2.0/devicecode",
        form,
        200,
        code,
    ));
    let Some(definitions) = definitions() else {
        return;
    };
    let page = exchange(
        "login POST /devicelogin",
        json!({"user_code": "x"}),
        200,
        json!("<html>"),
    );
    assert!(matches!(definitions.check(&page), Verdict::Excepted { .. }));
    let elsewhere = exchange(
        "login GET /common/oauth2/authorize",
        Value::Null,
        200,
        Value::Null,
    );
    assert!(matches!(definitions.check(&elsewhere), Verdict::Uncovered));
}

#[test]
fn wrong_forms_are_found() {
    assert_fault(
        &token(changed(with_secret(), "resource", json!("x"))),
        "parameter resource is not documented",
    );
    assert_fault(
        &token(changed(
            with_secret(),
            "scope",
            json!("openid https://graph.microsoft.com/.default"),
        )),
        "one resource with",
    );
    assert_fault(
        &token(changed(with_secret(), "client_id", json!("azconnect"))),
        "should be a GUID",
    );
    assert_fault(
        &token(changed(with_secret(), "grant_type", json!("password"))),
        "no POST with the grant `password`",
    );
    let both = changed(with_secret(), "client_assertion", json!("x"));
    let both = changed(
        both,
        "client_assertion_type",
        json!("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
    );
    assert_fault(&token(both), "but does so in 2");
    let common = Exchange {
        path: "/common/oauth2/v2.0/token".to_owned(),
        ..token(with_secret())
    };
    assert_fault(&common, "it needs a directory of its own");
}

#[test]
fn wrong_answers_are_found() {
    let refused = |answer: Value| Exchange {
        status: 401,
        response_body: Some(answer),
        ..token(with_secret())
    };
    assert_valid(&refused(
        json!({"error": "invalid_client", "error_description": "AADSTS7000215: …", "error_codes": [7000215]}),
    ));
    assert_fault(
        &refused(json!({"error": "invalid_client"})),
        "refusal error_description is required",
    );
    let answered = |name: &str, value: Value| {
        let mut sent = token(with_secret());
        sent.response_body.as_mut().unwrap()[name] = value;
        sent
    };
    assert_fault(
        &answered("expires_in", json!("3599")),
        "should be a number of seconds",
    );
    assert_fault(
        &answered("refresh_token", json!("x")),
        "answer refresh_token is not documented",
    );
    assert_fault(
        &Exchange {
            status: 201,
            ..token(with_secret())
        },
        "status 201 is none",
    );
}
