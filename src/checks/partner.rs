//! Does Partner Center serve the app, and is there anything to be read that way?

use async_trait::async_trait;
use futures::stream::{self, StreamExt};

use super::check::{Check, Connected, Finding, Status};
use crate::azure::AzureError;
use crate::azure::partner_center::{PartnerSubscription, waits_for_registration};
use crate::error::Error;

/// The check's id.
pub const ID: &str = "partner-center.customers";
/// How many customers' subscriptions are looked at, at most: each is a request of its own, and Partner Center counts them.
const SAMPLE: usize = 20;
/// How many of them at once.
const AT_ONCE: usize = 2;

/// Lists a customer as the app itself, which Partner Center allows to registered apps only; then looks at what some customers bought:
/// usage can be read for the old Azure offer alone, so one that has it is enough.
/// Source: <https://learn.microsoft.com/partner-center/developer/get-a-customer-s-utilization-record-for-azure>
pub struct PartnerCenter;

#[async_trait]
impl Check for PartnerCenter {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Partner Center"
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        if let Err(error) = connected.azure.some_partner_customers(1).await {
            return vec![refused(self.title(), error)];
        }
        vec![match self.sample(connected).await {
            Ok(offers) => judged(self.title(), offers),
            Err(error) => Finding {
                status: Status::Warn,
                may_pass: false,
                ..Finding::failed(ID, self.title(), &Error::from(error))
            },
        }]
    }
}

/// What some customers bought.
#[derive(Debug, Default, PartialEq, Eq)]
struct Offers {
    /// How many customers there are, up to [`SAMPLE`].
    customers: usize,
    /// Whether there are more.
    more: bool,
    /// Whether one has the old Azure offer.
    old: bool,
    /// How many have an Azure plan.
    plan: usize,
}

impl Offers {
    fn count(&mut self, subscriptions: &[PartnerSubscription]) {
        let has = |wanted: fn(&PartnerSubscription) -> bool| {
            subscriptions
                .iter()
                .any(|one| one.is_active() && wanted(one))
        };
        self.old |= has(PartnerSubscription::is_old_azure);
        self.plan += usize::from(has(PartnerSubscription::is_azure_plan));
    }
}

impl PartnerCenter {
    async fn sample(&self, connected: &Connected<'_>) -> Result<Offers, AzureError> {
        let some = connected.azure.some_partner_customers(SAMPLE).await?;
        let mut offers = Offers {
            customers: some.customers.len(),
            more: some.more,
            ..Offers::default()
        };
        let directories: Vec<_> = some
            .customers
            .iter()
            .filter_map(|customer| customer.directory())
            .collect();
        let mut bought = stream::iter(directories)
            .map(|id| connected.azure.partner_subscriptions(id))
            .buffered(AT_ONCE);
        while let Some(subscriptions) = bought.next().await {
            offers.count(&subscriptions?);
            if offers.old {
                break;
            }
        }
        Ok(offers)
    }
}

fn refused(title: &str, error: AzureError) -> Finding {
    let may_pass = waits_for_registration(&error) || matches!(error, AzureError::SignIn(_));
    Finding {
        may_pass,
        ..Finding::failed(ID, title, &Error::from(error))
    }
}

fn judged(title: &str, offers: Offers) -> Finding {
    let Offers {
        customers,
        more,
        old,
        plan,
    } = offers;
    let which = match (customers, more) {
        (1, false) => "the only customer".to_owned(),
        (all, false) => format!("all {all} customers"),
        (some, true) => format!("the first {some} customers"),
    };
    if customers == 0 {
        return Finding::new(
            ID,
            title,
            Status::Warn,
            "Partner Center serves the app, and lists no customer.",
        )
        .why("The partner has none yet, or the app is of its Integration sandbox.")
        .fix("See the customers: https://partner.microsoft.com/commerce/customers/list");
    }
    if old {
        let what =
            "Partner Center serves the app, and a customer with the old Azure offer is there.";
        return Finding::new(ID, title, Status::Pass, what);
    }
    if plan == 0 {
        let what = format!("Partner Center serves the app; {which} have no Azure subscription.");
        return Finding::new(ID, title, Status::Pass, what);
    }
    let will = if more { "may" } else { "will" };
    Finding::new(
        ID,
        title,
        Status::Warn,
        format!("Partner Center serves the app, but it {will} see no usage: of {which}, {plan} have an Azure plan and none the old offer."),
    )
    .why("Usage records exist for the old Azure offer (MS-AZR-0145P) only; an Azure plan's usage is in Cost Management.")
    .fix("Connect the partner's billing account for those customers: `azconnect vendors` says which vendors read one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_no_customer_has_the_old_offer_the_plan_is_warned_of() {
        let judge = |customers, old, plan| {
            judged(
                "x",
                Offers {
                    customers,
                    more: false,
                    old,
                    plan,
                },
            )
        };
        for (customers, old, plan, status) in [
            (0, false, 0, Status::Warn),
            (3, false, 3, Status::Warn),
            (3, false, 1, Status::Warn),
            (3, true, 2, Status::Pass),
            (3, false, 0, Status::Pass),
        ] {
            let finding = judge(customers, old, plan);
            assert_eq!(finding.status, status, "{customers} {old} {plan}");
        }
        assert!(judge(1, false, 1).what.contains("the only customer"));
    }
}
