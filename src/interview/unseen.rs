//! The wish of somebody who doesn't sign in: nothing can be looked up, so what Azure would show is asked for, and its form is all that can
//! be held against it. What is wrong with a value the proof at the end shows.

use super::Interview;
use super::answers::Source;
use super::billing::{Account, BillingWish};
use super::exports::{self, unseen_account};
use super::resolve::Setting;
use crate::azure::Azure;
use crate::azure::ids::TenantId;
use crate::connection::{Agreement, Directory, Scope, ScopeChoice, StorageAccountId};
use crate::error::{Error, Result};
use crate::ui::Choice;
use crate::vendors::Vendor;

impl Interview {
    /// The directory that is named, by its ID or one of its domains; nothing where that is a gap.
    ///
    /// # Errors
    /// `Usage` where no directory of this cloud has the domain; `Interrupted`; where Entra ID can't be reached.
    pub async fn named_directory(&mut self, azure: &Azure) -> Result<Option<Directory>> {
        let given = match self.answers.value("tenant") {
            Some(given) => given.trim().to_owned(),
            None => match self.ask_text("tenant").await? {
                Some(given) => given.trim().to_owned(),
                None => return Ok(None),
            },
        };
        if let Ok(id) = given.parse::<TenantId>() {
            return Ok(Some(Directory {
                id,
                display_name: given,
                default_domain: None,
            }));
        }
        match azure.directory_of_domain(&given).await? {
            Some(id) => Ok(Some(Directory {
                id,
                display_name: given.clone(),
                default_domain: Some(given),
            })),
            None => Err(Error::usage(
                "domain_unknown",
                format!("No directory of this cloud has the domain {given}."),
            )
            .hint("Give the Directory (tenant) ID: it is in the portal under Microsoft Entra ID > Overview.")),
        }
    }

    /// As `reads`, from answers alone.
    pub(super) async fn reads_unseen(
        &mut self,
        setting: &Setting<'_>,
        vendor: &Vendor,
    ) -> Result<(Option<Agreement>, Vec<ScopeChoice>)> {
        let said = self.answers.value("agreement").and_then(Agreement::of_key);
        let account = match setting.billing {
            BillingWish::Needed => true,
            BillingWish::Elsewhere => return Ok((said, Vec::new())),
            BillingWish::Never => false,
            BillingWish::IfNamed => self.names_an_account(),
            BillingWish::Offered if self.names_an_account() => true,
            BillingWish::Offered if self.says_any(&["subscription", "management_group"]) => false,
            BillingWish::Offered => match self.either(vendor).await? {
                Some(account) => account,
                None => return Ok((None, Vec::new())),
            },
        };
        if !account {
            return Ok((said, self.scopes_unseen().await?));
        }
        let Some(account) = self.account_unseen().await? else {
            return Ok((None, Vec::new()));
        };
        self.fits(&account, vendor)?;
        self.has_what_was_named(&account)?;
        self.is_read_by(vendor)?;
        let scopes = self.parts_unseen(&account, vendor).await?;
        Ok((Some(account.agreement), scopes))
    }

    async fn either(&mut self, vendor: &Vendor) -> Result<Option<bool>> {
        let options = [
            ("A billing account", "everything that is invoiced to it"),
            ("Subscriptions", "those that you name"),
        ];
        let options = options.map(|(label, detail)| Choice {
            label: label.to_owned(),
            detail: detail.to_owned(),
        });
        let prompt = format!("What is {} to read?", vendor.name);
        let at = self
            .choose_as("billing_account", &prompt, options.to_vec(), Vec::new())
            .await?;
        Ok(at.map(|at| at == 0))
    }

    /// The account by its name, whose form tells an enrollment from the others; which of those it is the person knows.
    async fn account_unseen(&mut self) -> Result<Option<Account>> {
        let name = match self.answers.value("billing_account") {
            Some(name) => name.to_owned(),
            None => match self.ask_text("billing_account").await? {
                Some(name) => name,
                None => return Ok(None),
            },
        };
        let said = self.answers.value("agreement").and_then(Agreement::of_key);
        let agreement = match said.or_else(|| Agreement::of_account_name(&name)) {
            Some(agreement) => agreement,
            None => {
                let kinds = [Agreement::Mca, Agreement::Mpa];
                let options = kinds.map(|kind| Choice {
                    label: kind.title().to_owned(),
                    detail: String::new(),
                });
                let keys = kinds.map(|kind| kind.key().to_owned());
                let at = self
                    .choose("agreement", options.to_vec(), keys.to_vec())
                    .await?;
                match at.and_then(|at| kinds.get(at)) {
                    Some(kind) => *kind,
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Account {
            display_name: name.clone(),
            name,
            agreement,
        }))
    }

    /// What of the account is read: the part that was named, else the whole; of a partner, the customers that were named as well.
    async fn parts_unseen(
        &mut self,
        account: &Account,
        vendor: &Vendor,
    ) -> Result<Vec<ScopeChoice>> {
        let named = |key: &str| self.answers.value(key).map(str::to_owned);
        let profile = named("billing_profile").filter(|name| name != super::billing_parts::WHOLE);
        let name = account.name.clone();
        let scope = match (named("department"), &profile, named("invoice_section")) {
            (Some(department), ..) => Scope::Department(name, department),
            (None, Some(profile), Some(section)) => {
                Scope::InvoiceSection(name, profile.clone(), section)
            }
            (None, Some(profile), None) => Scope::BillingProfile(name, profile.clone()),
            (None, None, _) => Scope::BillingAccount(name),
        };
        let customers = self.customers_unseen(account)?;
        if self.reads_single_customers() {
            let profile = match profile {
                Some(profile) => Some(profile),
                None => self.ask_text("billing_profile").await?,
            };
            return Ok(profile.map_or_else(Vec::new, |profile| below(account, &profile, customers)));
        }
        let has_export = exports::need(&self.answers, vendor).is_some();
        if has_export && account.agreement == Agreement::Mca && scope.billing_account().is_some() {
            self.profile_to_export(account, profile).await?;
        }
        let mut scopes = vec![called(scope, &account.display_name)];
        if vendor.asks.iter().any(|key| key == "customer_tenant") {
            let below = |tenant: TenantId| {
                let scope = Scope::Customer(account.name.clone(), tenant);
                called(scope, &tenant.to_string())
            };
            scopes.extend(customers.into_iter().map(below));
        }
        Ok(scopes)
    }

    /// Under a Microsoft Customer Agreement a billing profile is exported, and only the person can say which there are.
    async fn profile_to_export(
        &mut self,
        account: &Account,
        profile: Option<String>,
    ) -> Result<()> {
        if self.answers.get("export_scope").is_some() {
            return Ok(());
        }
        let profile = match profile {
            Some(profile) => Some(profile),
            None => self.ask_text("billing_profile").await?,
        };
        if let Some(profile) = profile {
            let scope = Scope::BillingProfile(account.name.clone(), profile);
            self.answers
                .set("export_scope", vec![scope.to_string()], Source::Asked);
        }
        Ok(())
    }

    fn customers_unseen(&self, account: &Account) -> Result<Vec<TenantId>> {
        let given = self.answers.get("customer_tenant");
        given
            .iter()
            .filter(|_| account.agreement == Agreement::Mpa)
            .flat_map(|answer| &answer.values)
            .filter(|text| *text != "all")
            .map(|text| {
                text.parse()
                    .map_err(|_| Error::bug("customer_tenant was not checked"))
            })
            .collect()
    }

    async fn scopes_unseen(&mut self) -> Result<Vec<ScopeChoice>> {
        if let Some(name) = self.answers.value("management_group") {
            let scope = Scope::ManagementGroup(name.to_owned());
            return Ok(vec![called(scope, name)]);
        }
        if self.answers.get("subscription").is_none() {
            self.ask_text("subscription").await?;
        }
        let given = self.answers.get("subscription");
        let values = given.map_or(&[][..], |answer| answer.values.as_slice());
        values
            .iter()
            .map(|text| {
                let id = text.parse().map_err(|_| all_unseen())?;
                Ok(called(Scope::Subscription(id), text))
            })
            .collect()
    }

    /// Where exported files go, as a whole resource ID, so that nothing has to be looked for.
    pub(super) async fn storage_unseen(
        &mut self,
        vendor: &Vendor,
        directory: &Directory,
        scopes: &[ScopeChoice],
    ) -> Result<()> {
        let named = self.answers.value("storage_account").map(str::to_owned);
        let is_whole = |text: &String| text.parse::<StorageAccountId>().is_ok();
        if exports::need(&self.answers, vendor).is_none() || named.as_ref().is_some_and(is_whole) {
            return Ok(());
        }
        let read = scopes.iter().find_map(|choice| match &choice.scope {
            Scope::Subscription(id) => Some(*id),
            _ => None,
        });
        let subscription = match (read, self.answers.value("subscription")) {
            (Some(id), _) => Some(id),
            (None, Some(text)) => Some(text.parse().map_err(|_| all_unseen())?),
            (None, None) => match self.ask_text("subscription").await? {
                Some(text) => Some(text.parse().map_err(|_| all_unseen())?),
                None => None,
            },
        };
        let Some(subscription) = subscription else {
            return Ok(());
        };
        let name = self.name(vendor, directory)?;
        let group = self.answers.value("resource_group").map(str::to_owned);
        let id = unseen_account(directory.id, subscription, &name, (group, named));
        self.answers
            .set("storage_account", vec![id.to_string()], Source::Default);
        Ok(())
    }
}

fn called(scope: Scope, name: &str) -> ScopeChoice {
    ScopeChoice {
        scope,
        display_name: name.to_owned(),
    }
}

/// The customers where a role is given on each alone.
fn below(account: &Account, profile: &str, customers: Vec<TenantId>) -> Vec<ScopeChoice> {
    let one = |tenant: TenantId| {
        let scope = Scope::CustomerOfProfile(account.name.clone(), profile.to_owned(), tenant);
        called(scope, &tenant.to_string())
    };
    customers.into_iter().map(one).collect()
}

fn all_unseen() -> Error {
    Error::usage(
        "all_unseen",
        "Without a sign-in azconnect can't see which subscriptions there are.",
    )
    .hint("Name each by its ID: --subscription ID. The portal lists them under Subscriptions.")
}
