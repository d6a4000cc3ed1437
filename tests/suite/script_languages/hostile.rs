//! Names that would be code, if anybody let them.

use azconnect::connection::{Application, ConnectionSpec, Credential};
use azconnect::plan::script::Language;
use proptest::prelude::*;

use super::{bicep_reader, hcl_reader, samples, text};

/// What means something in one of the languages, in bash, or on a screen.
const PIECES: &[&str] = &[
    "${",
    "%{",
    "$",
    "%",
    "{",
    "}",
    "\"",
    "'",
    "\\",
    "\n",
    "\r\n",
    "\t",
    "`",
    "$(",
    ")",
    "#",
    "//",
    "/*",
    "*/",
    "EOF",
    "\u{202e}",
    "\u{2028}",
    "\u{85}",
    "\u{200b}",
    "\u{1b}[31m",
    "\u{0}",
    "é",
    "株式会社",
    " ",
    "a",
    "resource",
    "= ",
    "'''",
];

fn hostile() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES), 1..12).prop_map(|all| all.concat())
}

/// A wish with such names wherever people choose them.
fn wish(text: &str) -> ConnectionSpec {
    let (_, mut spec) = samples::all()
        .into_iter()
        .find(|(name, _)| *name == "generic_group_federated")
        .unwrap();
    spec.directory.display_name = text.to_owned();
    for choice in &mut spec.scopes {
        choice.display_name = text.to_owned();
    }
    for export in &mut spec.exports {
        export.at.display_name = text.to_owned();
    }
    if let Application::Own {
        display_name,
        unique_name,
        ..
    } = &mut spec.application
    {
        *display_name = text.to_owned();
        *unique_name = format!("u{text}");
    }
    spec.credential = Credential::Federated {
        issuer: format!("https://{text}"),
        subject: text.to_owned(),
        audience: text.to_owned(),
    };
    spec
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_name_stays_a_name_in_terraform(text_of in hostile()) {
        let (harmless, spec) = (wish("x"), wish(&text_of));
        let blocks = |spec: &ConnectionSpec| {
            hcl_reader::read(text(&samples::written(spec, Language::Terraform), "main.tf"))
        };
        let (expected, read) = (blocks(&harmless), blocks(&spec));
        let opening = |all: &[hcl_reader::Read]| {
            all.iter().map(|block| (block.kind.clone(), block.labels.clone())).collect::<Vec<_>>()
        };
        prop_assert_eq!(opening(&expected), opening(&read));
        let app = read.iter().find(|block| block.address() == "azuread_application.app").unwrap();
        prop_assert_eq!(app.values["display_name"].as_str().unwrap(), &text_of);
        let federated = "azuread_application_federated_identity_credential";
        let federated = read.iter().find(|block| block.type_name() == federated).unwrap();
        prop_assert_eq!(federated.values["subject"].as_str().unwrap(), &text_of);
        prop_assert_eq!(federated.values["audiences"][0].as_str().unwrap(), &text_of);
    }

    #[test]
    fn a_name_stays_a_name_in_bicep(text_of in hostile()) {
        // The grammar takes these for a comment even where a text begins with them; Bicep itself doesn't.
        prop_assume!(!text_of.contains("//") && !text_of.contains("/*"));
        let (harmless, spec) = (wish("x"), wish(&text_of));
        let statements = |spec: &ConnectionSpec| {
            bicep_reader::read(text(&samples::written(spec, Language::Bicep), "main.bicep"))
        };
        let (expected, read) = (statements(&harmless), statements(&spec));
        let opening = |all: &[bicep_reader::Read]| {
            all.iter().map(|read| (read.kind, read.symbol.clone(), read.target.clone())).collect::<Vec<_>>()
        };
        prop_assert_eq!(opening(&expected), opening(&read));
        let app = read.iter().find(|read| read.symbol == "application").unwrap();
        prop_assert_eq!(app.value["displayName"].as_str().unwrap(), &text_of);
        prop_assert_eq!(app.value["uniqueName"].as_str().unwrap(), &format!("u{text_of}"));
        let federated = read.iter().find(|read| read.symbol == "federated").unwrap();
        prop_assert_eq!(federated.value["subject"].as_str().unwrap(), &text_of);
    }

    #[test]
    fn nothing_on_a_screen_is_turned_around(text_of in hostile()) {
        for language in [Language::Terraform, Language::Bicep] {
            for file in samples::written(&wish(&text_of), language).files {
                if file.name.starts_with("azconnect-") {
                    continue;
                }
                let hidden = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
                prop_assert!(!file.text.contains(hidden), "{}", file.name);
            }
        }
    }
}
