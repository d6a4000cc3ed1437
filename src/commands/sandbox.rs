//! `azconnect sandbox`: the simulated Azure as a server, until Ctrl-C.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::app::App;
use super::documents;
use super::views::{heading, paragraph, row};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::sandbox::{self, Rule, ids};
use crate::store::{Choice, Paths};
use crate::ui::{Block, Event, Output};

const EXAMPLES: &str = "\
Examples:
  azconnect sandbox --latency-ms 50
  azconnect init spot-cost-intelligence --cloud ~/.local/state/azconnect/sandbox/cloud.toml";

/// Run the simulated Azure as a server
///
/// It listens on this machine only, with a certificate of its own, and refuses what Azure refuses. It prints the path of a cloud file:
/// with `--cloud FILE`, every other command uses it. Its state is kept between runs.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Answer each request only after so many milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=60_000))]
    latency_ms: u64,
    /// Empty it (with --sandbox's connections) and end
    #[arg(long)]
    reset: bool,
    /// Listen on this port and the five after it
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Fail as the rules of this TOML file say (`[[rule]]` with service, method, path, nth, action)
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Write each request and answer to this file, a JSON line each, without secrets
    #[arg(long, value_name = "FILE")]
    request_log: Option<PathBuf>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultFile {
    #[serde(default)]
    rule: Vec<Rule>,
}

/// Runs the command.
///
/// # Errors
/// `Usage` where the fault file is wrong, `Failed` where the server can't be started.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    let paths = if app.global.sandbox {
        app.paths.clone()
    } else {
        Paths::of(&app.host)?.for_sandbox()
    };
    if args.reset {
        return reset(app, &paths).await;
    }
    paths.make()?;
    let rules = args
        .faults
        .as_ref()
        .map(read_faults)
        .transpose()?
        .unwrap_or_default();
    let options = sandbox::Options {
        latency: Duration::from_millis(args.latency_ms),
        state_file: Some(paths.state.join("azure.json")),
        request_log: args.request_log,
        first_port: args.port,
        seed: sandbox::State::contoso_as_partner(),
        ..sandbox::Options::default()
    };
    let server = sandbox::start(options)
        .await
        .map_err(|error| failed(&error.to_string()))?;
    for rule in rules {
        server.faults().add(rule);
    }
    let cloud_file = server
        .write_cloud_file(&paths.state)
        .map_err(|error| failed(&error.to_string()))?;
    let endpoints = server.endpoints();
    let document = documents::document(
        Exit::Ok,
        json!({"cloud_file": cloud_file, "endpoints": {"login": endpoints.login, "graph": endpoints.graph, "arm": endpoints.arm, "partner_center": endpoints.partner_center, "blob": endpoints.blob, "key_vault": endpoints.key_vault}}),
    );
    let rows = vec![
        row("Cloud file", cloud_file.display().to_string(), ""),
        row("Directory", ids::TENANT.to_string(), "Contoso"),
        row(
            "Administrator",
            ids::AVERY_NAME,
            "choose this person on the sign-in page",
        ),
        row(
            "AZURE_TENANT_ID",
            ids::TENANT.to_string(),
            "a service principal to sign in as, simulated like all the rest",
        ),
        row("AZURE_CLIENT_ID", ids::OPERATOR_CLIENT_ID.to_string(), ""),
        row("AZURE_CLIENT_SECRET", ids::OPERATOR_SECRET, ""),
        row(
            "Key vault",
            ids::KEY_VAULT,
            "a place for secrets: `--store key-vault:contoso-vault`",
        ),
        row(
            "App management",
            format!("{}{}", endpoints.partner_center, sandbox::APP_MANAGEMENT),
            "where a person lets an application call the simulated Partner Center",
        ),
    ];
    let hint = format!(
        "Use it from another terminal: azconnect init spot-cost-intelligence --cloud {}",
        crate::text::shell_word(&cloud_file.to_string_lossy())
    );
    app.ui.finish(&Output {
        document,
        blocks: vec![
            heading("The simulated Azure is running"),
            Block::Rows { rows },
            paragraph(hint),
        ],
    });
    app.ui.tell(Event::Fact {
        label: "Running".to_owned(),
        value: "until Ctrl-C".to_owned(),
        source: String::new(),
    });
    until_stopped().await;
    server.shut_down().await;
    Ok(Exit::Ok)
}

/// Ctrl-C and SIGTERM are how this command ends well.
async fn until_stopped() {
    #[cfg(unix)]
    if let Ok(mut terminate) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

async fn reset(app: &App, paths: &Paths) -> Result<Exit> {
    let connections = crate::store::Connections::of(paths);
    for record in connections.all().unwrap_or_default() {
        // The folder goes with everything in it, simulated vaults too; only the keyring's entries have to be taken out one by one.
        match record.credential.stored_in.parse::<Choice>() {
            Ok(Choice::KeyVault(_)) | Err(_) => {}
            Ok(choice) => {
                let store = app.open_store(&choice, paths);
                store.delete(record.name.as_str()).await?;
            }
        }
    }
    for folder in [&paths.config, &paths.state] {
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(&format!(
                    "{} can't be removed: {error}",
                    folder.display()
                )));
            }
            Ok(()) | Err(_) => {}
        }
    }
    let document = documents::document(Exit::Ok, json!({"reset": true}));
    app.ui.finish(&Output {
        document,
        blocks: vec![paragraph(
            "The simulated Azure is empty, and its connections are forgotten.",
        )],
    });
    Ok(Exit::Ok)
}

fn read_faults(file: &PathBuf) -> Result<Vec<Rule>> {
    let refused = |reason: String| {
        Error::usage("faults_file", format!("The fault file `{}` {reason}.", file.display())).hint("Each fault is a `[[rule]]` with `action`, and `service`, `method`, `path`, `nth` to say when.")
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| refused(format!("can't be read: {error}")))?;
    let parsed: FaultFile =
        toml::from_str(&text).map_err(|error| refused(format!("is none: {}", error.message())))?;
    Ok(parsed.rule)
}

fn failed(reason: &str) -> Error {
    Error::new(
        Kind::Failed,
        "sandbox",
        format!(
            "The simulated Azure can't be started: {}.",
            reason.trim_end_matches('.')
        ),
    )
    .hint("Empty it and begin anew: azconnect sandbox --reset")
}
