//! A request to somebody who has a right that the signed-in person lacks: who, why, the exact command, and how to go on afterwards.

use std::path::PathBuf;

use super::app::App;
use super::views::{heading, paragraph};
use crate::connection::{Application, ConnectionSpec};
use crate::error::{Error, Kind, labelled};
use crate::plan::execute::Ended;
use crate::steps::{application, secret, service_principal};
use crate::text::shell_word;
use crate::ui::Block;

/// A request, and the file that it was written to.
pub struct Request {
    /// Where it is.
    pub file: PathBuf,
    /// The text to send.
    pub text: String,
    /// The same for the screen.
    pub blocks: Vec<Block>,
}

/// Writes a request for every step that only somebody else can do; none where there is no such step.
pub fn write(app: &App, spec: &ConnectionSpec, ended: &[Ended]) -> Option<Request> {
    let refused: Vec<&Ended> = ended
        .iter()
        .filter(|end| {
            end.error
                .as_ref()
                .is_some_and(|error| error.kind() == Kind::Forbidden)
        })
        .collect();
    if refused.is_empty() {
        return None;
    }
    let asks: Vec<Asked> = refused.iter().map(|end| asked(end, spec, ended)).collect();
    let go_on = go_on(app, spec, &refused);
    let text = letter(spec, &asks, &go_on);
    let folder = app.paths.state.join("requests");
    let file = folder.join(format!("{}.txt", spec.name));
    let written = crate::store::paths::make_private_folder(&folder)
        .and_then(|()| crate::store::write_atomically(&file, text.as_bytes()));
    if let Err(error) = written {
        tracing::warn!("the request could not be written: {error}");
    }
    let mut blocks = vec![heading("Somebody else has to do the rest. Send them this:")];
    for ask in &asks {
        blocks.push(paragraph(format!("{} ({})", ask.what, ask.who)));
        blocks.push(Block::Lines {
            lines: ask.commands.clone(),
        });
    }
    blocks.push(paragraph(format!("Afterwards: `{go_on}`")));
    Some(Request { file, text, blocks })
}

struct Asked {
    what: String,
    who: String,
    commands: Vec<String>,
}

/// What Azure calls a missing right. With any other refusal (a policy, a lock, a disabled subscription) the step's own command
/// would be refused to everybody, and what the remedy says has to be done instead.
const MISSING_RIGHTS: &[&str] = &[
    "403",
    "AccessDenied",
    "AuthorizationFailed",
    "Authorization_RequestDenied",
    "Forbidden",
    "InsufficientPrivileges",
    "LinkedAuthorizationFailed",
    "RoleAssignmentUnauthorized",
];

fn asked(end: &Ended, spec: &ConnectionSpec, all: &[Ended]) -> Asked {
    match &end.error {
        Some(error) if !MISSING_RIGHTS.contains(&error.code()) => obstacle(&end.title, error),
        Some(_) | None => step_of(end, spec, all),
    }
}

/// Something in the way that somebody else has to clear.
fn obstacle(title: &str, error: &Error) -> Asked {
    let labels: Vec<(&str, &str)> = error.advice().iter().map(|hint| labelled(hint)).collect();
    let of = |wanted: &'static str| {
        let all = labels.iter().filter(move |(label, _)| *label == wanted);
        all.map(|(_, text)| (*text).to_owned())
    };
    Asked {
        what: format!(
            "Clear the way for: {title}. {} {}",
            error.message(),
            error.reason().unwrap_or_default()
        ),
        who: of("Who")
            .next()
            .unwrap_or_else(|| "whoever administers it".to_owned()),
        // What says `azconnect` is for the person who asks, not for the one who is asked.
        commands: of("Fix")
            .filter(|fix| !fix.contains("azconnect"))
            .chain(of("More"))
            .collect(),
    }
}

/// The step as somebody with the right would do it.
fn step_of(end: &Ended, spec: &ConnectionSpec, all: &[Ended]) -> Asked {
    let fact = |step: &str, key: &str| {
        let receipt = all
            .iter()
            .find(|other| other.id == step)?
            .receipt
            .as_ref()?;
        receipt.facts.get(key).cloned()
    };
    let client_id = fact(application::ID, "client_id")
        .unwrap_or_else(|| "<application (client) ID>".to_owned());
    match end.id.as_str() {
        application::ID => Asked {
            what: "Register an application".to_owned(),
            who: "an Application Developer, Cloud Application Administrator or Application Administrator".to_owned(),
            commands: register(spec),
        },
        service_principal::ID => Asked {
            what: "Create the app's service principal".to_owned(),
            who: "an Application Developer who owns the app, or a Cloud Application Administrator".to_owned(),
            commands: vec![format!("az ad sp create --id {client_id}")],
        },
        secret::ID => Asked {
            what: "Make the signed-in person an owner of the app, so that a secret can be added"
                .to_owned(),
            who: "an owner of the app, or a Cloud Application Administrator".to_owned(),
            commands: vec![format!(
                "az ad app owner add --id {client_id} --owner-object-id <object ID of the person>"
            )],
        },
        role => {
            let (name, scope) = role
                .strip_prefix("role:")
                .and_then(|rest| rest.split_once(':'))
                .unwrap_or(("reader", ""));
            let principal = fact(service_principal::ID, "service_principal_object_id")
                .unwrap_or_else(|| "<object ID of the service principal>".to_owned());
            Asked {
                what: end.title.clone(),
                who: "an Owner, User Access Administrator or Role Based Access Control Administrator there".to_owned(),
                commands: vec![format!(
                    "az role assignment create --assignee-object-id {principal} --assignee-principal-type ServicePrincipal --role {} --scope {}",
                    shell_word(&title_case(name)),
                    shell_word(scope)
                )],
            }
        }
    }
}

fn register(spec: &ConnectionSpec) -> Vec<String> {
    let Application::Own {
        display_name,
        redirect_uris,
        ..
    } = &spec.application
    else {
        return Vec::new();
    };
    let redirect = redirect_uris
        .iter()
        .map(|uri| format!(" --web-redirect-uris {}", shell_word(uri)))
        .collect::<String>();
    vec![
        format!("az ad app create --display-name {} --sign-in-audience AzureADMyOrg{redirect} --query appId --output tsv", shell_word(display_name)),
        "az ad sp create --id <the ID that it printed>".to_owned(),
        "az ad app owner add --id <the ID that it printed> --owner-object-id <object ID of the person>".to_owned(),
    ]
}

/// `reader` is `Reader` again.
fn title_case(key: &str) -> String {
    let words = key.split('-').map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    });
    words.collect::<Vec<_>>().join(" ")
}

fn go_on(app: &App, spec: &ConnectionSpec, refused: &[&Ended]) -> String {
    let existing = if refused.iter().any(|end| end.id == application::ID) {
        " --app-id <application (client) ID>"
    } else {
        ""
    };
    app.typed(format!(
        "init {} --connection {} --resume{existing}",
        spec.vendor, spec.name
    ))
}

fn letter(spec: &ConnectionSpec, asks: &[Asked], go_on: &str) -> String {
    let mut text = format!(
        "Request: connect {} to the Azure directory {} ({})\n\nazconnect needs rights that the person who ran it doesn't have. Whoever has them can do this:\n",
        spec.vendor, spec.directory.display_name, spec.directory.id
    );
    for ask in asks {
        text.push_str(&format!("\n{}\n  Who: {}\n", ask.what, ask.who));
        for command in &ask.commands {
            text.push_str(&format!("  {command}\n"));
        }
    }
    text.push_str(&format!("\nAfterwards, the person who asked goes on with:\n  {go_on}\nIt checks that everything is there and does the rest.\n"));
    text
}
