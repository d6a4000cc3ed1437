//! Who calls Partner Center, and what the partner lets them do.
//!
//! Web apps call on their own (app-only) or with a person (App+User); public clients only with a person:
//! <https://learn.microsoft.com/partner-center/developer/partner-center-authentication>. On their own, only those are served
//! that somebody entered on the page "App management"; with a person, it is the person who counts.

use uuid::Uuid;

use super::super::entra::Resource;
use super::super::exchange::Call;
use super::super::tenant::{DirectoryRole, State, UserType};
use super::super::tokens::{Claims, TokenFault};
use super::super::world::World;
use super::account::{PartnerAccount, PartnerKind, PartnerOddity};
use super::refusal::Refusal;

/// Somebody whom Partner Center serves, on behalf of a partner.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller {
    /// The partner's directory.
    pub(super) tenant: Uuid,
    is_person: bool,
    is_admin_agent: bool,
    is_global_administrator: bool,
}

/// What a row of the table of routes asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    /// A registered application, or an Admin agent. The partner's agreement must be signed.
    Customers,
    /// A registered application, or an Admin agent or Global administrator.
    Profile,
    /// An Admin agent or Global administrator; applications on their own are turned away with 900329.
    PersonsProfile,
}

/// Whether the token of a person says that there was a second factor; none where no person calls.
pub(super) fn has_second_factor(world: &World, call: &Call) -> Option<bool> {
    let claims = world.keys.verify(call.bearer_token()?).ok()?;
    let account = world.state.partner_center.accounts.get(&claims.tid)?;
    (claims.idtyp == "user").then(|| !account.without_second_factor.contains(&claims.oid))
}

/// Checks the token (present, signed, in time, for Partner Center), the partner, and the caller, in this order. No page
/// documents the order; this is the one in which each check needs the one before.
pub(super) fn admit(world: &World, call: &Call) -> Result<Caller, Refusal> {
    let claims = token(world, call)?;
    let state = &world.state;
    // Partner Center exchanges Entra's token for one of the partner; without a partner there is none (800001).
    let account = state
        .partner_center
        .accounts
        .get(&claims.tid)
        .ok_or_else(Refusal::no_token)?;
    let caller = if claims.idtyp == "user" {
        person(state, account, &claims)?
    } else {
        application(state, account, &claims)?
    };
    // "API access for indirect resellers isn't supported", says Microsoft, and not with which code.
    if account.kind == PartnerKind::IndirectReseller {
        let oddities = &state.partner_center.oddities;
        let is_named = oddities.contains(&PartnerOddity::ResellersNamed);
        return Err(Refusal::reseller(is_named));
    }
    if !account.programme_active {
        return Err(Refusal::programme_inactive());
    }
    Ok(caller)
}

fn token(world: &World, call: &Call) -> Result<Claims, Refusal> {
    let token = call.bearer_token().ok_or_else(Refusal::no_token)?;
    let claims = world.keys.verify(token).map_err(|fault| {
        Refusal::invalid_token(Some(match fault {
            TokenFault::Expired => "The token is expired",
            TokenFault::NotYetValid => "The token is not valid yet",
            TokenFault::Malformed => "The token is malformed",
            TokenFault::Signature => "The signature is invalid",
        }))
    })?;
    match Resource::of_audience(&claims.aud) {
        Some(Resource::PartnerCenter) => Ok(claims),
        Some(Resource::AzureAdGraph) => Err(Refusal::old_audience()),
        _ => {
            let text = format!("The audience '{}' is invalid", claims.aud);
            Err(Refusal::invalid_token(Some(&text)))
        }
    }
}

fn person(state: &State, account: &PartnerAccount, claims: &Claims) -> Result<Caller, Refusal> {
    let known = state
        .users
        .get(&claims.oid)
        .filter(|user| user.tenant == claims.tid && user.account_enabled);
    let user = known.ok_or_else(|| Refusal::invalid_token(Some("The user does not exist")))?;
    // The status line reads "Unauthorized - MFA required"; the server underneath cannot say it.
    // https://learn.microsoft.com/partner-center/security/partner-security-requirements-mandating-mfa
    if account.without_second_factor.contains(&user.id) {
        return Err(Refusal::invalid_token(None));
    }
    let is_member = user.user_type == UserType::Member;
    Ok(Caller {
        tenant: claims.tid,
        is_person: true,
        is_admin_agent: is_member && account.admin_agents.contains(&user.id),
        is_global_administrator: is_member
            && user
                .directory_roles
                .contains(&DirectoryRole::GlobalAdministrator),
    })
}

fn application(
    state: &State,
    account: &PartnerAccount,
    claims: &Claims,
) -> Result<Caller, Refusal> {
    if !account.registered_applications.contains(&claims.appid) {
        let oddities = &state.partner_center.oddities;
        return Err(
            if oddities.contains(&PartnerOddity::UnknownApplicationUnauthorized) {
                Refusal::invalid_token(None)
            } else {
                Refusal::no_rights()
            },
        );
    }
    Ok(Caller {
        tenant: claims.tid,
        is_person: false,
        is_admin_agent: false,
        is_global_administrator: false,
    })
}

impl Caller {
    /// The partner for whom they call.
    pub(super) fn account(self, state: &State) -> Result<&PartnerAccount, Refusal> {
        state
            .partner_center
            .accounts
            .get(&self.tenant)
            .ok_or_else(Refusal::no_token)
    }

    /// Whether they have what a route asks for.
    pub(super) fn check(self, rights: Rights, state: &State) -> Result<(), Refusal> {
        let manages = self.is_admin_agent || self.is_global_administrator;
        match (rights, self.is_person) {
            (Rights::PersonsProfile, false) => Err(Refusal::people_only()),
            (Rights::Customers, true) if !self.is_admin_agent => Err(Refusal::no_rights()),
            (Rights::Profile | Rights::PersonsProfile, true) if !manages => {
                Err(Refusal::no_rights())
            }
            (Rights::Customers, _) => {
                let account = self.account(state)?;
                if account.agreement_signed {
                    Ok(())
                } else {
                    let tenant = state.tenants.get(&self.tenant);
                    let domain = tenant.map_or("", |tenant| tenant.default_domain.as_str());
                    Err(Refusal::agreement_not_signed(domain))
                }
            }
            (Rights::Profile | Rights::PersonsProfile, _) => Ok(()),
        }
    }
}
