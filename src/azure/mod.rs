//! Typed calls to Azure. No prompts, no printing, no steps.

pub mod ids;
