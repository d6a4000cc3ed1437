//! The functions that a script is written in, each a file beside this one. A script has those that it uses.

/// A function's name, and its text. One that uses another comes after it.
const PARTS: &[(&str, &str)] = &[
    ("say", include_str!("parts/say.sh")),
    ("graph", include_str!("parts/graph.sh")),
    ("arm", include_str!("parts/arm.sh")),
    ("look", include_str!("parts/look.sh")),
    ("again", include_str!("parts/again.sh")),
    ("until_there", include_str!("parts/until_there.sh")),
    ("in_days", include_str!("parts/in_days.sh")),
    ("lower", include_str!("parts/lower.sh")),
    ("uuid5", include_str!("parts/uuid5.sh")),
    ("assign_role", include_str!("parts/assign_role.sh")),
    ("billing_roles", include_str!("parts/billing_roles.sh")),
    (
        "has_billing_role",
        include_str!("parts/has_billing_role.sh"),
    ),
    ("enrollment_role", include_str!("parts/enrollment_role.sh")),
    ("agreement_role", include_str!("parts/agreement_role.sh")),
    (
        "register_provider",
        include_str!("parts/register_provider.sh"),
    ),
    ("make_secret", include_str!("parts/make_secret.sh")),
    (
        "make_certificate",
        include_str!("parts/make_certificate.sh"),
    ),
    ("add_certificate", include_str!("parts/add_certificate.sh")),
    ("put_export", include_str!("parts/put_export.sh")),
    ("run_export", include_str!("parts/run_export.sh")),
    ("run_months", include_str!("parts/run_months.sh")),
];

/// The functions that a text uses, and those that they use, in an order in which each is there before it is used.
pub(super) fn used_by(text: &str) -> String {
    let mut all = text.to_owned();
    let mut used = Vec::new();
    for (name, part) in PARTS.iter().rev() {
        if calls(&all, name) {
            all.push_str(part);
            used.push(*part);
        }
    }
    used.reverse();
    used.join("\n")
}

/// Whether a word of the text, but for its comments, is the function's name.
fn calls(text: &str, name: &str) -> bool {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')))
        .any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_uses_only_those_before_it() {
        for (at, (name, part)) in PARTS.iter().enumerate() {
            let later = PARTS.iter().skip(at + 1).map(|(name, _)| *name);
            let code: String = part
                .lines()
                .filter(|line| !line.trim_start().starts_with('#'))
                .collect::<Vec<_>>()
                .join("\n");
            for other in later {
                let call = format!("{other} \"");
                assert!(!code.contains(&call), "{name} uses {other}");
            }
            assert!(part.contains(&format!("{name}() {{")), "{name}");
        }
    }

    #[test]
    fn a_script_has_what_it_uses_and_no_more() {
        let text = used_by("assign_role x");
        for wanted in [
            "assign_role()",
            "uuid5()",
            "lower()",
            "arm()",
            "again()",
            "say()",
        ] {
            assert!(text.contains(wanted), "{wanted}");
        }
        assert!(!text.contains("make_secret()") && !text.contains("graph()"));
    }
}
