//! Calendar months in UTC, the unit in which past costs are exported: one run of an export covers one month at most.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

/// A text that is no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no month: write the year and the month, such as 2026-10")]
pub struct InvalidMonth(String);

impl Month {
    /// The month that a day is in.
    pub fn of(day: Date) -> Month {
        Month {
            year: day.year(),
            month: day.month(),
        }
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        // The fields come from a date or from a checked text; the constant is only a total function's fallback.
        Date::new(self.year, self.month, 1).unwrap_or(Date::ZERO)
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Month {
        match self.month {
            1 => Month {
                year: self.year - 1,
                month: 12,
            },
            month => Month {
                year: self.year,
                month: month - 1,
            },
        }
    }

    /// The last `count` months that are over on `today`, the newest first.
    pub fn past(today: Date, count: u8) -> Vec<Month> {
        std::iter::successors(Some(Month::of(today).previous()), |month| {
            Some(month.previous())
        })
        .take(usize::from(count))
        .collect()
    }

    /// The months from `first` to `last`, both included, the newest first. None where `last` is before `first`.
    pub fn between(first: Month, last: Month) -> Vec<Month> {
        std::iter::successors(Some(last), |month| Some(month.previous()))
            .take_while(|month| *month >= first)
            .collect()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl std::str::FromStr for Month {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let refused = || InvalidMonth(crate::text::printable(text));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (year, month) = text.split_once('-').ok_or_else(refused)?;
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return Err(refused());
        }
        let (year, month) = (
            year.parse().map_err(|_| refused())?,
            month.parse().map_err(|_| refused())?,
        );
        // Azure's first costs are of 2014; a year zero has no month before it.
        if year < 1900 || Date::new(year, month, 1).is_err() {
            return Err(refused());
        }
        Ok(Month { year, month })
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn past_months_are_whole_ones_across_the_years_end() {
        let written = |today: Date, count: u8| -> Vec<String> {
            Month::past(today, count)
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        for today in [date(2027, 2, 1), date(2027, 2, 15), date(2027, 2, 28)] {
            assert_eq!(written(today, 3), ["2027-01", "2026-12", "2026-11"]);
        }
        assert_eq!(written(date(2026, 12, 31), 1), ["2026-11"]);
        assert_eq!(written(date(2027, 1, 1), 1), ["2026-12"]);
        assert_eq!(written(date(2027, 1, 1), 0), [""; 0]);
    }

    #[test]
    fn february_is_as_long_as_its_year_says() {
        assert_eq!(month("2027-02").last_day(), date(2027, 2, 28));
        assert_eq!(month("2028-02").last_day(), date(2028, 2, 29));
        assert_eq!(month("2026-12").last_day(), date(2026, 12, 31));
    }

    #[test]
    fn between_is_newest_first_and_empty_where_it_runs_backwards() {
        let all = Month::between(month("2026-11"), month("2027-01"));
        assert_eq!(all, [month("2027-01"), month("2026-12"), month("2026-11")]);
        assert_eq!(Month::between(month("2027-01"), month("2026-11")), []);
        assert_eq!(Month::between(month("2027-01"), month("2027-01")).len(), 1);
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for bad in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "26-10",
            "2026-1",
            "2026-10-01",
            "+026-01",
            "0000-01",
        ] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_parses_is_written_the_same(text in any::<String>(), year in 1900i16..9999, number in 1i8..=12) {
            let _ = text.parse::<Month>();
            let month = Month { year, month: number };
            prop_assert_eq!(month.to_string().parse::<Month>().unwrap(), month);
            prop_assert!(month.previous() < month && month.first_day() <= month.last_day());
        }

        #[test]
        fn nothing_past_lies_ahead(day in 0i32..20_000, count in 0u8..=84) {
            let today = date(2014, 5, 1).checked_add(jiff::Span::new().days(day)).unwrap();
            let months = Month::past(today, count);
            prop_assert_eq!(months.len(), usize::from(count));
            prop_assert!(months.iter().all(|month| month.last_day() < today));
            prop_assert!(months.windows(2).all(|pair| pair[0].previous() == pair[1]));
        }
    }
}
