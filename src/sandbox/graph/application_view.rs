//! An application as Graph shows it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::super::entra::sha1;
use super::super::tenant::{Application, KeyCredential, PasswordCredential, State};
use super::directory::object;

/// All properties of an application. `with_keys` is for `$select=keyCredentials`, without which keys are null.
pub(super) fn application(
    state: &State,
    application: &Application,
    with_keys: bool,
) -> Map<String, Value> {
    let publisher = state
        .tenants
        .get(&application.tenant)
        .map(|tenant| tenant.default_domain.as_str());
    let passwords: Vec<Value> = application
        .password_credentials
        .iter()
        .map(|one| password(one, false))
        .collect();
    let keys: Vec<Value> = application
        .key_credentials
        .iter()
        .map(|one| key(one, with_keys))
        .collect();
    object(json!({
        "id": application.id, "deletedDateTime": application.deleted_at, "appId": application.app_id,
        "applicationTemplateId": null, "disabledByMicrosoftStatus": null, "createdDateTime": application.created,
        "displayName": application.display_name, "description": application.description,
        "groupMembershipClaims": null, "identifierUris": [], "isDeviceOnlyAuthSupported": null,
        "isDisabled": if application.is_disabled { json!(true) } else { Value::Null },
        "isFallbackPublicClient": null, "notes": application.notes, "publisherDomain": publisher,
        "serviceManagementReference": application.service_management_reference,
        "signInAudience": application.sign_in_audience, "tags": application.tags, "tokenEncryptionKeyId": null,
        "uniqueName": application.unique_name, "addIns": [], "appRoles": [],
        "api": {
            "acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": null,
            "oauth2PermissionScopes": [], "preAuthorizedApplications": [],
        },
        "info": {
            "logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null,
            "termsOfServiceUrl": null,
        },
        "keyCredentials": keys, "optionalClaims": null, "passwordCredentials": passwords,
        "publicClient": {"redirectUris": []}, "requiredResourceAccess": [], "spa": {"redirectUris": []},
        "web": {
            "homePageUrl": null, "logoutUrl": null, "redirectUris": application.redirect_uris,
            "implicitGrantSettings": {"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false},
        },
    }))
}

/// A secret; its text is shown once, in the answer to `addPassword`.
pub(super) fn password(credential: &PasswordCredential, with_text: bool) -> Value {
    json!({
        "customKeyIdentifier": null, "displayName": credential.display_name,
        "endDateTime": credential.end_date_time, "hint": credential.hint, "keyId": credential.key_id,
        "secretText": with_text.then_some(&credential.secret_text), "startDateTime": credential.start_date_time,
    })
}

fn key(credential: &KeyCredential, with_key: bool) -> Value {
    let der = STANDARD.decode(&credential.key).unwrap_or_default();
    let thumbprint: String = sha1(&der)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    json!({
        "customKeyIdentifier": thumbprint, "displayName": credential.display_name,
        "endDateTime": credential.end_date_time, "key": with_key.then_some(&credential.key),
        "keyId": credential.key_id, "startDateTime": credential.start_date_time, "type": "AsymmetricX509Cert",
        "usage": "Verify",
    })
}
