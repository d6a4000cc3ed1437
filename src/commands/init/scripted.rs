//! `--mode script`: the plan as a script on stdout, for whoever reviews it and runs it themselves. Nothing is written to Azure, and nothing
//! on this machine.

use serde_json::json;

use super::{Args, Decided, partner_app};
use crate::commands::app::App;
use crate::commands::arguments::Form;
use crate::commands::documents;
use crate::commands::views::paragraph;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::interview::batch::Row;
use crate::interview::partner::APP_MANAGEMENT;
use crate::interview::{Answers, QUESTIONS, Source};
use crate::plan::Plan;
use crate::plan::script::{Draft, Errand, Language, Script};
use crate::text::shell_word;
use crate::ui::{Block, Event, Output, write_raw};

/// The language of the script that is wanted; none in every other mode.
///
/// # Errors
/// `Usage` where the other answers don't go with it.
pub(super) fn language(answers: &Answers, args: &Args) -> Result<Option<Language>> {
    if answers.value("mode") != Some("script") {
        return match answers.get("script") {
            Some(_) => Err(Error::usage(
                "script_without_mode",
                "`--script` says in which language a script is written, and none is wanted.",
            )
            .hint("Say so with `--mode script`, or leave `--script` away.")),
            None => Ok(None),
        };
    }
    let flags = [
        ("--resume", args.resume),
        ("--wait", args.wait),
        ("--handover-to", args.handover_to.is_some()),
    ];
    if let Some((flag, _)) = flags.into_iter().find(|(_, given)| *given) {
        return Err(Error::usage(
            "script_does_nothing",
            format!("`--mode script` and `{flag}` can't both be given: a script is only written, and nothing is made."),
        )
        .hint(format!("Leave `{flag}` away, run the script, and then do what stands at its end.")));
    }
    let wanted = answers.value_or("script", "az");
    let language = wanted
        .parse()
        .map_err(|_| Error::bug("script was not checked"))?;
    Ok(Some(language))
}

/// Refuses a batch: stdout carries one script.
///
/// # Errors
/// `Usage` where one of the connections is to be a script.
pub(super) fn refuse_many(rows: &[Row]) -> Result<()> {
    let is_script = |row: &&Row| {
        row.answers
            .get("mode")
            .is_some_and(|mode| mode.iter().any(|each| each == "script"))
    };
    match rows.iter().find(is_script) {
        None => Ok(()),
        Some(row) => Err(Error::usage(
            "script_of_many",
            format!(
                "`{}` is to be a script, and `--batch` makes connections.",
                row.name
            ),
        )
        .hint("Write one script for each: azconnect init VENDOR --connection NAME --mode script")),
    }
}

/// Writes the script.
///
/// # Errors
/// `Usage` where the vendor or the language can't be served.
pub(super) async fn run(app: &App, decided: &Decided, language: Language) -> Result<Exit> {
    let Decided { vendor, spec, .. } = decided;
    let plan = Plan::new(spec, vendor, None, Some("a file"))?;
    let cloud = &app.reach().await?.cloud;
    let mut draft = Draft::new(&plan, spec, vendor, cloud);
    draft.go_on = go_on(app, decided);
    if partner_app::is_needed(vendor) {
        draft.errands.push(errand());
    }
    let script = draft.write(language)?;
    app.ui.tell(Event::Shown {
        blocks: how_to_use(&script, language),
    });
    if app.global.output == Form::Text {
        write_raw(script.as_text(language).as_bytes());
        return Ok(Exit::Ok);
    }
    let files = script.files.iter();
    let files: Vec<_> = files
        .map(|file| json!({"name": file.name, "text": file.text}))
        .collect();
    let main = script.files.first().map(|file| &file.text);
    app.ui.finish(&Output {
        document: documents::document(
            Exit::Ok,
            json!({"script": main, "script_language": language.key(), "files": files}),
        ),
        blocks: Vec::new(),
    });
    Ok(Exit::Ok)
}

fn errand() -> Errand {
    Errand {
        title: partner_app::TITLE.to_owned(),
        lines: vec![
            "A Global Administrator of the partner's directory opens Account settings > App management in Partner Center, clicks Register existing app under Web App, chooses the app, and clicks Register your app.".to_owned(),
        ],
        link: APP_MANAGEMENT.to_owned(),
    }
}

/// What to do with it.
fn how_to_use(script: &Script, language: Language) -> Vec<Block> {
    let name = script.files.first().map_or("", |file| file.name.as_str());
    vec![paragraph(format!(
        "Nothing was changed. The script goes to stdout ({}): keep it as `{name}`, read it, and run it as it says at its top. What to do then stands at its end.",
        language.key()
    ))]
}

/// Answers that are about this run, or that the script has used up.
const USED_UP: &[&str] = &[
    "vendor",
    "connection",
    "sign_in",
    "sign_in_client_id",
    "mode",
    "script",
    "app_name",
    "app_id",
    "client_secret",
    "secret_days",
];

/// The command that stores and proves the connection when the script has run, but for the app and its credential: the same answers.
fn go_on(app: &App, decided: &Decided) -> String {
    let spec = &decided.spec;
    let mut words = vec![
        "init".to_owned(),
        spec.vendor.clone(),
        "--connection".to_owned(),
        spec.name.to_string(),
    ];
    let asked = |key: &str| {
        let answer = decided.answers.get(key)?;
        let is_ours = matches!(answer.source, Source::Default | Source::Read(_));
        (!is_ours && !USED_UP.contains(&key)).then_some(answer)
    };
    for question in QUESTIONS {
        let values = asked(question.key).map_or(&[][..], |answer| answer.values.as_slice());
        for value in values {
            words.push(question.written());
            words.push(value.clone());
        }
    }
    let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
    app.typed(words.join(" "))
}
