//! The sentences of a long step, and their silence during a question.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::io;

use super::*;
use crate::ui::Progress;
use crate::ui::keyboard::Keyboard;
use crate::ui::session::{Buffer, step};

struct Nobody;

impl Keyboard for Nobody {
    fn line(&self) -> io::Result<Option<String>> {
        Ok(None)
    }

    fn hidden_line(&self) -> io::Result<Option<String>> {
        Ok(None)
    }
}

const BEAT: Duration = Duration::from_millis(50);

fn plain() -> (Plain, Buffer) {
    let buffer = Buffer::default();
    let prompts = Prompts {
        look: Look::PLAIN,
        sink: Arc::new(Mutex::new(buffer.clone())),
        keyboard: Box::new(Nobody),
        columns: || 80,
    };
    (Plain::new(prompts, BEAT), buffer)
}

fn wait_for(buffer: &Buffer, text: &str) {
    let begin = Instant::now();
    while !buffer.text().contains(text) {
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "no `{text}` in {}",
            buffer.text()
        );
        std::thread::sleep(BEAT / 5);
    }
}

#[test]
fn a_step_is_a_sentence_at_its_start_while_it_lasts_and_at_its_end() {
    let (plain, buffer) = plain();
    plain.tell(&step("role", "Reader", Progress::Running, ""));
    plain.tell(&step("role", "Reader", Progress::Running, ""));
    wait_for(&buffer, "Still working: Reader\n");
    plain.tell(&step("role", "Reader", Progress::Waiting, "Azure"));
    wait_for(&buffer, "Still waiting: Reader, for Azure\n");
    plain.tell(&step("role", "Reader", Progress::Done, ""));
    let text = buffer.text();
    assert!(text.starts_with("Started: Reader\n"));
    assert_eq!(
        text.matches("Started").count(),
        1,
        "the same event twice is one sentence"
    );
    assert!(text.ends_with("Done: Reader\n"));
}

#[test]
fn nothing_is_said_while_a_question_waits() {
    let (plain, buffer) = plain();
    plain.tell(&step("role", "Reader", Progress::Running, ""));
    plain.pause();
    // A sentence that was on its way when the question began may still arrive.
    std::thread::sleep(BEAT);
    let before = buffer.text();
    std::thread::sleep(BEAT * 4);
    assert_eq!(buffer.text(), before);
    plain.resume();
    wait_for(&buffer, "Still working");
}

#[test]
fn a_run_that_ends_in_the_middle_says_what_is_not_finished() {
    let (plain, buffer) = plain();
    plain.tell(&step("role", "Reader", Progress::Running, ""));
    plain.close();
    assert!(buffer.text().ends_with("Not finished: Reader\n"));
    let text = buffer.text();
    std::thread::sleep(BEAT * 4);
    assert_eq!(buffer.text(), text, "nothing is said after the end");
}
