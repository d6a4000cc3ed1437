//! Where azconnect's own files are.

use std::fs::DirBuilder;
use std::path::{Path, PathBuf};

use super::StoreError;
use crate::host::Host;

/// The two folders of ours, and the name under which the keyring knows us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// What a person may edit or carry to another machine: records of connections.
    pub config: PathBuf,
    /// What only this machine means: journals, locks, the sandbox's state.
    pub state: PathBuf,
    sandbox: bool,
}

impl Paths {
    /// The folders of this machine; nothing is made yet.
    ///
    /// `AZCONNECT_HOME` is both. Otherwise the platform's: `$XDG_CONFIG_HOME/azconnect` (or `~/.config`) and
    /// `$XDG_STATE_HOME/azconnect` (or `~/.local/state`), on macOS too, as `gh` and `az` users expect; on Windows
    /// `azconnect` in `%APPDATA%` and `%LOCALAPPDATA%`.
    ///
    /// # Errors
    /// [`StoreError::NoHome`] where the environment names none of these.
    pub fn of(host: &Host) -> Result<Self, StoreError> {
        if let Some(home) = host.env("AZCONNECT_HOME") {
            return Ok(Paths::at(Path::new(home)));
        }
        let [config, state] = if cfg!(windows) { WINDOWS } else { XDG };
        match (config.folder(host), state.folder(host)) {
            (Some(config), Some(state)) => Ok(Paths {
                config,
                state,
                sandbox: false,
            }),
            _ => Err(StoreError::NoHome),
        }
    }

    /// Everything in one folder, as `AZCONNECT_HOME` asks for. It becomes absolute, for records and messages outlive the folder
    /// that a command was started in.
    pub fn at(home: &Path) -> Self {
        let home = std::path::absolute(home).unwrap_or_else(|_| home.to_owned());
        Paths {
            config: home.clone(),
            state: home,
            sandbox: false,
        }
    }

    /// The folders of `--sandbox`: in ours, and apart from everything real.
    #[must_use]
    pub fn for_sandbox(&self) -> Self {
        Paths {
            config: self.config.join("sandbox"),
            state: self.state.join("sandbox"),
            sandbox: true,
        }
    }

    /// The keyring's service name, by which `secret-tool lookup service azconnect username NAME` finds a secret.
    /// The sandbox has its own, so that a simulated connection never replaces a real one of the same name.
    pub fn keyring_service(&self) -> &'static str {
        if self.sandbox {
            "azconnect-sandbox"
        } else {
            "azconnect"
        }
    }

    /// Makes both folders where they are missing.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Full`].
    pub fn make(&self) -> Result<(), StoreError> {
        make_private_folder(&self.config)?;
        make_private_folder(&self.state)
    }

    /// Removes everything of ours from both folders, and the folders where nothing else is in them: `AZCONNECT_HOME` may name one that
    /// holds other things too.
    ///
    /// # Errors
    /// [`StoreError::Io`]; what is removed by then stays removed.
    pub fn forget(&self) -> Result<(), StoreError> {
        for folder in [&self.config, &self.state] {
            let simulated = if self.sandbox { SIMULATED } else { &[] };
            for name in OURS.iter().chain(simulated) {
                remove(&folder.join(name))?;
            }
            // It may hold other people's things, or be gone already.
            let _ = std::fs::remove_dir(folder);
        }
        Ok(())
    }
}

/// What azconnect keeps in its folders: records, journals, books of backfills and rotations, requests, locks, and all of the sandbox.
const OURS: &[&str] = &[
    "connections",
    "journals",
    "backfills",
    "rotations",
    "requests",
    "locks",
    "sandbox",
];

/// What only the sandbox keeps, in its own folder.
const SIMULATED: &[&str] = &["azure.json", "cloud.toml", "ca.pem"];

fn remove(path: &Path) -> Result<(), StoreError> {
    let removed = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io("remove", path, error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes a folder and the ones above it where they are missing, each open to its owner alone (0700).
/// A folder that is there keeps its permissions: it may be one that others share on purpose.
///
/// # Errors
/// [`StoreError::Io`], [`StoreError::Full`].
pub fn make_private_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| StoreError::io("make the folder", folder, error))
}

/// The person's home folder, as the environment says. The user database is not asked: a test's made-up machine has no home,
/// and must not be given the real one.
pub(super) fn home(host: &Host) -> Option<PathBuf> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    host.env(name)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

/// One folder of a platform: the variable that names its parent, or else where that is in the home folder.
struct Rule {
    variable: &'static str,
    in_home: &'static str,
}

const XDG: [Rule; 2] = [
    Rule {
        variable: "XDG_CONFIG_HOME",
        in_home: ".config",
    },
    Rule {
        variable: "XDG_STATE_HOME",
        in_home: ".local/state",
    },
];

const WINDOWS: [Rule; 2] = [
    Rule {
        variable: "APPDATA",
        in_home: r"AppData\Roaming",
    },
    Rule {
        variable: "LOCALAPPDATA",
        in_home: r"AppData\Local",
    },
];

impl Rule {
    fn folder(&self, host: &Host) -> Option<PathBuf> {
        host.env(self.variable)
            .map(PathBuf::from)
            // The XDG specification: a relative path is invalid and is ignored.
            .filter(|path| path.is_absolute())
            .or_else(|| Some(home(host)?.join(self.in_home)))
            .map(|parent| parent.join("azconnect"))
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn folders<const N: usize>(env: [(&'static str, &'static str); N]) -> (String, String) {
        let paths = Paths::of(&Host::made_of(env)).unwrap();
        (
            paths.config.display().to_string(),
            paths.state.display().to_string(),
        )
    }

    #[test]
    fn the_folders_are_the_platforms_unless_the_environment_says_otherwise() {
        assert_eq!(
            folders([("HOME", "/home/ada")]),
            (
                "/home/ada/.config/azconnect".into(),
                "/home/ada/.local/state/azconnect".into()
            )
        );
        assert_eq!(
            folders([
                ("HOME", "/home/ada"),
                ("XDG_CONFIG_HOME", "/c"),
                ("XDG_STATE_HOME", "relative")
            ]),
            (
                "/c/azconnect".into(),
                "/home/ada/.local/state/azconnect".into()
            )
        );
        assert_eq!(
            folders([("HOME", "/home/ada"), ("AZCONNECT_HOME", "/all")]),
            ("/all".into(), "/all".into())
        );
        assert!(matches!(
            Paths::of(&Host::made_of([])),
            Err(StoreError::NoHome)
        ));
    }

    #[test]
    fn the_sandbox_lives_apart() {
        let paths = Paths::of(&Host::made_of([("AZCONNECT_HOME", "/all")])).unwrap();
        let sandbox = paths.for_sandbox();
        assert_eq!(sandbox.config, Path::new("/all/sandbox"));
        assert_eq!(sandbox.state, Path::new("/all/sandbox"));
        assert_eq!(paths.keyring_service(), "azconnect");
        assert_eq!(sandbox.keyring_service(), "azconnect-sandbox");
    }

    #[test]
    fn new_folders_are_private_and_old_ones_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old");
        std::fs::create_dir(&old).unwrap();
        std::fs::set_permissions(&old, PermissionsExt::from_mode(0o755)).unwrap();
        make_private_folder(&old.join("a/b")).unwrap();
        make_private_folder(&old.join("a/b")).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&old), 0o755);
        assert_eq!(mode(&old.join("a")), 0o700);
        assert_eq!(mode(&old.join("a/b")), 0o700);
    }
}
