//! Prints a whole session to the test's output, to be looked at: `cargo test --lib ui::demo -- --nocapture`.

use std::time::Duration;

use crate::host::Host;
use crate::ui::narration::{self, Step};
use crate::ui::theme::{Line, Look, Role};
use crate::ui::{Event, failure, layout, session};

/// A session's lines, each step at each of its stages.
pub(super) fn lines(columns: usize, look: Look) -> Vec<Line> {
    let mut lines = Vec::new();
    for event in session::before_the_plan()
        .iter()
        .chain(&session::while_working())
    {
        lines.extend(told(event, columns, look));
    }
    lines.extend(layout::lay_out(&session::result(), columns, look));
    lines.extend(failure::lines(&session::forbidden(), columns, look));
    lines.extend(failure::lines(&session::missing(), columns, look));
    lines
}

fn told(event: &Event, columns: usize, look: Look) -> Vec<Line> {
    match Step::of(event) {
        Some((_, step)) if step.is_over() => {
            narration::step_ends(&step, Duration::from_secs(4), columns, look)
        }
        Some((_, step)) if !look.decorated => {
            narration::step_goes_on(&step, Duration::ZERO, false, columns)
        }
        Some((_, step)) => {
            let mut lines = narration::step_moves(&step, columns, look);
            if let Some(first) = lines.first_mut() {
                let sign = Line::of(Role::Accent, format!("  {} ", look.frames()[0]));
                *first = sign.and(std::mem::take(first));
            }
            lines
        }
        None => narration::lines(event, columns, look),
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "a session to look at")]
fn a_session_as_it_looks() {
    let decorated = Look::decorated(&Host::made_of([]));
    let looks = [
        ("decorated", decorated, 100),
        (
            "decorated, ASCII",
            Look {
                ascii: true,
                ..decorated
            },
            80,
        ),
        ("no terminal", Look::PLAIN, 80),
        ("--plain", Look::SPOKEN, 60),
    ];
    for (name, look, columns) in looks {
        let lines = lines(columns, look);
        println!("──── {name}, {columns} columns");
        for line in &lines {
            println!("{}", look.paint(line));
        }
        assert!(lines.len() > 40, "{name} says too little");
    }
}
