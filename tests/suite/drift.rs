//! `check` on what changed since `init`: roles taken away, secrets made elsewhere, subscriptions that nobody was asked about.

use azconnect::sandbox::ids;
use serde_json::Value;

use crate::lab::Lab;

fn connected(more: &[&str]) -> Lab {
    let lab = Lab::new();
    lab.run_init(more).exits(0);
    lab
}

/// The findings of a check, with further arguments.
fn checked(lab: &Lab, more: &[&str], code: i32) -> Vec<Value> {
    let mut arguments = vec!["check", "spot", "--output", "json"];
    arguments.extend(more);
    let document = lab.run(&arguments).exits(code).json();
    document["checks"].as_array().unwrap().clone()
}

fn found<'a>(checks: &'a [Value], id: &str) -> &'a Value {
    checks
        .iter()
        .find(|check| check["id"] == id)
        .unwrap_or_else(|| panic!("no {id}: {checks:#?}"))
}

#[test]
fn a_new_subscription_is_told_with_the_command_that_adds_it() {
    let lab = connected(&[]);
    let coverage = found(&checked(&lab, &[], 0), "arm.coverage").clone();
    assert_eq!(coverage["status"], "pass");
    assert_eq!(coverage["coverage"]["percent"], 100);
    let added = lab.state(|state| state.add_subscription("Contoso Labs"));
    // The app sees nothing of it, and says so of nothing else: only a person's rights show it.
    assert_eq!(
        found(&checked(&lab, &["--strict"], 0), "arm.coverage")["status"],
        "pass"
    );
    let seen = ["--sign-in", "service-principal"];
    let checks = checked(&lab, &seen, 0);
    let coverage = found(&checks, "arm.coverage");
    assert_eq!(coverage["status"], "warn", "{coverage:#}");
    assert_eq!(coverage["coverage"]["percent"], 50);
    assert_eq!(coverage["coverage"]["new"][0]["name"], "Contoso Labs");
    let costs = &coverage["coverage"]["costs"];
    let amount = |side: &str| costs[side].as_f64().unwrap();
    assert!(amount("read") > 0.0 && amount("unread") > 0.0, "{costs:#}");
    let share = amount("read") / (amount("read") + amount("unread")) * 100.0;
    assert_eq!(costs["percent"].as_f64().unwrap(), share.floor());
    let what = coverage["what"].as_str().unwrap();
    assert!(what.contains("% of the last 30 days' costs"), "{what}");
    let fix = coverage["fix"].as_str().unwrap();
    assert!(fix.contains(&format!("--subscription {added}")), "{fix}");
    checked(&lab, &[seen[0], seen[1], "--strict"], 3);
    // What the fix says is typed as it stands, and the warning is gone.
    let ids: Vec<String> = [ids::SUBSCRIPTION, added].map(|id| id.to_string()).into();
    lab.run_init(&["--subscription", &ids[0], "--subscription", &ids[1]])
        .exits(0);
    let checks = checked(&lab, &[seen[0], seen[1], "--strict"], 0);
    assert_eq!(found(&checks, "arm.coverage")["coverage"]["read"], 2);
}

#[test]
fn what_was_left_out_is_told_at_once_and_ever_after_and_warns_of_nothing() {
    let lab = Lab::new();
    lab.state(|state| state.add_subscription("Contoso Labs"));
    let only = ids::SUBSCRIPTION.to_string();
    let document = lab.run_init(&["--subscription", &only]).exits(0).json();
    let told = document["checks"].as_array().unwrap().clone();
    for checks in [told, checked(&lab, &["--strict"], 0)] {
        let coverage = found(&checks, "arm.coverage");
        assert_eq!(coverage["status"], "pass");
        assert_eq!(
            coverage["what"],
            "It reads 1 of 2 known subscriptions of the directory (50 %). Left out when it was connected: Contoso Labs."
        );
    }
}

#[test]
fn a_record_of_an_earlier_release_says_what_it_cannot_tell() {
    let lab = connected(&[]);
    let file = lab.home().join("azconnect/connections/spot.json");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut written: Value = serde_json::from_str(&text).unwrap();
    let connection = written["connection"].as_object_mut().unwrap();
    assert!(connection.remove("census").is_some());
    std::fs::write(&file, written.to_string()).unwrap();
    let checks = checked(&lab, &["--strict"], 0);
    let coverage = found(&checks, "arm.coverage");
    assert_eq!(coverage["status"], "skip");
    assert!(coverage["fix"].as_str().unwrap().contains("--sign-in auto"));
    let checks = checked(&lab, &["--sign-in", "service-principal"], 0);
    assert_eq!(found(&checks, "arm.coverage")["status"], "pass");
}

#[test]
fn a_role_that_was_taken_away_is_seen_by_its_id_where_another_still_reads() {
    let lab = connected(&[]);
    assert_eq!(
        found(&checked(&lab, &[], 0), "arm.role-assignment")["status"],
        "pass"
    );
    // Somebody gives the same role under an id of their own, and takes ours away: it works, and `remove` would not find it.
    lab.state(|state| {
        let ours = state
            .role_assignments
            .values()
            .find(|given| given.created_by.is_some())
            .unwrap()
            .name;
        let mut another = state.role_assignments.remove(&ours).unwrap();
        another.name = uuid::Uuid::from_u128(7);
        state.role_assignments.insert(another.name, another);
    });
    let checks = checked(&lab, &[], 0);
    let role = found(&checks, "arm.role-assignment");
    assert_eq!(role["status"], "warn", "{role:#}");
    assert!(role["fix"].as_str().unwrap().contains("azconnect init"));
    assert_eq!(found(&checks, "arm.subscription")["status"], "pass");
}

#[test]
fn a_role_that_the_app_cannot_see_is_not_called_gone() {
    let lab = connected(&[]);
    lab.state(|state| {
        state
            .role_assignments
            .retain(|_, given| given.created_by.is_none());
    });
    let checks = checked(&lab, &[], 3);
    assert_eq!(found(&checks, "arm.role-assignment")["status"], "skip");
    assert_eq!(found(&checks, "arm.subscription")["status"], "fail");
    let coverage = found(&checks, "arm.coverage");
    assert_eq!(coverage["status"], "warn");
    assert_eq!(coverage["coverage"]["percent"], 0);
    assert_eq!(
        coverage["coverage"]["lost"][0]["name"],
        "Contoso Production"
    );
    // With a person's rights it is.
    let checks = checked(&lab, &["--sign-in", "service-principal"], 3);
    let role = found(&checks, "arm.role-assignment");
    assert_eq!(role["status"], "warn");
    assert!(role["what"].as_str().unwrap().contains("is gone"));
}

#[test]
fn a_secret_that_was_made_elsewhere_is_seen_with_a_persons_rights() {
    let lab = connected(&[]);
    let lent = ["--sign-in", "service-principal"];
    assert_eq!(
        found(&checked(&lab, &[], 0), "entra.secret")["status"],
        "skip"
    );
    assert_eq!(
        found(&checked(&lab, &lent, 0), "entra.secret")["status"],
        "pass"
    );
    lab.state(|state| {
        let ours =
            |app: &&mut azconnect::sandbox::Application| app.tags.contains(&"azconnect".into());
        let app = state.applications.values_mut().find(ours).unwrap();
        let mut other = app.password_credentials[0].clone();
        other.key_id = uuid::Uuid::from_u128(9);
        other.start_date_time += jiff::SignedDuration::from_hours(1);
        app.password_credentials.push(other);
    });
    let checks = checked(&lab, &lent, 0);
    let secret = found(&checks, "entra.secret");
    assert_eq!(secret["status"], "warn");
    assert!(
        secret["what"]
            .as_str()
            .unwrap()
            .starts_with("Another secret was made on"),
        "{secret:#}"
    );
}

/// What can't be counted is said, and not passed over.
#[test]
fn of_a_billing_account_the_coverage_is_said_not_to_be_counted() {
    for (more, part) in [
        (
            vec!["--billing-account", ids::ENROLLMENT],
            "whole billing account",
        ),
        (
            vec![
                "--billing-account",
                ids::MCA_ACCOUNT,
                "--billing-profile",
                "all",
            ],
            "whole billing account",
        ),
    ] {
        let lab = crate::billing_lab::lab();
        crate::billing_lab::run(&lab, "generic", &more).exits(0);
        let checks = checked(&lab, &[], 0);
        let coverage = found(&checks, "arm.coverage");
        assert_eq!(coverage["status"], "skip", "{coverage:#}");
        assert!(coverage["what"].to_string().contains(part), "{coverage:#}");
        assert!(coverage["why"].is_string());
    }
    let lab = crate::billing_lab::lab();
    let profile = lab.state(|state| {
        let account = &state.billing.accounts[ids::MCA_ACCOUNT];
        account.profiles.keys().next().unwrap().clone()
    });
    let more = [
        "--billing-account",
        ids::MCA_ACCOUNT,
        "--billing-profile",
        &profile,
    ];
    crate::billing_lab::run(&lab, "generic", &more).exits(0);
    let checks = checked(&lab, &[], 0);
    let what = found(&checks, "arm.coverage")["what"].to_string();
    assert!(what.contains("a part of a billing account"), "{what}");
}
