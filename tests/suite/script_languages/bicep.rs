//! Bicep: each step stands in the files once, with its values.

use azconnect::connection::Scope;
use azconnect::plan::script::{Language, Script, Task};
use azconnect::steps::Declared;
use azconnect::steps::declared::TOMORROW;
use serde_json::{Value, json};

use super::bicep_reader::{Read, read};
use super::{samples, stands_beside, text};

const FIRST_DAY: &str = "'${firstDay}T00:00:00Z'";

/// The statements of all files, with the names of the files.
fn all_files(script: &Script) -> Vec<(String, Vec<Read>)> {
    let files = script
        .files
        .iter()
        .filter(|file| file.name.ends_with(".bicep"));
    files
        .map(|file| (file.name.clone(), read(&file.text)))
        .collect()
}

#[test]
fn each_step_stands_there_once_with_its_values() {
    for (name, spec) in samples::all() {
        let script = samples::written(&spec, Language::Bicep);
        let files = all_files(&script);
        let statements: Vec<&Read> = files.iter().flat_map(|(_, all)| all).collect();
        samples::with_draft(&spec, |draft| {
            for task in &draft.tasks {
                match wanted(task, &script) {
                    Wanted::Statement(target, value) => {
                        let found = statements
                            .iter()
                            .filter(|read| read.target == target && has(&read.value, &value));
                        assert_eq!(
                            found.count(),
                            1,
                            "{name}: {target} {value:#}\n{statements:#?}"
                        );
                    }
                    Wanted::Output(value) => {
                        let found = statements
                            .iter()
                            .filter(|read| read.kind == "output" && read.value == value);
                        assert_eq!(found.count(), 1, "{name}: {value}");
                    }
                    Wanted::Command(line) => {
                        let deploy = text(&script, "deploy.sh");
                        assert_eq!(deploy.matches(&line).count(), 1, "{name}: {line}\n{deploy}");
                    }
                    Wanted::Beside => stands_beside(&script, spec.name.as_str(), &task.declared),
                }
            }
        });
    }
}

/// Where a step is to be found.
enum Wanted {
    /// A resource of this type, or a module of this file, with at least these values.
    Statement(&'static str, Value),
    /// An output.
    Output(Value),
    /// A line of `deploy.sh`.
    Command(String),
    /// In the script beside.
    Beside,
}

fn wanted(task: &Task, script: &Script) -> Wanted {
    let ours = script.files[0]
        .text
        .contains("'Microsoft.Graph/applications@v1.0'");
    match &task.declared {
        Declared::Application {
            display_name,
            unique_name,
            redirect_uris,
            notes,
        } => Wanted::Statement(
            "Microsoft.Graph/applications@v1.0",
            json!({
                "uniqueName": unique_name, "displayName": display_name, "signInAudience": "AzureADMyOrg",
                "web": {"redirectUris": redirect_uris}, "notes": notes, "tags": ["azconnect"],
            }),
        ),
        Declared::KnownApplication { client_id } => Wanted::Output(json!(client_id)),
        Declared::KnownPrincipal { object_id, .. } => Wanted::Output(json!(object_id)),
        Declared::ServicePrincipal if ours => Wanted::Statement(
            "Microsoft.Graph/servicePrincipals@v1.0",
            json!({"appId": {"code": "application.appId"}}),
        ),
        Declared::ServicePrincipal => {
            Wanted::Statement("Microsoft.Graph/servicePrincipals@v1.0", json!({}))
        }
        Declared::Certificate {
            given: Some(public),
            description,
            ..
        } if ours => Wanted::Statement(
            "Microsoft.Graph/applications@v1.0",
            json!({"keyCredentials": [{"type": "AsymmetricX509Cert", "usage": "Verify", "key": public, "displayName": description}]}),
        ),
        Declared::Federated {
            name,
            issuer,
            subject,
            audience,
        } if ours => Wanted::Statement(
            "Microsoft.Graph/applications/federatedIdentityCredentials@v1.0",
            json!({
                "name": {"code": format!("'${{application.uniqueName}}/{name}'")},
                "issuer": issuer, "subject": subject, "audiences": [audience],
            }),
        ),
        Declared::Role { scope, role, .. } => wanted_role(scope, &role.to_string()),
        Declared::ResourceProvider {
            subscription,
            namespace,
        } => Wanted::Command(format!(
            "az provider register --subscription {subscription} --namespace {namespace} --wait "
        )),
        Declared::ResourceGroup {
            name,
            location,
            tags,
            ..
        } => Wanted::Statement(
            "Microsoft.Resources/resourceGroups@2021-04-01",
            json!({"name": name, "location": location, "tags": tags}),
        ),
        Declared::StorageAccount { id, body } => {
            let mut body = body.clone();
            body["name"] = json!(id.account);
            Wanted::Statement("Microsoft.Storage/storageAccounts@2021-08-01", body)
        }
        Declared::Container { account, name } => Wanted::Statement(
            "Microsoft.Storage/storageAccounts/blobServices/containers@2021-08-01",
            json!({"name": format!("{}/default/{name}", account.account), "properties": {"publicAccess": "None"}}),
        ),
        Declared::Export {
            scope, name, body, ..
        } => wanted_export(scope, name, body),
        Declared::BillingRole { .. }
        | Declared::Secret { .. }
        | Declared::Certificate { .. }
        | Declared::Federated { .. }
        | Declared::ExportRun { .. }
        | Declared::PastMonths { .. } => Wanted::Beside,
    }
}

fn wanted_role(scope: &Scope, role: &str) -> Wanted {
    let params = |more: Value| {
        let mut params = json!({"role": role});
        for (key, value) in more.as_object().unwrap() {
            params[key] = value.clone();
        }
        params
    };
    match scope {
        Scope::Subscription(id) => Wanted::Statement(
            "role-subscription.bicep",
            json!({"scope": {"code": format!("subscription('{id}')")}, "params": params(json!({}))}),
        ),
        Scope::ResourceGroup(id, group) => Wanted::Statement(
            "role-group.bicep",
            json!({"scope": {"code": format!("resourceGroup('{id}', '{group}')")}, "params": params(json!({}))}),
        ),
        Scope::Container(account, container) => {
            let at = format!(
                "resourceGroup('{}', '{}')",
                account.subscription, account.resource_group
            );
            Wanted::Statement(
                "role-container.bicep",
                json!({"scope": {"code": at}, "params": params(json!({"storageAccount": account.account, "container": container}))}),
            )
        }
        Scope::ManagementGroup(_) => Wanted::Statement(
            "Microsoft.Authorization/roleAssignments@2022-04-01",
            json!({"name": {"code": format!("guid(managementGroup().id, principalId, '{role}')")}}),
        ),
        other => panic!("no role at {other}"),
    }
}

fn wanted_export(scope: &Scope, name: &str, body: &Value) -> Wanted {
    let code = json!({"code": FIRST_DAY}).to_string();
    let body = body
        .to_string()
        .replace(&json!(TOMORROW).to_string(), &code);
    let mut body: Value = serde_json::from_str(&body).unwrap();
    body["name"] = json!(name);
    let module = |file, at: String| {
        // The identity is the module's own.
        let mut params = body.clone();
        params.as_object_mut().unwrap().remove("identity");
        Wanted::Statement(file, json!({"scope": {"code": at}, "params": params}))
    };
    match scope {
        Scope::Subscription(id) => {
            module("export-subscription.bicep", format!("subscription('{id}')"))
        }
        Scope::ResourceGroup(id, group) => module(
            "export-group.bicep",
            format!("resourceGroup('{id}', '{group}')"),
        ),
        Scope::ManagementGroup(_) => {
            Wanted::Statement("Microsoft.CostManagement/exports@2025-03-01", body.clone())
        }
        _ => Wanted::Beside,
    }
}

/// Whether all of this stands in the value.
fn has(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(own), Value::Object(wanted)) => wanted
            .iter()
            .all(|(key, wanted)| own.get(key).is_some_and(|own| has(own, wanted))),
        (own, wanted) => own == wanted,
    }
}

#[test]
fn modules_are_there_and_get_what_they_ask_for() {
    for (name, spec) in samples::all() {
        let script = samples::written(&spec, Language::Bicep);
        let files = all_files(&script);
        let mut used = vec!["main.bicep".to_owned()];
        for module in files
            .iter()
            .flat_map(|(_, all)| all)
            .filter(|read| read.kind == "module")
        {
            let (_, inside) = files
                .iter()
                .find(|(file, _)| *file == module.target)
                .unwrap_or_else(|| panic!("{name}: {}", module.target));
            let mut asked: Vec<&String> = inside
                .iter()
                .filter(|read| read.kind == "param")
                .map(|read| &read.symbol)
                .collect();
            let mut given: Vec<&String> =
                module.value["params"].as_object().unwrap().keys().collect();
            asked.sort();
            given.sort();
            assert_eq!(asked, given, "{name}: {}", module.target);
            used.push(module.target.clone());
        }
        for (file, _) in &files {
            let deployed = text(&script, "deploy.sh").contains(&format!("--template-file {file}"));
            assert!(
                used.contains(file) || deployed,
                "{name}: nobody uses {file}"
            );
        }
    }
}

#[test]
fn what_may_be_there_is_looked_at_before_it_is_deployed() {
    for (name, spec) in samples::all() {
        let script = samples::written(&spec, Language::Bicep);
        let deploy = text(&script, "deploy.sh");
        for (file, statements) in all_files(&script) {
            let is_asked = |read: &&Read| read.kind == "param" && read.symbol.starts_with("make");
            for asked in statements.iter().filter(is_asked) {
                let condition = format!("({})", asked.symbol);
                let is_used = statements.iter().any(|read| {
                    read.condition.as_ref() == Some(&condition)
                        || read.value["params"][&asked.symbol] == json!({"code": asked.symbol})
                });
                assert!(is_used, "{name}: {} in {file}", asked.symbol);
                assert!(
                    deploy.contains(&format!("\n{}=$(is_new '", asked.symbol)),
                    "{name}: {}",
                    asked.symbol
                );
                assert!(
                    deploy.contains(&format!("{0}=\"${0}\"", asked.symbol)),
                    "{name}: {}",
                    asked.symbol
                );
            }
            let kinds = [
                "resourceGroups@",
                "storageAccounts@",
                "containers@",
                "exports@",
            ];
            for read in &statements {
                let is_guarded = read.condition.is_some()
                    || file.starts_with("role-")
                    || file.starts_with("export-");
                let is_shared = kinds.iter().any(|kind| read.target.contains(kind));
                assert!(
                    is_guarded || !is_shared,
                    "{name}: {} in {file}",
                    read.target
                );
            }
        }
    }
}

#[test]
fn deploy_sh_is_a_script() {
    for (name, spec) in samples::all() {
        let script = samples::written(&spec, Language::Bicep);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text(&script, "deploy.sh")).unwrap();
        let checked = std::process::Command::new("bash")
            .arg("-n")
            .arg(file.path())
            .output()
            .unwrap();
        assert!(
            checked.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&checked.stderr)
        );
    }
}
