//! Roles for a principal that exists already. People paste one of three ids, and only one of them can be given roles.

use super::Answers;
use crate::azure::Azure;
use crate::azure::ids::ClientId;
use crate::connection::Application;
use crate::error::{Error, Kind, Result};

/// The principal that was named; none where none was.
///
/// # Errors
/// `Usage` where the id is another thing's, with the right one, or where answers contradict it; whatever Azure answers.
pub(super) async fn principal(answers: &Answers, azure: &Azure) -> Result<Option<Application>> {
    let Some(given) = answers.value("principal_id") else {
        return Ok(None);
    };
    refuse_beside(
        answers,
        "principal_id",
        "A principal that exists gets roles, and neither an app registration nor a credential.",
    )?;
    let id: ClientId = given
        .parse()
        .map_err(|_| Error::bug("principal_id was not checked"))?;
    if let Some(found) = azure.principal(id.guid()).await? {
        return Ok(Some(Application::Principal {
            object_id: found.id,
            client_id: found.app_id,
            display_name: found
                .display_name
                .map_or_else(|| given.to_owned(), |name| crate::text::printable(&name)),
        }));
    }
    if let Some(principal) = azure.service_principal(id).await? {
        return Err(wrong(
            given,
            "is an application (client) ID",
            &principal.id.to_string(),
        ));
    }
    if let Some(client_id) = azure.client_id_of_object(id.guid()).await? {
        return Err(match azure.service_principal(client_id).await? {
            Some(principal) => wrong(
                given,
                "is the object ID of an app registration",
                &principal.id.to_string(),
            ),
            None => Error::usage(
                "principal_id_of_app",
                format!("`{given}` is the object ID of an app registration that has no service principal in this directory."),
            )
            .hint(format!("Use the app itself, and its service principal is made: --app-id {client_id}")),
        });
    }
    Err(Error::new(
        Kind::Usage,
        "principal_unknown",
        format!("There is no service principal with the object ID `{given}` in this directory."),
    )
    .hint("Of a managed identity it is under Identity > Object (principal) ID; of an app, under Enterprise applications > Object ID."))
}

/// Roles only: no app is made, and no credential. `named` is the answer that says so, or nothing where the vendor's file does.
pub(super) fn refuse_beside(answers: &Answers, named: &str, why: &str) -> Result<()> {
    let others = [
        "principal_id",
        "vendor_app_id",
        "app_id",
        "app_name",
        "credential",
        "certificate",
        "federated",
    ];
    let mut others = others.into_iter().filter(|key| *key != named);
    let Some(other) = others.find(|key| answers.get(key).is_some()) else {
        return Ok(());
    };
    let flag = |key: &str| format!("`--{}`", key.replace('_', "-"));
    let (message, hint) = if named.is_empty() {
        (
            format!("Couldn't use {} with this vendor.", flag(other)),
            "Leave it away.",
        )
    } else {
        (
            format!("{} and {} don't go together.", flag(named), flag(other)),
            "Leave one of them away.",
        )
    };
    Err(Error::usage("principal_and_more", message)
        .why(why)
        .hint(hint))
}

fn wrong(given: &str, what: &str, right: &str) -> Error {
    Error::usage(
        "principal_id_of_another",
        format!("`{given}` {what}, and roles are given to the object ID of the service principal."),
    )
    .why("An app has three ids: the client ID, and one object ID each for its registration and its service principal.")
    .hint(format!("Use that one: --principal-id {right}"))
}
