//! The part of the table that is about how the vendor signs in.

use super::credential::{filled, issuer, preset};
use super::questions::Question;
use super::validity::{client_id, one_of};

/// `--credential`.
pub(super) const CREDENTIAL: Question = Question {
    key: "credential",
    flag: "credential",
    value: "KIND",
    help: "How the vendor signs in: secret, certificate, federated",
    prompt: "How is the vendor to sign in?",
    explain: "With a client secret; with a certificate, whose key is made here or stays with the vendor (`--certificate`); or with tokens of another identity provider, and no secret at all. `azconnect vendors VENDOR` says which of them the vendor takes.",
    example: "secret",
    default: Some("secret"),
    many: false,
    check: |text| one_of(text, &["secret", "certificate", "federated"]),
};

/// `--vendor-app-id`.
pub(super) const VENDOR_APP_ID: Question = Question {
    key: "vendor_app_id",
    flag: "vendor-app-id",
    value: "ID",
    help: "The vendor's own multi-tenant app (client ID): it is added to the directory and given roles; no app and no credential is made",
    prompt: "Which app is the vendor's?",
    explain: "The application (client) ID that the vendor publishes for its multi-tenant app. The vendor keeps its credential.",
    example: "00000000-0000-0000-0000-000000000000",
    default: Some("the one that the vendor publishes, where it has one"),
    many: false,
    check: client_id,
};

/// `--certificate`.
pub(super) const CERTIFICATE: Question = Question {
    key: "certificate",
    flag: "certificate",
    value: "FILE",
    help: "The vendor's public certificate (PEM or CER); its key stays with the vendor",
    prompt: "Which certificate?",
    explain: "With `--credential certificate`. Without it a key and its certificate are made on this machine.",
    example: "vendor.cer",
    default: None,
    many: false,
    check: filled,
};

/// `--federated`.
pub(super) const FEDERATED: Question = Question {
    key: "federated",
    flag: "federated",
    value: "PRESET",
    help: "Whose tokens sign in: github:OWNER/REPO:ref:refs/heads/BRANCH, gitlab:GROUP/PROJECT:ref_type:branch:ref:BRANCH",
    prompt: "Whose tokens?",
    explain: "With `--credential federated`: issuer and subject of GitHub Actions or GitLab, in one word. Compared letter by letter.",
    example: "github:contoso/billing:ref:refs/heads/main",
    default: None,
    many: false,
    check: |text| preset(text).map(drop),
};

/// `--issuer`.
pub(super) const ISSUER: Question = Question {
    key: "issuer",
    flag: "issuer",
    value: "URL",
    help: "Issuer of the federated tokens",
    prompt: "Who issues the tokens?",
    explain: "The `iss` of the tokens, letter by letter.",
    example: "https://token.actions.githubusercontent.com",
    default: None,
    many: false,
    check: issuer,
};

/// `--subject`.
pub(super) const SUBJECT: Question = Question {
    key: "subject",
    flag: "subject",
    value: "TEXT",
    help: "Subject of the federated tokens",
    prompt: "Whom are the tokens about?",
    explain: "The `sub` of the tokens, letter by letter.",
    example: "repo:contoso/billing:ref:refs/heads/main",
    default: None,
    many: false,
    check: filled,
};

/// `--audience`.
pub(super) const AUDIENCE: Question = Question {
    key: "audience",
    flag: "audience",
    value: "TEXT",
    help: "Audience of the federated tokens (the cloud's usual one)",
    prompt: "Whom are the tokens for?",
    explain: "The `aud` of the tokens.",
    example: "api://AzureADTokenExchange",
    default: None,
    many: false,
    check: filled,
};
