//! What is in a billing account: billing profiles and invoice sections, customers of a partner, departments.
//!
//! Lists hold what the caller has any role at, or above.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::arm::Visit;
use super::super::exchange::Answer;
use super::account::{Agreement, BillingAccount, Customer};
use super::accounts::check_agreement;
use super::refusal::Refusal;
use super::rights::Asker;
use super::scope::{BillingScope, Kind};
use super::{Outcome, asker, list};

const MCA: Agreement = Agreement::MicrosoftCustomerAgreement;
const MPA: Agreement = Agreement::MicrosoftPartnerAgreement;
const EA: Agreement = Agreement::EnterpriseAgreement;

/// `GET {account}/billingProfiles`
pub(super) fn profiles(visit: &mut Visit<'_>) -> Outcome {
    let (scope, account) = parent(visit, "Billing profiles", &[MCA, MPA])?;
    let kinds = account.profiles.keys().cloned().map(Kind::Profile);
    answer_list(visit, &scope, account, kinds)
}

/// `GET {account}/billingProfiles/{name}`
pub(super) fn profile(visit: &mut Visit<'_>) -> Outcome {
    parent(visit, "Billing profiles", &[MCA, MPA])?;
    answer_one(visit)
}

/// `GET {profile}/invoiceSections`
pub(super) fn sections(visit: &mut Visit<'_>) -> Outcome {
    let (scope, account) = parent(visit, "Invoice sections", &[MCA])?;
    let Kind::Profile(name) = &scope.kind else {
        return Err(Refusal::no_such_path(&visit.call.path));
    };
    let sections = account
        .profiles
        .get(name)
        .map(|profile| &profile.invoice_sections);
    let kinds = sections
        .into_iter()
        .flatten()
        .map(|(section, _)| Kind::InvoiceSection {
            profile: name.clone(),
            section: section.clone(),
        });
    answer_list(visit, &scope, account, kinds)
}

/// `GET {profile}/invoiceSections/{name}`
pub(super) fn section(visit: &mut Visit<'_>) -> Outcome {
    parent(visit, "Invoice sections", &[MCA])?;
    answer_one(visit)
}

/// `GET {account}/departments`
pub(super) fn departments(visit: &mut Visit<'_>) -> Outcome {
    let (scope, account) = parent(visit, "Departments", &[EA])?;
    let kinds = account.departments.keys().cloned().map(Kind::Department);
    answer_list(visit, &scope, account, kinds)
}

/// `GET {account}/departments/{name}`
pub(super) fn department(visit: &mut Visit<'_>) -> Outcome {
    parent(visit, "Departments", &[EA])?;
    answer_one(visit)
}

/// `GET {account}/customers` and `GET {profile}/customers`
pub(super) fn customers(visit: &mut Visit<'_>) -> Outcome {
    let (scope, account) = parent(visit, "Customers", &[MPA])?;
    let profile = match &scope.kind {
        Kind::Account => None,
        Kind::Profile(name) => Some(name.clone()),
        _ => return Err(Refusal::no_such_path(&visit.call.path)),
    };
    let kinds = account
        .customers
        .values()
        .filter(|found| profile.as_ref().is_none_or(|name| *name == found.profile))
        .map(|found| Kind::Customer {
            profile: profile.clone(),
            customer: found.tenant.to_string(),
        });
    answer_list(visit, &scope, account, kinds)
}

/// `GET {account}/customers/{name}` and `GET {profile}/customers/{name}`
pub(super) fn customer(visit: &mut Visit<'_>) -> Outcome {
    parent(visit, "Customers", &[MPA])?;
    answer_one(visit)
}

/// The scope above what is asked for, with its account, which must have a suitable agreement.
fn parent<'visit>(
    visit: &'visit Visit<'_>,
    what: &str,
    agreements: &[Agreement],
) -> Result<(BillingScope, &'visit BillingAccount), Refusal> {
    let found = BillingScope::find(&visit.world.state, visit.parameters.get("scope"))?;
    check_agreement(found.1, what, agreements)?;
    Ok(found)
}

fn answer_list(
    visit: &Visit<'_>,
    scope: &BillingScope,
    account: &BillingAccount,
    kinds: impl Iterator<Item = Kind>,
) -> Outcome {
    let asker = asker(visit);
    if !asker.has_role_in(account) && !asker.is_global_administrator_over(account) {
        let action = format!("{}/read", scope.resource_type());
        return Err(Refusal::forbidden(asker.caller, &action, &scope.id()));
    }
    // A right at the parent holds for all; asking for each of a thousand customers again would only take time.
    let sees_all = asker.right_at(account, scope).is_some();
    let items = kinds
        .map(|kind| scope.with(kind))
        .filter(|found| sees_all || asker.right_at(account, found).is_some())
        .filter_map(|found| view(visit, account, &found))
        .collect();
    list::answer(visit, items)
}

fn answer_one(visit: &Visit<'_>) -> Outcome {
    // The path is the id of what is asked for; the pattern only took its last name off.
    let id: String = visit
        .call
        .segments()
        .iter()
        .map(|segment| format!("/{segment}"))
        .collect();
    let (scope, account) = BillingScope::find(&visit.world.state, &id)?;
    let asker: Asker<'_> = asker(visit);
    let action = format!("{}/read", scope.resource_type());
    if asker.right_at(account, &scope).is_none() {
        return Err(Refusal::forbidden(asker.caller, &action, &scope.id()));
    }
    let view = view(visit, account, &scope).ok_or_else(Refusal::not_found)?;
    Ok(Answer::json(200, view))
}

fn view(visit: &Visit<'_>, account: &BillingAccount, scope: &BillingScope) -> Option<Value> {
    let (name, properties) = match &scope.kind {
        Kind::Account => return None,
        Kind::Profile(name) => {
            let profile = account.profiles.get(name)?;
            let properties = json!({
                "displayName": profile.display_name, "currency": profile.currency, "status": "Active",
                "hasReadAccess": true, "systemId": profile.name,
            });
            (name.clone(), properties)
        }
        Kind::InvoiceSection { profile, section } => {
            let display_name = account
                .profiles
                .get(profile)?
                .invoice_sections
                .get(section)?;
            let properties =
                json!({"displayName": display_name, "state": "Active", "systemId": section});
            (section.clone(), properties)
        }
        Kind::Department(name) => {
            let department = account.departments.get(name)?;
            let properties = json!({
                "displayName": department.display_name, "id": department.name, "status": "Active",
            });
            (name.clone(), properties)
        }
        Kind::Customer { customer, .. } => {
            let found = account.customers.get(&Uuid::try_parse(customer).ok()?)?;
            (
                found.tenant.to_string(),
                customer_properties(visit, scope, account, found),
            )
        }
    };
    Some(json!({
        "id": scope.id(), "name": name, "type": scope.resource_type(), "properties": properties,
    }))
}

/// A customer's Azure plans are given on demand only, `expand=enabledAzurePlans`.
fn customer_properties(
    visit: &Visit<'_>,
    scope: &BillingScope,
    account: &BillingAccount,
    customer: &Customer,
) -> Value {
    let profile = scope.with(Kind::Profile(customer.profile.clone()));
    let mut properties = json!({
        "displayName": customer.display_name, "systemId": customer.tenant, "status": customer.status,
        "billingProfileId": profile.id(),
        "billingProfileDisplayName": account.profiles.get(&customer.profile).map(|found| &found.display_name),
    });
    let expand = visit
        .call
        .query("expand")
        .or_else(|| visit.call.query("$expand"));
    if expand.is_some_and(|expand| expand.to_ascii_lowercase().contains("enabledazureplans")) {
        let plans = customer.azure_plans.iter().map(|plan| {
            // The SKU of the Microsoft Azure plan, the same for everybody.
            json!({"productId": "DZH318Z0BPS6", "skuId": "0001", "skuDescription": plan})
        });
        properties["enabledAzurePlans"] = plans.collect();
    }
    properties
}
