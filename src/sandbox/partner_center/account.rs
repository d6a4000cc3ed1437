//! The state of Partner Center: which directories are partners, what they sell to whom, and who may ask.
//!
//! Plain data, part of [`super::super::State`]; the words in which tests fill it are in `seed`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything about Partner Center.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PartnerCenter {
    /// Partners by the id of their directory. A directory that is not here is no partner.
    #[serde(default)]
    pub accounts: BTreeMap<Uuid, PartnerAccount>,
    /// Where the service is to differ from what it does most often.
    #[serde(default)]
    pub oddities: BTreeSet<PartnerOddity>,
    /// How many requests are too many. None lets everything pass: Microsoft publishes no numbers.
    #[serde(default)]
    pub throttle: Option<PartnerThrottle>,
}

/// What Microsoft's pages and the reports of those who call the API do not agree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PartnerOddity {
    /// No byte order mark is in front of JSON.
    PlainJson,
    /// `links.next.uri` lacks the `/v1` that the service wants, as in the samples of invoices.
    NextWithoutVersion,
    /// An error's `code` is a string, as its schema says; every sample has a number.
    CodesAsText,
    /// The partner's profile calls its number `partnerId`, as the table of the resource does; every sample has `mpnId`.
    PartnerIdField,
    /// An application that App management does not know is answered with 401 and no body instead of 403 and 900150.
    UnknownApplicationUnauthorized,
    /// What is said to an indirect reseller names the reason. Microsoft's page has the sentence and no code.
    ResellersNamed,
}

/// A limit on requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerThrottle {
    /// So many requests of one partner, or of one partner for one customer, are answered …
    pub requests: usize,
    /// … within so many seconds.
    pub seconds: i64,
}

/// A partner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartnerAccount {
    /// Its directory.
    pub tenant: Uuid,
    /// Its place in the CSP programme.
    pub kind: PartnerKind,
    /// Name of the company, as the legal profile has it.
    pub company_name: String,
    /// Country of the company, two letters.
    pub country: String,
    /// Partner ID of the headquarters (PGA). Not what a vendor wants.
    pub global_id: String,
    /// Partner ID of the location that is enrolled in CSP (PLA).
    pub location_id: String,
    /// Whether the Microsoft Partner Agreement is signed.
    pub agreement_signed: bool,
    /// Whether the programme's status is active.
    pub programme_active: bool,
    /// Client ids of the web apps on the page "App management".
    #[serde(default)]
    pub registered_applications: BTreeSet<Uuid>,
    /// Object ids of the users who are Admin agents.
    #[serde(default)]
    pub admin_agents: BTreeSet<Uuid>,
    /// Object ids of the users whose tokens carry no second factor.
    #[serde(default)]
    pub without_second_factor: BTreeSet<Uuid>,
    /// Customers by the id of their directory.
    #[serde(default)]
    pub customers: BTreeMap<Uuid, PartnerCustomer>,
}

/// A partner's place in the CSP programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerKind {
    /// Buys from Microsoft and sells to customers.
    DirectBill,
    /// Buys from Microsoft and sells through resellers.
    IndirectProvider,
    /// Sells what a provider buys; the API does not serve it.
    IndirectReseller,
}

/// A customer of a partner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartnerCustomer {
    /// Its directory, which is also its id.
    pub tenant: Uuid,
    /// Its initial domain.
    pub domain: String,
    /// Its name.
    pub company_name: String,
    /// Whether the partner has delegated administration there; without, address and domains are kept back.
    #[serde(default)]
    pub delegated_access: bool,
    /// What it bought.
    #[serde(default)]
    pub subscriptions: Vec<PartnerSubscription>,
}

/// A subscription in the sense of Partner Center: something that was bought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartnerSubscription {
    /// Its id. That of an Azure plan is no Azure subscription's.
    pub id: Uuid,
    /// What was bought.
    pub offer: PartnerOffer,
    /// `active`, `suspended` or `deleted`.
    pub status: String,
}

/// What a customer can buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerOffer {
    /// Microsoft Azure as it was sold until the Azure plan (MS-AZR-0145P): the only one with utilization records.
    LegacyAzure,
    /// The Azure plan: its usage is in Cost Management, not in utilization records.
    AzurePlan,
    /// Licences, nothing of Azure's.
    Licences,
}
