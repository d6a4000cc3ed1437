//! A laboratory: the simulated Azure in this process, the built binary as a child, a home folder of its own.
//!
//! Children get nothing of this machine's environment but what a test gives them, so that no session, proxy or keyring of whoever
//! runs the tests can leak in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use azconnect::sandbox::{self, LogEntry, Options, Replication, Sandbox, State, ids};
use serde_json::Value;

/// A simulated Azure, a home folder, and the environment that children get.
pub(crate) struct Lab {
    runtime: tokio::runtime::Runtime,
    sandbox: Option<Sandbox>,
    home: tempfile::TempDir,
    /// The children's environment.
    pub(crate) env: BTreeMap<String, String>,
}

/// How a child ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Lab {
    /// A laboratory with the usual Contoso, where everything takes effect at once.
    pub(crate) fn new() -> Lab {
        Lab::with(Options {
            replication: Replication::none(),
            ..Options::default()
        })
    }

    /// A laboratory with another world or other delays.
    pub(crate) fn with(options: Options) -> Lab {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let sandbox = runtime.block_on(sandbox::start(options)).unwrap();
        let home = tempfile::tempdir().unwrap();
        let cloud = sandbox.write_cloud_file(home.path()).unwrap();
        let env = BTreeMap::from(
            [
                ("PATH", std::env::var("PATH").unwrap_or_default()),
                ("HOME", home.path().display().to_string()),
                (
                    "AZCONNECT_HOME",
                    home.path().join("azconnect").display().to_string(),
                ),
                ("AZCONNECT_CLOUD", cloud.display().to_string()),
                ("AZURE_TENANT_ID", ids::TENANT.to_string()),
                ("AZURE_CLIENT_ID", ids::OPERATOR_CLIENT_ID.to_string()),
                ("AZURE_CLIENT_SECRET", ids::OPERATOR_SECRET.to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Lab {
            runtime,
            sandbox: Some(sandbox),
            home,
            env,
        }
    }

    /// The simulated Azure.
    pub(crate) fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().unwrap()
    }

    /// Reads or changes the simulated Azure's state.
    pub(crate) fn state<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        self.sandbox().state(work)
    }

    /// What was asked of it so far.
    pub(crate) fn log(&self) -> Vec<LogEntry> {
        self.sandbox().log()
    }

    /// The children's home folder.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A file to keep a secret in.
    pub(crate) fn secret_file(&self) -> PathBuf {
        self.home.path().join("connection.env")
    }

    /// Runs a future on the laboratory's runtime.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// The binary with these arguments, not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_azconnect"));
        command
            .args(arguments)
            .env_clear()
            .envs(&self.env)
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// Starts the binary.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// The arguments of the main job, unattended, with the secret in [`Lab::secret_file`], and further ones.
    pub(crate) fn init(&self, more: &[&str]) -> Vec<String> {
        [
            "init",
            "spot-cost-intelligence",
            "--connection",
            "spot",
            "--yes",
            "--output",
            "json",
            "--store",
        ]
        .into_iter()
        .map(str::to_owned)
        .chain([format!("file:{}", self.secret_file().display())])
        .chain(more.iter().map(|word| (*word).to_owned()))
        .collect()
    }

    /// Runs the main job, with further arguments.
    pub(crate) fn run_init(&self, more: &[&str]) -> Ran {
        let arguments = self.init(more);
        let all: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.run(&all)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if let Some(sandbox) = self.sandbox.take() {
            self.runtime.block_on(sandbox.shut_down());
        }
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// The one JSON document on stdout.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is not one document ({error}):\n{self:#?}"))
    }

    /// The same run, if it ended with this code.
    pub(crate) fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }
}
