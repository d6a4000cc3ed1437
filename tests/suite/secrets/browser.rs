//! A browser is somebody else's program: it gets an address and nothing more.

use azconnect::sandbox::ids;

use super::Canaries;
use super::runs::spy;
use crate::lab::Lab;
use crate::terminal::pty::Pty;

/// A secret that the person has in the environment, for azconnect alone.
const OWN: &str = "a~secret-of-ones-own.8Q8Q0123456789";

#[test]
fn a_browser_gets_no_secret_and_the_screen_shows_none() {
    let mut lab = Lab::new();
    let notes = spy(lab.home(), "browser", "");
    let browser = lab.home().join("browser").display().to_string();
    lab.env.insert("BROWSER".to_owned(), browser);
    lab.env.remove("AZURE_CLIENT_ID");
    for name in ["AZURE_CLIENT_SECRET", "AZURE_PASSWORD"] {
        lab.env.insert(name.to_owned(), OWN.to_owned());
    }
    let store = format!("file:{}", lab.secret_file().display());
    let arguments = [
        "init",
        "spot-cost-intelligence",
        "--sign-in",
        "browser",
        "--store",
        &store,
    ];
    let mut pty = Pty::start(&lab, 200, &arguments);
    pty.wait_for("/authorize?");
    let url = loop {
        let noted = std::fs::read_to_string(&notes).unwrap_or_default();
        let url = noted.lines().find(|line| line.starts_with("https://"));
        if let (Some(url), true) = (url, noted.contains("HOME=")) {
            break url.to_owned();
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    };
    let person = lab.sandbox().person(ids::AVERY_NAME);
    lab.block_on(person.open(&url)).unwrap();
    pty.wait_for("[e]xplain");
    pty.keys("y\r");
    let left = pty.end().exits(0);
    let canaries = Canaries::of(&lab, &[OWN]);
    canaries.assert_absent(
        "what the browser was given",
        &std::fs::read(&notes).unwrap(),
    );
    canaries.assert_absent("the screen", &left.raw);
}
