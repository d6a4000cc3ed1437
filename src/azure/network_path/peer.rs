//! Whose certificate is shown at the other end: a handshake that is broken off as soon as the certificate is there.
//!
//! The verifier here trusts nobody: it keeps what it was shown and refuses. So nothing is ever sent over such a connection, and it says
//! nothing about whether the certificate is good; the transport's own request does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use azure_core::http::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme, version};

use super::certificate::{self, Issuer};
use super::host_and_port;
use super::proxy::Proxy;

/// How much a proxy may say before its answer to a tunnel is over.
const LONGEST_HEAD: usize = 16 * 1024;

/// Who signed the certificate that `endpoint` shows, by way of the proxy where there is one.
pub(super) async fn issuer(
    endpoint: &Url,
    proxy: Option<&Proxy>,
    limit: Duration,
) -> Option<Issuer> {
    tokio::time::timeout(limit, shown(endpoint, proxy))
        .await
        .ok()
        .flatten()
        .and_then(|der| certificate::issuer(&der))
}

async fn shown(endpoint: &Url, proxy: Option<&Proxy>) -> Option<Vec<u8>> {
    let (host, port) = host_and_port(endpoint);
    let stream = match proxy {
        None => TcpStream::connect((host.as_str(), port)).await.ok()?,
        Some(proxy) => tunnel(proxy, endpoint.host_str()?, port).await?,
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let looking = Arc::new(Looking {
        seen: Mutex::default(),
        schemes: provider
            .signature_verification_algorithms
            .supported_schemes(),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(looking.clone())
        .with_no_client_auth();
    let name = ServerName::try_from(host).ok()?;
    // Always an error: the verifier refuses whatever it is shown.
    let _ = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await;
    let mut seen = looking.seen.lock().unwrap_or_else(PoisonError::into_inner);
    seen.take()
}

/// A connection to `host` through a proxy, by `CONNECT`. Source: <https://www.rfc-editor.org/rfc/rfc9110#CONNECT>
async fn tunnel(proxy: &Proxy, host: &str, port: u16) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(proxy.tunnel()?).await.ok()?;
    let authorization = proxy.authorization_line();
    let request =
        format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{authorization}\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // One byte at a time: what follows the head belongs to the handshake.
        head.push(stream.read_u8().await.ok()?);
        if head.len() > LONGEST_HEAD {
            return None;
        }
    }
    let status = head.split(|byte| *byte == b' ').nth(1)?;
    status.starts_with(b"2").then_some(stream)
}

/// Keeps the certificate that it is shown, and refuses it.
#[derive(Debug)]
struct Looking {
    seen: Mutex<Option<Vec<u8>>>,
    schemes: Vec<SignatureScheme>,
}

impl ServerCertVerifier for Looking {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = Some(end_entity.to_vec());
        Err(refused())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(refused())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(refused())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes.clone()
    }
}

fn refused() -> Error {
    Error::General("only the certificate was looked at".to_owned())
}
