//! The same walk where a billing role is given: a PUT under a name of our own on an enrollment, and a POST that must not be sent twice
//! under a partner agreement.

use azconnect::sandbox::ids;
use rustix::process::Signal;

use super::{Undisturbed, must_exit, stop_at, taken_back, walk, words};
use crate::aftermath::azure;
use crate::billing_lab::{init, lab, principal, roles_of};
use crate::lab::Lab;

/// Vendor, account and part of it of each walk.
const WALKS: [(&str, &str, &[&str]); 4] = [
    ("spot-billing-engine", ids::ENROLLMENT, &[]),
    ("spaceone", ids::MPA_ACCOUNT, &[]),
    ("generic", ids::ENROLLMENT, &["--department", "101"]),
    (
        "generic",
        ids::MCA_ACCOUNT,
        &["--invoice-section", "CNTS-INV1-PJA-TGB"],
    ),
];

fn arguments(lab: &Lab, vendor: &str, account: &str, part: &[&str]) -> Vec<String> {
    init(
        lab,
        vendor,
        &[&["--billing-account", account], part].concat(),
    )
}

#[test]
fn killed_anywhere_and_run_again_it_ends_as_if_undisturbed() {
    for (vendor, account, part) in WALKS {
        let first = lab();
        let undisturbed = Undisturbed::of_run(&first, &arguments(&first, vendor, account, part));
        let what = format!("init {vendor}, kill -9, init");
        walk(&what, &undisturbed.points(), |point| {
            let lab = lab();
            let arguments = arguments(&lab, vendor, account, part);
            let killed = stop_at(&lab, &words(&arguments), point, Signal::KILL)?;
            must_exit(lab.run(&words(&arguments)), 0)?;
            undisturbed.compare(&lab)?;
            match roles_of(&lab, principal(&lab)).len() {
                1 => Ok(killed.is_some()),
                several => Err(format!("{several} billing roles")),
            }
        });
    }
}

#[test]
fn killed_anywhere_and_taken_back_azure_is_as_it_was() {
    for (vendor, account, part) in WALKS {
        let first = lab();
        let undisturbed = Undisturbed::of_run(&first, &arguments(&first, vendor, account, part));
        let what = format!("init {vendor}, kill -9, remove");
        walk(&what, &undisturbed.points(), |point| {
            let lab = lab();
            let before = azure(&lab);
            let arguments = arguments(&lab, vendor, account, part);
            let killed = stop_at(&lab, &words(&arguments), point, Signal::KILL)?;
            taken_back(&lab, &before)?;
            Ok(killed.is_some())
        });
    }
}
