//! The data sets: their versions, where they are offered, and how far back they go.
//!
//! <https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports>,
//! <https://learn.microsoft.com/azure/cost-management-billing/dataset-schema/schema-index>.

use jiff::Span;
use jiff::civil::Date;

use super::super::billing::{Agreement, BillingLevel};
use super::place::{Level, Place};

/// What the rows of a data set are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// Costs in FOCUS's columns.
    Focus,
    /// Costs in the columns of cost and usage details.
    Costs,
    /// Costs in the columns of usage without an agreement.
    Usage,
    /// Prices.
    Prices,
    /// Reservations, of which nobody in the sandbox has any: the file has no rows.
    Reservations(&'static [&'static str]),
}

/// A data set.
#[derive(Debug)]
pub(super) struct Dataset {
    /// `definition.type`.
    pub(super) name: &'static str,
    /// `dataVersion`s, the newest first: it is taken where none is asked for.
    pub(super) versions: &'static [&'static str],
    pub(super) rows: Rows,
    /// Whether runs can be asked for with a period.
    pub(super) has_periods: bool,
    /// Days before this many months have no data.
    months: i32,
    offered: fn(&Place) -> bool,
}

const SEVEN_YEARS: i32 = 84;
const THIRTEEN_MONTHS: i32 = 13;
const COST_VERSIONS: &[&str] = &[
    "2023-12-01-preview",
    "2023-05-01",
    "2021-10-01",
    "2021-01-01",
    "2020-01-01",
    "2019-11-01",
    "2019-10-01",
];

static DATASETS: [Dataset; 8] = [
    Dataset {
        name: "Usage",
        versions: COST_VERSIONS,
        rows: Rows::Usage,
        has_periods: true,
        months: SEVEN_YEARS,
        offered: |_| true,
    },
    Dataset {
        name: "ActualCost",
        versions: COST_VERSIONS,
        rows: Rows::Costs,
        has_periods: true,
        months: SEVEN_YEARS,
        offered: |place| has_costs(place) || place.level == Level::ManagementGroup,
    },
    Dataset {
        name: "AmortizedCost",
        versions: COST_VERSIONS,
        rows: Rows::Costs,
        has_periods: true,
        months: SEVEN_YEARS,
        offered: has_costs,
    },
    Dataset {
        name: "FocusCost",
        versions: &["1.2-preview", "1.0r2", "1.0", "1.0-preview(v1)"],
        rows: Rows::Focus,
        has_periods: true,
        months: SEVEN_YEARS,
        offered: has_costs,
    },
    Dataset {
        name: "PriceSheet",
        versions: &["2024-08-01", "2023-05-01"],
        rows: Rows::Prices,
        has_periods: false,
        months: THIRTEEN_MONTHS,
        offered: |place| is_enrollment(place) || is_profile(place, true),
    },
    Dataset {
        name: "ReservationTransactions",
        versions: &["2023-05-01"],
        rows: Rows::Reservations(&["Amount", "ArmSkuName", "Currency", "EventDate", "EventType"]),
        has_periods: true,
        months: SEVEN_YEARS,
        offered: has_reservations,
    },
    Dataset {
        name: "ReservationRecommendations",
        versions: &["2023-05-01"],
        rows: Rows::Reservations(&[
            "Cost With No RI",
            "Location",
            "Net Savings",
            "Recommended Quantity",
        ]),
        has_periods: false,
        months: SEVEN_YEARS,
        offered: has_reservations,
    },
    Dataset {
        name: "ReservationDetails",
        versions: &["2023-03-01"],
        rows: Rows::Reservations(&[
            "InstanceId",
            "ReservationId",
            "ReservedHours",
            "UsageDate",
            "UsedHours",
        ]),
        has_periods: true,
        months: THIRTEEN_MONTHS,
        offered: has_reservations,
    },
];

/// The data set of this name.
pub(super) fn dataset(name: &str) -> Option<&'static Dataset> {
    DATASETS.iter().find(|dataset| dataset.name == name)
}

/// The names of those that a scope offers, as refusals list them.
pub(super) fn offered(place: &Place) -> Vec<&'static str> {
    DATASETS
        .iter()
        .filter(|dataset| dataset.is_offered(place))
        .map(|dataset| dataset.name)
        .collect()
}

impl Dataset {
    /// Whether a scope offers it.
    pub(super) fn is_offered(&self, place: &Place) -> bool {
        (self.offered)(place)
    }

    /// The first day that there can be data of.
    pub(super) fn begins(&self, today: Date) -> Date {
        today
            .first_of_month()
            .saturating_sub(Span::new().months(self.months))
    }
}

/// Actual, amortized and FOCUS costs: everywhere but at management groups and where there is no agreement. A partner has
/// them by customer.
fn has_costs(place: &Place) -> bool {
    match place.level {
        Level::Billing(level, agreement) => match agreement {
            Agreement::EnterpriseAgreement | Agreement::MicrosoftCustomerAgreement => true,
            Agreement::MicrosoftPartnerAgreement => level == BillingLevel::Customer,
            Agreement::MicrosoftOnlineServicesProgram => false,
        },
        Level::Subscription => !place.is_pay_as_you_go(),
        Level::ManagementGroup => false,
    }
}

fn has_reservations(place: &Place) -> bool {
    is_enrollment(place) || is_profile(place, false)
}

fn is_enrollment(place: &Place) -> bool {
    place.level == Level::Billing(BillingLevel::Account, Agreement::EnterpriseAgreement)
}

fn is_profile(place: &Place, of_partners_too: bool) -> bool {
    let profile = |agreement| Level::Billing(BillingLevel::Profile, agreement);
    place.level == profile(Agreement::MicrosoftCustomerAgreement)
        || (of_partners_too && place.level == profile(Agreement::MicrosoftPartnerAgreement))
}
