//! How far a long step is that does many things of one kind: in words for everybody, and as a bar for those who see it.

use super::Event;
use super::theme::Look;

/// A tally in words: `7 of 13 months, 4 on their way, 1 failed; waiting for Cost Management to take more`.
pub(super) fn in_words(event: &Event) -> String {
    let Event::Tally {
        unit,
        done,
        waiting,
        failed,
        all,
        detail,
        ..
    } = event
    else {
        return String::new();
    };
    let mut text = format!("{done} of {all} {unit}");
    for (count, word) in [(waiting, "on their way"), (failed, "failed")] {
        if *count > 0 {
            text = format!("{text}, {count} {word}");
        }
    }
    if !detail.is_empty() {
        text = format!("{text}; {detail}");
    }
    text
}

/// A bar of ten places, for those who see it; the words beside it say the same.
pub(super) fn bar(done: u32, all: u32, look: Look) -> String {
    const PLACES: u32 = 10;
    let full = (done.min(all) * PLACES).checked_div(all).unwrap_or(0);
    let (on, off) = if look.ascii {
        ("#", ".")
    } else {
        ("█", "░")
    };
    let places = |sign: &str, count: u32| sign.repeat(usize::try_from(count).unwrap_or(0));
    format!("{}{} ", places(on, full), places(off, PLACES - full))
}
