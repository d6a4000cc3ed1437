//! List Blobs: in pages, by prefix, as a flat list or folder by folder.
//!
//! <https://learn.microsoft.com/rest/api/storageservices/list-blobs>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::super::exchange::{Answer, Payload};
use super::super::state::{Blob, Container};
use super::refusal::BlobError;
use super::times::{etag, http_date};
use super::xml::{DECLARATION, element, escaped};
use super::{Outcome, Request, now};

/// Items on one page, where fewer are not asked for.
const PAGE: usize = 5000;

/// What a page has: a blob, or a folder that stands for all that is in it.
enum Item<'container> {
    Blob(&'container str, &'container Blob),
    Prefix(&'container str),
}

impl<'container> Item<'container> {
    fn name(&self) -> &'container str {
        match self {
            Self::Blob(name, _) | Self::Prefix(name) => name,
        }
    }
}

/// `GET /{account}/{container}?restype=container&comp=list`
pub(super) fn list(request: &Request<'_>, container: &Container) -> Outcome {
    let call = request.call;
    let size = page_size(call.query("maxresults"))?;
    let from = call
        .query("marker")
        .filter(|marker| !marker.is_empty())
        .map(read_marker)
        .transpose()?;
    let mut items = items(request, container);
    items.retain(|item| from.as_deref().is_none_or(|from| from <= item.name()));
    let next = items.get(size).map(|item| marker(item.name()));
    items.truncate(size);

    let mut text = format!(
        "{DECLARATION}<EnumerationResults ServiceEndpoint=\"{}/{}/\" ContainerName=\"{}\">",
        escaped(&request.world.blob),
        escaped(&request.account.name),
        escaped(request.container)
    );
    for (element_name, parameter) in [
        ("Prefix", "prefix"),
        ("Marker", "marker"),
        ("MaxResults", "maxresults"),
        ("Delimiter", "delimiter"),
    ] {
        if let Some(value) = call.query(parameter) {
            text.push_str(&element(element_name, value));
        }
    }
    let listed: String = items.iter().map(item_element).collect();
    text.push_str(&if listed.is_empty() {
        "<Blobs />".to_owned()
    } else {
        format!("<Blobs>{listed}</Blobs>")
    });
    text.push_str(&element("NextMarker", next.as_deref().unwrap_or_default()));
    text.push_str("</EnumerationResults>");
    Ok(Answer {
        status: 200,
        headers: Vec::new(),
        body: Payload::Text {
            content_type: "application/xml",
            text,
        },
    })
}

/// All items by name, in the order of their bytes.
fn items<'container>(
    request: &Request<'_>,
    container: &'container Container,
) -> Vec<Item<'container>> {
    let prefix = request.call.query("prefix").unwrap_or_default();
    let delimiter = request
        .call
        .query("delimiter")
        .filter(|delimiter| !delimiter.is_empty());
    let mut items: Vec<Item<'container>> = Vec::new();
    let there = container
        .blobs
        .iter()
        .filter(|(name, blob)| name.starts_with(prefix) && blob.last_modified <= now(request));
    for (name, blob) in there {
        let folder = delimiter.and_then(|delimiter| {
            let at = name.get(prefix.len()..)?.find(delimiter)?;
            name.get(..prefix.len() + at + delimiter.len())
        });
        match folder {
            None => items.push(Item::Blob(name, blob)),
            Some(folder) if items.last().is_some_and(|last| last.name() == folder) => {}
            Some(folder) => items.push(Item::Prefix(folder)),
        }
    }
    items
}

fn page_size(text: Option<&str>) -> Result<usize, BlobError> {
    let Some(text) = text else { return Ok(PAGE) };
    match text.parse::<i64>() {
        Err(_) => Err(BlobError::invalid_query("maxresults", text)),
        Ok(size) if size < 1 => Err(BlobError::query_out_of_range("maxresults", text)),
        Ok(size) => Ok(usize::try_from(size).unwrap_or(PAGE).min(PAGE)),
    }
}

/// A place in the list, which callers are not to take apart.
fn marker(name: &str) -> String {
    let encoded = STANDARD.encode(name);
    format!("2!{}!{encoded}", encoded.len())
}

fn read_marker(text: &str) -> Result<String, BlobError> {
    let name = || {
        let encoded = text.strip_prefix("2!")?.split_once('!')?.1;
        String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
    };
    name().ok_or_else(|| BlobError::invalid_query("marker", text))
}

fn item_element(item: &Item<'_>) -> String {
    match item {
        Item::Prefix(name) => format!("<BlobPrefix>{}</BlobPrefix>", element("Name", name)),
        Item::Blob(name, blob) => blob_element(name, blob),
    }
}

fn blob_element(name: &str, blob: &Blob) -> String {
    let date = http_date(blob.last_modified);
    let properties = [
        ("Creation-Time", date.as_str()),
        ("Last-Modified", date.as_str()),
        ("Etag", &etag(blob.last_modified)),
        ("Content-Length", &blob.body.len().to_string()),
        ("Content-Type", &blob.content_type),
        ("Content-Encoding", ""),
        ("Content-Language", ""),
        ("Content-CRC64", ""),
        ("Content-MD5", ""),
        ("Cache-Control", ""),
        ("Content-Disposition", ""),
        ("BlobType", "BlockBlob"),
        ("AccessTier", "Hot"),
        ("AccessTierInferred", "true"),
        ("LeaseStatus", "unlocked"),
        ("LeaseState", "available"),
        ("ServerEncrypted", "true"),
    ];
    let properties: String = properties
        .iter()
        .map(|(name, text)| element(name, text))
        .collect();
    format!(
        "<Blob>{}<Properties>{properties}</Properties><OrMetadata /></Blob>",
        element("Name", name)
    )
}
