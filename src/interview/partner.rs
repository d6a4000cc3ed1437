//! Who a CSP partner is: its partner id and its default domain, read from Microsoft where the person's sign-in may, asked otherwise.
//!
//! Partner Center shows profiles to people only, and only with a second factor, so whatever it answers here may also be no answer: then the
//! person is asked. What it does say about the directory is not passed over.

use super::Interview;
use super::answers::Source;
use super::partner_questions::{NEW, REGISTERED};
use super::resolve::unique_name;
use crate::azure::partner_center::PartnerProfile;
use crate::azure::{Azure, AzureError};
use crate::connection::{Directory, Partner};
use crate::error::{Error, Kind, Result};
use crate::ui::{Choice, Event};
use crate::vendors::{ApplicationKind, Vendor};

/// The page on which a person registers a partner's web app.
pub const APP_MANAGEMENT: &str =
    "https://partner.microsoft.com/en-us/dashboard/account/v3/appmanagement";

/// The role of Entra ID that Partner Center never refuses a partner's own profile.
/// Source: <https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference#global-administrator>
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

/// What Partner Center tells the person about their own partner.
#[derive(Debug)]
enum Own {
    /// This is it.
    Profile(PartnerProfile),
    /// The directory is no partner's.
    NoPartner,
    /// The directory has no access to the API, whoever asks.
    NotServed,
    /// Nothing that could be told from a missing right of this person.
    Silent,
}

impl Interview {
    /// Who the partner is, as far as the vendor asks for it; none where it doesn't. A value that is missing is noted as a gap.
    ///
    /// # Errors
    /// `Usage` where a value is another partner's or another directory's; `Forbidden` where the directory is no partner's that the API
    /// serves; `Interrupted`.
    pub(super) async fn partner(
        &mut self,
        azure: &Azure,
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<Option<Partner>> {
        let asks = |wanted: &str| vendor.asks.iter().any(|key| key == wanted);
        let mut partner = Partner::default();
        if asks("partner_id") {
            partner.partner_id = self.partner_id(azure, directory).await?;
        }
        if asks("default_domain") {
            partner.default_domain = self.default_domain(azure, directory).await?;
        }
        let is_wanted = asks("partner_id") || asks("default_domain");
        Ok(is_wanted.then_some(partner))
    }

    async fn partner_id(&mut self, azure: &Azure, directory: &Directory) -> Result<Option<String>> {
        let own = own(azure).await;
        if let Some(given) = self.answers.value("partner_id").map(str::to_owned) {
            self.verify_partner(azure, &given, &own).await?;
            return Ok(Some(given));
        }
        let read = match &own {
            Own::Profile(profile) => profile.id(),
            Own::NoPartner => return Err(no_partner(directory)),
            Own::NotServed => return Err(not_served(directory)),
            Own::Silent => None,
        };
        match read {
            Some(id) => {
                self.answers.set(
                    "partner_id",
                    vec![id.clone()],
                    Source::Read("Partner Center"),
                );
                self.tell_fact("Partner ID", &id, "partner_id");
                Ok(Some(id))
            }
            None => self.ask_text("partner_id").await,
        }
    }

    /// Holds a partner id against what Partner Center knows, where it tells.
    async fn verify_partner(&self, azure: &Azure, given: &str, own: &Own) -> Result<()> {
        let digits = given.len();
        if !(4..=10).contains(&digits) {
            self.caution(
                format!("A partner ID of {digits} digits is unusual: they have four to ten."),
                "Compare it with Account settings > Legal info > Partner: https://partner.microsoft.com/dashboard/account/v3/organization/legalinfo#mpn".to_owned(),
            );
        }
        match own {
            Own::Profile(profile) if profile.id().as_deref() == Some(given) => {
                self.tell_fact("Partner ID", given, "partner_id");
            }
            Own::Profile(profile) => self.another_partner(azure, given, profile).await?,
            Own::NoPartner => self.caution(
                "Partner Center knows no partner in this directory.".to_owned(),
                "Name the directory that is enrolled in CSP with `--tenant`, unless you are sure."
                    .to_owned(),
            ),
            Own::NotServed => self.caution(
                "Partner Center refuses you its API although you are a Global Administrator: the directory seems to be an indirect reseller's, which has no access to it.".to_owned(),
                "Ask the indirect provider for the data, unless you are sure.".to_owned(),
            ),
            Own::Silent => {}
        }
        Ok(())
    }

    /// The number is not the directory's own: a partner's global number, or a stranger's.
    async fn another_partner(
        &self,
        azure: &Azure,
        given: &str,
        own: &PartnerProfile,
    ) -> Result<()> {
        let expected = own.id().unwrap_or_default();
        match azure.partner_by_id(given).await {
            Ok(None) => Err(Error::usage(
                "partner_unknown",
                format!("Partner Center knows no partner with the ID {given}."),
            )
            .why(format!("This directory's own partner ID is {expected}."))
            .hint(format!(
                "Give that one, or leave it away and azconnect reads it: --partner-id {expected}"
            ))),
            Ok(Some(other)) => {
                let name = other.name().unwrap_or_default();
                self.caution(
                    format!("The partner ID {given} ({name}) is not this directory's own, which is {expected}. Vendors want that of the location that is enrolled in CSP (PLA), not the global one (PGA)."),
                    format!("Give the location's: --partner-id {expected}"),
                );
                Ok(())
            }
            Err(error) => {
                tracing::info!("the partner id could not be verified: {error}");
                Ok(())
            }
        }
    }

    async fn default_domain(
        &mut self,
        azure: &Azure,
        directory: &Directory,
    ) -> Result<Option<String>> {
        if let Some(given) = self.answers.value("default_domain") {
            let given = given.to_ascii_lowercase();
            leads_here(azure, &given, directory).await?;
            return Ok(Some(given));
        }
        let organization = azure.organization().await.ok().flatten();
        let read = organization.as_ref().and_then(|one| one.default_domain());
        let initial = organization.as_ref().and_then(|one| one.initial_domain());
        let found = match read {
            Some(domain) => Some((domain, "Microsoft Graph")),
            None => directory
                .default_domain
                .clone()
                .map(|domain| (domain, "Azure Resource Manager")),
        };
        let Some((domain, service)) = found else {
            return self.ask_text("default_domain").await;
        };
        self.answers.set(
            "default_domain",
            vec![domain.clone()],
            Source::Read(service),
        );
        let other = initial.filter(|initial| *initial != domain);
        let source = match other {
            Some(initial) => format!("from {service}; the initial one is {initial}"),
            None => format!("from {service}"),
        };
        self.tell(Event::Fact {
            label: "Default domain".to_owned(),
            value: domain.clone(),
            source,
        });
        Ok(Some(domain))
    }

    /// Which app registration becomes Partner Center's web app, where the vendor signs in with one. A script that names none has a new one
    /// made, as for every other vendor; what an earlier run has made is taken without a question.
    ///
    /// # Errors
    /// `Usage` where a new one is wanted and an existing one is named; whatever Azure answers; `Interrupted`.
    pub(super) async fn partner_app(
        &mut self,
        azure: &Azure,
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<()> {
        if vendor.application.kind != ApplicationKind::PartnerCenterWebApp {
            return Ok(());
        }
        let has_app = self.answers.get("app_id").is_some();
        // What an interrupted run had in mind gives way to an app that is named now.
        let said = self
            .answers
            .get("partner_app")
            .filter(|answer| !(has_app && answer.source == Source::Saved));
        let wanted = match said.and_then(|answer| answer.values.first().cloned()) {
            Some(word) => word,
            None if has_app || !self.can_ask() => return Ok(()),
            None if self.has_own_app(azure, vendor, directory).await? => return Ok(()),
            None => self.choose_partner_app().await?,
        };
        if wanted == NEW && has_app {
            return Err(Error::usage(
                "partner_app_twice",
                "`--app-id` names an existing app, and `--partner-app new` wants a new one.",
            )
            .hint("Leave one of them away."));
        }
        if wanted == REGISTERED && !has_app {
            if self.can_ask() {
                self.tell(Event::NeedsUser {
                    what: "As a Global Administrator, open Account settings > App management: take the web app that is there, or click Add new web app; then copy its App ID".to_owned(),
                    url: APP_MANAGEMENT.to_owned(),
                    code: None,
                });
            }
            self.ask_text("app_id").await?;
        }
        Ok(())
    }

    /// Whether an earlier run has registered the connection's own app.
    async fn has_own_app(
        &mut self,
        azure: &Azure,
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<bool> {
        let unique_name = unique_name(&self.name(vendor, directory)?);
        let found = azure.application_by_unique_name(&unique_name).await?;
        Ok(found.is_some())
    }

    async fn choose_partner_app(&mut self) -> Result<String> {
        let options = [
            (
                "The one that is registered in Partner Center",
                "or that you register there now; azconnect adds a key to it",
            ),
            (
                "A new one",
                "azconnect registers it, you add it in Partner Center",
            ),
        ];
        let options = options.map(|(label, detail)| Choice {
            label: label.to_owned(),
            detail: detail.to_owned(),
        });
        let words = [REGISTERED, NEW].map(str::to_owned).to_vec();
        let chosen = self.choose("partner_app", options.to_vec(), words).await?;
        Ok(if chosen == Some(0) { REGISTERED } else { NEW }.to_owned())
    }

    fn tell_fact(&self, label: &str, value: &str, key: &str) {
        self.tell(Event::Fact {
            label: label.to_owned(),
            value: value.to_owned(),
            source: self.answers.source(key),
        });
    }

    fn caution(&self, what: String, fix: String) {
        self.tell(Event::Warning { what, fix });
    }
}

/// Asks Partner Center with the person's own token. A refusal means something only where this person could not be refused for lack of a
/// right.
async fn own(azure: &Azure) -> Own {
    let error = match azure.partner_profile().await {
        Ok(profile) => return Own::Profile(profile),
        Err(error) => error,
    };
    tracing::info!("Partner Center does not tell the partner's id: {error}");
    match (error.status(), error.code()) {
        (Some(401), "800001") => Own::NoPartner,
        (Some(403), "900150" | "900308") if is_global_administrator(azure).await => Own::NotServed,
        _ => Own::Silent,
    }
}

async fn is_global_administrator(azure: &Azure) -> bool {
    let roles = azure.my_directory_roles().await.unwrap_or_default();
    roles
        .iter()
        .any(|role| role.role_template_id.as_deref() == Some(GLOBAL_ADMINISTRATOR))
}

/// Refuses a domain of another directory, and one that is none's.
async fn leads_here(azure: &Azure, domain: &str, directory: &Directory) -> Result<()> {
    match azure.directory_of_domain(domain).await {
        Ok(Some(id)) if id == directory.id => Ok(()),
        Ok(Some(other)) => Err(Error::usage(
            "domain_elsewhere",
            format!(
                "The domain {domain} belongs to the directory {other}, not to {}.",
                directory.display_name
            ),
        )
        .why("The vendor signs in where the domain leads, and finds no such application there.")
        .hint("Leave `--default-domain` away, and azconnect reads it from the directory.")
        .hint(format!("Or connect the other directory: --tenant {domain}"))),
        Ok(None) => Err(Error::usage(
            "domain_unknown",
            format!("No directory of this cloud has the domain {domain}."),
        )
        .why("It is misspelt, not verified, or belongs to another cloud.")
        .hint("Leave `--default-domain` away, and azconnect reads it from the directory.")),
        // A sign-in host that is silent for once is no reason to refuse what a check looks at again later.
        Err(error @ (AzureError::Network(_) | AzureError::Unreadable { .. })) => {
            tracing::info!("the domain could not be verified: {error}");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

fn no_partner(directory: &Directory) -> Error {
    Error::new(
        Kind::Forbidden,
        "no_partner",
        format!(
            "Partner Center knows no partner in the directory {}.",
            directory.display_name
        ),
    )
    .why("The directory isn't enrolled in the Cloud Solution Provider programme, or it is another one of yours.")
    .hint("Name the directory that is enrolled, with `--tenant`; see it in Partner Center under Account settings > Identifiers: https://partner.microsoft.com/dashboard")
    .hint("If you are sure that it is this one, say its partner ID, and azconnect goes on: --partner-id NUMBER")
}

fn not_served(directory: &Directory) -> Error {
    Error::new(
        Kind::Forbidden,
        "partner_not_served",
        format!("Partner Center gives {} no access to its API.", directory.display_name),
    )
    .why("You are a Global Administrator, and it still refuses you the partner's own profile. So it does with indirect resellers: only direct-bill partners and indirect providers may use the API.")
    .hint("Ask your indirect provider to connect its own directory, which sees your customers. Read more: https://learn.microsoft.com/partner-center/developer/set-up-api-access-in-partner-center")
    .hint("If you are sure that you are a direct-bill partner or an indirect provider, say the partner ID, and azconnect goes on: --partner-id NUMBER")
}
