//! What `--sign-in auto` chooses, from facts alone.
//!
//! The order: what a pipeline brings (federated token, managed identity, certificate, secret), then an `az` session,
//! then a browser, then a device code. `sign_in` gathers the facts; this function sees nothing but them.

use super::Method;
use crate::error::{Error, Kind, Result};
use crate::host::Host;

/// What the choice depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The method that was asked for by name, if one was.
    pub explicit: Option<Method>,
    /// A federated token and whose it is (`AZURE_FEDERATED_TOKEN_FILE`, `AZURE_CLIENT_ID`, a tenant).
    pub federated: bool,
    /// This runs in a Kubernetes pod.
    pub kubernetes: bool,
    /// App Service, Functions or Container Apps offer an identity (`IDENTITY_ENDPOINT`, `IDENTITY_HEADER`).
    pub managed_identity: bool,
    /// A certificate and whose it is (`AZURE_CLIENT_CERTIFICATE_PATH`, `AZURE_CLIENT_ID`, a tenant).
    pub certificate: bool,
    /// A secret and whose it is (`AZURE_CLIENT_SECRET`, `AZURE_CLIENT_ID`, a tenant).
    pub secret: bool,
    /// Who is signed in to `az`, where that session is for this cloud.
    pub az_session: Option<String>,
    /// Somebody watches and can act.
    pub person_present: bool,
    /// A browser can be opened on this machine.
    pub browser_possible: bool,
    /// The terminal is at the other end of an SSH connection.
    pub ssh: bool,
    /// A CI system runs this.
    pub ci: bool,
}

/// One row of the order: when it applies, the method, and why it was taken.
type Row = (fn(&Facts) -> bool, Method, &'static str);

const ORDER: &[Row] = &[
    (
        |facts| facts.federated && facts.kubernetes,
        Method::WorkloadIdentity,
        "the pod has a federated token (`AZURE_FEDERATED_TOKEN_FILE`)",
    ),
    (
        |facts| facts.federated,
        Method::ServicePrincipal,
        "the environment has a federated token (`AZURE_FEDERATED_TOKEN_FILE`)",
    ),
    (
        |facts| facts.managed_identity,
        Method::ManagedIdentity,
        "this Azure machine offers its identity (`IDENTITY_ENDPOINT`)",
    ),
    (
        |facts| facts.certificate,
        Method::ServicePrincipal,
        "the environment has a certificate (`AZURE_CLIENT_CERTIFICATE_PATH`)",
    ),
    (
        |facts| facts.secret,
        Method::ServicePrincipal,
        "the environment has a client secret (`AZURE_CLIENT_SECRET`)",
    ),
    (
        |facts| facts.az_session.is_some(),
        Method::AzureCli,
        "`az` is signed in",
    ),
    (
        |facts| facts.person_present && facts.browser_possible,
        Method::Browser,
        "no credential in the environment and no `az` session, and a browser can be opened",
    ),
    (
        |facts| facts.person_present && facts.ssh,
        Method::DeviceCode,
        "no credential in the environment, no `az` session, and over SSH no browser can be opened",
    ),
    (
        |facts| facts.person_present,
        Method::DeviceCode,
        "no credential in the environment, no `az` session, and no browser can be opened here",
    ),
];

/// The method to sign in with, and one line on why.
///
/// # Errors
/// `SignedOut` where nothing is there and nobody can be asked.
pub fn choose(facts: &Facts) -> Result<(Method, String)> {
    if let Some(method) = facts.explicit.filter(|method| *method != Method::Auto) {
        return Ok((method, format!("`--sign-in {method}` asks for it")));
    }
    let row = ORDER.iter().find(|(applies, _, _)| applies(facts));
    let (_, method, reason) = row.ok_or_else(|| nothing(facts))?;
    let why = match &facts.az_session {
        Some(account) if *method == Method::AzureCli => format!("{reason} as {account}"),
        _ => (*reason).to_owned(),
    };
    Ok((*method, why))
}

fn nothing(facts: &Facts) -> Error {
    let why = if facts.ci {
        "The environment has no Azure credential, `az` has no session for this cloud, and in CI nobody can be asked."
    } else {
        "The environment has no Azure credential, `az` has no session for this cloud, and nobody can be asked here."
    };
    Error::new(
        Kind::SignedOut,
        "no_sign_in",
        "Couldn't find a way to sign in to Azure.",
    )
    .why(why)
    .hint("Use `--sign-in device-code` to get a code that can be entered on another device.")
    .hint("Set `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and one of `AZURE_FEDERATED_TOKEN_FILE`, `AZURE_CLIENT_CERTIFICATE_PATH` or `AZURE_CLIENT_SECRET`.")
    .hint("Sign in with `az login`, then run the command again.")
}

impl Facts {
    /// The facts that the environment alone shows. `tenant` says whether one is known from elsewhere. `az_session`
    /// stays unknown: finding it takes a second, and only matters where nothing before it applies.
    pub fn of_environment(host: &Host, tenant: bool, person_present: bool) -> Self {
        let has = |name: &str| host.env(name).is_some();
        let whose = has("AZURE_CLIENT_ID") && (tenant || has("AZURE_TENANT_ID"));
        let ssh = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"]
            .into_iter()
            .any(has);
        Facts {
            explicit: None,
            federated: whose && has("AZURE_FEDERATED_TOKEN_FILE"),
            kubernetes: has("KUBERNETES_SERVICE_HOST"),
            managed_identity: has("IDENTITY_ENDPOINT")
                && has("IDENTITY_HEADER")
                && !has("IDENTITY_SERVER_THUMBPRINT"),
            certificate: whose && has("AZURE_CLIENT_CERTIFICATE_PATH"),
            secret: whose && has("AZURE_CLIENT_SECRET"),
            az_session: None,
            person_present,
            browser_possible: browser_possible(&has, ssh),
            ssh,
            ci: has("CI"),
        }
    }

    /// Whether the choice may depend on an `az` session: nothing that comes before it applies.
    pub fn az_matters(&self) -> bool {
        let with = Facts {
            az_session: Some(String::new()),
            ..self.clone()
        };
        matches!(choose(&with), Ok((Method::AzureCli, _))) && self.explicit.is_none()
    }
}

/// `BROWSER` is set by people and by editors that forward the page to the machine in front of the person.
fn browser_possible(has: &dyn Fn(&str) -> bool, ssh: bool) -> bool {
    let desktop = cfg!(any(target_os = "macos", target_os = "windows"))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"]
            .into_iter()
            .any(has);
    has("BROWSER") || (desktop && !ssh)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Every combination of the facts that the order looks at, against the order of the contract said in other words.
    #[test]
    fn the_truth_table_holds() {
        for bits in 0..512_u16 {
            let bit = |index: u16| bits & (1 << index) != 0;
            let facts = Facts {
                explicit: None,
                federated: bit(0),
                kubernetes: bit(1),
                managed_identity: bit(2),
                certificate: bit(3),
                secret: bit(4),
                az_session: bit(5).then(|| "maria@contoso.com".to_owned()),
                person_present: bit(6),
                browser_possible: bit(7),
                ssh: bit(8),
                ci: false,
            };
            let expected = match (
                bit(0),
                bit(1),
                bit(2),
                bit(3) || bit(4),
                bit(5),
                bit(6),
                bit(7),
            ) {
                (true, true, ..) => Some(Method::WorkloadIdentity),
                (true, false, ..) => Some(Method::ServicePrincipal),
                (_, _, true, ..) => Some(Method::ManagedIdentity),
                (_, _, _, true, ..) => Some(Method::ServicePrincipal),
                (_, _, _, _, true, ..) => Some(Method::AzureCli),
                (_, _, _, _, _, true, true) => Some(Method::Browser),
                (_, _, _, _, _, true, false) => Some(Method::DeviceCode),
                (_, _, _, _, _, false, _) => None,
            };
            let chosen = choose(&facts);
            assert_eq!(
                chosen.as_ref().ok().map(|(method, _)| *method),
                expected,
                "{facts:?}"
            );
            match chosen {
                Ok((_, why)) => assert!(!why.is_empty()),
                Err(error) => assert_eq!(
                    (error.kind(), error.code()),
                    (Kind::SignedOut, "no_sign_in")
                ),
            }
        }
    }

    #[test]
    fn a_certificate_comes_before_a_secret_and_says_so() {
        let facts = Facts {
            certificate: true,
            secret: true,
            ..Facts::default()
        };
        assert!(choose(&facts).unwrap().1.contains("CERTIFICATE_PATH"));
    }

    #[test]
    fn a_named_method_is_taken_whatever_else_is_there() {
        for method in Method::all().filter(|method| *method != Method::Auto) {
            let facts = Facts {
                explicit: Some(method),
                federated: true,
                ..Facts::default()
            };
            let (chosen, why) = choose(&facts).unwrap();
            assert_eq!(chosen, method);
            assert!(why.contains(method.name()));
        }
    }

    #[test]
    fn an_az_session_is_named_with_its_account_and_looked_for_only_when_it_matters() {
        let facts = Facts {
            az_session: Some("maria@contoso.com".into()),
            ..Facts::default()
        };
        assert_eq!(
            choose(&facts).unwrap().1,
            "`az` is signed in as maria@contoso.com"
        );
        assert!(Facts::default().az_matters());
        let secret = Facts {
            secret: true,
            ..Facts::default()
        };
        assert!(!secret.az_matters());
    }

    #[test]
    fn a_secret_without_its_owner_is_no_credential() {
        let host = Host::made_of([("AZURE_CLIENT_SECRET", "s"), ("AZURE_CLIENT_ID", "c")]);
        assert!(!Facts::of_environment(&host, false, false).secret);
        assert!(Facts::of_environment(&host, true, false).secret);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_display_makes_a_browser_possible_but_not_over_ssh() {
        let facts = |env: &[(&'static str, &'static str)]| {
            Facts::of_environment(&Host::made_of(env.iter().copied()), false, true)
        };
        let method = |facts: Facts| choose(&facts).unwrap().0;
        assert_eq!(method(facts(&[("DISPLAY", ":0")])), Method::Browser);
        assert_eq!(method(facts(&[])), Method::DeviceCode);
        let forwarded = [("DISPLAY", ":10"), ("SSH_TTY", "/dev/pts/1")];
        assert_eq!(method(facts(&forwarded)), Method::DeviceCode);
        assert_eq!(
            method(facts(&[("BROWSER", "x"), ("SSH_TTY", "y")])),
            Method::Browser
        );
    }
}
