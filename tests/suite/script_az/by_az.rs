//! The printed script, run by the real `az` against the simulated Azure: it leaves what an automatic run leaves, and run again it changes
//! nothing.

use std::os::unix::fs::PermissionsExt;

use super::standing::{differences, ids, standing};
use super::tool::{az, shell, sign_in};
use super::{Case, changed_nothing};
use crate::lab::Lab;

/// One vendor from end to end.
fn leaves_the_same(name: &str) {
    let Some(az) = az(name) else {
        return;
    };
    let case = Case::named(name);
    let automatic = (case.lab)();
    let known = ids(&automatic);
    case.automatically(&automatic);
    let lab = (case.lab)();
    let script = lab.home().join("connect.sh");
    std::fs::write(&script, case.script(&lab)).unwrap();
    sign_in(&lab, &az);

    let ran = shell(&lab, &az, &["connect.sh"]).exits(0);
    let left = standing(&lab, &known);
    let differ = differences(&left, &standing(&automatic, &known));
    assert!(differ.is_empty(), "{differ:#?}\n{ran:#?}");
    let file = lab.home().join("azconnect-spot.env");
    let secret = std::fs::read_to_string(&file).unwrap();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let value = secret.lines().last().unwrap().split_once('=').unwrap().1;
    assert!(!ran.stdout.contains(value) && !ran.stderr.contains(value));

    let before = lab.log().len();
    shell(&lab, &az, &["connect.sh"]).exits(0);
    changed_nothing(&lab, before);
    assert_eq!(standing(&lab, &known), left);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), secret);
    goes_on(&lab, &ran.stdout);
}

/// The command that the script ends with: azconnect finds everything, proves it, and keeps it.
fn goes_on(lab: &Lab, said: &str) {
    let command = said
        .lines()
        .find_map(|line| line.trim().strip_prefix("azconnect "));
    let store = format!("file:{}", lab.secret_file().display());
    let mut all: Vec<&str> = command.unwrap().split(' ').collect();
    all.extend(["--store", &store, "--yes", "--output", "json"]);
    let before = lab.log().len();
    let ran = lab.run(&all);
    assert!(matches!(ran.code, 0 | 7), "{ran:#?}");
    changed_nothing(lab, before);
    let document = ran.json();
    for step in document["steps"].as_array().unwrap() {
        assert!(
            matches!(step["status"].as_str(), Some("found" | "manual")),
            "{step:#}"
        );
    }
    assert!(lab.secret_file().exists());
}

#[test]
fn spot_cost_intelligence() {
    leaves_the_same("spot-cost-intelligence");
}

#[test]
fn spot_billing_engine_of_an_enrollment() {
    leaves_the_same("spot-billing-engine-ea");
}

#[test]
fn spot_billing_engine_of_a_customer_agreement() {
    leaves_the_same("spot-billing-engine-mca");
}

#[test]
fn optima_csp() {
    leaves_the_same("optima-csp");
}

#[test]
fn spaceone() {
    leaves_the_same("spaceone");
}

#[test]
fn cloudpi() {
    leaves_the_same("cloudpi");
}
