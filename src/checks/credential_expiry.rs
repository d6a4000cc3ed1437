//! How long will the credential live?

use async_trait::async_trait;
use jiff::Timestamp;

use super::check::{Check, Connected, Finding, Status};
use crate::connection::ConnectionRecord;

/// The check's id.
pub const ID: &str = "entra.credential-expiry";
/// From how many days on the end of a credential is a warning.
const SOON: i64 = 30;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// Counts the days to the credential's end, as recorded when it was made. (An app without API permissions can't ask for its own.)
pub struct CredentialExpiry;

#[async_trait]
impl Check for CredentialExpiry {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Client secret"
    }

    fn needs_token(&self) -> bool {
        false
    }

    async fn run(&self, connected: &Connected<'_>) -> Vec<Finding> {
        of_record(connected.record, connected.now, &connected.renew)
    }
}

/// What the record says of the credential's end, and of old ones that are there still. It needs no credential.
pub fn of_record(record: &ConnectionRecord, now: Timestamp, renew: &str) -> Vec<Finding> {
    let credential = &record.credential;
    let title = match credential.kind.as_str() {
        "certificate" => "Certificate",
        "federated" => "Federated credential",
        "elsewhere" => "Credential",
        _ => CredentialExpiry.title(),
    };
    let first = match credential.expires_at {
        Some(ends) => finding(title, ends, now, renew),
        None if credential.kind == "federated" => {
            Finding::new(ID, title, Status::Pass, "It has no end.")
        }
        None => {
            let what = "When it ends is not known: azconnect didn't make it.";
            Finding::new(ID, title, Status::Skip, what)
        }
    };
    std::iter::once(first)
        .chain(old(record, now, renew))
        .collect()
}

/// Old secrets that were left for some days, and are there still though these are over.
fn old(record: &ConnectionRecord, now: Timestamp, renew: &str) -> Option<Finding> {
    let mut due: Vec<Timestamp> = record
        .receipts
        .iter()
        .filter_map(|receipt| receipt.fact("remove_after"))
        .filter(|due| *due <= now)
        .collect();
    due.sort_unstable();
    let since = due
        .first()?
        .to_string()
        .chars()
        .take(10)
        .collect::<String>();
    let what = match due.len() {
        1 => format!("It was to be removed on {since}, and still works."),
        count => format!("{count} were to be removed, the first on {since}, and still work."),
    };
    let fix = format!(
        "Remove it: {}",
        renew.replacen("rotate ", "rotate --finish ", 1)
    );
    Some(
        Finding::new(ID, "Old client secret", Status::Warn, what)
            .why("Every secret that works can be used by whoever has it.")
            .fix(fix),
    )
}

fn finding(title: &str, ends: Timestamp, now: Timestamp, renew: &str) -> Finding {
    let day = ends.to_string().chars().take(10).collect::<String>();
    let seconds = ends.as_second() - now.as_second();
    let days = seconds.div_euclid(DAY);
    if ends <= now {
        return Finding::new(ID, title, Status::Fail, format!("Ended on {day}."))
            .why("A credential has an end, and nobody renews it by itself.")
            .fix(format!(
                "Make a new one, and paste it into the vendor's form: {renew}"
            ));
    }
    // Rounded for people: a secret made a moment ago for 180 days ends in 180 days.
    let in_days = match (seconds + DAY / 2).div_euclid(DAY) {
        0 => "within hours".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    if days < SOON {
        return Finding::new(ID, title, Status::Warn, format!("Ends {in_days} ({day})."))
            .why("From then on the vendor can't sign in any more, and says so late or never.")
            .fix(format!(
                "Make a new one before that day, and paste it into the vendor's form: {renew}"
            ));
    }
    Finding::new(ID, title, Status::Pass, format!("Ends {in_days} ({day})."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_warns_at_thirty_days_and_fails_at_none() {
        let now = Timestamp::UNIX_EPOCH;
        let after = |hours: i64| {
            finding("x", now + jiff::SignedDuration::from_hours(hours), now, "").status
        };
        assert_eq!(after(24 * 31), Status::Pass);
        assert_eq!(after(24 * 30), Status::Pass);
        assert_eq!(after(24 * 30 - 1), Status::Warn);
        assert_eq!(after(1), Status::Warn);
        assert_eq!(after(0), Status::Fail);
        assert_eq!(after(-5), Status::Fail);
    }
}
