//! Is the secret that is kept here still the app's newest?
//!
//! Whoever rotates it elsewhere gives the vendor another one, and may take ours away on a day of theirs. Secrets are part of the app
//! registration, which an app without API permissions may not read: a person has to look.

use async_trait::async_trait;
use jiff::Timestamp;

use super::check::{Check, Connected, Finding, Status};
use crate::azure::graph::PasswordCredential;
use crate::azure::ids::KeyId;
use crate::error::Error;

/// The check's id.
pub const ID: &str = "entra.secret";
const TITLE: &str = "Secrets of the app";

/// Compares the recorded secret with those of the app registration.
pub struct OtherSecrets;

#[async_trait]
impl Check for OtherSecrets {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        TITLE
    }

    fn needs_token(&self) -> bool {
        false
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        let record = connected.record;
        let Some(recorded) = record.credential.key_id else {
            return Vec::new();
        };
        let Some(person) = connected.person else {
            return vec![unseen(connected)];
        };
        let finding = match person.application_by_client_id(record.client_id).await {
            Ok(Some(app)) => judge(&app.password_credentials, recorded, &connected.renew),
            Ok(None) => Finding::new(ID, TITLE, Status::Fail, "The app registration is gone.")
                .why("Somebody deleted it. Entra ID keeps it restorable for 30 days.")
                .fix("Restore it under App registrations > Deleted applications, or connect anew."),
            Err(error) => Finding::failed(ID, TITLE, &Error::from(error)),
        };
        vec![finding]
    }
}

/// One line: it is so for every connection, every time.
fn unseen(connected: &Connected<'_>) -> Finding {
    let what = format!(
        "Whether somebody made another one is not shown to the app. With your rights it is: `{}`",
        connected.look_as_person
    );
    Finding::new(ID, TITLE, Status::Skip, what)
}

fn judge(all: &[PasswordCredential], recorded: KeyId, renew: &str) -> Finding {
    let again = format!("Make a new one, and paste it into the vendor's form: {renew}");
    let found = |status, what: String| Finding::new(ID, TITLE, status, what);
    let Some(ours) = all.iter().find(|secret| secret.key_id == recorded) else {
        return found(Status::Warn, format!("The secret that was recorded ({recorded}) is no longer the app's."))
            .why("Somebody removed it, usually after making another one. A secret that is kept here and still works is not the one that was recorded, and when it ends is not known.")
            .fix(again);
    };
    let newer = all
        .iter()
        .filter(|other| other.key_id != recorded && other.start_date_time > ours.start_date_time)
        .max_by_key(|other| other.start_date_time);
    let Some(newer) = newer else {
        return found(
            Status::Pass,
            "The secret that is kept here is the app's newest.".to_owned(),
        );
    };
    let name = newer.display_name.as_deref().unwrap_or("without a name");
    let what = format!(
        "Another secret was made on {} ({}), after the one that is kept here.",
        newer.start_date_time.map_or_else(String::new, day),
        crate::text::printable(name)
    );
    found(Status::Warn, what)
        .why("Somebody rotated it elsewhere: the vendor may use that one by now, and ours may be removed any day.")
        .fix(again)
}

fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    fn secrets(all: &[(u128, &str)]) -> Vec<PasswordCredential> {
        all.iter()
            .map(|(key, start)| {
                serde_json::from_value(json!({
                    "keyId": uuid::Uuid::from_u128(*key), "displayName": "portal",
                    "startDateTime": start, "endDateTime": "2027-01-01T00:00:00Z",
                }))
                .unwrap()
            })
            .collect()
    }

    #[test]
    fn a_secret_that_was_rotated_elsewhere_is_seen() {
        let recorded: KeyId = uuid::Uuid::from_u128(1).to_string().parse().unwrap();
        let (old, new) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
        for (all, status, part) in [
            (vec![(1, new), (2, old)], Status::Pass, "newest"),
            (
                vec![(1, old), (2, new)],
                Status::Warn,
                "on 2026-02-01 (portal)",
            ),
            (vec![(2, new)], Status::Warn, "no longer the app's"),
            (vec![(1, old)], Status::Pass, "newest"),
        ] {
            let finding = judge(&secrets(&all), recorded, "azconnect init");
            assert_eq!(finding.status, status);
            assert!(finding.what.contains(part), "{finding:?}");
            assert!(status == Status::Pass || finding.why.is_some() && finding.fix.is_some());
        }
    }
}
