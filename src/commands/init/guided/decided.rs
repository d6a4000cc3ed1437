//! Whether a run is guided, and what can be decided where nobody signs in.

use std::sync::Arc;

use crate::azure::Azure;
use crate::azure::error::Facts;
use crate::azure::sign_in::{self, SignedIn};
use crate::commands::app::App;
use crate::commands::init::again::Again;
use crate::commands::init::{Args, DIRECTORY, Decided, billing_wish, exported, facts};
use crate::commands::signing;
use crate::commands::way::Reach;
use crate::connection::{Application, ConnectionSpec, Credential};
use crate::error::{Error, Kind, Result};
use crate::interview::{Answers, Interview, resolve};
use crate::plan::guide::Guided;
use crate::remedies;
use crate::secret::Secret;
use crate::store::SecretStore;
use crate::ui::Event;
use crate::vendors::Vendor;

/// Whether a person is to be guided: nothing where azconnect does it, else whether somebody signs in.
///
/// # Errors
/// `Usage` where nobody is to sign in and azconnect is to do it.
pub(in crate::commands::init) fn wanted(answers: &Answers) -> Result<Option<bool>> {
    let signs_in = answers.value_or("sign_in", "auto") != "none";
    match answers.value("mode") {
        Some("guided") => Ok(Some(signs_in)),
        None if !signs_in => Ok(Some(false)),
        Some(_) if !signs_in => Err(Error::usage(
            "nobody_signed_in",
            "With `--sign-in none` azconnect can change nothing in Azure.",
        )
        .hint("Be guided through it instead: `--mode guided`")
        .hint("Or sign in: leave `--sign-in none` away")),
        Some(_) | None => Ok(None),
    }
}

/// Signs in for the looks of a guided run; where that can't be done, the person is asked instead.
///
/// # Errors
/// Whatever is wrong beside the sign-in.
pub(in crate::commands::init) async fn sign_in_if_possible(
    app: &App,
    answers: &Answers,
) -> Result<Option<SignedIn>> {
    match signing::sign_in(app, answers).await {
        Ok(signed_in) => Ok(Some(signed_in)),
        Err(error) if error.kind() == Kind::SignedOut => {
            app.ui.tell(Event::Warning {
                what: format!("Nobody could be signed in: {}", error.message()),
                fix: "azconnect goes on without: it asks for what it can't look at. To sign in instead, stop and see `--sign-in`.".to_owned(),
            });
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What was decided without a sign-in.
///
/// # Errors
/// `Usage` with every gap; `Interrupted`; where the named directory can't be found.
pub(in crate::commands::init) async fn unseen(
    given: Option<Secret>,
    (args, app): (&Args, &App),
    (interview, vendor): (&mut Interview, &'static Vendor),
    (store, certificate): (Arc<dyn SecretStore>, Option<String>),
) -> Result<Decided> {
    let Reach {
        cloud, transport, ..
    } = app.reach().await?;
    let mut known = Facts::from([
        (
            "portal",
            cloud.portal.as_str().trim_end_matches('/').to_owned(),
        ),
        ("vendor", vendor.id.clone()),
    ]);
    known.extend(app.azure_flag().map(|flag| (remedies::AZURE_FLAG, flag)));
    let azure = Azure::new(cloud, transport, sign_in::nobody(), known);
    let Some(directory) = interview.named_directory(&azure).await? else {
        interview.close_gaps()?;
        return Err(Error::bug("a directory that is neither known nor missing"));
    };
    app.ui.tell(Event::Fact {
        label: DIRECTORY.to_owned(),
        value: directory.display_name.clone(),
        source: interview.answers.source("tenant"),
    });
    let setting = resolve::Setting {
        azure: &azure,
        cloud: &cloud.name,
        secret_given: given.is_some(),
        certificate: certificate.as_deref(),
        billing: billing_wish(vendor),
        is_unseen: true,
        exported: &|name| exported::earlier(app, name),
    };
    let spec = interview.complete(&setting, vendor, directory).await?;
    facts::tell(app, &spec, &interview.answers);
    let guided = Guided {
        signed_in: false,
        app_name: app_name(&spec, &azure).await,
    };
    let answers = interview.answers.clone();
    Ok(Decided {
        vendor,
        again: Again::new(args, app, &answers, &spec),
        answers,
        can_go_back: interview.can_go_back(),
        spec,
        azure,
        store,
        given,
        guided: Some(guided),
    })
}

/// That a run is guided in which somebody is signed in.
pub(in crate::commands::init) async fn signed_in(spec: &ConnectionSpec, azure: &Azure) -> Guided {
    Guided {
        signed_in: true,
        app_name: app_name(spec, azure).await,
    }
}

/// What the app registration is called, for whoever has to find it in a list.
async fn app_name(spec: &ConnectionSpec, azure: &Azure) -> String {
    match &spec.application {
        Application::Own { display_name, .. } | Application::Principal { display_name, .. } => {
            display_name.clone()
        }
        Application::Existing { client_id } => {
            let found = azure.application_by_client_id(*client_id).await;
            let name = found.ok().flatten().and_then(|app| app.display_name);
            name.map_or_else(
                || format!("the app {client_id}"),
                |name| crate::text::printable(&name),
            )
        }
    }
}

impl Decided {
    /// The app registration that is made where the one that a person names turns out to be none.
    pub(super) fn wished(&self) -> Application {
        match &self.spec.application {
            Application::Existing { .. } => Application::Own {
                display_name: format!("azconnect-{}", self.vendor.id),
                unique_name: format!("azconnect-{}", self.spec.name),
                redirect_uris: self.vendor.application.redirect_uris.clone(),
            },
            other => other.clone(),
        }
    }

    /// Whether the person makes a secret that azconnect then keeps.
    pub(super) fn takes_secret(&self) -> bool {
        matches!(self.spec.credential, Credential::NewSecret { .. })
    }
}
