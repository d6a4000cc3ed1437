//! `deploy.sh`, run by bash with an `az` that only notes what it is asked for: deployments themselves need Azure.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use azconnect::plan::script::Language;

use super::samples;

/// Notes its words. The resource group is there; everything else is not. A deployment says two IDs.
const AZ: &str = r#"#!/bin/sh
printf '%s\n' "$*" >>"$NOTES"
case "$*" in
  "account show"*) echo "$SIGNED_IN_TO" ;;
  "rest --method get"*"/resourceGroups/azconnect?"*) ;;
  "rest --method get"*) echo 'ERROR: Not Found({"error":{"code":"ResourceNotFound","message":"x"}})' >&2; exit 1 ;;
  "deployment sub create"*) echo "c11e c0de" ;;
esac
"#;

/// Runs `deploy.sh` of a wish; what `az` was asked for, what the script beside was given, and whether it went well.
fn deploy(wish: &str, az: &str, tenant: &str) -> (Vec<String>, String, bool) {
    let folder = tempfile::tempdir().unwrap();
    let (_, spec) = samples::all()
        .into_iter()
        .find(|(name, _)| *name == wish)
        .unwrap();
    for file in samples::written(&spec, Language::Bicep).files {
        let is_beside = file.name.starts_with("azconnect-");
        let text = if is_beside {
            "echo \"beside: $*\"\n"
        } else {
            &file.text
        };
        std::fs::write(folder.path().join(&file.name), text).unwrap();
    }
    let tools = folder.path().join("bin");
    std::fs::create_dir(&tools).unwrap();
    std::fs::write(tools.join("az"), az).unwrap();
    std::fs::set_permissions(tools.join("az"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let notes = folder.path().join("notes");
    let path = format!(
        "{}:{}",
        tools.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let ran = Command::new("bash")
        .arg(folder.path().join("deploy.sh"))
        .env("PATH", path)
        .env("NOTES", &notes)
        .env("SIGNED_IN_TO", tenant)
        .current_dir(Path::new("/"))
        .output()
        .unwrap();
    let asked = std::fs::read_to_string(&notes).unwrap_or_default();
    (
        asked.lines().map(str::to_owned).collect(),
        String::from_utf8_lossy(&ran.stdout).into_owned(),
        ran.status.success(),
    )
}

const TENANT: &str = "c0470500-0000-4000-8000-000000000001";

#[test]
fn it_registers_looks_deploys_and_goes_on() {
    let (asked, said, went_well) = deploy("generic_management_group", AZ, TENANT);
    assert!(went_well, "{asked:#?}");
    let kinds: Vec<String> = asked
        .iter()
        .map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" "))
        .collect();
    let register = "provider register --subscription";
    let look = "rest --method get";
    assert_eq!(
        kinds,
        [
            "account show --query",
            register,
            register,
            register,
            look,
            look,
            look,
            "deployment sub create",
            look,
            look,
            "deployment mg create",
        ]
    );
    assert!(asked[7].contains("--template-file main.bicep --parameters makeGroup=false makeAccount=true makeContainer=true "), "{}", asked[7]);
    assert!(
        asked[10].contains("--management-group-id contoso-root "),
        "{}",
        asked[10]
    );
    assert!(
        asked[10].ends_with("--parameters principalId=c0de makeExport1=true makeExport2=true"),
        "{}",
        asked[10]
    );
    assert_eq!(said, "beside: c11e\n");
}

#[test]
fn a_principal_that_is_there_needs_no_argument() {
    let (asked, said, went_well) = deploy("generic_principal", AZ, TENANT);
    assert!(went_well, "{asked:#?}");
    assert_eq!(said, "beside: \n");
}

#[test]
fn nothing_is_deployed_where_azure_gives_no_clear_answer() {
    let unclear = AZ.replace(
        "Not Found({\"error\":{\"code\":\"ResourceNotFound\"",
        "Forbidden({\"error\":{\"code\":\"AuthorizationFailed\"",
    );
    let (asked, said, went_well) = deploy("cloudpi_subscription", &unclear, TENANT);
    assert!(!went_well && said.is_empty());
    assert!(
        asked.iter().all(|line| !line.starts_with("deployment")),
        "{asked:#?}"
    );
}

#[test]
fn nothing_is_asked_for_in_another_directory() {
    let (asked, _, went_well) = deploy("cloudpi_subscription", AZ, "another");
    assert!(!went_well);
    assert_eq!(asked.len(), 1, "{asked:#?}");
}
