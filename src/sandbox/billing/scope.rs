//! Billing scopes: an account, and what in it costs are kept and roles are given for.

use uuid::Uuid;

use super::super::tenant::State;
use super::account::BillingAccount;
use super::refusal::Refusal;

const ACCOUNTS: [&str; 3] = ["providers", "Microsoft.Billing", "billingAccounts"];

/// A billing scope, as its id names it; whether it exists is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BillingScope {
    /// Name of the billing account.
    pub(super) account: String,
    pub(super) kind: Kind,
}

/// What a billing scope is within its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Account,
    Profile(String),
    InvoiceSection {
        profile: String,
        section: String,
    },
    /// Cost Management names customers under the account, roles are given under a billing profile.
    Customer {
        profile: Option<String>,
        customer: String,
    },
    Department(String),
}

impl BillingScope {
    /// Understands the id of a billing scope. None where it is none.
    pub(super) fn parse(id: &str) -> Option<Self> {
        let segments: Vec<&str> = id.split('/').filter(|part| !part.is_empty()).collect();
        let (prefix, rest) = segments.split_at_checked(ACCOUNTS.len())?;
        let same = |pair: (&&str, &str)| pair.0.eq_ignore_ascii_case(pair.1);
        if !prefix.iter().zip(ACCOUNTS).all(same) {
            return None;
        }
        let (account, below) = rest.split_first()?;
        let types: Vec<String> = below
            .iter()
            .step_by(2)
            .map(|name| name.to_ascii_lowercase())
            .collect();
        let types: Vec<&str> = types.iter().map(String::as_str).collect();
        let names: Vec<String> = below
            .iter()
            .skip(1)
            .step_by(2)
            .map(|name| (*name).to_owned())
            .collect();
        Some(Self {
            account: (*account).to_owned(),
            kind: kind(&types, &names)?,
        })
    }

    /// The scope and its account, both of which exist.
    pub(super) fn find<'state>(
        state: &'state State,
        id: &str,
    ) -> Result<(Self, &'state BillingAccount), Refusal> {
        let scope = Self::parse(id).ok_or_else(|| Refusal::no_such_path(id))?;
        let account = scope.account_in(state)?;
        if scope.kind.exists_in(account) {
            Ok((scope, account))
        } else {
            Err(Refusal::not_found())
        }
    }

    /// The account of the scope.
    pub(super) fn account_in<'state>(
        &self,
        state: &'state State,
    ) -> Result<&'state BillingAccount, Refusal> {
        state
            .billing
            .accounts
            .get(&self.account.to_ascii_lowercase())
            .ok_or_else(Refusal::not_found)
    }

    /// The account of this name as a scope.
    pub(super) fn named(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            kind: Kind::Account,
        }
    }

    /// The account as a scope.
    pub(super) fn of_account(account: &BillingAccount) -> Self {
        Self::named(&account.name)
    }

    /// Something in the same account.
    pub(super) fn with(&self, kind: Kind) -> Self {
        Self {
            account: self.account.clone(),
            kind,
        }
    }

    /// Its id.
    pub(super) fn id(&self) -> String {
        format!(
            "/{}/{}{}",
            ACCOUNTS.join("/"),
            self.account,
            self.kind.path()
        )
    }

    /// Its resource type, such as `Microsoft.Billing/billingAccounts/billingProfiles`.
    pub(super) fn resource_type(&self) -> String {
        let below = match self.kind {
            Kind::Account => "",
            Kind::Profile(_) => "/billingProfiles",
            Kind::InvoiceSection { .. } => "/billingProfiles/invoiceSections",
            Kind::Customer { profile: None, .. } => "/customers",
            Kind::Customer {
                profile: Some(_), ..
            } => "/billingProfiles/customers",
            Kind::Department(_) => "/departments",
        };
        format!("Microsoft.Billing/billingAccounts{below}")
    }

    /// The scope and those above it, whose roles count here too.
    pub(super) fn chain(&self) -> Vec<Self> {
        let profile = match &self.kind {
            Kind::InvoiceSection { profile, .. } => Some(profile),
            Kind::Customer { profile, .. } => profile.as_ref(),
            _ => None,
        };
        let above = profile.map(|profile| self.with(Kind::Profile(profile.clone())));
        let account = (self.kind != Kind::Account).then(|| self.with(Kind::Account));
        [Some(self.clone()), above, account]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The same with what only the account knows: a customer that is named below the account is invoiced by a billing profile, and
    /// roles are given there.
    pub(super) fn chain_in(&self, account: &BillingAccount) -> Vec<Self> {
        let mut chain = self.chain();
        if let Kind::Customer {
            profile: None,
            customer,
        } = &self.kind
            && let Some(found) = Uuid::try_parse(customer)
                .ok()
                .and_then(|id| account.customers.get(&id))
        {
            let below = self.with(Kind::Customer {
                profile: Some(found.profile.clone()),
                customer: customer.clone(),
            });
            chain.splice(
                1..1,
                [below, self.with(Kind::Profile(found.profile.clone()))],
            );
        }
        chain
    }

    /// Whether two ids mean the same scope.
    pub(super) fn is(&self, id: &str) -> bool {
        self.id().eq_ignore_ascii_case(id)
    }
}

fn kind(types: &[&str], names: &[String]) -> Option<Kind> {
    Some(match (types, names) {
        ([], []) => Kind::Account,
        (["billingprofiles"], [profile]) => Kind::Profile(profile.clone()),
        (["departments"], [department]) => Kind::Department(department.clone()),
        (["customers"], [customer]) => Kind::Customer {
            profile: None,
            customer: customer.clone(),
        },
        (["billingprofiles", "customers"], [profile, customer]) => Kind::Customer {
            profile: Some(profile.clone()),
            customer: customer.clone(),
        },
        (["billingprofiles", "invoicesections"], [profile, section]) => Kind::InvoiceSection {
            profile: profile.clone(),
            section: section.clone(),
        },
        _ => return None,
    })
}

impl Kind {
    fn path(&self) -> String {
        match self {
            Self::Account => String::new(),
            Self::Profile(profile) => format!("/billingProfiles/{profile}"),
            Self::InvoiceSection { profile, section } => {
                format!("/billingProfiles/{profile}/invoiceSections/{section}")
            }
            Self::Customer { profile, customer } => match profile {
                Some(profile) => format!("/billingProfiles/{profile}/customers/{customer}"),
                None => format!("/customers/{customer}"),
            },
            Self::Department(department) => format!("/departments/{department}"),
        }
    }

    fn exists_in(&self, account: &BillingAccount) -> bool {
        match self {
            Self::Account => true,
            Self::Profile(profile) => account.profiles.contains_key(profile),
            Self::InvoiceSection { profile, section } => account
                .profiles
                .get(profile)
                .is_some_and(|profile| profile.invoice_sections.contains_key(section)),
            Self::Customer { profile, customer } => Uuid::try_parse(customer)
                .ok()
                .and_then(|id| account.customers.get(&id))
                .is_some_and(|found| profile.as_ref().is_none_or(|name| *name == found.profile)),
            Self::Department(department) => account.departments.contains_key(department),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written() {
        let account = "/providers/Microsoft.Billing/billingAccounts/1234";
        for below in [
            "",
            "/billingProfiles/p",
            "/billingProfiles/p/invoiceSections/s",
            "/billingProfiles/p/customers/c",
            "/customers/c",
            "/departments/d",
        ] {
            let id = format!("{account}{below}");
            assert_eq!(BillingScope::parse(&id).unwrap().id(), id);
        }
        for wrong in ["/departments", "/departments/d/customers/c", "/colours/red"] {
            assert_eq!(BillingScope::parse(&format!("{account}{wrong}")), None);
        }
        assert_eq!(BillingScope::parse("/subscriptions/s"), None);
    }

    #[test]
    fn roles_come_down_from_profile_and_account() {
        let id = "/providers/microsoft.billing/billingaccounts/a/billingprofiles/p/customers/c";
        let chain: Vec<String> = BillingScope::parse(id)
            .unwrap()
            .chain()
            .iter()
            .map(BillingScope::id)
            .collect();
        assert_eq!(chain.len(), 3);
        assert!(chain[1].ends_with("/a/billingProfiles/p") && chain[2].ends_with("/a"));
    }
}
