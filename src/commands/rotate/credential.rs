//! What a rotation adds: the same kind of credential that the connection has.

use jiff::Timestamp;

use crate::azure::ids::{ApplicationObjectId, KeyId};
use crate::connection::{Change, ConnectionRecord, Receipt, ResourceKind};
use crate::plan::rotation;
use crate::steps::certificate::CertificateStep;
use crate::steps::secret::SecretStep;
use crate::steps::{Receipts, Step, application};

/// How long a life is where nothing is known of the old one's, in days.
const USUAL_DAYS: u16 = 180;

/// The step that adds it; `known` is one that it must not clean up.
pub(super) fn step(
    record: &ConnectionRecord,
    days: u16,
    kept_in: Option<&str>,
    known: Option<KeyId>,
) -> Box<dyn Step> {
    let connection = record.name.to_string();
    let kept_in = kept_in.map(str::to_owned);
    let application_is_ours = record.receipts.iter().any(|receipt| {
        receipt.kind == ResourceKind::Application && receipt.change == Change::Create
    });
    if record.credential.kind == "certificate" {
        return Box::new(CertificateStep {
            connection,
            days,
            given: None,
            known,
            kept_in,
            application_is_ours,
        });
    }
    Box::new(SecretStep {
        connection,
        days,
        known,
        kept_in,
        application_is_ours,
    })
}

/// What the step needs to know of the application, for a record of any age.
pub(super) fn receipts(record: &ConnectionRecord, object: ApplicationObjectId) -> Receipts {
    let receipt = Receipt {
        step: application::ID.to_owned(),
        title: String::new(),
        kind: ResourceKind::Application,
        id: object.to_string(),
        change: Change::Reuse,
        at: record.created_at,
        facts: [
            ("client_id".to_owned(), record.client_id.to_string()),
            ("application_object_id".to_owned(), object.to_string()),
        ]
        .into(),
    };
    Receipts::from([(application::ID.to_owned(), receipt)])
}

/// As many days as the secret in use was made for.
pub(super) fn days_of(record: &ConnectionRecord) -> u16 {
    let key = record.credential.key_id.map(|key| key.to_string());
    let lifetime = record
        .receipts
        .iter()
        .find(|receipt| Some(&receipt.id) == key.as_ref() && rotation::is_ours(receipt))
        .and_then(|receipt| Some(days_between(receipt.at, record.credential.expires_at?)));
    lifetime.unwrap_or(USUAL_DAYS)
}

/// Rounded, for a policy's hour less is not a day less.
fn days_between(from: Timestamp, to: Timestamp) -> u16 {
    let days = (to.as_second() - from.as_second() + 43_200).div_euclid(86_400);
    u16::try_from(days.clamp(1, 730)).unwrap_or(USUAL_DAYS)
}
