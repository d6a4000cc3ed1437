//! Whose costs are exported: what the agreement says is the place, or what the person names.

use super::Wanted;
use crate::azure::billing_parts::{BillingPart, Part};
use crate::connection::{Agreement, Scope, ScopeChoice};
use crate::error::{Error, Kind, Result};
use crate::interview::answers::Source;
use crate::interview::{Answers, Interview};
use crate::ui::Choice;

/// The scopes that were named with `--export-scope`, each once.
pub(super) fn named(answers: &Answers) -> Vec<Scope> {
    let given = answers.get("export_scope");
    let mut all: Vec<Scope> = Vec::new();
    for scope in given
        .iter()
        .flat_map(|answer| &answer.values)
        .filter_map(|text| text.parse().ok())
    {
        if !all.contains(&scope) {
            all.push(scope);
        }
    }
    all
}

/// Whether one scope holds the other as far as their ids tell: exports of both would count the same costs twice.
pub(super) fn overlap(one: &Scope, other: &Scope) -> bool {
    let (one, other) = (
        one.to_string().to_lowercase(),
        other.to_string().to_lowercase(),
    );
    let holds = |outer: &str, inner: &str| inner.starts_with(&format!("{outer}/"));
    holds(&one, &other) || holds(&other, &one)
}

impl Interview {
    /// The places to export from. Nothing where a gap is left.
    pub(super) async fn places(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ScopeChoice>> {
        let named = named(&self.answers);
        if !named.is_empty() {
            let mut all = Vec::new();
            for scope in named {
                all.push(called(scope, wanted).await);
            }
            return Ok(all);
        }
        match wanted.agreement {
            // Prices and reservations are there only, and Microsoft advises against the account.
            Some(Agreement::Mca) => match wanted.scopes.first().map(|choice| &choice.scope) {
                Some(Scope::BillingAccount(account)) => self.profiles(wanted, account).await,
                _ => Ok(wanted.scopes.to_vec()),
            },
            Some(Agreement::Mpa)
                if wanted
                    .scopes
                    .iter()
                    .any(|choice| choice.scope.billing_account().is_some()) =>
            {
                let all = wanted.scopes.iter();
                let customers = all.filter(|choice| choice.scope.customer().is_some());
                Ok(customers
                    .map(|choice| ScopeChoice {
                        scope: choice.scope.for_costs(),
                        display_name: choice.display_name.clone(),
                    })
                    .collect())
            }
            _ => Ok(wanted.scopes.to_vec()),
        }
    }

    /// The billing profiles of an MCA account: the only one, or those that are chosen.
    async fn profiles(&mut self, wanted: &Wanted<'_>, account: &str) -> Result<Vec<ScopeChoice>> {
        let above = Scope::BillingAccount(account.to_owned());
        let listed = wanted
            .azure
            .billing_parts(&above, Part::BillingProfile)
            .await?;
        let all: Vec<ScopeChoice> = listed
            .iter()
            .map(|profile| ScopeChoice {
                scope: Scope::BillingProfile(account.to_owned(), profile.name.clone()),
                display_name: profile.display_name(),
            })
            .collect();
        let ids: Vec<String> = all.iter().map(|choice| choice.scope.to_string()).collect();
        match all.len() {
            0 => Err(no_profile(account)),
            1 => {
                self.answers.set("export_scope", ids, Source::Only);
                Ok(all)
            }
            _ => {
                let options = all
                    .iter()
                    .map(|choice| Choice {
                        label: choice.display_name.clone(),
                        detail: last_name(&choice.scope),
                    })
                    .collect();
                let chosen = self.choose_many("export_scope", options, ids).await?;
                Ok(all
                    .into_iter()
                    .enumerate()
                    .filter(|(at, _)| chosen.contains(at))
                    .map(|(_, choice)| choice)
                    .collect())
            }
        }
    }
}

/// A scope with the name that people know it by: that which it has among those that are read, or a billing profile's own.
async fn called(scope: Scope, wanted: &Wanted<'_>) -> ScopeChoice {
    let known = wanted.scopes.iter().find(|choice| choice.scope == scope);
    let name = match (known, &scope) {
        (Some(choice), _) => Some(choice.display_name.clone()),
        (None, Scope::BillingProfile(account, profile)) => {
            let above = Scope::BillingAccount(account.clone());
            let listed = wanted.azure.billing_parts(&above, Part::BillingProfile);
            // Whoever may not list them still knows the id.
            let listed = listed.await.unwrap_or_default();
            let found = listed
                .iter()
                .find(|one| one.name.eq_ignore_ascii_case(profile));
            found.map(BillingPart::display_name)
        }
        (None, _) => None,
    };
    ScopeChoice {
        display_name: name.unwrap_or_else(|| last_name(&scope)),
        scope,
    }
}

fn last_name(scope: &Scope) -> String {
    let id = scope.to_string();
    id.rsplit('/').next().unwrap_or_default().to_owned()
}

fn no_profile(account: &str) -> Error {
    Error::new(
        Kind::Forbidden,
        "no_billing_profile",
        format!("You see no billing profile of the billing account {account}, and that is where its costs are exported."),
    )
    .why("Azure lists only profiles on which you have a role, or all to whoever has one on the account.")
    .hint("Name it, if you know it: --billing-profile ABCD-EFGH-IJK-LMN")
    .hint("Ask a billing account owner for a role on the account: Cost Management + Billing > Access control (IAM)")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_scope_overlaps_with_what_it_holds() {
        let scope = |text: &str| text.parse::<Scope>().unwrap();
        let subscription = "/subscriptions/0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e";
        let group = format!("{subscription}/resourceGroups/costs");
        let billing = "/providers/Microsoft.Billing/billingAccounts/1";
        let department = format!("{billing}/departments/2");
        for (one, other, expected) in [
            (subscription, group.as_str(), true),
            (department.as_str(), billing, true),
            (subscription, subscription, false),
            (
                billing,
                "/providers/Microsoft.Billing/billingAccounts/12",
                false,
            ),
        ] {
            assert_eq!(overlap(&scope(one), &scope(other)), expected);
        }
    }
}
