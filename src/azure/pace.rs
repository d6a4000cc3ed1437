//! Cost Management counts what is asked of it, for the whole directory; whoever asks faster is refused. So it is asked at its own pace,
//! and what it says of waiting holds for every query of a run.
//!
//! Source: <https://learn.microsoft.com/azure/cost-management-billing/costs/manage-automation#data-latency-and-rate-limits>

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::AzureError;

/// How many queries are answered in which time. (600 an hour are not paced but refused, with how long to wait.)
const QUOTA: [(usize, Duration); 2] =
    [(12, Duration::from_secs(10)), (60, Duration::from_secs(60))];
/// The longest wait that is sat out; a longer one is told instead.
const LONGEST: Duration = Duration::from_secs(70);
/// How often one query is asked again.
const MOST_TRIES: u32 = 5;
/// How often one query is asked again after a passing failure.
const MOST_FAILURES: u32 = 3;
/// The first pause after a passing failure; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(400);
/// What is added to a wait, so that the window has surely passed.
const SLACK: Duration = Duration::from_millis(100);

/// When queries were sent, and until when none may be.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    times: VecDeque<Instant>,
    held_until: Option<Instant>,
}

impl Pace {
    /// Waits until a query may be sent, and counts it. `waiting` is told of waits that a person notices.
    pub(super) async fn turn(&self, waiting: &(dyn Fn(Duration) + Send + Sync)) {
        loop {
            let wait = self.take(Instant::now());
            if wait.is_zero() {
                return;
            }
            if wait >= Duration::from_secs(1) {
                waiting(wait);
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Nothing is sent for this long.
    pub(super) fn hold(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.held_until = taken.held_until.max(Some(until));
    }

    fn take(&self, now: Instant) -> Duration {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = taken.wait(now);
        if wait.is_zero() {
            taken.times.push_back(now);
        }
        wait
    }
}

impl Taken {
    fn wait(&mut self, now: Instant) -> Duration {
        let longest = QUOTA.map(|(_, window)| window).into_iter().max();
        let longest = longest.unwrap_or_default() + SLACK;
        self.times
            .retain(|time| now.duration_since(*time) < longest);
        let held = self
            .held_until
            .map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        let by_quota = QUOTA.iter().filter_map(|(most, window)| {
            let at = self.times.len().checked_sub(*most)?;
            let free = *self.times.get(at)? + *window + SLACK;
            Some(free.saturating_duration_since(now))
        });
        by_quota.fold(held, Duration::max)
    }
}

/// How long to wait before a failed query is asked again; none where it is not asked again.
pub(super) fn wait_after(error: &AzureError, tries: u32) -> Option<Duration> {
    let asks_to_wait = match error {
        AzureError::Api(error) => error.status == 429 || error.retry_after.is_some(),
        AzureError::SignIn(_) | AzureError::Network(_) | AzureError::Unreadable { .. } => false,
    };
    match error.throttled_for().filter(|_| asks_to_wait) {
        Some(wait) => (tries <= MOST_TRIES && wait <= LONGEST).then_some(wait + SLACK),
        None => {
            let passes = matches!(error, AzureError::Network(_))
                || matches!(error.status(), Some(408 | 500 | 502 | 503 | 504));
            (passes && tries <= MOST_FAILURES).then(|| FIRST * 2_u32.pow(tries.saturating_sub(1)))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// When each of so many queries is sent, in milliseconds from the first.
    fn times(count: usize, hold_after: Option<(usize, Duration)>) -> Vec<u128> {
        let pace = Pace::default();
        let start = Instant::now();
        let mut now = start;
        (0..count)
            .map(|number| {
                if let Some((at, wait)) = hold_after
                    && at == number
                {
                    pace.0.lock().unwrap().held_until = Some(now + wait);
                }
                let mut wait = pace.take(now);
                while !wait.is_zero() {
                    now += wait;
                    wait = pace.take(now);
                }
                now.duration_since(start).as_millis()
            })
            .collect()
    }

    #[test]
    fn twelve_in_ten_seconds_and_sixty_in_a_minute() {
        let times = times(200, None);
        for (most, window) in QUOTA {
            for pair in times.windows(most + 1) {
                assert!(pair[most] - pair[0] >= window.as_millis(), "{pair:?}");
            }
        }
        assert_eq!(times[11], 0, "the first twelve don't wait");
        assert!(times[39] < 35_000, "forty are bounded: {}", times[39]);
    }

    #[test]
    fn what_the_service_says_of_waiting_holds_for_all() {
        let times = times(5, Some((2, Duration::from_secs(7))));
        assert_eq!(times[1], 0);
        assert!(times[2] >= 7_000, "{times:?}");
    }
}
