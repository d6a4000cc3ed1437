//! The findings as JUnit XML, which CI servers show as test results: a suite for each connection, a case for each finding.
//!
//! A case fails exactly where the exit code of the run says so: a finding that fails, and with `--strict` one that warns. Otherwise a
//! warning is a case that passed and has something to say.
//!
//! Source: <https://github.com/testmoapp/junitxml>, which describes what CI servers agree on

use std::path::Path;
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::Checked;
use super::report::state;
use crate::checks::{Finding, Status};
use crate::error::{Error, Kind, Result};

/// Whether the file can be written there. Asked before anything is looked at.
///
/// # Errors
/// `Usage` where there is no such folder, or a folder of that name.
pub(super) fn check(file: &Path) -> Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    if file.is_dir() {
        return Err(refused(file, &"it is a folder", Kind::Usage));
    }
    if !folder.is_dir() {
        return Err(refused(file, &"there is no such folder", Kind::Usage));
    }
    Ok(())
}

/// Writes the file, or replaces the one that is there.
///
/// # Errors
/// `Failed` where it can't be written.
pub(super) fn write(
    file: &Path,
    checked: &[Checked],
    strict: bool,
    now: jiff::Timestamp,
) -> Result<()> {
    let text = document(checked, strict, now)
        .map_err(|error| Error::bug(format!("the findings can't be written as XML: {error}")))?;
    std::fs::write(file, text).map_err(|error| refused(file, &error, Kind::Failed))
}

fn refused(file: &Path, reason: &dyn std::fmt::Display, kind: Kind) -> Error {
    Error::new(
        kind,
        "junit_file",
        format!(
            "The JUnit file can't be written to `{}`: {reason}.",
            file.display()
        ),
    )
    .hint("Name a file in a folder that is there: `--junit azconnect.xml`")
}

/// How many cases there are, and how they ended.
#[derive(Default, Clone, Copy)]
struct Count {
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Count {
    fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>, strict: bool) -> Count {
        let mut count = Count::default();
        for finding in findings {
            count.tests += 1;
            count.failures += usize::from(fails(finding, strict));
            count.skipped += usize::from(finding.status == Status::Skip);
        }
        count
    }

    fn on(self, start: &mut BytesStart<'_>, took: Duration) {
        let numbers = [
            ("tests", self.tests),
            ("failures", self.failures),
            ("errors", 0),
            ("skipped", self.skipped),
        ];
        for (name, number) in numbers {
            start.push_attribute((name, number.to_string().as_str()));
        }
        start.push_attribute(("time", format!("{:.3}", took.as_secs_f64()).as_str()));
    }
}

fn fails(finding: &Finding, strict: bool) -> bool {
    match finding.status {
        Status::Fail => true,
        Status::Warn => strict,
        Status::Pass | Status::Skip => false,
    }
}

fn document(checked: &[Checked], strict: bool, now: jiff::Timestamp) -> std::io::Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut suites = BytesStart::new("testsuites");
    suites.push_attribute(("name", "azconnect check"));
    let all = checked.iter().flat_map(|one| &one.findings);
    // They were looked at at once: the longest is how long it took.
    let took = checked.iter().map(|one| one.took).max().unwrap_or_default();
    Count::of(all, strict).on(&mut suites, took);
    xml.write_event(Event::Start(suites))?;
    for one in checked {
        suite(&mut xml, one, strict, now)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    let mut text = xml.into_inner();
    text.push(b'\n');
    Ok(text)
}

type Xml = Writer<Vec<u8>>;

fn suite(
    xml: &mut Xml,
    checked: &Checked,
    strict: bool,
    now: jiff::Timestamp,
) -> std::io::Result<()> {
    let record = &checked.record;
    let mut start = BytesStart::new("testsuite");
    start.push_attribute(("name", record.name.as_str()));
    // Whole seconds, without a zone, is what the older readers take.
    let second: String = now.to_string().chars().take(19).collect();
    start.push_attribute(("timestamp", second.as_str()));
    Count::of(&checked.findings, strict).on(&mut start, checked.took);
    xml.write_event(Event::Start(start))?;
    let properties = [
        ("vendor", record.vendor.clone()),
        ("cloud", record.cloud.clone()),
        ("tenant_id", record.tenant_id.to_string()),
        ("client_id", record.client_id.to_string()),
        ("state", state(&checked.findings).to_owned()),
    ];
    xml.write_event(Event::Start(BytesStart::new("properties")))?;
    for (name, value) in properties {
        let mut property = BytesStart::new("property");
        property.push_attribute(("name", name));
        property.push_attribute(("value", legal(&value).as_str()));
        xml.write_event(Event::Empty(property))?;
    }
    xml.write_event(Event::End(BytesEnd::new("properties")))?;
    for finding in &checked.findings {
        case(xml, record.name.as_str(), finding, strict)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn case(xml: &mut Xml, connection: &str, finding: &Finding, strict: bool) -> std::io::Result<()> {
    let mut start = BytesStart::new("testcase");
    start.push_attribute(("classname", format!("{connection}.{}", finding.id).as_str()));
    start.push_attribute(("name", legal(&finding.title).as_str()));
    start.push_attribute(("time", "0"));
    let what = legal(&finding.what);
    let (element, kind) = match finding.status {
        _ if fails(finding, strict) && finding.waits_for_data => ("failure", Some("pending")),
        _ if fails(finding, strict) => (
            "failure",
            Some(finding.code.as_deref().unwrap_or(finding.id.as_str())),
        ),
        Status::Skip => ("skipped", None),
        Status::Pass | Status::Warn | Status::Fail => ("system-out", None),
    };
    xml.write_event(Event::Start(start))?;
    let mut inside = BytesStart::new(element);
    if element != "system-out" {
        inside.push_attribute(("message", what.as_str()));
    }
    if let Some(kind) = kind {
        inside.push_attribute(("type", legal(kind).as_str()));
    }
    xml.write_event(Event::Start(inside))?;
    xml.write_event(Event::Text(BytesText::new(&legal(&in_full(finding)))))?;
    xml.write_event(Event::End(BytesEnd::new(element)))?;
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

/// What, why, what to do, and the id under which Azure logged it, one a line.
fn in_full(finding: &Finding) -> String {
    let labelled =
        |label: &str, text: &Option<String>| text.as_ref().map(|text| format!("{label}: {text}"));
    let lines = [
        (finding.status == Status::Warn).then(|| "Warning".to_owned()),
        Some(finding.what.clone()),
        labelled("Why", &finding.why),
        labelled("Fix", &finding.fix),
        labelled("Code", &finding.code),
        labelled("Id", &finding.correlation_id),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// Without the characters that XML 1.0 can't hold, even escaped. Source: <https://www.w3.org/TR/xml/#charsets>
fn legal(text: &str) -> String {
    let is_legal = |each: &char| matches!(*each, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(is_legal).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    fn checked(findings: Vec<Finding>) -> Checked {
        let record = serde_json::from_value(json!({
            "name": "spot-a", "vendor": "generic", "cloud": "public",
            "tenant_id": "11111111-1111-4111-8111-111111111111",
            "client_id": "22222222-2222-4222-8222-222222222222",
            "scopes": [], "credential": {"kind": "secret", "stored_in": "keyring"},
            "created_at": "2026-11-26T12:00:00Z",
        }))
        .unwrap();
        Checked {
            record,
            findings,
            took: Duration::from_millis(1500),
        }
    }

    fn written(findings: Vec<Finding>, strict: bool) -> String {
        let now = "2026-11-26T12:34:56.789Z".parse().unwrap();
        String::from_utf8(document(&[checked(findings)], strict, now).unwrap()).unwrap()
    }

    #[test]
    fn what_remote_text_may_hold_stays_text() {
        let nasty = "a \"b\" <c> & ]]> \u{1b}[31m\u{0}\u{fffe}é";
        let finding = Finding {
            code: Some("A<B".to_owned()),
            ..Finding::new("x", nasty, Status::Fail, nasty)
        }
        .why(nasty);
        let text = written(vec![finding], false);
        let parsed = roxmltree::Document::parse(&text).unwrap();
        let clean = "a \"b\" <c> & ]]> [31mé";
        let find = |name: &str| {
            parsed
                .descendants()
                .find(|node| node.has_tag_name(name))
                .unwrap()
        };
        assert_eq!(find("testcase").attribute("name"), Some(clean));
        let failure = find("failure");
        assert_eq!(failure.attribute("message"), Some(clean));
        assert_eq!(failure.attribute("type"), Some("A<B"));
        assert_eq!(
            failure.text().unwrap(),
            format!("{clean}\nWhy: {clean}\nCode: A<B")
        );
    }

    #[test]
    fn a_case_fails_where_the_exit_code_says_so() {
        let findings = || {
            [Status::Pass, Status::Skip, Status::Warn, Status::Fail]
                .map(|status| Finding::new("x", "x", status, "y"))
                .to_vec()
        };
        for (strict, failures) in [(false, "1"), (true, "2")] {
            let text = written(findings(), strict);
            let parsed = roxmltree::Document::parse(&text).unwrap();
            for name in ["testsuites", "testsuite"] {
                let node = parsed
                    .descendants()
                    .find(|node| node.has_tag_name(name))
                    .unwrap();
                assert_eq!(node.attribute("tests"), Some("4"));
                assert_eq!(node.attribute("failures"), Some(failures));
                assert_eq!(node.attribute("skipped"), Some("1"));
                assert_eq!(node.attribute("time"), Some("1.500"));
            }
            let counted = |name: &str| {
                parsed
                    .descendants()
                    .filter(|node| node.has_tag_name(name))
                    .count()
                    .to_string()
            };
            assert_eq!(counted("failure"), failures);
            assert_eq!(counted("skipped"), "1");
        }
    }
}
