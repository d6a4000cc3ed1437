//! The plan as commands of the Azure CLI.

use super::{Draft, Script};

/// The draft as a bash script.
pub(super) fn write(draft: &Draft<'_>) -> Script {
    let _ = draft;
    Script { files: Vec::new() }
}
