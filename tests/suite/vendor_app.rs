//! A vendor's own multi-tenant app: added to the directory, given roles, checked with a person's rights, and taken back.

use azconnect::sandbox::{Action, DirectoryRole, PasswordCredential, Rule, State, ids};
use serde_json::Value;
use uuid::Uuid;

use crate::aftermath::azure;
use crate::lab::{Lab, Ran};
use crate::people;

const APP: Uuid = ids::VENDOR_CLIENT_ID;

/// Connects any other tool, by the vendor's app.
fn init(lab: &Lab, more: &[&str]) -> Ran {
    init_of(lab, &APP.to_string(), more)
}

/// The same by another app.
fn init_of(lab: &Lab, id: &str, more: &[&str]) -> Ran {
    lab.run(&[FIXED.as_slice(), &["--vendor-app-id", id], more].concat())
}

const FIXED: [&str; 7] = [
    "init",
    "generic",
    "--connection",
    "tool",
    "--yes",
    "--output",
    "json",
];

fn arguments(more: &[&str]) -> Vec<String> {
    let id = APP.to_string();
    let fixed = [FIXED.as_slice(), &["--vendor-app-id", &id]].concat();
    fixed
        .iter()
        .chain(more)
        .map(|word| (*word).to_owned())
        .collect()
}

fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

fn statuses(document: &Value) -> Vec<String> {
    let steps = document["steps"].as_array().unwrap().iter();
    steps
        .map(|step| step["status"].as_str().unwrap().to_owned())
        .collect()
}

fn check<'a>(document: &'a Value, id: &str) -> &'a Value {
    let mut checks = document["checks"].as_array().unwrap().iter();
    checks
        .find(|check| check["id"] == id)
        .unwrap_or_else(|| panic!("no {id}: {document:#}"))
}

/// What `check` finds with the rights of whoever looks.
fn looked(lab: &Lab, code: i32) -> Value {
    let words = [
        "check",
        "tool",
        "--sign-in",
        "service-principal",
        "--output",
        "json",
    ];
    lab.run(&words).exits(code).json()
}

fn principal(state: &State) -> Option<Uuid> {
    let mut all = state.service_principals.values();
    all.find(|principal| principal.app_id == APP && principal.tenant == ids::TENANT)
        .map(|principal| principal.id)
}

/// The vendor signs in with a secret that only it has.
fn give_the_vendor_a_secret(lab: &Lab, secret: &str) {
    lab.state(|state| {
        let mut all = state.applications.values_mut();
        let app = all.find(|app| app.app_id == APP).unwrap();
        let now = jiff::Timestamp::now();
        app.password_credentials.push(PasswordCredential {
            key_id: Uuid::from_u128(9),
            display_name: None,
            start_date_time: now,
            end_date_time: now + jiff::SignedDuration::from_hours(9_000),
            hint: "ven".to_owned(),
            secret_text: secret.to_owned(),
            effective_at: now,
        });
    });
}

#[test]
fn it_is_added_given_roles_used_by_the_vendor_found_again_and_taken_back() {
    let lab = Lab::new();
    give_the_vendor_a_secret(&lab, "vendors-own-secret");
    let before = azure(&lab);
    let document = init(&lab, &[]).exits(0).json();
    assert_eq!(statuses(&document), ["done", "done"]);
    let connection = &document["connection"];
    assert_eq!(connection["client_id"], APP.to_string());
    assert_eq!(connection["application_object_id"], Value::Null);
    assert_eq!(connection["credential"]["kind"], "elsewhere");
    assert_eq!(connection["credential"]["stored_in"], "none");
    let made = lab.state(|state| principal(state)).unwrap();
    assert_eq!(connection["service_principal_object_id"], made.to_string());
    // Proven is what can be, with the rights of whoever connects; the rest says so.
    assert_eq!(check(&document, "entra.token")["status"], "skip");
    for id in [
        "entra.service-principal",
        "arm.role-assignment",
        "arm.coverage",
    ] {
        assert_eq!(check(&document, id)["status"], "pass", "{document:#}");
    }
    let fields = document["handover"]["fields"].as_array().unwrap();
    let has = |key: &str, value: &str| {
        fields
            .iter()
            .any(|field| field["key"] == key && field["value"] == value)
    };
    assert!(has("tenant_id", &ids::TENANT.to_string()) && has("client_id", &APP.to_string()));
    assert!(has("subscription_id", &ids::SUBSCRIPTION.to_string()));
    assert!(
        fields.iter().all(|field| field["secret"] == false),
        "{fields:#?}"
    );

    // The vendor, in its own house, with its own secret, reads what it is to read.
    let mut vendors = lab.command(&[
        "check",
        "--tenant",
        &ids::TENANT.to_string(),
        "--client-id",
        &APP.to_string(),
        "--vendor",
        "spot-cost-intelligence",
        "--subscription",
        &ids::SUBSCRIPTION.to_string(),
        "--client-secret-file",
        "secret",
        "--output",
        "json",
    ]);
    std::fs::write(lab.home().join("secret"), "vendors-own-secret").unwrap();
    let proof = Ran::from(vendors.output().unwrap()).exits(0).json();
    assert_eq!(
        check(&proof, "arm.subscription")["status"],
        "pass",
        "{proof:#}"
    );

    assert_eq!(
        statuses(&init(&lab, &[]).exits(0).json()),
        ["found", "found"]
    );
    for (words, code) in [
        (["rotate", "tool", "--yes"], 2),
        (["handover", "tool", "--reveal"], 0),
        (["list", "--output", "json"], 0),
    ] {
        lab.run(&words).exits(code);
    }
    lab.run(&["remove", "tool", "--yes"]).exits(0);
    assert_eq!(azure(&lab), before);
}

#[test]
fn nobody_is_told_that_the_vendor_can_read_what_only_the_vendor_can_try() {
    let lab = Lab::new();
    let id = APP.to_string();
    let run = lab
        .run(&[
            "init",
            "generic",
            "--connection",
            "tool",
            "--yes",
            "--vendor-app-id",
            &id,
        ])
        .exits(0);
    let said = format!("{}{}", run.stdout, run.stderr);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("sign-in can't be tried from here"), "{said}");
    assert!(!said.contains("can read Contoso"), "{said}");
}

#[test]
fn one_that_somebody_has_consented_to_stays_when_the_roles_go() {
    let lab = Lab::new();
    let link = format!(
        "{}/{}/adminconsent?client_id={APP}",
        lab.sandbox().endpoints().login,
        ids::TENANT
    );
    let plan = init(&lab, &["--plan"]).exits(0);
    assert!(plan.stdout.contains("create"), "{plan:#?}");
    lab.block_on(lab.sandbox().person(ids::AVERY_NAME).consent(&link))
        .unwrap();
    let before = azure(&lab);
    let document = init(&lab, &[]).exits(0).json();
    assert_eq!(statuses(&document), ["found", "done"]);
    lab.run(&["remove", "tool", "--yes"]).exits(0);
    assert_eq!(azure(&lab), before);
    assert!(principal(&before).is_some());
}

#[test]
fn who_may_not_add_it_gets_the_link_for_an_administrator_and_goes_on() {
    let mut lab = Lab::new();
    lab.state(|state| {
        let scope = format!("/subscriptions/{}", ids::SUBSCRIPTION);
        state.assign_role(ids::LEE, ids::ROLE_OWNER, &scope);
    });
    people::nobody_else(&mut lab);
    people::give_browser(&mut lab);
    let by_browser = ["--sign-in", "browser", "--tenant", "contoso.com"];
    let asked = arguments(&by_browser);
    let ran = people::sign_in_by_browser(&lab, ids::LEE_NAME, &words(&asked)).exits(5);
    let document = ran.json();
    assert_eq!(document["error"]["code"], "VendorAppDenied", "{document:#}");
    assert!(document["error"]["correlation_id"].is_string());
    let link = format!(
        "{}/{}/adminconsent?client_id={APP}",
        lab.sandbox().endpoints().login,
        ids::TENANT
    );
    let request = document["request"].as_str().unwrap();
    for part in [
        link.as_str(),
        &format!("az ad sp create --id {APP}"),
        "Cloud Application Administrator",
    ] {
        assert!(request.contains(part), "{part}: {request}");
    }
    assert!(
        document["error"]["hints"].to_string().contains(&link),
        "{document:#}"
    );
    // Whoever may not, may not by the link either; an administrator may.
    assert!(
        lab.block_on(lab.sandbox().person(ids::LEE_NAME).consent(&link))
            .is_err()
    );
    lab.block_on(lab.sandbox().person(ids::AVERY_NAME).consent(&link))
        .unwrap();
    let resumed = arguments(&[
        "--sign-in",
        "browser",
        "--tenant",
        "contoso.com",
        "--resume",
    ]);
    let document = people::sign_in_by_browser(&lab, ids::LEE_NAME, &words(&resumed))
        .exits(0)
        .json();
    assert_eq!(statuses(&document), ["found", "done"]);
    // It was the administrator's consent, so it is not ours to take away.
    lab.env.extend([
        ("AZURE_TENANT_ID".to_owned(), ids::TENANT.to_string()),
        (
            "AZURE_CLIENT_ID".to_owned(),
            ids::OPERATOR_CLIENT_ID.to_string(),
        ),
        (
            "AZURE_CLIENT_SECRET".to_owned(),
            ids::OPERATOR_SECRET.to_owned(),
        ),
    ]);
    lab.run(&["remove", "tool", "--yes"]).exits(0);
    assert!(lab.state(|state| principal(state)).is_some());
}

#[test]
fn an_unknown_app_and_one_of_a_single_directory_are_refused_at_once() {
    let lab = Lab::new();
    let single = lab.state(|state| {
        let id = state.add_vendor_application(Uuid::from_u128(5), "Not for others");
        let app = state.applications.get_mut(&id).unwrap();
        app.sign_in_audience = "AzureADMyOrg".to_owned();
        app.app_id.to_string()
    });
    let before = azure(&lab);
    for id in [single.as_str(), "00000000-0000-4000-8000-00000000dead"] {
        let began = std::time::Instant::now();
        let error = init_of(&lab, id, &[]).exits(2).json();
        assert_eq!(error["error"]["code"], "VendorAppUnknown", "{error:#}");
        assert!(error["error"]["why"].to_string().contains("single tenant"));
        assert!(began.elapsed().as_secs() < 60, "it waited for nothing");
    }
    assert_eq!(azure(&lab), before);
}

#[test]
fn what_contradicts_it_is_refused_before_anything_is_asked() {
    let lab = Lab::new();
    let own = ids::OPERATOR_CLIENT_ID.to_string();
    let object = ids::OPERATOR_SERVICE_PRINCIPAL.to_string();
    for (more, code) in [
        (vec!["--app-id", own.as_str()], "principal_and_more"),
        (
            vec!["--principal-id", object.as_str()],
            "principal_and_more",
        ),
        (vec!["--credential", "secret"], "principal_and_more"),
        (vec!["--app-name", "x"], "principal_and_more"),
        (vec!["--client-secret-file", "secret"], "secret_without_app"),
    ] {
        std::fs::write(lab.home().join("secret"), "theirs").unwrap();
        let error = init(&lab, &more).exits(2).json();
        assert_eq!(error["error"]["code"], code, "{more:?}: {error:#}");
    }
    let error = lab
        .run_init(&["--vendor-app-id", &APP.to_string()])
        .exits(2)
        .json();
    assert_eq!(error["error"]["code"], "vendor_app_not_taken");
    for (id, code) in [
        (&own, "vendor_app_is_own"),
        (&object, "vendor_app_object_id"),
    ] {
        let error = init_of(&lab, id, &[]).exits(2).json();
        assert_eq!(error["error"]["code"], code, "{error:#}");
        assert!(
            error["error"]["hints"].to_string().contains(&own),
            "{error:#}"
        );
    }
}

#[test]
fn all_four_sources_name_it() {
    let id = APP.to_string();
    let mut lab = Lab::new();
    std::fs::write(
        lab.home().join("answers.toml"),
        format!("vendor_app_id = \"{id}\"\n"),
    )
    .unwrap();
    let planned = |lab: &Lab, more: &[&str]| {
        let words = [FIXED.as_slice(), &["--plan"], more].concat();
        let document = lab.run(&words).exits(0).json();
        document["steps"][0]["title"].to_string().contains(&id)
    };
    assert!(!planned(&lab, &["--store", "none"]));
    assert!(planned(&lab, &["--vendor-app-id", &id]));
    assert!(planned(&lab, &["--answers", "answers.toml"]));
    lab.env
        .insert("AZCONNECT_VENDOR_APP_ID".to_owned(), id.clone());
    assert!(planned(&lab, &[]));
    lab.env.remove("AZCONNECT_VENDOR_APP_ID");
    // The fourth: a run that was cut off.
    lab.sandbox().faults().add(Rule {
        service: None,
        method: Some("PUT".to_owned()),
        path_contains: Some("roleAssignments".to_owned()),
        nth: 1,
        times: 1,
        action: Action::Respond {
            status: 403,
            headers: Default::default(),
            body: Some(
                serde_json::json!({"error": {"code": "AuthorizationFailed", "message": "No."}}),
            ),
        },
    });
    init(&lab, &[]).exits(5);
    let resumed = [FIXED.as_slice(), &["--resume"]].concat();
    let document = lab.run(&resumed).exits(0).json();
    assert_eq!(statuses(&document), ["found", "done"]);
    assert_eq!(document["connection"]["client_id"], id);
    // What the cut-off run added is still ours.
    let before = principal(&azure(&lab));
    assert!(before.is_some());
    lab.run(&["remove", "tool", "--yes"]).exits(0);
    assert!(principal(&azure(&lab)).is_none());
}

#[test]
fn what_happens_to_it_is_seen_with_a_persons_rights_and_only_with_them() {
    let lab = Lab::new();
    init(&lab, &[]).exits(0);
    let alone = lab
        .run(&["check", "tool", "--output", "json"])
        .exits(0)
        .json();
    let token = check(&alone, "entra.token");
    assert_eq!(token["status"], "skip");
    assert!(
        token["fix"].to_string().contains("--sign-in auto"),
        "{token:#}"
    );
    let text = lab.run(&["check", "tool"]).exits(0);
    let said = format!("{}{}", text.stdout, text.stderr);
    assert!(
        said.contains("can't be proven from") && !said.contains("It works"),
        "{said}"
    );
    looked(&lab, 0);

    let id = lab.state(|state| principal(state)).unwrap();
    lab.state(|state| {
        state
            .service_principals
            .get_mut(&id)
            .unwrap()
            .account_enabled = false
    });
    let disabled = looked(&lab, 3);
    let found = check(&disabled, "entra.service-principal");
    assert!(
        found["what"].to_string().contains("switched off"),
        "{found:#}"
    );
    lab.state(|state| {
        state
            .service_principals
            .get_mut(&id)
            .unwrap()
            .account_enabled = true
    });

    lab.state(|state| {
        state
            .role_assignments
            .retain(|_, role| role.principal != id)
    });
    assert_eq!(
        check(&looked(&lab, 0), "arm.role-assignment")["status"],
        "warn"
    );
    init(&lab, &[]).exits(0);
    assert_eq!(
        check(&looked(&lab, 0), "arm.role-assignment")["status"],
        "pass"
    );

    lab.state(|state| drop(state.service_principals.remove(&id)));
    let gone = looked(&lab, 3);
    assert_eq!(check(&gone, "entra.service-principal")["status"], "fail");
}

#[test]
fn an_administrator_of_applications_is_enough() {
    let mut lab = Lab::new();
    lab.state(|state| {
        let scope = format!("/subscriptions/{}", ids::SUBSCRIPTION);
        state.assign_role(ids::LEE, ids::ROLE_OWNER, &scope);
        let lee = state.user_mut(ids::LEE_NAME).unwrap();
        lee.directory_roles
            .insert(DirectoryRole::CloudApplicationAdministrator);
    });
    people::nobody_else(&mut lab);
    people::give_browser(&mut lab);
    let asked = arguments(&["--sign-in", "browser", "--tenant", "contoso.com"]);
    let ran = people::sign_in_by_browser(&lab, ids::LEE_NAME, &words(&asked)).exits(0);
    assert_eq!(statuses(&ran.json()), ["done", "done"]);
}

/// Vendors take one connection a subscription, and all of them stand on the same app.
#[test]
fn two_connections_stand_on_one_app_and_the_last_takes_it_away() {
    let lab = Lab::new();
    let other = lab.state(|state| state.add_subscription("Contoso Labs").to_string());
    let first = ids::SUBSCRIPTION.to_string();
    let before = azure(&lab);
    let connect = |name: &str, subscriptions: &[&str]| {
        let id = APP.to_string();
        let mut words = vec![
            "init",
            "generic",
            "--connection",
            name,
            "--yes",
            "--vendor-app-id",
            &id,
        ];
        words.extend(subscriptions.iter().flat_map(|id| ["--subscription", id]));
        lab.run(&words).exits(0);
    };
    connect("one", &[&first]);
    connect("two", &[&first, &other]);
    let roles = |state: &State| {
        let app = principal(state);
        let all = state.role_assignments.values();
        all.filter(|role| Some(role.principal) == app).count()
    };
    assert_eq!(roles(&azure(&lab)), 2, "the role that was there was found");
    let removed = lab
        .run(&["remove", "one", "--yes", "--output", "json"])
        .exits(0)
        .json();
    let steps = removed["steps"].to_string();
    assert!(steps.contains("skipped"), "{steps}");
    assert_eq!(roles(&azure(&lab)), 2, "two stands on both");
    lab.run(&["check", "two", "--sign-in", "service-principal"])
        .exits(0);
    lab.run(&["remove", "two", "--yes"]).exits(0);
    assert_eq!(azure(&lab), before);
    // All at once, in whatever order.
    connect("one", &[&first]);
    connect("two", &[&first, &other]);
    lab.run(&["remove", "--all", "--yes"]).exits(0);
    assert_eq!(azure(&lab), before);
}
