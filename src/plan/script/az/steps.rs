//! Each thing that a step leaves behind, as commands.

use serde_json::{Value, json};

use super::{Draft, Task, word};
use crate::connection::{Agreement, Scope, StorageAccountId};
use crate::steps::Declared;
use crate::steps::application::properties;
use crate::steps::declared::TOMORROW;

/// The version of Resource Manager's own API.
const RESOURCES: &str = "api-version=2021-04-01";
/// The version of the API of storage accounts.
const STORAGE: &str = "api-version=2021-08-01";

/// The commands that make what a task declares.
pub(super) fn commands(draft: &Draft<'_>, task: &Task) -> String {
    match &task.declared {
        Declared::Application {
            display_name,
            unique_name,
            redirect_uris,
            notes,
        } => application(unique_name, &properties(display_name, redirect_uris, notes)),
        Declared::KnownApplication { client_id } => {
            format!("client_id={client_id}\n{}", known_application())
        }
        Declared::ServicePrincipal => SERVICE_PRINCIPAL.to_owned(),
        Declared::KnownPrincipal {
            object_id,
            client_id,
        } => format!(
            "client_id={client_id} principal={object_id}\ngraph get \"/v1.0/servicePrincipals/$principal?\\$select=id\" --output none\n"
        ),
        Declared::Secret { days, .. } => {
            format!("make_secret {} {days}\n", word(draft.spec.name.as_str()))
        }
        Declared::Certificate {
            description,
            given,
            days,
        } => certificate(description, given.as_deref(), *days),
        Declared::Federated {
            name,
            issuer,
            subject,
            audience,
        } => federated(name, (issuer, subject), audience),
        Declared::Role {
            scope, role, names, ..
        } => format!(
            "assign_role {} {role} {}\n",
            word(&scope.to_string()),
            names.simple()
        ),
        Declared::BillingRole {
            scope,
            role,
            agreement,
            names,
            ..
        } => billing_role(scope, (*role, *names), *agreement),
        Declared::ResourceProvider {
            subscription,
            namespace,
        } => format!("register_provider {subscription} {namespace}\n"),
        Declared::ResourceGroup {
            subscription,
            name,
            location,
            tags,
        } => unless_there(
            &format!("/subscriptions/{subscription}/resourceGroups/{name}?{RESOURCES}"),
            &json!({"location": location, "tags": tags}),
            "",
        ),
        Declared::StorageAccount { id, body } => storage_account(id, body),
        Declared::Container { account, name } => unless_there(
            &format!("{}?{STORAGE}", account.container(name)),
            &json!({"properties": {"publicAccess": "None"}}),
            "",
        ),
        Declared::Export {
            scope, name, body, ..
        } => export(scope, name, body),
        Declared::ExportRun { scope, export } => {
            format!("run_export {} {}\n", word(&scope.to_string()), word(export))
        }
        Declared::PastMonths {
            scope,
            export,
            months,
        } => format!(
            "run_months {} {} {months}\n",
            word(&scope.to_string()),
            word(export)
        ),
    }
}

/// The words that hand a credential over to azconnect; none where there is none to hand over.
pub(super) fn handed_over(declared: &Declared) -> Option<&'static str> {
    match declared {
        Declared::Secret { .. } => Some(" --client-secret-file \"$secret_file\""),
        Declared::Certificate { given: None, .. } => {
            Some(" --credential certificate --certificate \"$secret_file.cer\"")
        }
        Declared::Application { .. }
        | Declared::KnownApplication { .. }
        | Declared::ServicePrincipal
        | Declared::KnownPrincipal { .. }
        | Declared::Certificate { given: Some(_), .. }
        | Declared::Federated { .. }
        | Declared::Role { .. }
        | Declared::BillingRole { .. }
        | Declared::ResourceProvider { .. }
        | Declared::ResourceGroup { .. }
        | Declared::StorageAccount { .. }
        | Declared::Container { .. }
        | Declared::Export { .. }
        | Declared::ExportRun { .. }
        | Declared::PastMonths { .. } => None,
    }
}

/// The command that takes a thing away which is not gone with another; none for what is, or what others may rely on.
pub(super) fn taken_away(declared: &Declared) -> Option<String> {
    match declared {
        Declared::Application { .. } => Some("  az ad app delete --id \"$client_id\"".to_owned()),
        Declared::ResourceGroup {
            subscription, name, ..
        } => Some(format!(
            "  az group delete --name {} --subscription {subscription}",
            word(name)
        )),
        Declared::StorageAccount { id, .. } => Some(format!(
            "  az storage account delete --ids {}",
            word(&id.to_string())
        )),
        Declared::Container { account, name } => Some(format!(
            "  az storage container-rm delete --ids {}",
            word(&account.container(name))
        )),
        Declared::Export { scope, name, .. } => Some(format!(
            "  az rest --method delete --url {}",
            word(&format!(
                "{}?api-version=2025-03-01",
                crate::connection::export::export_id(scope, name)
            ))
        )),
        Declared::KnownApplication { .. }
        | Declared::ServicePrincipal
        | Declared::KnownPrincipal { .. }
        | Declared::Secret { .. }
        | Declared::Certificate { .. }
        | Declared::Federated { .. }
        | Declared::Role { .. }
        | Declared::BillingRole { .. }
        | Declared::ResourceProvider { .. }
        | Declared::ExportRun { .. }
        | Declared::PastMonths { .. } => None,
    }
}

/// Finds the application whose client ID is the script's first argument, and its service principal.
pub(super) fn given_application() -> String {
    format!(
        "client_id=${{1:?the application (client) ID is the first argument}}\n{}principal=$(graph get \"/v1.0/servicePrincipals(appId='$client_id')?\\$select=id\" --query id --output tsv)\n\n",
        known_application()
    )
}

fn known_application() -> String {
    "application_id=$(graph get \"/v1.0/applications(appId='$client_id')?\\$select=id\" --query id --output tsv)\n".to_owned()
}

/// An application of our own: found by its unique name, restored where a deleted one has the name still, or registered.
fn application(unique_name: &str, properties: &Value) -> String {
    let path = word(&format!("/v1.0/applications(uniqueName='{unique_name}')"));
    let deleted = word(&format!(
        "/v1.0/directory/deletedItems/microsoft.graph.application?$filter=uniqueName%20eq%20'{unique_name}'&$select=id"
    ));
    let body = word(&properties.to_string());
    format!(
        r#"application={path}
find_application() {{ graph get "$application?\$select=id,appId" --query "join(' ',[id,appId])" --output tsv; }}
register() {{ graph patch "$application" --headers Prefer=create-if-missing --output none --body {body}; }}
found=$(look find_application)
if [ -n "$found" ]; then
  say '  it is there already'
else
  if ! register 2>"$said"; then
    # Entra ID keeps a deleted app for 30 days, and with it the name.
    deleted=$(graph get {deleted} --query 'value[0].id' --output tsv 2>/dev/null || true)
    if [ -z "$deleted" ]; then
      cat "$said" >&2
      exit 1
    fi
    say '  the deleted one of that name is restored'
    graph post "/v1.0/directory/deletedItems/$deleted/restore" --body '{{}}' --output none
    register
  fi
  found=$(until_there 'Entra ID to show the new app registration' find_application)
fi
read -r application_id client_id <<<"$found"
"#
    )
}

/// What roles are given to.
const SERVICE_PRINCIPAL: &str = r#"service_principal="/v1.0/servicePrincipals(appId='$client_id')"
find_principal() { graph get "$service_principal?\$select=id" --query id --output tsv; }
principal=$(look find_principal)
if [ -n "$principal" ]; then
  say '  it is there already'
else
  again "$new" 'Entra ID to know the new application everywhere' \
    graph patch "$service_principal" --headers Prefer=create-if-missing --body '{}' --output none
  principal=$(until_there 'Entra ID to show the new service principal' find_principal)
fi
"#;

/// A certificate that was given, or one that is made in the secret's file; the public half then stands beside it.
fn certificate(description: &str, given: Option<&str>, days: u16) -> String {
    let description = word(description);
    match given {
        Some(public) => format!("add_certificate {} {description}\n", word(public)),
        None => format!(
            r#"make_certificate {description} {days}
openssl x509 -in "$secret_file" -out "$secret_file.cer"
add_certificate "$(openssl x509 -in "$secret_file" -outform DER | openssl base64 -A)" {description}
"#
        ),
    }
}

/// A federated credential; issuer and subject are unique on an application, so that one of another name does the same.
fn federated(name: &str, (issuer, subject): (&str, &str), audience: &str) -> String {
    let body = json!({"issuer": issuer, "subject": subject, "audiences": [audience]});
    let same = format!(
        "value[?issuer=={} && subject=={}].id",
        literal(issuer),
        literal(subject)
    );
    format!(
        r#"federated="/v1.0/applications/$application_id/federatedIdentityCredentials"
there=$(graph get "$federated" --output tsv --query {})
if [ -n "$there" ]; then
  say '  it is there already'
else
  again "$new" 'Entra ID to know the new application everywhere' \
    graph patch "$federated(name='{name}')" --headers Prefer=create-if-missing --output none --body {}
fi
"#,
        word(&same),
        word(&body.to_string())
    )
}

/// A text as a literal of the language of `--query`.
///
/// Source: <https://jmespath.org/specification.html#literal-expressions>
fn literal(text: &str) -> String {
    format!("`{}`", json!(text).to_string().replace('`', "\\`"))
}

fn billing_role(
    scope: &Scope,
    (role, names): (uuid::Uuid, uuid::Uuid),
    agreement: Agreement,
) -> String {
    let scope = word(&scope.to_string());
    match agreement {
        Agreement::Ea => format!("enrollment_role {scope} {role} {}\n", names.simple()),
        Agreement::Mca | Agreement::Mpa | Agreement::Csp | Agreement::Mosp => {
            format!("agreement_role {scope} {role}\n")
        }
    }
}

/// A thing of Resource Manager's that is used as it is where it is there, and else made; and what comes right behind that.
fn unless_there(path: &str, body: &Value, after: &str) -> String {
    let path = word(path);
    let body = word(&body.to_string());
    format!(
        r#"there=$(look arm get {path} --query id --output tsv)
if [ -n "$there" ]; then
  say '  it is there already, and used as it is'
else
  again "$busy" 'Azure to take the request' arm put {path} --output none --body {body}
fi
{after}"#
    )
}

/// A storage account takes a while to be made.
fn storage_account(id: &StorageAccountId, body: &Value) -> String {
    let path = format!("{id}?{STORAGE}");
    let wait = format!(
        "until_there 'Azure to make the storage account' arm get {} --output tsv \\\n  --query \"properties.provisioningState=='Succeeded' && 'yes' || ''\" >/dev/null\n",
        word(&path)
    );
    unless_there(&path, body, &wait)
}

/// An export, whose schedule begins on the day after the script runs.
fn export(scope: &Scope, name: &str, body: &Value) -> String {
    let at = |path: &str| {
        let value = body.pointer(path).and_then(Value::as_str);
        word(value.unwrap_or_default())
    };
    let destination = "/properties/deliveryInfo/destination";
    // The quotes end for as long as the shell says which day it is.
    let text = word(&body.to_string()).replace(TOMORROW, "'\"$tomorrow\"'");
    format!(
        "tomorrow=$(in_days 1 %Y-%m-%dT00:00:00Z)\nput_export {} {} {} {} {} {} \\\n  {text}\n",
        word(&scope.to_string()),
        word(name),
        at("/properties/exportDescription"),
        at(&format!("{destination}/resourceId")),
        at(&format!("{destination}/container")),
        at(&format!("{destination}/rootFolderPath")),
    )
}
