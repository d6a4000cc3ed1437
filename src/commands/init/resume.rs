//! Interrupted runs: found by themselves, offered, and gone on with.

use std::collections::BTreeMap;

use super::Args;
use crate::commands::app::App;
use crate::commands::journals;
use crate::connection::{Agreement, Application, ConnectionSpec, Credential, Scope};
use crate::error::{Error, Result};
use crate::interview::exports::recurrence_key;
use crate::interview::resolve::blocking;
use crate::plan::journal::Journal;
use crate::ui::{Ask, Choice, Event};

/// The answers of the interrupted run that is to be gone on with; none where there is none or the person begins anew.
///
/// # Errors
/// `Usage` where `--resume` finds no run of the connection that was named, or several runs.
pub(super) async fn saved_answers(app: &App, args: &Args) -> Result<BTreeMap<String, Vec<String>>> {
    if args.fresh {
        return Ok(BTreeMap::new());
    }
    let wanted = |key: &str| {
        args.answers
            .0
            .get(key)
            .and_then(|values| values.first().cloned())
            .or_else(|| {
                app.host
                    .env(&format!("AZCONNECT_{}", key.to_uppercase()))
                    .map(str::to_owned)
            })
    };
    let (mut runs, damaged) = journals::all(&app.connections)?;
    runs.retain(|journal| {
        let spec = &journal.written().spec;
        wanted("vendor").is_none_or(|vendor| vendor == spec.vendor)
            && wanted("connection").is_none_or(|name| name == spec.name.as_str())
    });
    let chosen = match (args.resume, runs.as_slice()) {
        // Remedies say `--resume` wherever a run may have begun; where none has, beginning is going on. A name that somebody typed is
        // another matter.
        (true, []) if wanted("connection").is_none() && damaged.is_empty() => {
            return Ok(BTreeMap::new());
        }
        (true, []) => {
            return Err(damaged.into_iter().next().unwrap_or_else(nothing_to_resume));
        }
        (true, [only]) => only,
        (false, [only]) if app.ui.can_ask() => match offer(app, only).await? {
            true => only,
            false => return Ok(BTreeMap::new()),
        },
        (false, _) => return Ok(BTreeMap::new()),
        (true, several) => return Err(which(several)),
    };
    let spec = &chosen.written().spec;
    app.ui.tell(Event::Fact {
        label: "Going on".to_owned(),
        value: format!("with `{}`", spec.name),
        source: format!("{} done so far", journals::done(chosen)),
    });
    let mut answers = answers_of(spec);
    if let Some(guided) = &chosen.written().guided {
        answers.insert("mode".to_owned(), vec!["guided".to_owned()]);
        if !guided.signed_in {
            answers.insert("sign_in".to_owned(), vec!["none".to_owned()]);
        }
    }
    Ok(answers)
}

/// The answers that lead to this wish again.
pub(super) fn answers_of(spec: &ConnectionSpec) -> BTreeMap<String, Vec<String>> {
    let mut answers = BTreeMap::from([
        ("vendor".to_owned(), vec![spec.vendor.clone()]),
        ("connection".to_owned(), vec![spec.name.to_string()]),
        ("tenant".to_owned(), vec![spec.directory.id.to_string()]),
        ("store".to_owned(), vec![spec.store.clone()]),
    ]);
    for choice in &spec.scopes {
        let (key, value) = match &choice.scope {
            Scope::Subscription(id) => ("subscription", id.to_string()),
            // Where exports go is not what the vendor reads: it has answers of its own.
            Scope::ResourceGroup(..) | Scope::StorageAccount(_) | Scope::Container(..) => continue,
            Scope::ManagementGroup(name) => ("management_group", name.clone()),
            Scope::Customer(_, tenant) | Scope::CustomerOfProfile(_, _, tenant) => {
                ("customer_tenant", tenant.to_string())
            }
            Scope::BillingAccount(_)
            | Scope::BillingProfile(..)
            | Scope::InvoiceSection(..)
            | Scope::Department(..) => continue,
        };
        answers.entry(key.to_owned()).or_default().push(value);
    }
    answers.extend(billing_answers(spec));
    if let Some(agreement) = spec.agreement {
        answers.insert("agreement".to_owned(), vec![agreement.key().to_owned()]);
    }
    if let Some(partner) = &spec.partner {
        let known = [
            ("partner_id", &partner.partner_id),
            ("default_domain", &partner.default_domain),
        ];
        for (key, value) in known {
            answers.extend(
                value
                    .iter()
                    .map(|value| (key.to_owned(), vec![value.clone()])),
            );
        }
    }
    match &spec.application {
        Application::Own { display_name, .. } => {
            answers.insert("partner_app".to_owned(), vec!["new".to_owned()]);
            answers.insert("app_name".to_owned(), vec![display_name.clone()])
        }
        Application::Principal { object_id, .. } => {
            answers.insert("principal_id".to_owned(), vec![object_id.to_string()])
        }
        Application::Existing { client_id } => {
            answers.insert("app_id".to_owned(), vec![client_id.to_string()])
        }
    };
    let mut say = |key: &str, value: &str| answers.insert(key.to_owned(), vec![value.to_owned()]);
    if !matches!(spec.credential.kind(), "secret" | "elsewhere") {
        say("credential", spec.credential.kind());
    }
    match &spec.credential {
        Credential::NewSecret { days } | Credential::NewCertificate { days } => {
            say("secret_days", &days.to_string());
        }
        Credential::GivenSecret | Credential::Elsewhere => {}
        Credential::GivenCertificate { file, .. } => {
            say("certificate", file);
        }
        Credential::Federated {
            issuer,
            subject,
            audience,
        } => {
            say("issuer", issuer);
            say("subject", subject);
            say("audience", audience);
        }
    }
    answers.extend(export_answers(spec));
    answers
}

/// The answers about exports and storage. Names and folders are not among them: a connection's exports keep theirs by themselves, as
/// `exported` finds them.
fn export_answers(spec: &ConnectionSpec) -> BTreeMap<String, Vec<String>> {
    let (Some(storage), Some(first)) = (&spec.storage, spec.exports.first()) else {
        return BTreeMap::new();
    };
    let mut datasets: Vec<String> = Vec::new();
    let mut places: Vec<String> = Vec::new();
    for export in &spec.exports {
        let dataset = match &export.version {
            Some(version) => format!("{}@{version}", export.dataset.key()),
            None => export.dataset.key().to_owned(),
        };
        for (all, one) in [
            (&mut datasets, dataset),
            (&mut places, export.at.scope.to_string()),
        ] {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    // Where pay-as-you-go is among the places, not every data set is exported everywhere; that comes about by itself again.
    let is_everywhere = spec.exports.len() == datasets.len() * places.len();
    let mut answers = BTreeMap::from(
        [
            ("export_scope", places),
            ("export_format", vec![first.format.key().to_owned()]),
            (
                "export_recurrence",
                vec![recurrence_key(first.recurrence).to_owned()],
            ),
            ("storage_account", vec![storage.account.to_string()]),
            ("container", vec![storage.container.clone()]),
            ("backfill_months", vec![spec.backfill_months.to_string()]),
        ]
        .map(|(key, values)| (key.to_owned(), values)),
    );
    if is_everywhere {
        answers.insert("export_dataset".to_owned(), datasets);
    }
    if !storage.location.is_empty() {
        answers.insert("location".to_owned(), vec![storage.location.clone()]);
    }
    answers
}

/// The answers about the billing account. What was left at "all of it" is an answer too, so that nobody is asked for it again.
fn billing_answers(spec: &ConnectionSpec) -> BTreeMap<String, Vec<String>> {
    let mut answers = BTreeMap::new();
    let mut say = |key: &str, value: &str| answers.insert(key.to_owned(), vec![value.to_owned()]);
    for choice in &spec.scopes {
        if let Some(account) = choice.scope.billing_account() {
            say("billing_account", account);
        }
        match &choice.scope {
            Scope::BillingAccount(_)
                if matches!(spec.agreement, Some(Agreement::Mca | Agreement::Mpa)) =>
            {
                say("billing_profile", "all");
            }
            Scope::BillingProfile(_, profile) => {
                say("billing_profile", profile);
            }
            Scope::InvoiceSection(_, profile, section) => {
                say("billing_profile", profile);
                say("invoice_section", section);
            }
            Scope::Department(_, department) => {
                say("department", department);
            }
            Scope::CustomerOfProfile(..) => {
                say("billing_role", "customer-reader");
            }
            _ => {}
        }
    }
    let chose_customers = spec.scopes.iter().any(|at| at.scope.customer().is_some());
    if spec.agreement == Some(Agreement::Mpa) && !answers.is_empty() && !chose_customers {
        answers.insert("customer_tenant".to_owned(), vec!["all".to_owned()]);
    }
    answers
}

async fn offer(app: &App, journal: &Journal) -> Result<bool> {
    let spec = &journal.written().spec;
    let ask = Ask {
        key: "resume".to_owned(),
        prompt: format!(
            "An earlier run for `{}` was interrupted. Go on with it?",
            spec.name
        ),
        help: format!(
            "{} done. Going on finishes the rest with the same answers.",
            journals::done(journal)
        ),
        ..Ask::default()
    };
    let options = vec![
        Choice {
            label: "Go on with it".to_owned(),
            detail: "the same answers; nothing is made twice".to_owned(),
        },
        Choice {
            label: "Answer anew".to_owned(),
            detail: "what it made is found again if you connect the same".to_owned(),
        },
    ];
    let ui = app.ui.clone();
    Ok(blocking(move || ui.choose(&ask, &options)).await? == 0)
}

fn nothing_to_resume() -> Error {
    Error::usage(
        "nothing_to_resume",
        "There is no interrupted run to go on with.",
    )
    .hint("Begin one: azconnect init")
}

fn which(several: &[Journal]) -> Error {
    let names: Vec<String> = several
        .iter()
        .map(|journal| journal.written().spec.name.to_string())
        .collect();
    Error::usage("resume_which", "Several runs were interrupted.").hint(format!(
        "Say which: azconnect init --resume --connection NAME, with one of {}",
        names.join(", ")
    ))
}
