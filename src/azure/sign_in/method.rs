//! The ways to sign in, by the names of the command line.

use std::fmt;
use std::str::FromStr;

/// A way to sign in: the values of `--sign-in`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// The first that this machine has what it takes for.
    Auto,
    /// The session of `az login`.
    AzureCli,
    /// A browser on this machine (authorization code with PKCE).
    Browser,
    /// A code typed in a browser on any machine.
    DeviceCode,
    /// An application, from the `AZURE_*` environment: secret, certificate or federated token.
    ServicePrincipal,
    /// The identity of the Azure machine that this runs on.
    ManagedIdentity,
    /// The identity of a Kubernetes pod.
    WorkloadIdentity,
}

/// Every method with its name on the command line, and what it is called in a sentence.
const METHODS: [(Method, &str, &str); 7] = [
    (Method::Auto, "auto", "automatic choice"),
    (Method::AzureCli, "azure-cli", "Azure CLI session"),
    (Method::Browser, "browser", "browser"),
    (Method::DeviceCode, "device-code", "device code"),
    (
        Method::ServicePrincipal,
        "service-principal",
        "service principal",
    ),
    (
        Method::ManagedIdentity,
        "managed-identity",
        "managed identity",
    ),
    (
        Method::WorkloadIdentity,
        "workload-identity",
        "workload identity",
    ),
];

/// A word that is no method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a way to sign in. Use one of {}.", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))]
pub struct UnknownMethod {
    given: String,
}

fn names() -> impl Iterator<Item = &'static str> {
    METHODS.iter().map(|(_, name, _)| *name)
}

impl Method {
    /// Every method, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Method> {
        METHODS.iter().map(|(method, _, _)| *method)
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// What it is called in a sentence, such as "device code".
    pub fn title(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Method, &'static str, &'static str) {
        // The table has a row for each method (tested); the first row stands in so that no panic is possible.
        METHODS
            .iter()
            .find(|(method, _, _)| *method == self)
            .unwrap_or(&METHODS[0])
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = UnknownMethod;

    fn from_str(text: &str) -> Result<Self, UnknownMethod> {
        METHODS
            .iter()
            .find(|(_, name, _)| *name == text.trim())
            .map(|(method, _, _)| *method)
            .ok_or_else(|| UnknownMethod {
                given: crate::text::printable(text),
            })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_method_survives_the_round_trip() {
        let all = [
            Method::Auto,
            Method::AzureCli,
            Method::Browser,
            Method::DeviceCode,
            Method::ServicePrincipal,
            Method::ManagedIdentity,
            Method::WorkloadIdentity,
        ];
        assert_eq!(Method::all().collect::<Vec<_>>(), all);
        for method in all {
            assert_eq!(method.to_string().parse::<Method>().unwrap(), method);
        }
    }

    #[test]
    fn another_word_is_refused_with_the_choices() {
        let error = "az".parse::<Method>().unwrap_err().to_string();
        assert!(
            error.contains("`az`") && error.contains("`azure-cli`"),
            "{error}"
        );
    }
}
