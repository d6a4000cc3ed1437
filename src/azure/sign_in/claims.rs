//! What an access token says about its owner.
//!
//! Tokens are opaque to clients by contract; Microsoft reserves the right to change or encrypt them. So everything here
//! is optional, nothing is verified, and it serves display and explanations only, never a decision about rights.
//! Source: <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>

use azure_core::credentials::AccessToken;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::azure::ids::{ClientId, TenantId};

/// The claims that azconnect shows or explains errors with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// The directory that gave the token.
    pub tid: Option<TenantId>,
    /// Object id of the user or service principal in that directory.
    pub oid: Option<Uuid>,
    /// User principal name; absent for applications. Printable.
    pub upn: Option<String>,
    /// The application that the token was given to.
    pub appid: Option<ClientId>,
    /// Directory roles of a user, by template id (role-assignable groups may be missing).
    pub wids: Vec<Uuid>,
    /// `user` or `app`.
    pub idtyp: Option<String>,
    /// What an application may do at the audience without a user: `Application.ReadWrite.OwnedBy`. Printable.
    pub roles: Vec<String>,
}

/// The claims as they are written: v1 tokens say `appid` and `upn`, v2 tokens `azp` and `preferred_username`.
#[derive(Deserialize)]
struct Written {
    tid: Option<Value>,
    oid: Option<Value>,
    upn: Option<Value>,
    unique_name: Option<Value>,
    preferred_username: Option<Value>,
    appid: Option<Value>,
    azp: Option<Value>,
    wids: Option<Value>,
    idtyp: Option<Value>,
    roles: Option<Value>,
}

impl Claims {
    /// Whom to show as signed in: the user, or the application's client id.
    pub fn account(&self) -> Option<String> {
        self.upn
            .clone()
            .or_else(|| self.appid.map(|id| id.to_string()))
    }
}

/// Reads the claims of an access token, without verifying them. `None` where the token is no readable JWT.
pub fn claims(token: &AccessToken) -> Option<Claims> {
    let payload = token.token.secret().split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let written: Written = serde_json::from_slice(&bytes).ok()?;
    Some(Claims {
        tid: guid(written.tid.as_ref()).map(TenantId::new),
        oid: guid(written.oid.as_ref()),
        upn: [written.upn, written.preferred_username, written.unique_name]
            .iter()
            .find_map(|value| text(value.as_ref())),
        appid: guid(written.appid.as_ref().or(written.azp.as_ref())).map(ClientId::new),
        wids: written
            .wids
            .as_ref()
            .and_then(Value::as_array)
            .map(|all| all.iter().filter_map(|value| guid(Some(value))).collect())
            .unwrap_or_default(),
        idtyp: text(written.idtyp.as_ref()),
        roles: written
            .roles
            .as_ref()
            .and_then(Value::as_array)
            .map(|all| all.iter().filter_map(|value| text(Some(value))).collect())
            .unwrap_or_default(),
    })
}

fn text(value: Option<&Value>) -> Option<String> {
    value
        .and_then(Value::as_str)
        .map(crate::text::printable)
        .filter(|text| !text.is_empty())
}

fn guid(value: Option<&Value>) -> Option<Uuid> {
    Uuid::try_parse(value?.as_str()?).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use azure_core::time::OffsetDateTime;
    use proptest::prelude::*;

    fn token(payload: &str) -> AccessToken {
        let text = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(payload));
        AccessToken::new(text, OffsetDateTime::now_utc())
    }

    #[test]
    fn a_users_token_names_the_user() {
        let read = claims(&token(
            r#"{"tid":"72f988bf-86f1-41af-91ab-2d7cd011db47","oid":"0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e",
                "unique_name":"maria\u001b[2J@contoso.com","appid":"04b07795-8ddb-461a-bbee-02f9e1bf7b46",
                "wids":["62e90394-69f5-4237-9190-012177145e10","odd"],"idtyp":"user"}"#,
        ))
        .unwrap();
        assert_eq!(read.upn.as_deref(), Some("maria[2J@contoso.com"));
        assert_eq!(read.account().as_deref(), Some("maria[2J@contoso.com"));
        assert_eq!(read.wids.len(), 1);
        assert_eq!(read.idtyp.as_deref(), Some("user"));
    }

    #[test]
    fn an_applications_token_names_its_client_id() {
        let read = claims(&token(
            r#"{"azp":"04b07795-8ddb-461a-bbee-02f9e1bf7b46","ver":"2.0","wids":"none","roles":["Application.ReadWrite.OwnedBy",7]}"#,
        ))
        .unwrap();
        assert_eq!(
            read.account().as_deref(),
            Some("04b07795-8ddb-461a-bbee-02f9e1bf7b46")
        );
        assert!(read.wids.is_empty() && read.tid.is_none());
        assert_eq!(read.roles, ["Application.ReadWrite.OwnedBy"]);
    }

    proptest! {
        #[test]
        fn no_token_makes_it_panic(text in "\\PC{0,60}") {
            let _ = claims(&AccessToken::new(text, OffsetDateTime::now_utc()));
        }
    }
}
