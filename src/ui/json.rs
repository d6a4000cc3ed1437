//! What programs read on stdout: one document (`--output json`), or one event a line and the document as the last (`--output events`).
//!
//! Called by `screen`. The shape never depends on the terminal. Every document begins with `version`, `ok` and `exit`; absent is null.

use std::io::Write;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Error, Gap};
use crate::exit::Exit;
use crate::ui::{Event, Output};

/// The version of every document and event. Additive changes do not raise it.
const VERSION: u32 = 1;

/// A result or a failure, its three first members first.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    ok: Value,
    exit: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure<'a>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Serialize)]
struct Failure<'a> {
    code: &'a str,
    message: &'a str,
    why: Option<&'a str>,
    hints: &'a [String],
    correlation_id: Option<&'a str>,
    retry: bool,
    #[serde(skip_serializing_if = "<[Gap]>::is_empty")]
    gaps: &'a [Gap],
}

#[derive(Serialize)]
struct Told<'a> {
    version: u32,
    #[serde(flatten)]
    event: &'a Event,
}

/// How much is written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One document at the end, for reading: several lines.
    Document,
    /// One object a line, the document as the last of them.
    Lines,
}

/// An event as one line; nothing in the form that has only a document.
pub(super) fn event(event: &Event, form: Form) -> Option<String> {
    match form {
        Form::Document => None,
        Form::Lines => Some(text(
            &Told {
                version: VERSION,
                event,
            },
            form,
        )),
    }
}

/// The result's document.
pub(super) fn result(output: &Output, form: Form) -> String {
    let mut rest = object(output.document.clone(), "result");
    rest.remove("version");
    let ok = rest.remove("ok").unwrap_or(Value::Bool(true));
    let exit = rest
        .remove("exit")
        .unwrap_or_else(|| Exit::Ok.name().into());
    let document = Document {
        version: VERSION,
        event: (form == Form::Lines).then_some("result"),
        ok,
        exit,
        error: None,
        rest,
    };
    text(&document, form)
}

/// The failure's document, `extra`'s members behind the error.
pub(super) fn failure(error: &Error, extra: Value, form: Form) -> String {
    let mut rest = object(extra, "extra");
    for settled in ["version", "event", "ok", "exit", "error"] {
        rest.remove(settled);
    }
    let document = Document {
        version: VERSION,
        event: (form == Form::Lines).then_some("result"),
        ok: Value::Bool(false),
        exit: error.exit().name().into(),
        error: Some(Failure {
            code: error.code(),
            message: error.message(),
            why: error.reason(),
            hints: error.advice(),
            correlation_id: error.correlation_id(),
            retry: error.retry(),
            gaps: error.gaps(),
        }),
        rest,
    };
    text(&document, form)
}

/// The members of an object. Anything else but null is kept under `name`, so that nothing is lost.
fn object(value: Value, name: &str) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        Value::Null => Map::new(),
        other => Map::from_iter([(name.to_owned(), other)]),
    }
}

fn text(value: &impl Serialize, form: Form) -> String {
    let text = match form {
        Form::Document => serde_json::to_string_pretty(value),
        Form::Lines => serde_json::to_string(value),
    };
    // Maps with text keys and finite shapes always serialise; the fallback keeps the promise of one document even so.
    text.unwrap_or_else(|_| {
        r#"{"version":1,"ok":false,"exit":"bug","error":{"code":"bug","message":"Failed to write the result as JSON","why":null,"hints":[],"correlation_id":null,"retry":false}}"#.to_owned()
    })
}

/// Writes one text and a line end to stdout. A reader that went away ends the writing quietly.
pub(super) fn write(stream: &mut dyn Write, text: &str) {
    let _ = writeln!(stream, "{text}").and_then(|()| stream.flush());
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::error::Kind;
    use serde_json::json;

    #[test]
    fn a_failure_is_the_document_of_the_contract() {
        let error = Error::new(
            Kind::Forbidden,
            "AuthorizationFailed",
            "Couldn't assign the role",
        )
        .hint("Ask an Owner");
        let document = failure(&error, json!({"steps": [], "ok": true}), Form::Document);
        assert_eq!(
            document,
            r#"{
  "version": 1,
  "ok": false,
  "exit": "forbidden",
  "error": {
    "code": "AuthorizationFailed",
    "message": "Couldn't assign the role",
    "why": null,
    "hints": [
      "Ask an Owner"
    ],
    "correlation_id": null,
    "retry": false
  },
  "steps": []
}"#
        );
    }

    #[test]
    fn missing_answers_are_listed_only_where_there_are_some() {
        let gap = Gap {
            in_answers_file: true,
            key: "tenant".into(),
            flag: "--tenant".into(),
            env: "AZCONNECT_TENANT".into(),
            example: "contoso.onmicrosoft.com".into(),
            choices: vec![],
        };
        let error = Error::usage("missing", "azconnect needs 1 more answer").missing(vec![gap]);
        let document: Value =
            serde_json::from_str(&failure(&error, Value::Null, Form::Lines)).unwrap();
        assert_eq!(document["event"], "result");
        assert_eq!(document["error"]["gaps"][0]["flag"], "--tenant");
        assert_eq!(document["exit"], "usage");
    }

    #[test]
    fn each_event_is_one_line_with_a_version() {
        let told = Event::Warning {
            what: "line\nbreak".into(),
            fix: String::new(),
        };
        assert_eq!(
            event(&told, Form::Lines).unwrap(),
            r#"{"version":1,"event":"warning","what":"line\nbreak","fix":""}"#
        );
        assert_eq!(event(&told, Form::Document), None);
    }

    #[test]
    fn a_result_keeps_its_own_outcome_and_loses_nothing() {
        let output = |document| Output {
            document,
            blocks: vec![],
        };
        let attention = json!({"version": 1, "ok": false, "exit": "attention", "checks": [1]});
        let line = result(&output(attention), Form::Lines);
        assert_eq!(
            line,
            r#"{"version":1,"event":"result","ok":false,"exit":"attention","checks":[1]}"#
        );
        let bare: Value =
            serde_json::from_str(&result(&output(json!([1])), Form::Document)).unwrap();
        assert_eq!(bare["result"][0], 1);
        assert_eq!(bare["exit"], "ok");
    }
}
