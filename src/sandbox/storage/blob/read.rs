//! Get Blob, Get Blob Properties, Get Container Properties.
//!
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob>

use axum::body::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::super::exchange::{Answer, Call, Payload};
use super::super::state::{Blob, BlobBody, Container};
use super::refusal::BlobError;
use super::times::{etag, http_date};
use super::{Outcome, Request, now};

/// `GET` or `HEAD /{account}/{container}/{blob}`, as a whole or in part.
pub(super) fn blob(request: &Request<'_>, container: &Container) -> Outcome {
    let found = container
        .blob(request.blob, now(request))
        .ok_or_else(BlobError::blob_not_found)?;
    if let Some(answer) = condition(request.call, found)? {
        return Ok(answer);
    }
    let length = found.body.len();
    let part = match range(request.call) {
        // A range says nothing about properties.
        Some(_) | None if request.call.method == "HEAD" => None,
        Some((from, _)) if length <= from => return Err(BlobError::invalid_range(length)),
        Some((from, to)) => Some((from, to.min(length - 1))),
        None => None,
    };
    let (from, size) = part.map_or((0, length), |(from, to)| (from, to - from + 1));
    let mut answer = Answer {
        status: if part.is_some() { 206 } else { 200 },
        headers: headers(found),
        body: if request.call.method == "HEAD" {
            Payload::Empty
        } else {
            body(&found.body, from, size)
        },
    }
    .with_header("content-length", size.to_string());
    if let Some((from, to)) = part {
        answer = answer.with_header("content-range", format!("bytes {from}-{to}/{length}"));
    }
    Ok(answer)
}

/// `GET` or `HEAD /{account}/{container}?restype=container`
pub(super) fn container_properties(container: &Container) -> Answer {
    let answer = Answer::empty(200)
        .with_header("last-modified", http_date(container.created))
        .with_header("etag", format!("\"{}\"", etag(container.created)))
        .with_header("x-ms-lease-status", "unlocked")
        .with_header("x-ms-lease-state", "available")
        .with_header("x-ms-has-immutability-policy", "false")
        .with_header("x-ms-has-legal-hold", "false")
        .with_header("x-ms-default-encryption-scope", "$account-encryption-key")
        .with_header("x-ms-deny-encryption-scope-override", "false");
    // A private container says nothing of it.
    match container.public_access.as_str() {
        "None" => answer,
        access => answer.with_header("x-ms-blob-public-access", access.to_ascii_lowercase()),
    }
}

fn headers(blob: &Blob) -> Vec<(String, String)> {
    let date = http_date(blob.last_modified);
    [
        ("content-type", blob.content_type.clone()),
        ("accept-ranges", "bytes".to_owned()),
        ("last-modified", date.clone()),
        ("etag", format!("\"{}\"", etag(blob.last_modified))),
        ("x-ms-creation-time", date),
        ("x-ms-blob-type", "BlockBlob".to_owned()),
        ("x-ms-lease-status", "unlocked".to_owned()),
        ("x-ms-lease-state", "available".to_owned()),
        ("x-ms-server-encrypted", "true".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// The answer that a condition on the entity tag leads to: 304, or a refusal.
fn condition(call: &Call, blob: &Blob) -> Result<Option<Answer>, BlobError> {
    let own = etag(blob.last_modified);
    let names_own = |header: &str| {
        header
            .split(',')
            .map(|tag| tag.trim().trim_matches('"'))
            .any(|tag| tag == "*" || tag == own)
    };
    if call
        .header("if-match")
        .is_some_and(|header| !names_own(header))
    {
        return Err(BlobError::condition_not_met());
    }
    if call.header("if-none-match").is_some_and(names_own) {
        let answer = Answer::empty(304).with_header("x-ms-error-code", "ConditionNotMet");
        return Ok(Some(answer.with_header("etag", format!("\"{own}\""))));
    }
    Ok(None)
}

/// The bytes that are asked for: from, and to, both included. A header that is no such range counts as none.
fn range(call: &Call) -> Option<(u64, u64)> {
    let header = call.header("x-ms-range").or_else(|| call.header("range"))?;
    let (from, to) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
    let from = from.parse().ok()?;
    let to = match to {
        "" => u64::MAX,
        to => to.parse().ok()?,
    };
    (from <= to).then_some((from, to))
}

fn body(body: &BlobBody, from: u64, size: u64) -> Payload {
    let part = |bytes: &[u8]| {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let part = bytes.get(from..from.saturating_add(size));
        Payload::Bytes(Bytes::copy_from_slice(part.unwrap_or_default()))
    };
    match body {
        BlobBody::Filler(_) => Payload::Filler(size),
        BlobBody::Text(text) => part(text.as_bytes()),
        BlobBody::Base64(text) => part(&STANDARD.decode(text).unwrap_or_default()),
    }
}
