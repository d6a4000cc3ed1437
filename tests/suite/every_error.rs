//! Every failure says what to do next: whoever reads the code that makes an error finds its remedy there or in the table, and no remedy is
//! only to try again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use azconnect::error::{Error, labelled};
use azconnect::remedies;
use regex::Regex;

use crate::failing::leads_on;

/// Codes of a person's own wish: there is nothing to mend.
const WISHES: [&str; 3] = ["declined", "interrupted", "terminated"];

/// Every source of ours but the simulated Azure, whose errors are Azure's, without its tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with("sandbox") || path.ends_with("tests") || path.ends_with("tests.rs") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\n").next().unwrap().to_owned();
                found.push((path, code));
            }
        }
    }
    assert!(found.len() > 150, "{}", found.len());
    found
}

/// Each place where an error is made: the code, and what follows up to the end of the function.
fn made(text: &str) -> Vec<(usize, String, String)> {
    let begin =
        Regex::new(r#"\bError::(?:new\(\s*Kind::\w+,|usage\()\s*(?:"([a-z_0-9-]+)"|[^,]+),"#)
            .unwrap();
    let end = Regex::new(r"\n *(?:pub(?:\([a-z]+\))? )?(?:async )?fn ").unwrap();
    begin
        .captures_iter(text)
        .map(|found| {
            let at = found.get(0).unwrap().start();
            let rest = &text[at..];
            let until = end.find(rest).map_or(rest.len(), |end| end.start());
            let code = found.get(1).map_or("", |code| code.as_str());
            let line = text[..at].matches('\n').count() + 1;
            (line, code.to_owned(), rest[..until].to_owned())
        })
        .collect()
}

fn name(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    path.strip_prefix(root).unwrap().display().to_string()
}

#[test]
fn every_error_of_ours_says_what_to_do() {
    let remedy = Regex::new(r"\.(hints?|missing)\(").unwrap();
    let (mut lacking, mut seen) = (Vec::new(), 0);
    for (path, text) in sources() {
        if path.ends_with("src/error.rs") {
            continue;
        }
        for (line, code, rest) in made(&text) {
            seen += 1;
            let is_wish = WISHES.contains(&code.as_str()) || rest.starts_with("Error::new(kind");
            if !is_wish && !remedy.is_match(&rest) {
                lacking.push(format!("{}:{line} {code}", name(&path)));
            }
        }
    }
    assert!(seen > 100, "only {seen} places were found");
    assert!(lacking.is_empty(), "no remedy:\n{}", lacking.join("\n"));
}

#[test]
fn the_test_sees_an_error_without_a_remedy() {
    let text = "fn a() {\n    Error::usage(\"x_y\", \"No.\")\n}\n\nfn b() { e.hint(\"x\") }\n";
    let found = made(text);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0, found[0].1.as_str()), (2, "x_y"));
    assert!(!found[0].2.contains("hint"));
}

/// A text that leaves the person where they were.
fn only_tries_again(text: &str) -> bool {
    let bare = Regex::new(
        r"(?i)^(please )?(re)?try( it| this)?( once more| again)?( later| in \w+ \w+)?$",
    )
    .unwrap();
    bare.is_match(text.trim().trim_end_matches('.'))
}

#[test]
fn no_remedy_is_only_to_try_again() {
    assert!(only_tries_again("Try again in some minutes."));
    assert!(!only_tries_again("Try again: `azconnect check spot`"));
    let hint = Regex::new(r#"\.hint\(\s*"((?:[^"\\]|\\.)*)""#).unwrap();
    for (path, text) in sources() {
        for found in hint.captures_iter(&text) {
            assert!(
                !only_tries_again(&found[1]),
                "{}: {}",
                name(&path),
                &found[1]
            );
        }
    }
    for row in remedies::all() {
        for fix in &row.fix {
            assert!(!only_tries_again(fix), "{:?}: {fix}", row.codes);
        }
    }
}

/// What somebody can be asked, or done with.
fn names_somebody_or_something(hint: &str) -> bool {
    let (label, text) = labelled(hint);
    let lower = text.to_lowercase();
    let people = [
        "administrator",
        "owner",
        "whoever",
        "support",
        "somebody",
        "contributor",
        "partner",
    ];
    let is_said = lower.contains("the same command");
    is_said
        || label != "Fix"
        || leads_on(hint)
        || text.contains('`')
        || people.iter().any(|who| lower.contains(who))
}

/// Azure has more codes than anybody knows: one that is in no table has a remedy all the same.
#[test]
fn an_unknown_code_of_any_service_has_a_remedy() {
    use azconnect::azure::AzureError;
    use azconnect::azure::error::{ApiError, SignInError};
    use azconnect::remedies::Service;
    let mut tried = 0;
    for service in [
        Service::Graph,
        Service::Arm,
        Service::Billing,
        Service::CostManagement,
        Service::Storage,
        Service::PartnerCenter,
    ] {
        for status in [400, 401, 403, 404, 405, 409, 412, 418, 429, 500, 503] {
            for correlation_id in [None, Some("id".to_owned())] {
                let error = AzureError::from(Box::new(ApiError {
                    status,
                    code: "NeverSeenBefore".to_owned(),
                    message: "Something is odd".to_owned(),
                    correlation_id,
                    request: "GET https://management.azure.com/x".to_owned(),
                    service,
                    retry_after: None,
                    facts: Arc::default(),
                }));
                let error = Error::from(error);
                let advice = error.advice();
                assert!(error.reason().is_some(), "{service:?} {status}");
                assert!(
                    advice.iter().any(|hint| names_somebody_or_something(hint)),
                    "{service:?} {status}: {advice:?}"
                );
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 132);
    let sign_in = AzureError::from(Box::new(SignInError {
        code: "AADSTS999999".to_owned(),
        message: "Something is odd".to_owned(),
        ..SignInError::default()
    }));
    let error = Error::from(sign_in);
    assert!(
        error.advice().iter().any(|hint| leads_on(hint)),
        "{error:?}"
    );
}
