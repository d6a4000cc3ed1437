//! Whether a file is one to trust with a secret, and its text if so. The file store's gatekeeper.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::StoreError;
use super::error::Flaw;

/// Far more than a dotenv file of any project.
const LARGEST: u64 = 256 * 1024;

/// The bytes of a file that is ours alone; `None` where there is none.
///
/// # Errors
/// [`StoreError::Unsafe`] for a symbolic link, for what is no file, for a file of another user or open to others; [`StoreError::Io`].
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let failed = |error| StoreError::io("read", path, error);
    let refused = |flaw| StoreError::Unsafe {
        file: path.to_owned(),
        flaw,
    };
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let seen = match std::fs::symlink_metadata(path) {
        Ok(seen) => seen,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    look(&seen).map_err(refused)?;
    let file = File::open(path).map_err(failed)?;
    let opened = file.metadata().map_err(failed)?;
    // Somebody may have swapped it since: what counts is the file that is open.
    same(&seen, &opened).map_err(refused)?;
    look(&opened).map_err(refused)?;
    // Room for all at once: a vector that grows leaves unzeroed copies.
    let room = usize::try_from(opened.len()).unwrap_or_default() + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(LARGEST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}

fn look(about: &Metadata) -> Result<(), Flaw> {
    if about.is_symlink() {
        return Err(Flaw::Symlink);
    }
    if !about.is_file() {
        return Err(Flaw::NotAFile);
    }
    if about.len() >= LARGEST {
        return Err(Flaw::TooLarge);
    }
    look_at_owner(about)
}

#[cfg(unix)]
fn look_at_owner(about: &Metadata) -> Result<(), Flaw> {
    use std::os::unix::fs::MetadataExt;
    if about.uid() != rustix::process::geteuid().as_raw() {
        return Err(Flaw::NotOurs(about.uid()));
    }
    match about.mode() & 0o7777 {
        mode if mode & 0o077 != 0 => Err(Flaw::OpenToOthers(mode)),
        _ => Ok(()),
    }
}

/// Windows has no mode: a file has its folder's access list, which std does not show.
#[cfg(not(unix))]
fn look_at_owner(_about: &Metadata) -> Result<(), Flaw> {
    Ok(())
}

#[cfg(unix)]
fn same(seen: &Metadata, opened: &Metadata) -> Result<(), Flaw> {
    use std::os::unix::fs::MetadataExt;
    let identity = |about: &Metadata| (about.dev(), about.ino());
    if identity(seen) == identity(opened) {
        Ok(())
    } else {
        Err(Flaw::Replaced)
    }
}

#[cfg(not(unix))]
fn same(_seen: &Metadata, _opened: &Metadata) -> Result<(), Flaw> {
    Ok(())
}

/// Whether a new file that holds a secret can be put there. Leaves nothing behind.
///
/// # Errors
/// [`StoreError::WorldWritable`] for a folder that any user may write to, [`StoreError::Io`] or [`StoreError::Full`] where nothing can
/// be written.
pub fn check_new_file(path: &Path) -> Result<(), StoreError> {
    let folder = super::atomic::folder_of(path);
    check_folder(folder)?;
    let written = tempfile::tempfile_in(folder);
    written
        .map(drop)
        .map_err(|error| StoreError::io("write", path, error))
}

/// Refuses a folder that everybody may write to (such as `/tmp`: a secret has no place there), and one above which any user could
/// replace what is ours (writable by all, and no sticky bit).
///
/// # Errors
/// [`StoreError::WorldWritable`], or [`StoreError::Io`] where the folder can't be looked at.
#[cfg(unix)]
pub(super) fn check_folder(folder: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |error| StoreError::io("look at", folder, error);
    let real = std::fs::canonicalize(folder).map_err(failed)?;
    for ancestor in real.ancestors() {
        let mode = std::fs::metadata(ancestor)
            .map_err(failed)?
            .permissions()
            .mode();
        let is_sticky = mode & 0o1000 != 0 && ancestor != real;
        if mode & 0o002 != 0 && !is_sticky {
            return Err(StoreError::WorldWritable {
                folder: ancestor.to_owned(),
            });
        }
    }
    Ok(())
}

/// Windows has access lists, which std does not show.
#[cfg(not(unix))]
pub(super) fn check_folder(_folder: &Path) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::PathBuf;

    fn file(folder: &Path, name: &str, mode: u32) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, "SECRET=1\n").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        path
    }

    fn flaw(path: &Path) -> Flaw {
        match read(path) {
            Err(StoreError::Unsafe { flaw, .. }) => flaw,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn a_file_of_our_own_is_read_and_a_missing_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o600, 0o400] {
            let path = file(folder.path(), &format!("{mode:o}"), mode);
            assert_eq!(read(&path).unwrap().unwrap().as_slice(), b"SECRET=1\n");
        }
        assert!(read(&folder.path().join("none")).unwrap().is_none());
    }

    #[test]
    fn a_file_that_others_reach_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o640, 0o604, 0o620] {
            let path = file(folder.path(), &format!("{mode:o}"), mode);
            assert_eq!(flaw(&path), Flaw::OpenToOthers(mode));
        }
        let link = folder.path().join("link");
        symlink(file(folder.path(), "target", 0o600), &link).unwrap();
        assert_eq!(flaw(&link), Flaw::Symlink);
        let dangling = folder.path().join("dangling");
        symlink(folder.path().join("nowhere"), &dangling).unwrap();
        assert_eq!(flaw(&dangling), Flaw::Symlink);
        assert_eq!(flaw(folder.path()), Flaw::NotAFile);
        let large = file(folder.path(), "large", 0o600);
        File::options()
            .write(true)
            .open(&large)
            .unwrap()
            .set_len(LARGEST)
            .unwrap();
        assert_eq!(flaw(&large), Flaw::TooLarge);
    }

    #[test]
    fn a_pipe_is_refused_without_waiting_for_its_writer() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        assert_eq!(flaw(&pipe), Flaw::NotAFile);
    }

    #[test]
    fn a_folder_that_anyone_may_write_to_is_refused_and_above_it_one_that_is_not_sticky() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("open/inner");
        std::fs::create_dir_all(&inner).unwrap();
        let open = folder.path().join("open");
        for (mode, itself, below) in [
            (0o755, true, true),
            (0o777, false, false),
            (0o1777, false, true),
        ] {
            std::fs::set_permissions(&open, PermissionsExt::from_mode(mode)).unwrap();
            for (checked, fine) in [(&open, itself), (&inner, below)] {
                match check_folder(checked) {
                    Ok(()) => assert!(fine, "{mode:o}"),
                    Err(StoreError::WorldWritable { folder }) => {
                        assert!(!fine && folder.ends_with("open"), "{mode:o} {folder:?}");
                    }
                    Err(other) => unreachable!("{other:?}"),
                }
            }
        }
    }
}
