//! How soon something is seen. Measured and said, never asserted: how fast a machine is is no fact of the program. The aims are a first byte
//! within 100 ms and the help within 50 ms, of a release build on a machine that does nothing else.

use std::io::{Read, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::lab::Lab;

/// How often each is tried.
const TIMES: usize = 7;

/// From the start of the process to the first byte on this stream.
fn first_byte(lab: &Lab, arguments: &[&str], on_stderr: bool) -> Duration {
    let begun = Instant::now();
    let mut child = lab.command(arguments).stdin(Stdio::null()).spawn().unwrap();
    let mut byte = [0];
    let read = if on_stderr {
        child.stderr.as_mut().unwrap().read(&mut byte)
    } else {
        child.stdout.as_mut().unwrap().read(&mut byte)
    };
    let took = begun.elapsed();
    assert_eq!(read.unwrap(), 1, "{arguments:?} writes nothing");
    let _ = child.kill();
    child.wait().unwrap();
    took
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all[all.len() / 2]
}

#[test]
fn the_first_byte_is_measured() {
    let lab = Lab::new();
    let build = if cfg!(debug_assertions) {
        "debug build"
    } else {
        "release build"
    };
    for (what, arguments, on_stderr, aim) in [
        ("--help", &["--help"][..], false, 50),
        ("init --help", &["init", "--help"], false, 50),
        (
            "init",
            &["init", "spot-cost-intelligence", "--plan"],
            true,
            100,
        ),
        ("check", &["check", "--all"], true, 100),
        (
            "init --sandbox",
            &["init", "--sandbox", "--plan"],
            true,
            100,
        ),
    ] {
        let all = (0..TIMES).map(|_| first_byte(&lab, arguments, on_stderr));
        let took = median(all.collect());
        // Past the capture of the test's output, so that it is always seen.
        let _ = writeln!(
            std::io::stderr(),
            "first byte of {what}: {} ms ({build}, the aim is {aim} ms)",
            took.as_millis()
        );
    }
}
