//! Times as the blob service writes them.

use jiff::Timestamp;

/// Ticks of .NET, of 100 nanoseconds, from the year 1 to 1970.
const TICKS_TO_EPOCH: i128 = 621_355_968_000_000_000;

/// `Sun, 06 Nov 1994 08:49:37 GMT`
pub(super) fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// An entity tag, as the service makes it from the time of the last change: `0x8D589847D51C7DE`.
pub(in crate::sandbox::storage) fn etag(time: Timestamp) -> String {
    format!("0x{:X}", time.as_nanosecond() / 100 + TICKS_TO_EPOCH)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_date_and_a_tag() {
        let time: Timestamp = "2018-03-14T08:20:47Z".parse().unwrap();
        assert_eq!(http_date(time), "Wed, 14 Mar 2018 08:20:47 GMT");
        // The service's own example for that second begins alike: 0x8D589847D51C7DE.
        assert!(etag(time).starts_with("0x8D589847D"), "{}", etag(time));
    }
}
