//! Partner Center for people: profiles, roles, the second factor; and how a domain leads to a partner's directory.

use serde_json::json;

use super::super::{APP_MANAGEMENT, PartnerKind, ids};
use super::client::{GRAPH, Harness};
use super::partner_center::{CUSTOMERS, PARTNER_CENTER, challenge, refused};

#[tokio::test]
async fn only_people_read_the_partners_profiles() {
    let harness = Harness::partner(|_| ()).await;
    for path in [
        "/v1/profiles/mpn",
        "/v1/profiles/mpn?mpnId=5361204",
        "/v1/profiles/organization",
        "/v1/profiles/billing",
        "/v1/compliance/csp/agreementstatus?mpnId=1",
    ] {
        let reply = harness.partner_as_operator(path).await;
        assert_eq!(refused(&reply), (403, 900_329), "{path}");
    }
    let legal = harness
        .partner_as_operator("/v1/profiles/legalbusiness")
        .await;
    assert_eq!(legal.text("/companyName"), "Contoso", "{legal:?}");
    let own = harness
        .partner_as(ids::AVERY_NAME, "/v1/profiles/mpn")
        .await;
    assert_eq!(own.text("/mpnId"), ids::PARTNER_LOCATION_ID, "{own:?}");
    let organization = harness
        .partner_as(ids::AVERY_NAME, "/v1/profiles/organization")
        .await;
    assert_eq!(organization.text("/domain"), "contoso.onmicrosoft.com");
    assert_eq!(organization.text("/tenantId"), ids::TENANT.to_string());
}

#[tokio::test]
async fn a_partner_id_is_looked_up_among_all_partners() {
    let harness = Harness::partner(|state| {
        let other = state.add_tenant("Northwind", "northwind.com");
        state.add_partner(other, PartnerKind::IndirectReseller, "1234567");
    })
    .await;
    let token = harness.person(ids::AVERY_NAME, PARTNER_CENTER).await;
    for (id, name) in [
        (ids::PARTNER_LOCATION_ID, "Contoso"),
        (ids::PARTNER_GLOBAL_ID, "Contoso"),
        ("1234567", "Northwind"),
    ] {
        let path = format!("/v1/profiles/mpn?mpnId={id}");
        let reply = harness.partner_get(&path, &token, &[]).await;
        assert_eq!(
            (
                reply.text("/partnerName").as_str(),
                reply.text("/mpnId").as_str()
            ),
            (name, id)
        );
    }
    let unknown = harness
        .partner_get("/v1/profiles/mpn?mpnId=9999999", &token, &[])
        .await;
    assert_eq!(refused(&unknown), (404, 3000));
    assert_eq!(
        unknown.body,
        json!({"code": 3000, "description": "Partner Organization with partner_id 9999999 could not be found", "data": [], "source": "PartnerFD"})
    );
    let words = harness
        .partner_get("/v1/profiles/mpn?mpnId=five", &token, &[])
        .await;
    assert_eq!(refused(&words), (400, 2000));
}

#[tokio::test]
async fn people_need_a_role_and_a_second_factor() {
    let harness = Harness::partner(|state| {
        let partner = state.partner_mut(ids::TENANT).unwrap();
        partner.admin_agents = [ids::LEE, ids::RILEY].into();
    })
    .await;
    // A Global administrator who is no Admin agent sees what the partner is, but not its customers.
    let (avery, lee, riley) = (ids::AVERY_NAME, ids::LEE_NAME, ids::RILEY_NAME);
    let profile = "/v1/profiles/mpn";
    assert_eq!(harness.partner_as(avery, profile).await.status, 200);
    assert_eq!(
        refused(&harness.partner_as(avery, CUSTOMERS).await),
        (403, 900_150)
    );
    assert_eq!(harness.partner_as(lee, CUSTOMERS).await.status, 200);
    assert_eq!(
        refused(&harness.partner_as(riley, profile).await),
        (403, 900_150),
        "guests"
    );
    let token = harness.person(lee, PARTNER_CENTER).await;
    let asked = [("validatemfa", "true")];
    let before = harness.partner_get(CUSTOMERS, &token, &asked).await;
    assert_eq!(before.headers["ismfacompliant"], "true");
    harness.sandbox.state(|state| {
        let partner = state.partner_mut(ids::TENANT).unwrap();
        partner.without_second_factor.insert(ids::LEE);
        partner.admin_agents.remove(&ids::LEE);
    });
    let after = harness.partner_get(CUSTOMERS, &token, &asked).await;
    assert_eq!((after.status, &after.body), (401, &json!("")));
    assert_eq!(challenge(&after), "Bearer error=\"invalid_token\"");
    assert_eq!(after.headers["ismfacompliant"], "false");
}

#[tokio::test]
async fn the_page_shows_who_may_register_what() {
    let page = async |harness: &Harness, path: &str| {
        let url = format!("{}{path}", harness.sandbox.endpoints().partner_center);
        let reply = harness.send("GET", &url, &[], None).await.unwrap();
        (
            reply.status,
            reply.body.as_str().unwrap_or_default().to_owned(),
        )
    };
    let harness = Harness::partner(|state| {
        state.add_application(ids::TENANT, "<Odd> & \"quoted\"");
        let other = state.add_tenant("Elsewhere", "elsewhere.com");
        state.add_application(other, "Not of the partner");
    })
    .await;
    for path in [APP_MANAGEMENT.to_owned(), format!("/en-us{APP_MANAGEMENT}")] {
        let (status, text) = page(&harness, &path).await;
        assert_eq!(status, 200);
        let registered = format!("<li>{}</li>", ids::OPERATOR_CLIENT_ID);
        assert!(text.contains(&registered), "{text}");
        assert!(text.contains("Avery Howard") && text.contains("azconnect sandbox operator"));
        assert!(
            text.contains("&lt;Odd&gt; &amp; &quot;quoted&quot;"),
            "{text}"
        );
        assert!(!text.contains("Not of the partner"), "{text}");
    }
    let deeper = page(&harness, &format!("/a/b{APP_MANAGEMENT}")).await;
    assert_eq!(deeper.0, 401, "the API's");
    let nobody = Harness::new().await;
    let (_, text) = page(&nobody, APP_MANAGEMENT).await;
    assert!(text.contains("No directory here is a partner"), "{text}");
    let avery = nobody.sandbox.person(ids::AVERY_NAME);
    let refused = avery.add_web_app().await.unwrap_err().to_string();
    assert!(refused.contains("belongs to no partner"), "{refused}");
}

#[tokio::test]
async fn each_of_a_directorys_domains_leads_to_it() {
    let harness = Harness::partner(|_| ()).await;
    let token = harness.person(ids::LEE_NAME, GRAPH).await;
    let organization = harness.graph("GET", "organization", &token, None).await;
    let domains = organization.body["value"][0]["verifiedDomains"]
        .as_array()
        .unwrap();
    let named = |flag: &str| {
        let found = domains.iter().find(|domain| domain[flag] == true).unwrap();
        found["name"].as_str().unwrap().to_owned()
    };
    let (default, initial) = (named("isDefault"), named("isInitial"));
    assert_eq!(
        (default.as_str(), initial.as_str()),
        ("contoso.com", "contoso.onmicrosoft.com")
    );
    let login = &harness.sandbox.endpoints().login;
    let asked = async |name: &str| {
        let url = format!("{login}/{name}/v2.0/.well-known/openid-configuration");
        harness.send("GET", &url, &[], None).await.unwrap()
    };
    for domain in [&default, &initial] {
        let found = asked(domain).await;
        assert_eq!(
            found.text("/issuer"),
            format!("{login}/{}/v2.0", ids::TENANT)
        );
    }
    let unknown = asked("contoso.example").await;
    assert_eq!((unknown.status, unknown.aadsts()), (400, 90_002));
    assert_eq!(unknown.text("/error"), "invalid_tenant");
    assert_eq!(asked("contoso").await.aadsts(), 900_023);
}
