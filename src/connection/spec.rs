//! What a connection is wanted to be: the interview's whole result, and all that the plan needs to know.

use serde::{Deserialize, Serialize};

use super::{Agreement, ConnectionName, ExportSpec, Partner, ScopeChoice, StorageSpec};
use crate::azure::ids::{ClientId, ServicePrincipalObjectId, TenantId};

/// A complete, validated wish. Nothing below the interview asks a question: whatever is needed is in here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionSpec {
    /// The connection's name on this machine.
    pub name: ConnectionName,
    /// The vendor's id, as in its data file.
    pub vendor: String,
    /// The cloud's name.
    pub cloud: String,
    /// Where the app registration lives.
    pub directory: Directory,
    /// The agreement, where it matters to the vendor and is known.
    pub agreement: Option<Agreement>,
    /// What the vendor is to read, in the order in which it was named.
    pub scopes: Vec<ScopeChoice>,
    /// The app registration to use.
    pub application: Application,
    /// How the vendor will sign in.
    pub credential: Credential,
    /// Where the secret will be kept, as `--store` says it.
    pub store: String,
    /// Where exports are written, if there are any.
    #[serde(default)]
    pub storage: Option<StorageSpec>,
    /// The cost exports that the vendor reads.
    #[serde(default)]
    pub exports: Vec<ExportSpec>,
    /// How many past months are exported once, beside the schedule.
    #[serde(default)]
    pub backfill_months: u8,
    /// Who the partner is, where the vendor asks for it.
    #[serde(default)]
    pub partner: Option<Partner>,
}

/// A directory (tenant) of Microsoft Entra ID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// Directory (tenant) ID.
    pub id: TenantId,
    /// The organisation's name.
    pub display_name: String,
    /// The default domain, where known.
    pub default_domain: Option<String>,
}

/// Which app registration the vendor signs in as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Application {
    /// One of our own, found again by its unique name.
    Own {
        /// What the portal shows.
        display_name: String,
        /// Graph's alternate key (`uniqueName`), which makes creation repeatable.
        unique_name: String,
        /// Web redirect URIs, as the vendor's procedure has them.
        redirect_uris: Vec<String>,
    },
    /// One that exists already, by its application (client) ID.
    Existing {
        /// Application (client) ID.
        client_id: ClientId,
    },
    /// A service principal or managed identity that exists already, by its object ID: it gets roles, and nothing of it is changed.
    Principal {
        /// Its object ID.
        object_id: ServicePrincipalObjectId,
        /// The client ID of the application or identity behind it.
        client_id: ClientId,
        /// What the portal shows.
        display_name: String,
    },
    /// The vendor's own multi-tenant application: this directory gets a service principal of it, and its credential stays with the vendor.
    Vendor {
        /// The client ID of the vendor's application.
        client_id: ClientId,
        /// What people call it.
        display_name: String,
        /// Where an administrator consents to it in a browser, where the sign-in host is known.
        #[serde(default)]
        consent: Option<String>,
    },
}

/// How the vendor proves that it is the application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Credential {
    /// A new client secret, made by us.
    NewSecret {
        /// Its lifetime in days.
        days: u16,
    },
    /// A client secret that the person brought along for an existing app. Never part of this value.
    GivenSecret,
    /// A certificate whose key is made on this machine.
    NewCertificate {
        /// Its lifetime in days.
        days: u16,
    },
    /// The vendor's public certificate; its key stays with the vendor.
    GivenCertificate {
        /// The file that it was read from.
        file: String,
        /// The certificate, DER in base64.
        public: String,
    },
    /// The principal's own, or the vendor's: azconnect has nothing to do with it.
    Elsewhere,
    /// Tokens of another identity provider.
    Federated {
        /// Who issues them.
        issuer: String,
        /// Whom they are about.
        subject: String,
        /// Whom they are for.
        audience: String,
    },
}

impl Credential {
    /// The kind, as `--credential` and the record say it.
    pub fn kind(&self) -> &'static str {
        match self {
            Credential::NewSecret { .. } | Credential::GivenSecret => "secret",
            Credential::NewCertificate { .. } | Credential::GivenCertificate { .. } => {
                "certificate"
            }
            Credential::Federated { .. } => "federated",
            Credential::Elsewhere => "elsewhere",
        }
    }

    /// Whether this machine has something to keep: a secret, or a private key.
    pub fn is_kept(&self) -> bool {
        match self {
            Credential::NewSecret { .. }
            | Credential::GivenSecret
            | Credential::NewCertificate { .. } => true,
            Credential::GivenCertificate { .. }
            | Credential::Federated { .. }
            | Credential::Elsewhere => false,
        }
    }

    /// Whether the run makes something that exists once and has to be kept.
    pub fn is_made_here(&self) -> bool {
        match self {
            Credential::NewSecret { .. } | Credential::NewCertificate { .. } => true,
            Credential::GivenSecret
            | Credential::GivenCertificate { .. }
            | Credential::Federated { .. }
            | Credential::Elsewhere => false,
        }
    }
}
