//! Is the account still there that the roles were given to, and may anybody sign in as it?
//!
//! Whoever signs in as the app learns it from the sign-in itself. A connection whose credential is elsewhere (a managed identity, a
//! vendor's own app) can't be tried from here, and then a person has to look.
//! Source: <https://learn.microsoft.com/entra/identity/enterprise-apps/disable-user-sign-in-portal>

use async_trait::async_trait;

use super::check::{Check, Connected, Finding, Status};
use crate::azure::enterprise_apps::EnterpriseApp;
use crate::error::Error;

/// The check's id.
pub const ID: &str = "entra.service-principal";
const TITLE: &str = "Service principal";

/// Looks for the recorded service principal with the rights of a person; without one it says nothing.
pub struct ServicePrincipalThere;

#[async_trait]
impl Check for ServicePrincipalThere {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        TITLE
    }

    fn needs_token(&self) -> bool {
        false
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let (Some(person), Some(id)) = (
            connected.person,
            connected.record.service_principal_object_id,
        ) else {
            return Vec::new();
        };
        let finding = match person.enterprise_app_of(id).await {
            Ok(found) => judge(found.as_ref(), &connected.again),
            // Whether somebody may read the directory says nothing of what is in it.
            Err(error) if matches!(error.status(), Some(401 | 403)) => {
                let what = "Whether it is still there is not shown to you.";
                Finding::new(ID, TITLE, Status::Skip, what)
            }
            Err(error) => Finding::failed(ID, TITLE, &Error::from(error)),
        };
        vec![finding]
    }
}

fn judge(found: Option<&EnterpriseApp>, again: &str) -> Finding {
    match found {
        None => Finding::new(ID, TITLE, Status::Fail, "It is gone from this directory.")
            .why("Somebody deleted it, and its roles hang in the air: nobody can sign in as it any more.")
            .fix(format!("Connect again: {again}")),
        Some(app) if app.account_enabled == Some(false) => {
            let what = "It is switched off: nobody can sign in as it.";
            Finding::new(ID, TITLE, Status::Fail, what)
                .why("An administrator has set `Enabled for users to sign-in` to No.")
                .fix("Set it to Yes under Enterprise applications > the app > Properties.")
        }
        Some(_) => Finding::new(ID, TITLE, Status::Pass, "It is there, and enabled."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_that_is_there_and_enabled_is_well() {
        let app = |account_enabled| EnterpriseApp {
            id: crate::azure::ids::ServicePrincipalObjectId::new(uuid::Uuid::nil()),
            display_name: None,
            account_enabled,
            notes: None,
        };
        for (found, status) in [
            (None, Status::Fail),
            (Some(app(Some(false))), Status::Fail),
            (Some(app(Some(true))), Status::Pass),
            (Some(app(None)), Status::Pass),
        ] {
            let finding = judge(found.as_ref(), "azconnect init");
            assert_eq!(finding.status, status);
            assert!(status == Status::Pass || finding.why.is_some() && finding.fix.is_some());
        }
    }
}
