//! azconnect connects Azure to a cost tool: it registers the app, creates its secret, gives it exactly the roles that the tool needs,
//! proves that they work the way the tool will use them, keeps the secret, and hands over the values that the tool's form asks for.
//!
//! # The house
//!
//! A **connection** is a desired state: an app registration, its service principal, a credential, roles. A **vendor** is data that says
//! which of these it wants and what its form asks for. The **interview** turns flags, environment, an answers file, what Azure shows, and
//! at last questions into one complete [`connection::ConnectionSpec`]. The **plan** is that state as steps, each of which can look whether
//! it is done, do it, and take it back; one engine runs them, with a journal. The **checks** ask of a live connection what the vendor will
//! ask, and explain the answer.
//!
//! ```text
//! words typed ─▶ interview ─▶ ConnectionSpec ─▶ plan ─▶ steps ─▶ receipts ─▶ checks ─▶ record and hand-over
//! ```
//!
//! Data flows left to right and never back. The rooms, from the top floor down:
//!
//! | room | what may be written there |
//! |---|---|
//! | [`commands`] | what can be typed: one verb a file. Calls the floors below, hands results to the screen |
//! | [`interview`] | from what is known to a complete wish; [`interview::questions`] is the table that flags, environment, answers file and prompts are made from |
//! | [`plan`] | the engine: steps, preflight, execution with a journal, undo. Knows steps, not Azure |
//! | [`steps`] | one file = one unit of reversion |
//! | [`checks`] | one file = one question about a live connection |
//! | [`connection`] | the nouns, without IO |
//! | [`vendors`], [`remedies`] | data: what each vendor needs; what each error means and what to do |
//! | [`store`] | what stays on this machine: secrets and the connections' facts |
//! | [`azure`] | typed calls. No prompts, no printing, no steps |
//! | [`ui`] | the only code that prints or reads keys |
//! | [`host`] | the machine, by argument |
//! | [`error`], [`exit`] | what went wrong, why, what to do; and the one function from it to an exit code |
//! | [`sandbox`] | a simulated Azure, as a server. Shares no code with [`azure`], so that one mistake cannot hide in both |
//!
//! Which room may use which is a table in `tests/suite/architecture.rs`, held against every path in the code.
//!
//! # What is promised
//!
//! - **Nothing is lost.** The process may be killed between any two requests; run again, it finishes the work, with no second app, no
//!   orphaned secret and no duplicate role ([`plan::journal`], [`steps`]).
//! - **A secret is a type** ([`secret::Secret`]) that can't be printed, and is zeroed when it is dropped.
//! - **Every failure has three parts** ([`error::Error`]): what happened, with Azure's own code and correlation id; why; and the next
//!   thing to do.
//! - **A token goes to the host that it was issued for** ([`azure::client`]): redirects and foreign links are not followed.

pub mod azure;
pub mod checks;
pub mod commands;
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
