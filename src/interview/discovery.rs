//! What Azure can answer instead of the person.

use crate::azure::ids::TenantId;
use crate::azure::subscriptions::Subscription;
use crate::azure::{Azure, Result};
use crate::connection::Directory;

/// The directories that the signed-in person belongs to.
///
/// # Errors
/// Whatever Azure answers.
pub async fn directories(azure: &Azure) -> Result<Vec<Directory>> {
    let mut all: Vec<Directory> = azure
        .tenants()
        .await?
        .into_iter()
        .map(|tenant| Directory {
            id: tenant.tenant_id,
            display_name: name_of(
                tenant.display_name,
                tenant.default_domain.as_deref(),
                tenant.tenant_id,
            ),
            default_domain: tenant
                .default_domain
                .map(|domain| crate::text::printable(&domain)),
        })
        .collect();
    all.sort_by(|a, b| a.display_name.cmp(&b.display_name).then(a.id.cmp(&b.id)));
    all.dedup();
    Ok(all)
}

fn name_of(display_name: Option<String>, domain: Option<&str>, id: TenantId) -> String {
    let name = display_name
        .filter(|name| !name.trim().is_empty())
        .or_else(|| domain.map(str::to_owned));
    crate::text::printable(&name.unwrap_or_else(|| id.to_string()))
}

/// The subscriptions of a directory on which roles can be given, and those on which they can't (disabled ones).
///
/// # Errors
/// Whatever Azure answers.
pub async fn subscriptions(
    azure: &Azure,
    directory: TenantId,
) -> Result<(Vec<Subscription>, Vec<Subscription>)> {
    // No role can be given here on one that trusts another directory.
    let mut all = azure.subscriptions_of(directory).await?;
    for subscription in &mut all {
        subscription.display_name = crate::text::printable(&subscription.display_name);
    }
    all.sort_by(|a, b| {
        a.display_name
            .cmp(&b.display_name)
            .then(a.subscription_id.cmp(&b.subscription_id))
    });
    Ok(all.into_iter().partition(Subscription::is_writable))
}
