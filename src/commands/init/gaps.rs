//! What is missing where nobody can be asked: found and told at once.

use std::time::Duration;

use super::{billing_wish, directory, exported, sign_in};
use crate::commands::app::App;
use crate::commands::signing;
use crate::error::Result;
use crate::interview::{Interview, exports, resolve};
use crate::plan;
use crate::vendors::Vendor;

/// Ends the run if anything is missing. A script gets all gaps at once, and at once: what Azure doesn't show in this time stays
/// unknown.
///
/// # Errors
/// `Usage` with all of them.
pub(super) async fn close(
    app: &App,
    interview: &mut Interview,
    vendor: Option<&Vendor>,
) -> Result<()> {
    if interview.has_gaps() {
        let look = look_for_gaps(app, interview, vendor);
        if let Ok(Err(error)) = tokio::time::timeout(GLANCE, look).await {
            tracing::info!("not every answer could be looked for: {error}");
        }
    }
    interview.close_gaps()
}

/// How long Azure is asked for further gaps where some are known already.
const GLANCE: Duration = Duration::from_millis(700);

/// Looks for the gaps that only Azure shows: several directories, several subscriptions. Never where a person would have to act.
async fn look_for_gaps(
    app: &App,
    interview: &mut Interview,
    vendor: Option<&Vendor>,
) -> Result<()> {
    let by_person = ["browser", "device-code", "none"];
    if by_person.contains(&interview.answers.value_or("sign_in", "auto")) {
        return Ok(());
    }
    let Some(signed_in) = sign_in(app, interview, vendor).await? else {
        return Ok(());
    };
    let Some(directory) = directory(app, interview, &signed_in, None).await? else {
        return Ok(());
    };
    let azure = signing::as_person(app, &signed_in, Some(directory.id), None).await?;
    match vendor {
        Some(vendor) if needs_a_whole_look(interview, vendor) => {
            let setting = resolve::Setting {
                azure: &azure,
                cloud: &app.reach().await?.cloud.name,
                secret_given: false,
                certificate: None,
                billing: billing_wish(vendor),
                is_unseen: false,
                exported: &|name| exported::earlier(app, name),
            };
            interview.look(&setting, vendor, &directory).await
        }
        Some(vendor) if plan::needs_billing_account(vendor) => {
            interview.look_at_accounts(&azure, vendor, &directory).await
        }
        Some(_) | None => interview.look_at_scopes(&azure, directory.id).await,
    }
}

/// Whether more can be missing than what the vendor reads: exports, or who a partner is.
fn needs_a_whole_look(interview: &Interview, vendor: &Vendor) -> bool {
    exports::need(&interview.answers, vendor).is_some()
        || vendor.asks.iter().any(|key| key == "partner_id")
}
