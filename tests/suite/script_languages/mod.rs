//! Plans said as Terraform and as Bicep, read back by parsers of those languages and held against what the steps declare.
//!
//! Neither Terraform with its providers nor Bicep's compiler can be had from a package registry, so what is proven here is that the
//! files are the language's, that each thing stands in them once with its values, that every reference leads somewhere, and that
//! only arguments are used that the providers document.

mod bicep;
mod bicep_reader;
mod hcl_reader;
mod hostile;
mod samples;
mod terraform;

use azconnect::plan::script::{Language, Script};
use azconnect::steps::Declared;

/// The text of a script's file; empty where it has none of this name.
fn text<'a>(script: &'a Script, name: &str) -> &'a str {
    let file = script.files.iter().find(|file| file.name == name);
    file.map_or("", |file| file.text.as_str())
}

/// The script of Azure CLI commands beside the files.
fn beside(script: &Script) -> String {
    let scripts = script
        .files
        .iter()
        .filter(|file| file.name.starts_with("azconnect-") && file.name.ends_with(".sh"));
    scripts.map(|file| file.text.as_str()).collect()
}

/// The line of that script which makes a thing.
fn line_beside(declared: &Declared) -> String {
    match declared {
        Declared::Secret { days, .. } => format!("make_secret NAME {days}"),
        Declared::Certificate {
            given,
            days,
            description,
        } => match given {
            Some(public) => format!("add_certificate {public} '{description}'"),
            None => format!("make_certificate '{description}' {days}"),
        },
        Declared::PastMonths {
            scope,
            export,
            months,
        } => format!("run_months {scope} {export} {months}"),
        Declared::ExportRun { scope, export } => format!("run_export {scope} {export}"),
        Declared::BillingRole { scope, role, .. } => format!("_role {scope} {role}"),
        Declared::Role { scope, role, .. } => format!("assign_role {scope} {role}"),
        Declared::Export { scope, name, .. } => format!("put_export {scope} {name} "),
        Declared::Federated { subject, .. } => format!("\"subject\":\"{subject}\""),
        other => panic!("nothing is beside for {other:?}"),
    }
}

/// Whether each of what is left to the script beside stands in it once.
fn stands_beside(script: &Script, name: &str, declared: &Declared) {
    let line = line_beside(declared).replace("NAME", name);
    let found = beside(script)
        .lines()
        .filter(|each| !each.starts_with('#') && each.contains(&line))
        .count();
    assert_eq!(found, 1, "{name}: {line}\n{}", beside(script));
}

#[test]
fn every_wish_reads_the_same_as_before() {
    for (name, spec) in samples::all() {
        for language in [Language::Terraform, Language::Bicep] {
            let script = samples::written(&spec, language);
            assert_eq!(
                script,
                samples::written(&spec, language),
                "the same answers"
            );
            // The script beside is held in snapshots of its own.
            let files = script
                .files
                .iter()
                .filter(|file| !file.name.starts_with("azconnect-"));
            let all: String = files
                .map(|file| format!("===== {}\n{}", file.name, file.text))
                .collect();
            let mut settings = insta::Settings::clone_current();
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.set_snapshot_path("../snapshots/script");
            settings.bind(|| insta::assert_snapshot!(format!("{}_{name}", language.key()), all));
        }
    }
}

#[test]
fn what_is_left_to_others_is_named_at_the_top() {
    for (name, spec) in samples::all() {
        for language in [Language::Terraform, Language::Bicep] {
            let script = samples::written(&spec, language);
            let main = &script.files[0].text;
            let head = main
                .split("\n\n")
                .next()
                .unwrap()
                .replace("\n#   ", " ")
                .replace("\n//   ", " ");
            samples::with_draft(&spec, |draft| {
                let beside = beside(&script);
                for task in &draft.tasks {
                    let known = matches!(
                        task.declared,
                        Declared::KnownApplication { .. }
                            | Declared::KnownPrincipal { .. }
                            | Declared::ServicePrincipal
                    );
                    let title = format!("# --- {}", task.title);
                    if !known && beside.lines().any(|line| line == title) {
                        let named = head.matches(&format!("- {}: ", task.title)).count();
                        assert_eq!(named, 1, "{name}: {}\n{head}", task.title);
                    }
                }
                for errand in &draft.errands {
                    assert!(
                        head.contains(&errand.title) && head.contains(&errand.link),
                        "{head}"
                    );
                }
            });
        }
    }
}
