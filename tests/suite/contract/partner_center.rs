//! Partner Center, of which Microsoft publishes no machine-readable definitions: only the address of a request can be held
//! against something, the page that documents it. Bodies, codes and headers are nobody's word but the sandbox's.

use super::exchange::{Exchange, Verdict};
use super::template::Template;

/// An operation's page.
#[derive(Debug)]
pub(crate) struct Page {
    /// Path, with names in braces.
    pub(crate) path: &'static str,
    /// Parameters of the query that the page, or a link that leads to another page of a list, has.
    pub(crate) query: &'static [&'static str],
    /// The page.
    pub(crate) source: &'static str,
}

/// What may be asked; all of it is read.
pub(crate) const PAGES: [Page; 8] = [
    Page {
        path: "/v1/customers",
        query: &["size", "filter", "seekOperation"],
        source: "https://learn.microsoft.com/partner-center/developer/get-a-list-of-customers",
    },
    Page {
        path: "/v1/customers/{customer}",
        query: &[],
        source: "https://learn.microsoft.com/partner-center/developer/get-a-customer-by-id",
    },
    Page {
        path: "/v1/customers/{customer}/subscriptions",
        query: &[],
        source: "https://learn.microsoft.com/partner-center/developer/get-all-of-a-customer-s-subscriptions",
    },
    Page {
        path: "/v1/customers/{customer}/subscriptions/{subscription}",
        query: &[],
        source: "https://learn.microsoft.com/partner-center/developer/get-a-subscription-by-id",
    },
    Page {
        path: "/v1/profiles/mpn",
        query: &["mpnId"],
        source: "https://learn.microsoft.com/partner-center/developer/get-partner-by-mpn-id",
    },
    Page {
        path: "/v1/profiles/organization",
        query: &[],
        source: "https://learn.microsoft.com/partner-center/developer/get-an-organization-profile",
    },
    Page {
        path: "/v1/profiles/legalbusiness",
        query: &["vettingVersion"],
        source: "https://learn.microsoft.com/partner-center/developer/get-legal-business-profile",
    },
    Page {
        path: "/v1/compliance/csp/agreementstatus",
        query: &["mpnId", "tenantId"],
        source: "https://learn.microsoft.com/partner-center/developer/verify-indirect-reseller-mpa-status",
    },
];

/// Undefined where a page has such a request, none where none has.
pub(crate) fn judge(exchange: &Exchange) -> Option<Verdict> {
    let is_documented = |page: &Page| {
        let matches = Template::parse(page.path)
            .is_some_and(|template| template.captures(&exchange.path).is_some());
        matches
            && exchange.query.iter().all(|(name, _)| {
                page.query
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(name))
            })
    };
    (exchange.method == "GET" && PAGES.iter().any(is_documented)).then_some(Verdict::Undefined)
}
