//! What Microsoft Graph's documentation says and its metadata does not.

/// A property that a create must bring.
#[derive(Debug)]
pub(crate) struct Required {
    /// The entity type.
    pub(crate) kind: &'static str,
    /// The properties.
    pub(crate) properties: &'static [&'static str],
    /// Where it is documented.
    pub(crate) source: &'static str,
}

/// What must be in the body of a create (POST to a collection, PATCH with `Prefer: create-if-missing`). The key by which an
/// upsert addresses the entity counts as brought.
pub(crate) const REQUIRED_TO_CREATE: [Required; 4] = [
    Required {
        kind: "application",
        properties: &["displayName"],
        source: "https://learn.microsoft.com/graph/api/application-post-applications",
    },
    Required {
        kind: "servicePrincipal",
        properties: &["appId"],
        source: "https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals",
    },
    Required {
        kind: "federatedIdentityCredential",
        properties: &["name", "issuer", "subject", "audiences"],
        source: "https://learn.microsoft.com/graph/api/application-post-federatedidentitycredentials",
    },
    Required {
        kind: "appRoleAssignment",
        properties: &["principalId", "resourceId", "appRoleId"],
        source: "https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignments",
    },
];

/// Properties that Graph sets: a body that brings one is refused.
/// <https://learn.microsoft.com/graph/api/resources/application#properties> and `…/serviceprincipal#properties` call them
/// read-only; <https://learn.microsoft.com/graph/api/application-post-applications> refuses `passwordCredentials`.
pub(crate) const READ_ONLY: [(&str, &[&str]); 4] = [
    ("entity", &["id"]),
    ("directoryObject", &["deletedDateTime"]),
    (
        "application",
        &[
            "appId",
            "createdDateTime",
            "publisherDomain",
            "passwordCredentials",
        ],
    ),
    (
        "servicePrincipal",
        &[
            "appDisplayName",
            "appOwnerOrganizationId",
            "passwordCredentials",
            "servicePrincipalType",
        ],
    ),
];

/// Entity types that the cut of the metadata leaves out, with their properties, all of them texts.
/// <https://learn.microsoft.com/graph/api/resources/directoryrole#properties>
pub(crate) const TYPES_LEFT_OUT: [(&str, &str, &[&str]); 1] = [(
    "directoryRole",
    "directoryObject",
    &["description", "displayName", "roleTemplateId"],
)];

/// Query options of collections and of single entities: <https://learn.microsoft.com/graph/query-parameters>.
pub(crate) const COLLECTION_OPTIONS: [&str; 8] = [
    "$select",
    "$filter",
    "$top",
    "$expand",
    "$orderby",
    "$count",
    "$search",
    "$skiptoken",
];
/// See [`COLLECTION_OPTIONS`].
pub(crate) const ENTITY_OPTIONS: [&str; 2] = ["$select", "$expand"];

/// Functions of `$filter`: <https://learn.microsoft.com/graph/filter-query-parameter>.
pub(crate) const FILTER_FUNCTIONS: [&str; 5] = [
    "startswith",
    "startsWith",
    "endswith",
    "endsWith",
    "contains",
];

/// The most that `$top` may ask of directory objects: <https://learn.microsoft.com/graph/paging>.
pub(crate) const MOST_ON_A_PAGE: u32 = 999;
