//! Partner Center: who is served, and what they are told.

use serde_json::{Value, json};

use super::super::tokens::{Claims, TokenKeys};
use super::super::{PartnerCenter, PartnerKind, PartnerOddity, PartnerOffer, State, ids};
use super::client::{ARM, Harness, Reply};

pub(super) const PARTNER_CENTER: &str = "https://api.partnercenter.microsoft.com/.default";
pub(super) const CUSTOMERS: &str = "/v1/customers?size=5";
const MARK: char = '\u{feff}';

impl Harness {
    /// Contoso as a partner, where the operator is registered in App management.
    pub(super) async fn partner(change: impl FnOnce(&mut State)) -> Self {
        let mut seed = State::contoso_as_partner();
        assert!(seed.register_in_app_management(ids::TENANT, ids::OPERATOR_CLIENT_ID));
        change(&mut seed);
        Self::with(super::super::Replication::none(), seed).await
    }

    /// A GET of Partner Center's; the byte order mark, where there is one, is taken off.
    pub(super) async fn partner_get(
        &self,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
    ) -> Reply {
        let url = format!("{}{path}", self.sandbox.endpoints().partner_center);
        let mut reply = self.ask_with("GET", &url, token, headers, None).await;
        if let Some(text) = reply.body.as_str() {
            reply.body = serde_json::from_str(text.trim_start_matches(MARK))
                .unwrap_or_else(|_| Value::from(text));
        }
        reply
    }

    pub(super) async fn partner_as_operator(&self, path: &str) -> Reply {
        let token = self.operator(PARTNER_CENTER).await;
        self.partner_get(path, &token, &[]).await
    }

    pub(super) async fn partner_as(&self, name: &str, path: &str) -> Reply {
        let token = self.person(name, PARTNER_CENTER).await;
        self.partner_get(path, &token, &[]).await
    }
}

/// Status and code of an answer.
pub(super) fn refused(reply: &Reply) -> (u16, u64) {
    (
        reply.status,
        reply.body["code"].as_u64().unwrap_or_default(),
    )
}

pub(super) fn challenge(reply: &Reply) -> &str {
    reply.headers["www-authenticate"].to_str().unwrap()
}

#[tokio::test]
async fn an_application_is_served_once_a_person_registered_it() {
    let harness = Harness::with(
        super::super::Replication::none(),
        State::contoso_as_partner(),
    )
    .await;
    let path = "/v1/customers?size=1";
    let before = harness.partner_as_operator(path).await;
    assert_eq!(refused(&before), (403, 900_150), "{before:?}");
    let client_id = ids::OPERATOR_CLIENT_ID.to_string();
    let lee = harness.sandbox.person(ids::LEE_NAME);
    let forbidden = lee.register_existing_app(&client_id).await;
    assert!(forbidden.unwrap_err().to_string().contains("Global admin"));
    let avery = harness.sandbox.person(ids::AVERY_NAME);
    let unknown = avery.register_existing_app(&ids::TENANT.to_string()).await;
    assert!(unknown.unwrap_err().to_string().contains("has no app"));
    avery.register_existing_app(&client_id).await.unwrap();
    let after = harness.partner_as_operator(path).await;
    assert_eq!(after.status, 200, "{after:?}");
    assert_eq!(after.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_web_app_that_partner_center_made_is_an_application_of_the_directory() {
    let harness = Harness::partner(|_| ()).await;
    let avery = harness.sandbox.person(ids::AVERY_NAME);
    let client_id = avery.add_web_app().await.unwrap();
    let token = harness.operator(super::client::GRAPH).await;
    let found = harness
        .graph(
            "GET",
            &format!("applications(appId='{client_id}')"),
            &token,
            None,
        )
        .await;
    assert_eq!(found.status, 200, "{found:?}");
    let id = found.text("/id");
    let secret = harness
        .graph(
            "POST",
            &format!("applications/{id}/addPassword"),
            &token,
            Some(json!({})),
        )
        .await;
    let token = harness
        .secret_token(&client_id, &secret.text("/secretText"), PARTNER_CENTER)
        .await
        .text("/access_token");
    let reply = harness.partner_get(CUSTOMERS, &token, &[]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let other = avery.add_web_app().await.unwrap();
    assert_ne!(other, client_id);
}

/// A token of the operator's, signed as the others are, that ended a minute ago.
fn expired_token() -> String {
    let now = jiff::Timestamp::now().as_second();
    let claims = Claims {
        aud: "https://api.partnercenter.microsoft.com".to_owned(),
        iss: format!("https://sts.windows.net/{}/", ids::TENANT),
        iat: now - 4000,
        nbf: now - 4000,
        exp: now - 60,
        tid: ids::TENANT,
        oid: ids::OPERATOR_SERVICE_PRINCIPAL,
        sub: ids::OPERATOR_SERVICE_PRINCIPAL.to_string(),
        appid: ids::OPERATOR_CLIENT_ID,
        idtyp: "app".to_owned(),
        name: None,
        upn: None,
        scp: None,
        wids: Vec::new(),
        uti: "expired".to_owned(),
        ver: "1.0".to_owned(),
    };
    TokenKeys::of_this_process().unwrap().sign(&claims).unwrap()
}

#[tokio::test]
async fn tokens_that_are_missing_or_for_somebody_else_are_told_apart() {
    let harness = Harness::partner(|_| ()).await;
    let url = format!("{}{CUSTOMERS}", harness.sandbox.endpoints().partner_center);
    let missing = harness.send("GET", &url, &[], None).await.unwrap();
    assert_eq!(missing.status, 401);
    assert!(challenge(&missing).starts_with("OAuth realm=urn:cpsvc:cpid:"));
    assert!(
        missing.body.as_str().unwrap().contains("800001"),
        "{missing:?}"
    );
    let arm = harness.operator(ARM).await;
    let wrong = harness.partner_get(CUSTOMERS, &arm, &[]).await;
    assert_eq!((wrong.status, &wrong.body), (401, &json!("")));
    assert!(challenge(&wrong).contains("audience"), "{wrong:?}");
    let expired = harness.partner_get(CUSTOMERS, &expired_token(), &[]).await;
    assert_eq!((expired.status, &expired.body), (401, &json!("")));
    assert!(challenge(&expired).contains("expired"), "{expired:?}");
    let spoiled = harness.partner_get(CUSTOMERS, "not.a.token", &[]).await;
    assert!(challenge(&spoiled).contains("malformed"), "{spoiled:?}");
    // The audience of the vendors' old instructions: Entra still gives the token, Partner Center no longer takes it.
    let old = harness.operator("https://graph.windows.net/.default").await;
    let old = harness.partner_get(CUSTOMERS, &old, &[]).await;
    assert_eq!(refused(&old), (401, 900_420), "{old:?}");
}

#[tokio::test]
async fn the_older_token_endpoint_takes_a_resource() {
    let harness = Harness::partner(|_| ()).await;
    let path = format!("{}/oauth2/token", ids::TENANT);
    let client_id = ids::OPERATOR_CLIENT_ID.to_string();
    let mut fields = vec![
        ("grant_type", "client_credentials"),
        ("client_id", client_id.as_str()),
        ("client_secret", ids::OPERATOR_SECRET),
    ];
    let missing = harness.form(&path, &fields).await;
    assert_eq!((missing.status, missing.aadsts()), (400, 900_144));
    fields.push(("resource", "https://api.partnercenter.microsoft.com"));
    let tokens = harness.form(&path, &fields).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(tokens.text("/expires_in"), "3599", "numbers are text there");
    assert_eq!(
        tokens.text("/resource"),
        "https://api.partnercenter.microsoft.com"
    );
    let token = tokens.text("/access_token");
    assert_eq!(
        harness.partner_get(CUSTOMERS, &token, &[]).await.status,
        200
    );
    fields[3].1 = "https://nobody.example";
    assert_eq!(harness.form(&path, &fields).await.aadsts(), 500_011);

    let signed_in = harness.person_tokens(ids::AVERY_NAME, ARM).await;
    let (cli, refresh) = (
        ids::AZURE_CLI_CLIENT_ID.to_string(),
        signed_in.text("/refresh_token"),
    );
    let tokens = harness
        .form(
            &path,
            &[
                ("grant_type", "refresh_token"),
                ("client_id", &cli),
                ("refresh_token", &refresh),
                ("resource", "https://api.partnercenter.microsoft.com"),
            ],
        )
        .await;
    let token = tokens.text("/access_token");
    let profile = harness.partner_get("/v1/profiles/mpn", &token, &[]).await;
    assert_eq!(profile.status, 200, "{profile:?}");
}

#[tokio::test]
async fn each_kind_of_partner_gets_its_answer() {
    let nobody = Harness::new().await;
    let reply = nobody.partner_as_operator(CUSTOMERS).await;
    assert_eq!(refused(&reply), (401, 800_001), "no partner: {reply:?}");

    let harness = Harness::partner(|_| ()).await;
    let as_kind = |kind| {
        harness.sandbox.state(|state| {
            state.partner_mut(ids::TENANT).unwrap().kind = kind;
        });
    };
    as_kind(PartnerKind::IndirectProvider);
    assert_eq!(harness.partner_as_operator(CUSTOMERS).await.status, 200);
    as_kind(PartnerKind::IndirectReseller);
    let reply = harness.partner_as_operator(CUSTOMERS).await;
    assert_eq!(refused(&reply), (403, 900_150), "{reply:?}");
    let person = harness
        .partner_as(ids::AVERY_NAME, "/v1/profiles/mpn")
        .await;
    assert_eq!(refused(&person), (403, 900_150), "people neither");
    assert!(!person.text("/description").contains("reseller"));
    harness.sandbox.state(|state| {
        state.partner_center.oddities = [PartnerOddity::ResellersNamed].into();
    });
    let named = harness.partner_as_operator(CUSTOMERS).await;
    assert_eq!(refused(&named), (403, 900_150));
    assert!(named.text("/description").contains("indirect resellers"));
    as_kind(PartnerKind::DirectBill);
    harness.sandbox.state(|state| {
        state.partner_mut(ids::TENANT).unwrap().programme_active = false;
    });
    let reply = harness.partner_as_operator(CUSTOMERS).await;
    assert_eq!(refused(&reply), (403, 900_149));
}

#[tokio::test]
async fn without_the_agreement_there_are_no_customers() {
    let harness = Harness::partner(|state| {
        state.partner_mut(ids::TENANT).unwrap().agreement_signed = false;
    })
    .await;
    let reply = harness.partner_as_operator(CUSTOMERS).await;
    assert_eq!(refused(&reply), (403, 900_124));
    assert!(
        reply.text("/description").contains("contoso.com"),
        "{reply:?}"
    );
    let profile = harness
        .partner_as(ids::AVERY_NAME, "/v1/profiles/mpn")
        .await;
    assert_eq!(profile.status, 200, "the profile needs no agreement");
}

#[tokio::test]
async fn answers_carry_the_callers_ids_and_a_byte_order_mark() {
    let harness = Harness::partner(|_| ()).await;
    let token = harness.operator(PARTNER_CENTER).await;
    let (request, correlation) = (
        "3705fc6d-4127-4a87-bdba-9658f73fe019",
        "b12260fb-82de-4701-a25f-dcd367690645",
    );
    let url = format!(
        "{}/v1/customers/x",
        harness.sandbox.endpoints().partner_center
    );
    let headers = [("MS-RequestId", request), ("MS-CorrelationId", correlation)];
    let reply = harness.ask_with("GET", &url, &token, &headers, None).await;
    assert_eq!(reply.headers["ms-requestid"], request);
    assert_eq!(reply.headers["ms-correlationid"], correlation);
    let text = reply.body.as_str().unwrap();
    assert!(text.starts_with(MARK), "{text}");
    let own = harness.partner_get("/v1/customers/x", &token, &[]).await;
    assert_eq!(own.headers["ms-requestid"].to_str().unwrap().len(), 36);
}

#[tokio::test]
async fn what_the_pages_contradict_can_be_chosen() {
    let harness = Harness::partner(|state| {
        state.partner_center.oddities = [
            PartnerOddity::PlainJson,
            PartnerOddity::CodesAsText,
            PartnerOddity::PartnerIdField,
            PartnerOddity::UnknownApplicationUnauthorized,
        ]
        .into();
    })
    .await;
    let token = harness.operator(PARTNER_CENTER).await;
    let url = format!(
        "{}/v1/customers/x",
        harness.sandbox.endpoints().partner_center
    );
    let reply = harness.ask("GET", &url, &token, None).await;
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (400, &json!("900118")),
        "no mark: {reply:?}"
    );
    let own = harness
        .partner_as(ids::AVERY_NAME, "/v1/profiles/mpn")
        .await;
    assert_eq!(own.text("/partnerId"), ids::PARTNER_LOCATION_ID);
    assert_eq!(own.body.get("mpnId"), None);
    harness.sandbox.state(|state| {
        state
            .partner_mut(ids::TENANT)
            .unwrap()
            .registered_applications
            .clear();
    });
    let unknown = harness.partner_get(CUSTOMERS, &token, &[]).await;
    assert_eq!((unknown.status, &unknown.body), (401, &json!("")));
}

#[tokio::test]
async fn an_older_state_file_has_no_partners() {
    let mut old = serde_json::to_value(State::contoso_with_billing()).unwrap();
    old.as_object_mut().unwrap().remove("partner_center");
    let state: State = serde_json::from_value(old).unwrap();
    assert_eq!(state.partner_center, PartnerCenter::default());
    let mut seed = State::contoso_as_partner();
    seed.add_partner_customer(ids::TENANT, "Another", PartnerOffer::Licences);
    let text = serde_json::to_string(&seed).unwrap();
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), seed);
}
