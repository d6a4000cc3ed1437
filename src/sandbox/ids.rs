//! Well-known identifiers: those of the sample directory that `State::contoso` fills, and those that Microsoft
//! publishes and that mean the same in every directory.

use uuid::{Uuid, uuid};

/// The directory "Contoso" (`contoso.onmicrosoft.com`). Its root management group has the same id.
pub const TENANT: Uuid = uuid!("c0470500-0000-4000-8000-000000000001");
/// The home directory of the guest Riley; the sandbox knows its id only.
pub const FABRIKAM_TENANT: Uuid = uuid!("fab21ca0-0000-4000-8000-000000000001");
/// The home directory of vendors' applications; the sandbox knows its id only.
pub const VENDOR_TENANT: Uuid = uuid!("7e4d0200-0000-4000-8000-000000000001");
/// Client id of a cost tool's multi-tenant application, as Harness publishes it for its own.
pub const VENDOR_CLIENT_ID: Uuid = uuid!("0211763d-24fb-4d63-865d-92f86f77e908");
/// The subscription "Contoso Production".
pub const SUBSCRIPTION: Uuid = uuid!("50b5c21b-0000-4000-8000-000000000001");
/// The key vault whose secrets Avery and the operator manage.
pub const KEY_VAULT: &str = "contoso-vault";
/// Avery Howard, Global Administrator and Owner of the root management group.
pub const AVERY: Uuid = uuid!("a0e27000-0000-4000-8000-000000000001");
/// Avery's user principal name.
pub const AVERY_NAME: &str = "avery@contoso.com";
/// Lee Gu, no directory role, Reader of the subscription.
pub const LEE: Uuid = uuid!("1ee00000-0000-4000-8000-000000000001");
/// Lee's user principal name.
pub const LEE_NAME: &str = "lee@contoso.com";
/// Riley Johnson, a guest from Fabrikam.
pub const RILEY: Uuid = uuid!("211e7000-0000-4000-8000-000000000001");
/// Riley's user principal name in Contoso.
pub const RILEY_NAME: &str = "riley_fabrikam.com#EXT#@contoso.onmicrosoft.com";
/// Client id of the operator, an application that may do everything a pipeline needs.
pub const OPERATOR_CLIENT_ID: Uuid = uuid!("09e2a702-0000-4000-8000-000000000001");
/// Object id of the operator's application.
pub const OPERATOR_APPLICATION: Uuid = uuid!("09e2a702-0000-4000-8000-000000000002");
/// Object id of the operator's service principal.
pub const OPERATOR_SERVICE_PRINCIPAL: Uuid = uuid!("09e2a702-0000-4000-8000-000000000003");
/// Key id of the operator's secret.
pub const OPERATOR_KEY_ID: Uuid = uuid!("09e2a702-0000-4000-8000-000000000004");
/// The operator's client secret. Worthless outside the sandbox.
pub const OPERATOR_SECRET: &str = "sbx8Q~operator-of-a-simulated-directory~1";

/// The Azure CLI's public client, present in every directory.
pub const AZURE_CLI_CLIENT_ID: Uuid = uuid!("04b07795-8ddb-461a-bbee-02f9e1bf7b46");

/// Built-in role Owner.
pub const ROLE_OWNER: Uuid = uuid!("8e3af657-a8ff-443c-a75c-2fe8c4bcb635");
/// Built-in role Contributor.
pub const ROLE_CONTRIBUTOR: Uuid = uuid!("b24988ac-6180-42a0-ab88-20f7382dd24c");
/// Built-in role Reader.
pub const ROLE_READER: Uuid = uuid!("acdd72a7-3385-48ef-bd42-f606fba81ae7");
/// Built-in role User Access Administrator.
pub const ROLE_USER_ACCESS_ADMINISTRATOR: Uuid = uuid!("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9");
/// Built-in role Cost Management Reader.
pub const ROLE_COST_MANAGEMENT_READER: Uuid = uuid!("72fafb9e-0641-4937-9268-a91bfd8191a3");

/// Number of Contoso's enrollment, an Enterprise Agreement, in `State::contoso_with_billing`.
pub const ENROLLMENT: &str = "55670001";
/// Number of an enrollment that became a Microsoft Customer Agreement: it can be read, and nothing more.
pub const TRANSFERRED_ENROLLMENT: &str = "55670002";
/// Contoso's Microsoft Customer Agreement.
pub const MCA_ACCOUNT: &str =
    "3ca00000-0000-4000-8000-000000000001:3ca00000-0000-4000-8000-000000000002_2019-05-31";
/// Contoso's Microsoft Partner Agreement, with twelve customers.
pub const MPA_ACCOUNT: &str =
    "39a00000-0000-4000-8000-000000000001:39a00000-0000-4000-8000-000000000002_2019-05-31";
/// Contoso's pay-as-you-go account.
pub const MOSP_ACCOUNT: &str = "305b0000-0000-4000-8000-000000000001";

/// EA: Enterprise Administrator, who alone may give roles at the enrollment.
pub const BILLING_ROLE_ENROLLMENT_ADMINISTRATOR: Uuid =
    uuid!("9f1983cb-2574-400c-87e9-34cf8e2280db");
/// EA: reads the enrollment.
pub const BILLING_ROLE_ENROLLMENT_READER: Uuid = uuid!("24f8edb6-1668-4659-b5e2-40bb5f3a7d7e");
/// EA: manages a department and everybody's access to it. Held by people only; nothing but the sandbox's own tests rests on this id.
pub const BILLING_ROLE_DEPARTMENT_ADMINISTRATOR: Uuid =
    uuid!("fb2cf67f-be5b-42e7-8025-4683c668f840");
/// EA: reads a department.
pub const BILLING_ROLE_DEPARTMENT_READER: Uuid = uuid!("db609904-a47f-4794-9be8-9bd86fbffd8a");
/// MCA and MPA: may do everything with the account.
pub const BILLING_ROLE_ACCOUNT_OWNER: Uuid = uuid!("50000000-aaaa-bbbb-cccc-100000000000");
/// MCA and MPA: may do everything but give roles.
pub const BILLING_ROLE_ACCOUNT_CONTRIBUTOR: Uuid = uuid!("50000000-aaaa-bbbb-cccc-100000000001");
/// MCA and MPA: reads the account.
pub const BILLING_ROLE_ACCOUNT_READER: Uuid = uuid!("50000000-aaaa-bbbb-cccc-100000000002");
/// MCA and MPA: may do everything with a billing profile.
pub const BILLING_ROLE_PROFILE_OWNER: Uuid = uuid!("40000000-aaaa-bbbb-cccc-100000000000");
/// MCA and MPA: reads a billing profile.
pub const BILLING_ROLE_PROFILE_READER: Uuid = uuid!("40000000-aaaa-bbbb-cccc-100000000002");
/// MCA: reads an invoice section; MPA: reads a customer. The same GUID, at different scopes.
pub const BILLING_ROLE_SECTION_OR_CUSTOMER_READER: Uuid =
    uuid!("30000000-aaaa-bbbb-cccc-100000000002");

/// Partner ID of Contoso's location that is enrolled in CSP (PLA), in `State::contoso_as_partner`.
pub const PARTNER_LOCATION_ID: &str = "5361204";
/// Partner ID of Contoso's headquarters (PGA).
pub const PARTNER_GLOBAL_ID: &str = "5361198";
