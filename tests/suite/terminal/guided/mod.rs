//! Guided mode: a person does each step in the portal, azconnect watches and goes on by itself. The test plays the portal by changing the
//! simulated Azure's state; nothing else changes it.

use azconnect::sandbox::{Service, ids};

mod going_on;
mod vendors;
mod without;

use super::portal::{Portal, Registered};
use super::pty::{ENTER, Pty};
use crate::billing_lab::writes;
use crate::contract::log_entry::exchange;
use crate::contract::{Definitions, Report, say};
use crate::lab::Lab;

pub(super) fn start(lab: &Lab, store: &str, vendor: &str, more: &[&str]) -> Pty {
    let fixed = ["init", vendor, "--connection", "spot", "--store", store];
    Pty::start(
        lab,
        140,
        &[&fixed[..], &["--mode", "guided"], more].concat(),
    )
}

pub(super) fn subscription() -> String {
    format!("/subscriptions/{}", ids::SUBSCRIPTION)
}

/// azconnect itself has changed nothing: what there is, the person has made.
pub(super) fn assert_untouched(lab: &Lab) {
    let own: Vec<String> = writes(lab, 0)
        .iter()
        .filter(|entry| !entry.path.contains("appmanagement"))
        .filter(|entry| !entry.path.ends_with("/checkNameAvailability"))
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect();
    assert!(
        own.is_empty(),
        "azconnect changed something itself: {own:?}"
    );
}

/// Whatever was asked is something that Microsoft's definitions know, where they are at hand.
pub(super) fn assert_known_to_microsoft(lab: &Lab) {
    let Some(definitions) = Definitions::load() else {
        say(&Definitions::skipped());
        return;
    };
    let mut report = Report::default();
    // The blob service has no definitions here.
    for entry in lab
        .log()
        .iter()
        .filter(|entry| entry.service != Service::Blob)
    {
        let exchange = exchange(entry);
        let verdict = definitions.check(&exchange);
        report.add(&exchange, verdict);
    }
    assert_eq!(report.failures(), Vec::<String>::new());
}

/// The app registration: made in the portal, found by its name, confirmed.
pub(super) fn register(pty: &mut Pty, portal: &Portal<'_>, name: &str) -> Registered {
    pty.wait_for_prompt("Paste the Application (client) ID");
    let app = portal.register(name);
    pty.wait_for_menu("Another one");
    pty.keys(ENTER);
    app
}

/// The secret: made in the portal, pasted.
pub(super) fn paste_secret(pty: &mut Pty, portal: &Portal<'_>, app: Registered) -> String {
    pty.wait_for_prompt("asks for the secret");
    let secret = portal.add_secret(app, 180);
    pty.keys(ENTER);
    pty.wait_for_hidden("Paste the secret's Value");
    pty.keys(&format!("{}\r", secret.value));
    secret.value
}

/// The address that the browser was given.
pub(super) fn opened(lab: &Lab) -> String {
    let file = lab.home().join("address");
    for _ in 0..600 {
        if let Ok(url) = std::fs::read_to_string(&file) {
            return url;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("no browser was opened");
}
