//! The certificate authority and the server certificate of one sandbox, made at start and kept in memory.
//!
//! The program under test trusts the authority through the cloud file's `ca_file`; nothing switches checks off.

use std::sync::Arc;

use jiff::{Span, Timestamp, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::SandboxError;

/// Names that the certificate always has.
const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// Days that the certificates are valid for; a sandbox does not run as long.
const VALID_DAYS: i32 = 30;

/// A root to trust, and what the servers present.
pub(super) struct Certificates {
    pub(super) ca_pem: String,
    pub(super) acceptor: TlsAcceptor,
}

impl Certificates {
    /// Makes a new authority and one certificate for all services.
    pub(super) fn generate(extra_hosts: &[String]) -> Result<Self, SandboxError> {
        let ca_key = KeyPair::generate().map_err(keys)?;
        let ca_params = authority()?;
        let ca_certificate = ca_params.self_signed(&ca_key).map_err(keys)?;
        let issuer = Issuer::new(ca_params, ca_key);

        let leaf_key = KeyPair::generate().map_err(keys)?;
        let leaf = leaf(extra_hosts)?
            .signed_by(&leaf_key, &issuer)
            .map_err(keys)?;
        let private_key = PrivateKeyDer::try_from(leaf_key.serialize_der()).map_err(keys)?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(keys)?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], private_key)
            .map_err(keys)?;
        Ok(Self {
            ca_pem: ca_certificate.pem(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}

fn authority() -> Result<CertificateParams, SandboxError> {
    let mut params = CertificateParams::new(Vec::new()).map_err(keys)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "azconnect sandbox authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid_now(&mut params)?;
    Ok(params)
}

fn leaf(extra_hosts: &[String]) -> Result<CertificateParams, SandboxError> {
    let hosts: Vec<String> = HOSTS
        .into_iter()
        .map(str::to_owned)
        .chain(extra_hosts.iter().cloned())
        .collect();
    let mut params = CertificateParams::new(hosts).map_err(keys)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "azconnect sandbox");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    valid_now(&mut params)?;
    Ok(params)
}

/// Platforms refuse certificates that live for centuries, which is what rcgen would make.
fn valid_now(params: &mut CertificateParams) -> Result<(), SandboxError> {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let shifted = |days: i32| {
        let date = today.checked_add(Span::new().days(days)).map_err(keys)?;
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        Ok::<_, SandboxError>(rcgen::date_time_ymd(i32::from(date.year()), month, day))
    };
    params.not_before = shifted(-2)?;
    params.not_after = shifted(VALID_DAYS)?;
    Ok(())
}

fn keys(error: impl std::fmt::Display) -> SandboxError {
    SandboxError::Keys(error.to_string())
}
