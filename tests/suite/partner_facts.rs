//! Partner id and default domain: read where a person's sign-in may, held against Microsoft's own answer, asked otherwise.

use azconnect::sandbox::ids;
use serde_json::Value;

use crate::billing_lab::{finding, writes};
use crate::partner_lab::{check, connect, form, lab, peoples_lab, run_as, web_app};

fn value(document: &Value, key: &str) -> String {
    let all = form(document);
    all.into_iter().find(|(known, _)| known == key).unwrap().1
}

#[test]
fn a_persons_sign_in_tells_both() {
    let lab = peoples_lab(|_| {});
    let ran = run_as(&lab, ids::AVERY_NAME, "optima-csp", &[]).exits(7);
    assert_eq!(value(&ran.json(), "partner_id"), ids::PARTNER_LOCATION_ID);
    assert_eq!(value(&ran.json(), "default_domain"), "contoso.com");
    assert!(ran.stderr.contains("from Partner Center"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("contoso.onmicrosoft.com"),
        "the initial one beside it: {}",
        ran.stderr
    );
}

#[test]
fn a_person_without_a_second_factor_is_asked() {
    let lab = peoples_lab(|state| {
        let partner = state.partner_mut(ids::TENANT).unwrap();
        partner.without_second_factor.insert(ids::AVERY);
    });
    let gap = run_as(&lab, ids::AVERY_NAME, "optima-csp", &[])
        .exits(2)
        .json();
    assert_eq!(gap["error"]["gaps"][0]["key"], "partner_id");
}

#[test]
fn an_id_that_nobody_has_is_refused_and_another_ones_is_warned_of() {
    let lab = peoples_lab(|_| {});
    let from = lab.log().len();
    let unknown = ["--partner-id", "9999999"];
    let refused = run_as(&lab, ids::AVERY_NAME, "optima-csp", &unknown)
        .exits(2)
        .json();
    assert_eq!(refused["error"]["code"], "partner_unknown");
    assert!(writes(&lab, from).is_empty());
    let global = ["--partner-id", ids::PARTNER_GLOBAL_ID, "--plan"];
    let warned = run_as(&lab, ids::AVERY_NAME, "optima-csp", &global).exits(0);
    let text = warned.stderr.replace('\n', " ");
    assert!(
        text.contains("PLA") && text.contains(ids::PARTNER_LOCATION_ID),
        "{text}"
    );
}

#[test]
fn an_odd_length_is_warned_of_and_never_refused() {
    let lab = lab(|_| {});
    let plan = |id: &str| {
        let ran = crate::billing_lab::run(&lab, "optima-csp", &["--partner-id", id, "--plan"]);
        ran.exits(0).stderr.contains("unusual")
    };
    assert!(plan("123") && plan("12345678901"));
    assert!(!plan("1234") && !plan("1234567890"));
}

#[test]
fn a_domain_must_lead_to_the_directory() {
    let lab = lab(|state| {
        state.add_tenant("Fabrikam", "fabrikam.com");
    });
    for (domain, code) in [
        ("fabrikam.com", "domain_elsewhere"),
        ("nobody.example", "domain_unknown"),
    ] {
        let refused = connect(&lab, &["--default-domain", domain]).exits(2).json();
        assert_eq!(refused["error"]["code"], code, "{domain}");
    }
    let app = web_app(&lab);
    let own = [
        "--app-id",
        &app,
        "--default-domain",
        "Contoso.onmicrosoft.com",
    ];
    let done = connect(&lab, &own).exits(0).json();
    assert_eq!(value(&done, "default_domain"), "contoso.onmicrosoft.com");
}

#[test]
fn a_domain_that_moved_is_found_out_by_check() {
    let lab = lab(|state| {
        state.add_tenant("Fabrikam", "fabrikam.com");
    });
    let app = web_app(&lab);
    connect(&lab, &["--app-id", &app]).exits(0);
    // Another default domain for a directory, found by its initial one.
    let renames = |initial: &str, default: &str| {
        lab.state(|state| {
            let mut all = state.tenants.values_mut();
            let found = all.find(|tenant| tenant.initial_domain == initial).unwrap();
            default.clone_into(&mut found.default_domain);
            found.id.to_string()
        })
    };
    renames("contoso.onmicrosoft.com", "contoso.example");
    let other = renames("fabrikam.onmicrosoft.com", "contoso.com");
    let moved = check(&lab, 3);
    let moved = finding(&moved, "entra.domain");
    assert!(
        moved["what"].as_str().unwrap().contains(&other),
        "{moved:#}"
    );
    renames("fabrikam.onmicrosoft.com", "fabrikam.com");
    let gone = check(&lab, 3);
    let gone = finding(&gone, "entra.domain");
    assert_eq!(gone["what"], "contoso.com leads to no directory.");
}
