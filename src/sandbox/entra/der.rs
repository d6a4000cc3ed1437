//! The one thing that Graph reads out of an uploaded certificate: from when until when it is valid.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const EXPLICIT_VERSION: u8 = 0xA0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Start and end of an X.509 certificate's validity; none where the bytes are no certificate.
pub(in crate::sandbox) fn validity(certificate: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (outer, _) = element(certificate, SEQUENCE)?;
    let (to_be_signed, _) = element(outer, SEQUENCE)?;
    // Version (optional), serial number, signature algorithm and issuer come first.
    let mut rest = to_be_signed;
    if rest.first() == Some(&EXPLICIT_VERSION) {
        rest = any_element(rest)?.2;
    }
    for _ in 0..3 {
        rest = any_element(rest)?.2;
    }
    let (times, _) = element(rest, SEQUENCE)?;
    let (tag, from, times) = any_element(times)?;
    let from = time(tag, from)?;
    let (tag, until, _) = any_element(times)?;
    Some((from, time(tag, until)?))
}

fn element(bytes: &[u8], expected: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = any_element(bytes)?;
    (tag == expected).then_some((content, rest))
}

/// Tag, content, and what follows.
fn any_element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, bytes) = bytes.split_first()?;
    let (&first, bytes) = bytes.split_first()?;
    let (length, bytes) = if first < 0x80 {
        (usize::from(first), bytes)
    } else {
        let digits = usize::from(first & 0x7F);
        if digits > 4 {
            return None;
        }
        let (digits, rest) = bytes.split_at_checked(digits)?;
        (
            digits
                .iter()
                .fold(0, |length, &digit| length << 8 | usize::from(digit)),
            rest,
        )
    };
    let (content, rest) = bytes.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn time(tag: u8, content: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let full = match tag {
        // RFC 5280: two-digit years from 50 on are of the last century.
        UTC_TIME => {
            let century = if text.get(..2)?.parse::<u8>().ok()? >= 50 {
                "19"
            } else {
                "20"
            };
            format!("{century}{text}")
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let civil = DateTime::strptime("%Y%m%d%H%M%S", full).ok()?;
    civil
        .to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn reads_what_rcgen_wrote() {
        let mut params = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2024, 2, 29);
        params.not_after = rcgen::date_time_ymd(2051, 3, 1);
        let certificate = params
            .self_signed(&rcgen::KeyPair::generate().unwrap())
            .unwrap();
        let (from, until) = validity(certificate.der()).unwrap();
        assert_eq!(
            (from.to_string(), until.to_string()),
            ("2024-02-29T00:00:00Z".into(), "2051-03-01T00:00:00Z".into())
        );
        assert_eq!(validity(&certificate.der()[..40]), None);
        assert_eq!(validity(b"not a certificate"), None);
    }
}
