//! Pages of customers: a size, and a token that says where the last page ended.
//!
//! The page on customers documents `size` and `links.self` alone; `next` is as the samples of line items have it, with
//! `seekOperation=Next` and a header: <https://learn.microsoft.com/partner-center/developer/get-invoice-billed-consumption-lineitems>.
//! `totalCount` counts the page, as it does there and in the sample of invoices; nothing counts the whole.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::exchange::{Call, percent_encoded};
use super::refusal::Refusal;

/// The header that carries the token of a page.
const TOKEN: &str = "MS-ContinuationToken";
/// The largest page. Larger sizes are not refused; the service just gives no more.
const LARGEST: usize = 500;

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// Largest number of items.
    pub(super) size: usize,
    /// The last item of the page before.
    pub(super) after: Option<Uuid>,
    asked_size: String,
    filter: String,
}

impl Page {
    /// Reads `size`, `filter` (as text) and `seekOperation` with its token.
    pub(super) fn read(call: &Call) -> Result<Self, Refusal> {
        let asked_size = call.query("size").unwrap_or("0").to_owned();
        let size: usize = asked_size
            .parse()
            .map_err(|_| Refusal::invalid_property("size"))?;
        let filter = call.query("filter").unwrap_or_default().to_owned();
        let after = match call.query("seekOperation") {
            None => None,
            Some(next) if next.eq_ignore_ascii_case("Next") => {
                let token = call.header(TOKEN);
                let found = token.and_then(|token| position(token, &filter));
                Some(found.ok_or_else(|| Refusal::invalid_property(TOKEN))?)
            }
            Some(_) => return Err(Refusal::invalid_property("seekOperation")),
        };
        Ok(Self {
            size: if size == 0 {
                LARGEST
            } else {
                size.min(LARGEST)
            },
            after,
            asked_size,
            filter,
        })
    }

    /// The links of an answer; `last` is the item that the next page comes after, where there is one.
    pub(super) fn links(&self, last: Option<Uuid>, next_with_version: bool) -> Value {
        let mut query = format!("size={}", self.asked_size);
        if !self.filter.is_empty() {
            query = format!("{query}&filter={}", percent_encoded(&self.filter));
        }
        let own = link(format!("/v1/customers?{query}"), json!([]));
        let Some(last) = last else {
            return json!({"self": own});
        };
        let version = if next_with_version { "/v1" } else { "" };
        let headers = json!([{"key": TOKEN, "value": token(last, &self.filter)}]);
        let uri = format!("{version}/customers?{query}&seekOperation=Next");
        json!({"self": own, "next": link(uri, headers)})
    }
}

/// A link as every resource has them.
pub(super) fn link(uri: String, headers: Value) -> Value {
    json!({"uri": uri, "method": "GET", "headers": headers})
}

/// A link of a resource to itself.
pub(super) fn own_link(uri: String) -> Value {
    json!({"self": link(uri, json!([]))})
}

/// A collection: `totalCount` counts what is in it.
pub(super) fn collection(items: Vec<Value>, links: Option<Value>) -> Value {
    let mut body = json!({
        "totalCount": items.len(), "items": items, "attributes": {"objectType": "Collection"},
    });
    if let Some(links) = links {
        body["links"] = links;
    }
    body
}

/// A token holds for the filter that it was made with.
fn token(last: Uuid, filter: &str) -> String {
    STANDARD.encode(format!("{last} {filter}"))
}

fn position(token: &str, filter: &str) -> Option<Uuid> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    let (last, of) = text.split_once(' ')?;
    (of == filter).then(|| Uuid::try_parse(last).ok()).flatten()
}
