//! What the README promises.

use std::collections::BTreeSet;
use std::path::PathBuf;

use azconnect::commands::arguments::CommandLine;
use azconnect::exit::TABLE;
use azconnect::vendors::{self, ApplicationKind, Level, Vendor};
use clap::CommandFactory;
use regex::Regex;

use crate::lab::Lab;

const README: &str = include_str!("../../README.md");

#[test]
fn its_first_command_works_as_it_is_written() {
    let written = README
        .lines()
        .find_map(|line| line.strip_prefix("cargo run --release -- "))
        .expect("the first command");
    let mut lab = Lab::new();
    // A stranger's machine: no credentials, no cloud file, nothing but a home.
    for name in [
        "AZCONNECT_CLOUD",
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
    ] {
        lab.env.remove(name);
    }
    let arguments: Vec<&str> = written.split_whitespace().collect();
    let ran = lab.run(&arguments).exits(0);
    assert!(
        ran.stdout
            .contains("Spot Cost Intelligence can read Contoso"),
        "{ran:#?}"
    );
    assert!(lab.home().join("azconnect-sandbox.env").exists());
    assert!(lab.log().is_empty(), "`--sandbox` asked another server");
    // And the life of it goes on with the commands that it suggests.
    for next in ran.stdout.lines().filter_map(|line| {
        line.split_once("`azconnect check ")
            .map(|(_, rest)| rest.trim_end_matches('`'))
    }) {
        let arguments: Vec<&str> = std::iter::once("check")
            .chain(next.split_whitespace())
            .collect();
        lab.run(&arguments).exits(0);
    }
    let undo = ran
        .stdout
        .lines()
        .find_map(|line| {
            line.split_once("`azconnect remove ")
                .map(|(_, rest)| rest.trim_end_matches('`'))
        })
        .expect("how to undo");
    let arguments: Vec<&str> = ["remove", "--yes"]
        .into_iter()
        .chain(undo.split_whitespace())
        .collect();
    lab.run(&arguments).exits(0);
    assert!(!lab.home().join("azconnect-sandbox.env").exists());
}

#[test]
fn its_table_of_exit_codes_is_the_programs() {
    for (_, code, name, meaning) in TABLE {
        let row = format!("| {code} | {name} | {meaning} |");
        assert!(README.contains(&row), "README lacks: {row}");
    }
}

#[test]
fn its_tests_are_those_that_ci_runs() {
    assert!(README.contains("bash tests/run"));
    assert!(include_str!("../../.ci/run").contains("bash tests/run"));
}

/// What a vendor's app gets, and who may give it: the vendor's data in the README's words.
fn permissions(vendor: &Vendor) -> String {
    let (mut gets, mut givers) = (Vec::new(), Vec::new());
    for grant in &vendor.grants {
        let role = vendors::role(&grant.role).unwrap();
        let at = match grant.at {
            Level::SubscriptionOrManagementGroup => "subscriptions or a management group",
            Level::BillingAccount => "the billing account",
            Level::StorageAccount => "the storage account of its files",
            Level::Container => "the container of its files",
            other => panic!("no words for {other:?}"),
        };
        let agreements = match grant.agreements.join(", ") {
            none if none.is_empty() => none,
            some => format!(" ({})", some.to_uppercase()),
        };
        let choice = if grant.optional {
            ", if you choose it"
        } else {
            ""
        };
        gets.push(format!("{} on {at}{agreements}{choice}", role.name));
        if !givers.contains(&role.granted_by.as_str()) {
            givers.push(&role.granted_by);
        }
    }
    if vendor.application.kind == ApplicationKind::PartnerCenterWebApp {
        gets.push("no role: it is registered in Partner Center".to_owned());
        givers.push("Global Administrator of the partner's directory");
    }
    if vendor.application.kind == ApplicationKind::VendorMultiTenant {
        gets.push("no app of yours: the vendor's own is added to the directory".to_owned());
        givers.push("Cloud Application Administrator or Application Administrator");
    }
    format!(
        "| {}<br>`{}` | {} | {} |",
        vendor.name,
        vendor.id,
        gets.join("<br>"),
        givers.join("<br>")
    )
}

#[test]
fn its_table_of_permissions_is_the_vendors_data() {
    let rows: Vec<String> = vendors::all().iter().map(permissions).collect();
    for row in &rows {
        assert!(README.contains(row), "README lacks: {row}");
    }
    assert!(README.contains(&rows.join("\n")), "in this order");
}

#[test]
fn its_commands_can_be_typed() {
    let line = CommandLine::command();
    let mut seen = 0;
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for (_, rest) in text
            .match_indices("azconnect ")
            .map(|(at, word)| text[at..].split_at(word.len()))
        {
            let command: String = rest.chars().take_while(|c| !"`|\n".contains(*c)).collect();
            let words: Vec<&str> = command.split_whitespace().collect();
            let verb = words
                .first()
                .filter(|verb| line.find_subcommand(verb).is_some());
            let Some(verb) = verb else { continue };
            seen += 1;
            let known = |flag: &str| {
                let sub = line.find_subcommand(verb).unwrap();
                sub.get_arguments()
                    .chain(line.get_arguments())
                    .any(|argument| argument.get_long() == flag.strip_prefix("--"))
            };
            // What stands behind `--` is another program's, and behind `#` a person's.
            let own = words
                .iter()
                .take_while(|word| !["--", "#", ">"].contains(word));
            for flag in own.filter(|word| word.starts_with("--")) {
                let flag = flag.trim_end_matches([',', '.', ';', ')', ':']);
                assert!(
                    flag == "--help" || known(flag),
                    "{}: {flag} in {command}",
                    document.display()
                );
            }
        }
    }
    assert!(seen > 25, "{seen}");
}

/// The README, and what it leads to.
fn documents() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut all = vec![root.join("README.md")];
    for entry in std::fs::read_dir(root.join(".github/docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "md") {
            all.push(path);
        }
    }
    all
}

#[test]
fn its_links_lead_somewhere_and_every_document_is_linked() {
    let link = Regex::new(r"\]\(([^)#:]+)(#[^)]*)?\)").unwrap();
    let mut linked = BTreeSet::new();
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for found in link.captures_iter(&text) {
            let target = document.parent().unwrap().join(&found[1]);
            assert!(target.exists(), "{}: {}", document.display(), &found[1]);
            linked.insert(target.canonicalize().unwrap());
        }
    }
    for document in documents() {
        assert!(linked.contains(&document), "{}", document.display());
    }
}
