//! The vendor's public certificate, from its file; and which stores can hold the key of one that is made here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result};
use crate::interview::{Answers, Source, credential_is_elsewhere};
use crate::store::SecretStore;
use crate::vendors::Vendor;

/// The public certificate that was named, DER in base64. Where nothing is to be kept on this machine, that is the answer to where.
///
/// # Errors
/// `Usage` where the file can't be read, holds no certificate, or holds a private key.
pub(super) fn read(answers: &mut Answers, vendor: &Vendor) -> Result<Option<String>> {
    let kind = answers.value_or("credential", "secret").to_owned();
    let file = answers
        .value("certificate")
        .filter(|_| kind == "certificate")
        .map(str::to_owned);
    let is_elsewhere = credential_is_elsewhere(answers, vendor);
    if kind == "federated" || file.is_some() || is_elsewhere {
        answers.set("store", vec!["none".to_owned()], Source::Only);
    }
    let Some(file) = file else {
        return Ok(None);
    };
    let bytes =
        std::fs::read(&file).map_err(|error| refused(&file, &format!("can't be read: {error}")))?;
    let der = der(&bytes).map_err(|reason| refused(&file, reason))?;
    Ok(Some(STANDARD.encode(der)))
}

/// The certificate in PEM text or as it is. The error is the rest of a sentence.
fn der(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        if text.contains("PRIVATE KEY-----") {
            return Err(
                "holds a private key: give the public certificate alone, and leave the key with the vendor",
            );
        }
        let body = text
            .split_once("-----BEGIN CERTIFICATE-----")
            .and_then(|(_, after)| after.split_once("-----END CERTIFICATE-----"))
            .map(|(body, _)| body.split_whitespace().collect::<String>())
            .ok_or("holds no certificate")?;
        return STANDARD
            .decode(body)
            .map_err(|_| "holds a certificate that is not valid PEM");
    }
    match bytes {
        // A PFX begins with its version; a certificate with a sequence.
        [0x30, 0x82, _, _, 0x02, 0x01, 0x03, ..] => Err(
            "is a PFX (PKCS#12), which holds a private key: export the public certificate alone, as PEM or CER",
        ),
        [0x30, 0x82, _, _, 0x30, ..] => Ok(bytes.to_vec()),
        _ => Err("is no certificate in PEM or CER form"),
    }
}

/// Windows keeps 2,560 bytes of a secret at most, and a certificate with its key has more.
/// Source: <https://learn.microsoft.com/windows/win32/api/wincred/ns-wincred-credentialw>
///
/// # Errors
/// `Usage` where the key that would be made could not be kept.
pub(super) fn refuse_unfit_store(answers: &Answers, store: &dyn SecretStore) -> Result<()> {
    let is_made_here = answers.value_or("credential", "secret") == "certificate"
        && answers.value("certificate").is_none();
    let kind = store.kind();
    let why = match kind.as_str() {
        "none" => "A private key that is made here has to be kept.",
        "keyring" if cfg!(windows) => {
            "The keyring of Windows takes 2,560 bytes, and a certificate with its key has more."
        }
        _ => return Ok(()),
    };
    if !is_made_here {
        return Ok(());
    }
    Err(Error::usage(
        "certificate_unkept",
        format!("The store `{kind}` can't hold a certificate with its key."),
    )
    .why(why)
    .hint("Or let the vendor make it, and give its public certificate with `--certificate FILE`.")
    .hint("Name a file, which only you will be able to read: --store file:PATH"))
}

fn refused(file: &str, reason: &str) -> Error {
    Error::usage(
        "certificate_file",
        format!(
            "The certificate file `{}` {reason}.",
            crate::text::printable(file)
        ),
    )
    .hint("From a PFX file: `openssl pkcs12 -in vendor.pfx -nokeys -clcerts -out vendor.pem`")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_a_public_certificate_is_taken() {
        let key = rcgen::KeyPair::generate().unwrap();
        let made = rcgen::CertificateParams::new(Vec::new())
            .unwrap()
            .self_signed(&key)
            .unwrap();
        let wanted = made.der().to_vec();
        assert_eq!(der(made.pem().as_bytes()).unwrap(), wanted);
        let both = format!("{}{}", made.pem(), key.serialize_pem());
        let pfx = [0x30, 0x82, 0x09, 0xff, 0x02, 0x01, 0x03, 0x30];
        for (bytes, reason) in [
            (both.as_bytes(), "private key"),
            (b"hello".as_slice(), "no certificate"),
            (pfx.as_slice(), "PFX"),
            (b"\xff\xfe".as_slice(), "PEM or CER"),
        ] {
            assert!(der(bytes).unwrap_err().contains(reason), "{reason}");
        }
    }
}
