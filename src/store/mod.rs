//! What stays on this machine: the secrets, and the files that azconnect writes for itself.
//!
//! `commands` call this room; it knows neither Azure nor the screen. It promises that
//! - a secret is only ever in the keyring, in the one file, with the one program or in the one key vault that the person named, or nowhere ([`Choice`]);
//! - a place is proven before a secret exists ([`SecretStore::probe`]);
//! - nothing is half written ([`atomic`]) and nothing is written by two processes at once ([`file_lock`]);
//! - every way in which it can fail is its own [`StoreError`], with the next thing to do.

mod advice;
pub mod atomic;
pub mod connections;
mod dotenv;
pub mod error;
pub mod file;
pub mod file_lock;
pub mod helper;
pub mod keyring;
mod keyring_error;
pub mod none;
pub mod paths;
mod private_file;
pub mod secrets;
mod time_limit;
pub mod vault;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use crate::connection::store_choice::{self as choice, Choice};
pub use atomic::write_atomically;
pub use connections::Connections;
pub use error::StoreError;
pub use file::secret_in;
pub use file_lock::Lock;
pub use paths::Paths;
pub use private_file::check_new_file;
pub use secrets::{Entry, SecretStore};
pub use vault::Vault;

use crate::host::Host;

/// The store that a choice names. Opening asks nothing of it yet: [`SecretStore::probe`] does.
///
/// A keyring call waits for a person to unlock the keyring only where `host` has one to ask. A file's path may begin with
/// `~/` (no shell expands it behind `file:`), and becomes absolute, so that the record still holds in another folder. `vault` brings the
/// key vault of a name or address; it knows Azure, which this room does not.
pub fn open(
    choice: &Choice,
    host: &Host,
    paths: &Paths,
    vault: impl FnOnce(&str) -> Arc<dyn Vault>,
) -> Arc<dyn SecretStore> {
    match choice {
        Choice::Keyring => Arc::new(keyring::Keyring::native(
            paths.keyring_service(),
            host.can_ask(),
        )),
        Choice::File(path) => Arc::new(file::FileStore::new(absolute(path, host))),
        Choice::Helper(command) => Arc::new(helper::Helper::new(
            absolute_command(command, host),
            paths.keyring_service(),
            host.can_ask(),
        )),
        Choice::KeyVault(place) => Arc::new(vault::VaultStore::new(
            vault(place),
            place,
            paths.keyring_service(),
        )),
        Choice::None => Arc::new(none::NoStore),
    }
}

/// A helper's command whose program is found from every folder: one with a path becomes absolute, a bare name is looked for on the `PATH`.
fn absolute_command(command: &str, host: &Host) -> String {
    let mut words = helper::words(command);
    let Some(program) = words.first_mut() else {
        return command.to_owned();
    };
    if program.contains(['/', std::path::MAIN_SEPARATOR]) {
        *program = absolute(Path::new(program.as_str()), host)
            .display()
            .to_string();
    }
    let quoted = words.iter().map(|word| {
        if word.is_empty() || word.contains([' ', '\t']) {
            format!("\"{word}\"")
        } else {
            word.clone()
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

fn absolute(path: &Path, host: &Host) -> PathBuf {
    let expanded = match (path.strip_prefix("~"), paths::home(host)) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    };
    std::path::absolute(&expanded).unwrap_or(expanded)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_absolutely_in_the_record() {
        let host = Host::made_of([("HOME", "/home/ada")]);
        let paths = Paths::of(&host).unwrap();
        let kind = |choice: &str| {
            let vault = |_: &str| -> Arc<dyn Vault> { unreachable!() };
            open(&choice.parse().unwrap(), &host, &paths, vault).kind()
        };
        assert_eq!(
            kind("file:~/keys/a.env"),
            format!(
                "file:{}",
                Path::new("/home/ada").join("keys/a.env").display()
            )
        );
        let here = std::env::current_dir().unwrap();
        assert_eq!(
            kind("file:a.env"),
            format!("file:{}", here.join("a.env").display())
        );
        assert_eq!(
            kind("helper:\"~/my tools/keep\" --for  \"a b\""),
            "helper:\"/home/ada/my tools/keep\" --for \"a b\""
        );
        assert_eq!(kind("helper:keep-secrets x"), "helper:keep-secrets x");
        assert_eq!(kind("keyring"), "keyring");
        assert_eq!(kind("none"), "none");
    }
}
