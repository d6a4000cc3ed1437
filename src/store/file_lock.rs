//! One process at a time: a lock that the operating system takes back when its holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::StoreError;

/// A held lock. Dropping it lets the next one in.
///
/// The lock is on the open file and not its existence, so a crash leaves nothing to clean up, and the file stays for the next time
/// (deleting it would let two processes hold two files of the same name).
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of the file at `path`, which is made where it is missing, and waits up to `wait` for whoever holds it.
    ///
    /// Blocks the thread while it waits: with a long `wait`, call it from `spawn_blocking`.
    ///
    /// # Errors
    /// [`StoreError::Held`] with the other process's id, [`StoreError::Io`] where the file can't be made.
    pub fn acquire(path: &Path, wait: Duration) -> Result<Self, StoreError> {
        const PAUSE: Duration = Duration::from_millis(50);
        let failed = |error| StoreError::io("lock", path, error);
        let mut file = open(path).map_err(failed)?;
        let end = Instant::now() + wait;
        loop {
            match file.try_lock() {
                Ok(()) => {
                    write_holder(&mut file).map_err(failed)?;
                    return Ok(Lock { file });
                }
                Err(TryLockError::WouldBlock) => {
                    let left = end.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(StoreError::Held {
                            file: PathBuf::from(path),
                            holder: read_holder(&mut file),
                        });
                    }
                    std::thread::sleep(left.min(PAUSE));
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A stale id would be named to whoever comes between the next lock and its own id. Failing costs only that.
        let _ = self.file.set_len(0);
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn write_holder(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{}", std::process::id())
}

/// The process id in the file. Windows lets nobody read a locked file, so nobody is named there.
fn read_holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    #[test]
    fn of_two_threads_the_second_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::acquire(&path, Duration::ZERO).unwrap();
        let second = std::thread::spawn({
            let path = path.clone();
            move || Lock::acquire(&path, Duration::from_secs(20)).map(drop)
        });
        std::thread::sleep(Duration::from_millis(80));
        assert!(!second.is_finished());
        drop(first);
        second.join().unwrap().unwrap();
    }

    /// Plays both processes: the test binary starts itself with the lock's path in the environment.
    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test plays both processes")]
    fn another_process_is_named_and_its_death_frees_the_lock() {
        const PATH: &str = "AZCONNECT_TEST_LOCK";
        if let Some(path) = std::env::var_os(PATH) {
            let _lock = Lock::acquire(Path::new(&path), Duration::ZERO).unwrap();
            std::io::stdout().write_all(b"\nheld\n").unwrap();
            std::thread::sleep(Duration::from_secs(60));
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "store::file_lock::tests::another_process_is_named_and_its_death_frees_the_lock",
            ])
            .env(PATH, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.map_while(Result::ok).any(|line| line == "held"));

        let refused = Lock::acquire(&path, Duration::ZERO).unwrap_err();
        let StoreError::Held { holder, .. } = &refused else {
            unreachable!("{refused:?}")
        };
        if cfg!(unix) {
            assert_eq!(*holder, Some(child.id()));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        Lock::acquire(&path, Duration::from_secs(5)).unwrap();
    }
}
