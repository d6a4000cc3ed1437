//! The clipboard of whoever sits at the terminal, asked for by a control sequence: the only one that can be reached over SSH.
//!
//! OSC 52, as `xterm` defines it (<https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>): the text in base64, and nothing to clear.
//! Terminals obey or ignore it in silence, and none that is careful answers what is in the clipboard.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Asks the terminal on stderr to copy this; whether it could be asked. Only for a terminal that takes control sequences.
pub fn put(secret: &Secret) -> bool {
    // Exposed to the terminal, which belongs to the person who asked for it.
    let encoded = Zeroizing::new(STANDARD.encode(secret.expose()));
    ask(&encoded)
}

/// Asks the terminal on stderr to empty the clipboard, whatever is in it; whether it could be asked.
pub fn clear() -> bool {
    ask("")
}

fn ask(encoded: &str) -> bool {
    let sequence = sequence(encoded);
    let mut stderr = std::io::stderr();
    stderr
        .write_all(sequence.as_bytes())
        .and_then(|()| stderr.flush())
        .is_ok()
}

/// `c` is the clipboard; a bell ends the sequence, which more terminals know than the string terminator.
fn sequence(encoded: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("\u{1b}]52;c;{encoded}\u{7}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_stands_in_the_sequence_in_base64_only() {
        let encoded = STANDARD.encode("abc~DEF");
        assert_eq!(*sequence(&encoded), "\u{1b}]52;c;YWJjfkRFRg==\u{7}");
        assert_eq!(*sequence(""), "\u{1b}]52;c;\u{7}");
    }
}
