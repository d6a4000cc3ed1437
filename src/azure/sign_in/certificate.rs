//! Proving an application by certificate: a signed assertion instead of a secret, without OpenSSL.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use std::fmt;

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::azure::ids::ClientId;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::secret::Secret;

/// How long an assertion is good for: long enough for a clock that is a little wrong.
const LIFETIME: i64 = 600;

/// Signs assertions with the key of a certificate.
pub(super) struct CertificateAssertion {
    key: EncodingKey,
    thumbprint: String,
    client_id: ClientId,
    audience: String,
    host: Host,
}

#[derive(Serialize)]
struct AssertionClaims<'a> {
    aud: &'a str,
    iss: ClientId,
    sub: ClientId,
    jti: uuid::Uuid,
    nbf: i64,
    iat: i64,
    exp: i64,
}

impl CertificateAssertion {
    /// Reads a PEM file that holds the certificate and its RSA key. `audience` is the token endpoint's address.
    ///
    /// # Errors
    /// `Usage` where the file can't be read, or lacks either part, or its key is encrypted.
    pub(super) fn read(
        file: &str,
        client_id: ClientId,
        audience: String,
        host: &Host,
    ) -> Result<Self> {
        let bytes = std::fs::read(file)
            .map_err(|error| refused(file, &format!("can't be read: {error}")))?;
        // PKCS#12 is binary: a sequence, not text.
        let pem = String::from_utf8(bytes).map(Secret::new).map_err(|_| {
            refused(
                file,
                "is not PEM text; PFX (PKCS#12) files are not read by this release",
            )
        })?;
        Self::of_pem(&pem, client_id, audience, host).map_err(|reason| refused(file, reason))
    }

    /// Takes the certificate and its RSA key as PEM text.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub(super) fn of_pem(
        pem: &Secret,
        client_id: ClientId,
        audience: String,
        host: &Host,
    ) -> Result<Self, &'static str> {
        let (key, thumbprint) = parse(pem.expose())?;
        Ok(CertificateAssertion {
            key,
            thumbprint,
            client_id,
            audience,
            host: host.clone(),
        })
    }

    fn sign(&self) -> Result<String, jsonwebtoken::errors::Error> {
        let now = self.host.now().as_second();
        let claims = AssertionClaims {
            aud: &self.audience,
            iss: self.client_id,
            sub: self.client_id,
            jti: self.host.new_guid(),
            nbf: now,
            iat: now,
            exp: now + LIFETIME,
        };
        let mut header = Header::new(Algorithm::PS256);
        header.x5t_s256 = Some(self.thumbprint.clone());
        jsonwebtoken::encode(&header, &claims, &self.key)
    }
}

/// The key and the certificate's thumbprint. The error is the rest of a sentence.
fn parse(pem: &str) -> Result<(EncodingKey, String), &'static str> {
    if pem.contains("BEGIN ENCRYPTED PRIVATE KEY") || pem.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(
            "holds an encrypted key, which this release does not read (`AZURE_CLIENT_CERTIFICATE_PASSWORD` is not used)",
        );
    }
    let certificate = block(pem, "CERTIFICATE").ok_or("holds no certificate")?;
    let encoded: String = certificate.split_whitespace().collect();
    let der = STANDARD
        .decode(encoded)
        .map_err(|_| "holds a certificate that is not valid PEM")?;
    let key = ["PRIVATE KEY", "RSA PRIVATE KEY"]
        .iter()
        .find_map(|label| Some((label, block(pem, label)?)))
        .map(|(label, body)| {
            Secret::new(format!(
                "-----BEGIN {label}-----{body}-----END {label}-----\n"
            ))
        })
        .ok_or("holds no private key")?;
    let key = EncodingKey::from_rsa_pem(key.expose().as_bytes())
        .map_err(|_| "holds a key that is not an RSA key; Microsoft Entra ID takes RSA only")?;
    Ok((key, URL_SAFE_NO_PAD.encode(Sha256::digest(der))))
}

/// What stands between the first pair of these lines.
fn block<'a>(pem: &'a str, label: &str) -> Option<&'a str> {
    let (_, after) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = after.split_once(&format!("-----END {label}-----"))?;
    Some(body)
}

fn refused(file: &str, reason: &str) -> Error {
    let file = crate::text::printable(file);
    Error::usage("client_certificate", format!("The certificate file `{file}` {reason}."))
        .hint("`AZURE_CLIENT_CERTIFICATE_PATH` names a PEM file with the certificate and its unencrypted RSA key. From a PFX file: `openssl pkcs12 -in app.pfx -out app.pem -nodes`")
}

#[async_trait]
impl ClientAssertion for CertificateAssertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.sign()
            .map_err(|error| azure_core::Error::new(ErrorKind::Credential, error))
    }
}

impl fmt::Debug for CertificateAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateAssertion")
            .field("client_id", &self.client_id)
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
pub(super) mod tests {
    use super::*;
    use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
    use jsonwebtoken::{DecodingKey, Validation};
    use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};

    /// A self-signed certificate and its key, as PEM, and the certificate's DER.
    pub(in crate::azure::sign_in) fn made() -> (String, Vec<u8>) {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = CertificateParams::new(Vec::new())
            .unwrap()
            .self_signed(&pair)
            .unwrap();
        (
            format!("{}{}", certificate.pem(), pair.serialize_pem()),
            certificate.der().to_vec(),
        )
    }

    fn id() -> ClientId {
        ClientId::new(uuid::Uuid::from_u128(9))
    }

    fn written(text: impl AsRef<[u8]>) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    fn read(text: impl AsRef<[u8]>) -> Result<CertificateAssertion> {
        let file = written(text);
        let audience = "https://login.example/t/oauth2/v2.0/token".to_owned();
        CertificateAssertion::read(
            file.path().to_str().unwrap(),
            id(),
            audience,
            &Host::made_of([]),
        )
    }

    #[tokio::test]
    async fn the_assertion_is_what_entra_wants() {
        let (pem, der) = made();
        let assertion = read(&pem).unwrap();
        let signed = assertion.secret(None).await.unwrap();

        let header = jsonwebtoken::decode_header(&signed).unwrap();
        assert_eq!(header.alg, Algorithm::PS256);
        assert_eq!(
            header.x5t_s256,
            Some(URL_SAFE_NO_PAD.encode(Sha256::digest(der)))
        );
        let jwk = Jwk::from_encoding_key(&assertion.key, Algorithm::PS256).unwrap();
        let AlgorithmParameters::RSA(public) = jwk.algorithm else {
            panic!("no RSA key");
        };
        let key = DecodingKey::from_rsa_components(&public.n, &public.e).unwrap();
        let mut validation = Validation::new(Algorithm::PS256);
        validation.set_audience(&["https://login.example/t/oauth2/v2.0/token"]);
        validation.validate_nbf = true;
        let claims = jsonwebtoken::decode::<serde_json::Value>(&signed, &key, &validation)
            .unwrap()
            .claims;
        assert_eq!(claims["iss"], claims["sub"]);
        assert_eq!(claims["sub"], id().to_string());
        assert_eq!(
            claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap(),
            LIFETIME
        );
        let other = assertion.secret(None).await.unwrap();
        assert_ne!(signed, other, "each assertion has an id of its own");
        assert!(!format!("{assertion:?}").contains("PRIVATE"));
    }

    #[test]
    fn each_useless_file_is_refused_with_its_reason() {
        let (pem, _) = made();
        let without_key = pem
            .split("-----BEGIN PRIVATE KEY")
            .next()
            .unwrap()
            .to_owned();
        let elliptic = KeyPair::generate().unwrap().serialize_pem();
        for (text, expected) in [
            (b"\x30\x82\xff\xfe".to_vec(), "PFX"),
            (without_key.clone().into_bytes(), "no private key"),
            (
                pem.replace("BEGIN PRIVATE", "BEGIN ENCRYPTED PRIVATE")
                    .into_bytes(),
                "encrypted key",
            ),
            (
                pem.replace("CERTIFICATE", "X").into_bytes(),
                "no certificate",
            ),
            (format!("{without_key}{elliptic}").into_bytes(), "RSA only"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message().contains(expected), "{error}");
            assert_eq!(error.kind(), crate::error::Kind::Usage);
        }
    }
}
