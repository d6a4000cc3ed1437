//! The files of a storage account: listing a container, reading a blob. Data plane; the account itself is Resource Manager's.
//!
//! A client of ours on `client`'s pipeline, since `azure_storage_blob` knows neither our rule about hosts nor our errors, and asks for
//! an API version that older clouds don't have.
//! Source: <https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api>

use azure_core::http::Url;
use azure_core::time::{OffsetDateTime, to_rfc7231};
use jiff::Timestamp;

use super::blob_list;
use super::client::{Access, Api, Call, Reply};
use super::failure::unreadable;
use super::{Azure, AzureError, Result};
use crate::connection::StorageAccountId;
use crate::connection::storage::is_account_name;
use crate::remedies::Service;

/// One version for every cloud; sovereign and air-gapped ones are some years behind.
/// Source: <https://learn.microsoft.com/rest/api/storageservices/versioning-for-the-azure-storage-services>
const VERSION: &str = "2023-11-03";
/// How many blobs a page has; the most that the service gives.
const PAGE: usize = 5_000;
/// How many pages are read before a list is taken for a loop.
const MOST_PAGES: usize = 10_000;
/// How much of a blob is asked for at once.
const CHUNK: u64 = 2 * 1024 * 1024;

/// A blob, as its container lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its full name in the container, with slashes.
    pub name: String,
    /// When it was last written.
    pub last_modified: Timestamp,
    /// Its length in bytes.
    pub length: u64,
}

/// The blobs of a container, asked by one identity. Its token goes to this account's host only.
#[derive(Debug, Clone)]
pub struct Blobs {
    api: Api,
    url: Url,
    page: usize,
}

impl Azure {
    /// The files of a container, with tokens for the cloud's storage audience.
    ///
    /// # Errors
    /// [`AzureError::Unreadable`] where account and container make no address.
    pub fn blobs(&self, account: &StorageAccountId, container: &str) -> Result<Blobs> {
        let no_address = || {
            unreadable(
                Service::Storage,
                "the account and the container make no address".to_owned(),
            )
        };
        // It becomes part of a host's name: nothing may turn that into another's.
        if !is_account_name(&account.account) {
            return Err(no_address());
        }
        let endpoint =
            Url::parse(&self.cloud.blob_endpoint(&account.account)).map_err(|_| no_address())?;
        let mut url = endpoint.clone();
        append(&mut url, [container]).ok_or_else(no_address)?;
        let access = Access {
            cloud: &self.cloud,
            transport: &self.transport,
            credential: Some(self.credential.clone()),
            facts: self.facts(),
        };
        let api = Api::new(
            Service::Storage,
            &endpoint,
            &self.cloud.storage_audience,
            &access,
        );
        let facts = [
            ("storage_account", account.to_string()),
            ("scope", account.container(container)),
        ];
        Ok(Blobs {
            api: api.knowing(facts),
            url,
            page: PAGE,
        })
    }
}

impl Blobs {
    /// The same blobs, listed in pages of at most so many: each page is in memory as a whole.
    #[must_use]
    pub fn in_pages_of(self, most: usize) -> Self {
        Blobs { page: most, ..self }
    }

    /// Hands every blob whose name begins with `prefix` to `each`, page by page, in the order of their names. Nothing is kept, so that
    /// a container of any size can be looked through.
    ///
    /// # Errors
    /// Whatever the blob service answers, by the code of its header: `AuthorizationPermissionMismatch` without a role,
    /// `AuthorizationFailure` from the firewall, `ContainerNotFound`; [`AzureError::Network`] (`storage-dns`) where no account has the
    /// name. Source: <https://learn.microsoft.com/rest/api/storageservices/list-blobs>
    pub async fn list(&self, prefix: &str, mut each: impl FnMut(Blob)) -> Result<()> {
        let mut marker = None;
        for _ in 0..MOST_PAGES {
            let page = self.page(prefix, marker.as_deref()).await?;
            marker = blob_list::read(&page.into_body(), &mut each).map_err(odd)?;
            if marker.is_none() {
                return Ok(());
            }
        }
        Err(odd(format!("a list of more than {MOST_PAGES} pages")))
    }

    /// One page of the list, as it came.
    async fn page(&self, prefix: &str, marker: Option<&str>) -> Result<Reply> {
        let mut url = self.url.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("restype", "container");
            query.append_pair("comp", "list");
            query.append_pair("maxresults", &self.page.to_string());
            if !prefix.is_empty() {
                query.append_pair("prefix", prefix);
            }
            if let Some(marker) = marker {
                query.append_pair("marker", marker);
            }
        }
        // A form's `+` for a space is none in a URL. One that was meant is `%2B` by now.
        let query = url.query().unwrap_or_default().replace('+', "%20");
        url.set_query(Some(&query));
        self.api.send(call(url)).await
    }

    /// A blob, to be read chunk by chunk. Asks nothing yet.
    ///
    /// # Errors
    /// [`AzureError::Unreadable`] where the name makes no address.
    pub fn open(&self, name: &str) -> Result<Download> {
        let mut url = self.url.clone();
        append(&mut url, name.split('/')).ok_or_else(|| odd("a blob without an address".into()))?;
        Ok(Download {
            api: self.api.clone(),
            url,
            at: 0,
            state: None,
            is_over: false,
        })
    }
}

/// A blob that is being read. All chunks are of the same state of the blob.
#[derive(Debug)]
pub struct Download {
    api: Api,
    url: Url,
    at: u64,
    /// The `ETag` of the first chunk.
    state: Option<String>,
    is_over: bool,
}

impl Download {
    /// The next two megabytes; `None` at the end.
    ///
    /// # Errors
    /// `BlobNotFound` where it is gone, `ConditionNotMet` where it was written meanwhile; else as [`Blobs::list`].
    /// Source: <https://learn.microsoft.com/rest/api/storageservices/get-blob>
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.is_over {
            return Ok(None);
        }
        let range = format!("bytes={}-{}", self.at, self.at + CHUNK - 1);
        let mut asked = call(self.url.clone()).header("x-ms-range", range);
        if let Some(state) = &self.state {
            asked = asked.header("if-match", state.clone());
        }
        let reply = match self.api.send(asked).await {
            // What an empty blob answers to any range.
            Err(error) if self.at == 0 && error.code() == "InvalidRange" => return Ok(None),
            answer => answer?,
        };
        let whole = whole_length(&reply);
        if self.state.is_none() {
            self.state = reply.header("etag").map(str::to_owned);
        }
        let chunk = reply.into_body();
        self.at += chunk.len() as u64;
        self.is_over = whole.is_none_or(|whole| self.at >= whole);
        if chunk.is_empty() && !self.is_over {
            return Err(odd("a blob that ends before its length".to_owned()));
        }
        Ok(Some(chunk))
    }
}

/// The blob's length, where the answer is a part of it: `Content-Range: bytes 0-9/100`.
fn whole_length(reply: &Reply) -> Option<u64> {
    if reply.status != 206 {
        return None;
    }
    reply
        .header("content-range")?
        .rsplit_once('/')?
        .1
        .trim()
        .parse()
        .ok()
}

fn call(url: Url) -> Call {
    Call::get(url)
        .header("accept", "application/xml, */*")
        .header("x-ms-version", VERSION)
        .header("x-ms-date", to_rfc7231(&OffsetDateTime::now_utc()))
}

/// Adds segments to a path; `None` where one would not stay what it is (`.` and `..` lead elsewhere).
fn append<'a>(url: &mut Url, segments: impl IntoIterator<Item = &'a str>) -> Option<()> {
    let mut path = url.path_segments_mut().ok()?;
    path.pop_if_empty();
    for segment in segments {
        if matches!(segment, "." | "..") {
            return None;
        }
        path.push(segment);
    }
    Some(())
}

fn odd(detail: String) -> AzureError {
    unreadable(Service::Storage, detail)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_path() {
        let mut url = Url::parse("https://127.0.0.1:9447/contosocosts").unwrap();
        append(&mut url, "costs/a b&<c>#?%20/é.csv".split('/')).unwrap();
        assert_eq!(
            url.as_str(),
            "https://127.0.0.1:9447/contosocosts/costs/a%20b&%3Cc%3E%23%3F%2520/%C3%A9.csv"
        );
        assert!(append(&mut url, "../other".split('/')).is_none());
    }
}
