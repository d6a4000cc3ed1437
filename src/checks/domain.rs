//! Does the domain that was handed over lead to the connection's directory?

use async_trait::async_trait;

use super::check::{Check, Connected, Finding, Status};
use crate::error::Error;

/// The check's id.
pub const ID: &str = "entra.domain";

/// Asks Entra ID, as anybody may, which directory the default domain belongs to. The vendor signs in wherever that leads.
pub struct Domain;

#[async_trait]
impl Check for Domain {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Default domain"
    }

    fn needs_token(&self) -> bool {
        false
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let record = connected.record;
        let partner = record.partner.as_ref();
        let Some(domain) = partner.and_then(|partner| partner.default_domain.as_deref()) else {
            return vec![Finding::new(
                ID,
                self.title(),
                Status::Skip,
                "Not asked: the connection names no domain.",
            )];
        };
        let found = match connected.azure.directory_of_domain(domain).await {
            Ok(found) => found,
            Err(error) => {
                return vec![Finding {
                    may_pass: false,
                    ..Finding::failed(ID, self.title(), &Error::from(error))
                }];
            }
        };
        let fix = format!(
            "Connect it again, and azconnect reads the domain anew: {} --default-domain DOMAIN",
            connected.again
        );
        vec![match found {
            Some(id) if id == record.tenant_id => Finding::new(
                ID,
                self.title(),
                Status::Pass,
                format!("{domain} leads to the directory {id}."),
            ),
            Some(other) => Finding::new(
                ID,
                self.title(),
                Status::Fail,
                format!(
                    "{domain} leads to the directory {other}, and the app is in {}.",
                    record.tenant_id
                ),
            )
            .why("The domain was moved to another directory, or was never this one's.")
            .fix(fix),
            None => Finding::new(
                ID,
                self.title(),
                Status::Fail,
                format!("{domain} leads to no directory."),
            )
            .why("It is misspelt, or was taken out of the directory.")
            .fix(fix),
        }]
    }
}
