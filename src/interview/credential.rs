//! How the vendor is to sign in: from the answers to a credential that the vendor takes.

use super::{Answers, vendor_app};
use crate::connection::Credential;
use crate::error::{Error, Result};
use crate::vendors::{CredentialKind, Vendor};

/// The longest issuer, subject or audience.
/// Source: <https://learn.microsoft.com/graph/api/resources/federatedidentitycredential>
const LONGEST: usize = 600;

/// Identity providers with a short way to say whose tokens: the word, their issuer, how a subject begins, and the rest of the form.
const PRESETS: &[(&str, &str, &str, &str)] = &[
    (
        "github",
        "https://token.actions.githubusercontent.com",
        "repo:",
        "OWNER/REPO:ref:refs/heads/BRANCH",
    ),
    (
        "gitlab",
        "https://gitlab.com",
        "project_path:",
        "GROUP/PROJECT:ref_type:branch:ref:BRANCH",
    ),
];

/// The audience of each cloud's token exchange.
/// Source: <https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust>
const AUDIENCES: &[(&str, &str)] = &[
    ("usgov", "api://AzureADTokenExchangeUSGov"),
    ("china", "api://AzureADTokenExchangeChina"),
];

/// A non-empty text that Entra ID takes.
pub(super) fn filled(text: &str) -> Result<(), String> {
    if text.trim().is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
        return Err(format!(
            "give 1 to {LONGEST} characters, none of them a control character"
        ));
    }
    Ok(())
}

/// The object ID of a principal.
pub(super) fn object_id(text: &str) -> Result<(), String> {
    text.parse::<crate::azure::ids::ServicePrincipalObjectId>()
        .map(drop)
        .map_err(|error| error.to_string())
}

/// An issuer's address.
pub(super) fn issuer(text: &str) -> Result<(), String> {
    filled(text)?;
    if text.starts_with("https://") {
        return Ok(());
    }
    Err(format!(
        "`{}` is no issuer: it begins with https://",
        crate::text::printable(text)
    ))
}

/// Issuer and subject of a preset.
pub(super) fn preset(text: &str) -> Result<(String, String), String> {
    filled(text)?;
    let known = text.split_once(':').and_then(|(word, rest)| {
        let row = PRESETS.iter().find(|(name, ..)| *name == word)?;
        Some((row, rest))
    });
    let Some(((name, issuer, beginning, form), rest)) = known else {
        let words: Vec<&str> = PRESETS.iter().map(|(name, ..)| *name).collect();
        return Err(format!(
            "`{}` begins with none of {}; give `--issuer` and `--subject` instead",
            crate::text::printable(text),
            words.join(", ")
        ));
    };
    let is_whole = rest.split_once(':').is_some_and(|(project, claim)| {
        let parts: Vec<&str> = project.split('/').collect();
        parts.len() >= 2 && parts.iter().all(|part| !part.is_empty()) && !claim.is_empty()
    });
    if is_whole {
        return Ok(((*issuer).to_owned(), format!("{beginning}{rest}")));
    }
    Err(format!("write it as {name}:{form}"))
}

impl super::Interview {
    /// Whether the vendor takes the credential that is asked for, as soon as both are known.
    ///
    /// # Errors
    /// As the whole interview will say it.
    pub fn check_credential(&self, vendor: &Vendor) -> Result<()> {
        vendor_app::refuse_wrong(&self.answers, vendor)?;
        credential(&self.answers, vendor, "", None).map(drop)
    }
}

/// What the answers ask for. `certificate` is the vendor's public one, where a file was named.
///
/// # Errors
/// `Usage` where the vendor doesn't take it, or where parts of it are missing.
pub(super) fn credential(
    answers: &Answers,
    vendor: &Vendor,
    cloud: &str,
    certificate: Option<&str>,
) -> Result<Credential> {
    let days = answers
        .value_or("secret_days", "180")
        .parse()
        .map_err(|_| Error::bug("secret_days was not checked"))?;
    if vendor_app::credential_is_elsewhere(answers, vendor) {
        return Ok(Credential::Elsewhere);
    }
    let (kind, credential) = match answers.value_or("credential", "secret") {
        "certificate" => (
            CredentialKind::Certificate,
            match (answers.value("certificate"), certificate) {
                (Some(file), Some(public)) => Credential::GivenCertificate {
                    file: file.to_owned(),
                    public: public.to_owned(),
                },
                _ => Credential::NewCertificate { days },
            },
        ),
        "federated" => (CredentialKind::Federated, federated(answers, cloud)?),
        _ => (CredentialKind::Secret, Credential::NewSecret { days }),
    };
    if vendor.credential.kinds.contains(&kind) {
        return Ok(credential);
    }
    let taken: Vec<String> = vendor
        .credential
        .kinds
        .iter()
        .filter_map(|kind| serde_json::to_value(kind).ok()?.as_str().map(str::to_owned))
        .collect();
    Err(Error::usage(
        "credential_not_taken",
        format!(
            "Couldn't use `--credential {}`: {} doesn't take it.",
            credential.kind(),
            vendor.name
        ),
    )
    .hint(format!("It takes: {}", taken.join(", "))))
}

fn federated(answers: &Answers, cloud: &str) -> Result<Credential> {
    let short = answers
        .value("federated")
        .map(preset)
        .transpose()
        .map_err(|_| Error::bug("federated was not checked"))?;
    let (issuer, subject) = short.unzip();
    let issuer = answers.value("issuer").map(str::to_owned).or(issuer);
    let subject = answers.value("subject").map(str::to_owned).or(subject);
    let usual = AUDIENCES
        .iter()
        .find(|(name, _)| *name == cloud)
        .map_or("api://AzureADTokenExchange", |(_, audience)| audience);
    match (issuer, subject) {
        (Some(issuer), Some(subject)) => Ok(Credential::Federated {
            issuer,
            subject,
            audience: answers.value_or("audience", usual).to_owned(),
        }),
        _ => Err(Error::usage(
            "federated_incomplete",
            "A federated credential needs the issuer and the subject of the tokens.",
        )
        .hint("Give them with `--issuer URL --subject TEXT`.")
        .hint("GitHub Actions and GitLab have a short way: --federated github:OWNER/REPO:ref:refs/heads/BRANCH")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_preset_is_what_the_provider_writes_into_its_tokens() {
        for (text, issuer, subject) in [
            (
                "github:contoso/billing:ref:refs/heads/main",
                "https://token.actions.githubusercontent.com",
                "repo:contoso/billing:ref:refs/heads/main",
            ),
            (
                "github:contoso/billing:environment:prod",
                "https://token.actions.githubusercontent.com",
                "repo:contoso/billing:environment:prod",
            ),
            (
                "gitlab:contoso/costs/billing:ref_type:branch:ref:main",
                "https://gitlab.com",
                "project_path:contoso/costs/billing:ref_type:branch:ref:main",
            ),
        ] {
            assert_eq!(
                preset(text).unwrap(),
                (issuer.to_owned(), subject.to_owned())
            );
        }
        for bad in [
            "github",
            "github:",
            "github:a/b",
            "github:a:b",
            "github:/b:c",
            "x:a/b:c",
        ] {
            assert!(preset(bad).is_err(), "{bad}");
        }
    }
}
