//! Which subscriptions there were when a connection was made, so that `check` can tell what is new. `apply` takes it, `ending` tells it.

use super::Decided;
use crate::checks::{Finding, coverage};
use crate::commands::app::App;
use crate::connection::coverage::subscriptions_read;
use crate::connection::{Census, ConnectionRecord, Coverage, NamedSubscription, Scope};

/// The directory's subscriptions as whoever connects sees them; `before` where they can't be seen now. None for what reads a billing
/// account, or no subscriptions at all.
pub(super) async fn take(app: &App, decided: &Decided, before: Option<Census>) -> Option<Census> {
    let exported = decided.spec.exports.iter().map(|export| &export.at);
    let scopes = || decided.spec.scopes.iter().chain(exported.clone());
    let is_counted =
        |scope: &Scope| matches!(scope, Scope::Subscription(_) | Scope::ManagementGroup(_));
    if scopes().any(|choice| choice.scope.billing_account().is_some())
        || !scopes().any(|choice| is_counted(&choice.scope))
    {
        return None;
    }
    let all = match decided
        .azure
        .subscriptions_of(decided.spec.directory.id)
        .await
    {
        Ok(all) => all,
        Err(error) => {
            tracing::info!("the directory's subscriptions can't be counted: {error}");
            return before;
        }
    };
    let subscriptions = all
        .into_iter()
        .filter(crate::azure::subscriptions::Subscription::is_writable)
        .map(|found| NamedSubscription {
            id: found.subscription_id,
            name: crate::text::printable(&found.display_name),
        });
    Some(Census {
        at: app.host.now(),
        subscriptions: subscriptions.collect(),
    })
}

/// What is said of it at once: how much of the directory is not read. What is below a management group is for `check` to count.
pub(super) fn told(record: &ConnectionRecord) -> Option<Finding> {
    let is_group = |scope: &Scope| matches!(scope, Scope::ManagementGroup(_));
    if record.scopes.iter().any(is_group) {
        return None;
    }
    let read = subscriptions_read(record).filter(|read| !read.is_empty())?;
    let coverage = Coverage::of(&read, Some(record.census.as_ref()?), &[], false);
    (coverage.read < coverage.known).then(|| Finding {
        coverage: Some(coverage.clone()),
        ..coverage::told(&coverage)
    })
}
