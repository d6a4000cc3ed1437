//! A vendor's own multi-tenant application: named in the vendor's file, or by whoever connects.

use super::Answers;
use super::principal::refuse_beside;
use crate::azure::Azure;
use crate::azure::ids::ClientId;
use crate::connection::Application;
use crate::error::{Error, Result};
use crate::vendors::{ApplicationKind, Vendor};

/// The answer that names the vendor's application.
const KEY: &str = "vendor_app_id";

/// Whether the credential is the principal's own or the vendor's, so that none is made and none is kept here.
pub fn credential_is_elsewhere(answers: &Answers, vendor: &Vendor) -> bool {
    answers.get("principal_id").is_some() || named(answers, vendor).is_some()
}

/// The client ID of the vendor's application; an answer wins over the vendor's file, for vendors with several installations.
fn named<'a>(answers: &'a Answers, vendor: &'a Vendor) -> Option<&'a str> {
    let published = || match vendor.application.kind {
        ApplicationKind::VendorMultiTenant => vendor.application.client_id.as_deref(),
        ApplicationKind::Own | ApplicationKind::PartnerCenterWebApp => None,
    };
    answers.value(KEY).or_else(published)
}

/// Refuses what contradicts an application of the vendor's, as soon as the vendor is known.
///
/// # Errors
/// `Usage` where the vendor signs in with an application of the customer's, or where another identity or a credential is asked for.
pub(super) fn refuse_wrong(answers: &Answers, vendor: &Vendor) -> Result<()> {
    let is_published = vendor.application.kind == ApplicationKind::VendorMultiTenant;
    let is_possible = is_published || vendor.asks.iter().any(|key| key == KEY);
    if answers.get(KEY).is_some() && !is_possible {
        return Err(Error::usage(
            "vendor_app_not_taken",
            format!(
                "{} signs in with an app registration of your own, not with `--vendor-app-id`.",
                vendor.name
            ),
        )
        .hint(format!(
            "See what it needs: azconnect vendors {}",
            vendor.id
        )));
    }
    if answers.get(KEY).is_some() {
        return refuse_beside(
            answers,
            KEY,
            "The vendor's app gets roles; it has its credential, and no app registration is made.",
        );
    }
    if is_published && answers.get("principal_id").is_none() {
        let what = format!(
            "{} signs in with its own app, which has its credential; no app registration is made.",
            vendor.name
        );
        return refuse_beside(answers, "", &what);
    }
    Ok(())
}

/// The vendor's application, where that is what it signs in with.
///
/// # Errors
/// `Usage` where the ID is that of something in this directory; whatever Azure answers.
pub(super) async fn vendor_app(
    answers: &Answers,
    vendor: &Vendor,
    azure: &Azure,
) -> Result<Option<Application>> {
    let Some(given) = named(answers, vendor) else {
        return Ok(None);
    };
    let client_id: ClientId = given
        .parse()
        .map_err(|_| Error::bug("vendor_app_id was not checked"))?;
    let (own, object) = tokio::join!(
        azure.application_by_client_id(client_id),
        azure.client_id_of_object(client_id.guid()),
    );
    if own?.is_some() {
        return Err(Error::usage(
            "vendor_app_is_own",
            format!("The app {client_id} is registered in this directory; it isn't a vendor's."),
        )
        .hint(format!(
            "Use it as an app of your own: --app-id {client_id}"
        )));
    }
    if let Some(right) = object? {
        return Err(Error::usage(
            "vendor_app_object_id",
            format!("`{client_id}` is an object ID of this directory, and the client ID of the vendor's app is asked for."),
        )
        .hint(format!("Use that one: --vendor-app-id {right}")));
    }
    let is_published = vendor.application.client_id.as_deref() == Some(given);
    Ok(Some(Application::Vendor {
        client_id,
        display_name: if is_published {
            vendor.name.clone()
        } else {
            client_id.to_string()
        },
        consent: consent(azure, client_id),
    }))
}

/// The page where an administrator consents, in the directory that is connected.
/// Source: <https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent#construct-the-url-for-granting-tenant-wide-admin-consent>
fn consent(azure: &Azure, client_id: ClientId) -> Option<String> {
    let facts = azure.facts();
    let (login, tenant) = (facts.get("login")?, facts.get("tenant")?);
    Some(format!(
        "{login}/{tenant}/adminconsent?client_id={client_id}"
    ))
}
