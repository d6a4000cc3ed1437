//! A secret is where it was put, and nowhere else: not on the screen, in logs, files, arguments or environments.

mod browser;
mod places;
mod runs;
mod traces;
mod words;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use regex::bytes::Regex;

use azconnect::sandbox::ids;

use crate::lab::Lab;

/// What must not be seen, in each form in which it could be.
struct Canaries {
    /// The secrets, and what an encoding makes of them.
    texts: Vec<(String, String)>,
    /// Tokens and codes: nobody but Entra ID knows them all, so they are known by their shape.
    shapes: Vec<(&'static str, Regex)>,
}

/// Entra's tokens are JWTs, its codes and refresh tokens begin with `1.`, a device code is 64 hexadecimal digits.
const SHAPES: [(&str, &str); 3] = [
    ("a token", r"eyJ[A-Za-z0-9_-]{10,}"),
    ("a code or a refresh token", r"1\.[A-Za-z0-9._-]{40,}"),
    ("a device code", r"(?:^|[^=0-9a-zA-Z])[0-9a-f]{64}"),
];

impl Canaries {
    /// Every secret that the laboratory's Azure knows, with further ones.
    fn of(lab: &Lab, more: &[&str]) -> Canaries {
        let mut secrets: Vec<String> = lab.state(|state| {
            state
                .applications
                .values()
                .flat_map(|application| &application.password_credentials)
                .map(|password| password.secret_text.clone())
                .collect()
        });
        assert!(secrets.contains(&ids::OPERATOR_SECRET.to_owned()));
        secrets.extend(more.iter().map(|&text| text.to_owned()));
        let texts = secrets.iter().flat_map(|secret| forms(secret)).collect();
        let shapes = SHAPES
            .iter()
            .map(|(what, shape)| (*what, Regex::new(shape).unwrap()))
            .collect();
        Canaries { texts, shapes }
    }

    /// What of it can be seen in these bytes.
    fn seen_in(&self, bytes: &[u8]) -> Vec<String> {
        let texts = self
            .texts
            .iter()
            .filter(|(_, text)| contains(bytes, text.as_bytes()))
            .map(|(what, _)| what.clone());
        let shapes = self
            .shapes
            .iter()
            .filter(|(_, shape)| shape.is_match(bytes))
            .map(|(what, _)| (*what).to_owned());
        texts.chain(shapes).collect()
    }

    /// Fails where anything of it can be seen.
    fn assert_absent(&self, place: &str, bytes: &[u8]) {
        let seen = self.seen_in(bytes);
        assert!(
            seen.is_empty(),
            "{seen:?} in {place}:\n{}",
            String::from_utf8_lossy(bytes)
        );
    }
}

/// A secret as it is, and as a request, a header or a careless program would write it.
fn forms(secret: &str) -> Vec<(String, String)> {
    let percent: String = secret
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let half = &secret[secret.len() / 2..];
    let name = |form: &str| format!("{form} of {}…", &secret[..6]);
    vec![
        (name("the value"), secret.to_owned()),
        (name("the second half"), half.to_owned()),
        (name("the percent-encoding"), percent),
        (name("the base64"), STANDARD_NO_PAD.encode(secret)),
        (name("the base64url"), URL_SAFE_NO_PAD.encode(secret)),
    ]
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[test]
fn a_canary_that_sings_is_heard() {
    let lab = Lab::new();
    let canaries = Canaries::of(&lab, &["abc~DEF.0123456789"]);
    for song in [
        ids::OPERATOR_SECRET.to_owned(),
        "x abc~DEF.0123456789 y".to_owned(),
        "secret=abc%7EDEF.0123456789".to_owned(),
        STANDARD_NO_PAD.encode("abc~DEF.0123456789"),
        "Bearer eyJhbGciOiJSUzI1NiJ9.x".to_owned(),
        format!("code: 1.{}", "0a".repeat(32)),
        format!("\"{}\"", "0a".repeat(32)),
    ] {
        assert!(!canaries.seen_in(song.as_bytes()).is_empty(), "{song}");
    }
    assert!(canaries.seen_in(b"state=0123 nothing here").is_empty());
}
