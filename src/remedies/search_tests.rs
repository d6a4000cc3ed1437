//! Which row answers what, and how its lines look with a connection's values.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::{any, prop_assert, proptest};

use super::{Kind, PLACEHOLDERS, Service, all, find, unknown_sign_in};

/// Codes that the design asks for, with the kind that decides the exit code.
const ASKED_FOR: &[(Service, &str, u16, &str, Kind)] = &[
    (Service::Entra, "AADSTS7000215", 401, "", Kind::SignedOut),
    (Service::Entra, "7000222", 401, "", Kind::SignedOut),
    (Service::Entra, "aadsts53003", 400, "", Kind::Forbidden),
    (Service::Entra, "AADSTS700016", 400, "", Kind::Usage),
    (Service::Entra, "AADSTS50076", 400, "", Kind::SignedOut),
    (Service::Entra, "AADSTS65001", 400, "", Kind::Forbidden),
    (Service::Entra, "AADSTS90094", 400, "", Kind::Forbidden),
    (Service::Entra, "AADSTS700213", 400, "", Kind::SignedOut),
    (Service::Entra, "", 503, "", Kind::Failed),
    (
        Service::Graph,
        "Authorization_RequestDenied",
        403,
        "Insufficient privileges to complete the operation.",
        Kind::Forbidden,
    ),
    (
        Service::Graph,
        "Authorization_RequestDenied",
        403,
        "When using this permission, the backing application of the service principal being created must in the local tenant",
        Kind::Pending,
    ),
    (
        Service::Graph,
        "CredentialTypeNotAllowedAsPerAppPolicy",
        400,
        "",
        Kind::Forbidden,
    ),
    (
        Service::Arm,
        "AuthorizationFailed",
        403,
        "to perform action 'Microsoft.Authorization/roleAssignments/write'",
        Kind::Forbidden,
    ),
    (Service::Arm, "PrincipalNotFound", 400, "", Kind::Pending),
    (
        Service::Arm,
        "RoleAssignmentLimitExceeded",
        400,
        "",
        Kind::Forbidden,
    ),
    (
        Service::Arm,
        "ReadOnlyDisabledSubscription",
        409,
        "",
        Kind::Forbidden,
    ),
    (Service::Arm, "", 502, "", Kind::Failed),
    (
        Service::Billing,
        "NotFound",
        404,
        "The resource or one of its dependencies could not be found.",
        Kind::Usage,
    ),
    (
        Service::Billing,
        "AuthorizationFailed",
        403,
        "",
        Kind::Forbidden,
    ),
    (
        Service::CostManagement,
        "401",
        401,
        "No claims present for the caller in the system",
        Kind::Forbidden,
    ),
    (
        Service::CostManagement,
        "RBACAccessDenied",
        401,
        "Request ID: NoHttpContext",
        Kind::Forbidden,
    ),
    (
        Service::CostManagement,
        "429",
        429,
        "Too many requests. Please retry.",
        Kind::Failed,
    ),
    (
        Service::CostManagement,
        "BadRequest",
        400,
        "Management group X does not have any valid subscriptions",
        Kind::Usage,
    ),
    (
        Service::CostManagement,
        "ExportNameTaken",
        409,
        "",
        Kind::Usage,
    ),
    (
        Service::CostManagement,
        "400",
        400,
        "RP Not Registered. Register destination storage account subscription with Microsoft.CostManagementExports",
        Kind::Failed,
    ),
    (
        Service::CostManagement,
        "BadRequest",
        400,
        "Request properties validation failed: Invalid schedule recurrencePeriod; 'from' value cannot be after 'to' value",
        Kind::Failed,
    ),
    (
        Service::CostManagement,
        "BadRequest",
        400,
        "ServiceToServiceAuthorizationProvider.IsRPRegistered: InvalidSubscriptionId: identifier 'providers' is malformed",
        Kind::Usage,
    ),
    (
        Service::CostManagement,
        "400",
        400,
        "Invalid request payload, Invalid member :properties.schedule.recurrence",
        Kind::Failed,
    ),
    (
        Service::StorageAccounts,
        "StorageAccountAlreadyTaken",
        409,
        "",
        Kind::Usage,
    ),
    (
        Service::StorageAccounts,
        "AccountKeepsExportsOut",
        409,
        "",
        Kind::Forbidden,
    ),
    (
        Service::StorageAccounts,
        "ContainerBeingDeleted",
        409,
        "",
        Kind::Pending,
    ),
    // What every resource can meet is Resource Manager's.
    (
        Service::StorageAccounts,
        "RequestDisallowedByPolicy",
        403,
        "",
        Kind::Forbidden,
    ),
    (
        Service::Storage,
        "AuthorizationPermissionMismatch",
        403,
        "",
        Kind::Forbidden,
    ),
    (Service::KeyVault, "ForbiddenByRbac", 403, "", Kind::Storage),
    (Service::KeyVault, "Unauthorized", 401, "", Kind::SignedOut),
    (Service::PartnerCenter, "900329", 403, "", Kind::Forbidden),
    (Service::Network, "tls-unknown-issuer", 0, "", Kind::Failed),
    (Service::Store, "keyring-locked", 0, "", Kind::Storage),
];

#[test]
fn what_the_design_asks_for_is_there() {
    for (service, code, status, message, kind) in ASKED_FOR {
        let found = find(*service, code, *status, message);
        assert_eq!(
            found.map(|row| row.kind),
            Some(*kind),
            "{service:?} {code} {status} {message}"
        );
    }
}

/// Partner Center's refusals as Microsoft documents them: status, code, kind, and a word of the advice that no other row has.
const OF_PARTNER_CENTER: &[(u16, &str, Kind, &str)] = &[
    (401, "900420", Kind::Failed, "partner_center_audience"),
    (401, "800001", Kind::SignedOut, "--tenant <directory>"),
    (401, "401", Kind::SignedOut, "register the application"),
    (403, "900329", Kind::Forbidden, "Sign in as a person"),
    (403, "900150", Kind::Forbidden, "indirect providers"),
    (403, "900308", Kind::Forbidden, "indirect providers"),
    (403, "900309", Kind::Forbidden, "Conditional Access"),
    (403, "900124", Kind::Forbidden, "sign it"),
    (403, "900123", Kind::Forbidden, "reseller's Global"),
    (403, "900149", Kind::Forbidden, "enrollment"),
    (403, "800039", Kind::Forbidden, "enrollment"),
    (400, "2000", Kind::Usage, "legalinfo#mpn"),
    (404, "3000", Kind::Usage, "legalinfo#mpn"),
    (400, "3000", Kind::Failed, "`-vv`"),
    (404, "800015", Kind::Usage, "legalinfo#mpn"),
    (400, "800016", Kind::Usage, "legalinfo#mpn"),
    (400, "900154", Kind::Usage, "legalinfo#mpn"),
    (403, "20002", Kind::Usage, "--customer-tenant"),
    (404, "60003", Kind::Usage, "--customer-tenant"),
    (400, "900118", Kind::Usage, "--customer-tenant"),
    (400, "800018", Kind::Usage, "production directory"),
    (403, "800043", Kind::Forbidden, "enrolled for"),
    (403, "2030", Kind::Forbidden, "enrolled for"),
    (403, "2032", Kind::Forbidden, "enrolled for"),
    (403, "90000", Kind::SignedOut, "Look the code up"),
    (403, "403", Kind::Forbidden, "register the application"),
    (429, "429", Kind::Failed, "two minutes"),
];

#[test]
fn partner_centers_refusals_are_told_apart_by_status_and_code() {
    for (status, code, kind, word) in OF_PARTNER_CENTER {
        let row = find(Service::PartnerCenter, code, *status, "").unwrap();
        assert_eq!(row.kind, *kind, "{status} {code}");
        assert!(
            row.fix.iter().any(|line| line.contains(word)),
            "{status} {code}: {:?}",
            row.fix
        );
    }
}

#[test]
fn a_service_that_is_part_of_another_knows_its_errors_too() {
    let arm = find(Service::Arm, "AuthorizationFailed", 403, "").unwrap();
    assert!(std::ptr::eq(
        arm,
        find(Service::CostManagement, "AuthorizationFailed", 403, "").unwrap()
    ));
    // A code of the wider service says more than a status of the narrower one.
    let disabled = find(
        Service::CostManagement,
        "ReadOnlyDisabledSubscription",
        401,
        "",
    )
    .unwrap();
    assert_eq!(disabled.service, Service::Arm);
    assert!(find(Service::Entra, "AuthorizationFailed", 418, "").is_none());
    assert!(find(Service::Graph, "", 0, "").is_none());
}

#[test]
fn an_untrusted_certificate_leads_to_the_ca_file() {
    let fixes = find(Service::Network, "tls-unknown-issuer", 0, "")
        .unwrap()
        .fixes(&BTreeMap::new());
    assert!(fixes.iter().any(|line| line.contains("--ca-file")));
}

#[test]
fn unknown_codes_lead_to_microsofts_page() {
    let link = Some("https://login.microsoftonline.com/error?code=16000".to_owned());
    assert_eq!(unknown_sign_in("AADSTS16000"), link);
    assert_eq!(unknown_sign_in("16000"), link);
    for other in ["", "invalid_client", "AADSTS", "AADSTS1; rm", "１２"] {
        assert_eq!(unknown_sign_in(other), None, "{other}");
    }
}

#[test]
fn lines_without_their_values_are_left_out_unless_all_would_be() {
    let row = find(Service::Arm, "AuthorizationFailed", 403, "").unwrap();
    let known = BTreeMap::from([("connection", "prod".to_owned())]);
    assert_eq!(
        row.fixes(&known),
        ["If the role was given minutes ago, wait and look again: `azconnect check prod`"]
    );
    let unknown = row.fixes(&BTreeMap::new());
    assert_eq!(unknown.len(), 3);
    assert!(unknown[0].contains("`<action>`, then run the same command again"));
    assert!(unknown[1].ends_with("`azconnect check <connection>`"));
}

proptest! {
    #[test]
    fn no_value_puts_a_control_character_on_the_screen(value in any::<String>(), position in 0usize..1000) {
        let row = &all()[position % all().len()];
        let facts: BTreeMap<&str, String> = PLACEHOLDERS.iter().map(|(name, _)| (*name, value.clone())).collect();
        for line in row.fixes(&facts) {
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            prop_assert!(!line.contains('\u{202e}'), "{line:?}");
        }
    }

    #[test]
    fn no_answer_makes_the_search_stop(code in any::<String>(), status in any::<u16>(), message in any::<String>()) {
        for row in [Service::Entra, Service::CostManagement, Service::Store] {
            let found = find(row, &code, status, &message);
            prop_assert!(found.is_none_or(|found| !found.fix.is_empty()));
        }
        let link = unknown_sign_in(&code);
        prop_assert!(link.is_none_or(|link| link.is_ascii()));
    }
}
