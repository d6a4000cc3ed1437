//! The registration of a partner's web app in Partner Center's App management: the one thing that only a person can do, since Microsoft
//! has no API for it.
//!
//! It is no step of the plan. A step has the administrator's access and leaves something that can be taken back; this asks with the app's own
//! new credential, makes nothing, and can only be looked at. So it comes when the plan is carried out and the record is saved, and before
//! the journal is closed: whoever stops here, by Ctrl-C or for lack of a terminal, goes on with `--resume`, and nothing is made twice.
//!
//! Whether the app is registered, Partner Center says by letting it list customers. With a person at the terminal azconnect says who has to
//! click what, and looks until it is so; without one the run ends as pending, with a request to send.

use std::sync::PoisonError;
use std::time::Duration;

use super::in_hand::InHand;
use super::{Decided, ending};
use crate::azure::AzureError;
use crate::azure::partner_center::waits_for_registration;
use crate::commands::app::App;
use crate::commands::request::{self, Asked, Requests};
use crate::connection::{Application, ConnectionRecord};
use crate::error::Result;
use crate::interview::partner::APP_MANAGEMENT;
use crate::plan::execute::Ended;
use crate::sandbox;
use crate::secret::Secret;
use crate::steps::ByHand;
use crate::steps::right::Right;
use crate::steps::wait::{PATIENCE, Pauses};
use crate::ui::{Event, Need, Planned, Progress};
use crate::vendors::{ApplicationKind, Vendor};

/// Its id among the steps of the document.
pub(super) const ID: &str = "partner-app";
/// What it is called there and on the screen.
pub(super) const TITLE: &str = "Web app in Partner Center's App management";
/// Its status where a person still has to do it.
pub(super) const MANUAL: &str = "manual";

/// How long the person's click is waited for.
const CLICK: Duration = Duration::from_secs(30 * 60);

/// What Entra ID says of a secret and of an app that not all of its replicas know yet.
const NOT_YET: &[&str] = &["AADSTS7000215", "AADSTS700016"];

/// What a look found.
enum Seen {
    /// Partner Center serves the app.
    Registered,
    /// It refuses the app as it refuses those that are not registered.
    NotYet,
    /// Entra ID does not accept the secret, which may be too new.
    SignedOut,
    /// Partner Center was not to be asked just now.
    Away,
    /// It refuses the app for another reason, which the proof explains.
    Refused,
}

/// Whether a vendor signs in with an app that has to be registered there.
pub(super) fn is_needed(vendor: &Vendor) -> bool {
    vendor.application.kind == ApplicationKind::PartnerCenterWebApp
}

/// Its row in the plan.
pub(super) fn planned() -> Planned {
    Planned {
        change: "create".to_owned(),
        title: TITLE.to_owned(),
        text: "by hand; azconnect waits for it".to_owned(),
        source: String::new(),
        needs: vec![Need {
            right: WHO.to_owned(),
            state: String::new(),
            held: String::new(),
        }],
    }
}

/// Who may register it.
pub(super) const WHO: &str = "a Global Administrator of the partner's directory";

/// Looks whether the app is registered, and has a person register it where it isn't. How it ended, and the request where nobody was there
/// to do it; nothing where the vendor needs none, or only the proof can say what is wrong.
///
/// # Errors
/// `Usage` where the cloud or the credential can't be used at all.
pub(super) async fn watch(
    app: &App,
    decided: &Decided,
    record: &ConnectionRecord,
    in_hand: &InHand,
) -> Result<(Option<Ended>, Option<Requests>)> {
    let secret = in_hand
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let Some(secret) = secret.filter(|_| is_needed(decided.vendor)) else {
        return Ok((None, None));
    };
    let watch = Watch {
        app,
        decided,
        record,
        secret,
    };
    match watch.first_look().await? {
        Seen::Registered => Ok((Some(watch.ended(Progress::Found)), None)),
        Seen::SignedOut | Seen::Away | Seen::Refused => Ok((None, None)),
        Seen::NotYet if watch.somebody_is_there().await? => watch.until_clicked().await,
        Seen::NotYet => watch.left_to_others().await,
    }
}

struct Watch<'a> {
    app: &'a App,
    decided: &'a Decided,
    record: &'a ConnectionRecord,
    secret: Secret,
}

impl Watch<'_> {
    /// Looks once the secret is accepted.
    async fn first_look(&self) -> Result<Seen> {
        let patience = if ending::is_fresh(self.app, self.record) {
            PATIENCE
        } else {
            Duration::ZERO
        };
        let mut pauses = Pauses::new(patience);
        self.tell(Progress::Running, "");
        loop {
            let seen = self.look().await?;
            if !matches!(seen, Seen::SignedOut) {
                return Ok(seen);
            }
            self.tell(
                Progress::Waiting,
                "Entra ID to accept the new secret (usually some seconds)",
            );
            if !pauses.pause().await {
                self.tell(Progress::Failed, "the app can't sign in");
                return Ok(seen);
            }
        }
    }

    /// Asks with a new token each time: what a token says of the app is of the moment it was made.
    async fn look(&self) -> Result<Seen> {
        let (azure, _) = self.app.as_connection(self.record, &self.secret).await?;
        Ok(match azure.some_partner_customers(1).await {
            Ok(_) => Seen::Registered,
            Err(error) if waits_for_registration(&error) => Seen::NotYet,
            Err(AzureError::SignIn(error)) if NOT_YET.contains(&error.code.as_str()) => {
                Seen::SignedOut
            }
            Err(AzureError::SignIn(_)) => Seen::Refused,
            Err(AzureError::Network(_) | AzureError::Unreadable { .. }) => Seen::Away,
            Err(AzureError::Api(error)) if error.status == 429 || error.status >= 500 => Seen::Away,
            Err(AzureError::Api(_)) => Seen::Refused,
        })
    }

    /// Whether somebody can be told to click: a person at the terminal, or the simulated Azure's administrator.
    async fn somebody_is_there(&self) -> Result<bool> {
        Ok(self.app.ui.can_ask() || self.app.reach().await?.sandbox.is_some())
    }

    /// The page to click on.
    async fn page(&self) -> Result<String> {
        let cloud = &self.app.reach().await?.cloud;
        if cloud.is_loopback() {
            // A simulated Partner Center has the page under its own address.
            let own = cloud.partner_center.as_str().trim_end_matches('/');
            return Ok(format!("{own}/dashboard/account/v3/appmanagement"));
        }
        Ok(APP_MANAGEMENT.to_owned())
    }

    /// In the simulated Azure its own administrator does it, as they signed in.
    async fn simulated_click(&self) -> Result<()> {
        let Some(sandbox) = &self.app.reach().await?.sandbox else {
            return Ok(());
        };
        let person = sandbox.person(sandbox::ids::AVERY_NAME);
        let client_id = self.record.client_id.to_string();
        if let Err(error) = person.register_existing_app(&client_id).await {
            tracing::warn!("the simulated administrator could not register the app: {error}");
        }
        Ok(())
    }

    async fn until_clicked(&self) -> Result<(Option<Ended>, Option<Requests>)> {
        self.app.ui.tell(Event::NeedsUser {
            what: format!("As a Global Administrator, {}", self.clicks()),
            url: self.page().await?,
            code: None,
        });
        self.simulated_click().await?;
        let mut pauses = Pauses::new(CLICK);
        loop {
            self.tell(
                Progress::Waiting,
                "the registration in Partner Center (Ctrl-C keeps everything; `--resume` goes on)",
            );
            if !pauses.pause().await {
                return self.left_to_others().await;
            }
            match self.look().await? {
                Seen::Registered => return Ok((Some(self.ended(Progress::Done)), None)),
                Seen::Refused => {
                    self.tell(Progress::Failed, "Partner Center refuses the app");
                    return Ok((None, None));
                }
                Seen::NotYet | Seen::SignedOut | Seen::Away => {}
            }
        }
    }

    /// Nobody is there who could do it, or nobody did: the run ends for now.
    async fn left_to_others(&self) -> Result<(Option<Ended>, Option<Requests>)> {
        let spec = &self.decided.spec;
        let ask = ByHand {
            what: format!(
                "Register the application {} in Partner Center",
                self.record.client_id
            ),
            who: format!(
                "a Global Administrator of {} ({})",
                spec.directory.display_name, spec.directory.id
            ),
            commands: vec![
                format!("To do: {}.", self.clicks()),
                "If it is listed there already: Partner Center has no API for indirect resellers."
                    .to_owned(),
            ],
            portal: Some(self.page().await?),
        };
        let ask = Asked {
            step: ID.to_owned(),
            right: Right::named("partner-center-administrator"),
            why: "Partner Center serves an application only once a person has registered it there."
                .to_owned(),
            by_hand: ask,
        };
        let asked = request::of_person(self.app, (spec, &self.decided.azure), ask).await;
        self.app.ui.tell(Event::Shown {
            blocks: asked.blocks.clone(),
        });
        Ok((Some(self.ended(Progress::Pending)), Some(asked)))
    }

    /// Who has to click what.
    fn clicks(&self) -> String {
        let id = self.record.client_id;
        let register =
            "click Register existing app under Web App, choose it, and click Register your app";
        match &self.decided.spec.application {
            Application::Own { display_name, .. } => format!(
                "open Account settings > App management and {register}: \"{display_name}\" ({id})"
            ),
            Application::Existing { .. }
            | Application::Principal { .. }
            | Application::Vendor { .. } => format!(
                "open Account settings > App management and look whether the app {id} is listed under Web App; if it isn't, {register}"
            ),
        }
    }

    fn ended(&self, how: Progress) -> Ended {
        let (status, detail) = match how {
            Progress::Found => ("found", ""),
            Progress::Done => ("done", ""),
            _ => (MANUAL, "a Global Administrator has to register it"),
        };
        self.tell(how, detail);
        Ended {
            id: ID.to_owned(),
            title: TITLE.to_owned(),
            status,
            receipt: None,
            error: None,
        }
    }

    fn tell(&self, status: Progress, detail: &str) {
        self.app.ui.tell(Event::Step {
            id: ID.to_owned(),
            title: TITLE.to_owned(),
            change: "create".to_owned(),
            status,
            detail: detail.to_owned(),
        });
    }
}
