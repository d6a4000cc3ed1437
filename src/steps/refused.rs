//! A no that a step says itself, before Azure could: with a code that the remedies know.

use crate::azure::error::ApiError;
use crate::azure::{Azure, AzureError};
use crate::remedies::Service;

/// What is refused, and by which of the remedies' codes.
#[derive(Debug)]
pub(super) struct Refused {
    /// Whose thing it is.
    pub(super) service: Service,
    /// The code in the remedies.
    pub(super) code: &'static str,
    /// What is wrong, as a sentence without its full stop.
    pub(super) message: String,
    /// The resource id that it is about.
    pub(super) about: String,
}

impl Refused {
    /// The same as an error, whose remedy knows the thing as `scope`.
    pub(super) fn into_error(self, azure: &Azure) -> AzureError {
        let facts = azure.knowing(&[("scope", self.about.clone())]).facts();
        AzureError::from(Box::new(ApiError {
            status: 409,
            code: self.code.to_owned(),
            message: self.message,
            correlation_id: None,
            request: format!("GET {}", self.about),
            service: self.service,
            retry_after: None,
            facts,
        }))
    }
}
