//! `deploy.sh`: the commands that deploy the files, in their order, with what comes before and after.

use std::fmt::Write as _;

use super::super::{Draft, ScriptFile, beside};
use super::looked::{self, Asked};
use super::resources::ManagementGroup;
use crate::connection::{Application, Scope};
use crate::steps::Declared;
use crate::text::shell_word;

/// The script.
pub(super) fn script(
    draft: &Draft<'_>,
    groups: &[ManagementGroup],
    beside: Option<&ScriptFile>,
) -> String {
    let main = looked::at_main(draft);
    let looks = !main.is_empty() || groups.iter().any(|group| !group.asked.is_empty());
    let mut text = opening(draft);
    text.push_str(&place(draft));
    text.push_str(&registrations(draft));
    if looks {
        text.push_str(LOOK);
    }
    let name = shell_word(&deployment_name(draft));
    let _ = write!(
        text,
        r#"
{}outputs=$(az deployment sub create --name {name} --subscription "$subscription" --location "$location" \
  --template-file main.bicep{} \
  --query "join(' ', [properties.outputs.clientId.value, properties.outputs.principalId.value])" --output tsv)
read -r client_id principal <<<"$outputs"
"#,
        questions(&main),
        arguments(&main, "")
    );
    for group in groups {
        let _ = write!(
            text,
            r#"
{}az deployment mg create --name {name} --management-group-id {} --location "$location" --output none \
  --template-file {}{}
"#,
            questions(&group.asked),
            shell_word(&group.name),
            group.file,
            arguments(&group.asked, " principalId=\"$principal\"")
        );
    }
    text.push('\n');
    text.push_str(&ending(draft, beside));
    text
}

fn opening(draft: &Draft<'_>) -> String {
    let tenant = draft.spec.directory.id;
    format!(
        r#"#!/usr/bin/env bash
# Deploys main.bicep, and does before and after it what a deployment can't do. Run again, it leaves alone what is there.
#
#   az login --tenant {tenant}
#   bash deploy.sh
#
# It needs the Azure CLI with Bicep 0.36.1 or later (az bicep upgrade).
set -euo pipefail
cd "$(dirname "$0")"

# Nothing is made in another directory than the one that this was written for.
if [ "$(az account show --query tenantId --output tsv)" != {tenant} ]; then
  echo 'You are signed in to another directory. Sign in to this one: az login --tenant {tenant}' >&2
  exit 1
fi

"#
    )
}

/// Looks whether a thing is there.
const LOOK: &str = r#"
# Says `true` where a thing is not there yet, and `false` where it is. Whatever else Azure answers ends the script.
is_new() {
  local said
  if said=$(az rest --method get --url "$1" --output none 2>&1); then
    echo false
  elif grep -q NotFound <<<"$said"; then
    echo true
  else
    printf '%s\n' "$said" >&2
    return 1
  fi
}
"#;

/// The looks at what may be there, each into a variable of its parameter's name.
fn questions(asked: &[Asked]) -> String {
    asked
        .iter()
        .map(|one| format!("{}=$(is_new {})\n", one.parameter, shell_word(&one.url)))
        .collect()
}

/// The parameters of a deployment.
fn arguments(asked: &[Asked], more: &str) -> String {
    let each: String = asked
        .iter()
        .map(|one| format!(" {0}=\"${0}\"", one.parameter))
        .collect();
    if each.is_empty() && more.is_empty() {
        return String::new();
    }
    format!(" \\\n  --parameters{more}{each}")
}

/// Where the deployments are kept: a subscription, and a region for their records.
fn place(draft: &Draft<'_>) -> String {
    let storage = draft.spec.storage.as_ref();
    let read = draft
        .spec
        .scopes
        .iter()
        .find_map(|choice| match &choice.scope {
            Scope::Subscription(id) | Scope::ResourceGroup(id, _) => Some(*id),
            _ => None,
        });
    let subscription = storage
        .map(|storage| storage.account.subscription)
        .or(read)
        .map_or_else(
            || "$(az account show --query id --output tsv)".to_owned(),
            |id| id.to_string(),
        );
    let location = storage.map_or_else(
        || {
            r#"$(az account list-locations --query "[?metadata.regionType=='Physical'].name | [0]" --output tsv)"#
                .to_owned()
        },
        |storage| shell_word(&storage.location),
    );
    format!(
        "subscription={subscription}\n# Where the record of the deployment is kept.\nlocation={location}\n"
    )
}

/// A deployment registers only the providers whose resources it makes.
fn registrations(draft: &Draft<'_>) -> String {
    let mut text = String::new();
    for task in &draft.tasks {
        if let Declared::ResourceProvider {
            subscription,
            namespace,
        } = &task.declared
        {
            let _ = writeln!(
                text,
                "az provider register --subscription {subscription} --namespace {namespace} --wait --output none"
            );
        }
    }
    if text.is_empty() {
        return text;
    }
    format!(
        "\n# A deployment registers only the resource providers whose resources it makes itself.\n{text}"
    )
}

fn deployment_name(draft: &Draft<'_>) -> String {
    format!("azconnect-{}", draft.spec.name)
        .chars()
        .take(64)
        .collect()
}

/// What follows the deployments.
fn ending(draft: &Draft<'_>, beside: Option<&ScriptFile>) -> String {
    match beside {
        Some(script) => {
            let argument = beside::argument(draft, "\"$client_id\"");
            format!(
                "# What Bicep can't do, with the client ID that Entra ID chose.\nbash {}{argument}\n",
                script.name
            )
        }
        None => {
            let known = !matches!(draft.spec.application, Application::Own { .. });
            let words = beside::go_on(draft, "");
            let client_id = if known { "" } else { "$client_id" };
            format!(
                "echo \"Have azconnect prove it, and show the values of the form:\"\nprintf '  %s%s\\n' {} \"{client_id}\"\n",
                shell_word(&words)
            )
        }
    }
}
