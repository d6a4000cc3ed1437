//! What the vendor is to read: a billing account, or subscriptions; where it can be either, the person says which.

use super::Interview;
use super::billing::{BillingWish, described, fitting};
use super::discovery;
use super::exports;
use super::resolve::Setting;
use crate::connection::{Agreement, Directory, Scope, ScopeChoice};
use crate::error::{Error, Result};
use crate::ui::Choice;
use crate::vendors::Vendor;

impl Interview {
    /// The agreement, where it is known, and what the vendor is to read; empty where a gap is left.
    pub(super) async fn reads(
        &mut self,
        setting: &Setting<'_>,
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<(Option<Agreement>, Vec<ScopeChoice>)> {
        let said = self.answers.value("agreement").and_then(Agreement::of_key);
        self.one_or_the_other(vendor)?;
        match self.reads_account(setting, vendor, directory).await? {
            None if setting.billing == BillingWish::Elsewhere => Ok((said, Vec::new())),
            None => Ok((None, Vec::new())),
            Some(false) => Ok((said, self.scopes(setting.azure, directory.id).await?)),
            Some(true) => match self.billing(setting.azure, vendor, directory).await? {
                Some((agreement, scopes)) => Ok((Some(agreement), scopes)),
                None => Ok((None, Vec::new())),
            },
        }
    }

    /// Whether a billing account is read; nothing where that is a gap.
    async fn reads_account(
        &mut self,
        setting: &Setting<'_>,
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<Option<bool>> {
        if exports::need(&self.answers, vendor).is_some() {
            self.follow_export_scope();
        }
        let named = self.names_an_account();
        match setting.billing {
            BillingWish::Needed => Ok(Some(true)),
            BillingWish::Elsewhere => Ok(None),
            BillingWish::Never => Ok(Some(false)),
            BillingWish::IfNamed => Ok(Some(named)),
            BillingWish::Offered if named => Ok(Some(true)),
            BillingWish::Offered if self.says_any(&["subscription", "management_group"]) => {
                Ok(Some(false))
            }
            BillingWish::Offered => self.choose_either(setting, vendor, directory).await,
        }
    }

    /// Whoever names only what is exported has said what is read as well.
    fn follow_export_scope(&mut self) {
        let reads = [
            "billing_account",
            "billing_profile",
            "customer_tenant",
            "subscription",
            "management_group",
        ];
        let Some(answer) = self.answers.get("export_scope").cloned() else {
            return;
        };
        if self.says_any(&reads) {
            return;
        }
        for scope in answer
            .values
            .iter()
            .filter_map(|text| text.parse::<Scope>().ok())
        {
            let read: Vec<(&str, String)> = match scope {
                Scope::BillingAccount(account)
                | Scope::BillingProfile(account, _)
                | Scope::InvoiceSection(account, ..)
                | Scope::Department(account, _) => vec![("billing_account", account)],
                Scope::Customer(account, tenant) | Scope::CustomerOfProfile(account, _, tenant) => {
                    vec![
                        ("billing_account", account),
                        ("customer_tenant", tenant.to_string()),
                    ]
                }
                Scope::ManagementGroup(name) => vec![("management_group", name)],
                Scope::Subscription(id) | Scope::ResourceGroup(id, _) => {
                    vec![("subscription", id.to_string())]
                }
                Scope::StorageAccount(_) | Scope::Container(..) => Vec::new(),
            };
            for (key, value) in read {
                let mut values = self
                    .answers
                    .get(key)
                    .map_or_else(Vec::new, |known| known.values.clone());
                if !values.contains(&value) {
                    values.push(value);
                }
                self.answers.set(key, values, answer.source.clone());
            }
        }
    }

    /// One question: one of the billing accounts, or subscriptions. None where there is only the one or the other.
    async fn choose_either(
        &mut self,
        setting: &Setting<'_>,
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<Option<bool>> {
        let seen = match setting.azure.billing_accounts().await {
            Err(error) if matches!(error.status(), Some(401 | 403)) => Vec::new(),
            answer => answer?,
        };
        let accounts = fitting(&seen, vendor, directory);
        if accounts.is_empty() {
            return Ok(Some(false));
        }
        let (usable, _) = discovery::subscriptions(setting.azure, directory.id).await?;
        if usable.is_empty() {
            return Ok(Some(true));
        }
        let subscriptions = Choice {
            label: "Subscriptions".to_owned(),
            detail: match usable.as_slice() {
                [only] => only.display_name.clone(),
                several => format!("{} to choose from", several.len()),
            },
        };
        let options = accounts
            .iter()
            .map(|account| Choice {
                label: account.display_name(),
                detail: described(account),
            })
            .chain([subscriptions])
            .collect();
        let names: Vec<String> = accounts
            .iter()
            .map(|account| account.name.clone())
            .collect();
        let count = names.len();
        let prompt = format!("What is {} to read?", vendor.name);
        let at = self
            .choose_as("billing_account", &prompt, options, names)
            .await?;
        if at.is_none() {
            self.ways.push(
                "Or name subscriptions in the place of a billing account: --subscription ID, or `all`"
                    .to_owned(),
            );
        }
        Ok(at.map(|at| at < count))
    }

    /// A vendor reads a billing account or subscriptions. With an export, one subscription beside the account is where files are kept.
    fn one_or_the_other(&self, vendor: &Vendor) -> Result<()> {
        let both = self.answers.get("billing_account").is_some()
            && self.answers.get("subscription").is_some();
        if both && exports::need(&self.answers, vendor).is_none() {
            return Err(Error::usage("invalid_answer", super::answers::BOTH)
                .hint("Leave `--billing-account` or `--subscription` away."));
        }
        Ok(())
    }
}
