//! What an export's `properties` mean. They were checked when they were written.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::Value;

use super::datasets::{Dataset, dataset};

/// `properties`, to be asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings<'value>(pub(super) &'value Value);

impl<'value> Settings<'value> {
    /// A member at a place such as `/definition/type`; empty where it is absent.
    pub(super) fn text(self, pointer: &str) -> &'value str {
        let value = self.0.pointer(pointer);
        value.and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn time(self, pointer: &str) -> Option<Timestamp> {
        self.text(pointer).parse().ok()
    }

    pub(super) fn dataset(self) -> Option<&'static Dataset> {
        dataset(self.text("/definition/type"))
    }

    /// The data version that holds: the newest where none was asked for.
    pub(super) fn data_version(self) -> &'value str {
        let asked = self.text("/definition/dataSet/configuration/dataVersion");
        if asked.is_empty() {
            self.dataset()
                .and_then(|dataset| dataset.versions.first())
                .copied()
                .unwrap_or_default()
        } else {
            asked
        }
    }

    pub(super) fn is_partitioned(self) -> bool {
        self.0["partitionData"] == true
    }

    pub(super) fn overwrites(self) -> bool {
        self.text("/dataOverwriteBehavior") == "OverwritePreviousReport"
    }

    pub(super) fn is_parquet(self) -> bool {
        self.text("/format") == "Parquet"
    }

    /// `none`, `gzip` or `snappy`.
    pub(super) fn compression(self) -> &'value str {
        match self.text("/compressionMode") {
            "" => "none",
            mode => mode,
        }
    }

    /// Resource id of the storage account.
    pub(super) fn storage(self) -> &'value str {
        self.text("/deliveryInfo/destination/resourceId")
    }

    pub(super) fn container(self) -> &'value str {
        self.text("/deliveryInfo/destination/container")
    }

    /// The folder, without slashes at its end.
    pub(super) fn folder(self) -> &'value str {
        self.text("/deliveryInfo/destination/rootFolderPath")
            .trim_end_matches('/')
    }

    pub(super) fn is_active(self) -> bool {
        self.text("/schedule/status") == "Active"
    }

    /// The days that a run on a day is about, both included.
    pub(super) fn period(self, today: Date) -> (Date, Date) {
        let month = |day: Date| (day.first_of_month(), day.last_of_month());
        match self.text("/definition/timeframe") {
            "TheLastMonth" | "TheLastBillingMonth" => {
                month(today.first_of_month().saturating_sub(Span::new().days(1)))
            }
            "WeekToDate" => {
                let since_sunday = i64::from(today.weekday().to_sunday_zero_offset());
                let sunday = today.saturating_sub(Span::new().days(since_sunday));
                (sunday, sunday.saturating_add(Span::new().days(6)))
            }
            "Custom" => {
                let day = |name: &str| {
                    let time = self.time(&format!("/definition/timePeriod/{name}"));
                    time.map_or(today, date)
                };
                (day("from"), day("to"))
            }
            _ => month(today),
        }
    }

    /// When the schedule comes round after a moment: whole recurrences after its start, until its end.
    pub(super) fn next_occurrence(self, after: Timestamp) -> Option<Timestamp> {
        if !self.is_active() {
            return None;
        }
        let from = self.time("/schedule/recurrencePeriod/from")?;
        let to = self.time("/schedule/recurrencePeriod/to")?;
        let every = match self.text("/schedule/recurrence") {
            "Weekly" => Span::new().weeks(1),
            "Monthly" => Span::new().months(1),
            "Annually" => Span::new().years(1),
            _ => Span::new().days(1),
        };
        let start = from.to_zoned(TimeZone::UTC);
        (0..MOST_OCCURRENCES)
            .map_while(|count| start.checked_add(every.checked_mul(count).ok()?).ok())
            .map(|occurrence| occurrence.timestamp())
            .take_while(|occurrence| *occurrence <= to)
            .find(|occurrence| *occurrence > after)
    }
}

/// Days in a hundred years: where counting occurrences ends.
const MOST_OCCURRENCES: i64 = 36_525;

/// The day of a moment, in UTC.
pub(super) fn date(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

/// A day as Cost Management writes it.
pub(super) fn midnight(date: Date) -> String {
    format!("{}Z", date.to_datetime(Time::midnight()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    #[test]
    fn periods_are_whole_months_and_weeks() {
        let of = |timeframe: &str, today: Date| {
            let properties = json!({"definition": {"timeframe": timeframe}});
            Settings(&properties).period(today)
        };
        let month = |year, month, last| (date(year, month, 1), date(year, month, last));
        for (timeframe, today, expected) in [
            ("MonthToDate", date(2026, 11, 26), month(2026, 11, 30)),
            ("MonthToDate", date(2024, 2, 1), month(2024, 2, 29)),
            ("BillingMonthToDate", date(2026, 2, 28), month(2026, 2, 28)),
            ("TheCurrentMonth", date(2026, 12, 31), month(2026, 12, 31)),
            ("TheLastMonth", date(2026, 1, 1), month(2025, 12, 31)),
            ("TheLastMonth", date(2024, 3, 31), month(2024, 2, 29)),
            ("TheLastBillingMonth", date(2026, 5, 31), month(2026, 4, 30)),
            (
                "WeekToDate",
                date(2026, 11, 26),
                (date(2026, 11, 22), date(2026, 11, 28)),
            ),
            (
                "WeekToDate",
                date(2026, 11, 22),
                (date(2026, 11, 22), date(2026, 11, 28)),
            ),
        ] {
            assert_eq!(of(timeframe, today), expected, "{timeframe} {today}");
        }
    }

    #[test]
    fn a_schedule_comes_round_until_its_end() {
        let of = |recurrence: &str, from: &str, after: &str| {
            let properties = json!({"schedule": {"status": "Active", "recurrence": recurrence,
                "recurrencePeriod": {"from": from, "to": "2026-12-01T00:00:00Z"}}});
            let next = Settings(&properties).next_occurrence(after.parse().unwrap());
            next.map(|next| next.to_string())
        };
        let of = |recurrence, from, after| of(recurrence, from, after).unwrap_or_default();
        let from = "2026-01-31T06:00:00Z";
        for (recurrence, after, expected) in [
            ("Daily", "2026-01-01T00:00:00Z", from),
            ("Daily", from, "2026-02-01T06:00:00Z"),
            ("Weekly", from, "2026-02-07T06:00:00Z"),
            ("Monthly", from, "2026-02-28T06:00:00Z"),
            ("Monthly", "2026-03-01T00:00:00Z", "2026-03-31T06:00:00Z"),
            ("Annually", from, ""),
            ("Daily", "2026-11-30T06:00:00Z", ""),
        ] {
            assert_eq!(
                of(recurrence, from, after),
                expected,
                "{recurrence} {after}"
            );
        }
        let paused = json!({"schedule": {"status": "Inactive", "recurrence": "Daily",
            "recurrencePeriod": {"from": from, "to": "2026-12-01T00:00:00Z"}}});
        assert_eq!(
            Settings(&paused).next_occurrence(from.parse().unwrap()),
            None
        );
    }
}
