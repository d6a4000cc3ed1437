//! Access tokens: signed by the login service, checked by the others.
//!
//! The RSA key is made once a process, because it takes noticeable time and tests start many sandboxes; it is never
//! written down, so tokens end with the process.

use std::sync::{Arc, OnceLock};

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::SandboxError;

/// What an access token says, as Entra's v1.0 tokens do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) aud: String,
    pub(super) iss: String,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    pub(super) tid: Uuid,
    pub(super) oid: Uuid,
    pub(super) sub: String,
    pub(super) appid: Uuid,
    pub(super) idtyp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) upn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scp: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) wids: Vec<Uuid>,
    pub(super) uti: String,
    pub(super) ver: String,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenFault {
    Expired,
    NotYetValid,
    Malformed,
    Signature,
}

/// The key pair that signs and checks tokens.
#[derive(Clone)]
pub(super) struct TokenKeys(Arc<Inner>);

struct Inner {
    encoding: EncodingKey,
    decoding: DecodingKey,
    key_id: String,
    modulus: String,
    exponent: String,
}

impl std::fmt::Debug for TokenKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TokenKeys")
            .field("key_id", &self.0.key_id)
            .finish_non_exhaustive()
    }
}

impl TokenKeys {
    /// The keys of this process, made on first use.
    pub(super) fn of_this_process() -> Result<Self, SandboxError> {
        static KEYS: OnceLock<TokenKeys> = OnceLock::new();
        match KEYS.get() {
            Some(keys) => Ok(keys.clone()),
            None => {
                let made = Self::generate().map_err(SandboxError::Keys)?;
                Ok(KEYS.get_or_init(|| made).clone())
            }
        }
    }

    fn generate() -> Result<Self, String> {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)
            .map_err(|error| error.to_string())?;
        let encoding = EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes())
            .map_err(|error| error.to_string())?;
        let jwk = Jwk::from_encoding_key(&encoding, Algorithm::RS256)
            .map_err(|error| error.to_string())?;
        let AlgorithmParameters::RSA(public) = jwk.algorithm else {
            return Err("the key is not an RSA key".to_owned());
        };
        let decoding = DecodingKey::from_rsa_components(&public.n, &public.e)
            .map_err(|error| error.to_string())?;
        let key_id = Uuid::new_v4().simple().to_string();
        Ok(Self(Arc::new(Inner {
            encoding,
            decoding,
            key_id,
            modulus: public.n,
            exponent: public.e,
        })))
    }

    /// Signs a token.
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, String> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.0.key_id.clone());
        header.x5t = Some(self.0.key_id.clone());
        jsonwebtoken::encode(&header, claims, &self.0.encoding).map_err(|error| error.to_string())
    }

    /// Checks signature and times; audience and directory are for the service to judge, in its own words.
    pub(super) fn verify(&self, token: &str) -> Result<Claims, TokenFault> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = 0;
        validation.validate_aud = false;
        validation.validate_nbf = true;
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.0.decoding, &validation);
        decoded
            .map(|data| data.claims)
            .map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => TokenFault::Expired,
                ErrorKind::ImmatureSignature => TokenFault::NotYetValid,
                ErrorKind::InvalidSignature => TokenFault::Signature,
                _ => TokenFault::Malformed,
            })
    }

    /// The public key as the keys document has it: key id, modulus, exponent.
    pub(super) fn public(&self) -> (&str, &str, &str) {
        (&self.0.key_id, &self.0.modulus, &self.0.exponent)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    fn claims(from: i64, until: i64) -> Claims {
        Claims {
            aud: "https://management.azure.com".into(),
            iss: "https://sts.windows.net/t/".into(),
            iat: from,
            nbf: from,
            exp: until,
            tid: Uuid::nil(),
            oid: Uuid::nil(),
            sub: "s".into(),
            appid: Uuid::nil(),
            idtyp: "app".into(),
            name: None,
            upn: None,
            scp: None,
            wids: Vec::new(),
            uti: "u".into(),
            ver: "1.0".into(),
        }
    }

    #[test]
    fn a_token_is_refused_when_late_early_or_tampered_with() {
        let keys = TokenKeys::of_this_process().unwrap();
        let now = jiff::Timestamp::now().as_second();
        let good = keys.sign(&claims(now - 10, now + 10)).unwrap();
        assert_eq!(keys.verify(&good).unwrap().idtyp, "app");
        let late = keys.sign(&claims(now - 10, now - 5)).unwrap();
        assert_eq!(keys.verify(&late), Err(TokenFault::Expired));
        let early = keys.sign(&claims(now + 50, now + 99)).unwrap();
        assert_eq!(keys.verify(&early), Err(TokenFault::NotYetValid));
        assert_eq!(keys.verify("not.a.token"), Err(TokenFault::Malformed));
        let other = TokenKeys::generate()
            .unwrap()
            .sign(&claims(now - 10, now + 10))
            .unwrap();
        assert_eq!(keys.verify(&other), Err(TokenFault::Signature));
    }
}
