//! Which stream carries what, who is asked, and what is masked.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::io;
use std::time::Duration;

use super::*;
use crate::error::Kind;
use crate::ui::keyboard::Keyboard;
use crate::ui::session::{Buffer, fact, forbidden, missing, result, step};
use crate::ui::wrap::width;
use serde_json::json;

/// A keyboard that types the same line again and again.
struct Types(&'static str);

impl Keyboard for Types {
    fn line(&self) -> io::Result<Option<String>> {
        Ok(Some(self.0.to_owned()))
    }

    fn hidden_line(&self) -> io::Result<Option<String>> {
        self.line()
    }
}

struct Run {
    screen: Screen,
    out: Buffer,
    err: Buffer,
}

fn screen(form: ResultForm, change: impl FnOnce(&mut Screen)) -> Run {
    let (out, err) = (Buffer::default(), Buffer::default());
    let prompts = Prompts {
        look: Look::PLAIN,
        sink: Arc::new(Mutex::new(err.clone())),
        keyboard: Box::new(Types("")),
        columns: || 80,
    };
    let result = ResultStream {
        form,
        stream: Box::new(out.clone()),
    };
    let mut screen = Screen {
        watcher: Box::new(Plain::new(prompts, Duration::from_secs(10))),
        result: Mutex::new(result),
        masks: None,
        quiet: false,
        watches: true,
        can_ask: true,
        question: Mutex::new(()),
        waiting: Mutex::default(),
    };
    change(&mut screen);
    Run { screen, out, err }
}

const TEXT: ResultForm = ResultForm::Text {
    look: Look::PLAIN,
    columns: || 80,
};

fn output() -> Output {
    Output {
        document: json!({"version": 1, "ok": true, "exit": "ok"}),
        blocks: result(),
    }
}

#[test]
fn stdout_carries_the_result_and_nothing_else() {
    let run = screen(TEXT, |_| ());
    run.screen.tell(fact("Directory", "Contoso", ""));
    run.screen.tell(step("role", "Reader", Progress::Done, ""));
    assert_eq!(run.out.text(), "");
    run.screen.finish(&output());
    assert!(run.out.text().starts_with("Checks\npass: Sign-in"));
    assert_eq!(run.err.text(), "Directory: Contoso\nDone: Reader\n");
    let run = screen(TEXT, |_| ());
    run.screen.fail(&forbidden(), Value::Null);
    assert_eq!(run.out.text(), "");
    assert!(
        run.err
            .text()
            .starts_with("Error: Couldn't give the app the role")
    );
}

#[test]
fn json_is_one_document_and_events_are_lines() {
    let run = screen(ResultForm::Json(Form::Document), |_| ());
    run.screen.tell(fact("Directory", "Contoso", ""));
    run.screen.fail(&missing(), json!({"steps": []}));
    let document: Value = serde_json::from_str(&run.out.text()).unwrap();
    assert_eq!(document["exit"], "usage");
    assert_eq!(document["error"]["gaps"][1]["choices"][0], "5567000");
    assert!(
        run.err
            .text()
            .contains("  tenant           --tenant, AZCONNECT_TENANT, or `tenant` in --answers")
    );

    let run = screen(ResultForm::Json(Form::Lines), |screen| {
        screen.watches = false
    });
    run.screen.tell(fact("Directory", "Contoso", ""));
    run.screen.finish(&output());
    let lines: Vec<Value> = run
        .out
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line["version"] == 1));
    assert_eq!(
        (&lines[0]["event"], &lines[1]["event"]),
        (&json!("fact"), &json!("result"))
    );
    assert_eq!(run.err.text(), "");
}

#[test]
fn quiet_keeps_what_needs_attention() {
    let run = screen(TEXT, |screen| screen.quiet = true);
    run.screen.tell(fact("Directory", "Contoso", ""));
    run.screen.tell(step("role", "Reader", Progress::Done, ""));
    run.screen
        .tell(step("export", "Export", Progress::Failed, "no storage"));
    run.screen.tell(Event::Warning {
        what: "It expires".into(),
        fix: String::new(),
    });
    assert_eq!(
        run.err.text(),
        "Failed: Export, no storage\nWarning: It expires\n"
    );
}

#[test]
fn nobody_is_asked_where_nobody_can_answer() {
    let run = screen(TEXT, |screen| screen.can_ask = false);
    let ask = Ask {
        key: "tenant".into(),
        prompt: "Which directory?".into(),
        ..Ask::default()
    };
    let error = run.screen.proceed(&ask).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    assert!(error.advice()[0].contains("`tenant`"));
    assert_eq!(run.err.text(), "");
}

#[test]
fn a_masked_default_gives_the_real_answer() {
    let guid = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let run = screen(TEXT, |screen| screen.masks = Some(Masks::default()));
    let ask = Ask {
        prompt: format!("Which directory, {guid}?"),
        default: Some(guid.into()),
        ..Ask::default()
    };
    let check = |text: &str| {
        if text == guid {
            Ok(())
        } else {
            Err(text.to_owned())
        }
    };
    assert_eq!(run.screen.text(&ask, &check).unwrap(), guid);
    run.screen.tell(fact("Directory", guid, ""));
    run.screen.fail(
        &Error::usage("x", format!("Couldn't find {guid}")),
        Value::Null,
    );
    let text = run.err.text();
    assert!(!text.contains(guid));
    assert_eq!(
        text.matches("aaaaaaaa-0000-4000-8000-000000000001").count(),
        4
    );
}

#[test]
fn what_happens_during_a_question_is_told_after_it() {
    let run = screen(TEXT, |_| ());
    let ask = Ask {
        prompt: "Go on?".into(),
        default: Some("yes".into()),
        ..Ask::default()
    };
    let during = |_: &str| {
        run.screen.tell(fact("Meanwhile", "something", ""));
        assert!(!run.err.text().contains("Meanwhile"));
        Ok(())
    };
    run.screen.text(&ask, &during).unwrap();
    assert!(run.err.text().ends_with("Meanwhile: something\n"));
}

#[test]
fn decoration_needs_a_terminal_that_wants_it() {
    let terminal = Streams {
        stdin: true,
        stdout: true,
        stderr: true,
    };
    let allowed = |env: &[(&'static str, &'static str)], options: Options, terminal| {
        let allowed = Allowed::on(terminal, options, &Host::made_of(env.iter().copied()));
        (allowed.on_stderr, allowed.on_stdout)
    };
    let auto = Options::default();
    let with = |color| Options { color, ..auto };
    let plain = Options {
        plain: true,
        ..auto
    };
    let piped = Streams::default();
    assert_eq!(allowed(&[], auto, terminal), (true, true));
    assert_eq!(allowed(&[], auto, piped), (false, false));
    assert_eq!(
        allowed(&[("NO_COLOR", "1")], auto, terminal),
        (false, false)
    );
    assert_eq!(allowed(&[("TERM", "dumb")], auto, terminal), (false, false));
    assert_eq!(
        allowed(&[("ACCESSIBLE", "1")], auto, terminal),
        (false, false)
    );
    assert_eq!(allowed(&[], plain, terminal), (false, false));
    assert_eq!(
        allowed(&[], with(ColorChoice::Never), terminal),
        (false, false)
    );
    assert_eq!(
        allowed(&[("NO_COLOR", "1")], with(ColorChoice::Always), terminal),
        (true, true)
    );
    assert_eq!(
        allowed(&[], with(ColorChoice::Always), piped),
        (false, true)
    );
}

#[test]
fn a_long_id_is_whole_on_the_narrowest_screen() {
    let run = screen(
        ResultForm::Text {
            look: Look::PLAIN,
            columns: || 20,
        },
        |_| (),
    );
    run.screen.finish(&output());
    let text = run.out.text();
    assert!(text.contains(crate::ui::session::STORAGE));
    assert!(text.lines().any(|line| width(line) > 20));
}
