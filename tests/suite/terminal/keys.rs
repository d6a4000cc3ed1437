//! Keys that come faster than a menu reads them.

use super::pty::{DOWN, ENTER, Pty};
use super::{folder, store_in};
use crate::lab::Lab;

/// The arrow up.
const UP: &str = "\u{1b}[A";

#[test]
fn whatever_is_typed_between_two_keys_of_a_menu_is_not_written_into_it() {
    let (lab, folder) = (Lab::new(), folder());
    let store = store_in(&folder);
    let mut pty = Pty::start(&lab, 100, &["init", "--store", &store]);
    pty.wait_for_menu("Which cost tool?");
    for _ in 0..100 {
        for key in [DOWN, UP] {
            pty.keys(key);
            // A key that came now would stand on the screen if the terminal wrote it there.
            for _ in 0..200 {
                assert!(!pty.echoes(), "keys are echoed while a menu is open");
            }
        }
    }
    pty.keys(ENTER);
    let screen = pty.wait_for("[e]xplain");
    assert!(!screen.contains("^["), "{screen}");
    assert_eq!(screen.matches("Which cost tool?").count(), 1, "{screen}");
    pty.keys("n\r");
    pty.end();
}
