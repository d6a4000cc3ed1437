//! From what is known to one complete [`crate::connection::ConnectionSpec`].
//!
//! ```text
//! flags ─┐
//! env  ──┤                    ┌ what Azure shows: the only possibility
//! file ──┼─ answers ─ resolve ┤
//! saved ─┘                    └ a question, if somebody can be asked; else a gap, and all gaps at once
//! ```
//!
//! A value remembers where it came from. Nothing below this room asks anything.

pub mod answers;
mod asking;
pub mod batch;
pub mod billing;
mod billing_customers;
mod billing_parts;
mod billing_refusals;
mod credential;
mod credential_questions;
pub mod discovery;
mod export_questions;
mod export_validity;
pub mod exports;
pub mod missing;
pub mod partner;
mod partner_customers;
mod partner_questions;
mod principal;
pub mod questions;
mod reads;
pub mod resolve;
mod scopes;
mod unseen;
mod validity;
pub mod written;

pub use answers::{Answer, Answers, Source};
pub use questions::{QUESTIONS, Question};
pub use resolve::Interview;
pub use written::Written;
