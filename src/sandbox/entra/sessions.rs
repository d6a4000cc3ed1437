//! Open sign-ins: authorization codes, device codes and refresh tokens that were handed out. In memory only.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::directory::Authority;

/// What the login service remembers between requests.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Sessions {
    pub(super) codes: BTreeMap<String, AuthorizationCode>,
    pub(super) devices: BTreeMap<String, DeviceCode>,
    pub(super) refresh_tokens: BTreeMap<String, RefreshToken>,
}

impl Sessions {
    /// Lets every refresh token handed out so far be refused as too old (AADSTS700082).
    pub(in crate::sandbox) fn expire_refresh_tokens(&mut self) {
        for token in self.refresh_tokens.values_mut() {
            token.expired = true;
        }
    }
}

/// A code that an authorize page sent back.
#[derive(Debug, Clone)]
pub(super) struct AuthorizationCode {
    pub(super) tenant: Uuid,
    pub(super) user: Uuid,
    pub(super) client_id: Uuid,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) code_challenge: Option<String>,
    pub(super) expires_at: Timestamp,
    pub(super) redeemed: bool,
}

/// A device code that somebody polls for.
#[derive(Debug, Clone)]
pub(super) struct DeviceCode {
    /// Where it was asked for; it is polled for there.
    pub(super) authority: Authority,
    pub(super) client_id: Uuid,
    pub(super) scope: String,
    pub(super) user_code: String,
    pub(super) expires_at: Timestamp,
    pub(super) interval: i64,
    pub(super) last_poll: Option<Timestamp>,
    pub(super) outcome: Outcome,
}

/// What became of a device code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Pending,
    Declined,
    Approved { tenant: Uuid, user: Uuid },
    Redeemed,
}

/// A refresh token: serves every resource, in every directory that the person is in.
#[derive(Debug, Clone)]
pub(super) struct RefreshToken {
    pub(super) client_id: Uuid,
    pub(super) sign_in_name: String,
    pub(super) tenant: Uuid,
    pub(super) expired: bool,
}
