//! Billing accounts and subscriptions: which are seen, whether roles can be given on them, and whether they can have exports.

use std::collections::BTreeMap;

use super::directory::{NOBODY, listed};
use crate::azure::Azure;
use crate::azure::billing::BillingAccount;
use crate::azure::error::AzureError;
use crate::azure::resource_providers::ResourceProvider;
use crate::azure::subscriptions::Subscription;
use crate::checks::{Finding, Status};
use crate::commands::app::App;
use crate::connection::{Agreement, Scope};
use crate::error::Error;
use crate::plan::preflight::{self, Held};
use crate::steps::Permission;
use crate::text::printable;

const BILLING: &str = "billing";
const SUBSCRIPTIONS: &str = "subscriptions";
const ROLES: &str = "subscriptions.roles";
const EXPORTS: &str = "subscriptions.exports";

/// What cost exports are made by.
const EXPORTER: &str = "Microsoft.CostManagementExports";

/// How many subscriptions and billing accounts are asked one by one; a tenant may have thousands.
const ASKED: usize = 30;

type Rights = BTreeMap<Permission, Held>;

/// Asks for everything at once.
pub(super) async fn look(app: &App, azure: &Azure) -> Vec<Finding> {
    let (accounts, subscriptions) = tokio::join!(accounts(azure), subscriptions(app, azure));
    accounts.into_iter().chain(subscriptions).collect()
}

/// What is said where nobody is signed in.
pub(super) fn skipped() -> Vec<Finding> {
    [
        (BILLING, "Billing accounts"),
        (SUBSCRIPTIONS, "Subscriptions"),
    ]
    .map(|(id, title)| Finding::new(id, title, Status::Skip, NOBODY))
    .into()
}

async fn accounts(azure: &Azure) -> Vec<Finding> {
    let title = "Billing accounts";
    let all = match azure.billing_accounts().await {
        Ok(all) => all,
        Err(error) => return vec![Finding::failed(BILLING, title, &Error::from(error))],
    };
    if all.is_empty() {
        return vec![
            Finding::new(BILLING, title, Status::Skip, "None is shown.")
                .why("Azure shows only those that you have a role on. Some vendors need one, others read subscriptions.")
                .fix("To connect a billing account, somebody with a role on it has to sign in, such as an enterprise administrator."),
        ];
    }
    let needed = all.iter().take(ASKED).filter_map(right);
    let held = preflight::rights(azure, needed.collect()).await;
    let mut findings: Vec<Finding> = all
        .iter()
        .take(ASKED)
        .map(|one| account(one, &held))
        .collect();
    if all.len() > ASKED {
        let what = format!("{} more are shown, and were not asked.", all.len() - ASKED);
        findings.push(Finding::new(BILLING, title, Status::Skip, what));
    }
    findings
}

fn right(account: &BillingAccount) -> Option<Permission> {
    let scope = Scope::BillingAccount(account.name.clone());
    let agreement = account
        .agreement()
        .filter(|agreement| !matches!(agreement, Agreement::Mosp | Agreement::Csp))?;
    Some(Permission::AssignBillingRoles(scope, agreement))
}

fn account(account: &BillingAccount, held: &Rights) -> Finding {
    let (name, number) = (account.display_name(), printable(&account.name));
    let title = if name == number {
        format!("Billing account {name}")
    } else {
        format!("Billing account {name} ({number})")
    };
    let Some(agreement) = account.agreement() else {
        return Finding::new(
            BILLING,
            title,
            Status::Warn,
            "Its agreement is one that azconnect doesn't know.",
        );
    };
    if !account.is_active() {
        let what = format!("{}, {}.", agreement.title(), printable(account.status()));
        return Finding::new(BILLING, title, Status::Warn, what)
            .why("Nothing can be given on it any more: it has ended, or was moved to another agreement.")
            .fix("Use the account that took its place: `az billing account list --output table`");
    }
    if matches!(agreement, Agreement::Mosp | Agreement::Csp) {
        let what = format!(
            "{}; it has no billing roles to give. Its subscriptions can be connected.",
            agreement.title()
        );
        return Finding::new(BILLING, title, Status::Pass, what);
    }
    let permission = right(account);
    let held = permission.as_ref().and_then(|right| held.get(right));
    let rights = match held {
        Some(Held::Yes) => "you may give roles on it".to_owned(),
        // What billing shows proves a right, and never its absence.
        Some(Held::No | Held::Unknown) | None => {
            let holders = permission.map_or("its owner", |right| right.holders());
            format!("no right to give roles on it is shown ({holders} may)")
        }
    };
    Finding::new(
        BILLING,
        title,
        Status::Pass,
        format!("{}; {rights}.", agreement.title()),
    )
}

async fn subscriptions(app: &App, azure: &Azure) -> Vec<Finding> {
    let title = "Subscriptions";
    let all = match azure.subscriptions().await {
        Ok(all) => all,
        Err(error) => return vec![Finding::failed(SUBSCRIPTIONS, title, &Error::from(error))],
    };
    let mut findings = vec![seen(&all, &app.typed("doctor --tenant <id or domain>"))];
    let asked: Vec<&Subscription> = all
        .iter()
        .filter(|one| one.is_writable())
        .take(ASKED)
        .collect();
    if asked.is_empty() {
        return findings;
    }
    let needed = asked.iter().map(|one| Permission::AssignRoles(scope(one)));
    let providers = asked
        .iter()
        .map(|one| azure.resource_provider(one.subscription_id, EXPORTER));
    let (held, providers) = tokio::join!(
        preflight::rights(azure, needed.collect()),
        futures::future::join_all(providers),
    );
    findings.push(roles(&asked, &held));
    findings.push(exports(&asked, &providers));
    findings
}

fn scope(subscription: &Subscription) -> Scope {
    Scope::Subscription(subscription.subscription_id)
}

fn seen(all: &[Subscription], elsewhere: &str) -> Finding {
    let title = "Subscriptions";
    if all.is_empty() {
        return Finding::new(SUBSCRIPTIONS, title, Status::Warn, "None is visible in this directory.")
            .why("They may trust another directory, or you have no role on any.")
            .fix(format!("Look in another directory: `{elsewhere}`\nAsk an owner of the subscription for the role Reader on it."));
    }
    let closed = all.iter().filter(|one| !one.is_writable()).count();
    let closed = match closed {
        0 => String::new(),
        count => format!(", {count} of them disabled"),
    };
    let unasked = match all.len().saturating_sub(ASKED) {
        0 => String::new(),
        _ => format!(" The first {ASKED} were asked."),
    };
    let what = format!("{} visible{closed}.{unasked}", all.len());
    Finding::new(SUBSCRIPTIONS, title, Status::Pass, what)
}

fn roles(asked: &[&Subscription], held: &Rights) -> Finding {
    let title = "Roles on subscriptions";
    let named = |wanted: Held| -> Vec<String> {
        asked
            .iter()
            .filter(|one| held.get(&Permission::AssignRoles(scope(one))) == Some(&wanted))
            .map(|one| printable(&one.display_name))
            .collect()
    };
    let (yes, no) = (named(Held::Yes).len(), named(Held::No));
    let unseen = match asked.len() - yes - no.len() {
        0 => String::new(),
        count => format!(" Of {count} it can't be seen."),
    };
    if !no.is_empty() {
        let what = format!(
            "You may not give roles on {} of {}: {}.{unseen}",
            no.len(),
            asked.len(),
            listed(&no)
        );
        return Finding::new(ROLES, title, Status::Warn, what)
            .why(format!(
                "That takes {}. A role that you are eligible for counts once it is activated.",
                holders(asked)
            ))
            .fix("Go on all the same: `azconnect init` writes a request to those who may.");
    }
    let status = if unseen.is_empty() {
        Status::Pass
    } else {
        Status::Skip
    };
    let what = format!("You may give roles on {yes} of {}.{unseen}", asked.len());
    Finding::new(ROLES, title, status, what)
}

/// Who may give roles on subscriptions.
fn holders(asked: &[&Subscription]) -> &'static str {
    asked.first().map_or("an owner", |one| {
        Permission::AssignRoles(scope(one)).holders()
    })
}

fn exports(asked: &[&Subscription], found: &[Result<ResourceProvider, AzureError>]) -> Finding {
    let title = "Cost exports";
    let lacking: Vec<&Subscription> = asked
        .iter()
        .zip(found)
        .filter(|(_, found)| matches!(found, Ok(provider) if !provider.is_registered()))
        .map(|(one, _)| *one)
        .collect();
    let unseen = found.iter().filter(|found| found.is_err()).count();
    if let Some(first) = lacking.first() {
        let names: Vec<String> = lacking
            .iter()
            .map(|one| printable(&one.display_name))
            .collect();
        let what = format!(
            "`{EXPORTER}` is not registered in {} of {}: {}.",
            lacking.len(),
            asked.len(),
            listed(&names)
        );
        return Finding::new(EXPORTS, title, Status::Warn, what)
            .why("Only connections with cost exports need it, in the subscription of the storage account.")
            .fix(format!("Register it: `az provider register --namespace {EXPORTER} --subscription {}`", first.subscription_id));
    }
    if unseen == found.len() {
        let what = format!("Whether `{EXPORTER}` is registered can't be seen.");
        return Finding::new(EXPORTS, title, Status::Skip, what);
    }
    let what = format!(
        "`{EXPORTER}` is registered in {} of {}.",
        found.len() - unseen,
        asked.len()
    );
    Finding::new(EXPORTS, title, Status::Pass, what)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn subscription(number: u128, state: &str) -> Subscription {
        let id = uuid::Uuid::from_u128(number);
        let written = json!({"subscriptionId": id, "displayName": format!("Subscription {number}"), "state": state});
        serde_json::from_value(written).unwrap()
    }

    fn billing(properties: Value) -> BillingAccount {
        serde_json::from_value(json!({"name": "1234567", "properties": properties})).unwrap()
    }

    fn provider(state: &str) -> Result<ResourceProvider, AzureError> {
        Ok(serde_json::from_value(json!({"registrationState": state})).unwrap())
    }

    #[test]
    fn subscriptions_are_counted_with_those_that_are_closed() {
        let all = [subscription(1, "Enabled"), subscription(2, "Disabled")];
        assert_eq!(seen(&all, "x").what, "2 visible, 1 of them disabled.");
        let none = seen(&[], "azconnect doctor --tenant x");
        assert_eq!(none.status, Status::Warn);
        assert!(none.fix.unwrap().contains("`azconnect doctor --tenant x`"));
    }

    #[test]
    fn a_right_that_is_refused_is_named_and_one_that_is_not_seen_is_counted() {
        let (one, two) = (subscription(1, "Enabled"), subscription(2, "Enabled"));
        let judged = |first: Held, second: Held| {
            let held = Rights::from([
                (Permission::AssignRoles(scope(&one)), first),
                (Permission::AssignRoles(scope(&two)), second),
            ]);
            let finding = roles(&[&one, &two], &held);
            (finding.status, finding.what)
        };
        assert_eq!(
            judged(Held::Yes, Held::Yes),
            (Status::Pass, "You may give roles on 2 of 2.".to_owned())
        );
        assert_eq!(
            judged(Held::Yes, Held::No),
            (
                Status::Warn,
                "You may not give roles on 1 of 2: Subscription 2.".to_owned()
            )
        );
        assert_eq!(
            judged(Held::Yes, Held::Unknown),
            (
                Status::Skip,
                "You may give roles on 1 of 2. Of 1 it can't be seen.".to_owned()
            )
        );
    }

    #[test]
    fn an_unregistered_provider_comes_with_its_command() {
        let (one, two) = (subscription(1, "Enabled"), subscription(2, "Enabled"));
        let asked = [&one, &two];
        let mixed = exports(&asked, &[provider("Registered"), provider("NotRegistered")]);
        assert_eq!(mixed.status, Status::Warn);
        assert!(
            mixed
                .fix
                .unwrap()
                .ends_with(&format!("--subscription {}`", two.subscription_id))
        );
        let whole = exports(&asked, &[provider("Registered"), provider("Registered")]);
        assert_eq!(whole.status, Status::Pass);
    }

    #[test]
    fn a_billing_account_that_has_ended_is_not_offered() {
        let ended = json!({"agreementType": "EnterpriseAgreement", "accountStatus": "Transferred"});
        assert_eq!(
            account(&billing(ended), &Rights::new()).status,
            Status::Warn
        );
        let strange = json!({"agreementType": "Something"});
        assert_eq!(
            account(&billing(strange), &Rights::new()).status,
            Status::Warn
        );
        let active =
            billing(json!({"agreementType": "EnterpriseAgreement", "displayName": "Contoso"}));
        let unseen = account(&active, &Rights::new());
        assert!(
            unseen
                .what
                .contains("no right to give roles on it is shown"),
            "{}",
            unseen.what
        );
        let held = Rights::from([(right(&active).unwrap(), Held::Yes)]);
        assert!(
            account(&active, &held)
                .what
                .ends_with("you may give roles on it.")
        );
        assert_eq!(unseen.title, "Billing account Contoso (1234567)");
    }
}
