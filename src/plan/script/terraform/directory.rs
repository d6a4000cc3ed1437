//! What is in the directory: the app registration and what proves that a vendor is it.

use super::hcl::{Block, Hcl};
use crate::steps::Declared;

/// The app registration: a new one, or one that is only looked up.
pub(super) fn application(declared: &Declared) -> Option<Block> {
    match declared {
        Declared::Application {
            display_name,
            redirect_uris,
            notes,
            ..
        } => {
            let uris = redirect_uris.iter().map(|uri| Hcl::text(with_path(uri)));
            let block = Block::new("resource", &["azuread_application", "app"])
                .comment("The provider has no word for an app's unique name; azconnect goes on with its client ID.")
                .set("display_name", Hcl::text(display_name))
                .set("sign_in_audience", Hcl::text("AzureADMyOrg"))
                .set("owners", owners())
                .set("notes", Hcl::text(notes))
                .set("tags", Hcl::List(vec![Hcl::text("azconnect")]))
                .set("prevent_duplicate_names", Hcl::code("true"));
            let web = Block::new("web", &[]).set("redirect_uris", Hcl::List(uris.collect()));
            Some(if redirect_uris.is_empty() {
                block
            } else {
                block.block(web)
            })
        }
        Declared::KnownApplication { client_id } => Some(
            Block::new("data", &["azuread_application", "app"])
                .set("client_id", Hcl::text(client_id)),
        ),
        _ => None,
    }
}

/// The redirect URI as the provider takes it: with a path, if only `/`.
///
/// Source: hashicorp/terraform-provider-azuread, `internal/helpers/tf/validation/uri.go`
fn with_path(uri: &str) -> String {
    match uri.split_once("://") {
        Some((_, rest)) if !rest.contains('/') => format!("{uri}/"),
        _ => uri.to_owned(),
    }
}

/// The vendor's public certificate.
pub(super) fn certificate(public: &str) -> Block {
    Block::new("resource", &["azuread_application_certificate", "app"])
        .set("application_id", Hcl::code("local.application_id"))
        .set("type", Hcl::text("AsymmetricX509Cert"))
        .set("encoding", Hcl::text("base64"))
        .set("value", Hcl::text(public))
}

pub(super) fn federated(declared: &Declared) -> Option<Block> {
    let Declared::Federated {
        name,
        issuer,
        subject,
        audience,
    } = declared
    else {
        return None;
    };
    let labels = ["azuread_application_federated_identity_credential", "app"];
    Some(
        Block::new("resource", &labels)
            .set("application_id", Hcl::code("local.application_id"))
            .set("display_name", Hcl::text(name))
            .set("issuer", Hcl::text(issuer))
            .set("subject", Hcl::text(subject))
            .set("audiences", Hcl::List(vec![Hcl::text(audience)])),
    )
}

/// Whoever applies it owns the app, as if they had registered it.
pub(super) fn owners() -> Hcl {
    Hcl::List(vec![Hcl::code(
        "data.azuread_client_config.current.object_id",
    )])
}
