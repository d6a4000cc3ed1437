//! The flows with exports, run by the built binary, and each of their requests and answers held against Microsoft's own definitions.

use azconnect::sandbox::{Service, ids};

use crate::billing_lab::account;
use crate::contract::log_entry::exchange;
use crate::contract::{Definitions, Report, say};
use crate::exports_lab::{connect, is_connected, lab};

#[test]
fn every_request_about_exports_and_storage_is_one_that_microsofts_definitions_know() {
    let Some(definitions) = Definitions::load() else {
        say(&Definitions::skipped());
        return;
    };
    let subscription = ids::SUBSCRIPTION.to_string();
    let (mut report, mut blobs) = (Report::default(), 0);
    let enrollment = account(ids::ENROLLMENT);
    let scopes: [[&str; 2]; 2] = [
        ["--subscription", &subscription],
        ["--billing-account", ids::ENROLLMENT],
    ];
    for scope in scopes {
        let lab = lab();
        is_connected(connect(&lab, &scope));
        is_connected(connect(&lab, &scope));
        let other = [&scope[..], &["--export-format", "csv-gzip"]].concat();
        is_connected(connect(&lab, &other));
        lab.run(&["check", "spot"]);
        lab.run(&["backfill", "spot", "--from", "2026-01", "--to", "2026-03"])
            .exits(0);
        lab.run(&[
            "remove",
            "spot",
            "--with-data",
            "--confirm",
            "spot",
            "--yes",
        ])
        .exits(0);
        for entry in lab.log() {
            // The data plane has no definitions here; its own tests run against Microsoft's emulator.
            if entry.service == Service::Blob {
                blobs += 1;
                continue;
            }
            let exchange = exchange(&entry);
            let verdict = definitions.check(&exchange);
            report.add(&exchange, verdict);
        }
    }
    say(&format!(
        "flows with exports at a subscription and at {enrollment}; {report}\n  NOT validated: {blobs} requests to the blob service, which has no definitions here"
    ));
    assert_eq!(report.failures(), Vec::<String>::new());
    assert!(report.operations() >= 20, "{}", report.operations());
}
