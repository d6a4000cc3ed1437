//! Signing in without a person: what `--sign-in auto` would do, done only where nobody has to act.

use super::{Facts, Method, Request, SignedIn, choose, routes, valid_tenant};
use crate::error::Result;

/// What a sign-in without a person comes to.
#[derive(Debug)]
pub enum Quiet {
    /// Somebody is signed in.
    SignedIn(Box<SignedIn>),
    /// A person would have to act, so nothing was done.
    WouldAsk {
        /// How they would sign in.
        method: Method,
        /// One line on why that way.
        why: String,
    },
}

/// Signs in as [`super::sign_in`] would, but for the ways in which a person has to act: those are named and not taken.
///
/// `az_session` is who is signed in to `az` for this cloud (see [`super::az_session`]): that question takes a second, so the caller asks
/// it once.
///
/// # Errors
/// As [`super::sign_in`].
pub async fn quietly(
    method: Method,
    az_session: Option<String>,
    request: &Request<'_>,
) -> Result<Quiet> {
    let request = &Request {
        tenant: request.tenant.map(valid_tenant).transpose()?,
        ..request.clone()
    };
    let present = request.person.is_present();
    let mut facts = Facts::of_environment(request.host, request.tenant.is_some(), present);
    facts.explicit = Some(method).filter(|method| *method != Method::Auto);
    facts.managed_identity &= !request.cloud.is_loopback();
    facts.az_session = az_session;
    let (method, why) = choose(&facts)?;
    if matches!(method, Method::Browser | Method::DeviceCode) {
        return Ok(Quiet::WouldAsk { method, why });
    }
    let signed_in = routes::take(method, why, request).await?;
    Ok(Quiet::SignedIn(Box::new(signed_in)))
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use super::super::scripted::{Somebody, with_az};
    use super::*;
    use crate::azure::cloud::Cloud;
    use crate::azure::transport::{Network, Transport};
    use crate::host::Host;

    async fn quiet(
        host: &Host,
        method: Method,
        az: Option<&str>,
    ) -> (Result<Quiet>, Arc<Somebody>) {
        let cloud = Arc::new(Cloud::named("public").unwrap());
        let transport = Transport::new(&cloud, &Network::default()).unwrap();
        let person = Arc::new(Somebody::default());
        let request = Request {
            cloud: &cloud,
            transport: &transport,
            host,
            tenant: None,
            client_id: None,
            person: person.clone(),
        };
        (
            quietly(method, az.map(str::to_owned), &request).await,
            person,
        )
    }

    #[tokio::test]
    async fn a_browser_and_a_code_are_named_and_nobody_hears_of_it() {
        for (host, method, expected) in [
            (
                Host::made_of([("BROWSER", "firefox")]),
                Method::Auto,
                Method::Browser,
            ),
            (
                Host::made_of([("SSH_TTY", "x")]),
                Method::Auto,
                Method::DeviceCode,
            ),
            (Host::made_of([]), Method::Browser, Method::Browser),
        ] {
            let (found, person) = quiet(&host, method, None).await;
            let Quiet::WouldAsk { method, why } = found.unwrap() else {
                panic!("somebody signed in")
            };
            assert_eq!(method, expected);
            assert!(!why.is_empty());
            assert!(person.heard().is_empty());
        }
    }

    #[tokio::test]
    async fn the_az_session_that_was_found_is_taken_and_not_looked_for_again() {
        let token = r#"test "$2" = get-access-token && echo '{"accessToken":"e30.e30.x","expires_on":4102444800,"tokenType":"Bearer"}'"#;
        let (_folder, host) = with_az(token);
        let (found, _) = quiet(&host, Method::Auto, Some("maria@contoso.com")).await;
        let Quiet::SignedIn(signed_in) = found.unwrap() else {
            panic!("nobody signed in")
        };
        assert_eq!(signed_in.why, "`az` is signed in as maria@contoso.com");
    }
}
