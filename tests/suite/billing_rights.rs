//! Who may give a billing role and who may not: what is said before, what is asked of somebody else, and how it goes on afterwards.

use azconnect::sandbox::{DirectoryRole, State, ids};
use regex::Regex;
use serde_json::{Value, json};

use crate::billing_lab::{account, each, finding, grants, init, principal, roles_of, with, words};
use crate::lab::{Lab, Ran};
use crate::people::{nobody_else, sign_in_by_code};
use crate::second_person::letters;

/// A laboratory in which nobody but people can sign in.
fn lab(prepare: impl FnOnce(&mut State)) -> Lab {
    let mut state = State::contoso_with_billing();
    // So that Lee lacks the billing right and nothing else.
    let lee = state.user_mut(ids::LEE_NAME).unwrap();
    lee.directory_roles
        .insert(DirectoryRole::ApplicationDeveloper);
    prepare(&mut state);
    let mut lab = with(state);
    nobody_else(&mut lab);
    lab
}

/// Runs `init` as somebody.
fn run_as(lab: &Lab, name: &str, vendor: &str, more: &[&str]) -> Ran {
    let tenant = ids::TENANT.to_string();
    let signing = ["--sign-in", "device-code", "--tenant", &tenant];
    let arguments = init(lab, vendor, &[&signing, more].concat());
    sign_in_by_code(lab, name, true, &words(&arguments))
}

/// The same, as text for people.
fn read_as(lab: &Lab, name: &str, vendor: &str, more: &[&str]) -> Ran {
    let tenant = ids::TENANT.to_string();
    let signing = ["--sign-in", "device-code", "--tenant", &tenant];
    let mut arguments = init(lab, vendor, &[&signing, more].concat());
    let form = arguments.iter_mut().find(|word| *word == "json").unwrap();
    "text".clone_into(form);
    sign_in_by_code(lab, name, true, &words(&arguments))
}

/// The only letter, or all of them where there are more.
fn letter(lab: &Lab) -> String {
    let texts: Vec<String> = letters(lab, "spot")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert!(!texts.is_empty());
    texts.join("\n")
}

/// An `az rest` command, taken apart as a shell would.
fn command(letter: &str) -> (String, String, Value) {
    let form =
        Regex::new(r"(?m)^ +az rest --method (\w+) --url '([^']+)' --body '([^']+)'$").unwrap();
    let found = form
        .captures(letter)
        .unwrap_or_else(|| panic!("no command in {letter}"));
    let body = serde_json::from_str(&found[3]).unwrap();
    (found[1].to_owned(), found[2].to_owned(), body)
}

/// What a person who runs that command does: signs in by themselves, and sends it.
fn send_as(lab: &Lab, name: &str, (method, url, body): &(String, String, Value)) -> u16 {
    let root = reqwest::Certificate::from_pem(lab.sandbox().ca_pem().as_bytes()).unwrap();
    let http = reqwest::Client::builder()
        .tls_certs_only([root])
        .no_proxy()
        .build()
        .unwrap();
    let login = format!(
        "{}/{}/oauth2/v2.0",
        lab.sandbox().endpoints().login,
        ids::TENANT
    );
    let form = |path: &str, text: String| {
        let request = http.post(format!("{login}/{path}"));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(text);
        async move {
            let bytes = request.send().await.unwrap().bytes().await.unwrap();
            serde_json::from_slice::<Value>(&bytes).unwrap()
        }
    };
    lab.block_on(async {
        let client = ids::AZURE_CLI_CLIENT_ID;
        let scope = "https%3A%2F%2Fmanagement.azure.com%2F.default";
        let code = form("devicecode", format!("client_id={client}&scope={scope}")).await;
        let text = |name: &str| code[name].as_str().unwrap().to_owned();
        lab.sandbox()
            .person(name)
            .enter_device_code(&text("user_code"), true)
            .await
            .unwrap();
        let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";
        let token = form(
            "token",
            format!(
                "grant_type={grant}&client_id={client}&device_code={}",
                text("device_code")
            ),
        )
        .await;
        let method = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let request = http
            .request(method, url)
            .bearer_auth(token["access_token"].as_str().unwrap());
        let request = request
            .header("content-type", "application/json")
            .body(body.to_string());
        request.send().await.unwrap().status().as_u16()
    })
}

#[test]
fn who_has_no_right_on_an_enrollment_gets_a_command_for_somebody_who_has() {
    let lab = lab(|_| {});
    let wanted = ["--billing-account", ids::ENROLLMENT];
    let document = run_as(&lab, ids::LEE_NAME, "spot-billing-engine", &wanted)
        .exits(5)
        .json();
    assert_eq!(
        each(&document, "steps", "status"),
        ["done", "done", "done", "manual"],
        "{document:#}"
    );
    assert_eq!(document["exit"], "forbidden");
    let (letter, principal) = (letter(&lab), principal(&lab));
    assert_eq!(document["request"], letter);
    assert!(letter.contains("Enterprise Administrator"), "{letter}");
    // The portal has no page for it, and a link would lead nowhere.
    assert!(
        !letter.contains("Microsoft_Azure_CostManagement/Menu/access"),
        "{letter}"
    );
    let asked = command(&letter);
    let definition = format!(
        "{}/billingRoleDefinitions/{}",
        account(ids::ENROLLMENT),
        ids::BILLING_ROLE_ENROLLMENT_READER
    );
    assert_eq!(asked.0, "put");
    assert_eq!(
        asked.2,
        json!({"properties": {"principalId": principal, "principalTenantId": ids::TENANT, "roleDefinitionId": definition}})
    );
    let (refused, sent) = (&grants(&lab, 0)[0], asked.1.split('?').next().unwrap());
    assert!(
        sent.ends_with(&refused.path),
        "the command is what was refused: {sent}"
    );

    // Still not done: the same again, and nothing twice.
    run_as(&lab, ids::LEE_NAME, "spot-billing-engine", &["--resume"]).exits(5);
    assert_eq!(send_as(&lab, ids::AVERY_NAME, &asked), 200);
    let resumed = run_as(&lab, ids::LEE_NAME, "spot-billing-engine", &["--resume"])
        .exits(0)
        .json();
    assert_eq!(each(&resumed, "steps", "status"), ["found"; 4]);
    assert!(
        each(&resumed, "checks", "status")
            .iter()
            .all(|status| *status == "pass")
    );
    assert_eq!(roles_of(&lab, principal).len(), 1);
    // And a run after that.
    let again = run_as(&lab, ids::LEE_NAME, "spot-billing-engine", &wanted)
        .exits(0)
        .json();
    assert_eq!(each(&again, "steps", "status"), ["found"; 4]);
}

#[test]
fn who_has_no_right_on_a_modern_account_gets_a_link_too() {
    for (vendor, name, agreement) in [
        ("spot-billing-engine", ids::MCA_ACCOUNT, "mca"),
        ("spaceone", ids::MPA_ACCOUNT, "mpa"),
    ] {
        let lab = lab(|_| {});
        let wanted = ["--billing-account", name, "--agreement", agreement];
        let document = run_as(&lab, ids::LEE_NAME, vendor, &wanted).exits(5).json();
        assert_eq!(
            each(&document, "steps", "status"),
            ["done", "done", "done", "manual"]
        );
        let letter = letter(&lab);
        assert!(
            letter.contains(
                "https://portal.azure.com/#blade/Microsoft_Azure_CostManagement/Menu/access"
            ),
            "{letter}"
        );
        assert!(letter.contains("--resume"), "{letter}");
        let asked = command(&letter);
        assert_eq!(asked.0, "post");
        let definition = format!(
            "{}/billingRoleDefinitions/{}",
            account(name),
            ids::BILLING_ROLE_ACCOUNT_READER
        );
        assert_eq!(
            asked.2,
            json!({"principalId": principal(&lab), "principalTenantId": ids::TENANT, "roleDefinitionId": definition})
        );
        assert_eq!(send_as(&lab, ids::AVERY_NAME, &asked), 202);
        let resumed = run_as(&lab, ids::LEE_NAME, vendor, &["--resume"])
            .exits(0)
            .json();
        assert_eq!(each(&resumed, "steps", "status"), ["found"; 4]);
        assert_eq!(finding(&resumed, "billing.account")["status"], "pass");
    }
}

#[test]
fn an_unseen_modern_account_needs_its_agreement_said() {
    let lab = lab(|_| {});
    let document = run_as(
        &lab,
        ids::LEE_NAME,
        "spaceone",
        &["--billing-account", ids::MPA_ACCOUNT],
    )
    .exits(2)
    .json();
    assert!(
        document["error"].to_string().contains("agreement"),
        "{document:#}"
    );
    assert_eq!(grants(&lab, 0).len(), 0);
}

/// Avery without any billing role: Global Administrator only.
fn only_global_administrator(state: &mut State) {
    state
        .billing
        .role_assignments
        .retain(|_, given| given.principal != ids::AVERY);
}

#[test]
fn a_global_administrator_is_enough_under_customer_and_partner_agreements() {
    for (name, agreement) in [(ids::MCA_ACCOUNT, "mca"), (ids::MPA_ACCOUNT, "mpa")] {
        let lab = lab(only_global_administrator);
        let wanted = ["--billing-account", name, "--agreement", agreement];
        let plan = read_as(
            &lab,
            ids::AVERY_NAME,
            "spaceone",
            &[&wanted[..], &["--plan"]].concat(),
        )
        .exits(0);
        let line = plan
            .stdout
            .lines()
            .find(|line| line.contains("Billing account owner"))
            .unwrap_or_else(|| panic!("{plan:#?}"));
        assert!(
            plan.stdout.contains("you have it") && !line.contains("seem"),
            "{plan:#?}"
        );
        run_as(&lab, ids::AVERY_NAME, "spaceone", &wanted).exits(0);
        assert_eq!(roles_of(&lab, principal(&lab)).len(), 1);
    }
}

#[test]
fn a_global_administrator_is_not_enough_on_an_enrollment() {
    let lab = lab(only_global_administrator);
    let wanted = ["--billing-account", ids::ENROLLMENT];
    let document = run_as(&lab, ids::AVERY_NAME, "spaceone", &wanted)
        .exits(5)
        .json();
    assert!(
        document["error"]["why"]
            .as_str()
            .unwrap()
            .contains("Global Administrator"),
        "{document:#}"
    );
    assert!(document["request"].as_str().is_some(), "{document:#}");
    assert!(letter(&lab).contains("Enterprise Administrator"));
}

#[test]
fn the_preflight_never_says_a_no_that_it_cannot_know() {
    for (person, name) in [
        (ids::LEE_NAME, ids::ENROLLMENT),
        (ids::LEE_NAME, ids::MCA_ACCOUNT),
        (ids::AVERY_NAME, ids::ENROLLMENT),
        (ids::AVERY_NAME, ids::MCA_ACCOUNT),
    ] {
        let lab = lab(|_| {});
        let agreement = if name == ids::ENROLLMENT { "ea" } else { "mca" };
        let wanted = [
            "--billing-account",
            name,
            "--agreement",
            agreement,
            "--plan",
        ];
        let plan = read_as(&lab, person, "spot-billing-engine", &wanted).exits(0);
        let said = plan.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!said.contains("don't seem to have it"), "{plan:#?}");
        let unknown = said.contains("can't see whether you have it");
        assert_eq!(unknown, person == ids::LEE_NAME, "{plan:#?}");
    }
}

#[test]
fn a_guest_is_warned_with_the_vendors_rule_and_not_stopped() {
    let lab = lab(|_| {});
    let wanted = ["--billing-account", ids::ENROLLMENT, "--plan"];
    let guest = read_as(&lab, ids::RILEY_NAME, "spot-billing-engine", &wanted).exits(0);
    assert!(guest.stderr.contains("guest"), "{guest:#?}");
    let member = read_as(&lab, ids::LEE_NAME, "spot-billing-engine", &wanted).exits(0);
    assert!(!member.stderr.contains("guest"), "{member:#?}");
}

/// Lee may neither register applications nor give billing roles: each letter asks for one, and one answer to both is enough.
#[test]
fn who_lacks_both_rights_sends_two_letters_and_one_answer_is_enough() {
    let lab = lab(|state| {
        state
            .tenants
            .get_mut(&ids::TENANT)
            .unwrap()
            .allowed_to_create_apps = false;
        let lee = state.user_mut(ids::LEE_NAME).unwrap();
        lee.directory_roles.clear();
    });
    let wanted = ["--billing-account", ids::ENROLLMENT];
    let document = run_as(&lab, ids::LEE_NAME, "spot-billing-engine", &wanted)
        .exits(5)
        .json();
    assert_eq!(
        each(&document, "steps", "status"),
        ["manual", "skipped", "skipped", "skipped"]
    );
    let letter = letter(&lab);
    assert!(letter.contains("az ad app create"), "{letter}");
    assert!(letter.contains("az ad sp show --id"), "{letter}");
    assert!(letter.contains("Enterprise Administrator"), "{letter}");
    let (method, url, body) = command(&letter);
    assert_eq!(method, "put");
    // A name made from a placeholder would be shared by all who ask, and the second grant would take the first one's place.
    assert!(
        url.contains("/billingRoleAssignments/<a new GUID>?"),
        "{url}"
    );
    assert_eq!(
        body["properties"]["principalId"],
        "<object ID of the service principal>"
    );
    assert_eq!(letter.matches("  Who: ").count(), 2, "{letter}");

    // Somebody does all of it.
    let client_id = lab.state(|state| {
        let lee = state.user_mut(ids::LEE_NAME).unwrap().id;
        let application = state.add_application(ids::TENANT, "Registered by somebody");
        let principal = state.add_service_principal(application).unwrap();
        let app = state.applications.get_mut(&application).unwrap();
        app.owners.insert(lee);
        let client_id = app.app_id.to_string();
        let role = ids::BILLING_ROLE_ENROLLMENT_READER;
        state.assign_billing_role(principal, role, &account(ids::ENROLLMENT));
        client_id
    });
    let more = ["--resume", "--app-id", &client_id];
    let resumed = run_as(&lab, ids::LEE_NAME, "spot-billing-engine", &more)
        .exits(0)
        .json();
    assert_eq!(
        each(&resumed, "steps", "status"),
        ["found", "found", "done", "found"]
    );
}
