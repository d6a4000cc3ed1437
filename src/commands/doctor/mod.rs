//! `azconnect doctor`: this machine and this sign-in, before anything is connected.
//!
//! The files beside this one each look at one part: they gather facts (`look`, all at once where they don't need one another) and turn
//! them into findings by functions that see nothing but the facts. Nothing is written anywhere, no browser opens, no code is shown.

mod directory;
mod machine;
mod network;
mod rights;
mod who;

use serde_json::json;

use super::app::App;
use super::documents;
use super::views::{self, heading, paragraph};
use crate::azure::sign_in::SignedIn;
use crate::checks::{Finding, Status};
use crate::error::Result;
use crate::exit::Exit;
use crate::ui::{Block, Event, Output};

const EXAMPLES: &str = "\
Examples:
  azconnect doctor
  azconnect doctor --tenant contoso.onmicrosoft.com --output json
  azconnect doctor --storage-account contosocosts";

/// Look at this machine and this sign-in: what works, what is in the way, and what to do about it
///
/// Tries the way to each of Azure's endpoints (name, proxy, TLS, clock), the keyring and `az`; then says who is signed in and what they
/// may do: register apps, give roles, see billing accounts. Changes nothing, opens no browser and shows no code: where only a person
/// could sign in, it says so and leaves the rest out. Exits with 3 when something fails.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Directory to sign in to: its ID or a domain
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// Storage account whose blob endpoint is tried too
    #[arg(long, value_name = "NAME", value_parser = account_name)]
    storage_account: Option<String>,
    /// Exit with 3 for a warning too
    #[arg(long)]
    strict: bool,
}

/// Parts of what is looked at, as the screen groups them.
struct Part {
    title: &'static str,
    findings: Vec<Finding>,
}

/// Runs the command.
///
/// # Errors
/// `Usage` where the cloud, a certificate file or an answer of the environment is not valid; what is wrong with the machine is a finding.
pub async fn run(args: Args, app: &App) -> Result<Exit> {
    app.ui.tell(Event::Started {
        title: "Doctor".to_owned(),
    });
    let cloud = app.reach().await?.cloud.clone();
    let (network, keyring, az) = tokio::join!(
        network::look(app, args.storage_account.as_deref()),
        machine::keyring(app),
        machine::az(app, &cloud),
    );
    let network = network?;
    let mut machine = vec![keyring?];
    let blocked = network::in_the_way(&network);
    let (mut who, signed_in) = match &blocked {
        Some(host) => (vec![who::not_reached(host)], None),
        None => who::look(app, args.tenant.as_deref(), az.session).await?,
    };
    // A key vault is read with that sign-in.
    if blocked.is_none() {
        machine.extend(machine::places(app).await?);
    }
    machine.push(az.finding);
    let (directory, rights) = match &signed_in {
        Some(signed_in) => {
            let azure = super::signing::as_person(app, signed_in, None, None).await?;
            tokio::join!(
                directory::look(&azure, signed_in, &cloud),
                rights::look(app, &azure),
            )
        }
        None => (directory::skipped(), rights::skipped()),
    };
    who.extend(directory.who);
    let mut may = vec![directory.may];
    may.extend(rights);
    let parts = [
        Part {
            title: "Network",
            findings: network,
        },
        Part {
            title: "This machine",
            findings: machine,
        },
        Part {
            title: "Sign-in",
            findings: who,
        },
        Part {
            title: "What you may do",
            findings: may,
        },
    ];
    Ok(report(app, &parts, signed_in.as_ref(), args.strict))
}

/// 3 to 24 lower-case letters and digits: the name becomes a part of a host's.
/// Source: <https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-name>
fn account_name(text: &str) -> std::result::Result<String, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if (3..=24).contains(&text.len()) && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    Err("a storage account's name is 3 to 24 lower-case letters and digits".to_owned())
}

fn report(app: &App, parts: &[Part], signed_in: Option<&SignedIn>, strict: bool) -> Exit {
    let all: Vec<&Finding> = parts.iter().flat_map(|part| &part.findings).collect();
    let exit = outcome(&all, strict);
    let who = signed_in.map(|signed_in| {
        json!({
            "account": signed_in.account,
            "tenant_id": signed_in.tenant,
            "method": signed_in.method.name(),
        })
    });
    let document = documents::document(
        exit,
        json!({"cloud": app.global.cloud, "signed_in": who, "checks": all}),
    );
    let mut blocks = Vec::new();
    for part in parts.iter().filter(|part| !part.findings.is_empty()) {
        blocks.push(heading(part.title));
        blocks.push(views::findings(&unrepeated(&part.findings)));
    }
    blocks.push(verdict(&all));
    app.ui.finish(&Output { document, blocks });
    exit
}

fn outcome(all: &[&Finding], strict: bool) -> Exit {
    match all.iter().map(|finding| finding.status).max() {
        Some(Status::Fail) => Exit::Attention,
        Some(Status::Warn) if strict => Exit::Attention,
        Some(Status::Warn | Status::Pass | Status::Skip) | None => Exit::Ok,
    }
}

/// For the screen: what several findings have in common is said at the first of them.
fn unrepeated(findings: &[Finding]) -> Vec<Finding> {
    let mut shown: Vec<Finding> = findings.to_vec();
    for (at, finding) in findings.iter().enumerate() {
        let Some(fix) = &finding.fix else { continue };
        let before = findings[..at]
            .iter()
            .find(|one| one.fix.as_ref() == Some(fix));
        if let Some(before) = before {
            shown[at].fix = Some(format!("As for {}.", before.title));
            shown[at].why = finding.why.clone().filter(|_| before.why != finding.why);
        }
    }
    shown
}

fn verdict(all: &[&Finding]) -> Block {
    let count = |status: Status| {
        all.iter()
            .filter(|finding| finding.status == status)
            .count()
    };
    let skipped = match count(Status::Skip) {
        0 => String::new(),
        1 => " One question was not asked.".to_owned(),
        several => format!(" {several} questions were not asked."),
    };
    let found = match (count(Status::Fail), count(Status::Warn)) {
        (0, 0) => "Nothing is in the way.".to_owned(),
        (0, 1) => "Nothing is broken; one thing wants a look.".to_owned(),
        (0, several) => format!("Nothing is broken; {several} things want a look."),
        (1, _) => "One thing is broken; see its fix above.".to_owned(),
        (several, _) => format!("{several} things are broken; see the fixes above."),
    };
    paragraph(format!("{found}{skipped}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: Status) -> Finding {
        Finding::new("x", "X", status, "…")
    }

    #[test]
    fn a_failure_is_attention_and_a_warning_only_where_strict() {
        use Status::{Fail, Pass, Skip, Warn};
        for (statuses, strict, expected) in [
            (&[Pass, Skip][..], true, Exit::Ok),
            (&[Pass, Warn], false, Exit::Ok),
            (&[Pass, Warn], true, Exit::Attention),
            (&[Warn, Fail, Pass], false, Exit::Attention),
        ] {
            let all: Vec<Finding> = statuses.iter().copied().map(of).collect();
            let all: Vec<&Finding> = all.iter().collect();
            assert_eq!(outcome(&all, strict), expected, "{statuses:?} {strict}");
        }
    }

    #[test]
    fn one_cause_is_explained_once_on_the_screen() {
        let all = ["A", "B"].map(|title| Finding {
            title: title.to_owned(),
            ..of(Status::Fail).why("Because.").fix("Do this.")
        });
        let shown = unrepeated(&all);
        assert_eq!(shown[0].fix.as_deref(), Some("Do this."));
        assert_eq!(
            (shown[1].fix.as_deref(), &shown[1].why),
            (Some("As for A."), &None)
        );
    }

    #[test]
    fn a_name_that_could_lead_to_another_host_is_refused() {
        assert!(account_name("contosocosts").is_ok());
        for bad in ["a", "evil.example/", "Upper", "a-b", &"a".repeat(25)] {
            assert!(account_name(bad).is_err(), "{bad}");
        }
    }
}
