//! A bar chart of two rows, small enough to stand in a report.
//!
//! Called by `layout` for people who can see it; the sentence that says the same is always printed beside it.

use crate::ui::theme::{Line, Look, Role};
use crate::ui::wrap::{visible, width};

/// A row's eighths of height in Unicode.
const BLOCKS: &[char] = &[' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The same in ASCII, by darkness of the character's lower half.
const ASCII: &[char] = &[' ', '.', '.', ':', ':', '|', '|', '#', '#'];
/// The height of a row, in levels.
const LEVELS: usize = 8;

/// The chart, one column a bar: upper row, lower row with the highest value behind it, then the first and the last label. More bars than
/// columns are put together, the highest of each group standing for it. Values below zero and what is no number count as zero.
pub(super) fn lines(bars: &[(String, f64)], columns: usize, look: Look) -> Vec<Line> {
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else {
        return Vec::new();
    };
    let values = grouped(bars, columns.saturating_sub(20).max(1));
    let highest = values.iter().copied().fold(0.0, f64::max);
    let heights: Vec<usize> = values.iter().map(|value| level(*value, highest)).collect();
    let blocks = if look.ascii { ASCII } else { BLOCKS };
    let row = |base: usize| -> String {
        heights
            .iter()
            .map(|height| blocks[height.saturating_sub(base).min(LEVELS)])
            .collect()
    };
    let mut lines = vec![
        Line::of(Role::Accent, row(LEVELS)).with(Role::Dim, format!("  highest {highest:.2}")),
        Line::of(Role::Accent, row(0)),
    ];
    lines.push(Line::of(Role::Dim, ends(&first.0, &last.0, heights.len())));
    lines
}

/// The first and the last label, below the chart's ends where there is room.
fn ends(first: &str, last: &str, columns: usize) -> String {
    let (first, last) = (visible(first), visible(last));
    let gap = columns.saturating_sub(width(&first) + width(&last));
    if gap > 1 {
        format!("{first}{}{last}", " ".repeat(gap))
    } else {
        format!("{first} to {last}")
    }
}

fn grouped(bars: &[(String, f64)], columns: usize) -> Vec<f64> {
    let size = bars.len().div_ceil(columns);
    bars.chunks(size)
        .map(|group| {
            group
                .iter()
                .map(|(_, value)| sane(*value))
                .fold(0.0, f64::max)
        })
        .collect()
}

fn sane(value: f64) -> f64 {
    if value.is_finite() {
        value.max(0.0)
    } else {
        0.0
    }
}

/// A value's height in levels; whatever is more than nothing can be seen.
fn level(value: f64, highest: f64) -> usize {
    let full = 2 * LEVELS;
    if highest <= 0.0 || value <= 0.0 {
        return 0;
    }
    // `full` levels at most, so the number fits whatever the value.
    (1..full)
        .find(|step| value / highest <= *step as f64 / full as f64)
        .unwrap_or(full)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::host::Host;
    use proptest::prelude::*;

    fn look() -> Look {
        Look::decorated(&Host::made_of([]))
    }

    fn text(bars: &[(String, f64)], columns: usize, look: Look) -> Vec<String> {
        lines(bars, columns, look).iter().map(Line::text).collect()
    }

    fn days(values: &[f64]) -> Vec<(String, f64)> {
        values
            .iter()
            .enumerate()
            .map(|(day, value)| (format!("11-{:02}", day + 1), *value))
            .collect()
    }

    #[test]
    fn the_highest_bar_fills_both_rows_and_nothing_is_empty() {
        let bars = days(&[
            0.0,
            1.0,
            8.0,
            16.0,
            4.0,
            12.0,
            -3.0,
            f64::NAN,
            9.0,
            2.0,
            16.0,
            1.0,
        ]);
        assert_eq!(
            text(&bars, 80, look()),
            [
                "   █ ▄  ▁ █   highest 16.00",
                " ▁██▄█  █▂█▁",
                "11-01  11-12"
            ]
        );
        let ascii = Look {
            ascii: true,
            ..look()
        };
        assert!(text(&bars, 80, ascii).concat().is_ascii());
    }

    #[test]
    fn a_day_without_cost_anywhere_is_an_empty_chart() {
        assert_eq!(text(&days(&[0.0, 0.0]), 80, look())[2], "11-01 to 11-02");
        assert!(text(&[], 80, look()).is_empty());
    }

    proptest! {
        #[test]
        fn it_fits_and_never_panics(values in prop::collection::vec(any::<f64>(), 0..400), columns in 0_usize..200) {
            for line in lines(&days(&values), columns, look()).iter().skip(1) {
                prop_assert!(width(&line.text()) <= columns.max(20));
            }
        }
    }
}
