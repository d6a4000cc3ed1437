//! The plan as commands of the Azure CLI.

use super::{Draft, Script};
use crate::error::Result;

/// The draft as a bash script.
///
/// # Errors
/// None yet.
pub(super) fn write(draft: &Draft<'_>) -> Result<Script> {
    let _ = draft;
    Ok(Script { files: Vec::new() })
}
