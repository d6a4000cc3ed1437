//! The nouns of azconnect, without IO: what a connection is wanted to be, what it turned out to be, what is handed over.

pub mod agreement;
pub mod export;
mod export_id;
pub mod handover;
pub mod month;
pub mod name;
pub mod partner;
pub mod receipt;
pub mod record;
pub mod scope;
pub mod spec;
pub mod storage;
pub mod store_choice;

pub use agreement::Agreement;
pub use export::{Dataset, ExportFormat, ExportRecord, ExportSpec};
pub use export_id::parse_export_id;
pub use handover::{Field as HandoverField, hand_over};
pub use month::Month;
pub use name::ConnectionName;
pub use partner::Partner;
pub use receipt::{Change, Receipt, ResourceKind};
pub use record::{ConnectionRecord, CredentialRecord};
pub use scope::{Scope, ScopeChoice};
pub use spec::{Application, ConnectionSpec, Credential, Directory};
pub use storage::{StorageAccountId, StorageSpec};
