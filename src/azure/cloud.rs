//! Which Azure: the endpoints of a cloud, from our table of Microsoft's three or from a cloud file.
//!
//! The file's format is part of the command line's contract. Whatever is wrong with it is said before the first request,
//! with the file, the line and the key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use azure_core::http::Url;
use serde::Deserialize;

use crate::error::{Error, Result};

/// The endpoints and token audiences of one Azure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    /// What the cloud is called: `public`, or the file's `name`.
    pub name: String,
    /// Authority host; tokens come from `{login}/{tenant}/oauth2/v2.0/token`.
    pub login: Url,
    /// Microsoft Graph, without `/v1.0`.
    pub graph: Url,
    /// Azure Resource Manager.
    pub arm: Url,
    /// Partner Center.
    pub partner_center: Url,
    /// Blob endpoint with `{account}` in the place of the storage account's name.
    pub blob: String,
    /// Key vault endpoint with `{vault}` in the place of the vault's name; none where a cloud file names none.
    pub key_vault: Option<String>,
    /// The portal that people are sent to.
    pub portal: Url,
    /// Audience of Graph tokens.
    pub graph_audience: String,
    /// Audience of Resource Manager tokens.
    pub arm_audience: String,
    /// Audience of storage tokens.
    pub storage_audience: String,
    /// Audience of key vault tokens.
    pub key_vault_audience: String,
    /// Audience of Partner Center tokens.
    pub partner_center_audience: String,
    /// A further root certificate (PEM) for these endpoints.
    pub ca_file: Option<PathBuf>,
}

/// A cloud file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    login: String,
    graph: String,
    arm: String,
    partner_center: String,
    blob: String,
    key_vault: Option<String>,
    portal: String,
    graph_audience: Option<String>,
    arm_audience: Option<String>,
    storage_audience: Option<String>,
    key_vault_audience: Option<String>,
    partner_center_audience: Option<String>,
    ca_file: Option<PathBuf>,
}

impl Cloud {
    /// The cloud that `--cloud` names: `public`, `usgov`, `china`, or a file.
    ///
    /// # Errors
    /// `Usage` where the word is none of the three and no such file exists, or the file is not a cloud file.
    pub fn named(word: &str) -> Result<Cloud> {
        if let Some(cloud) = built_in(word)? {
            return Ok(cloud);
        }
        let path = Path::new(word);
        if !path.exists() {
            return Err(Error::usage("cloud_unknown", format!("There is no cloud called `{}`, and no such file.", crate::text::printable(word)))
                .hint("Use `public`, `usgov` or `china`, or the path of a cloud file (`azconnect sandbox` prints one)."));
        }
        let text = std::fs::read_to_string(path)
            .map_err(|error| refused(word, &format!("can't be read: {error}")))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        parse(&text, folder).map_err(|reason| refused(word, &reason))
    }

    /// Whether the word names one of the clouds that Microsoft runs, and not a cloud file.
    pub fn is_microsofts(word: &str) -> bool {
        matches!(built_in(word), Ok(Some(_)))
    }

    /// Whether every endpoint is on this machine, so that a proxy must not stand between.
    pub fn is_loopback(&self) -> bool {
        [&self.login, &self.graph, &self.arm]
            .iter()
            .all(|url| is_loopback(url))
    }

    /// The scope to ask a token for, `{audience}/.default`.
    pub fn scope(audience: &str) -> String {
        format!("{}/.default", audience.trim_end_matches('/'))
    }

    /// The blob endpoint of a storage account.
    pub fn blob_endpoint(&self, account: &str) -> String {
        self.blob.replace("{account}", account)
    }

    /// The endpoint of a key vault; `None` where the cloud has no vaults or the name makes no address.
    pub fn vault_endpoint(&self, vault: &str) -> Option<Url> {
        let template = self.key_vault.as_deref()?;
        Url::parse(&template.replace("{vault}", vault)).ok()
    }

    /// The name of the vault that is at this address of the cloud's; `None` for every other address.
    pub fn vault_at(&self, address: &str) -> Option<String> {
        let (before, after) = self.key_vault.as_deref()?.split_once("{vault}")?;
        let bare = |text: &str| text.trim_end_matches('/').to_ascii_lowercase();
        let name = bare(address);
        let name = name.strip_prefix(&before.to_ascii_lowercase())?;
        Some(name.strip_suffix(&bare(after))?.to_owned())
    }

    /// Whether a link that a service gave us stays in this cloud, so that a token may follow it.
    pub fn owns(&self, url: &Url) -> bool {
        [&self.login, &self.graph, &self.arm, &self.partner_center]
            .iter()
            .any(|endpoint| {
                endpoint.scheme() == url.scheme()
                    && endpoint.host_str() == url.host_str()
                    && endpoint.port_or_known_default() == url.port_or_known_default()
            })
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

fn built_in(word: &str) -> Result<Option<Cloud>> {
    let table: BTreeMap<String, Written> = toml::from_str(include_str!("clouds.toml"))
        .map_err(|error| Error::bug(format!("clouds.toml: {error}")))?;
    table
        .into_iter()
        .find(|(name, _)| name == word)
        .map(|(_, written)| {
            check(written, Path::new("."))
                .map_err(|reason| Error::bug(format!("clouds.toml: {reason}")))
        })
        .transpose()
}

fn refused(file: &str, reason: &str) -> Error {
    Error::usage("cloud_file", format!("The cloud file `{}` {}.", crate::text::printable(file), reason.trim_end().trim_end_matches('.')))
        .hint("A cloud file has `name`, `login`, `graph`, `arm`, `partner_center`, `blob` and `portal`; see `azconnect sandbox --help`.")
}

/// Parses a cloud file's text; a relative `ca_file` is looked for in `folder`. The error is the rest of a sentence.
fn parse(text: &str, folder: &Path) -> Result<Cloud, String> {
    let written: Written = toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map(|span| text[..span.start.min(text.len())].lines().count().max(1));
        let place = line
            .map(|line| format!(" (line {line})"))
            .unwrap_or_default();
        format!("is not one{place}: {}", error.message())
    })?;
    check(written, folder)
}

fn check(written: Written, folder: &Path) -> Result<Cloud, String> {
    if !written.blob.contains("{account}") {
        return Err("lacks `{account}` in `blob`".to_owned());
    }
    endpoint("blob", &written.blob.replace("{account}", "account"))?;
    if let Some(template) = &written.key_vault {
        if !template.contains("{vault}") {
            return Err("lacks `{vault}` in `key_vault`".to_owned());
        }
        endpoint("key_vault", &template.replace("{vault}", "vault"))?;
    }
    let graph = endpoint("graph", &written.graph)?;
    let arm = endpoint("arm", &written.arm)?;
    let partner_center = endpoint("partner_center", &written.partner_center)?;
    let audience = |given: Option<String>, endpoint: &Url| {
        given.unwrap_or_else(|| endpoint.as_str().trim_end_matches('/').to_owned())
    };
    Ok(Cloud {
        name: crate::text::printable(&written.name),
        login: endpoint("login", &written.login)?,
        portal: endpoint("portal", &written.portal)?,
        graph_audience: audience(written.graph_audience, &graph),
        arm_audience: audience(written.arm_audience, &arm),
        storage_audience: written
            .storage_audience
            .unwrap_or_else(|| "https://storage.azure.com".to_owned()),
        key_vault_audience: written
            .key_vault_audience
            .unwrap_or_else(|| "https://vault.azure.net".to_owned()),
        partner_center_audience: audience(written.partner_center_audience, &partner_center),
        blob: written.blob,
        key_vault: written.key_vault,
        graph,
        arm,
        partner_center,
        ca_file: written.ca_file.map(|file| folder.join(file)),
    })
}

fn endpoint(key: &str, text: &str) -> Result<Url, String> {
    let url =
        Url::parse(text).map_err(|error| format!("has no valid URL under `{key}`: {error}"))?;
    if url.scheme() != "https" {
        return Err(format!(
            "has a plain `{}` endpoint under `{key}`; endpoints are https, on this machine too",
            url.scheme()
        ));
    }
    if url.host_str().is_none() || !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "has a URL under `{key}` that is no endpoint (a host, and no user name, is needed)"
        ));
    }
    Ok(url)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const LAB: &str = r#"
name = "contoso-lab"
login = "https://127.0.0.1:9443"
graph = "https://127.0.0.1:9444"
arm = "https://127.0.0.1:9445"
partner_center = "https://127.0.0.1:9446"
blob = "https://127.0.0.1:9447/{account}"
portal = "https://portal.azure.com"
graph_audience = "https://graph.microsoft.com"
ca_file = "ca.pem"
"#;

    #[test]
    fn microsofts_clouds_are_complete() {
        for name in ["public", "usgov", "china"] {
            let cloud = Cloud::named(name).unwrap();
            assert_eq!(cloud.name, name);
            assert!(!cloud.is_loopback());
        }
        assert_eq!(
            Cloud::scope(&Cloud::named("public").unwrap().arm_audience),
            "https://management.azure.com/.default"
        );
    }

    #[test]
    fn a_cloud_file_has_defaults_and_a_neighbour() {
        let cloud = parse(LAB, Path::new("folder")).unwrap();
        assert!(cloud.is_loopback());
        assert_eq!(cloud.graph_audience, "https://graph.microsoft.com");
        assert_eq!(cloud.arm_audience, "https://127.0.0.1:9445");
        assert_eq!(cloud.ca_file.as_deref(), Some(Path::new("folder/ca.pem")));
        assert_eq!(cloud.vault_endpoint("x"), None);
    }

    #[test]
    fn a_vaults_name_and_address_are_each_others_inverse() {
        for (name, domain) in [
            ("public", "vault.azure.net"),
            ("usgov", "vault.usgovcloudapi.net"),
            ("china", "vault.azure.cn"),
        ] {
            let cloud = Cloud::named(name).unwrap();
            assert_eq!(cloud.key_vault_audience, format!("https://{domain}"));
            let address = format!("https://Contoso-Vault.{domain}/");
            assert_eq!(cloud.vault_at(&address).as_deref(), Some("contoso-vault"));
            let endpoint = cloud.vault_endpoint("contoso-vault").unwrap();
            assert_eq!(endpoint.as_str(), address.to_lowercase());
            assert_eq!(cloud.vault_at("https://contoso-vault.example.com"), None);
        }
        let sandbox = "key_vault = \"https://127.0.0.1:9448/{vault}\"\n";
        let cloud = parse(&format!("{sandbox}{LAB}"), Path::new(".")).unwrap();
        let name = cloud.vault_at("https://127.0.0.1:9448/contoso-vault/");
        assert_eq!(name.as_deref(), Some("contoso-vault"));
    }

    #[test]
    fn each_mistake_is_named_with_its_place() {
        let without = |key: &str| {
            LAB.lines()
                .filter(|line| !line.starts_with(key))
                .collect::<Vec<_>>()
                .join("\n")
        };
        for (text, expected) in [
            (without("arm "), "missing field `arm`"),
            (
                LAB.replace("https://127.0.0.1:9445", "http://127.0.0.1:9445"),
                "plain `http` endpoint under `arm`",
            ),
            (LAB.replace("/{account}", ""), "lacks `{account}`"),
            (
                format!("key_vault = \"https://127.0.0.1:9448\"\n{LAB}"),
                "lacks `{vault}`",
            ),
            (
                LAB.replace("graph_audience", "graph_audiense"),
                "graph_audiense",
            ),
            (format!("{LAB}\nport = 1"), "line 11"),
        ] {
            let reason = parse(&text, Path::new(".")).unwrap_err();
            assert!(reason.contains(expected), "{reason}");
        }
    }
}
