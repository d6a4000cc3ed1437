//! Failures of signing in that are ours and not Entra's: why they happen and what to do. Entra's own codes have their
//! remedies in `remedies`.

use crate::azure::error::AzureError;
use crate::error::{Error, Kind};

/// One code of ours.
struct Row {
    code: &'static str,
    why: &'static str,
    /// The most useful last.
    hints: &'static [&'static str],
}

const ROWS: &[Row] = &[
    Row {
        code: "az_missing",
        why: "The Azure CLI isn't installed here, or its folder isn't on PATH.",
        hints: &[
            "Install it: https://learn.microsoft.com/cli/azure/install-azure-cli",
            "Sign in without it: `--sign-in browser`, or `--sign-in device-code` where no browser can be opened",
        ],
    },
    Row {
        code: "az_signed_out",
        why: "azconnect uses the session of the Azure CLI as it finds it, and doesn't renew it.",
        hints: &[
            "Sign in without `az`: `--sign-in browser`",
            "Run `az login`, then the same command again",
        ],
    },
    Row {
        code: "az_failed",
        why: "The Azure CLI gave no token for Azure Resource Manager.",
        hints: &[
            "Sign in without it: `--sign-in browser`",
            "Look what it says by itself: `az account get-access-token --output none`",
        ],
    },
    Row {
        code: "browser_no_port",
        why: "The browser has to come back to a port of this machine, and none could be opened.",
        hints: &["Sign in with a code on any device: `--sign-in device-code`"],
    },
    Row {
        code: "browser_timeout",
        why: "The browser never came back to this machine. Over SSH or in a container, its last page fails to load and its address has to be pasted here.",
        hints: &[
            "Sign in with a code on any device: `--sign-in device-code`",
            "Use a session that `az login` has opened: `--sign-in azure-cli`",
            "Run the command again and finish the page within five minutes",
        ],
    },
    Row {
        code: "expired_token",
        why: "A device code lasts about 15 minutes. A directory may block device codes by a Conditional Access policy, and then only the browser says so.",
        hints: &[
            "Where a policy blocks it, use a session that `az login` has opened: `--sign-in azure-cli`",
            "Sign in with a browser instead: `--sign-in browser`",
        ],
    },
    Row {
        code: "managed_identity",
        why: "This is no Azure machine, or it has no managed identity, or not the one that `AZURE_CLIENT_ID` names.",
        hints: &[
            "Give the machine an identity: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview",
            "Sign in another way: `--sign-in service-principal`, `--sign-in azure-cli` or `--sign-in browser`",
        ],
    },
];

/// The failure as a person reads it.
pub(super) fn told(error: AzureError) -> Error {
    let row = ROWS.iter().find(|row| row.code == error.code());
    let (AzureError::SignIn(refusal), Some(row)) = (&error, row) else {
        return error.into();
    };
    let message = refusal.message.trim_end_matches('.');
    Error::new(Kind::SignedOut, row.code, format!("{message}."))
        .why(row.why)
        .hints(row.hints.iter().map(|hint| (*hint).to_owned()))
        .because(error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::azure::error::SignInError;

    #[test]
    fn every_code_of_ours_is_explained() {
        for row in ROWS {
            let refusal = SignInError {
                code: row.code.to_owned(),
                message: "It ended".to_owned(),
                ..SignInError::default()
            };
            let error = told(AzureError::from(Box::new(refusal)));
            assert_eq!(
                (error.code(), error.kind(), error.message()),
                (row.code, Kind::SignedOut, "It ended.")
            );
            assert_eq!(error.reason(), Some(row.why));
            assert!(!error.advice().is_empty());
        }
    }

    #[test]
    fn entras_codes_go_to_the_remedies() {
        let refusal = SignInError {
            code: "AADSTS50076".to_owned(),
            message: "AADSTS50076: More.".to_owned(),
            ..SignInError::default()
        };
        assert_eq!(
            told(AzureError::from(Box::new(refusal))).code(),
            "AADSTS50076"
        );
    }
}
