//! THE table: key, flag, prompt, help and validation of everything that can be asked.
//!
//! The command line's flags, the environment's names, the answers file's keys, the prompts and the list of missing answers are all made
//! from it, so they cannot differ.

use super::credential::object_id;
use super::credential_questions::{AUDIENCE, CERTIFICATE, CREDENTIAL, FEDERATED, ISSUER, SUBJECT};
use super::export_questions::EXPORT_QUESTIONS;
use super::partner_questions::{DEFAULT_DOMAIN, PARTNER_APP, PARTNER_ID};
use super::validity::{
    BILLING_ROLES, MODES, SIGN_INS, agreement, app_name, billing_name, client_id, customer,
    management_group, one_of, secret_days, tenant, vendor,
};
use crate::azure::ids::SubscriptionId;
use crate::connection::ConnectionName;

/// One question.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// The key in an answers file; in capitals with `AZCONNECT_` before it, the environment's name.
    pub key: &'static str,
    /// The flag without `--`; for `vendor`, which has none, the positional argument's name.
    pub flag: &'static str,
    /// What stands behind the flag in the help.
    pub value: &'static str,
    /// One line of help for the flag.
    pub help: &'static str,
    /// The question as a person is asked it.
    pub prompt: &'static str,
    /// What it means and where its answer is found.
    pub explain: &'static str,
    /// A valid answer.
    pub example: &'static str,
    /// What is taken where nobody says otherwise; shown in the help.
    pub default: Option<&'static str>,
    /// Whether it may be given several times.
    pub many: bool,
    /// Says what is wrong with an answer.
    pub check: fn(&str) -> Result<(), String>,
}

impl Question {
    /// The environment variable that answers it.
    pub fn env(&self) -> String {
        format!("AZCONNECT_{}", self.key.to_uppercase())
    }

    /// How the flag is written, `--tenant`; the vendor is written without one.
    pub fn written(&self) -> String {
        if self.key == "vendor" {
            "VENDOR".to_owned()
        } else {
            format!("--{}", self.flag)
        }
    }

    /// Whether it is about exports and where they are kept.
    pub fn is_about_exports(&self) -> bool {
        EXPORT_QUESTIONS
            .iter()
            .any(|question| question.key == self.key)
    }

    /// The question with this key.
    pub fn find(key: &str) -> Option<&'static Question> {
        QUESTIONS.iter().find(|question| question.key == key)
    }
}

/// Every question of `init`, in the order in which people think of them.
pub const QUESTIONS: &[Question] = &{
    let mut all = [EVERYBODYS[0]; EVERYBODYS.len() + EXPORT_QUESTIONS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < EVERYBODYS.len() {
            EVERYBODYS[at]
        } else {
            EXPORT_QUESTIONS[at - EVERYBODYS.len()]
        };
        at += 1;
    }
    all
};

/// All but those about exports.
const EVERYBODYS: &[Question] = &[
    Question {
        key: "vendor",
        flag: "vendor",
        value: "VENDOR",
        help: "The cost tool to connect to; `azconnect vendors` lists them",
        prompt: "Which cost tool?",
        explain: "The product that is to see your Azure costs. `azconnect vendors` says what each of them needs and is handed.",
        example: "spot-cost-intelligence",
        default: None,
        many: false,
        check: vendor,
    },
    Question {
        key: "connection",
        flag: "connection",
        value: "NAME",
        help: "What to call the connection on this machine",
        prompt: "What is the connection to be called?",
        explain: "A name for this machine and for the app registration. You type it in `azconnect check NAME`.",
        example: "spot-contoso",
        default: Some("the vendor's and the directory's name"),
        many: false,
        check: |text| {
            text.parse::<ConnectionName>()
                .map(drop)
                .map_err(|error| error.to_string())
        },
    },
    Question {
        key: "sign_in",
        flag: "sign-in",
        value: "METHOD",
        help: "How you sign in: auto, azure-cli, browser, device-code, service-principal, managed-identity, workload-identity, none (you are guided, and asked)",
        prompt: "How do you sign in?",
        explain: "`auto` takes credentials of the environment, then an `az` session, then the browser, then a device code, and says why. `none` goes with `--mode guided`: azconnect then asks what it can't look at.",
        example: "browser",
        default: Some("auto"),
        many: false,
        check: |text| one_of(text, SIGN_INS),
    },
    Question {
        key: "sign_in_client_id",
        flag: "sign-in-client-id",
        value: "ID",
        help: "Public client that browser and device-code sign-in use",
        prompt: "Which public client is to sign you in?",
        explain: "By default Microsoft's own Azure CLI client, whose rights are consented in every directory.",
        example: "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
        default: Some("Microsoft Azure CLI"),
        many: false,
        check: client_id,
    },
    Question {
        key: "tenant",
        flag: "tenant",
        value: "ID|DOMAIN",
        help: "Directory (tenant) to connect",
        prompt: "Which directory?",
        explain: "The directory that your subscriptions trust. Its ID is in the portal under Microsoft Entra ID > Overview; a domain of it will do.",
        example: "contoso.onmicrosoft.com",
        default: None,
        many: false,
        check: tenant,
    },
    Question {
        key: "subscription",
        flag: "subscription",
        value: "ID|all",
        help: "Subscription that the vendor is to read (repeat; `all` for all that you see)",
        prompt: "Which subscriptions is the vendor to read?",
        explain: "The vendor gets Reader on each. IDs are in the portal under Subscriptions, or in `az account list`.",
        example: "00000000-0000-0000-0000-000000000000",
        default: None,
        many: true,
        check: |text| {
            if text == "all" {
                Ok(())
            } else {
                text.parse::<SubscriptionId>()
                    .map(drop)
                    .map_err(|error| error.to_string())
            }
        },
    },
    Question {
        key: "management_group",
        flag: "management-group",
        value: "ID",
        help: "Management group that the vendor is to read, instead of single subscriptions",
        prompt: "Which management group is the vendor to read?",
        explain: "Reader on it reaches every subscription below it ones too. Its ID is in the portal under Management groups.",
        example: "contoso-root",
        default: None,
        many: false,
        check: management_group,
    },
    Question {
        key: "agreement",
        flag: "agreement",
        value: "KIND",
        help: "Agreement that Azure is bought under: ea, mca, mpa, csp, mosp",
        prompt: "Under which agreement do you buy Azure?",
        explain: "azconnect reads it from the billing account where it can see one.",
        example: "ea",
        default: Some("detected"),
        many: false,
        check: agreement,
    },
    Question {
        key: "billing_account",
        flag: "billing-account",
        value: "NAME",
        help: "Billing account that the vendor is to read: enrollment number, or MCA or MPA name",
        prompt: "Which billing account is the vendor to read?",
        explain: "In the portal under Cost Management + Billing > Properties: the enrollment number, or the whole ID `guid:guid_date`.",
        example: "55671234",
        default: None,
        many: false,
        check: billing_name,
    },
    Question {
        key: "billing_profile",
        flag: "billing-profile",
        value: "NAME",
        help: "Only this billing profile of the account",
        prompt: "Which billing profile is the vendor to read?",
        explain: "The ID of a billing profile (portal: Cost Management + Billing > Billing profiles). Without one, or with `all`, the whole account.",
        example: "ABCD-EFGH-IJK-LMN",
        default: None,
        many: false,
        check: billing_name,
    },
    Question {
        key: "invoice_section",
        flag: "invoice-section",
        value: "NAME",
        help: "Only this invoice section of the billing profile (MCA)",
        prompt: "Which invoice section is the vendor to read?",
        explain: "The ID of an invoice section (portal: Cost Management + Billing > Invoice sections), below the profile of `--billing-profile`.",
        example: "SH3V-J6YZ-PJA-TGB",
        default: None,
        many: false,
        check: billing_name,
    },
    Question {
        key: "department",
        flag: "department",
        value: "ID",
        help: "Only this department of the enrollment (EA)",
        prompt: "Which department is the vendor to read?",
        explain: "The number of a department (portal: Cost Management + Billing > Departments). Without one, the whole enrollment.",
        example: "84819",
        default: None,
        many: false,
        check: billing_name,
    },
    Question {
        key: "customer_tenant",
        flag: "customer-tenant",
        value: "ID",
        help: "Customer of a partner's billing account (repeat; none, or `all`, for all)",
        prompt: "Which customers is the vendor to read?",
        explain: "Directory (tenant) IDs of customers with an Azure plan. Without any, all of them.",
        example: "00000000-0000-0000-0000-000000000000",
        default: None,
        many: true,
        check: customer,
    },
    Question {
        key: "billing_role",
        flag: "billing-role",
        value: "ROLE",
        help: "At a partner's account, where the role holds: account-reader, customer-reader (single customers, nothing else)",
        prompt: "Where is the billing role to hold?",
        explain: "`customer-reader` gives the role on each customer of `--customer-tenant` and nothing on the account, for a tool that doesn't read the account itself.",
        example: "customer-reader",
        default: Some("account-reader"),
        many: false,
        check: |text| one_of(text, BILLING_ROLES),
    },
    PARTNER_ID,
    DEFAULT_DOMAIN,
    PARTNER_APP,
    Question {
        key: "app_name",
        flag: "app-name",
        value: "NAME",
        help: "Display name of the app registration",
        prompt: "What is the app registration to be called?",
        explain: "What people see in the portal under App registrations.",
        example: "azconnect-spot-cost-intelligence",
        default: Some("azconnect-<vendor>"),
        many: false,
        check: app_name,
    },
    Question {
        key: "app_id",
        flag: "app-id",
        value: "ID",
        help: "Use this existing app registration (client ID) instead of making one",
        prompt: "Which app registration?",
        explain: "The application (client) ID of an app registration in the same directory. Roles are added to it, and a secret unless you bring one.",
        example: "00000000-0000-0000-0000-000000000000",
        default: None,
        many: false,
        check: client_id,
    },
    Question {
        key: "principal_id",
        flag: "principal-id",
        value: "ID",
        help: "Only give roles, to this service principal or managed identity (object ID)",
        prompt: "Which principal?",
        explain: "The object ID of a service principal or managed identity. It gets the roles; no app and no credential is made.",
        example: "00000000-0000-0000-0000-000000000000",
        default: None,
        many: false,
        check: object_id,
    },
    CREDENTIAL,
    CERTIFICATE,
    FEDERATED,
    ISSUER,
    SUBJECT,
    AUDIENCE,
    Question {
        key: "secret_days",
        flag: "secret-days",
        value: "N",
        help: "How many days the client secret lives",
        prompt: "How many days is the secret to live?",
        explain: "The vendor can't sign in after that, and nobody renews it by itself; `azconnect check` warns 30 days before.",
        example: "180",
        default: Some("180"),
        many: false,
        check: secret_days,
    },
    Question {
        key: "mode",
        flag: "mode",
        value: "MODE",
        help: "Who does it: automatic, guided (you, in the portal, step by step; azconnect looks until each is there), script (you, with a script that it prints)",
        prompt: "Who is to do it?",
        explain: "`automatic`: azconnect does it once you agree to the plan. `guided`: you do it in the portal; azconnect says what to click, watches, and changes nothing itself. `script`: nothing is changed; a script that does the same is printed.",
        example: "automatic",
        default: Some("automatic"),
        many: false,
        check: |text| one_of(text, MODES),
    },
    Question {
        key: "script",
        flag: "script",
        value: "LANGUAGE",
        help: "With --mode script, what the script is written in: az, terraform, bicep",
        prompt: "What is the script to be written in?",
        explain: "`az` is a bash script of Azure CLI commands. `terraform` and `bicep` are files, with such a script beside them for what those can't do.",
        example: "az",
        default: Some("az"),
        many: false,
        check: |text| one_of(text, &["az", "terraform", "bicep"]),
    },
    Question {
        key: "store",
        flag: "store",
        value: "WHERE",
        help: "Where the secret is kept: keyring, file:PATH, helper:COMMAND (a program that answers get, store and erase in JSON), key-vault:NAME (an Azure key vault), none",
        prompt: "Where is the secret to be kept?",
        explain: "The OS keyring, a file that only you can read, an Azure key vault, or nowhere: then it is shown once, on request.",
        example: "keyring",
        default: Some("keyring"),
        many: false,
        check: |text| {
            text.parse::<crate::connection::store_choice::Choice>()
                .map(drop)
                .map_err(|error| error.to_string())
        },
    },
];

#[cfg(test)]
mod tests;
