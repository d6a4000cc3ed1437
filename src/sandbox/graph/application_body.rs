//! What may be written to an application, checked property by property before anything changes.
//!
//! Used by creation, upsert and update. Unknown properties, read-only ones and secrets are refused as Graph refuses them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::super::tenant::{Application, State};
use super::key_credentials;
use super::refusal::GraphError;

const AUDIENCES: [&str; 4] = [
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
];
const LONGEST_NAME: usize = 256;
const LONGEST_URI: usize = 256;
const LONGEST_NOTES: usize = 1024;

/// Properties that Graph has and callers may not write.
const READ_ONLY: [&str; 10] = [
    "id",
    "appId",
    "applicationTemplateId",
    "certification",
    "createdByAppId",
    "createdDateTime",
    "deletedDateTime",
    "disabledByMicrosoftStatus",
    "publisherDomain",
    "uniqueName",
];

/// Properties that Graph has and the sandbox does not keep.
const NOT_SIMULATED: [&str; 26] = [
    "addIns",
    "api",
    "appRoles",
    "authenticationBehaviors",
    "defaultRedirectUri",
    "groupMembershipClaims",
    "identifierUris",
    "info",
    "isDeviceOnlyAuthSupported",
    "isDisabled",
    "isFallbackPublicClient",
    "logo",
    "managerApplications",
    "nativeAuthenticationApisEnabled",
    "oauth2RequirePostResponse",
    "optionalClaims",
    "parentalControlSettings",
    "publicClient",
    "requestSignatureVerification",
    "requiredResourceAccess",
    "samlMetadataUrl",
    "servicePrincipalLockConfiguration",
    "spa",
    "tokenEncryptionKeyId",
    "verifiedPublisher",
    "homepage",
];

/// Writes a body's properties to an application, or refuses all of them.
pub(super) fn apply(
    application: &mut Application,
    body: &Map<String, Value>,
    now: Timestamp,
) -> Result<(), GraphError> {
    let mut changed = application.clone();
    for (name, value) in body {
        write(&mut changed, name, value, now)?;
    }
    if changed.display_name.is_empty() {
        return Err(GraphError::bad_request(
            "A value is required for property 'displayName' of resource 'Application'.",
        ));
    }
    *application = changed;
    Ok(())
}

fn write(
    application: &mut Application,
    name: &str,
    value: &Value,
    now: Timestamp,
) -> Result<(), GraphError> {
    match name {
        "displayName" => {
            application.display_name =
                text(name, value, LONGEST_NAME)?.ok_or_else(|| invalid(name))?
        }
        "signInAudience" => {
            let audience = value
                .as_str()
                .filter(|audience| AUDIENCES.contains(audience))
                .ok_or_else(|| invalid(name))?;
            audience.clone_into(&mut application.sign_in_audience);
        }
        "notes" => application.notes = text(name, value, LONGEST_NOTES)?,
        "description" => application.description = text(name, value, LONGEST_NOTES)?,
        "serviceManagementReference" => {
            application.service_management_reference = text(name, value, LONGEST_NAME)?;
        }
        "tags" => application.tags = strings(name, value)?,
        "web" => write_web(application, value)?,
        "keyCredentials" => {
            application.key_credentials = key_credentials::replaced(application, value, now)?
        }
        "passwordCredentials" => {
            let text = "Adding or changing 'passwordCredentials' with POST or PATCH isn't supported. Use the addPassword and \
                        removePassword methods.";
            return Err(GraphError::bad_request(text));
        }
        name if READ_ONLY.contains(&name) => return Err(GraphError::read_only(name)),
        name if NOT_SIMULATED.contains(&name) => {
            let text =
                format!("The sandbox does not simulate the property '{name}' of an application.");
            return Err(GraphError::new(501, "NotImplemented", text));
        }
        name if name.starts_with("@odata.") => {}
        name => return Err(GraphError::invalid_property(name)),
    }
    Ok(())
}

fn invalid(property: &str) -> GraphError {
    GraphError::invalid_value(property, "Application")
}

/// A string that is not empty and not too long; null clears.
pub(super) fn text(
    property: &str,
    value: &Value,
    longest: usize,
) -> Result<Option<String>, GraphError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if !text.trim().is_empty() && text.chars().count() <= longest => {
            Ok(Some(text.clone()))
        }
        _ => Err(invalid(property)),
    }
}

/// A list of strings without duplicates.
pub(super) fn strings(property: &str, value: &Value) -> Result<Vec<String>, GraphError> {
    let items = value.as_array().ok_or_else(|| invalid(property))?;
    let texts: Option<Vec<String>> = items
        .iter()
        .map(|item| item.as_str().map(str::to_owned))
        .collect();
    let texts = texts.ok_or_else(|| invalid(property))?;
    if texts.iter().collect::<BTreeSet<_>>().len() != texts.len() {
        return Err(GraphError::bad_request(format!(
            "Property '{property}' has duplicate values."
        )));
    }
    Ok(texts)
}

fn write_web(application: &mut Application, value: &Value) -> Result<(), GraphError> {
    let fields = value.as_object().ok_or_else(|| invalid("web"))?;
    for (name, value) in fields {
        match name.as_str() {
            "redirectUris" => {
                let uris = strings(name, value)?;
                if uris.iter().any(|uri| !is_redirect_uri(uri)) {
                    return Err(GraphError::invalid_value(name, "WebApplication"));
                }
                application.redirect_uris = uris;
            }
            "homePageUrl" | "logoutUrl" | "implicitGrantSettings" | "redirectUriSettings" => {
                let text = format!(
                    "The sandbox does not simulate the property 'web.{name}' of an application."
                );
                return Err(GraphError::new(501, "NotImplemented", text));
            }
            name => return Err(GraphError::invalid_property(name)),
        }
    }
    Ok(())
}

/// <https://learn.microsoft.com/entra/identity-platform/reply-url>: https, or http on localhost; no fragment, no wildcard.
fn is_redirect_uri(uri: &str) -> bool {
    let local = ["http://localhost", "http://127.0.0.1"]
        .iter()
        .any(|local| {
            uri.strip_prefix(local).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(':') || rest.starts_with('/')
            })
        });
    let secure = uri
        .strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    (local || secure) && uri.len() <= LONGEST_URI && !uri.contains(['#', '*', ' '])
}

/// `owners@odata.bind`, which only creation takes: object ids of users or service principals of the directory.
pub(super) fn bound_owners(
    state: &State,
    body: &mut Map<String, Value>,
) -> Result<BTreeSet<uuid::Uuid>, GraphError> {
    const NAME: &str = "owners@odata.bind";
    const MOST: usize = 20;
    let Some(value) = body.remove(NAME) else {
        return Ok(BTreeSet::new());
    };
    let links = strings("owners", &value)?;
    if links.len() > MOST {
        return Err(GraphError::bad_request(
            "At most 20 owners can be bound when an application is created.",
        ));
    }
    let mut owners = BTreeSet::new();
    for link in links {
        let id = link
            .rsplit('/')
            .next()
            .and_then(|id| uuid::Uuid::try_parse(id).ok());
        let known = id
            .filter(|id| state.users.contains_key(id) || state.service_principals.contains_key(id));
        owners.insert(known.ok_or_else(|| GraphError::not_found(&link))?);
    }
    Ok(owners)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::super::super::tenant::State;
    use super::*;
    use serde_json::json;

    fn attempt(body: Value) -> Result<Application, String> {
        let mut state = State::contoso();
        let id = state.add_application(super::super::super::ids::TENANT, "App");
        let application = state.applications.get_mut(&id).unwrap();
        apply(application, body.as_object().unwrap(), Timestamp::now())
            .map_err(|error| format!("{error:?}"))?;
        Ok(application.clone())
    }

    #[test]
    fn a_good_body_is_written() {
        let body = json!({
            "displayName": "azconnect", "signInAudience": "AzureADMyOrg", "notes": "n", "tags": ["azconnect"],
            "web": {"redirectUris": ["https://vendor.example/cb", "http://localhost:8080/x"]},
        });
        let application = attempt(body).unwrap();
        assert_eq!(application.display_name, "azconnect");
        assert_eq!(application.redirect_uris.len(), 2);
    }

    #[test]
    fn each_bad_property_is_refused() {
        let cases = [
            (
                json!({"dispalyName": "x"}),
                "Invalid property 'dispalyName'",
            ),
            (json!({"displayName": ""}), "displayName"),
            (json!({"displayName": "x".repeat(257)}), "displayName"),
            (json!({"displayName": null}), "displayName"),
            (json!({"signInAudience": "Everybody"}), "signInAudience"),
            (json!({"passwordCredentials": []}), "addPassword"),
            (json!({"appId": "x"}), "read-only"),
            (json!({"uniqueName": "x"}), "read-only"),
            (json!({"spa": {}}), "does not simulate"),
            (
                json!({"web": {"redirectUris": ["http://vendor.example"]}}),
                "redirectUris",
            ),
            (
                json!({"web": {"redirectUris": ["https://a.example/#x"]}}),
                "redirectUris",
            ),
            (
                json!({"web": {"redirectUris": ["http://localhost.evil.example"]}}),
                "redirectUris",
            ),
            (
                json!({"web": {"redirectUris": ["https://a.example", "https://a.example"]}}),
                "duplicate",
            ),
            (
                json!({"web": {"redirectUrls": []}}),
                "Invalid property 'redirectUrls'",
            ),
        ];
        for (body, expected) in cases {
            let error = attempt(body.clone()).expect_err("refused");
            assert!(error.contains(expected), "{body}: {error}");
        }
    }
}
