//! The printed script, run by the real `az` against the simulated Azure: it leaves what an automatic run leaves, and run again it changes
//! nothing.

use std::os::unix::fs::PermissionsExt;

use super::standing::{differences, ids, standing};
use super::tool::{az, shell, sign_in};
use super::{Case, changed_nothing};

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
fn spaceone() {
    leaves_the_same("spaceone");
}

#[test]
fn cloudpi() {
    leaves_the_same("cloudpi");
}
