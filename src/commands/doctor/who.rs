//! Who is signed in, as `--sign-in auto` would have it; a person is never asked to act.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::azure::sign_in::{self, Method, News, Person, Quiet, Request, SignedIn};
use crate::checks::{Finding, Status};
use crate::commands::app::{App, Reach};
use crate::commands::signing;
use crate::error::{Error, Result};
use crate::interview::Answers;

const ID: &str = "sign_in";
const TITLE: &str = "Sign-in";

/// Signs in where nobody has to act.
///
/// # Errors
/// `Usage` where the tenant or a setting of the environment is not valid.
pub(super) async fn look(
    app: &App,
    tenant: Option<&str>,
    az_session: Option<String>,
) -> Result<(Vec<Finding>, Option<SignedIn>)> {
    let flags = tenant.map(|tenant| ("tenant".to_owned(), vec![tenant.to_owned()]));
    let answers = Answers::gather(
        &flags.into_iter().collect(),
        &app.host,
        None,
        &BTreeMap::new(),
    )?;
    let found = sign_in(app, &answers, az_session).await;
    let finding = told(&found, || app.typed("init"));
    let signed_in = match found {
        Ok(Quiet::SignedIn(signed_in)) => Some(*signed_in),
        Ok(Quiet::WouldAsk { .. }) | Err(_) => None,
    };
    Ok((vec![finding], signed_in))
}

async fn sign_in(app: &App, answers: &Answers, az_session: Option<String>) -> Result<Quiet> {
    let Reach {
        cloud,
        transport,
        sandbox,
    } = app.reach().await?;
    let method: Method = answers
        .value_or("sign_in", "auto")
        .parse()
        .map_err(|_| Error::bug("sign_in was not checked"))?;
    if sandbox.is_some() && method == Method::Auto {
        // The simulated Azure's administrator signs in by itself, in no browser of this machine.
        let mut signed_in = signing::sign_in(app, answers).await?;
        "the simulated administrator".clone_into(&mut signed_in.why);
        return Ok(Quiet::SignedIn(Box::new(signed_in)));
    }
    let request = Request {
        cloud,
        transport,
        host: &app.host,
        tenant: answers.value("tenant"),
        client_id: None,
        person: Arc::new(NotAsked {
            is_present: app.ui.can_ask(),
        }),
    };
    sign_in::quietly(method, az_session, &request).await
}

fn told(found: &Result<Quiet>, init: impl Fn() -> String) -> Finding {
    match found {
        Ok(Quiet::SignedIn(signed_in)) => {
            let account = signed_in.account.as_deref();
            let what = format!(
                "Signed in as {} ({}: {}).",
                account.unwrap_or("an account without a name"),
                signed_in.method,
                signed_in.why
            );
            Finding::new(ID, TITLE, Status::Pass, what)
        }
        Ok(Quiet::WouldAsk { method, why }) => {
            let way = match method {
                Method::DeviceCode => "show a code to type on any device",
                _ => "open a browser",
            };
            let what = format!("Nobody is signed in. `{}` would {way}: {why}.", init());
            Finding::new(ID, TITLE, Status::Skip, what)
                .fix("To see here what you may do, sign in first: `az login`")
        }
        Err(error) => {
            let mut finding = Finding::failed(ID, TITLE, error);
            // Nothing is wrong with a machine on which nobody has signed in yet.
            if error.code() == "no_sign_in" {
                finding.status = Status::Warn;
            }
            finding
        }
    }
}

/// The finding where the way to the sign-in service is not open.
pub(super) fn not_reached(endpoint: &str) -> Finding {
    let what = format!("Not asked: the way to {endpoint} is not open.");
    Finding::new(ID, TITLE, Status::Skip, what)
}

/// Somebody who may be there, and is not asked to do anything.
struct NotAsked {
    is_present: bool,
}

#[async_trait]
impl Person for NotAsked {
    fn is_present(&self) -> bool {
        self.is_present
    }

    fn open_browser(&self, _url: &str) -> bool {
        false
    }

    fn tell(&self, _news: News) {}

    async fn paste_back(&self) -> Option<String> {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn what_would_happen_is_said_in_words() {
        let told_of = |method| {
            let would = Quiet::WouldAsk {
                method,
                why: "because".to_owned(),
            };
            told(&Ok(would), || "azconnect init".to_owned())
        };
        let browser = told_of(Method::Browser);
        assert_eq!(browser.status, Status::Skip);
        assert!(browser.what.contains("would open a browser: because"));
        assert!(
            told_of(Method::DeviceCode)
                .what
                .contains("would show a code")
        );
    }

    #[test]
    fn a_refused_credential_is_a_failure_and_none_is_not() {
        let of = |code| {
            let error = Error::new(Kind::SignedOut, code, "No.");
            told(&Err(error), String::new).status
        };
        assert_eq!(of("no_sign_in"), Status::Warn);
        assert_eq!(of("AADSTS7000215"), Status::Fail);
    }
}
