//! Signing in as a person: a browser here, a browser elsewhere, a code on another device.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use azconnect::sandbox::ids;
use regex::Regex;

use super::pty::{CTRL_C, Pty};
use super::{assert_kept, folder, made, store_in};
use crate::lab::Lab;

/// A laboratory whose environment has no credential.
fn lab() -> Lab {
    let mut lab = Lab::new();
    for name in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
        lab.env.remove(name);
    }
    lab
}

/// A browser that does nothing but note the address, and the file that it notes it in.
fn browser(lab: &mut Lab) -> PathBuf {
    let (script, seen) = (lab.home().join("browser"), lab.home().join("opened"));
    let text = format!(
        "#!/bin/sh\nprintf '%s' \"$1\" > '{0}.new' && mv '{0}.new' '{0}'\n",
        seen.display()
    );
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
    lab.env
        .insert("BROWSER".to_owned(), script.display().to_string());
    seen
}

fn opened(seen: &std::path::Path) -> String {
    let begun = Instant::now();
    while !seen.exists() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "no browser was opened"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    std::fs::read_to_string(seen).unwrap()
}

/// The address on the screen.
fn address(screen: &str, path: &str) -> String {
    let pattern = Regex::new(&format!(r"https://\S*{path}\S*")).unwrap();
    pattern
        .find(screen)
        .unwrap_or_else(|| panic!("no address in\n{screen}"))
        .as_str()
        .to_owned()
}

fn agree(mut pty: Pty) -> String {
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    pty.end().exits(0).screen
}

#[test]
fn a_code_for_another_device() {
    let (lab, folder) = (lab(), folder());
    let store = store_in(&folder);
    // No browser can be opened here, so that is what `auto` comes to.
    let pty = Pty::start(
        &lab,
        100,
        &["init", "spot-cost-intelligence", "--store", &store],
    );
    let screen = pty.wait_for("Code");
    assert_kept("device_code", &masked_code(&screen));
    let code = code(&screen);
    let visit = lab.sandbox().person(ids::AVERY_NAME);
    lab.block_on(visit.enter_device_code(&code, true)).unwrap();
    let screen = agree(pty);
    assert!(screen.contains("avery@contoso.com"), "{screen}");
    assert!(screen.contains("device"), "{screen}");
}

fn code(screen: &str) -> String {
    let pattern = Regex::new(r"Code +(\S+)").unwrap();
    pattern.captures(screen).unwrap()[1].to_owned()
}

fn masked_code(screen: &str) -> String {
    screen.replace(&code(screen), "<code>")
}

#[test]
fn a_code_that_is_declined() {
    let (lab, folder) = (lab(), folder());
    let store = store_in(&folder);
    let pty = Pty::start(
        &lab,
        100,
        &[
            "init",
            "spot-cost-intelligence",
            "--sign-in",
            "device-code",
            "--store",
            &store,
        ],
    );
    let code = code(&pty.wait_for("Code"));
    let visit = lab.sandbox().person(ids::AVERY_NAME);
    lab.block_on(visit.enter_device_code(&code, false)).unwrap();
    let left = pty.end().exits(4);
    assert_kept(
        "device_code_declined",
        &left.screen.replace(&code, "<code>"),
    );
    assert_eq!(made(&lab)[0], 1);
}

#[test]
fn a_browser_here() {
    let (mut lab, folder) = (lab(), folder());
    let (seen, store) = (browser(&mut lab), store_in(&folder));
    let pty = Pty::start(
        &lab,
        100,
        &["init", "spot-cost-intelligence", "--store", &store],
    );
    let screen = pty.wait_for("/authorize?");
    let url = opened(&seen);
    assert_eq!(
        address(&screen, "authorize"),
        url,
        "what is opened is printed too, whole"
    );
    let visit = lab.sandbox().person(ids::AVERY_NAME);
    lab.block_on(visit.open(&url)).unwrap();
    let screen = agree(pty);
    assert!(screen.contains("avery@contoso.com"), "{screen}");
}

#[test]
fn a_browser_on_another_machine_and_its_last_address_pasted() {
    let (mut lab, folder) = (lab(), folder());
    let (seen, store) = (browser(&mut lab), store_in(&folder));
    let mut pty = Pty::start(
        &lab,
        100,
        &["init", "spot-cost-intelligence", "--store", &store],
    );
    pty.wait_for("/authorize?");
    let url = opened(&seen);
    pty.keys("http://localhost:1/?error=nonsense&state=other\r");
    let refused = pty.wait_for("Paste the whole address");
    assert!(refused.contains('!'), "{refused}");
    let last = lab.block_on(redirected(&lab, &url));
    pty.keys(&format!("{last}\r"));
    let screen = agree(pty);
    assert!(screen.contains("avery@contoso.com"), "{screen}");
}

/// Signs in at the page, and does not follow where it leads: that is on another machine.
async fn redirected(lab: &Lab, url: &str) -> String {
    let root = reqwest::Certificate::from_pem(lab.sandbox().ca_pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([root])
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let page = client
        .get(format!("{url}&login_hint={}", ids::AVERY_NAME))
        .send()
        .await
        .unwrap();
    page.headers()["location"].to_str().unwrap().to_owned()
}

#[test]
fn ctrl_c_while_somebody_is_to_sign_in() {
    let (mut lab, folder) = (lab(), folder());
    let store = store_in(&folder);
    for (way, shown) in [("device-code", "Code"), ("browser", "/authorize?")] {
        if way == "browser" {
            browser(&mut lab);
        }
        let mut pty = Pty::start(
            &lab,
            100,
            &[
                "init",
                "spot-cost-intelligence",
                "--sign-in",
                way,
                "--store",
                &store,
            ],
        );
        pty.wait_for(shown);
        pty.keys(CTRL_C);
        let left = pty.end().exits(130);
        assert!(
            left.screen
                .contains("Stopped. Nothing in Azure was changed."),
            "{}",
            left.screen
        );
    }
}
