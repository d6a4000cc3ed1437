//! Requests that no definition here covers, each with the documentation that does. A short list: whatever is in neither fails.

use super::template::Template;

/// One kind of request that the definitions lack.
#[derive(Debug)]
pub(crate) struct Exception {
    /// As in [`super::Exchange::service`].
    pub(crate) service: &'static str,
    /// HTTP method, in capitals.
    pub(crate) method: &'static str,
    /// Path, with names in braces as in a definition.
    pub(crate) path: &'static str,
    /// The `api-version`; none where the service has no such thing.
    pub(crate) version: Option<&'static str>,
    /// The operation by which query, body and answer are judged all the same; none where nothing comes near.
    pub(crate) like: Option<&'static str>,
    /// Why the definitions lack it.
    pub(crate) reason: &'static str,
    /// Where it is documented.
    pub(crate) source: &'static str,
}

const A_PERSONS_PAGE: &str = "a page for a person's browser, not a request of the program";
const DATA_PLANE: &str = "the definitions here are those of Azure Resource Manager; the blob service has none among them";
const NEWER_SUBSCRIPTIONS: &str =
    "the definitions here stop at 2021-01-01; the answers are judged by that version";

/// All of them.
pub(crate) const EXCEPTIONS: [Exception; 19] = [
    Exception {
        service: "arm",
        method: "GET",
        path: "/subscriptions",
        version: Some("2022-12-01"),
        like: Some("Subscriptions_List"),
        reason: NEWER_SUBSCRIPTIONS,
        source: "https://learn.microsoft.com/rest/api/resources/subscriptions/list",
    },
    Exception {
        service: "arm",
        method: "GET",
        path: "/subscriptions/{subscriptionId}",
        version: Some("2022-12-01"),
        like: Some("Subscriptions_Get"),
        reason: NEWER_SUBSCRIPTIONS,
        source: "https://learn.microsoft.com/rest/api/resources/subscriptions/get",
    },
    Exception {
        service: "arm",
        method: "GET",
        path: "/tenants",
        version: Some("2022-12-01"),
        like: Some("Tenants_List"),
        reason: NEWER_SUBSCRIPTIONS,
        source: "https://learn.microsoft.com/rest/api/resources/tenants/list",
    },
    Exception {
        service: "arm",
        method: "GET",
        path: "/{scope}/providers/Microsoft.Authorization/permissions",
        version: Some("2022-04-01"),
        like: Some("Permissions_ListForResourceGroup"),
        reason: "the definition lists resource groups and resources only; subscriptions and management groups answer alike",
        source: "https://github.com/DataDog/integrations-management (azure/shared: asks subscriptions and management groups)",
    },
    Exception {
        service: "arm",
        method: "POST",
        path: "/providers/Microsoft.Authorization/elevateAccess",
        version: Some("2016-07-01"),
        like: None,
        reason: "the definitions here begin at 2022-04-01",
        source: "https://learn.microsoft.com/azure/role-based-access-control/elevate-access-global-admin",
    },
    Exception {
        service: "arm",
        method: "GET",
        path: "/providers/Microsoft.Billing/billingAccounts/{billingAccountName}/operationResults/{operation}",
        version: Some("2024-04-01"),
        like: None,
        reason: "the definitions here have the 202 that leads there, not the place itself",
        source: "https://learn.microsoft.com/rest/api/billing/billing-role-assignments/create-by-billing-account",
    },
    Exception {
        service: "arm",
        method: "POST",
        path: "/providers/Microsoft.Billing/billingAccounts/{billingAccountName}/createBillingRoleAssignment",
        version: Some("2019-10-01-preview"),
        like: None,
        reason: "of that version there are only the schemas of what is PUT",
        source: "https://github.com/Azure/terraform-provider-azapi/issues/400",
    },
    Exception {
        service: "arm",
        method: "POST",
        path: "/{scope}/providers/Microsoft.CostManagement/generateCostDetailsReport",
        version: Some("2025-03-01"),
        like: None,
        reason: "the definitions here have queries and exports only",
        source: "https://learn.microsoft.com/rest/api/cost-management/generate-cost-details-report/create-operation",
    },
    Exception {
        service: "arm",
        method: "GET",
        path: "/{scope}/providers/Microsoft.CostManagement/costDetailsOperationResults/{operation}",
        version: Some("2025-03-01"),
        like: None,
        reason: "the definitions here have queries and exports only",
        source: "https://learn.microsoft.com/rest/api/cost-management/generate-cost-details-report/get-operation-results",
    },
    Exception {
        service: "arm",
        method: "GET",
        path: "/subscriptions/{subscriptionId}/operationresults/{operation}",
        version: Some("2021-04-01"),
        like: None,
        reason: "the definitions here have the 202 that leads there, not the place itself",
        source: "https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations",
    },
    Exception {
        service: "arm",
        method: "GET",
        path: "/subscriptions/{subscriptionId}/providers/Microsoft.Storage/locations/{location}/asyncoperations/{operation}",
        version: Some("2021-08-01"),
        like: None,
        reason: "the definitions here have the 202 that leads there, not the place itself",
        source: "https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations",
    },
    Exception {
        service: "blob",
        method: "GET",
        path: "/{account}/{container}",
        version: None,
        like: None,
        reason: DATA_PLANE,
        source: "https://learn.microsoft.com/rest/api/storageservices/list-blobs",
    },
    Exception {
        service: "blob",
        method: "HEAD",
        path: "/{account}/{container}",
        version: None,
        like: None,
        reason: DATA_PLANE,
        source: "https://learn.microsoft.com/rest/api/storageservices/get-container-properties",
    },
    Exception {
        service: "blob",
        method: "GET",
        path: "/{account}/{container}/{blobName}",
        version: None,
        like: None,
        reason: DATA_PLANE,
        source: "https://learn.microsoft.com/rest/api/storageservices/get-blob",
    },
    Exception {
        service: "blob",
        method: "HEAD",
        path: "/{account}/{container}/{blobName}",
        version: None,
        like: None,
        reason: DATA_PLANE,
        source: "https://learn.microsoft.com/rest/api/storageservices/get-blob-properties",
    },
    Exception {
        service: "login",
        method: "GET",
        path: "/devicelogin",
        version: None,
        like: None,
        reason: A_PERSONS_PAGE,
        source: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code",
    },
    Exception {
        service: "login",
        method: "POST",
        path: "/devicelogin",
        version: None,
        like: None,
        reason: A_PERSONS_PAGE,
        source: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code",
    },
    Exception {
        service: "partner_center",
        method: "GET",
        path: "/dashboard/account/v3/appmanagement",
        version: None,
        like: None,
        reason: A_PERSONS_PAGE,
        source: "https://learn.microsoft.com/partner-center/developer/set-up-api-access-in-partner-center",
    },
    Exception {
        service: "partner_center",
        method: "POST",
        path: "/dashboard/account/v3/appmanagement",
        version: None,
        like: None,
        reason: A_PERSONS_PAGE,
        source: "https://learn.microsoft.com/partner-center/developer/set-up-api-access-in-partner-center",
    },
];

/// The row that speaks of such a request.
pub(crate) fn exception(
    service: &str,
    method: &str,
    path: &str,
    version: Option<&str>,
) -> Option<&'static Exception> {
    EXCEPTIONS.iter().find(|exception| {
        let path_fits = || Template::of_names(exception.path).captures(path).is_some();
        exception.service == service
            && exception.method == method
            && (exception.version.is_none() || exception.version == version)
            && path_fits()
    })
}
