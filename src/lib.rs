//! azconnect connects Azure to a cost tool.

pub mod azure;
pub mod checks;
pub mod connection;
pub mod error;
pub mod exit;
pub mod host;
pub mod interview;
pub mod plan;
pub mod remedies;
pub mod sandbox;
pub mod secret;
pub mod steps;
pub mod store;
pub mod text;
pub mod ui;
pub mod vendors;
