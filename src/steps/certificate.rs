//! A certificate in place of a secret. Either its key is made here, and then it is handled as a secret is (the value exists once, a
//! marker is on disk before it is added); or it is the vendor's, whose key never leaves the vendor, and is found again by its content.

use std::collections::BTreeMap;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rcgen::{CertificateParams, DnType, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize};

use super::application;
use super::by_hand::{ByHand, Place, fact_or};
use super::declared::Declared;
use super::marks;
use super::step::{Making, Outcome, Permission, Receipts, Step, made, needed};
use super::wait::{until_replicated, until_visible};
use crate::azure::graph_keys::KeyCredential;
use crate::azure::ids::{ApplicationObjectId, KeyId};
use crate::azure::{Azure, AzureError, Result};
use crate::connection::{Change, Receipt, ResourceKind};
use crate::secret::Secret;

/// The step's id.
pub const ID: &str = "certificate";

/// Adds a certificate to the application.
#[derive(Debug)]
pub struct CertificateStep {
    /// The connection's name, for the certificate's subject and description.
    pub connection: String,
    /// How long one that is made here is to live, in days.
    pub days: u16,
    /// The vendor's public certificate, DER in base64; none where it is made here.
    pub given: Option<String>,
    /// The certificate that an earlier run made and whose key is kept on this machine.
    pub known: Option<KeyId>,
    /// Where its key will be kept, for the plan.
    pub kept_in: Option<String>,
    /// Whether the application is one that we register.
    pub application_is_ours: bool,
}

#[async_trait]
impl Step for CertificateStep {
    fn id(&self) -> String {
        ID.to_owned()
    }

    fn title(&self) -> String {
        match (&self.given, &self.kept_in) {
            (Some(_), _) => "Certificate of the vendor".to_owned(),
            (None, Some(place)) => format!("Certificate, its key kept in {place}"),
            (None, None) => "Certificate".to_owned(),
        }
    }

    fn explain(&self) -> Vec<String> {
        let first = match &self.given {
            Some(_) => {
                "Adds the public certificate that you gave. Its private key stays with the vendor."
                    .to_owned()
            }
            None => format!(
                "Makes an RSA key of 2,048 bits on this machine and adds its self-signed certificate, which ends after {} days. The private key never leaves this machine.",
                self.days
            ),
        };
        vec![
            first,
            "Certificates that are there already are not touched.".to_owned(),
        ]
    }

    fn after(&self) -> Vec<String> {
        vec![application::ID.to_owned()]
    }

    fn needs(&self) -> Vec<Permission> {
        vec![Permission::to_change_application(self.application_is_ours)]
    }

    fn marker(&self, making: &Making<'_>) -> Option<String> {
        Some(marks::in_description(&self.connection, making))
    }

    fn declared(&self) -> Declared {
        Declared::Certificate {
            description: format!("azconnect {}", self.connection),
            given: self.given.clone(),
            days: self.days,
        }
    }

    fn by_hand(&self, receipts: &Receipts, place: &Place<'_>) -> ByHand {
        let client_id = fact_or(
            receipts,
            application::ID,
            "client_id",
            "application (client) ID",
        );
        ByHand {
            what:
                "Make the signed-in person an owner of the app, so that a certificate can be added"
                    .to_owned(),
            who: "an owner of the app, or a Cloud Application Administrator".to_owned(),
            commands: vec![format!(
                "az ad app owner add --id {client_id} --owner-object-id <object ID of the person>"
            )],
            portal: Some(format!(
                "{}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Owners/appId/{client_id}",
                place.portal
            )),
        }
    }

    async fn find(&self, azure: &Azure, receipts: &Receipts) -> Result<Option<Receipt>> {
        if self.given.is_none() && self.known.is_none() {
            return Ok(None);
        }
        let object: ApplicationObjectId =
            needed(receipts, application::ID, "application_object_id")?;
        let all = azure.certificates(object).await?;
        Ok(all.iter().find(|one| self.is_it(one)).map(|one| {
            let mut receipt = self.receipt(one, object, Timestamp::UNIX_EPOCH);
            receipt.change = Change::Reuse;
            receipt
        }))
    }

    async fn apply(
        &self,
        azure: &Azure,
        receipts: &Receipts,
        making: &Making<'_>,
    ) -> Result<Outcome> {
        let object: ApplicationObjectId =
            needed(receipts, application::ID, "application_object_id")?;
        let description = making
            .marker
            .clone()
            .or_else(|| self.marker(making))
            .unwrap_or_default();
        let made_here = match &self.given {
            Some(_) => None,
            None => Some(make(&self.connection, self.days, making.now)?),
        };
        let public = match (&self.given, &made_here) {
            (Some(given), _) => given.as_str(),
            (None, Some(made)) => made.public.as_str(),
            (None, None) => return Err(unmade("neither given nor made")),
        };
        until_replicated(
            making,
            "Entra ID to know the new application everywhere",
            || azure.add_certificate(object, &description, public),
        )
        .await?;
        let is_new = |one: &KeyCredential| one.display_name.as_deref() == Some(&description);
        let look = async || Ok(azure.certificates(object).await?.into_iter().find(is_new));
        let added = until_visible(making, "Entra ID to show the new certificate", look).await?;
        let added = added.ok_or_else(|| unmade("it was added and is not shown"))?;
        Ok(Outcome {
            receipt: self.receipt(&added, object, making.now),
            secret: made_here.map(|made| made.pem),
        })
    }

    async fn clean_up(&self, azure: &Azure, receipts: &Receipts, marker: &str) -> Result<bool> {
        let object: ApplicationObjectId =
            needed(receipts, application::ID, "application_object_id")?;
        let all = match azure.certificates(object).await {
            Err(error) if error.is_not_found() => return Ok(false),
            answer => answer?,
        };
        let mut removed = false;
        for one in all {
            if one.display_name.as_deref() == Some(marker) && Some(one.key_id) != self.known {
                removed |= azure.remove_certificate(object, one.key_id).await?;
            }
        }
        Ok(removed)
    }
}

impl CertificateStep {
    fn is_it(&self, one: &KeyCredential) -> bool {
        match &self.given {
            Some(given) => one.key.as_ref() == Some(given),
            None => Some(one.key_id) == self.known,
        }
    }

    fn receipt(&self, one: &KeyCredential, object: ApplicationObjectId, at: Timestamp) -> Receipt {
        let mut receipt = made(self, ResourceKind::Certificate, one.key_id, at);
        receipt.facts = BTreeMap::from([("application_object_id".to_owned(), object.to_string())]);
        receipt.facts.extend(
            one.end_date_time
                .map(|ends| ("expires_at".to_owned(), ends.to_string())),
        );
        receipt.facts.extend(
            one.custom_key_identifier
                .clone()
                .map(|thumbprint| ("thumbprint".to_owned(), thumbprint)),
        );
        receipt
    }
}

/// A certificate made here.
pub struct Made {
    /// DER in base64: what Entra ID is given.
    pub public: String,
    /// The certificate and its private key, as PEM: what is kept.
    pub pem: Secret,
}

/// The public certificate, DER in base64, of what is kept; nothing where that is something else.
pub fn public_of(pem: &Secret) -> Option<String> {
    let (_, rest) = pem.expose().split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    Some(body.split_whitespace().collect())
}

/// Makes a key and its self-signed certificate. Entra ID looks at the key and the dates only.
///
/// # Errors
/// [`AzureError::Unreadable`] where the machine can't make one.
pub fn make(connection: &str, days: u16, now: Timestamp) -> Result<Made> {
    let failed = |error: rcgen::Error| unmade(&error.to_string());
    let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(failed)?;
    let mut params = CertificateParams::new(Vec::new()).map_err(failed)?;
    params
        .distinguished_name
        .push(DnType::CommonName, format!("azconnect {connection}"));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let today = now.to_zoned(TimeZone::UTC).date();
    let shifted = |days: i64| {
        let date = today
            .checked_add(Span::new().days(days))
            .map_err(|error| unmade(&error.to_string()))?;
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        Ok::<_, AzureError>(rcgen::date_time_ymd(i32::from(date.year()), month, day))
    };
    // A day earlier, for clocks that are late.
    params.not_before = shifted(-1)?;
    params.not_after = shifted(i64::from(days))?;
    let certificate = params.self_signed(&pair).map_err(failed)?;
    let key = Secret::new(pair.serialize_pem());
    Ok(Made {
        public: STANDARD.encode(certificate.der()),
        pem: Secret::new(format!("{}{}", certificate.pem(), key.expose())),
    })
}

fn unmade(detail: &str) -> AzureError {
    AzureError::Unreadable {
        service: "azconnect",
        detail: format!("the certificate: {detail}"),
    }
}

/// Removes the certificate by its key id.
pub(super) async fn revert(azure: &Azure, receipt: &Receipt) -> Result<bool> {
    let object = receipt.fact::<ApplicationObjectId>("application_object_id");
    match (receipt.id.parse(), object) {
        (Ok(key), Some(object)) => azure.remove_certificate(object, key).await,
        (Ok(_) | Err(_), None) | (Err(_), Some(_)) => Err(unmade(
            "a record without the application that it belongs to",
        )),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_holds_the_certificate_that_is_sent_and_its_key() {
        let now = "2026-11-26T12:00:00Z".parse().unwrap();
        let made = make("spot", 90, now).unwrap();
        let pem = made.pem.expose();
        assert!(pem.contains("BEGIN PRIVATE KEY"));
        let body: String = pem
            .lines()
            .skip(1)
            .take_while(|line| !line.starts_with("-----END"))
            .collect();
        assert_eq!(body, made.public);
        assert_eq!(public_of(&made.pem).unwrap(), made.public);
        assert_eq!(public_of(&Secret::new("hnd8Q~x".to_owned())), None);
        assert!(!made.public.contains("PRIVATE"));
    }
}
