//! `--mode script --script az`: the script that is printed, what it says to whom, and that Microsoft's own `az` leaves the same with it as
//! azconnect does.

mod by_az;
mod printed;
mod standing;
mod tool;

use azconnect::sandbox::ids;

use crate::billing_lab::{self, account, words};
use crate::exports_lab;
use crate::lab::{Lab, Ran};

/// A vendor, and the answers that connect it unattended.
struct Case {
    /// What its snapshot is called.
    name: &'static str,
    vendor: &'static str,
    answers: fn() -> Vec<String>,
    lab: fn() -> Lab,
}

const CASES: &[Case] = &[
    Case {
        name: "spot-cost-intelligence",
        vendor: "spot-cost-intelligence",
        answers: || owned(&["--subscription", &ids::SUBSCRIPTION.to_string()]),
        lab: Lab::new,
    },
    Case {
        name: "spot-billing-engine-ea",
        vendor: "spot-billing-engine",
        answers: || owned(&["--billing-account", ids::ENROLLMENT]),
        lab: billing_lab::lab,
    },
    Case {
        name: "spot-billing-engine-mca",
        vendor: "spot-billing-engine",
        answers: || owned(&["--billing-account", ids::MCA_ACCOUNT]),
        lab: billing_lab::lab,
    },
    Case {
        name: "spaceone",
        vendor: "spaceone",
        answers: || owned(&["--billing-account", ids::MPA_ACCOUNT]),
        lab: billing_lab::lab,
    },
    Case {
        name: "cloudpi",
        vendor: "cloudpi",
        answers: || {
            let storage = format!(
                "/subscriptions/{}/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/{}",
                ids::SUBSCRIPTION,
                exports_lab::ACCOUNT
            );
            owned(&[
                "--billing-account",
                ids::ENROLLMENT,
                "--storage-account",
                &storage,
                "--location",
                "westeurope",
                "--export-name",
                exports_lab::EXPORT,
                "--backfill-months",
                "2",
            ])
        },
        lab: exports_lab::lab,
    },
];

fn owned(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

impl Case {
    fn named(name: &str) -> &'static Case {
        CASES.iter().find(|case| case.name == name).unwrap()
    }

    /// Connects it as azconnect does by itself.
    fn automatically(&self, lab: &Lab) -> Ran {
        let answers = (self.answers)();
        let ran = billing_lab::run(lab, self.vendor, &words(&answers));
        assert!(matches!(ran.code, 0 | 7), "{ran:#?}");
        ran
    }

    /// The arguments that print the script.
    fn printing(&self, more: &[&str]) -> Vec<String> {
        let fixed = [
            "init",
            self.vendor,
            "--connection",
            "spot",
            "--mode",
            "script",
        ];
        let mut all = owned(&fixed);
        all.extend((self.answers)());
        all.extend(owned(more));
        all
    }

    /// The script.
    fn script(&self, lab: &Lab) -> String {
        lab.run(&words(&self.printing(&[]))).exits(0).stdout
    }
}

/// Nothing was changed in the simulated Azure since.
fn changed_nothing(lab: &Lab, since: usize) {
    let writes = billing_lab::writes(lab, since);
    assert!(writes.is_empty(), "{writes:#?}");
}

/// The billing account of the first case that has one; here so that a change of the sample is noticed.
#[test]
fn the_cases_are_of_the_sample() {
    let lab = billing_lab::lab();
    lab.state(|state| {
        for name in [ids::ENROLLMENT, ids::MCA_ACCOUNT, ids::MPA_ACCOUNT] {
            assert!(
                state.billing_account_mut(name).is_some(),
                "{}",
                account(name)
            );
        }
    });
}
