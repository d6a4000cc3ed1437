//! A signed statement in place of a secret: of the application's own certificate, or of a trusted identity provider.
//!
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>. A certificate's signature is checked.
//! A federated token's signature is **not**: its issuer's keys would have to be fetched from outside the sandbox. Its
//! issuer, subject, audience and times are compared as Entra does.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::exchange::Call;
use super::super::tenant::{Application, KeyCredential};
use super::super::world::World;
use super::refusal::Refusal;
use super::sha1::sha1;

/// The claims that are looked at.
#[derive(Debug, Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    nbf: Option<i64>,
}

impl Assertion {
    fn audiences(&self) -> Vec<&str> {
        match &self.aud {
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        }
    }
}

/// Checks a client assertion for an application.
pub(super) fn check(
    world: &World,
    call: &Call,
    application: &Application,
    tenant: Uuid,
    token: &str,
) -> Result<(), Refusal> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| malformed())?;
    let claims: Assertion =
        jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| malformed())?;
    let client_id = application.app_id.to_string();
    if claims.iss.eq_ignore_ascii_case(&client_id) || claims.sub.eq_ignore_ascii_case(&client_id) {
        if !claims.iss.eq_ignore_ascii_case(&claims.sub) {
            return Err(Refusal::invalid_client(
                50_048,
                "Subject claim in the client assertion does not match the issuer claim.",
            ));
        }
        let credential = certificate(application, &header)?;
        signature(credential, token, &header)?;
        audience(world, call, tenant, &claims)?;
    } else {
        federated(application, &claims, call.now)?;
    }
    in_time(&claims, call.now)
}

fn malformed() -> Refusal {
    Refusal::new(
        "invalid_request",
        50_027,
        "JWT token is invalid or malformed.",
    )
}

/// The certificate that the header names by its thumbprint.
fn certificate<'app>(
    application: &'app Application,
    header: &Header,
) -> Result<&'app KeyCredential, Refusal> {
    let named = |credential: &&KeyCredential| {
        let der = STANDARD.decode(&credential.key).unwrap_or_default();
        match (&header.x5t_s256, &header.x5t) {
            (Some(thumbprint), _) => *thumbprint == URL_SAFE_NO_PAD.encode(Sha256::digest(&der)),
            (None, Some(thumbprint)) => *thumbprint == URL_SAFE_NO_PAD.encode(sha1(&der)),
            (None, None) => false,
        }
    };
    application.key_credentials.iter().find(named).ok_or_else(|| {
        let thumbprint = header.x5t_s256.as_deref().or(header.x5t.as_deref()).unwrap_or_default();
        let text = format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The \
             key was not found., Thumbprint of key used by client: '{thumbprint}', Please visit the Azure Portal, Graph \
             Explorer or directly use MS Graph to see configured keys for app Id '{}'.]",
            application.app_id
        );
        Refusal::invalid_client(700_027, text)
    })
}

fn signature(credential: &KeyCredential, token: &str, header: &Header) -> Result<(), Refusal> {
    let failed = |reason: &str| {
        let text = format!("Client assertion failed signature validation. [Reason - {reason}]");
        Refusal::invalid_client(700_027, text)
    };
    if !matches!(header.alg, Algorithm::PS256 | Algorithm::RS256) {
        return Err(failed("The algorithm is not supported."));
    }
    if credential.end_date_time <= Timestamp::now() {
        return Err(failed("The key used is expired."));
    }
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        credential.key
    );
    let key = DecodingKey::from_rsa_pem(pem.as_bytes())
        .map_err(|_| failed("The key is not an RSA key."))?;
    let mut validation = Validation::new(header.alg);
    validation.validate_aud = false;
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<Value>(token, &key, &validation)
        .map(drop)
        .map_err(|_| {
            failed("The provided signature value did not match the expected signature value.")
        })
}

/// The audience is this directory's token endpoint, on the host that was asked or on the sandbox's own.
fn audience(world: &World, call: &Call, tenant: Uuid, claims: &Assertion) -> Result<(), Refusal> {
    let mut names = vec![tenant.to_string()];
    if let Some(tenant) = world.state.tenants.get(&tenant) {
        names.extend([tenant.default_domain.clone(), tenant.initial_domain.clone()]);
    }
    let fits = |audience: &str| {
        [&call.base, &world.login].into_iter().any(|base| {
            names.iter().any(|name| {
                audience == format!("{base}/{name}/oauth2/v2.0/token")
                    || audience == format!("{base}/{name}/v2.0")
            })
        })
    };
    if claims.audiences().into_iter().any(fits) {
        return Ok(());
    }
    Err(Refusal::invalid_client(
        700_023,
        "Client assertion audience claim does not match Realm issuer.",
    ))
}

fn federated(application: &Application, claims: &Assertion, now: Timestamp) -> Result<(), Refusal> {
    let trusts = || {
        application
            .federated_identity_credentials
            .iter()
            .filter(|trust| trust.effective_at <= now)
    };
    if trusts().next().is_none() {
        let text = format!(
            "The client '{}' has no configured federated identity credentials.",
            application.app_id
        );
        return Err(Refusal::invalid_client(70_025, text));
    }
    let unmatched = |code, what, value: &str| {
        let text = format!(
            "No matching federated identity record found for presented assertion {what} '{value}'. Please check your federated \
             identity credential Subject, Audience and Issuer against the presented assertion."
        );
        Refusal::invalid_client(code, text)
    };
    if !trusts().any(|trust| trust.issuer == claims.iss) {
        return Err(unmatched(700_211, "issuer", &claims.iss));
    }
    let Some(trust) =
        trusts().find(|trust| trust.issuer == claims.iss && trust.subject == claims.sub)
    else {
        return Err(unmatched(700_213, "subject", &claims.sub));
    };
    let audiences = claims.audiences();
    if !trust
        .audiences
        .iter()
        .any(|audience| audiences.contains(&audience.as_str()))
    {
        return Err(unmatched(
            700_212,
            "audience",
            audiences.first().copied().unwrap_or_default(),
        ));
    }
    Ok(())
}

fn in_time(claims: &Assertion, now: Timestamp) -> Result<(), Refusal> {
    /// Seconds that clocks may differ by.
    const SKEW: i64 = 300;
    let now = now.as_second();
    if claims.exp + SKEW > now && claims.nbf.is_none_or(|from| from <= now + SKEW) {
        return Ok(());
    }
    let text = format!(
        "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {}, expiry time of \
         assertion {}.",
        claims.nbf.unwrap_or_default(),
        claims.exp
    );
    Err(Refusal::invalid_client(700_024, text))
}
