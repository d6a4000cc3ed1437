//! azconnect connects Azure to a cost tool.

pub mod remedies;
pub mod sandbox;
pub mod vendors;
