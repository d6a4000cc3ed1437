//! Who signs in, and to which directory.

use super::billing_wish;
use crate::azure::Azure;
use crate::azure::sign_in::{Method, SignedIn};
use crate::commands::app::App;
use crate::commands::signing;
use crate::connection::Directory;
use crate::error::Result;
use crate::interview::billing::BillingWish;
use crate::interview::{Interview, discovery};
use crate::plan;
use crate::ui::Event;
use crate::vendors::Vendor;

/// The directory to connect; none where it is a gap.
pub(super) async fn directory(
    app: &App,
    interview: &mut Interview,
    signed_in: &SignedIn,
    vendor: Option<&Vendor>,
) -> Result<Option<Directory>> {
    let vendor = vendor.map(|vendor| vendor.id.as_str());
    let azure = signing::as_person(app, signed_in, None, vendor).await?;
    let follows = matches!(
        signed_in.method,
        Method::AzureCli
            | Method::ServicePrincipal
            | Method::ManagedIdentity
            | Method::WorkloadIdentity
    );
    let directories = discovery::directories(&azure).await?;
    interview
        .directory(directories, signed_in.tenant, follows)
        .await
}

/// Signs in; none where nobody can be asked and the environment has nothing, which is then a gap among the others.
pub(super) async fn sign_in(
    app: &App,
    interview: &mut Interview,
    vendor: Option<&Vendor>,
) -> Result<Option<SignedIn>> {
    match signing::sign_in(app, &interview.answers).await {
        Err(error) if error.code() == "no_sign_in" && !app.ui.can_ask() => {
            interview.needs_sign_in(match vendor.map(billing_wish) {
                Some(BillingWish::Needed) => "billing_account",
                Some(BillingWish::Elsewhere) => "partner_id",
                Some(BillingWish::IfNamed | BillingWish::Offered | BillingWish::Never) | None => {
                    "subscription"
                }
            });
            Ok(None)
        }
        answer => answer.map(Some),
    }
}

/// Billing systems refuse guests in ways that nobody sees coming; said before anything is changed, and never taken for a no.
pub(super) async fn warn_guest(interview: &Interview, azure: &Azure, vendor: &Vendor) {
    if !plan::needs_billing_account(vendor) {
        return;
    }
    let is_guest = azure
        .me()
        .await
        .ok()
        .flatten()
        .is_some_and(|me| me.user_type.as_deref() == Some("Guest"));
    if is_guest {
        interview.tell(Event::Warning {
            what: "You are a guest in this directory. Guests from another cloud can't manage billing, and some vendors ask for a member account.".to_owned(),
            fix: "If a billing step is refused, let a member with the billing role do it.".to_owned(),
        });
    }
}
