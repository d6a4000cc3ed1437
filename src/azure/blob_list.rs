//! A page of a container's list, read from the blob service's XML. Called by `blob` only.
//!
//! Source: <https://learn.microsoft.com/rest/api/storageservices/list-blobs#response-body>

use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::blob::Blob;

/// What is known of an entry so far.
#[derive(Default)]
struct Draft {
    name: String,
    last_modified: String,
    length: u64,
    is_folder: bool,
}

/// Hands each blob of a page to `each`, and returns the marker of the next page; `None` on the last one. Folders, which accounts with a
/// hierarchical namespace list beside their files, are left out.
///
/// # Errors
/// What is odd about the page, as the end of a sentence; never a part of it.
pub(super) fn read(body: &[u8], each: &mut impl FnMut(Blob)) -> Result<Option<String>, String> {
    let odd = |what: &str| Err(what.to_owned());
    let Ok(body) = std::str::from_utf8(body) else {
        return odd("a list of blobs that is no UTF-8");
    };
    let mut reader = Reader::from_str(body.trim_start_matches('\u{feff}'));
    let mut text = String::new();
    let mut is_encoded = false;
    let mut draft: Option<Draft> = None;
    let mut next = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                text.clear();
                match start.local_name().as_ref() {
                    "Blob" => draft = Some(Draft::default()),
                    "Name" => is_encoded = is_marked_encoded(&start),
                    _ => {}
                }
            }
            Ok(Event::Text(part)) => text.push_str(&part.xml10_content()),
            Ok(Event::CData(part)) => text.push_str(&part.xml10_content()),
            Ok(Event::GeneralRef(reference)) => match character(&reference) {
                Some(meant) => text.push_str(&meant),
                None => return odd("a list of blobs with an unknown entity"),
            },
            Ok(Event::End(end)) => match end.local_name().as_ref() {
                "EnumerationResults" => return Ok(next),
                "NextMarker" => next = Some(std::mem::take(&mut text)).filter(|it| !it.is_empty()),
                "Blob" => {
                    if let Some(done) = draft.take().filter(|draft| !draft.is_folder) {
                        each(done.finished()?);
                    }
                }
                field => {
                    if let Some(draft) = &mut draft {
                        draft.set(field, &mut text, is_encoded)?;
                    }
                }
            },
            Ok(Event::Eof) | Err(_) => return odd("a list of blobs that is cut off, or no XML"),
            Ok(_) => {}
        }
    }
}

impl Draft {
    fn set(&mut self, field: &str, text: &mut String, is_encoded: bool) -> Result<(), String> {
        match field {
            "Name" if is_encoded => self.name = decoded(text)?,
            "Name" => self.name = std::mem::take(text),
            "Last-Modified" => self.last_modified = std::mem::take(text),
            "Content-Length" => {
                self.length = text
                    .trim()
                    .parse()
                    .map_err(|_| "a blob without a length".to_owned())?;
            }
            "ResourceType" => self.is_folder = text == "directory",
            _ => {}
        }
        Ok(())
    }

    fn finished(self) -> Result<Blob, String> {
        if self.name.is_empty() {
            return Err("a blob without a name".to_owned());
        }
        let last_modified = time(&self.last_modified).ok_or("a blob without a time")?;
        Ok(Blob {
            name: self.name,
            last_modified,
            length: self.length,
        })
    }
}

/// A name with characters that XML can't have comes percent-encoded, and says so.
/// Source: <https://learn.microsoft.com/rest/api/storageservices/list-blobs#remarks>
fn is_marked_encoded(start: &BytesStart<'_>) -> bool {
    start
        .try_get_attribute("Encoded")
        .ok()
        .flatten()
        .is_some_and(|mark| mark.value.as_ref() == "true")
}

fn decoded(text: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        plain.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8(plain).map_err(|_| "a blob's name that is no UTF-8".to_owned())
}

fn character(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Some(character.to_string()),
        Ok(None) => resolve_predefined_entity(reference).map(str::to_owned),
        Err(_) => None,
    }
}

/// `Thu, 26 Nov 2026 09:00:00 GMT`.
fn time(text: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    Some(zoned.timestamp())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(names: &[String], next: &str) -> String {
        let blobs: String = names
            .iter()
            .map(|name| format!("<Blob><Name>{}</Name><Properties><Creation-Time>Wed, 25 Nov 2026 09:00:00 GMT</Creation-Time><Last-Modified>Thu, 26 Nov 2026 09:00:00 GMT</Last-Modified><Etag>0x8D</Etag><Content-Length>7</Content-Length></Properties><OrMetadata /></Blob>", quick_xml::escape::escape(name.as_str())))
            .collect();
        format!(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"https://a.blob.core.windows.net/\" ContainerName=\"c\"><Prefix>costs/</Prefix><Blobs>{blobs}</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>"
        )
    }

    fn all(text: &str) -> Result<(Vec<Blob>, Option<String>), String> {
        let mut blobs = Vec::new();
        let next = read(text.as_bytes(), &mut |blob| blobs.push(blob))?;
        Ok((blobs, next))
    }

    #[test]
    fn a_page_of_azures_is_read() {
        let (blobs, next) =
            all(&page(&["costs/a & b <c>.csv".to_owned()], "2!76!x&amp;y")).unwrap();
        assert_eq!(blobs[0].name, "costs/a & b <c>.csv");
        assert_eq!(blobs[0].length, 7);
        assert_eq!(blobs[0].last_modified.to_string(), "2026-11-26T09:00:00Z");
        assert_eq!(next.as_deref(), Some("2!76!x&y"));
        assert_eq!(all(&page(&[], "")).unwrap(), (Vec::new(), None));
    }

    #[test]
    fn encoded_names_are_decoded_and_folders_left_out() {
        let text = page(&["x".to_owned(), "folder".to_owned()], "")
            .replacen("<Name>x", "<Name Encoded=\"true\">a%EF%BF%BEb%2", 1)
            .replace(
                "<Name>folder</Name><Properties>",
                "<Name>folder</Name><Properties><ResourceType>directory</ResourceType>",
            );
        let (blobs, _) = all(&text).unwrap();
        assert_eq!(blobs.len(), 1);
        assert_eq!(blobs[0].name, "a\u{fffe}b%2");
    }

    #[test]
    fn what_is_odd_is_said() {
        let good = page(&["a".to_owned()], "");
        for (text, expected) in [
            (good[..good.len() - 30].to_owned(), "cut off"),
            (good.replace("</Blob>", "</Bob>"), "no XML"),
            (good.replace(">7<", ">seven<"), "without a length"),
            (good.replace("Last-Modified", "Last"), "without a time"),
            (good.replace("<Name>a</Name>", ""), "without a name"),
            (good.replace(">a<", ">&nbsp;<"), "unknown entity"),
            (String::new(), "cut off"),
        ] {
            let reason = all(&text).unwrap_err();
            assert!(reason.contains(expected), "{reason}: {text}");
        }
    }

    proptest! {
        #[test]
        fn every_name_comes_through_as_it_is(names in proptest::collection::vec("[\\PC\\n ]{1,40}", 0..6)) {
            let (blobs, _) = all(&page(&names, "")).unwrap();
            let read: Vec<String> = blobs.into_iter().map(|blob| blob.name).collect();
            prop_assert_eq!(read, names);
        }

        #[test]
        fn no_page_makes_it_panic(body in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..600) {
            let _ = read(&body, &mut |_| {});
            let good = page(&["\u{e9}t\u{e9}".to_owned()], "m");
            let _ = read(&good.as_bytes()[..cut.min(good.len())], &mut |_| {});
        }
    }
}
