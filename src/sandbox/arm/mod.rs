//! arm

use super::exchange::{Answer, Call};
use super::world::World;

pub(super) fn handle(_world: &mut World, _call: &Call) -> Answer {
    Answer::empty(404)
}
