//! The agreement under which Azure is bought: it decides which scopes and roles exist.

use serde::{Deserialize, Serialize};

/// Microsoft's agreement types, by their usual abbreviations.
///
/// Source: <https://learn.microsoft.com/azure/cost-management-billing/manage/view-all-accounts>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Agreement {
    /// Enterprise Agreement.
    Ea,
    /// Microsoft Customer Agreement.
    Mca,
    /// Microsoft Partner Agreement.
    Mpa,
    /// A customer of a Cloud Solution Provider (legacy, before the Azure plan).
    Csp,
    /// Microsoft Online Services Program: pay-as-you-go.
    Mosp,
}

/// Our abbreviation, Microsoft's `agreementType`, and Microsoft's words.
const TABLE: &[(Agreement, &str, &str, &str)] = &[
    (
        Agreement::Ea,
        "ea",
        "EnterpriseAgreement",
        "Enterprise Agreement",
    ),
    (
        Agreement::Mca,
        "mca",
        "MicrosoftCustomerAgreement",
        "Microsoft Customer Agreement",
    ),
    (
        Agreement::Mpa,
        "mpa",
        "MicrosoftPartnerAgreement",
        "Microsoft Partner Agreement",
    ),
    (Agreement::Csp, "csp", "", "Cloud Solution Provider"),
    (
        Agreement::Mosp,
        "mosp",
        "MicrosoftOnlineServicesProgram",
        "Microsoft Online Services Program",
    ),
];

impl Agreement {
    /// The abbreviation, as on the command line.
    pub fn key(self) -> &'static str {
        self.row().1
    }

    /// Microsoft's words.
    pub fn title(self) -> &'static str {
        self.row().3
    }

    /// The agreement of an abbreviation.
    pub fn of_key(key: &str) -> Option<Agreement> {
        TABLE.iter().find(|row| row.1 == key).map(|row| row.0)
    }

    /// The agreement of an `agreementType` of the billing API.
    pub fn of_type(agreement_type: &str) -> Option<Agreement> {
        TABLE
            .iter()
            .find(|row| !row.2.is_empty() && row.2.eq_ignore_ascii_case(agreement_type))
            .map(|row| row.0)
    }

    /// The agreement that a billing account's name tells: digits are an enrollment; the others share a form.
    pub fn of_account_name(name: &str) -> Option<Agreement> {
        (!name.is_empty() && name.chars().all(|c| c.is_ascii_digit())).then_some(Agreement::Ea)
    }

    fn row(self) -> &'static (Agreement, &'static str, &'static str, &'static str) {
        // The table is complete (a test walks every variant); the first row is only a total function's fallback.
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_agreement_has_a_row_of_its_own() {
        for agreement in [
            Agreement::Ea,
            Agreement::Mca,
            Agreement::Mpa,
            Agreement::Csp,
            Agreement::Mosp,
        ] {
            assert_eq!(TABLE.iter().filter(|row| row.0 == agreement).count(), 1);
            assert_eq!(Agreement::of_key(agreement.key()), Some(agreement));
        }
        assert_eq!(Agreement::of_account_name("55671234"), Some(Agreement::Ea));
        assert_eq!(Agreement::of_account_name("a:b_2019-05-31"), None);
    }
}
