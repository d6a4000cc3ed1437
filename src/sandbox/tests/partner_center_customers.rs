//! Partner Center's customers: pages, filters, what they bought; resellers' agreements; too many requests.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use super::super::exchange::percent_encoded;
use super::super::{
    Options, PartnerKind, PartnerOddity, PartnerOffer, PartnerThrottle, Replication, State, ids,
};
use super::client::{Harness, Reply};
use super::partner_center::{CUSTOMERS, PARTNER_CENTER, refused};

const MANY: usize = 10_000;

/// Follows `links.next` as it says: its URI below the service's address, and each header.
async fn next_page(harness: &Harness, token: &str, page: &Reply) -> Reply {
    let next = &page.body["links"]["next"];
    let uri = next["uri"].as_str().unwrap();
    let headers: Vec<(&str, &str)> = next["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|header| {
            (
                header["key"].as_str().unwrap(),
                header["value"].as_str().unwrap(),
            )
        })
        .collect();
    let path = if uri.starts_with("/v1/") {
        uri.to_owned()
    } else {
        format!("/v1{uri}")
    };
    harness.partner_get(&path, token, &headers).await
}

/// The ids of all customers, and the number of pages.
async fn all(harness: &Harness, path: &str) -> (BTreeSet<String>, usize) {
    let token = harness.operator(PARTNER_CENTER).await;
    let mut page = harness.partner_get(path, &token, &[]).await;
    let (mut ids, mut pages) = (BTreeSet::new(), 1);
    loop {
        assert_eq!(page.status, 200, "{page:?}");
        let items = page.body["items"].as_array().unwrap();
        assert_eq!(page.body["totalCount"], items.len(), "it counts the page");
        for item in items {
            assert!(
                ids.insert(item["id"].as_str().unwrap().to_owned()),
                "twice: {item}"
            );
        }
        if page.body["links"].get("next").is_none() {
            return (ids, pages);
        }
        page = next_page(harness, &token, &page).await;
        pages += 1;
    }
}

fn filtered(field: &str, value: &str, operator: &str) -> String {
    let filter = json!({"Field": field, "Value": value, "Operator": operator}).to_string();
    format!("/v1/customers?size=0&filter={}", percent_encoded(&filter))
}

#[tokio::test]
async fn pages_follow_one_another_with_and_without_the_version() {
    let harness = Harness::partner(|_| ()).await;
    assert_eq!(all(&harness, CUSTOMERS).await.1, 3);
    harness.sandbox.state(|state| {
        state.partner_center.oddities = [PartnerOddity::NextWithoutVersion].into();
    });
    let (found, pages) = all(&harness, CUSTOMERS).await;
    assert_eq!(
        (found.len(), pages),
        (15, 3),
        "the last page is full, and nothing follows it"
    );
    let first = harness.partner_as_operator(CUSTOMERS).await;
    assert!(
        first.text("/links/next/uri").starts_with("/customers?"),
        "{first:?}"
    );
    let (found, pages) = all(&harness, "/v1/customers?size=4").await;
    assert_eq!((found.len(), pages), (15, 4));
    let (found, _) = all(&harness, "/v1/customers").await;
    assert_eq!(found.len(), 15, "without a size as many as there are");
}

#[tokio::test]
async fn a_page_needs_its_token() {
    let harness = Harness::partner(|_| ()).await;
    let token = harness.operator(PARTNER_CENTER).await;
    let first = harness.partner_get(CUSTOMERS, &token, &[]).await;
    let path = format!("{CUSTOMERS}&seekOperation=Next");
    let without = harness.partner_get(&path, &token, &[]).await;
    assert_eq!(refused(&without), (400, 3000));
    let spoiled = [("MS-ContinuationToken", "AQAAAA==")];
    assert_eq!(
        refused(&harness.partner_get(&path, &token, &spoiled).await),
        (400, 3000)
    );
    let value = first.text("/links/next/headers/0/value");
    let with = [("MS-ContinuationToken", value.as_str())];
    let second = harness.partner_get(&path, &token, &with).await;
    assert_ne!(second.body["items"], first.body["items"]);
    // The header alone does nothing: who drops the URI's query sees the first page for ever.
    let forgotten = harness.partner_get(CUSTOMERS, &token, &with).await;
    assert_eq!(forgotten.body["items"], first.body["items"]);
    for size in ["many", "-1"] {
        let path = format!("/v1/customers?size={size}");
        assert_eq!(
            refused(&harness.partner_get(&path, &token, &[]).await),
            (400, 3000)
        );
    }
}

#[tokio::test]
async fn filters_compare_the_beginning_without_case() {
    let harness = Harness::partner(|_| ()).await;
    for (field, value, count) in [
        ("CompanyName", "a", 2),
        ("CompanyName", "ADATUM", 1),
        ("Domain", "wideworld", 1),
        ("CompanyName", "toys", 0),
    ] {
        let (found, _) = all(&harness, &filtered(field, value, "starts_with")).await;
        assert_eq!(found.len(), count, "{field} {value}");
    }
    for path in [
        filtered("CompanyName", "a", "equals"),
        filtered("Colour", "a", "starts_with"),
        "/v1/customers?filter=Adatum".to_owned(),
    ] {
        assert_eq!(
            refused(&harness.partner_as_operator(&path).await),
            (400, 3000),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_filter_holds_on_every_page() {
    let harness = Harness::partner(|state| {
        state.add_partner_customers(ids::TENANT, 30, PartnerOffer::AzurePlan);
    })
    .await;
    let path = filtered("CompanyName", "customer 0001", "starts_with").replace("size=0", "size=3");
    let (found, pages) = all(&harness, &path).await;
    assert_eq!((found.len(), pages), (10, 4));
}

#[tokio::test]
async fn a_customers_offers_tell_old_from_new() {
    let harness = Harness::partner(|_| ()).await;
    let offers = async |name: &str| {
        let path = filtered("CompanyName", name, "starts_with");
        let id = harness.partner_as_operator(&path).await.text("/items/0/id");
        let path = format!("/v1/customers/{id}/subscriptions");
        harness.partner_as_operator(&path).await
    };
    let plan = offers("Adatum").await;
    assert_eq!(plan.text("/items/0/offerName"), "Azure plan", "{plan:?}");
    assert_eq!(plan.body["items"][0].get("entitlementId"), None);
    let legacy = offers("Relecloud").await;
    assert_eq!(legacy.text("/items/0/offerId"), "MS-AZR-0145P");
    assert_eq!(
        legacy.text("/items/0/entitlementId"),
        legacy.text("/items/0/id")
    );
    assert_eq!(
        offers("VanArsdel").await.text("/items/0/billingType"),
        "license"
    );
    let own = legacy.text("/items/0/links/self/uri");
    let one = harness.partner_as_operator(&format!("/v1{own}")).await;
    assert_eq!(one.body, legacy.body["items"][0]);
    let (parent, _) = own.rsplit_once('/').unwrap();
    let none = harness.partner_as_operator(&format!("/v1{parent}/x")).await;
    assert_eq!(refused(&none), (404, 1000));
}

#[tokio::test]
async fn the_partner_agreements_customers_are_partner_centers_too() {
    let harness = Harness::partner(|_| ()).await;
    let (found, _) = all(&harness, CUSTOMERS).await;
    let billed: Vec<String> = harness.sandbox.state(|state| {
        let account = state.billing_account_mut(ids::MPA_ACCOUNT).unwrap();
        account.customers.keys().map(ToString::to_string).collect()
    });
    assert_eq!(billed.len(), 12);
    assert!(billed.iter().all(|id| found.contains(id)));
}

#[tokio::test]
async fn address_and_domains_need_delegated_access() {
    let harness = Harness::partner(|_| ()).await;
    let path = filtered("CompanyName", "Adatum", "starts_with");
    let id = harness.partner_as_operator(&path).await.text("/items/0/id");
    let path = format!("/v1/customers/{id}");
    let before = harness.partner_as_operator(&path).await;
    assert_eq!(before.body["allowDelegatedAccess"], false);
    assert_eq!(before.body.get("customDomains"), None);
    assert_eq!(before.text("/companyProfile/companyName"), "Adatum");
    harness.sandbox.state(|state| {
        let partner = state.partner_mut(ids::TENANT).unwrap();
        partner
            .customers
            .values_mut()
            .for_each(|customer| customer.delegated_access = true);
    });
    let after = harness.partner_as_operator(&path).await;
    assert_eq!(after.text("/customDomains/0"), "adatum.onmicrosoft.com");
    assert_eq!(after.text("/companyProfile/address/country"), "DE");
}

#[tokio::test]
async fn other_peoples_customers_are_told_from_nobodys() {
    let mut others = String::new();
    let harness = Harness::partner(|state| {
        let other = state.add_tenant("Northwind", "northwind.com");
        state.add_partner(other, PartnerKind::DirectBill, "1234567");
        let customer = state.add_partner_customer(other, "Their customer", PartnerOffer::Licences);
        others = customer.to_string();
    })
    .await;
    for (id, expected) in [
        ("adatum", (400, 900_118)),
        ("11111111-2222-4333-8444-555555555555", (404, 60_003)),
        (others.as_str(), (403, 20_002)),
    ] {
        for rest in ["", "/subscriptions"] {
            let path = format!("/v1/customers/{id}{rest}");
            assert_eq!(
                refused(&harness.partner_as_operator(&path).await),
                expected,
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn too_many_requests_are_turned_away_in_another_shape() {
    let harness = Harness::partner(|state| {
        state.partner_center.throttle = Some(PartnerThrottle {
            requests: 2,
            seconds: 2,
        });
    })
    .await;
    let token = harness.operator(PARTNER_CENTER).await;
    for _ in 0..2 {
        assert_eq!(
            harness.partner_get(CUSTOMERS, &token, &[]).await.status,
            200
        );
    }
    let busy = harness.partner_get(CUSTOMERS, &token, &[]).await;
    let seconds: u64 = busy.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=2).contains(&seconds), "{seconds}");
    assert_eq!(
        (busy.status, &busy.body),
        (
            429,
            &json!({"statusCode": 429, "message": format!("Rate limit is exceeded. Try again in {seconds} seconds.")})
        )
    );
    assert!(busy.headers.contains_key("ms-correlationid"));
    // Each customer has a count of its own.
    let other = harness.partner_get("/v1/customers/x", &token, &[]).await;
    assert_eq!(other.status, 400);
    tokio::time::sleep(Duration::from_millis(seconds * 1000 + 100)).await;
    assert_eq!(
        harness.partner_get(CUSTOMERS, &token, &[]).await.status,
        200
    );
}

#[tokio::test]
async fn asking_again_at_once_makes_the_wait_longer() {
    let harness = Harness::partner(|state| {
        state.partner_center.throttle = Some(PartnerThrottle {
            requests: 1,
            seconds: 3,
        });
    })
    .await;
    let token = harness.operator(PARTNER_CENTER).await;
    let ask = async || harness.partner_get(CUSTOMERS, &token, &[]).await.status;
    assert_eq!(ask().await, 200);
    tokio::time::sleep(Duration::from_millis(1800)).await;
    assert_eq!(ask().await, 429);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(ask().await, 429, "the refused request counts as well");
    tokio::time::sleep(Duration::from_millis(3100)).await;
    assert_eq!(ask().await, 200);
}

#[tokio::test]
async fn resellers_agreements_are_looked_up_by_number_or_directory() {
    let mut tenants = Vec::new();
    let harness = Harness::partner(|state| {
        for (name, id, signed) in [("signed", "7000001", true), ("unsigned", "7000002", false)] {
            let tenant = state.add_tenant(name, &format!("{name}.com"));
            state.add_partner(tenant, PartnerKind::IndirectReseller, id);
            state.partner_mut(tenant).unwrap().agreement_signed = signed;
            tenants.push(tenant);
        }
    })
    .await;
    let token = harness.person(ids::AVERY_NAME, PARTNER_CENTER).await;
    let ask = async |query: &str| {
        let path = format!("/v1/compliance/csp/agreementstatus?{query}");
        harness.partner_get(&path, &token, &[]).await
    };
    let [signed, unsigned] = tenants.as_slice() else {
        panic!("two resellers")
    };
    for query in ["mpnId=7000001".to_owned(), format!("tenantId={signed}")] {
        assert_eq!(
            ask(&query).await.body,
            json!({"isAgreementSigned": true}),
            "{query}"
        );
    }
    for (query, code) in [
        (String::new(), 2001),
        (format!("mpnId=7000001&tenantId={signed}"), 2000),
        ("mpnId=seven".to_owned(), 2000),
        ("tenantId=7000001".to_owned(), 2000),
        ("mpnId=1".to_owned(), 2200),
        ("mpnId=97000001".to_owned(), 2204),
        (format!("mpnId={}", ids::PARTNER_LOCATION_ID), 2204),
        ("mpnId=7000002".to_owned(), 2203),
        (format!("tenantId={}", ids::TENANT), 2205),
        (format!("tenantId={unsigned}"), 2206),
    ] {
        assert_eq!(refused(&ask(&query).await), (400, code), "{query}");
    }
}

#[tokio::test]
async fn ten_thousand_customers_are_read_without_writing_them_down_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let mut seed = State::contoso_as_partner();
    seed.register_in_app_management(ids::TENANT, ids::OPERATOR_CLIENT_ID);
    seed.add_partner_customers(ids::TENANT, MANY, PartnerOffer::AzurePlan);
    let harness = Harness::started(Options {
        replication: Replication::none(),
        state_file: Some(path.clone()),
        seed,
        ..Options::default()
    })
    .await;
    let written = std::fs::metadata(&path).unwrap().modified().unwrap();
    let (found, pages) = all(&harness, "/v1/customers?size=500").await;
    assert_eq!((found.len(), pages), (MANY + 15, 21));
    assert_eq!(
        std::fs::metadata(&path).unwrap().modified().unwrap(),
        written
    );
}
