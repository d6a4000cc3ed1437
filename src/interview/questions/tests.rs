//! Every question by itself.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

#[test]
fn every_example_is_valid_and_every_key_is_one() {
    for question in QUESTIONS {
        (question.check)(question.example).unwrap();
        assert!(
            question
                .key
                .chars()
                .all(|c| c.is_ascii_lowercase() || c == '_'),
            "{}",
            question.key
        );
        assert_eq!(question.flag, question.key.replace('_', "-"));
        assert_eq!(
            QUESTIONS
                .iter()
                .filter(|other| other.key == question.key)
                .count(),
            1
        );
    }
}

#[test]
fn bad_answers_are_refused_with_advice() {
    for (key, bad, expected) in [
        (
            "tenant",
            "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1ea",
            "not a directory",
        ),
        ("tenant", "contoso", "domain such as"),
        ("app_name", &"x".repeat(300), "300 characters"),
        ("app_name", "a\nb", "control characters"),
        ("app_name", "  ", "needs a name"),
        ("subscription", "prod", "az account list"),
        ("secret_days", "0", "1 to 730"),
        ("secret_days", "99999", "1 to 730"),
        ("credential", "password", "federated"),
        ("issuer", "http://idp.example", "https"),
        ("federated", "github:contoso", "OWNER/REPO"),
        ("federated", "svn:contoso/x:y", "github"),
        ("subject", " ", "600"),
        ("mode", "magic", "guided"),
        ("vendor", "spot", "spot-cost-intelligence"),
        ("management_group", "/providers/x", "not its path"),
        ("sign_in", "magic", "device-code"),
        ("partner_id", "V-4391507", "digits only"),
        ("partner_id", "", "digits only"),
        ("default_domain", "contoso", "contoso.onmicrosoft.com"),
        ("default_domain", "a/b.example", "contoso.onmicrosoft.com"),
        ("partner_app", "old", "registered"),
    ] {
        let reason = (Question::find(key).unwrap().check)(bad).unwrap_err();
        assert!(reason.contains(expected), "{key}: {reason}");
    }
}

proptest! {
    #[test]
    fn no_answer_makes_a_check_panic(text in any::<String>()) {
        for question in QUESTIONS {
            let _ = (question.check)(&text);
        }
    }
}
