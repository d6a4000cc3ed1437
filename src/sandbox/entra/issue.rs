//! Making the tokens of an answer.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::exchange::{Answer, Call};
use super::super::tenant::{DirectoryRole, ServicePrincipal, User};
use super::super::tokens::Claims;
use super::super::world::World;
use super::refusal::Refusal;
use super::scope::{Resource, Scope};
use super::sessions::RefreshToken;

/// Seconds that an access token is valid for. Entra varies it between 60 and 90 minutes.
const LIFETIME: i64 = 3600;
/// Entra dates tokens back, so that clocks a little behind accept them.
const BACKDATED: i64 = 300;
/// The `wids` value that every member without a role has.
const ORDINARY_USER: Uuid = uuid::uuid!("b79fbf4d-3ef9-4689-8143-76b194e85509");

/// Rights that the Azure CLI's client has consented in every directory.
const GRAPH_RIGHTS: &str = "Application.ReadWrite.All AppRoleAssignment.ReadWrite.All AuditLog.Read.All \
                            DelegatedPermissionGrant.ReadWrite.All Directory.AccessAsUser.All email Group.ReadWrite.All openid profile User.Read.All User.ReadWrite.All";

impl DirectoryRole {
    /// The role's template id, the same in every directory.
    pub(in crate::sandbox) fn template_id(self) -> Uuid {
        match self {
            Self::GlobalAdministrator => uuid::uuid!("62e90394-69f5-4237-9190-012177145e10"),
            Self::ApplicationAdministrator => uuid::uuid!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"),
            Self::CloudApplicationAdministrator => {
                uuid::uuid!("158c047a-c907-4556-b7ef-446551a6b5f7")
            }
            Self::ApplicationDeveloper => uuid::uuid!("cf1c38e5-3621-4004-a7cb-879624dced7c"),
        }
    }
}

/// The answer to an application: an access token and nothing else.
pub(super) fn for_application(
    world: &World,
    call: &Call,
    principal: &ServicePrincipal,
    scope: &Scope,
) -> Result<Answer, Refusal> {
    let claims = Claims {
        oid: principal.id,
        sub: principal.id.to_string(),
        appid: principal.app_id,
        idtyp: "app".to_owned(),
        ..base(call, principal.tenant, scope)
    };
    let token = world.keys.sign(&claims).map_err(failed)?;
    let body = json!({"token_type": "Bearer", "expires_in": LIFETIME - 1, "ext_expires_in": LIFETIME - 1, "access_token": token});
    Ok(Answer::json(200, body))
}

/// The answer to a person: an access token, and what `scope` asks for besides.
pub(super) fn for_user(
    world: &mut World,
    call: &Call,
    user: &User,
    client_id: Uuid,
    scope: &Scope,
) -> Result<Answer, Refusal> {
    let rights = if scope.resource == Resource::Graph {
        GRAPH_RIGHTS
    } else {
        "user_impersonation"
    };
    let claims = Claims {
        oid: user.id,
        sub: Uuid::new_v5(&user.id, client_id.as_bytes())
            .simple()
            .to_string(),
        appid: client_id,
        idtyp: "user".to_owned(),
        name: Some(user.display_name.clone()),
        upn: Some(user.user_principal_name.clone()),
        scp: Some(rights.to_owned()),
        wids: wids(user),
        ..base(call, user.tenant, scope)
    };
    let granted: Vec<String> = rights
        .split_whitespace()
        .map(|right| format!("{}/{right}", scope.audience))
        .collect();
    let mut body: Map<String, Value> = BTreeMap::from([
        ("token_type".to_owned(), json!("Bearer")),
        ("scope".to_owned(), json!(granted.join(" "))),
        ("expires_in".to_owned(), json!(LIFETIME - 1)),
        ("ext_expires_in".to_owned(), json!(LIFETIME - 1)),
        (
            "access_token".to_owned(),
            json!(world.keys.sign(&claims).map_err(failed)?),
        ),
    ])
    .into_iter()
    .collect();
    if scope.openid {
        body.insert(
            "id_token".to_owned(),
            json!(id_token(world, call, user, client_id)?),
        );
    }
    if scope.offline_access {
        let token = format!("1.{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let remembered = RefreshToken {
            client_id,
            sign_in_name: user.sign_in_name.clone(),
            tenant: user.tenant,
            expired: false,
        };
        world
            .sessions
            .refresh_tokens
            .insert(token.clone(), remembered);
        body.insert("refresh_token".to_owned(), json!(token));
    }
    Ok(Answer::json(200, Value::Object(body)))
}

fn id_token(world: &World, call: &Call, user: &User, client_id: Uuid) -> Result<String, Refusal> {
    let now = call.now.as_second();
    let claims = json!({
        "aud": client_id, "iss": format!("{}/{}/v2.0", call.base, user.tenant), "iat": now - BACKDATED,
        "nbf": now - BACKDATED, "exp": now + LIFETIME, "name": user.display_name, "oid": user.id,
        "preferred_username": user.user_principal_name, "sub": Uuid::new_v5(&user.id, client_id.as_bytes()).simple().to_string(),
        "tid": user.tenant, "ver": "2.0",
    });
    world.keys.sign(&claims).map_err(failed)
}

fn base(call: &Call, tenant: Uuid, scope: &Scope) -> Claims {
    let now = call.now.as_second();
    Claims {
        aud: scope.audience.clone(),
        iss: format!("https://sts.windows.net/{tenant}/"),
        iat: now - BACKDATED,
        nbf: now - BACKDATED,
        exp: now + LIFETIME,
        tid: tenant,
        oid: Uuid::nil(),
        sub: String::new(),
        appid: Uuid::nil(),
        idtyp: String::new(),
        name: None,
        upn: None,
        scp: None,
        wids: Vec::new(),
        uti: Uuid::new_v4().simple().to_string(),
        ver: "1.0".to_owned(),
    }
}

fn wids(user: &User) -> Vec<Uuid> {
    user.directory_roles
        .iter()
        .map(|role| role.template_id())
        .chain([ORDINARY_USER])
        .collect()
}

fn failed(error: String) -> Refusal {
    Refusal::new(
        "server_error",
        90_033,
        format!("A transient error has occurred. {error}"),
    )
}
