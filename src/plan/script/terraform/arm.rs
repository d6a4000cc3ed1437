//! What is Azure's: ids, names and bodies.

use serde_json::Value;
use uuid::Uuid;

use super::hcl::{Block, Hcl, quoted};
use crate::connection::Scope;
use crate::steps::declared::TOMORROW;

/// Tomorrow, when it is first applied.
const FIRST_DAY: &str =
    r#"formatdate("YYYY-MM-DD'T'00:00:00'Z'", timeadd(plantimestamp(), "24h"))"#;

/// Stands for the service principal in a body.
pub(super) const PRINCIPAL: &str = "<principal>";

/// What stands for something else in a body.
fn known(text: &str) -> Option<String> {
    match text {
        TOMORROW => Some(FIRST_DAY.to_owned()),
        PRINCIPAL => Some("local.principal_id".to_owned()),
        _ => None,
    }
}

pub(super) fn said(body: &Value) -> Hcl {
    Hcl::json(body, &known)
}

/// A resource of `azapi`.
pub(super) struct Azapi<'a> {
    pub(super) label: &'a str,
    pub(super) kind: String,
    pub(super) parent: &'a str,
    pub(super) name: &'a str,
}

impl Azapi<'_> {
    /// The resource with the body that makes it; what `azapi` has words of its own for stands beside the body.
    pub(super) fn block(&self, body: &Value) -> Block {
        let mut rest = body.clone();
        let mut taken = |key: &str| rest.as_object_mut().and_then(|all| all.remove(key));
        let (location, tags) = (taken("location"), taken("tags"));
        let identity = taken("identity")
            .map(|identity| said(&identity["type"]))
            .map(|kind| Block::new("identity", &[]).set("type", kind));
        let block = Block::new("resource", &["azapi_resource", self.label])
            .set("type", Hcl::text(&self.kind))
            .set("parent_id", Hcl::text(self.parent))
            .set("name", Hcl::text(self.name))
            .set_some("location", location.as_ref().map(said))
            .set_some("tags", tags.as_ref().map(said))
            .set("body", said(&rest));
        match identity {
            Some(identity) => block.block(identity),
            None => block,
        }
    }
}

/// The name of a role assignment: the one that azconnect would give it, so that each finds what the other made.
pub(super) fn assignment_name(names: Uuid, scope: &Scope, role: Uuid) -> Hcl {
    let scope = quoted(&scope.to_string().to_lowercase());
    Hcl::code(format!(
        r#"uuidv5("{names}", join("|", [{scope}, local.principal_id, "{role}"]))"#
    ))
}

/// The id of a role's definition as Azure says it of an assignment at this scope: of another one, each plan would want to change it.
pub(super) fn role_definition(scope: &Scope, role: Uuid) -> String {
    let root = match scope {
        Scope::Subscription(id) | Scope::ResourceGroup(id, _) => format!("/subscriptions/{id}"),
        Scope::StorageAccount(account) | Scope::Container(account, _) => {
            format!("/subscriptions/{}", account.subscription)
        }
        Scope::ManagementGroup(_)
        | Scope::BillingAccount(_)
        | Scope::BillingProfile(..)
        | Scope::InvoiceSection(..)
        | Scope::Department(..)
        | Scope::Customer(..)
        | Scope::CustomerOfProfile(..) => String::new(),
    };
    format!("{root}/providers/Microsoft.Authorization/roleDefinitions/{role}")
}

/// The type of a billing scope: `Microsoft.Billing/billingAccounts/departments`.
pub(super) fn resource_type(scope: &Scope) -> String {
    let path = scope.to_string();
    let parts: Vec<&str> = path.split('/').skip(2).collect();
    let kinds = parts.iter().skip(1).step_by(2);
    parts
        .first()
        .into_iter()
        .chain(kinds)
        .copied()
        .collect::<Vec<_>>()
        .join("/")
}

pub(super) fn export_id(scope: &Scope, name: &str) -> String {
    format!("{scope}/providers/Microsoft.CostManagement/exports/{name}")
}
