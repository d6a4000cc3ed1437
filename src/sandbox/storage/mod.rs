//! Storage accounts and what is kept in them, as the simulated Azure knows it.

mod state;

pub use state::{
    Blob, BlobBody, Container, NetworkRules, ProviderRegistration, RegistrationState,
    ResourceGroup, Storage, StorageAccount,
};
