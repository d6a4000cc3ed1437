//! The real `az`, signed in to the simulated Azure. `tests/run` installs it below `target/tools`; where it can't be had, each test says
//! that it was skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use azconnect::sandbox::ids;

use crate::contract::say;
use crate::lab::{Lab, Ran};

/// The version that `tests/run` installs.
const VERSION: &str = "2.91.0";

/// The folder of `az`, if this machine has it; else it is said aloud that `test` was skipped.
pub(super) fn az(test: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/tools/az-{VERSION}"));
    if folder.join("installed").exists() {
        return Some(folder.join("bin"));
    }
    say(&format!(
        "script_az::{test}: SKIPPED, az is not installed; `bash tests/run` does that"
    ));
    None
}

/// A shell where `az` is the real one, with settings of its own, that trusts the laboratory's certificate.
pub(super) fn shell(lab: &Lab, az: &Path, words: &[&str]) -> Ran {
    let path = format!(
        "{}:{}",
        az.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let home = lab.home();
    let output = Command::new("bash")
        .args(words)
        .env_clear()
        .env("PATH", path)
        .env("HOME", home)
        .env("AZURE_CONFIG_DIR", home.join("az"))
        .env("REQUESTS_CA_BUNDLE", home.join("ca.pem"))
        // No authority is looked up at Microsoft's, and nothing is reported there.
        .env("AZURE_CORE_INSTANCE_DISCOVERY", "false")
        .env("AZURE_CORE_COLLECT_TELEMETRY", "false")
        .current_dir(home)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    Ran::from(output)
}

/// Registers the laboratory as a cloud of `az`, and signs the operator in.
pub(super) fn sign_in(lab: &Lab, az: &Path) {
    let endpoints = lab.sandbox().endpoints();
    let (login, arm) = (&endpoints.login, &endpoints.arm);
    let script = format!(
        "set -euo pipefail\n\
         az cloud register --name lab --skip-endpoint-discovery --endpoint-active-directory {login} --endpoint-resource-manager {arm} \
         --endpoint-active-directory-resource-id https://management.azure.com --endpoint-management {arm} --output none\n\
         az cloud set --name lab\n\
         az login --service-principal --username {} --password '{}' --tenant {} --allow-no-subscriptions --output none\n",
        ids::OPERATOR_CLIENT_ID,
        ids::OPERATOR_SECRET,
        ids::TENANT
    );
    shell(lab, az, &["-c", &script]).exits(0);
}
