//! The directory that the sign-in leads to, what the account is there, and whether it may register apps.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;

use crate::azure::Azure;
use crate::azure::cloud::Cloud;
use crate::azure::directory::{DirectoryRole, Me, Organization};
use crate::azure::error::AzureError;
use crate::azure::sign_in::{SignedIn, claims};
use crate::azure::subscriptions::TenantDescription;
use crate::checks::{Finding, Status};
use crate::error::Error;
use crate::plan::preflight::{self, Held};
use crate::steps::Permission;
use crate::text::printable;

const DIRECTORY: &str = "directory";
const ACCOUNT: &str = "directory.account";
const REGISTER: &str = "directory.register_apps";

/// What there is to say of a directory.
pub(super) struct Directory {
    /// Where one is, and as what.
    pub(super) who: Vec<Finding>,
    /// Whether apps can be registered.
    pub(super) may: Finding,
}

/// Asks for everything at once.
pub(super) async fn look(azure: &Azure, signed_in: &SignedIn, cloud: &Cloud) -> Directory {
    let register = vec![Permission::RegisterApplications];
    let (organization, tenants, me, roles, held, graph_roles) = tokio::join!(
        azure.organization(),
        azure.tenants(),
        azure.me(),
        azure.my_directory_roles(),
        preflight::rights(azure, register),
        application_roles(&signed_in.credential, cloud),
    );
    let held = held.into_values().next().unwrap_or(Held::Unknown);
    let is_application = matches!(me, Ok(None));
    let may = if is_application {
        application(&graph_roles)
    } else {
        person(held, roles.as_deref().unwrap_or_default(), cloud)
    };
    Directory {
        who: vec![
            directory(organization, tenants.as_deref().unwrap_or_default()),
            account(me),
        ],
        may,
    }
}

/// What is said where nobody is signed in.
pub(super) fn skipped() -> Directory {
    Directory {
        who: Vec::new(),
        may: Finding::new(REGISTER, "App registrations", Status::Skip, NOBODY),
    }
}

/// Why a question about rights is not asked.
pub(super) const NOBODY: &str = "Not asked: nobody is signed in.";

/// What an application may do at Graph, as its token says; a token that can't be read or had says nothing.
async fn application_roles(credential: &Arc<dyn TokenCredential>, cloud: &Cloud) -> Vec<String> {
    let scope = Cloud::scope(&cloud.graph_audience);
    let token = credential.get_token(&[scope.as_str()], None).await;
    token
        .ok()
        .and_then(|token| claims(&token))
        .map(|claims| claims.roles)
        .unwrap_or_default()
}

fn directory(
    found: Result<Option<Organization>, AzureError>,
    tenants: &[TenantDescription],
) -> Finding {
    let title = "Directory";
    let organization = match found {
        Ok(Some(organization)) => organization,
        Ok(None) => {
            return Finding::new(
                DIRECTORY,
                title,
                Status::Skip,
                "Microsoft Graph shows none.",
            );
        }
        Err(error) => return Finding::failed(DIRECTORY, title, &Error::from(error)),
    };
    let name = organization
        .display_name
        .as_deref()
        .unwrap_or("A directory without a name");
    let domain = organization
        .verified_domains
        .iter()
        .find(|domain| domain.is_default)
        .map_or(String::new(), |domain| {
            format!(", {}", printable(&domain.name))
        });
    let others: Vec<String> = tenants
        .iter()
        .filter(|tenant| tenant.tenant_id != organization.id)
        .map(|tenant| {
            let name = tenant
                .display_name
                .as_deref()
                .or(tenant.default_domain.as_deref());
            name.map_or_else(|| tenant.tenant_id.to_string(), printable)
        })
        .collect();
    let elsewhere = if others.is_empty() {
        String::new()
    } else {
        format!(
            " You are in {} too; choose with `--tenant`.",
            listed(&others)
        )
    };
    let what = format!(
        "{} ({}{domain}).{elsewhere}",
        printable(name),
        organization.id
    );
    Finding::new(DIRECTORY, title, Status::Pass, what)
}

fn account(found: Result<Option<Me>, AzureError>) -> Finding {
    let title = "Account";
    let me = match found {
        Ok(Some(me)) => me,
        Ok(None) => {
            return Finding::new(
                ACCOUNT,
                title,
                Status::Pass,
                "An application, not a person.",
            );
        }
        Err(error) => return Finding::failed(ACCOUNT, title, &Error::from(error)),
    };
    let name = me
        .user_principal_name
        .as_deref()
        .map_or_else(String::new, printable);
    if me.user_type.as_deref() == Some("Guest") {
        return Finding::new(ACCOUNT, title, Status::Warn, format!("{name} is a guest in this directory."))
            .why("Guests may not register apps unless they hold a directory role, and most directories hide their users and apps from them.")
            .fix("Sign in with an account of the directory, or choose your own one: `--tenant <id or domain>`");
    }
    Finding::new(
        ACCOUNT,
        title,
        Status::Pass,
        format!("{name} is a member of this directory."),
    )
}

fn person(held: Held, roles: &[DirectoryRole], cloud: &Cloud) -> Finding {
    let title = "App registrations";
    let names: Vec<String> = roles
        .iter()
        .filter_map(|role| role.display_name.as_deref().map(printable))
        .collect();
    let roles = if names.is_empty() {
        "no directory role".to_owned()
    } else {
        listed(&names)
    };
    match held {
        Held::Yes => {
            let what = format!("You may register apps (you hold {roles}).");
            Finding::new(REGISTER, title, Status::Pass, what)
        }
        Held::No => {
            let what = format!("You may not register apps (you hold {roles}).");
            let portal = cloud.portal.as_str().trim_end_matches('/');
            Finding::new(REGISTER, title, Status::Warn, what)
                .why("This directory lets only holders of a role do it. A role that you are eligible for counts once it is activated.")
                .fix(format!("Activate an eligible role: {portal}/#view/Microsoft_Azure_PIMCommon/ActivationMenuBlade\nOr go on: `azconnect init` writes a request to those who may ({}).", Permission::RegisterApplications.holders()))
        }
        Held::Unknown => Finding::new(
            REGISTER,
            title,
            Status::Skip,
            format!("Can't be seen from here (you hold {roles}); `init` tries it."),
        ),
    }
}

/// Graph permissions that let an application register others.
/// Source: <https://learn.microsoft.com/graph/api/application-post-applications#permissions>
const REGISTERING: [&str; 2] = ["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"];

fn application(graph_roles: &[String]) -> Finding {
    let title = "App registrations";
    let held: Vec<String> = graph_roles
        .iter()
        .filter(|role| REGISTERING.contains(&role.as_str()))
        .cloned()
        .collect();
    if held.is_empty() {
        let what = "Can't be seen from here: its token names no Graph permission for it, and a directory role would not show; `init` tries it.";
        return Finding::new(REGISTER, title, Status::Skip, what);
    }
    let what = format!("It may register apps ({}).", listed(&held));
    Finding::new(REGISTER, title, Status::Pass, what)
}

/// How many names are read before the rest is counted.
const SHOWN: usize = 5;

/// Names in a sentence, the first few of them.
pub(super) fn listed(names: &[String]) -> String {
    let (shown, rest) = names.split_at(names.len().min(SHOWN));
    match rest.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn role(name: &str) -> DirectoryRole {
        DirectoryRole {
            display_name: Some(name.to_owned()),
            role_template_id: None,
        }
    }

    #[test]
    fn a_guest_is_warned_and_a_member_is_not() {
        let of = |kind: &str| {
            account(Ok(Some(Me {
                id: None,
                user_principal_name: Some("ada@contoso.com".to_owned()),
                user_type: Some(kind.to_owned()),
            })))
        };
        assert_eq!(of("Guest").status, Status::Warn);
        assert!(of("Guest").fix.unwrap().contains("--tenant"));
        assert_eq!(of("Member").status, Status::Pass);
    }

    #[test]
    fn rights_are_said_with_the_roles_that_are_held() {
        let cloud = Cloud::named("public").unwrap();
        let no = person(Held::No, &[role("Directory Readers")], &cloud);
        assert_eq!(no.status, Status::Warn);
        assert!(no.what.contains("Directory Readers"), "{}", no.what);
        assert!(
            no.fix
                .unwrap()
                .starts_with("Activate an eligible role: https://portal.azure.com/#view")
        );
        assert_eq!(person(Held::Yes, &[], &cloud).status, Status::Pass);
        assert_eq!(person(Held::Unknown, &[], &cloud).status, Status::Skip);
    }

    #[test]
    fn an_applications_permission_is_read_from_its_token() {
        let of = |roles: &[&str]| {
            let owned: Vec<String> = roles.iter().map(|&role| role.to_owned()).collect();
            application(&owned).status
        };
        assert_eq!(
            of(&["User.Read.All", "Application.ReadWrite.OwnedBy"]),
            Status::Pass
        );
        assert_eq!(of(&["User.Read.All"]), Status::Skip);
    }

    #[test]
    fn long_lists_are_counted() {
        let names: Vec<String> = (1..=7).map(|n| n.to_string()).collect();
        assert_eq!(listed(&names), "1, 2, 3, 4, 5 and 2 more");
        assert_eq!(listed(&names[..2]), "1, 2");
    }
}
