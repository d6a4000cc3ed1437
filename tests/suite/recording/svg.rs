//! A session as an SVG: each line that was ever seen once, each picture a list of lines, one after the other by a style sheet.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use super::COLUMNS;

/// The rows that are shown: the last ones.
const ROWS: u16 = 34;
/// The size of a character, in pixels.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
const MARGIN: f64 = 16.0;
/// Whoever looks has seen it after so long, however long nothing happened; and what follows sooner is one picture.
const LONGEST: Duration = Duration::from_millis(2600);
const SHORTEST: Duration = Duration::from_millis(90);
/// So many lines are rolled at once, and then there is a pause.
const ROLLED: usize = 9;
const ROLL: Duration = Duration::from_millis(900);
/// The last picture stays so long before it begins anew.
const END: Duration = Duration::from_secs(6);

/// Foreground colours by their number in the terminal.
const COLOURS: [(u8, &str); 4] = [
    (1, "#f47067"),
    (2, "#6bc46d"),
    (3, "#daaa3f"),
    (6, "#56d4dd"),
];
const TEXT: &str = "#d1d7e0";
const DIM: &str = "#8b949e";
const GROUND: &str = "#151b23";

/// A picture: since when, and the number of the line that stands in each row.
struct Picture {
    at: Duration,
    rows: Vec<Option<usize>>,
}

/// Draws it. `transcript` is for those who see no picture.
pub(super) fn draw(raw: &[u8], seen: &[(Duration, usize)], transcript: &str) -> String {
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    let pictures = pictures(raw, seen, &mut lines);
    let (times, whole) = times(&pictures);
    let (width, height) = (
        f64::from(COLUMNS) * WIDTH + 2.0 * MARGIN,
        f64::from(ROWS) * HEIGHT + 2.0 * MARGIN,
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n<title>azconnect connects, checks and removes, in a simulated Azure</title>\n<desc>{}</desc>\n",
        escaped(transcript)
    );
    svg.push_str(&style(&times, whole));
    let _ = writeln!(
        svg,
        "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{GROUND}\"/>\n<defs>"
    );
    for (line, number) in &lines {
        let _ = writeln!(svg, "<g id=\"l{number}\">{line}</g>");
    }
    svg.push_str("</defs>\n");
    for (number, picture) in pictures.iter().enumerate() {
        let _ = write!(svg, "<g class=\"p\" id=\"p{number}\">");
        for (row, line) in picture.rows.iter().enumerate() {
            if let Some(line) = line {
                let y = MARGIN + HEIGHT * (f64::from(u16::try_from(row).unwrap()) + 0.75);
                let _ = write!(svg, "<use href=\"#l{line}\" x=\"{MARGIN}\" y=\"{y:.0}\"/>");
            }
        }
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// The pictures that differ from the one before. What came in one piece and is higher than the screen is rolled past, so that it can be read.
fn pictures(
    raw: &[u8],
    seen: &[(Duration, usize)],
    lines: &mut BTreeMap<String, usize>,
) -> Vec<Picture> {
    let mut parser = vt100::Parser::new(ROWS, COLUMNS, 0);
    let (mut done, mut later, mut all) = (0, Duration::ZERO, Vec::<Picture>::new());
    for (at, length) in seen {
        let whole: Vec<&[u8]> = raw[done..*length]
            .split_inclusive(|byte| *byte == b'\n')
            .collect();
        done = *length;
        let mut parts = whole.chunks(ROLLED).peekable();
        while let Some(part) = parts.next() {
            part.iter().for_each(|line| parser.process(line));
            add(&mut all, *at + later, rows(parser.screen(), lines));
            if parts.peek().is_some() {
                later += ROLL;
            }
        }
    }
    all
}

fn rows(screen: &vt100::Screen, lines: &mut BTreeMap<String, usize>) -> Vec<Option<usize>> {
    (0..ROWS)
        .map(|row| {
            let line = drawn(screen, row);
            let next = lines.len();
            (!line.is_empty()).then(|| *lines.entry(line).or_insert(next))
        })
        .collect()
}

fn add(all: &mut Vec<Picture>, at: Duration, rows: Vec<Option<usize>>) {
    match all.last_mut() {
        Some(last) if last.rows == rows => {}
        Some(last) if at.saturating_sub(last.at) < SHORTEST => last.rows = rows,
        _ => all.push(Picture { at, rows }),
    }
}

/// When each begins, and how long all of it is: waits are cut short.
fn times(pictures: &[Picture]) -> (Vec<Duration>, Duration) {
    let mut now = Duration::ZERO;
    let mut times = Vec::new();
    for (number, picture) in pictures.iter().enumerate() {
        times.push(now);
        let next = pictures.get(number + 1).map(|next| next.at - picture.at);
        now += next.map_or(END, |wait| wait.min(LONGEST));
    }
    (times, now)
}

/// Each picture is seen from its time until the next one's. Whoever wants no motion sees the last one.
fn style(times: &[Duration], whole: Duration) -> String {
    let mut css = format!(
        "<style>\ntext{{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre;fill:{TEXT}}}\n.b{{font-weight:600}}.d{{fill:{DIM}}}"
    );
    for (number, colour) in COLOURS {
        let _ = write!(css, ".c{number}{{fill:{colour}}}");
    }
    let last = times.len() - 1;
    let seconds = whole.as_secs_f64();
    let _ = write!(
        css,
        "\n.p{{visibility:hidden}}#p{last}{{visibility:visible}}\n@media (prefers-reduced-motion: no-preference){{\n#p{last}{{visibility:hidden}}\n"
    );
    for (number, time) in times.iter().enumerate() {
        let percent = |time: Duration| 100.0 * time.as_secs_f64() / seconds;
        let from = percent(*time);
        let until = times.get(number + 1).map_or(100.0, |next| percent(*next));
        let before = if number == 0 {
            ""
        } else {
            "0%{visibility:hidden}"
        };
        let after = if number == last {
            ""
        } else {
            "100%{visibility:hidden}"
        };
        let end = if number == last {
            String::from("100%{visibility:visible}")
        } else {
            format!("{until:.3}%{{visibility:hidden}}")
        };
        let _ = writeln!(
            css,
            "#p{number}{{animation:k{number} {seconds:.2}s step-end infinite}}@keyframes k{number}{{{before}{from:.3}%{{visibility:visible}}{end}{after}}}"
        );
    }
    css.push_str("}\n</style>\n");
    css
}

/// A row as text elements: its pieces of one look.
fn drawn(screen: &vt100::Screen, row: u16) -> String {
    let mut pieces: Vec<(String, u16, String)> = Vec::new();
    for column in 0..COLUMNS {
        let Some(cell) = screen.cell(row, column).filter(|cell| cell.has_contents()) else {
            continue;
        };
        let (class, text) = (class(cell), cell.contents());
        if text == " " && class.is_empty() {
            continue;
        }
        match pieces.last_mut() {
            Some((before, at, so_far))
                if *before == class && usize::from(column - *at) <= so_far.chars().count() + 1 =>
            {
                let gap = usize::from(column - *at) - so_far.chars().count();
                so_far.push_str(&" ".repeat(gap));
                so_far.push_str(text);
            }
            _ => pieces.push((class, column, text.to_owned())),
        }
    }
    let piece = |(class, column, text): (String, u16, String)| {
        let class = if class.is_empty() {
            String::new()
        } else {
            format!(" class=\"{class}\"")
        };
        let width = f64::from(u16::try_from(text.chars().count()).unwrap()) * WIDTH;
        format!(
            "<text{class} x=\"{:.1}\" textLength=\"{width:.1}\">{}</text>",
            f64::from(column) * WIDTH,
            escaped(&text)
        )
    };
    pieces.into_iter().map(piece).collect()
}

fn class(cell: &vt100::Cell) -> String {
    let mut classes = Vec::new();
    if let vt100::Color::Idx(number) = cell.fgcolor() {
        classes.push(format!("c{}", number % 8));
    }
    if cell.bold() {
        classes.push("b".to_owned());
    }
    if cell.dim() {
        classes.push("d".to_owned());
    }
    classes.join(" ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
