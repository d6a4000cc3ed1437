//! What is exported, from where, and how: the nouns of Cost Management's exports, and which scope gives which data set.
//!
//! Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports>

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::storage::StorageAccountId;
use super::{Agreement, Scope, ScopeChoice};
pub use crate::vendors::{Recurrence, Timeframe};

/// A data set that Cost Management exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dataset {
    /// Cost and usage in the FinOps Foundation's open format.
    Focus,
    /// Charges when they were invoiced.
    Actual,
    /// Charges with reservations and savings plans spread over their terms.
    Amortized,
    /// Usage of pay-as-you-go subscriptions: the only data set that those have.
    Usage,
    /// Prices.
    PriceSheet,
    /// How reservations were used.
    ReservationDetails,
    /// Purchases, exchanges and refunds of reservations.
    ReservationTransactions,
    /// Which reservations to buy.
    ReservationRecommendations,
}

/// What differs from one data set to the next.
#[derive(Debug)]
pub struct DatasetRow {
    /// The data set.
    pub dataset: Dataset,
    /// Its name on the command line.
    pub key: &'static str,
    /// `definition.type` of the API.
    pub api_type: &'static str,
    /// `dataVersion`s, the one to take first. None are sent for `usage`.
    pub versions: &'static [&'static str],
    /// Whether the API wants a granularity.
    pub is_daily: bool,
    /// How many past months can be exported, one by one.
    pub history_months: u8,
}

const TABLE: &[DatasetRow] = &[
    DatasetRow {
        dataset: Dataset::Focus,
        key: "focus",
        api_type: "FocusCost",
        versions: &["1.2-preview", "1.0r2", "1.0", "1.0-preview(v1)"],
        is_daily: true,
        history_months: 84,
    },
    DatasetRow {
        dataset: Dataset::Actual,
        key: "actual",
        api_type: "ActualCost",
        versions: &[
            "2021-10-01",
            "2023-12-01-preview",
            "2021-01-01",
            "2020-01-01",
        ],
        is_daily: true,
        history_months: 84,
    },
    DatasetRow {
        dataset: Dataset::Amortized,
        key: "amortized",
        api_type: "AmortizedCost",
        versions: &[
            "2021-10-01",
            "2023-12-01-preview",
            "2021-01-01",
            "2020-01-01",
        ],
        is_daily: true,
        history_months: 84,
    },
    DatasetRow {
        dataset: Dataset::Usage,
        key: "usage",
        api_type: "Usage",
        versions: &[],
        is_daily: true,
        history_months: 84,
    },
    DatasetRow {
        dataset: Dataset::PriceSheet,
        key: "price-sheet",
        api_type: "PriceSheet",
        versions: &["2023-05-01"],
        is_daily: false,
        history_months: 0,
    },
    DatasetRow {
        dataset: Dataset::ReservationDetails,
        key: "reservation-details",
        api_type: "ReservationDetails",
        versions: &["2023-03-01"],
        is_daily: true,
        history_months: 13,
    },
    DatasetRow {
        dataset: Dataset::ReservationTransactions,
        key: "reservation-transactions",
        api_type: "ReservationTransactions",
        versions: &["2023-05-01"],
        is_daily: false,
        history_months: 84,
    },
    DatasetRow {
        dataset: Dataset::ReservationRecommendations,
        key: "reservation-recommendations",
        api_type: "ReservationRecommendations",
        versions: &["2023-05-01"],
        is_daily: false,
        history_months: 0,
    },
];

impl Dataset {
    /// Every data set.
    pub fn all() -> impl Iterator<Item = Dataset> {
        TABLE.iter().map(|row| row.dataset)
    }

    /// What differs from one data set to the next.
    pub fn row(self) -> &'static DatasetRow {
        // The table is complete (a test walks every variant); the first row is only a total function's fallback.
        TABLE
            .iter()
            .find(|row| row.dataset == self)
            .unwrap_or(&TABLE[0])
    }

    /// Its name on the command line.
    pub fn key(self) -> &'static str {
        self.row().key
    }

    /// The data set and version that `focus` or `focus@1.0r2` names.
    pub fn of_key(text: &str) -> Option<(Dataset, Option<&'static str>)> {
        let (key, version) = match text.split_once('@') {
            Some((key, version)) => (key, Some(version)),
            None => (text, None),
        };
        let row = TABLE.iter().find(|row| row.key == key)?;
        match version {
            None => Some((row.dataset, row.versions.first().copied())),
            Some(version) => {
                let known = row.versions.iter().find(|known| **known == version)?;
                Some((row.dataset, Some(known)))
            }
        }
    }

    /// The data set that the API calls so.
    pub fn of_api(text: &str) -> Option<Dataset> {
        let row = TABLE
            .iter()
            .find(|row| row.api_type.eq_ignore_ascii_case(text))?;
        Some(row.dataset)
    }

    /// Whether a scope gives it, under an agreement where that is known. Where sources disagree (`actual` at a management group), it
    /// is tried.
    pub fn is_given_at(self, scope: &Scope, agreement: Option<Agreement>) -> bool {
        use Agreement::{Ea, Mca, Mosp, Mpa};
        let is_costs = matches!(self, Dataset::Focus | Dataset::Actual | Dataset::Amortized);
        let is_reservations = matches!(
            self,
            Dataset::ReservationDetails
                | Dataset::ReservationTransactions
                | Dataset::ReservationRecommendations
        );
        match scope {
            Scope::BillingAccount(_) => match agreement {
                Some(Ea) => self != Dataset::Usage,
                Some(Mca) => is_costs,
                Some(Mosp) => self == Dataset::Usage,
                _ => false,
            },
            Scope::Department(..) => is_costs,
            Scope::BillingProfile(..) => match agreement {
                Some(Mpa) => self == Dataset::PriceSheet,
                _ => is_costs || is_reservations || self == Dataset::PriceSheet,
            },
            Scope::InvoiceSection(..) | Scope::Customer(..) | Scope::CustomerOfProfile(..) => {
                is_costs
            }
            Scope::Subscription(_) | Scope::ResourceGroup(..) => match agreement {
                Some(Mosp) => self == Dataset::Usage,
                None => is_costs || self == Dataset::Usage,
                Some(_) => is_costs,
            },
            Scope::ManagementGroup(_) => match agreement {
                Some(Ea) | None => matches!(self, Dataset::Actual | Dataset::Usage),
                Some(_) => false,
            },
            Scope::StorageAccount(_) | Scope::Container(..) => false,
        }
    }
}

/// A file format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// CSV.
    Csv,
    /// CSV, compressed with gzip.
    CsvGzip,
    /// Parquet, compressed with snappy.
    Parquet,
}

impl ExportFormat {
    /// The format with this name on the command line.
    pub fn of_key(key: &str) -> Option<ExportFormat> {
        [
            ExportFormat::Csv,
            ExportFormat::CsvGzip,
            ExportFormat::Parquet,
        ]
        .into_iter()
        .find(|format| format.key() == key)
    }

    /// Its name on the command line.
    pub fn key(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::CsvGzip => "csv-gzip",
            ExportFormat::Parquet => "parquet",
        }
    }

    /// `format` and `compressionMode` of the API.
    pub fn api(self) -> (&'static str, &'static str) {
        match self {
            ExportFormat::Csv => ("Csv", "none"),
            ExportFormat::CsvGzip => ("Csv", "gzip"),
            ExportFormat::Parquet => ("Parquet", "snappy"),
        }
    }
}

/// An export that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportSpec {
    /// Whose costs are exported.
    pub at: ScopeChoice,
    /// The export's name, unique at its scope.
    pub name: String,
    /// What is exported.
    pub dataset: Dataset,
    /// `dataVersion`, where the data set has versions.
    pub version: Option<String>,
    /// How the files are written.
    pub format: ExportFormat,
    /// How often it runs.
    pub recurrence: Recurrence,
    /// What each run covers.
    pub timeframe: Timeframe,
    /// Large files are cut into parts, and a manifest lists them.
    pub partition: bool,
    /// A run replaces the files of the one before.
    pub overwrite: bool,
    /// The folder in the container (`rootFolderPath`).
    pub directory: String,
}

impl ExportSpec {
    /// The export's resource id.
    pub fn id(&self) -> String {
        export_id(&self.at.scope, &self.name)
    }
}

/// The resource id of an export at a scope.
pub fn export_id(scope: &Scope, name: &str) -> String {
    format!("{scope}/providers/Microsoft.CostManagement/exports/{name}")
}

/// An export that a connection reads from, as it was made or found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRecord {
    /// Its resource id.
    pub id: String,
    /// Whose costs are exported.
    pub scope: Scope,
    /// Its name.
    pub name: String,
    /// What is exported.
    pub dataset: Dataset,
    /// Where its files go.
    pub storage_account: StorageAccountId,
    /// The container there.
    pub container: String,
    /// The folder in the container.
    pub directory: String,
    /// How often it runs.
    pub recurrence: Recurrence,
    /// When its schedule ends, where known.
    #[serde(default)]
    pub schedule_ends_at: Option<Timestamp>,
}

/// Whether `name` can be an export's. Microsoft publishes no rule; letters, digits, `-` and `_` are seen to work, 64 at most.
pub fn is_export_name(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (3..=64).contains(&name.len()) && name.bytes().all(legal)
}

/// Whether `path` can be an export's folder: no `/` in front or behind, and no character that means something in a URL.
/// Cost Management refuses the others.
pub fn is_directory(path: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    path.len() <= 200
        && path
            .split('/')
            .all(|part| !part.is_empty() && part.bytes().all(legal))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_data_set_has_a_row_of_its_own() {
        for row in TABLE {
            assert_eq!(row.dataset.row().key, row.key);
            let (dataset, version) = Dataset::of_key(row.key).unwrap();
            assert_eq!(dataset, row.dataset);
            assert_eq!(version, row.versions.first().copied());
            assert_eq!(
                serde_json::to_value(dataset).unwrap(),
                serde_json::json!(row.key)
            );
        }
        assert_eq!(
            Dataset::of_key("focus@1.0r2"),
            Some((Dataset::Focus, Some("1.0r2")))
        );
        assert_eq!(Dataset::of_key("focus@2.0"), None);
        assert_eq!(Dataset::of_key("costs"), None);
    }

    #[test]
    fn what_a_scope_gives() {
        let id = "0f9c2ab0-6a1e-4bd4-8a77-0e8d3a5b7c1e";
        let scope = |text: &str| text.replace("ID", id).parse::<Scope>().unwrap();
        let billing = "/providers/Microsoft.Billing/billingAccounts/1";
        let given = |at: &str, agreement: Option<Agreement>| -> Vec<&str> {
            Dataset::all()
                .filter(|dataset| dataset.is_given_at(&scope(at), agreement))
                .map(Dataset::key)
                .collect()
        };
        let costs = ["focus", "actual", "amortized"];
        assert_eq!(given("/subscriptions/ID", Some(Agreement::Mosp)), ["usage"]);
        assert_eq!(given("/subscriptions/ID", Some(Agreement::Ea)), costs);
        assert_eq!(given(billing, Some(Agreement::Mca)), costs);
        assert_eq!(given(billing, Some(Agreement::Mpa)), [""; 0]);
        assert_eq!(given(billing, Some(Agreement::Ea)).len(), 7);
        assert_eq!(
            given(
                &format!("{billing}/billingProfiles/P"),
                Some(Agreement::Mca)
            )
            .len(),
            7
        );
        assert_eq!(
            given(
                "/providers/Microsoft.Management/managementGroups/g",
                Some(Agreement::Ea)
            ),
            ["actual", "usage"]
        );
    }

    #[test]
    fn folders_and_names_that_cost_management_takes() {
        assert!(is_directory("azconnect/focus-daily") && is_directory("a"));
        for bad in ["", "/a", "a/", "a//b", "a:b", "a b", "a.b", "../a"] {
            assert!(!is_directory(bad), "{bad}");
        }
        assert!(is_export_name("azconnectfocusdaily") && !is_export_name("a/b"));
    }
}
