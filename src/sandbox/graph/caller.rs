//! Who calls Graph, and what the directory lets them do.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::super::entra::Resource;
use super::super::exchange::Call;
use super::super::tenant::{Application, DirectoryRole, State, UserType};
use super::super::tokens::TokenFault;
use super::super::world::World;
use super::refusal::GraphError;

/// Roles that may manage every application.
const MANAGERS: [DirectoryRole; 3] = [
    DirectoryRole::GlobalAdministrator,
    DirectoryRole::ApplicationAdministrator,
    DirectoryRole::CloudApplicationAdministrator,
];

/// Somebody with a valid token for Graph.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) tenant: Uuid,
    /// Object id of the user or service principal.
    pub(super) id: Uuid,
    pub(super) is_user: bool,
    pub(super) is_guest: bool,
    roles: BTreeSet<DirectoryRole>,
}

/// Checks the token: present, signed, in time, for Graph, of somebody who still exists.
pub(super) fn admit(world: &World, call: &Call) -> Result<Caller, GraphError> {
    let refused = |message: &str| GraphError::new(401, "InvalidAuthenticationToken", message);
    let token = call
        .bearer_token()
        .ok_or_else(|| refused("Access token is empty."))?;
    let claims = world.keys.verify(token).map_err(|fault| {
        refused(match fault {
            TokenFault::Expired => "Lifetime validation failed, the token is expired.",
            TokenFault::NotYetValid => "Lifetime validation failed, the token is not yet valid.",
            TokenFault::Malformed => "IDX14100: JWT is not well formed, there are no dots (.).",
            TokenFault::Signature => "Access token validation failure. Invalid signature.",
        })
    })?;
    if Resource::of_audience(&claims.aud) != Some(Resource::Graph) {
        return Err(refused(
            "Access token validation failure. Invalid audience.",
        ));
    }
    let caller = if claims.idtyp == "user" {
        user(&world.state, claims.tid, claims.oid)
    } else {
        service_principal(&world.state, claims.tid, claims.oid)
    };
    caller.ok_or_else(|| {
        refused("Access token validation failure. The principal does not exist in the directory.")
    })
}

fn user(state: &State, tenant: Uuid, id: Uuid) -> Option<Caller> {
    let user = state
        .users
        .get(&id)
        .filter(|user| user.tenant == tenant && user.account_enabled)?;
    let is_guest = user.user_type == UserType::Guest;
    Some(Caller {
        tenant,
        id,
        is_user: true,
        is_guest,
        roles: user.directory_roles.clone(),
    })
}

fn service_principal(state: &State, tenant: Uuid, id: Uuid) -> Option<Caller> {
    let principal = state
        .service_principals
        .get(&id)
        .filter(|principal| principal.tenant == tenant)?;
    Some(Caller {
        tenant,
        id,
        is_user: false,
        is_guest: false,
        roles: principal.directory_roles.clone(),
    })
}

impl Caller {
    /// Whether they have any of the directory roles that the sandbox knows.
    pub(super) fn has_role(&self) -> bool {
        !self.roles.is_empty()
    }

    /// Whether they may manage every application.
    pub(super) fn manages_applications(&self) -> bool {
        MANAGERS.iter().any(|role| self.roles.contains(role))
    }

    fn develops_applications(&self) -> bool {
        self.roles.contains(&DirectoryRole::ApplicationDeveloper)
    }

    /// Users may read the directory; an application on its own needs a role (or rights that the sandbox does not know).
    pub(super) fn check_reads_directory(&self) -> Result<(), GraphError> {
        if self.is_user || self.has_role() {
            Ok(())
        } else {
            Err(GraphError::denied())
        }
    }

    /// Creating applications: by role, or as any user where the directory lets users do it.
    pub(super) fn check_creates_applications(&self, state: &State) -> Result<(), GraphError> {
        let users_may = state
            .tenants
            .get(&self.tenant)
            .is_some_and(|tenant| tenant.allowed_to_create_apps);
        let may = self.manages_applications()
            || self.develops_applications()
            || (self.is_user && users_may);
        if may {
            Ok(())
        } else {
            Err(GraphError::denied())
        }
    }

    /// Changing one application: by role, or as its owner.
    pub(super) fn check_changes(&self, application: &Application) -> Result<(), GraphError> {
        let may = self.manages_applications() || application.owners.contains(&self.id);
        if may {
            Ok(())
        } else {
            Err(GraphError::denied())
        }
    }

    /// Creating the service principal of an application. An owner without a managing role must be Application Developer:
    /// <https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals>.
    pub(super) fn check_instantiates(&self, application: &Application) -> Result<(), GraphError> {
        let owns = application.owners.contains(&self.id);
        if self.manages_applications() || (owns && (self.develops_applications() || !self.is_user))
        {
            Ok(())
        } else {
            Err(GraphError::denied())
        }
    }
}
