//! Files that are either old or new, never half of each.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

use super::StoreError;

/// Replaces `path` by a file of these bytes, readable and writable by its owner alone (0600 from its first byte).
///
/// Whoever reads meanwhile sees the old file or the new one; when this returns, the new one is on the disk and so is its
/// name. A symbolic link at `path` is itself replaced, not what it points to. The folder must be there
/// ([`make_private_folder`](super::paths::make_private_folder)). A process killed midway leaves a `.azconnect-…` file behind, until
/// `clear_leftovers`.
///
/// # Errors
/// [`StoreError::Full`] when the disk is, otherwise [`StoreError::Io`].
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let failed = |error| StoreError::io("write", path, error);
    let folder = folder_of(path);
    let mut file = tempfile::Builder::new()
        .prefix(&beginning(path))
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    sync_folder(folder).map_err(failed)
}

/// Removes what writers of `path` left that were killed midway; it may hold a secret.
///
/// Only for whoever knows that nobody else writes the file now: the holder of the connection's lock. What can't be removed stays
/// for the next time, since it harms nobody but the tidy.
pub(super) fn clear_leftovers(path: &Path) {
    let beginning = beginning(path);
    let Ok(entries) = std::fs::read_dir(folder_of(path)) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let end = name
            .as_encoded_bytes()
            .strip_prefix(beginning.as_encoded_bytes());
        // What follows is random letters and digits; anything else belongs to a file whose name only begins alike.
        if end.is_some_and(|end| end.iter().all(u8::is_ascii_alphanumeric)) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// How the names of unfinished copies begin: with the name of the file that they are to become, so that each writer knows its own.
fn beginning(path: &Path) -> OsString {
    let mut beginning = OsString::from(".azconnect-");
    beginning.push(path.file_name().unwrap_or_default());
    beginning.push("-");
    beginning
}

/// The folder that a file is in; `.` for a bare name.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Windows writes a rename through on its own, and opens no folder as a file.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_new_file_replaces_the_old_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.json");
        write_atomically(&path, b"a much longer first version").unwrap();
        write_atomically(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_writer_left_is_cleared_and_another_files_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spot.json");
        let anothers = ".azconnect-spot.json-b-a1";
        for name in [".azconnect-spot.json-a1", anothers, "spot.json"] {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        clear_leftovers(&path);
        let mut left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, [anothers, "spot.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it_even_where_the_old_one_was_open_to_all() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.json");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        write_atomically(&path, b"new").unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_no_debris() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("child"), "here").unwrap();
        let result = write_atomically(&path, b"new");
        assert!(matches!(result, Err(StoreError::Io { .. })), "{result:?}");
        assert_eq!(std::fs::read(path.join("child")).unwrap(), b"here");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
