//! Too many requests: counted by partner, and by partner and customer.
//!
//! <https://learn.microsoft.com/partner-center/developer/api-throttling-guidance>: every operation is limited. Requests that are turned away count too,
//! so asking again at once makes the wait longer.

use jiff::SignedDuration;
use uuid::Uuid;

use super::super::exchange::Call;
use super::super::world::World;
use super::refusal::Refusal;

/// Counts a request, and turns it away where it is one too many.
pub(super) fn check(
    world: &mut World,
    call: &Call,
    tenant: Uuid,
    customer: &str,
) -> Result<(), Refusal> {
    let Some(limit) = world.state.partner_center.throttle else {
        return Ok(());
    };
    let window = SignedDuration::from_secs(limit.seconds);
    let recent = world
        .partner_requests
        .entry((tenant, customer.to_ascii_lowercase()))
        .or_default();
    recent.retain(|at| call.now < *at + window);
    recent.push_back(call.now);
    if recent.len() <= limit.requests {
        return Ok(());
    }
    // There is room again when the oldest of the newest so many leaves the window.
    let decisive = recent
        .len()
        .checked_sub(limit.requests.max(1))
        .and_then(|index| recent.get(index));
    let until = decisive.map_or(limit.seconds, |at| {
        let left = (*at + window).duration_since(call.now);
        left.as_secs() + i64::from(left.subsec_nanos() > 0)
    });
    Err(Refusal::TooMany(until.max(1)))
}
