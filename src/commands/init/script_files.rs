//! `--script-to`: the files of a script in a folder. What is there already is never overwritten, unless it is the same.

use std::path::Path;

use crate::error::{Error, Kind, Result};
use crate::plan::script::{Script, ScriptFile};

/// Writes the files of a script into a folder, which is made where it is not there.
///
/// # Errors
/// `Usage` where one of them is there with something else in it, before anything is written; `Failed` where one can't be written.
pub(super) fn write(script: &Script, folder: &Path) -> Result<()> {
    for file in &script.files {
        let path = folder.join(&file.name);
        if std::fs::read(&path).is_ok_and(|there| there != file.text.as_bytes()) {
            return Err(refused(&path, &"there is another file of that name", Kind::Usage).hint(
                "Read it, and move it out of the way; or name another folder: `--script-to FOLDER`",
            ));
        }
    }
    std::fs::create_dir_all(folder).map_err(|error| refused(folder, &error, Kind::Failed))?;
    for file in &script.files {
        let path = folder.join(&file.name);
        write_one(file, &path).map_err(|error| refused(&path, &error, Kind::Failed))?;
    }
    Ok(())
}

/// Writes one file; what bash runs can be run.
fn write_one(file: &ScriptFile, path: &Path) -> std::io::Result<()> {
    std::fs::write(path, &file.text)?;
    #[cfg(unix)]
    if path.extension().is_some_and(|end| end == "sh") {
        use std::os::unix::fs::PermissionsExt;
        let mut permissions = std::fs::metadata(path)?.permissions();
        // Whoever may read it may run it.
        let readers = permissions.mode() & 0o444;
        permissions.set_mode(permissions.mode() | (readers >> 2));
        std::fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

fn refused(path: &Path, reason: &dyn std::fmt::Display, kind: Kind) -> Error {
    Error::new(
        kind,
        "script_to",
        format!(
            "The script can't be written to `{}`: {reason}.",
            crate::text::printable(&path.display().to_string())
        ),
    )
}
