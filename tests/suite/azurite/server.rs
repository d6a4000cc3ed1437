//! Starting Azurite, once for all tests, and putting files into it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use jiff::SignedDuration;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::contract::say;

/// The account that it has.
pub(super) const ACCOUNT: &str = "contosocosts";
/// The account's key; nothing uses it.
const KEY: &str = "bm90IGEgc2VjcmV0LCBub3RoaW5nIHVzZXMgaXQ=";
/// Starts Azurite's blob service, and ends with its standard input, so that it never outlives the tests, however they end.
const STARTER: &str = "process.stdin.resume(); process.stdin.on('end', () => process.exit()); \
     const main = process.argv[1]; require(main);";

/// A running Azurite.
pub(super) struct Azurite {
    endpoint: String,
    home: tempfile::TempDir,
    http: reqwest::Client,
    /// Held open: its end is Azurite's.
    _input: std::process::ChildStdin,
}

static AZURITE: LazyLock<Result<Azurite, String>> = LazyLock::new(start);

/// Azurite, if this machine has it; else it is said aloud that `test` was skipped.
pub(super) fn azurite(test: &str) -> Option<&'static Azurite> {
    match &*AZURITE {
        Ok(azurite) => Some(azurite),
        Err(reason) => {
            say(&format!("azurite::{test}: SKIPPED, {reason}"));
            None
        }
    }
}

fn start() -> Result<Azurite, String> {
    let main = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/tools/azurite/node_modules/azurite/dist/src/blob/main.js");
    if !main.exists() {
        return Err("Azurite is not installed; `bash tests/run` does that".to_owned());
    }
    let home = tempfile::tempdir().unwrap();
    certificates(home.path());
    let file = |name: &str| home.path().join(name).display().to_string();
    let (certificate, key) = (file("cert.pem"), file("key.pem"));
    let mut child = Command::new("node")
        .args(["-e", STARTER])
        .arg(&main)
        .args(["--blobHost", "127.0.0.1", "--blobPort", "0"])
        .args([
            "--inMemoryPersistence",
            "--disableTelemetry",
            "--oauth",
            "basic",
        ])
        .args(["--cert", &certificate, "--key", &key])
        .env("AZURITE_ACCOUNTS", format!("{ACCOUNT}:{KEY}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("node can't be started: {error}"))?;
    let input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let endpoint = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| Some(line[line.find("https://127.0.0.1:")?..].trim().to_owned()))
        .expect("Azurite says where it listens");
    // Whoever writes into a pipe that nobody reads stops.
    std::thread::spawn(move || lines.for_each(drop));
    let ca = std::fs::read(home.path().join("ca.pem")).unwrap();
    let http = reqwest::Client::builder()
        .no_proxy()
        // Each test has a runtime of its own, and a connection ends with the one that opened it.
        .pool_max_idle_per_host(0)
        .tls_certs_merge(reqwest::Certificate::from_pem_bundle(&ca).unwrap())
        .build()
        .unwrap();
    std::fs::write(home.path().join("cloud.toml"), cloud_file(&endpoint)).unwrap();
    Ok(Azurite {
        endpoint,
        home,
        http,
        _input: input,
    })
}

/// A root, and a certificate of it for this machine.
fn certificates(folder: &Path) {
    let ca_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = authority.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(authority, ca_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    for (name, pem) in [
        ("ca.pem", ca.pem()),
        ("cert.pem", leaf.pem()),
        ("key.pem", key.serialize_pem()),
    ] {
        std::fs::write(folder.join(name), pem).unwrap();
    }
}

fn cloud_file(endpoint: &str) -> String {
    let nowhere = "https://127.0.0.1:1";
    format!(
        "name = \"azurite\"\nlogin = \"{nowhere}\"\ngraph = \"{nowhere}\"\narm = \"{nowhere}\"\npartner_center = \"{nowhere}\"\n\
         blob = \"{endpoint}/{{account}}\"\nportal = \"https://portal.azure.com\"\nca_file = \"ca.pem\"\n"
    )
}

impl Azurite {
    /// The cloud file that leads here.
    pub(super) fn cloud_file(&self) -> PathBuf {
        self.home.path().join("cloud.toml")
    }

    /// Makes a container.
    pub(super) async fn make(&self, container: &str) {
        let url = format!("{}/{ACCOUNT}/{container}?restype=container", self.endpoint);
        self.put(url, Vec::new()).await;
    }

    /// Writes a blob.
    pub(super) async fn write(&self, container: &str, name: &str, body: impl Into<Vec<u8>>) {
        let mut url =
            reqwest::Url::parse(&format!("{}/{ACCOUNT}/{container}", self.endpoint)).unwrap();
        url.path_segments_mut().unwrap().extend(name.split('/'));
        self.put(url.to_string(), body.into()).await;
    }

    async fn put(&self, url: String, body: Vec<u8>) {
        let answer = self
            .http
            .put(&url)
            .bearer_auth(super::token(SignedDuration::from_hours(1)))
            .header("x-ms-version", "2023-11-03")
            .header("x-ms-blob-type", "BlockBlob")
            .header("content-length", body.len())
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201, "{url}");
    }
}
