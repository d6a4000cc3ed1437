//! People who sign in while the binary runs: with a browser that the machine opens, or with a code.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::lab::{Lab, Ran};

/// How long a person waits for the page or the code; a hang fails, nothing else is measured.
const PATIENCE: Duration = Duration::from_secs(60);

/// The environment holds no other credential.
pub(crate) fn nobody_else(lab: &mut Lab) {
    lab.env.retain(|name, _| !name.starts_with("AZURE_"));
}

/// A browser that writes down the address it was to open.
pub(crate) fn give_browser(lab: &mut Lab) {
    use std::os::unix::fs::PermissionsExt;
    let script = lab.home().join("browser");
    let text = format!(
        "#!/bin/sh\nprintf '%s' \"$1\" > '{0}.new' && mv '{0}.new' '{0}'\n",
        lab.home().join("address").display()
    );
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    lab.env
        .insert("BROWSER".into(), script.display().to_string());
}

/// Runs the binary, and signs in as `name` on the page that it opens.
pub(crate) fn sign_in_by_browser(lab: &Lab, name: &str, arguments: &[&str]) -> Ran {
    let file = lab.home().join("address");
    let _ = std::fs::remove_file(&file);
    let child = lab.start(arguments);
    open_when_there(lab, name, &file);
    Ran::from(child.wait_with_output().unwrap())
}

/// Opens the page whose address is in this file, once it is, and signs in as `name`.
pub(crate) fn open_when_there(lab: &Lab, name: &str, file: &Path) {
    let person = lab.sandbox().person(name);
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Ok(url) = std::fs::read_to_string(file) {
            lab.block_on(person.open(&url)).unwrap();
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Runs the binary, and enters the code that it shows as `name`.
pub(crate) fn sign_in_by_code(lab: &Lab, name: &str, approve: bool, arguments: &[&str]) -> Ran {
    let mut child = lab.start(arguments);
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut stderr = String::new();
    let person = lab.sandbox().person(name);
    let code = regex::Regex::new(r"\b[A-Z0-9]{9}\b|\b[A-Z0-9]{4}-[A-Z0-9]{4}\b").unwrap();
    let mut line = String::new();
    while told.read_line(&mut line).unwrap() > 0 {
        stderr.push_str(&line);
        if let Some(code) = code.find(&line) {
            // The page may refuse: that is then the test's business to see in how the run ends.
            let _ = lab.block_on(person.enter_device_code(code.as_str(), approve));
            break;
        }
        line.clear();
    }
    told.read_to_string(&mut stderr).unwrap();
    let output = child.wait_with_output().unwrap();
    Ran {
        stderr,
        ..Ran::from(output)
    }
}
