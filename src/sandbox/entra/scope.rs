//! The `scope` parameter: one resource, named by its audience, and a few words about the answer.

use super::super::tenant::Tenant;
use super::refusal::Refusal;

/// Resources that tokens can be had for, by the names that callers use; an optional slash at the end is part of the
/// audience then.
const RESOURCES: [(Resource, &str); 12] = [
    (Resource::Graph, "https://graph.microsoft.com"),
    (Resource::Graph, "00000003-0000-0000-c000-000000000000"),
    (Resource::Arm, "https://management.azure.com"),
    (Resource::Arm, "https://management.core.windows.net"),
    (Resource::Storage, "https://storage.azure.com"),
    (Resource::Storage, "e406a681-f3d4-42a8-90b6-c2b029497af1"),
    (Resource::KeyVault, "https://vault.azure.net"),
    (Resource::KeyVault, "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"),
    (
        Resource::PartnerCenter,
        "https://api.partnercenter.microsoft.com",
    ),
    (
        Resource::PartnerCenter,
        "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",
    ),
    (Resource::AzureAdGraph, "https://graph.windows.net"),
    (
        Resource::AzureAdGraph,
        "00000002-0000-0000-c000-000000000000",
    ),
];

/// Words that ask for further tokens, not for rights.
const OPEN_ID: [&str; 4] = ["offline_access", "openid", "profile", "email"];

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Resource {
    Graph,
    Arm,
    Storage,
    KeyVault,
    PartnerCenter,
    /// Retired, yet Entra still issues tokens for it; Partner Center took them once.
    AzureAdGraph,
}

impl Resource {
    /// The resource that an audience names.
    pub(in crate::sandbox) fn of_audience(audience: &str) -> Option<Self> {
        let bare = audience.strip_suffix('/').unwrap_or(audience);
        RESOURCES
            .iter()
            .find(|(_, name)| name.eq_ignore_ascii_case(bare))
            .map(|(resource, _)| *resource)
            .or_else(|| storage_account(bare).map(|_| Self::Storage))
    }
}

/// The storage account whose blob service an audience names: `https://ACCOUNT.blob.core.windows.net`.
pub(in crate::sandbox) fn storage_account(audience: &str) -> Option<&str> {
    let account = audience
        .trim_end_matches('/')
        .strip_prefix("https://")?
        .strip_suffix(".blob.core.windows.net")?;
    let fits = account
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (fits && !account.is_empty()).then_some(account)
}

/// A scope parameter, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    /// `aud` of the token; none where only OpenID words were asked for, which Entra answers with a Graph token.
    pub(super) audience: String,
    pub(super) resource: Resource,
    pub(super) offline_access: bool,
    pub(super) openid: bool,
}

/// Who asks, as far as it matters to what may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// An application on its own: exactly `RESOURCE/.default`.
    Application,
    /// A person with a client of Microsoft's: `.default`, no single scopes.
    PersonWithFirstParty,
    /// A person with a registered client.
    Person,
}

/// Understands a scope parameter.
pub(super) fn parse(text: &str, asker: Asker, tenant: Option<&Tenant>) -> Result<Scope, Refusal> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (open_id, rights): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| OPEN_ID.contains(word));
    if asker == Asker::Application {
        let [only] = rights.as_slice() else {
            return Err(invalid(text));
        };
        if !open_id.is_empty() {
            return Err(invalid(text));
        }
        if !only.ends_with("/.default") {
            return Err(not_default(only));
        }
    }
    let mut audience: Option<String> = None;
    for right in &rights {
        let (named, single) = split(right);
        if single && asker == Asker::PersonWithFirstParty {
            return Err(not_preauthorized(&named));
        }
        match &audience {
            Some(other) if *other != named => return Err(two_resources(right)),
            _ => audience = Some(named),
        }
    }
    if rights.is_empty() && open_id.is_empty() {
        return Err(Refusal::missing("scope"));
    }
    let audience = audience.unwrap_or_else(|| "https://graph.microsoft.com".to_owned());
    let resource = Resource::of_audience(&audience).ok_or_else(|| unknown(&audience, tenant))?;
    Ok(Scope {
        audience,
        resource,
        offline_access: open_id.contains(&"offline_access"),
        openid: open_id.contains(&"openid"),
    })
}

/// The resource of one right, and whether it is a single scope; a bare name is one of Graph's.
fn split(right: &str) -> (String, bool) {
    match right.strip_suffix("/.default") {
        Some(resource) => (resource.to_owned(), false),
        None => match right.rsplit_once('/') {
            Some((resource, _)) => (resource.to_owned(), true),
            None => ("https://graph.microsoft.com".to_owned(), true),
        },
    }
}

fn invalid(text: &str) -> Refusal {
    let text = format!(
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is \
         not valid. The scope {text} is not valid."
    );
    Refusal::new("invalid_scope", 70_011, text)
}

fn not_default(word: &str) -> Refusal {
    let text = format!(
        "The provided value for scope {word} is not valid. Client credential flows must have a scope value with /.default \
         suffixed to the resource identifier (application ID URI)."
    );
    Refusal::new("invalid_scope", 1_002_012, text)
}

fn two_resources(word: &str) -> Refusal {
    let text = format!(
        "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {word} \
         is not valid."
    );
    Refusal::new("invalid_scope", 28_000, text)
}

fn not_preauthorized(resource: &str) -> Refusal {
    let text = format!(
        "Consent between first party application '04b07795-8ddb-461a-bbee-02f9e1bf7b46' and first party resource '{resource}' \
         must be configured via preauthorization - applications owned and operated by Microsoft must get approval from the \
         API owner before requesting tokens for that API."
    );
    Refusal::invalid_grant(65_002, text)
}

fn unknown(audience: &str, tenant: Option<&Tenant>) -> Refusal {
    let name = tenant.map_or("common", |tenant| tenant.display_name.as_str());
    let text = format!(
        "The resource principal named {audience} was not found in the tenant named {name}. This can happen if the application \
         has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have \
         sent your authentication request to the wrong tenant."
    );
    Refusal::new("invalid_resource", 500_011, text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_each_asker_may_ask() {
        let arm = "https://management.azure.com/.default";
        let cases: [(&str, Asker, Result<Resource, u32>); 14] = [
            (
                "https://storage.azure.com//.default",
                Asker::Application,
                Ok(Resource::Storage),
            ),
            (
                "https://contosocosts.blob.core.windows.net/.default",
                Asker::Application,
                Ok(Resource::Storage),
            ),
            (arm, Asker::Application, Ok(Resource::Arm)),
            (
                "https://management.core.windows.net//.default",
                Asker::Application,
                Ok(Resource::Arm),
            ),
            (
                "https://storage.azure.com/.default",
                Asker::Application,
                Ok(Resource::Storage),
            ),
            (
                "https://graph.microsoft.com/User.Read",
                Asker::Application,
                Err(1_002_012),
            ),
            (
                "https://graph.microsoft.com/.default openid",
                Asker::Application,
                Err(70_011),
            ),
            (
                "https://graph.microsoft.com/.default https://management.azure.com/.default",
                Asker::Application,
                Err(70_011),
            ),
            (
                "https://nobody.example/.default",
                Asker::Application,
                Err(500_011),
            ),
            (
                "https://graph.microsoft.com/.default offline_access",
                Asker::PersonWithFirstParty,
                Ok(Resource::Graph),
            ),
            (
                "https://graph.microsoft.com/User.Read",
                Asker::PersonWithFirstParty,
                Err(65_002),
            ),
            ("User.Read openid", Asker::Person, Ok(Resource::Graph)),
            (
                "https://graph.microsoft.com/.default https://management.azure.com/.default",
                Asker::Person,
                Err(28_000),
            ),
            ("", Asker::Person, Err(900_144)),
        ];
        for (text, asker, expected) in cases {
            let found = parse(text, asker, None)
                .map(|scope| scope.resource)
                .map_err(|refusal| refusal.code);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn the_slash_of_a_resource_stays_in_the_audience() {
        let scope = parse(
            "https://management.core.windows.net//.default",
            Asker::Application,
            None,
        )
        .unwrap();
        assert_eq!(scope.audience, "https://management.core.windows.net/");
    }
}
