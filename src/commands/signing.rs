//! Signing the administrator in: the bridge between the sign-in room, which never prints, and the screen.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::app::App;
use super::way::{Reach, Way};
use crate::azure::Azure;
use crate::azure::error::Facts;
use crate::azure::ids::TenantId;
use crate::azure::sign_in::{self, Method, News, Person, Request, SignedIn};
use crate::error::{Error, Result};
use crate::host::Host;
use crate::interview::Answers;
use crate::remedies;
use crate::sandbox;
use crate::ui::{Event, Ui};

/// Signs in as the answers say, and tells who it was.
///
/// # Errors
/// `SignedOut` where nobody could be signed in (code `no_sign_in` where there is no way at all); whatever Entra ID answers.
pub async fn sign_in(app: &App, answers: &Answers) -> Result<SignedIn> {
    let key = Key::of(wanted(answers)?, answers);
    if let Some(known) = app.sign_ins.as_ref().and_then(|all| all.find(&key)) {
        return Ok(known);
    }
    let signed_in = sign_in_along(app.way(), answers).await?;
    if let Some(all) = &app.sign_ins {
        all.keep(key, &signed_in);
    }
    Ok(signed_in)
}

fn wanted(answers: &Answers) -> Result<Method> {
    if answers.value("sign_in") == Some("none") {
        return Err(Error::usage(
            "nobody_signed_in",
            "`--sign-in none` goes with `azconnect init --mode guided` only.",
        )
        .hint("Leave it away, and azconnect signs you in."));
    }
    answers
        .value_or("sign_in", "auto")
        .parse()
        .map_err(|_| Error::bug("sign_in was not checked"))
}

async fn sign_in_along(way: &Way, answers: &Answers) -> Result<SignedIn> {
    let Reach {
        cloud,
        transport,
        sandbox,
    } = way.reach().await?;
    let wanted = wanted(answers)?;
    let simulated = sandbox.as_ref().filter(|_| wanted == Method::Auto);
    // The simulated Azure brings its own administrator; real credentials of the environment are none of its business.
    let method = if simulated.is_some() {
        Method::Browser
    } else {
        wanted
    };
    let opener = match sandbox {
        Some(sandbox) => Opener::Simulated(sandbox.person(sandbox::ids::AVERY_NAME)),
        None => Opener::Machine(way.host.clone()),
    };
    let person = Arc::new(Watching {
        ui: way.ui.clone(),
        opener,
    });
    let client_id = answers
        .value("sign_in_client_id")
        .map(str::parse)
        .transpose()
        .map_err(|_| Error::bug("sign_in_client_id was not checked"))?;
    let request = Request {
        cloud,
        transport,
        host: &way.host,
        tenant: answers.value("tenant"),
        client_id,
        person,
    };
    let signed_in = sign_in::sign_in(method, &request).await?;
    let why = if simulated.is_some() {
        "simulated administrator".to_owned()
    } else {
        format!("{}: {}", signed_in.method, signed_in.why)
    };
    way.note(&signed_in);
    way.ui.tell(Event::Fact {
        label: "Signed in".to_owned(),
        value: signed_in
            .account
            .clone()
            .unwrap_or_else(|| "an account without a name".to_owned()),
        source: why,
    });
    Ok(signed_in)
}

/// Sign-ins of one run, used again for its next connection: a person signs in once, not forty times.
#[derive(Default)]
pub(super) struct SignIns(Mutex<Vec<(Key, SignedIn)>>);

/// What a sign-in was asked for.
#[derive(PartialEq, Eq)]
struct Key {
    method: Method,
    client_id: Option<String>,
    tenant: Option<String>,
}

impl Key {
    fn of(method: Method, answers: &Answers) -> Key {
        let value = |key| answers.value(key).map(str::to_owned);
        Key {
            method,
            client_id: value("sign_in_client_id"),
            tenant: value("tenant"),
        }
    }
}

impl SignIns {
    /// The sign-in that was asked for in the same way; a person's serves every directory.
    fn find(&self, key: &Key) -> Option<SignedIn> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let serves = |known: &Key, signed_in: &SignedIn| {
            let is_person = matches!(
                signed_in.method,
                Method::AzureCli | Method::Browser | Method::DeviceCode
            );
            known.method == key.method
                && known.client_id == key.client_id
                && (is_person || known.tenant == key.tenant)
        };
        all.iter()
            .find(|(known, signed_in)| serves(known, signed_in))
            .map(|(_, signed_in)| signed_in.clone())
    }

    fn keep(&self, key: Key, signed_in: &SignedIn) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push((key, signed_in.clone()));
    }
}

/// Azure as the signed-in person sees it, in one directory. `vendor` is named in what to do about a failure.
///
/// # Errors
/// `Usage` where the identity exists in another directory only.
pub async fn as_person(
    app: &App,
    signed_in: &SignedIn,
    directory: Option<TenantId>,
    vendor: Option<&str>,
) -> Result<Azure> {
    let Reach {
        cloud, transport, ..
    } = app.reach().await?;
    let credential = match directory {
        Some(id) if signed_in.tenant != Some(id) => signed_in.for_tenant(id)?,
        Some(_) | None => signed_in.credential.clone(),
    };
    let mut facts = Facts::from([
        (
            "portal",
            cloud.portal.as_str().trim_end_matches('/').to_owned(),
        ),
        (
            "login",
            cloud.login.as_str().trim_end_matches('/').to_owned(),
        ),
    ]);
    facts.extend(
        directory
            .or(signed_in.tenant)
            .map(|id| ("tenant", id.to_string())),
    );
    facts.extend(signed_in.account.clone().map(|account| ("upn", account)));
    facts.extend(app.azure_flag().map(|flag| (remedies::AZURE_FLAG, flag)));
    facts.extend(vendor.map(|vendor| ("vendor", vendor.to_owned())));
    Ok(Azure::new(cloud, transport, credential, facts))
}

/// Signs in the administrator of an existing connection, in its directory; `method` as `--sign-in` says it.
///
/// # Errors
/// As [`sign_in()`] and [`as_person`].
pub async fn as_administrator(app: &App, tenant: TenantId, method: Option<&str>) -> Result<Azure> {
    let signed_in = sign_in_to(app.way(), tenant, method).await?;
    as_person(app, &signed_in, Some(tenant), None).await
}

/// Signs in to one directory; `method` as `--sign-in` says it.
///
/// # Errors
/// As [`sign_in`].
pub(super) async fn sign_in_to(
    way: &Way,
    tenant: TenantId,
    method: Option<&str>,
) -> Result<SignedIn> {
    let mut flags = BTreeMap::from([("tenant".to_owned(), vec![tenant.to_string()])]);
    flags.extend(method.map(|method| ("sign_in".to_owned(), vec![method.to_owned()])));
    let answers = Answers::gather(&flags, &way.host, None, &BTreeMap::new())?;
    sign_in_along(way, &answers).await
}

/// Whoever watches while a sign-in goes on.
struct Watching {
    ui: Arc<dyn Ui>,
    opener: Opener,
}

/// Who opens an address.
enum Opener {
    /// This machine's browser.
    Machine(Host),
    /// The simulated Azure's administrator.
    Simulated(sandbox::Person),
}

#[async_trait]
impl Person for Watching {
    fn is_present(&self) -> bool {
        self.ui.can_ask() || matches!(self.opener, Opener::Simulated(_))
    }

    fn open_browser(&self, url: &str) -> bool {
        match &self.opener {
            Opener::Machine(host) => super::browser::open(host, url),
            Opener::Simulated(person) => {
                let (person, url) = (person.clone(), url.to_owned());
                tokio::spawn(async move {
                    if let Err(error) = person.open(&url).await {
                        tracing::warn!("the simulated person could not sign in: {error}");
                    }
                });
                true
            }
        }
    }

    fn tell(&self, news: News) {
        if let (Opener::Simulated(person), News::EnterThisCode { code, .. }) = (&self.opener, &news)
        {
            let (person, code) = (person.clone(), code.clone());
            tokio::spawn(async move { person.enter_device_code(&code, true).await });
            return;
        }
        if matches!(
            (&self.opener, &news),
            (Opener::Simulated(_), News::OpenThisAddress { .. })
        ) {
            return;
        }
        if let Some(event) = event(news, self.ui.can_ask()) {
            self.ui.tell(event);
        }
    }

    async fn paste_back(&self) -> Option<String> {
        if !self.ui.can_ask() || matches!(self.opener, Opener::Simulated(_)) {
            return std::future::pending().await;
        }
        let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
        let stopped = stop.0.clone();
        let typed = tokio::task::spawn_blocking(move || crate::ui::typed_line(&stopped)).await;
        drop(stop);
        typed.ok().flatten()
    }
}

/// Ends the reading of keys when the browser was faster.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn event(news: News, can_type: bool) -> Option<Event> {
    let note = |what: &str, fix: String| Event::Warning {
        what: what.to_owned(),
        fix,
    };
    Some(match news {
        News::OpenThisAddress {
            url,
            opened,
            returns_to,
            ..
        } => {
            let what = if opened {
                "A browser opens. If it doesn't, open this address and sign in"
            } else {
                "Open this address in a browser and sign in"
            };
            let elsewhere = if can_type {
                format!(
                    " (in a browser on another machine, the last page fails to load: paste its address, {returns_to}…, here)"
                )
            } else {
                String::new()
            };
            Event::NeedsUser {
                what: format!("{what}{elsewhere}"),
                url,
                code: None,
            }
        }
        News::EnterThisCode { url, code, .. } => Event::NeedsUser {
            what: "Open this address on any device and type the code".to_owned(),
            url,
            code: Some(code),
        },
        News::PastedTextRefused { reason } => note(
            &reason,
            "Paste the whole address that the browser ended at.".to_owned(),
        ),
        News::MoreProofNeeded => note(
            "The directory wants more proof, such as a second factor.",
            "The sign-in page opens once more.".to_owned(),
        ),
        News::WentOn { reason } => note(&reason, "Trying the next way to sign in.".to_owned()),
        News::StillWaiting { .. } | News::Returned => return None,
    })
}
