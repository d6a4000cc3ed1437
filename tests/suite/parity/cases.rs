//! One case for each question.

use azconnect::sandbox::{Action, Rule, Service, State, ids};
use serde_json::json;

use super::Case;
use crate::billing_lab::{self, account, customers};
use crate::billing_parts::two_profiles;
use crate::lab::Lab;
use crate::partner_lab;
use crate::people;
use crate::terminal::pty::{DOWN, ENTER, Pty};

const SPOT: &str = "spot-cost-intelligence";

/// The case of a question; none where nobody has written one yet.
pub(super) fn of(key: &str) -> Option<Case> {
    simple(key)
        .or_else(|| billing(key))
        .or_else(|| partner(key))
        .or_else(|| super::exports::of(key))
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

/// A case without a prompt.
pub(super) fn case(key: &'static str, lab: Lab, base: &[&str], values: &[&str]) -> Case {
    Case {
        key,
        lab,
        base: [words(base), store(key)].concat(),
        values: words(values),
        asked: None,
        person: None,
    }
}

/// A case with one.
pub(super) fn asked(mut case: Case, answer: fn(&mut Pty)) -> Option<Case> {
    case.asked = Some(answer);
    Some(case)
}

/// There is no keyring where tests run.
fn store(key: &str) -> Vec<String> {
    words(if key == "store" {
        &[]
    } else {
        &["--store", "none"]
    })
}

fn plain(key: &'static str, more: &[&str], value: &str) -> Option<Case> {
    Some(case(key, Lab::new(), &[&[SPOT], more].concat(), &[value]))
}

/// What needs nothing but Contoso's one subscription.
fn simple(key: &str) -> Option<Case> {
    const GUID: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    const FEDERATED: [&str; 2] = ["--credential", "federated"];
    match key {
        "vendor" => asked(case("vendor", Lab::new(), &[], &[SPOT]), |pty| {
            pty.wait_for_menu("that isn't listed");
            pty.keys(ENTER);
        }),
        "connection" => plain("connection", &[], "parity"),
        "sign_in" => plain("sign_in", &[], "service-principal"),
        "sign_in_client_id" => plain("sign_in_client_id", &[], GUID),
        "tenant" => tenant(),
        "subscription" => subscription(),
        "management_group" => plain("management_group", &[], &ids::TENANT.to_string()),
        "app_name" => plain("app_name", &[], "Costs, read"),
        "principal_id" => plain(
            "principal_id",
            &[],
            &ids::OPERATOR_SERVICE_PRINCIPAL.to_string(),
        ),
        "vendor_app_id" => generic("vendor_app_id", &[], &ids::VENDOR_CLIENT_ID.to_string()),
        "credential" => generic(
            "credential",
            &["--issuer", "https://idp.example", "--subject", "x"],
            "federated",
        ),
        "certificate" => certificate(),
        "federated" => generic(
            "federated",
            &FEDERATED,
            "github:contoso/x:ref:refs/heads/main",
        ),
        "issuer" => generic(
            "issuer",
            &[&FEDERATED[..], &["--subject", "x"]].concat(),
            "https://idp.example",
        ),
        "subject" => generic(
            "subject",
            &[&FEDERATED[..], &["--issuer", "https://idp.example"]].concat(),
            "system:x y",
        ),
        "audience" => generic(
            "audience",
            &[
                &FEDERATED[..],
                &["--issuer", "https://idp.example", "--subject", "x"],
            ]
            .concat(),
            "api://contoso",
        ),
        "secret_days" => plain("secret_days", &[], "77"),
        "mode" => plain("mode", &[], "script"),
        "script" => plain("script", &["--mode", "script"], "terraform"),
        "store" => plain("store", &[], "none"),
        _ => None,
    }
}

fn generic(key: &'static str, more: &[&str], value: &str) -> Option<Case> {
    Some(case(
        key,
        Lab::new(),
        &[&["generic"], more].concat(),
        &[value],
    ))
}

fn certificate() -> Option<Case> {
    let case = case(
        "certificate",
        Lab::new(),
        &["generic", "--credential", "certificate"],
        &["public.pem"],
    );
    let pair = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2036, 1, 1);
    let made = params.self_signed(&pair.unwrap()).unwrap();
    std::fs::write(case.lab.home().join("public.pem"), made.pem()).unwrap();
    Some(case)
}

/// A person of two directories, who is asked for one after the sign-in.
fn tenant() -> Option<Case> {
    let mut lab = Lab::new();
    people::nobody_else(&mut lab);
    people::give_browser(&mut lab);
    lab.state(|state| {
        let fabrikam = state.add_tenant("Fabrikam", "fabrikam.com");
        state.add_guest(fabrikam, ids::TENANT, ids::AVERY_NAME, "Avery Howard");
    });
    let mut case = case(
        "tenant",
        lab,
        &[SPOT, "--sign-in", "browser"],
        &[&ids::TENANT.to_string()],
    );
    case.person = Some(ids::AVERY_NAME);
    asked(case, |pty| {
        pty.wait_for_menu("Fabrikam");
        pty.keys(ENTER);
    })
}

fn subscription() -> Option<Case> {
    let lab = Lab::new();
    // By name it is the first.
    let other = lab.state(|state| state.add_subscription("Contoso Development"));
    let values = [other.to_string(), ids::SUBSCRIPTION.to_string()];
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    asked(case("subscription", lab, &[SPOT], &values), |pty| {
        pty.wait_for_menu("Contoso Production");
        pty.keys("a\r");
    })
}

/// What is read of a billing account.
fn billing(key: &str) -> Option<Case> {
    let profile = State::first_billing_profile(&account(ids::MCA_ACCOUNT));
    let profile = profile.rsplit('/').next().unwrap_or_default();
    let mca = ["generic", "--billing-account", ids::MCA_ACCOUNT];
    let mpa = ["generic", "--billing-account", ids::MPA_ACCOUNT];
    let ea = ["generic", "--billing-account", ids::ENROLLMENT];
    let lab = billing_lab::lab;
    match key {
        "agreement" => agreement(),
        "billing_account" => asked(
            case(
                "billing_account",
                lab(),
                &["spot-billing-engine"],
                &[ids::ENROLLMENT],
            ),
            |pty| choose(pty, "Contoso Enterprise", "Contoso Services"),
        ),
        "billing_profile" => asked(
            case(
                "billing_profile",
                billing_lab::with(two_profiles(ids::MCA_ACCOUNT)),
                &mca,
                &["CNTS-NORD-BG7-TGB"],
            ),
            |pty| choose(pty, "Contoso Nordic", "The whole account"),
        ),
        "invoice_section" => {
            let base = [&mca[..], &["--billing-profile", profile]].concat();
            Some(case(
                "invoice_section",
                lab(),
                &base,
                &["CNTS-INV1-PJA-TGB"],
            ))
        }
        "department" => Some(case("department", lab(), &ea, &["101"])),
        "customer_tenant" => customer(),
        "billing_role" => {
            let lab = lab();
            let customer = customers(&lab)[0].1.to_string();
            let base = [&mpa[..], &["--customer-tenant", &customer]].concat();
            Some(case("billing_role", lab, &base, &["customer-reader"]))
        }
        _ => None,
    }
}

/// Moves to the row that begins so, and takes it. The other row is there too. A row may have several lines.
pub(super) fn choose(pty: &mut Pty, wanted: &str, other: &str) {
    pty.wait_for(other);
    let mut screen = pty.wait_for_menu(wanted);
    let mark = format!("› {wanted}");
    while !screen.contains(&mark) {
        let cursor = |screen: &str| {
            let row = screen.lines().rfind(|row| row.starts_with("  › "));
            row.map(str::to_owned)
        };
        let before = cursor(&screen);
        pty.keys(DOWN);
        screen = pty.wait_until("another row", |screen| {
            cursor(screen).is_some_and(|row| Some(row) != before)
        });
    }
    pty.keys(ENTER);
}

/// Nobody signs in, so that Azure can't tell it, and the account's name leaves two agreements.
fn agreement() -> Option<Case> {
    let tenant = ids::TENANT.to_string();
    let base = [
        "spot-billing-engine",
        "--mode",
        "guided",
        "--sign-in",
        "none",
        "--tenant",
        &tenant,
        "--billing-account",
        ids::MCA_ACCOUNT,
    ];
    asked(
        case("agreement", billing_lab::lab(), &base, &["mca"]),
        |pty| {
            choose(
                pty,
                "Microsoft Customer Agreement",
                "Microsoft Partner Agreement",
            );
        },
    )
}

fn customer() -> Option<Case> {
    let lab = billing_lab::lab();
    let mut all = customers(&lab);
    all.sort();
    let value = all[0].1.to_string();
    let base = ["spaceone", "--billing-account", ids::MPA_ACCOUNT];
    asked(case("customer_tenant", lab, &base, &[&value]), |pty| {
        choose(pty, "Some of them", "All 12 customers");
        pty.wait_for_prompt("12 found");
        pty.keys("all\r");
        pty.wait_for("Space ticks");
        pty.wait_for_menu("[ ]");
        pty.keys(" \r");
    })
}

/// Who a partner is.
fn partner(key: &str) -> Option<Case> {
    let number = ["optima-csp", "--partner-id", ids::PARTNER_LOCATION_ID];
    let lab = || partner_lab::lab(|_| {});
    match key {
        "partner_id" => asked(
            case(
                "partner_id",
                lab(),
                &["optima-csp", "--partner-app", "new"],
                &[ids::PARTNER_LOCATION_ID],
            ),
            |pty| {
                pty.wait_for_prompt("What is your partner ID");
                pty.keys(&format!("{}\r", ids::PARTNER_LOCATION_ID));
            },
        ),
        "default_domain" => {
            let base = [&number[..], &["--partner-app", "new"]].concat();
            let case = case("default_domain", lab(), &base, &["contoso.com"]);
            tells_no_domain(&case.lab);
            asked(case, |pty| {
                pty.wait_for_prompt("domain");
                pty.keys("contoso.com\r");
            })
        }
        "partner_app" => asked(case("partner_app", lab(), &number, &["new"]), |pty| {
            choose(pty, "A new one", "The one that is registered");
        }),
        "app_id" => {
            let base = [&number[..], &["--partner-app", "registered"]].concat();
            asked(
                case(
                    "app_id",
                    lab(),
                    &base,
                    &[&ids::OPERATOR_CLIENT_ID.to_string()],
                ),
                |pty| {
                    pty.wait_for_prompt("Which app registration?");
                    pty.keys(&format!("{}\r", ids::OPERATOR_CLIENT_ID));
                },
            )
        }
        _ => None,
    }
}

/// Neither Microsoft Graph nor Resource Manager tells the directory's domain.
fn tells_no_domain(lab: &Lab) {
    let json = |status: u16, body: serde_json::Value| Action::Respond {
        status,
        headers: [("Content-Type".to_owned(), "application/json".to_owned())].into(),
        body: Some(body),
    };
    let denied = json!({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}});
    let tenant = json!({"value": [{"id": format!("/tenants/{}", ids::TENANT), "tenantId": ids::TENANT.to_string(), "displayName": "Contoso"}]});
    for (service, path, action) in [
        (Service::Graph, "/organization", json(403, denied)),
        (Service::Arm, "/tenants", json(200, tenant)),
    ] {
        lab.sandbox().faults().add(Rule {
            service: Some(service),
            method: Some("GET".to_owned()),
            path_contains: Some(path.to_owned()),
            nth: 1,
            times: 1_000,
            action,
        });
    }
}
