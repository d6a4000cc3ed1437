//! Names in any script, terminals of any width and age: what a person reads is whole, and nothing that Azure says moves their cursor.

use azconnect::sandbox::ids;

use super::pty::{Left, Pty};
use super::{folder, store_in};
use crate::lab::Lab;

/// 株式会社コントソ, and a company in Arabic.
const DIRECTORIES: [&str; 2] = ["株式会社コントソ", "شركة"];
const WIDTHS: [u16; 3] = [60, 80, 200];

/// A directory of this name, with a subscription of another.
fn named(directory: &str, subscription: &str) -> Lab {
    let lab = Lab::new();
    lab.state(|state| {
        let tenant = state.tenants.get_mut(&ids::TENANT).unwrap();
        directory.clone_into(&mut tenant.display_name);
        let all = &mut state.subscriptions;
        let one = all.get_mut(&ids::SUBSCRIPTION).unwrap();
        subscription.clone_into(&mut one.display_name);
    });
    lab
}

fn journey(lab: &Lab, columns: u16, more: &[&str]) -> Left {
    let folder = folder();
    let store = store_in(&folder);
    let init = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--yes",
        "--store",
        &store,
    ];
    Pty::start(lab, columns, &[&init, more].concat())
        .end()
        .exits(0)
}

/// Everything that was written, in one line, without colours.
fn written(left: &Left) -> String {
    let escapes = regex::Regex::new("\u{1b}\\[[0-9;?]*[A-Za-z]").unwrap();
    let text = String::from_utf8(left.raw.clone()).expect("whole characters");
    escapes.replace_all(&text, "").into_owned()
}

#[test]
fn names_in_any_script_are_whole_at_any_width() {
    for directory in DIRECTORIES {
        for columns in WIDTHS {
            for more in [&[][..], &["--plain"]] {
                let lab = named(directory, "東京支社 שלום");
                let text = written(&journey(&lab, columns, more));
                assert!(text.contains(directory), "{columns}:\n{text}");
                for part in ["東京支社", "שלום"] {
                    assert!(text.contains(part), "{part} at {columns}:\n{text}");
                }
            }
        }
    }
}

#[test]
fn ids_are_whole_at_any_width() {
    for columns in WIDTHS {
        let lab = named("Contoso", "Contoso Production");
        let text = written(&journey(&lab, columns, &[]));
        let shown = lab
            .run(&["show", "spot", "--output", "json"])
            .exits(0)
            .json();
        let client_id = shown["connection"]["client_id"].as_str().unwrap();
        for id in [
            client_id,
            &ids::TENANT.to_string(),
            &ids::SUBSCRIPTION.to_string(),
            "`azconnect remove spot`",
            "`azconnect handover spot --copy`",
        ] {
            assert!(text.contains(id), "{id} at {columns}:\n{text}");
        }
    }
}

#[test]
fn a_name_moves_no_cursor_and_turns_no_text_around() {
    // Overrides and isolates of direction, a clear screen, a title, a line separator, a bell.
    let bad = "Con\u{202e}\u{2066}\u{200f}\u{61c}to\u{1b}[2J\u{1b}]0;mine\u{7}so\u{2028}\r\nContoso is yours";
    for more in [&[][..], &["--plain"]] {
        let lab = named(bad, bad);
        let left = journey(&lab, 200, more);
        let text = String::from_utf8(left.raw.clone()).unwrap();
        for sign in [
            "\u{202e}",
            "\u{2066}",
            "\u{200f}",
            "\u{61c}",
            "\u{2028}",
            "\u{1b}[2J",
            "\u{1b}]0",
            "\u{7}",
        ] {
            assert!(!text.contains(sign), "{sign:?} in {text:?}");
        }
        let forged = left
            .screen
            .lines()
            .any(|line| line.trim_start().starts_with("Contoso is yours"));
        assert!(!forged, "a line of its own:\n{}", left.screen);
    }
    // Programs get it as it is, in a string.
    let lab = named(bad, "Contoso Production");
    let ran = lab.run_init(&[]).exits(0);
    assert!(
        !ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'),
        "{ran:#?}"
    );
    ran.json();
}

/// A locale that is not UTF-8 says that the terminal can't show our signs.
#[test]
fn a_terminal_without_our_signs_gets_others() {
    for (name, more) in [
        ("decorated", &[][..]),
        ("plain", &["--plain"]),
        ("no colour", &["--color=never"]),
    ] {
        let mut lab = named("Contoso", "Contoso Production");
        lab.env.insert("LANG".to_owned(), "C".to_owned());
        let left = journey(&lab, 100, more);
        let text = String::from_utf8_lossy(&left.raw);
        let strange: String = text.chars().filter(|c| !c.is_ascii()).collect();
        assert!(
            strange.is_empty(),
            "{name}: {strange:?} in\n{}",
            left.screen
        );
        // Nor does a failure have any.
        let failed = Pty::start(&lab, 100, &[&["show", "nosuch"][..], more].concat()).end();
        assert!(failed.raw.is_ascii(), "{name}: {}", failed.screen);
    }
}

/// Documents are for programs, whatever the terminal and the flags.
#[test]
fn documents_and_events_have_no_colour() {
    let lab = named("Contoso", "Contoso Production");
    for form in ["json", "events"] {
        for arguments in [
            &[
                "init",
                "spot-cost-intelligence",
                "--connection",
                "spot",
                "--yes",
                "--store",
                "none",
            ][..],
            &["check", "spot"],
            &["list"],
            &["show", "nosuch"],
        ] {
            let all = [arguments, &["--output", form, "--color", "always"]].concat();
            let ran = lab.run(&all);
            assert!(!ran.stdout.contains('\u{1b}'), "{all:?}: {}", ran.stdout);
            assert!(!ran.stderr.contains('\u{1b}'), "{all:?}: {}", ran.stderr);
        }
    }
}
