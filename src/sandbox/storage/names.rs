//! Names of resource groups, storage accounts and containers, and how a wrong one is refused.

use super::super::arm::ArmError;

/// Checks a resource group's name: up to 90 letters, digits and `-._()`, with no period at the end.
pub(super) fn check_group(name: &str) -> Result<(), ArmError> {
    let invalid: String = name
        .chars()
        .filter(|character| !character.is_alphanumeric() && !"-._()".contains(*character))
        .collect();
    if !invalid.is_empty() {
        let text = format!(
            "The provided resource group name '{name}' has these invalid characters: '{invalid}'. The name can only be a letter, \
             digit, '-', '.', '(', ')' or '_'."
        );
        return Err(ArmError::new(400, "InvalidResourceGroup", text));
    }
    if name.ends_with('.') || name.chars().count() > 90 {
        let text = format!(
            "The provided resource group name '{name}' is not valid. It must be no longer than 90 characters and must not end with \
             a period."
        );
        return Err(ArmError::new(400, "InvalidResourceGroup", text));
    }
    Ok(())
}

/// What is wrong with a storage account's name; none where nothing is.
pub(super) fn fault_of_account(name: &str) -> Option<String> {
    let fits = (3..=24).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (!fits).then(|| {
        format!(
            "{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and \
             use numbers and lower-case letters only."
        )
    })
}

/// Whether a container may have this name: 3 to 63 lower-case letters, digits and single hyphens, or one of the special ones.
/// <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata>
pub(super) fn fits_container(name: &str) -> bool {
    if matches!(name, "$root" | "$web" | "$logs") {
        return true;
    }
    (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_against_the_rules() {
        for (name, good) in [
            ("costs", true),
            ("Costs (old)", false),
            ("costs.", false),
            ("a_b-c.(d)", true),
        ] {
            assert_eq!(check_group(name).is_ok(), good, "{name}");
        }
        for (name, good) in [
            ("contosocosts", true),
            ("ab", false),
            ("Contoso", false),
            ("a-b-c", false),
            ("aaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(fault_of_account(name).is_none(), good, "{name}");
        }
        for (name, good) in [
            ("exports", true),
            ("cost-exports", true),
            ("cost--exports", false),
            ("-exports", false),
            ("Exports", false),
            ("$root", true),
            ("ab", false),
        ] {
            assert_eq!(fits_container(name), good, "{name}");
        }
    }
}
