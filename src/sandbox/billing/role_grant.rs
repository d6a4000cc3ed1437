//! Giving a billing role: PUT for an Enterprise Agreement, `createBillingRoleAssignment` for MCA and MPA.
//!
//! <https://learn.microsoft.com/azure/cost-management-billing/manage/assign-roles-azure-service-principals>,
//! <https://learn.microsoft.com/rest/api/billing/billing-role-assignments>

use serde_json::Value;
use uuid::Uuid;

use super::super::arm::Visit;
use super::super::exchange::Answer;
use super::account::{Agreement, BillingAccount, BillingRoleAssignment};
use super::operations::{begin, leading_to};
use super::refusal::Refusal;
use super::role_assignments::{check_writable, key, view};
use super::role_request::{RoleRequest, Shape};
use super::scope::{BillingScope, Kind};
use super::{Outcome, STABLE, asker};

const WRITE: &str = "Microsoft.Billing/billingAccounts/billingRoleAssignments/write";
const CREATE: &str = "Microsoft.Billing/billingAccounts/createBillingRoleAssignment/action";

/// `PUT {scope}/billingRoleAssignments/{name}`, of an enrollment or a department. A name that is taken is written over, as
/// PUT does: whoever uses the role definition's id as name (a mistake of many guides) takes the role from the one before.
pub(super) fn put(visit: &mut Visit<'_>) -> Outcome {
    let (scope, account) = BillingScope::find(&visit.world.state, visit.parameters.get("scope"))?;
    if account.agreement != Agreement::EnterpriseAgreement {
        return Err(Refusal::unprocessable(format!(
            "Creating or updating a billing role assignment with PUT is supported only for billing accounts with agreement \
             type Enterprise Agreement. The agreement type of the billing account is {}.",
            account.agreement.name()
        )));
    }
    asker(visit).check_manage_access(account, &scope, WRITE)?;
    check_writable(account)?;
    let name = visit.parameters.get("name").to_ascii_lowercase();
    check_name(&name)?;
    let request = RoleRequest::read(visit, &scope, account, Shape::Wrapped)?;
    check_enrollment(visit, account, &scope, &name, &request)?;
    let key = key(&scope.id(), &name);
    let existing = visit.world.state.billing.role_assignments.get(&key);
    if let Some(found) = existing.filter(|found| found.grants(&request)) {
        return Ok(Answer::json(200, view(found)));
    }
    let is_new = existing.is_none();
    let assignment = assignment(visit, &scope, name, &request);
    let body = view(&assignment);
    visit
        .world
        .state
        .billing
        .role_assignments
        .insert(key, assignment);
    if !is_new || visit.call.query("api-version") != Some(STABLE) {
        return Ok(Answer::json(200, body));
    }
    let location = start(
        visit,
        &scope,
        "createOrUpdateBillingRoleAssignment",
        body.clone(),
    );
    Ok(leading_to(Answer::json(201, body), location))
}

/// `POST {scope}/createBillingRoleAssignment`, of MCA and MPA. The service chooses the name.
pub(super) fn create(visit: &mut Visit<'_>) -> Outcome {
    let (scope, account) = BillingScope::find(&visit.world.state, visit.parameters.get("scope"))?;
    check_modern(account)?;
    if matches!(scope.kind, Kind::Customer { profile: None, .. }) {
        return Err(Refusal::no_such_path(&visit.call.path));
    }
    asker(visit).check_manage_access(account, &scope, CREATE)?;
    check_writable(account)?;
    let is_stable = visit.call.query("api-version") == Some(STABLE);
    let shape = if is_stable {
        Shape::Flat
    } else {
        Shape::Wrapped
    };
    let request = RoleRequest::read(visit, &scope, account, shape)?;
    if let Some(found) = same_grant(visit, &scope, &request) {
        return Err(already_granted(found));
    }
    let mut assignment = assignment(visit, &scope, Uuid::new_v4().to_string(), &request);
    if is_stable {
        // It exists when the operation is done, and permits something later still.
        assignment.created = visit.call.now + visit.world.replication.billing / 2;
    }
    let body = view(&assignment);
    let key = key(&assignment.scope, &assignment.name);
    visit
        .world
        .state
        .billing
        .role_assignments
        .insert(key, assignment);
    if !is_stable {
        return Ok(Answer::json(201, body));
    }
    let location = start(visit, &scope, "createBillingRoleAssignment", body);
    Ok(leading_to(Answer::empty(202), location))
}

/// Refuses what only MCA and MPA have. The mirror image of the refusal of PUT; this one's code is documented nowhere.
fn check_modern(account: &BillingAccount) -> Result<(), Refusal> {
    if account.agreement.is_modern() {
        return Ok(());
    }
    Err(Refusal::unprocessable(format!(
        "Creating a billing role assignment with createBillingRoleAssignment is supported only for billing accounts with \
         agreement type Microsoft Customer Agreement or Microsoft Partner Agreement. The agreement type of the billing \
         account is {}.",
        account.agreement.name()
    )))
}

/// Begins the operation that a grant leaves behind, and returns where to look at it.
fn start(visit: &mut Visit<'_>, scope: &BillingScope, kind: &str, answer: Value) -> String {
    let account = scope.with(Kind::Account).id();
    let takes = visit.world.replication.billing / 2;
    let id = begin(visit, account.clone(), answer, takes);
    let base = &visit.call.base;
    format!("{base}{account}/operationResults/{kind}_{id}?api-version={STABLE}")
}

fn assignment(
    visit: &Visit<'_>,
    scope: &BillingScope,
    name: String,
    request: &RoleRequest,
) -> BillingRoleAssignment {
    BillingRoleAssignment {
        name,
        scope: scope.id(),
        role: request.role.id,
        principal: request.principal,
        tenant: request.tenant,
        principal_type: request.principal_type.to_owned(),
        created_by: Some((visit.caller.id, visit.caller.tenant)),
        created: visit.call.now,
        effective_at: visit.call.now + visit.world.replication.billing,
    }
}

impl BillingRoleAssignment {
    fn grants(&self, request: &RoleRequest) -> bool {
        self.principal == request.principal
            && self.tenant == request.tenant
            && self.role == request.role.id
    }
}

/// A GUID, or two joined by an underscore.
fn check_name(name: &str) -> Result<(), Refusal> {
    let (first, second) = name.split_once('_').unwrap_or((name, name));
    if [first, second]
        .iter()
        .all(|part| Uuid::try_parse(part).is_ok())
    {
        return Ok(());
    }
    let text =
        format!("The billing role assignment name '{name}' is not valid. It must be a GUID.");
    Err(Refusal::new(400, "BadRequest", text))
}

fn same_grant<'visit>(
    visit: &'visit Visit<'_>,
    scope: &BillingScope,
    request: &RoleRequest,
) -> Option<&'visit BillingRoleAssignment> {
    let all = &visit.world.state.billing.role_assignments;
    all.values()
        .find(|found| scope.is(&found.scope) && found.grants(request))
}

/// An enrollment's further rules: the same grant has one name, and a service principal has one role. The first is refused
/// with 409, as the FinOps toolkit expects. The second is documented as a rule without a code; 400 keeps it apart from the
/// first, which programs take for a success.
fn check_enrollment(
    visit: &Visit<'_>,
    account: &BillingAccount,
    scope: &BillingScope,
    name: &str,
    request: &RoleRequest,
) -> Result<(), Refusal> {
    if let Some(found) = same_grant(visit, scope, request).filter(|found| found.name != name) {
        return Err(already_granted(found));
    }
    let own = key(&scope.id(), name);
    let within = |found: &BillingRoleAssignment| {
        BillingScope::parse(&found.scope)
            .is_some_and(|scope| scope.account.eq_ignore_ascii_case(&account.name))
    };
    let other = visit
        .world
        .state
        .billing
        .role_assignments
        .values()
        .find(|found| {
            found.principal == request.principal
                && found.role != request.role.id
                && within(found)
                && key(&found.scope, &found.name) != own
        });
    match other.filter(|_| request.principal_type == "ServicePrincipal") {
        Some(found) => {
            let text = format!(
                "The service principal '{}' already has a role: '{}'. A service principal can have only one role.",
                request.principal, found.role
            );
            Err(Refusal::new(400, "BadRequest", text))
        }
        None => Ok(()),
    }
}

fn already_granted(found: &BillingRoleAssignment) -> Refusal {
    let text = format!(
        "The billing role assignment already exists. Its name is '{}'.",
        found.name
    );
    Refusal::new(409, "Conflict", text)
}
