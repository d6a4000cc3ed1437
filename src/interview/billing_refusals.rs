//! Why a billing account can't be connected, and what can be done instead.

use crate::azure::billing::BillingAccount;
use crate::azure::billing_parts::BillingPart;
use crate::azure::ids::TenantId;
use crate::connection::{Agreement, Directory};
use crate::error::{Error, Kind};
use crate::vendors::Vendor;

/// A number or name that Azure doesn't know.
pub(super) fn no_such_account(name: &str, error: Error) -> Error {
    Error::usage("billing_account_unknown", format!("There is no billing account `{}` ({}).", crate::text::printable(name), error.code()))
        .why("The number or name is wrong, or belongs to another cloud. An enrollment number has only digits; an MCA or MPA name is the whole `guid:guid_date`.")
        .correlation(error.correlation_id().map(str::to_owned))
        .hint("See those that you have a role on: az billing account list --output table")
        .hint("Find it in the portal: https://portal.azure.com/#view/Microsoft_Azure_GTM/ModernBillingMenuBlade/~/Properties")
}

/// Nothing that the vendor could read.
pub(super) fn none_fits(seen: &[BillingAccount], vendor: &Vendor, directory: &Directory) -> Error {
    if seen.is_empty() {
        return Error::new(Kind::Forbidden, "no_billing_role", "You have no billing role that shows a billing account.")
            .why("Azure lists only accounts on which you have a role: an empty list says nothing about whether there is one.")
            .hint("A Global Administrator can see and manage MCA and MPA accounts; an Enterprise Administrator an enrollment.")
            .hint(format!("Name it, and azconnect does the rest and writes a request for whoever has the right: azconnect init {} --billing-account NUMBER_OR_NAME", vendor.id));
    }
    if let Some(old) = seen
        .iter()
        .find(|account| !account.is_active())
        .filter(|_| seen.iter().all(|account| !account.is_active()))
    {
        return inactive(old, seen);
    }
    if let Some(account) = seen
        .iter()
        .find(|account| matches!(account.agreement(), Some(Agreement::Mosp | Agreement::Csp)))
    {
        return agreement_unsupported(
            &account.display_name(),
            account.agreement().unwrap_or(Agreement::Mosp),
            vendor,
        );
    }
    let described: Vec<String> = seen
        .iter()
        .map(|account| {
            format!(
                "{} ({})",
                account.display_name(),
                account.agreement().map_or("unknown", Agreement::title)
            )
        })
        .collect();
    Error::usage(
        "no_fitting_account",
        format!(
            "{} can read none of the billing accounts that you see in {}.",
            vendor.name, directory.display_name
        ),
    )
    .why(format!(
        "You see: {}. It reads accounts under: {}.",
        described.join(", "),
        agreements(vendor)
    ))
    .hint("Choose another directory with `--tenant`, or name the account with `--billing-account`.")
}

/// An account that gets no charges any more.
pub(super) fn inactive(account: &BillingAccount, seen: &[BillingAccount]) -> Error {
    let name = account.display_name();
    let error = Error::usage(
        "billing_account_inactive",
        format!(
            "The billing account \"{name}\" ({}) is {}.",
            account.name,
            account.status().to_lowercase()
        ),
    );
    let successor = seen
        .iter()
        .find(|other| other.is_active() && other.agreement() == Some(Agreement::Mca));
    match (account.agreement(), successor) {
        (Some(Agreement::Ea), Some(next)) => error
            .why("The enrollment was moved to a Microsoft Customer Agreement. The old account stays readable and gets no new charges.")
            .hint(format!("Connect the account that follows it: --billing-account {}", crate::text::shell_word(&next.name))),
        _ => error
            .why("It gets no new charges, and nothing can be granted on it. An enrollment that was moved to a Microsoft Customer Agreement looks like this.")
            .hint("See which accounts there are: az billing account list --output table"),
    }
}

/// An account of another directory.
pub(super) fn other_directory(
    account: &BillingAccount,
    other: TenantId,
    directory: &Directory,
) -> Error {
    Error::usage(
        "billing_account_elsewhere",
        format!(
            "The billing account \"{}\" belongs to the directory {other}, not to {}.",
            account.display_name(),
            directory.display_name
        ),
    )
    .why("An application gets roles on a billing account of its own directory.")
    .hint(format!("Connect from there: --tenant {other}"))
}

/// An agreement that azconnect doesn't know.
pub(super) fn unknown_agreement(account: &BillingAccount) -> Error {
    Error::usage(
        "agreement_unknown",
        format!(
            "The billing account \"{}\" is under an agreement that azconnect doesn't know.",
            account.display_name()
        ),
    )
    .hint("Connect subscriptions instead: azconnect init generic --subscription ID")
}

/// Another agreement than the person said.
pub(super) fn other_agreement(name: &str, is: Agreement, said: Agreement) -> Error {
    Error::usage(
        "other_agreement",
        format!(
            "The billing account \"{name}\" is under the {}, not the {}.",
            is.title(),
            said.title()
        ),
    )
    .why("How a role is given, and which role, depends on the agreement.")
    .hint(format!(
        "Leave `--agreement` away, or say `--agreement {}`.",
        is.key()
    ))
}

/// An agreement under which the vendor can't be given a billing role.
pub(super) fn agreement_unsupported(name: &str, agreement: Agreement, vendor: &Vendor) -> Error {
    let why = match agreement {
        Agreement::Mosp => "A pay-as-you-go account has no roles that could be given to an application: only the person who signed up sees it.".to_owned(),
        Agreement::Csp => "The billing account is your partner's; you can be given access to subscriptions, and see their costs if the partner allows it.".to_owned(),
        Agreement::Ea | Agreement::Mca | Agreement::Mpa => format!("It reads accounts under: {}.", agreements(vendor)),
    };
    Error::usage("agreement_unsupported", format!("{} can't be given the billing account \"{name}\" ({}).", vendor.name, agreement.title()))
        .why(why)
        .hint("What is possible: a role on the subscriptions. For any tool: azconnect init generic --subscription ID")
}

/// Something that accounts under this agreement don't have.
pub(super) fn not_under(flag: &str, name: &str, agreement: Agreement) -> Error {
    Error::usage(
        "not_under_agreement",
        format!(
            "`--{flag}` doesn't go with the billing account \"{name}\", which is under the {}.",
            agreement.title()
        ),
    )
    .why("Departments exist under an Enterprise Agreement, billing profiles under Microsoft Customer and Partner Agreements, invoice sections under a Microsoft Customer Agreement, customers under a Microsoft Partner Agreement only.")
    .hint(format!("Leave `--{flag}` away, or name another account with `--billing-account`."))
}

/// Something below the account that the vendor can't do with: it reads the account itself.
pub(super) fn reads_the_account(flag: &str, vendor: &Vendor) -> Error {
    Error::usage(
        "vendor_reads_the_account",
        format!("`--{flag}` doesn't go with {}, which reads the whole billing account.", vendor.name),
    )
    .why("With a narrower role its first request would be refused: it reads the account, and at a partner's account lists all customers, whichever were chosen.")
    .hint(format!("Leave `--{flag}` away. For a tool that reads less: azconnect init generic --{flag} …"))
}

/// A profile, section or department that the account doesn't have.
pub(super) fn no_such_part(
    what: &str,
    flag: &str,
    name: &str,
    above: &str,
    all: &[BillingPart],
) -> Error {
    let known: Vec<String> = all
        .iter()
        .take(MOST_NAMED)
        .map(|part| format!("{} ({})", part.name, part.display_name()))
        .collect();
    let more = if all.len() > MOST_NAMED { ", …" } else { "" };
    let error = Error::usage(
        format!("{}_unknown", what.replace(' ', "_")),
        format!(
            "There is no {what} `{}` in \"{above}\".",
            crate::text::printable(name)
        ),
    );
    match known.as_slice() {
        [] => error.why(format!("It has no {what} at all.")).hint(format!(
            "Leave `--{flag}` away: the role then holds at \"{above}\"."
        )),
        _ => error
            .why(format!("It has: {}{more}.", known.join(", ")))
            .hint(format!(
                "Name one of them by its ID: --{flag} {}",
                all[0].name
            )),
    }
}

/// A customer of whom Azure doesn't say by which billing profile it is invoiced.
pub(super) fn no_profile_of(customer: &str) -> Error {
    Error::usage(
        "customer_without_profile",
        format!("Azure doesn't say which billing profile \"{customer}\" is invoiced by."),
    )
    .why("A role on a single customer is given below the billing profile that invoices it.")
    .hint("Name the profile: --billing-profile NAME (portal: Cost Management + Billing > Billing profiles)")
}

/// How many of a list are named in a message.
const MOST_NAMED: usize = 10;

/// A directory that is no customer.
pub(super) fn no_customer(tenant: TenantId, account: &str, customers: usize) -> Error {
    Error::usage("not_a_customer", format!("The directory {tenant} is no customer of the billing account \"{account}\"."))
        .why(format!("The account lists {customers} customers, all with an Azure plan; customers with the old offers are in Partner Center only."))
        .hint("See the customers and their directory IDs: https://partner.microsoft.com/commerce/customers/list")
}

/// A partner without customers, where one has to be named.
pub(super) fn no_customers(account: &str) -> Error {
    Error::usage(
        "no_customers",
        format!(
            "The billing account \"{account}\" shows no customer, and one at least has to be named."
        ),
    )
    .why("It has none with an Azure plan, or your role doesn't show them; nor does Partner Center.")
    .hint("See the customers: https://partner.microsoft.com/commerce/customers/list")
    .hint("As a partner, sign in with the Admin agent role or as a Global Administrator.")
}

fn agreements(vendor: &Vendor) -> String {
    let titles: Vec<&str> = vendor
        .agreements
        .iter()
        .filter_map(|key| Agreement::of_key(key))
        .map(Agreement::title)
        .collect();
    titles.join(", ")
}
