//! One file = one question about a live connection, asked with the connection's own credential and no other.

pub mod billing_account;
pub mod check;
pub mod cost_data;
pub mod cost_details;
mod cost_share;
pub mod coverage;
pub mod credential_expiry;
pub mod customers;
pub mod delivery;
pub mod domain;
pub mod export;
pub mod manifest;
pub mod other_secrets;
pub mod partner;
pub mod role_assignments;
pub mod service_principal;
pub mod storage;
pub mod subscription;
pub mod token;

pub use check::{Check, Connected, DailyTotal, Finding, Status};

/// The checks that a vendor's file names, in its order.
///
/// An id that this release has no check for is left out; the vendor's plan is refused before it comes to that.
pub fn for_vendor(ids: &[String]) -> Vec<Box<dyn Check>> {
    let all = || -> Vec<Box<dyn Check>> {
        vec![
            Box::new(token::Token),
            Box::new(credential_expiry::CredentialExpiry),
            Box::new(domain::Domain),
            Box::new(subscription::Subscriptions),
            Box::new(billing_account::BillingAccount),
            Box::new(customers::Customers),
            Box::new(cost_data::CostData),
            Box::new(partner::PartnerCenter),
            Box::new(export::Exports),
            Box::new(storage::Storage),
        ]
    };
    ids.iter()
        .filter_map(|id| all().into_iter().find(|check| check.id() == id))
        .collect()
}

/// The checks of exports, without those that `already` names: a connection with an export has them, whatever its vendor's file says.
pub fn of_exports(already: &[String]) -> Vec<Box<dyn Check>> {
    let both: Vec<Box<dyn Check>> = vec![Box::new(export::Exports), Box::new(storage::Storage)];
    both.into_iter()
        .filter(|check| !already.iter().any(|id| id == check.id()))
        .collect()
}

/// The checks of what may have changed since a connection was made, and of what it doesn't see; for those that were made here.
pub fn of_drift() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(service_principal::ServicePrincipalThere),
        Box::new(role_assignments::RoleAssignments),
        Box::new(other_secrets::OtherSecrets),
        Box::new(coverage::CoverageOfDirectory),
    ]
}

/// What a person can look at where the connection's credential is elsewhere: not what the vendor reads, but all that it stands on.
pub fn of_person() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(service_principal::ServicePrincipalThere),
        Box::new(role_assignments::RoleAssignments),
        Box::new(coverage::CoverageOfDirectory),
        Box::new(export::Exports),
    ]
}

/// The checks that make something in Azure (a report), for `check --deep`.
pub fn deep() -> Vec<Box<dyn Check>> {
    vec![Box::new(cost_details::CostDetails)]
}

/// Asks every question: first whether the credential is accepted at all, then the rest at once.
pub async fn run(checks: &[Box<dyn Check>], connected: &Connected<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (first, rest): (Vec<_>, Vec<_>) = checks.iter().partition(|check| check.id() == token::ID);
    for check in first {
        findings.extend(check.run(connected).await);
    }
    let refused = findings
        .iter()
        .any(|finding| finding.status == Status::Fail);
    let asked = rest.iter().map(async |check| {
        if refused && check.needs_token() {
            return vec![Finding::new(
                check.id(),
                check.title(),
                Status::Skip,
                "Not asked: the app can't sign in.",
            )];
        }
        check.run(connected).await
    });
    findings.extend(futures::future::join_all(asked).await.into_iter().flatten());
    cost_share::tell(&mut findings);
    findings
}
