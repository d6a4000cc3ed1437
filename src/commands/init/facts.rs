//! What was found out and decided, before the plan is shown.

use crate::commands::app::App;
use crate::connection::{ConnectionSpec, Credential, ExportSpec, StorageSpec};
use crate::interview::Answers;
use crate::interview::exports::recurrence_key;
use crate::ui::Event;

/// What was decided, each fact with where it came from.
pub(super) fn tell(app: &App, spec: &ConnectionSpec, answers: &Answers) {
    scopes(app, spec, answers);
    exports(app, spec, answers);
}

fn scopes(app: &App, spec: &ConnectionSpec, answers: &Answers) {
    if spec.scopes.is_empty() {
        return;
    }
    let key = ["management_group", "billing_account"]
        .into_iter()
        .find(|key| answers.get(key).is_some())
        .unwrap_or("subscription");
    let source = answers.source(key);
    let names: Vec<&str> = spec
        .scopes
        .iter()
        .map(|choice| choice.display_name.as_str())
        .collect();
    let value = match names.as_slice() {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] if rest.len() > 3 => format!("{first} and {} more", rest.len()),
        several => several.join(", "),
    };
    if let Some(agreement) = spec.agreement {
        app.ui.tell(Event::Fact {
            label: "Agreement".to_owned(),
            value: agreement.title().to_owned(),
            source: String::new(),
        });
    }
    let label = if answers.get("management_group").is_some() {
        "Reads below"
    } else {
        "Reads"
    };
    app.ui.tell(Event::Fact {
        label: label.to_owned(),
        value,
        source,
    });
    if matches!(spec.credential, Credential::GivenSecret) {
        app.ui.tell(Event::Fact {
            label: "Secret".to_owned(),
            value: "the one that you brought".to_owned(),
            source: String::new(),
        });
    }
}

fn exports(app: &App, spec: &ConnectionSpec, answers: &Answers) {
    let Some(storage) = &spec.storage else {
        return;
    };
    let fact = |label: &str, value: String, source: String| {
        app.ui.tell(Event::Fact {
            label: label.to_owned(),
            value,
            source,
        });
    };
    for (value, source) in exported(spec, answers) {
        fact("Exports", value, source);
    }
    fact(
        "Kept in",
        kept_in(storage),
        answers.source("storage_account"),
    );
    if spec.backfill_months > 0 {
        let months = match spec.backfill_months {
            1 => "the last month".to_owned(),
            several => format!("the last {several} months"),
        };
        fact("History", months, answers.source("backfill_months"));
    }
}

/// One line for each data set, with the places that it is exported from.
fn exported(spec: &ConnectionSpec, answers: &Answers) -> Vec<(String, String)> {
    let mut lines: Vec<(&ExportSpec, Vec<&str>)> = Vec::new();
    for export in &spec.exports {
        let name = export.at.display_name.as_str();
        match lines
            .iter_mut()
            .find(|(first, _)| first.dataset == export.dataset)
        {
            Some((_, names)) => names.push(name),
            None => lines.push((export, vec![name])),
        }
    }
    lines
        .into_iter()
        .map(|(export, names)| {
            let places = match names.as_slice() {
                [first, rest @ ..] if rest.len() > 3 => format!("{first} and {} more", rest.len()),
                several => several.join(", "),
            };
            let value = format!(
                "{} of {places}, {}, {}",
                export.dataset.key(),
                recurrence_key(export.recurrence),
                export.format.key()
            );
            (value, answers.source("export_dataset"))
        })
        .collect()
}

fn kept_in(storage: &StorageSpec) -> String {
    let place = format!("{}/{}", storage.account.account, storage.container);
    if storage.location.is_empty() {
        place
    } else {
        format!("{place}, {}", storage.location)
    }
}
