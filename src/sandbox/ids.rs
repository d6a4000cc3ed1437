//! Well-known identifiers: those of the sample directory that `State::contoso` fills, and those that Microsoft
//! publishes and that mean the same in every directory.

use uuid::{Uuid, uuid};

/// The directory "Contoso" (`contoso.onmicrosoft.com`). Its root management group has the same id.
pub const TENANT: Uuid = uuid!("c0470500-0000-4000-8000-000000000001");
/// The home directory of the guest Riley; the sandbox knows its id only.
pub const FABRIKAM_TENANT: Uuid = uuid!("fab21ca0-0000-4000-8000-000000000001");
/// The subscription "Contoso Production".
pub const SUBSCRIPTION: Uuid = uuid!("50b5c21b-0000-4000-8000-000000000001");
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
