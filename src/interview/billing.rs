//! Which billing account, under which agreement, and which of a partner's customers.

use super::Interview;
use super::answers::Source;
use super::billing_refusals as refusals;
use crate::azure::billing::BillingAccount;
use crate::azure::{Azure, AzureError};
use crate::connection::{Agreement, Directory, ScopeChoice};
use crate::error::{Error, Result};
use crate::interview::questions::Question;
use crate::interview::{exports, missing};
use crate::ui::Choice;
use crate::vendors::Vendor;

/// Whether a connection reads a billing account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillingWish {
    /// The vendor reads one.
    Needed,
    /// The vendor may read one, if the person names it.
    IfNamed,
    /// The vendor reads one, or subscriptions: the person says which.
    Offered,
    /// The vendor reads subscriptions only.
    Never,
    /// The vendor reads neither: its access is given elsewhere, in Partner Center.
    Elsewhere,
}

/// The answers that say that a billing account is to be read, or a part of one.
const NAMES_AN_ACCOUNT: &[&str] = &[
    "billing_account",
    "billing_profile",
    "invoice_section",
    "department",
    "customer_tenant",
];

/// A billing account that was decided on.
pub(super) struct Account {
    pub(super) name: String,
    pub(super) display_name: String,
    pub(super) agreement: Agreement,
}

impl Interview {
    /// Whether an answer says that a billing account is to be read, or a part of one.
    pub(super) fn names_an_account(&self) -> bool {
        NAMES_AN_ACCOUNT
            .iter()
            .any(|key| self.answers.get(key).is_some())
            || self.reads_single_customers()
    }

    /// Whether the role is to hold at single customers only.
    pub(super) fn reads_single_customers(&self) -> bool {
        self.answers.value("billing_role") == Some("customer-reader")
    }

    /// The agreement, and what the vendor is to read: the account or one of its profiles, and then the customers that were chosen.
    /// Nothing where a gap is left.
    pub(super) async fn billing(
        &mut self,
        azure: &Azure,
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<Option<(Agreement, Vec<ScopeChoice>)>> {
        let seen = azure.billing_accounts().await?;
        let account = match self.answers.value("billing_account").map(str::to_owned) {
            Some(name) => self.named_account(azure, &name, &seen, directory).await?,
            None => self.choose_account(&seen, vendor, directory).await?,
        };
        let Some(account) = account else {
            return Ok(None);
        };
        self.fits(&account, vendor)?;
        self.has_what_was_named(&account)?;
        self.is_read_by(vendor)?;
        let asks_customers = vendor.asks.iter().any(|key| key == "customer_tenant");
        if self.reads_single_customers() {
            let customers = self.single_customers(azure, &account).await?;
            return Ok(customers.map(|all| (account.agreement, all)));
        }
        let Some(at) = self.granted_at(azure, &account, vendor).await? else {
            return Ok(None);
        };
        let mut scopes = vec![at];
        if account.agreement == Agreement::Mpa && asks_customers {
            // An export is one customer's, so that "all of them" is none.
            let exports_each = exports::need(&self.answers, vendor).is_some()
                && self.answers.get("export_scope").is_none();
            let chosen = if exports_each {
                self.customers_to_export(azure, &account, &scopes).await?
            } else {
                self.customers(azure, &account, vendor, &scopes).await?
            };
            scopes.extend(chosen);
        }
        Ok(Some((account.agreement, scopes)))
    }

    /// Notes a gap where only Azure shows that there is one: several billing accounts, and none named.
    ///
    /// # Errors
    /// Whatever Azure answers; where no account fits, that is said.
    pub async fn look_at_accounts(
        &mut self,
        azure: &Azure,
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<()> {
        if self.answers.get("billing_account").is_none() {
            let seen = azure.billing_accounts().await?;
            self.choose_account(&seen, vendor, directory).await?;
        }
        Ok(())
    }

    /// The account that was named. Somebody without a role on it sees nothing of it, and can still have the rest done.
    async fn named_account(
        &mut self,
        azure: &Azure,
        name: &str,
        seen: &[BillingAccount],
        directory: &Directory,
    ) -> Result<Option<Account>> {
        if let Some(account) = seen
            .iter()
            .find(|account| account.name.eq_ignore_ascii_case(name))
        {
            return usable(account, seen, directory).map(Some);
        }
        match azure.billing_account(name).await {
            Ok(account) => usable(&account, seen, directory).map(Some),
            Err(error) if error.is_not_found() => {
                Err(refusals::no_such_account(name, Error::from(error)))
            }
            Err(
                error @ (AzureError::SignIn(_)
                | AzureError::Network(_)
                | AzureError::Unreadable { .. }),
            ) => Err(error.into()),
            Err(AzureError::Api(error)) if matches!(error.status, 401 | 403) => {
                self.unseen_account(name)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn unseen_account(&mut self, name: &str) -> Result<Option<Account>> {
        let said = self.answers.value("agreement").and_then(Agreement::of_key);
        let Some(agreement) = said.or_else(|| Agreement::of_account_name(name)) else {
            if let Some(question) = Question::find("agreement") {
                self.gaps.push(missing::gap(
                    question,
                    vec!["mca".to_owned(), "mpa".to_owned()],
                ));
            }
            return Ok(None);
        };
        Ok(Some(Account {
            name: name.to_owned(),
            display_name: name.to_owned(),
            agreement,
        }))
    }

    async fn choose_account(
        &mut self,
        seen: &[BillingAccount],
        vendor: &Vendor,
        directory: &Directory,
    ) -> Result<Option<Account>> {
        let fitting = fitting(seen, vendor, directory);
        let chosen = match fitting.as_slice() {
            [] => return Err(refusals::none_fits(seen, vendor, directory)),
            [only] => {
                self.answers
                    .set("billing_account", vec![only.name.clone()], Source::Only);
                *only
            }
            several => {
                let options = several
                    .iter()
                    .map(|account| Choice {
                        label: account.display_name(),
                        detail: described(account),
                    })
                    .collect();
                let names = several.iter().map(|account| account.name.clone()).collect();
                match self
                    .choose("billing_account", options, names)
                    .await?
                    .and_then(|at| several.get(at))
                {
                    Some(account) => account,
                    None => return Ok(None),
                }
            }
        };
        usable(chosen, seen, directory).map(Some)
    }

    /// Whether the agreement is the one that was said, and one that the vendor can read.
    pub(super) fn fits(&self, account: &Account, vendor: &Vendor) -> Result<()> {
        if let Some(said) = self
            .answers
            .value("agreement")
            .and_then(Agreement::of_key)
            .filter(|said| *said != account.agreement)
        {
            return Err(refusals::other_agreement(
                &account.display_name,
                account.agreement,
                said,
            ));
        }
        if vendor
            .agreements
            .iter()
            .any(|key| key == account.agreement.key())
            && !matches!(account.agreement, Agreement::Mosp | Agreement::Csp)
        {
            return Ok(());
        }
        Err(refusals::agreement_unsupported(
            &account.display_name,
            account.agreement,
            vendor,
        ))
    }

    /// Billing profiles and customers are only under some agreements; what was named and isn't there must not be passed over.
    pub(super) fn has_what_was_named(&self, account: &Account) -> Result<()> {
        const ONLY_UNDER: &[(&str, &[Agreement])] = &[
            ("billing_profile", &[Agreement::Mca, Agreement::Mpa]),
            ("invoice_section", &[Agreement::Mca]),
            ("department", &[Agreement::Ea]),
            ("customer_tenant", &[Agreement::Mpa]),
            ("billing_role", &[Agreement::Mpa]),
        ];
        let strange = ONLY_UNDER.iter().find(|(key, agreements)| {
            let says = self.answers.value(key);
            says.is_some_and(|value| value != "account-reader")
                && !agreements.contains(&account.agreement)
        });
        match strange {
            Some((key, _)) => Err(refusals::not_under(
                &key.replace('_', "-"),
                &account.display_name,
                account.agreement,
            )),
            None => Ok(()),
        }
    }
}

/// The accounts that the vendor can be given in this directory.
pub(super) fn fitting<'a>(
    seen: &'a [BillingAccount],
    vendor: &Vendor,
    directory: &Directory,
) -> Vec<&'a BillingAccount> {
    let is_read = |agreement: Agreement| {
        !matches!(agreement, Agreement::Mosp | Agreement::Csp)
            && vendor.agreements.iter().any(|key| key == agreement.key())
    };
    seen.iter()
        .filter(|account| {
            account.is_active() && account.tenant().is_none_or(|own| own == directory.id)
        })
        .filter(|account| account.agreement().is_some_and(is_read))
        .collect()
}

pub(super) fn described(account: &BillingAccount) -> String {
    format!(
        "{} · {}",
        account
            .agreement()
            .map_or("unknown agreement", Agreement::title),
        account.name
    )
}

/// The account, if something can be granted on it in this directory.
fn usable(
    account: &BillingAccount,
    seen: &[BillingAccount],
    directory: &Directory,
) -> Result<Account> {
    if !account.is_active() {
        return Err(refusals::inactive(account, seen));
    }
    if let Some(other) = account.tenant().filter(|own| *own != directory.id) {
        return Err(refusals::other_directory(account, other, directory));
    }
    let agreement = account
        .agreement()
        .ok_or_else(|| refusals::unknown_agreement(account))?;
    Ok(Account {
        name: account.name.clone(),
        display_name: account.display_name(),
        agreement,
    })
}
