//! Each way in which an export or a run is refused: code, status, and the fragment of the sentence that others search for.

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use super::super::{RegistrationState, State, Storage, StorageAccount, ids};
use super::client::{ARM, Harness, Reply, subscription_scope};
use super::exports::{NAME, body, days_from_now, harness, history, put, run, send, storage, with};

fn account(state: &mut State) -> &mut StorageAccount {
    state.storage.accounts.get_mut("costs").unwrap()
}

fn is(reply: &Reply, status: u16, code: &str, fragment: &str) {
    assert_eq!((reply.status, reply.code()), (status, code), "{reply:?}");
    let message = reply.text("/error/message");
    assert!(message.contains(fragment), "{message}");
}

async fn refused(harness: &Harness, body: Value) -> Reply {
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let reply = put(harness, &avery, &subscription_scope(), body).await;
    let list = send(harness, &avery, "GET", (&subscription_scope(), ""), None).await;
    assert_eq!(list.body["value"], json!([]), "nothing was made");
    reply
}

#[tokio::test]
async fn members_that_are_unknown_absent_or_of_another_type() {
    let harness = harness(|_| ()).await;
    for (pointer, value, path) in [
        (
            "/properties/schedule/recurrence",
            json!([null]),
            "properties.schedule.recurrence",
        ),
        ("/properties/colour", json!("red"), "properties.colour"),
        ("/properties/format", json!("Xml"), "properties.format"),
        (
            "/properties/partitionData",
            json!("true"),
            "properties.partitionData",
        ),
        (
            "/properties/definition",
            Value::Null,
            "properties.definition",
        ),
        (
            "/properties/definition/timeframe",
            json!("Yesterday"),
            "properties.definition.timeframe",
        ),
        (
            "/properties/deliveryInfo/destination/container",
            Value::Null,
            "properties.deliveryInfo.destination.container",
        ),
        (
            "/properties/schedule/recurrencePeriod/from",
            json!("soon"),
            "properties.schedule.recurrencePeriod.from",
        ),
    ] {
        let reply = refused(&harness, with(pointer, value)).await;
        let fragment = format!("Invalid request payload, Invalid member :{path}");
        is(&reply, 400, "BadRequest", &fragment);
    }
    let mut null = body();
    null["properties"]["schedule"]["recurrence"] = Value::Null;
    let reply = refused(&harness, null).await;
    is(
        &reply,
        400,
        "BadRequest",
        "Invalid member :properties.schedule.recurrence",
    );
}

#[tokio::test]
async fn values_that_break_a_rule() {
    let harness = harness(|_| ()).await;
    let folder = "/properties/deliveryInfo/destination/rootFolderPath";
    let version = "/properties/definition/dataSet/configuration/dataVersion";
    let filters = "/properties/definition/dataSet/configuration/filters";
    for (pointer, value, fragment) in [
        (
            folder,
            json!("/costs"),
            "rootFolderPath; value cannot begin with a forward slash",
        ),
        (
            folder,
            json!("a:b"),
            "Value cannot contain any reserved url characters except forward slashes(/)",
        ),
        (
            "/properties/deliveryInfo/destination/container",
            json!("No--Container"),
            "destination container",
        ),
        (
            "/properties/definition/type",
            json!("Colours"),
            "Invalid definition type 'Colours'; valid values: 'Usage', 'ActualCost', 'AmortizedCost', 'FocusCost'.",
        ),
        (
            "/properties/definition/type",
            json!("PriceSheet"),
            "Invalid definition type 'PriceSheet'",
        ),
        (version, json!("1.4"), "dataVersion '1.4'"),
        (
            filters,
            json!([{"name": "ReservationScope", "value": "Single"}]),
            "filters",
        ),
        (
            "/properties/compressionMode",
            json!("snappy"),
            "Invalid compressionMode 'snappy' for the format 'Csv'",
        ),
        (
            "/properties/format",
            json!("Parquet"),
            "Invalid compressionMode 'gzip' for the format 'Parquet'",
        ),
        (
            "/properties/definition/timeframe",
            json!("Custom"),
            "Invalid time period provided.",
        ),
        (
            "/properties/definition/timePeriod",
            json!({"from": days_from_now(-9), "to": days_from_now(-2)}),
            "Invalid time period provided.",
        ),
        (
            "/properties/schedule/recurrencePeriod/to",
            Value::Null,
            "Invalid schedule recurrencePeriod; 'from' value cannot be after 'to' value",
        ),
        (
            "/properties/schedule/recurrencePeriod/to",
            json!(days_from_now(0)),
            "'from' value cannot be after 'to' value",
        ),
        (
            "/identity/type",
            json!("UserAssigned"),
            "identity type 'UserAssigned'",
        ),
    ] {
        let reply = refused(&harness, with(pointer, value)).await;
        is(&reply, 400, "BadRequest", fragment);
        let message = reply.text("/error/message");
        assert!(message.starts_with("Request properties validation failed: "));
    }
    let reply = refused(&harness, with("/location", Value::Null)).await;
    is(&reply, 400, "LocationRequired", "location");
}

#[tokio::test]
async fn an_active_schedule_begins_in_the_future_and_recurs() {
    let harness = harness(|_| ()).await;
    let mut active = body();
    active["properties"]["schedule"]["status"] = json!("Active");
    let mut past = active.clone();
    past["properties"]["schedule"]["recurrencePeriod"]["from"] = json!(days_from_now(-1));
    let reply = refused(&harness, past.clone()).await;
    is(
        &reply,
        400,
        "BadRequest",
        "'from' value cannot be in the past",
    );
    let mut once = active.clone();
    once["properties"]["schedule"]
        .as_object_mut()
        .unwrap()
        .remove("recurrence");
    let reply = refused(&harness, once).await;
    is(&reply, 400, "BadRequest", "properties.schedule.recurrence");
    past["properties"]["schedule"]["status"] = json!("Inactive");
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let made = put(&harness, &avery, &subscription_scope(), past).await;
    assert_eq!(made.status, 201, "where it is switched off, it may");
    assert_eq!(
        history(&harness, &avery, &subscription_scope()).await.len(),
        0
    );
    // Portal's times have no zone.
    let mut zoneless = active;
    zoneless["eTag"] = made.body["eTag"].clone();
    zoneless["properties"]["schedule"]["recurrencePeriod"]["to"] = json!("2050-02-01T00:00:00");
    let changed = put(&harness, &avery, &subscription_scope(), zoneless).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(
        changed.text("/properties/schedule/recurrencePeriod/to"),
        "2050-02-01T00:00:00Z"
    );
}

#[tokio::test]
async fn destinations_that_nobody_finds() {
    let harness = harness(|state| {
        let adatum = state.add_tenant("Adatum", "adatum.com");
        let subscription = state.add_subscription_in(adatum, "Elsewhere");
        state.add_export_storage(subscription, "elsewhere");
    })
    .await;
    let pointer = "/properties/deliveryInfo/destination/resourceId";
    for id in [
        "costs".to_owned(),
        "/subscriptions/providers/Microsoft.Storage/storageAccounts/costs".to_owned(),
        storage().replace(&ids::SUBSCRIPTION.to_string(), "production"),
    ] {
        let reply = refused(&harness, with(pointer, json!(id))).await;
        is(&reply, 400, "400", "InvalidSubscriptionId");
    }
    let unknown = storage().replace("/costs", "/unknown");
    let reply = refused(&harness, with(pointer, json!(unknown))).await;
    is(&reply, 400, "BadRequest", "'unknown' could not be found");
    let elsewhere = harness
        .sandbox
        .state(|state| state.storage.accounts["elsewhere"].id());
    let reply = refused(&harness, with(pointer, json!(elsewhere))).await;
    is(&reply, 400, "BadRequest", "same tenant");
    let reply = refused(&harness, with(pointer, Value::Null)).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn the_provider_must_be_registered_where_the_storage_is() {
    let harness = harness(|_| ()).await;
    let set = |state: RegistrationState, settled: Timestamp| {
        harness.sandbox.state(|all| {
            let key = Storage::provider_key(ids::SUBSCRIPTION, "Microsoft.CostManagementExports");
            let provider = all.storage.providers.get_mut(&key).unwrap();
            provider.state = state;
            provider.settled_at = settled;
        });
    };
    set(RegistrationState::Unregistered, Timestamp::UNIX_EPOCH);
    let reply = refused(&harness, body()).await;
    is(
        &reply,
        400,
        "400",
        "RP Not Registered. Register destination storage account subscription with Microsoft.CostManagementExports",
    );
    set(
        RegistrationState::Registered,
        Timestamp::now() + 30.seconds(),
    );
    let reply = refused(&harness, body()).await;
    is(&reply, 503, "503", "in progress");
    let wait: i64 = reply.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((25..=31).contains(&wait), "{wait}");
}

#[tokio::test]
async fn keys_and_firewalls_stand_in_the_way_without_an_identity() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let keys = "Key-based authentication is currently disabled on this storage account";
    let closed = "The exports service is not authorized to access the specified storage account";
    let mut without = body();
    without.as_object_mut().unwrap().remove("identity");
    type Change = fn(&mut StorageAccount);
    let cases: [(Change, Option<&str>, Option<&str>); 5] = [
        (|_| (), None, None),
        (
            |account| account.allow_shared_key_access = false,
            None,
            Some(keys),
        ),
        (
            |account| account.network.default_action = "Deny".to_owned(),
            None,
            Some(closed),
        ),
        (
            |account| {
                account.network.default_action = "Deny".to_owned();
                account.network.bypass = "Logging, Metrics".to_owned();
            },
            Some(closed),
            Some(closed),
        ),
        (
            |account| account.allowed_copy_scope = Some("AAD".to_owned()),
            Some(closed),
            Some(closed),
        ),
    ];
    for (change, with_identity, without_identity) in cases {
        let before = harness.sandbox.state(|state| account(state).clone());
        harness.sandbox.state(|state| change(account(state)));
        for (body, expected) in [(body(), with_identity), (without.clone(), without_identity)] {
            let reply = put(&harness, &avery, &subscription_scope(), body).await;
            match expected {
                Some(fragment) => is(&reply, 400, "400", fragment),
                None => assert_eq!(reply.status, 201, "{reply:?}"),
            }
            harness.sandbox.state(|state| state.exports.exports.clear());
        }
        harness.sandbox.state(|state| *account(state) = before);
    }
}

#[tokio::test]
async fn whoever_makes_it_has_rights_at_the_storage_account() {
    let harness = harness(|state| {
        state.assign_role(ids::LEE, ids::ROLE_CONTRIBUTOR, &subscription_scope());
    })
    .await;
    let lee = harness.person(ids::LEE_NAME, ARM).await;
    let reply = put(&harness, &lee, &subscription_scope(), body()).await;
    is(
        &reply,
        401,
        "Unauthorized",
        "'Microsoft.Authorization/roleAssignments/write' action on specified storage account",
    );
    let mut without = body();
    without.as_object_mut().unwrap().remove("identity");
    let made = put(&harness, &lee, &subscription_scope(), without).await;
    assert_eq!(
        made.status, 201,
        "a Contributor needs no identity: {made:?}"
    );
}

#[tokio::test]
async fn runs_are_of_a_calendar_month_at_most_and_of_the_past() {
    let harness = harness(|_| ()).await;
    let avery = harness.person(ids::AVERY_NAME, ARM).await;
    let scope = subscription_scope();
    put(&harness, &avery, &scope, body()).await;
    let of = |from: &str, to: &str| json!({"timePeriod": {"from": from, "to": to}});
    let (future, today) = (days_from_now(1), days_from_now(0));
    for body in [
        json!({}),
        json!({"timePeriod": {}}),
        json!({"timePeriod": {"from": today}}),
        json!({"period": {}}),
        of("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        of("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        of("2026-01-31T00:00:00Z", "2026-01-01T00:00:00Z"),
        of(&today, &future),
        of("yesterday", "today"),
    ] {
        let reply = run(&harness, &avery, &scope, Some(body)).await;
        is(&reply, 400, "BadRequest", "Invalid time period provided.");
    }
    let reply = run(&harness, &avery, &scope, Some(json!({}))).await;
    assert_eq!(
        reply.text("/error/message"),
        "Request properties validation failed: Invalid time period provided."
    );
    assert_eq!(history(&harness, &avery, &scope).await.len(), 0);
    for (from, to) in [
        ("2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z"),
        ("2026-02-01T00:00:00.000Z", "2026-02-28T00:00:00.000Z"),
        ("2024-02-01T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("2025-12-01T00:00:00Z", "2025-12-31T23:59:59Z"),
        ("2025-12-15T00:00:00Z", "2026-01-14T00:00:00Z"),
        (&today, &today),
    ] {
        let reply = run(&harness, &avery, &scope, Some(of(from, to))).await;
        assert_eq!(reply.status, 200, "{from} {to}: {reply:?}");
    }
    assert_eq!(history(&harness, &avery, &scope).await.len(), 6);
    let nobody = send(&harness, &avery, "POST", (&scope, "/other/run"), None).await;
    is(
        &nobody,
        404,
        "NotFound",
        "export name: other could not be found",
    );
    let wrong = send(
        &harness,
        &avery,
        "PATCH",
        (&scope, &format!("/{NAME}")),
        Some(body()),
    )
    .await;
    assert_eq!((wrong.status, wrong.code()), (405, "MethodNotAllowed"));
}
