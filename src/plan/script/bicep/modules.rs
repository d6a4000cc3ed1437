//! The modules: a deployment reaches another subscription or resource group only through one.

use super::super::ScriptFile;

const MODULES: &[(&str, &str)] = &[
    (
        "role-subscription.bicep",
        include_str!("modules/role-subscription.bicep"),
    ),
    ("role-group.bicep", include_str!("modules/role-group.bicep")),
    (
        "role-storage-account.bicep",
        include_str!("modules/role-storage-account.bicep"),
    ),
    (
        "role-container.bicep",
        include_str!("modules/role-container.bicep"),
    ),
    (
        "export-subscription.bicep",
        include_str!("modules/export-subscription.bicep"),
    ),
    (
        "export-group.bicep",
        include_str!("modules/export-group.bicep"),
    ),
];

/// The modules that a file names.
pub(super) fn used_by(text: &str) -> Vec<ScriptFile> {
    MODULES
        .iter()
        .filter(|(name, _)| text.contains(&format!(" '{name}' = ")))
        .map(|(name, text)| ScriptFile {
            name: (*name).to_owned(),
            text: (*text).to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::versions::{AUTHORIZATION, EXPORTS, STORAGE};
    use super::*;

    #[test]
    fn the_modules_say_the_versions_that_we_say() {
        let versions = [AUTHORIZATION, EXPORTS, STORAGE];
        for (name, text) in MODULES {
            for line in text.lines().filter(|line| line.starts_with("resource ")) {
                let known = |version: &&str| line.contains(&format!("@{version}'"));
                assert!(
                    versions.iter().any(|version| known(&version)),
                    "{name}: {line}"
                );
            }
        }
    }
}
