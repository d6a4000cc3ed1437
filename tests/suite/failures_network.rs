//! The way to Azure fails: services that are down, names that are unknown, certificates that nobody knows, proxies' pages.

use std::collections::BTreeMap;

use azconnect::sandbox::{Action, Rule, Service};
use serde_json::Value;

use crate::failing::{Failure, hints, statuses};
use crate::lab::Lab;

const UNAVAILABLE: Failure = Failure {
    name: "graph_down",
    exit: (1, "failed"),
    code: "503",
    words: "answered with HTTP status 503",
    has_id: false,
};

/// Every request to a service whose path has this in it is answered so, without being processed.
pub(crate) fn answers(lab: &Lab, service: Service, path: &str, status: u16, body: Option<Value>) {
    lab.sandbox().faults().add(Rule {
        service: Some(service),
        method: None,
        path_contains: Some(path.to_owned()),
        nth: 1,
        times: 1000,
        action: Action::Respond {
            status,
            headers: BTreeMap::from([("Retry-After".to_owned(), "0".to_owned())]),
            body,
        },
    });
}

#[test]
fn graph_is_down() {
    let (_, document) = UNAVAILABLE.of(|lab| {
        answers(lab, Service::Graph, "/", 503, None);
        Vec::new()
    });
    assert_eq!(document["error"]["retry"], true);
}

#[test]
fn graph_goes_down_in_the_middle() {
    let partial = Failure {
        name: "graph_goes_down",
        exit: (6, "partial"),
        ..UNAVAILABLE
    };
    let (lab, document) = partial.of(|lab| {
        answers(lab, Service::Graph, "servicePrincipals(", 503, None);
        Vec::new()
    });
    assert_eq!(document["error"]["retry"], true);
    assert_eq!(statuses(&document), ["done", "failed", "done", "skipped"]);
    lab.sandbox().faults().clear();
    let resumed = lab.run_init(&["--resume"]).exits(0).json();
    assert_eq!(statuses(&resumed), ["found", "done", "found", "done"]);
}

#[test]
fn resource_manager_is_down() {
    let down = Failure {
        name: "arm_down",
        ..UNAVAILABLE
    };
    let (_, document) = down.of(|lab| {
        answers(lab, Service::Arm, "/", 503, None);
        Vec::new()
    });
    assert_eq!(document["error"]["retry"], true);
}

#[test]
fn the_sign_in_service_is_down() {
    // The SDK's credential keeps the status to itself.
    let down = Failure {
        name: "login_down",
        code: "not-json",
        words: "Microsoft Entra ID",
        ..UNAVAILABLE
    };
    let (_, document) = down.of(|lab| {
        answers(lab, Service::Login, "/", 503, None);
        Vec::new()
    });
    assert_eq!(document["error"]["retry"], true);
}

#[test]
fn nothing_listens() {
    let refused = Failure {
        name: "connection_refused",
        code: "connect",
        words: "Failed to reach 127.0.0.1",
        ..UNAVAILABLE
    };
    refused.of(|lab| {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("https://{}", closed.local_addr().unwrap());
        let endpoints = lab.sandbox().endpoints().clone();
        change_cloud(lab, |text| text.replace(&endpoints.login, &address));
        Vec::new()
    });
}

#[test]
fn the_name_is_unknown() {
    let unknown = Failure {
        name: "unknown_name",
        code: "dns",
        words: "Failed to reach login.azconnect.invalid",
        ..UNAVAILABLE
    };
    unknown.of(|lab| {
        let endpoints = lab.sandbox().endpoints().clone();
        change_cloud(lab, |text| {
            text.replace(&endpoints.login, "https://login.azconnect.invalid")
        });
        Vec::new()
    });
}

#[test]
fn nobody_known_signed_the_certificate() {
    let unknown = Failure {
        name: "unknown_certificate",
        code: "tls-unknown-issuer",
        words: "Failed to reach 127.0.0.1",
        ..UNAVAILABLE
    };
    let (_, document) = unknown.of(|lab| {
        change_cloud(lab, |text| text.replace("ca_file", "# ca_file"));
        Vec::new()
    });
    assert!(
        hints(&document)
            .iter()
            .any(|hint| hint.contains("--ca-file"))
    );
    assert_eq!(document["error"]["retry"], false);
}

const PAGE: &str =
    "<!DOCTYPE html><html><body>Sign in to the network of Hotel Contoso</body></html>";

#[test]
fn a_proxys_page_comes_instead_of_resource_manager() {
    let page = Failure {
        name: "page_instead_of_arm",
        code: "not-json",
        words: "Azure Resource Manager",
        ..UNAVAILABLE
    };
    page.of(|lab| {
        answers(lab, Service::Arm, "/", 200, Some(PAGE.into()));
        Vec::new()
    });
}

#[test]
fn a_proxys_page_comes_instead_of_the_sign_in() {
    let page = Failure {
        name: "page_instead_of_login",
        code: "not-json",
        words: "Microsoft Entra ID",
        ..UNAVAILABLE
    };
    page.of(|lab| {
        answers(lab, Service::Login, "/", 200, Some(PAGE.into()));
        Vec::new()
    });
}

#[test]
fn a_proxys_refusal_comes_instead_of_graph() {
    let page = Failure {
        name: "page_instead_of_graph",
        code: "not-json",
        words: "Microsoft Graph",
        ..UNAVAILABLE
    };
    page.of(|lab| {
        answers(lab, Service::Graph, "/", 403, Some(PAGE.into()));
        Vec::new()
    });
}

fn change_cloud(lab: &Lab, change: impl FnOnce(String) -> String) {
    let file = lab.home().join("cloud.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, change(text)).unwrap();
}
