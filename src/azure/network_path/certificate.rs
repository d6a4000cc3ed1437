//! The issuer's name in an X.509 certificate: the little of DER that leads there.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc5280#section-4.1> (`TBSCertificate`: version, serial number, signature, issuer, …)

/// Who signed a certificate, in its own words. Printable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Issuer {
    /// Common name: `Microsoft Azure RSA TLS Issuing CA 04`.
    pub common_name: Option<String>,
    /// Organisation: `Microsoft Corporation`.
    pub organization: Option<String>,
}

impl std::fmt::Display for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.common_name, &self.organization) {
            (Some(name), Some(of)) if name != of => write!(f, "{name} ({of})"),
            (Some(name), _) | (None, Some(name)) => f.write_str(name),
            (None, None) => f.write_str("an issuer without a name"),
        }
    }
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_ID: u8 = 0x06;
/// The version, which a certificate of version 1 lacks.
const VERSION: u8 = 0xa0;
/// `BMPString`: two bytes a character.
const BMP_STRING: u8 = 0x1e;

/// `id-at-commonName` and `id-at-organizationName`.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

/// The issuer of a certificate in DER; none where it is no certificate.
pub(super) fn issuer(der: &[u8]) -> Option<Issuer> {
    let (certificate, _) = value(der, SEQUENCE)?;
    let (mut body, _) = value(certificate, SEQUENCE)?;
    if body.first() == Some(&VERSION) {
        body = any(body)?.2;
    }
    let (_, _, after_serial) = any(body)?;
    let (_, _, after_signature) = any(after_serial)?;
    let (mut names, _) = value(after_signature, SEQUENCE)?;
    let mut found = Issuer::default();
    while !names.is_empty() {
        let (mut set, rest) = value(names, SET)?;
        names = rest;
        while !set.is_empty() {
            let (pair, rest) = value(set, SEQUENCE)?;
            set = rest;
            let (kind, written) = value(pair, OBJECT_ID)?;
            let (tag, bytes, _) = any(written)?;
            match kind {
                COMMON_NAME => found.common_name = Some(text(tag, bytes)),
                ORGANIZATION => found.organization = Some(text(tag, bytes)),
                _ => {}
            }
        }
    }
    Some(found)
}

fn text(tag: u8, bytes: &[u8]) -> String {
    if tag != BMP_STRING {
        return crate::text::printable(&String::from_utf8_lossy(bytes));
    }
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    crate::text::printable(&text)
}

/// The content of the first element, which has to have this tag, and what follows it.
fn value(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = any(der)?;
    (found == tag).then_some((content, rest))
}

/// The first element: tag, content, and what follows it.
fn any(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        if count > 4 {
            return None;
        }
        let (bytes, rest) = rest.split_at_checked(count)?;
        let length = bytes
            .iter()
            .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair};

    fn made(names: &[(DnType, &str)]) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["host.example".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, name) in names {
            params.distinguished_name.push(kind.clone(), *name);
        }
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn the_issuer_is_read_with_its_organisation() {
        let der = made(&[
            (DnType::CountryName, "DE"),
            (DnType::OrganizationName, "Bürohaus AG"),
            (DnType::CommonName, "Bürohaus Proxy \u{1b}[31mRoot"),
        ]);
        let issuer = issuer(&der).unwrap();
        assert_eq!(issuer.organization.as_deref(), Some("Bürohaus AG"));
        assert!(!issuer.to_string().contains('\u{1b}'), "{issuer}");
        assert!(issuer.to_string().ends_with("Root (Bürohaus AG)"));
    }

    #[test]
    fn a_name_may_have_any_part_or_none() {
        let only = |kind, name| issuer(&made(&[(kind, name)])).unwrap().to_string();
        assert_eq!(only(DnType::CommonName, "Root"), "Root");
        assert_eq!(
            only(DnType::OrganizationName, "Zscaler Inc."),
            "Zscaler Inc."
        );
        assert_eq!(
            issuer(&made(&[])).unwrap().to_string(),
            "an issuer without a name"
        );
    }

    #[test]
    fn what_is_cut_short_is_no_certificate() {
        let der = made(&[(DnType::CommonName, "Root")]);
        let whole = issuer(&der);
        for length in 0..der.len() {
            let cut = issuer(&der[..length]);
            assert!(cut.is_none(), "{length} of {}: {cut:?}", der.len());
        }
        assert!(whole.is_some());
        assert_eq!(issuer(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30]), None);
    }
}
