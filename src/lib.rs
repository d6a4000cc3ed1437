//! azconnect connects Azure to a cost tool.

pub mod sandbox;
