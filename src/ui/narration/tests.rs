//! That all looks tell the same, and that only one of them has escape bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use super::*;
use crate::host::Host;
use crate::ui::demo_session;
use crate::ui::session::{STORAGE, SUBSCRIPTION};

/// What a person has to be able to find in every rendering of the session.
const FACTS: &[&str] = &[
    "Connect Azure to Spot Cost Intelligence",
    "maria@contoso.com",
    "azure-cli",
    "東京支社",
    "72f988bf-86f1-41af-91ab-2d7cd011db47",
    "the only one",
    "detected",
    "https://microsoft.com/devicelogin",
    "ABCD-EFGH",
    "create",
    "grant",
    "needs Application Developer",
    "Owner or User Access",
    SUBSCRIPTION,
    "for Azure to replicate",
    "expires in 12 days",
    "`azconnect rotate spot-contoso`",
    STORAGE,
    "the first file arrives within 24 hours",
    "none was asked for",
    "4 s",
    "the app can sign in",
    "2026-12-02",
    "\"selected",
    "`az storage account update --name contosocosts --bypass AzureServices`",
    "not a partner agreement",
    "Between 10.00 (2026-10-13) and 47.20 (2026-10-11) a day.",
    "`azconnect handover spot-contoso --copy`",
    "spot-cost-intelligence",
    "2027-05-19",
    "azconnect check spot-contoso",
    "AuthorizationFailed",
    "חברת",
    "`/home/maria/request.md`",
    "`azconnect init spot-cost-intelligence --resume`",
    "0f0f0f0f-1111-2222-3333-444444444444",
    "AZCONNECT_TENANT",
    "--billing-account",
    "contoso.onmicrosoft.com",
    "889900",
];

/// The words for states, with the sign that stands for them where there are signs.
const STATES: &[(&str, &str)] = &[
    ("Done", "✓"),
    ("Found", "found"),
    ("pass", "✓"),
    ("warn", "!"),
    ("fail", "✗"),
    ("Skipped", "·"),
    ("Pending", "…"),
];

fn painted(columns: usize, look: Look) -> String {
    let lines = demo_session::lines(columns, look);
    lines.iter().map(|line| look.paint(line) + "\n").collect()
}

#[test]
fn every_look_at_every_width_tells_the_same() {
    let decorated = Look::decorated(&Host::made_of([]));
    for columns in [60, 80, 200] {
        for look in [
            decorated,
            Look {
                ascii: true,
                ..decorated
            },
            Look::PLAIN,
            Look::SPOKEN,
        ] {
            let text = text(&demo_session::lines(columns, look));
            let words: Vec<&str> = text.split_whitespace().collect();
            let unwrapped = words.join(" ");
            for fact in FACTS {
                // A sentence may be wrapped; an id, an address or a command may not.
                let whole = fact.starts_with('`') || !fact.contains(' ');
                let told = if whole { &text } else { &unwrapped };
                assert!(
                    told.contains(fact),
                    "`{fact}` is missing at {columns} columns in {look:?}"
                );
            }
        }
        for (word, sign) in STATES {
            assert!(
                painted(columns, Look::PLAIN).contains(&format!("{word}: ")),
                "{word}"
            );
            assert!(painted(columns, decorated).contains(sign), "{sign}");
        }
    }
}

#[test]
fn words_have_no_escape_bytes_and_no_signs() {
    for look in [Look::PLAIN, Look::SPOKEN] {
        let text = painted(80, look);
        assert!(!text.contains('\u{1b}'));
        assert!(!text.contains(['✓', '✗', '█', '⠋']));
    }
    let decorated = Look::decorated(&Host::made_of([]));
    assert!(painted(80, decorated).contains('\u{1b}'));
}

fn step(status: Progress, detail: &str) -> Step {
    Step {
        title: "Reader on \"Contoso\"".into(),
        change: "create".into(),
        status,
        detail: detail.into(),
        tally: None,
    }
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(Line::text).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_status_has_words_of_its_own() {
    let all = [
        Progress::Running,
        Progress::Waiting,
        Progress::Done,
        Progress::Found,
        Progress::Skipped,
        Progress::Pending,
        Progress::Warn,
        Progress::Failed,
    ];
    for status in all {
        assert_eq!(
            WORDS.iter().filter(|row| row.0 == status).count(),
            1,
            "{status:?}"
        );
    }
    let check = Step {
        change: "check".into(),
        ..step(Progress::Done, "")
    };
    assert_eq!(check.word(), "pass");
}

#[test]
fn a_tally_is_a_bar_for_those_who_see_it_and_words_for_everybody() {
    let event = Event::Tally {
        id: "backfill".into(),
        title: "Backfill".into(),
        unit: "months".into(),
        done: 7,
        waiting: 4,
        failed: 1,
        all: 13,
        detail: String::new(),
    };
    let (_, step) = Step::of(&event).unwrap();
    let words = "7 of 13 months, 4 on their way, 1 failed";
    let plain = text(&step_goes_on(&step, Duration::ZERO, false, 80));
    assert_eq!(plain, format!("Started: Backfill, {words}"));
    let decorated = Look::decorated(&Host::made_of([]));
    let seen = text(&step_moves(&step, 80, decorated));
    assert!(
        seen.ends_with(words) && (seen.contains("█████░░░░░ ") || seen.contains("#####..... ")),
        "{seen}"
    );
    assert_eq!(tally::bar(0, 0, decorated).chars().count(), 11);
}

#[test]
fn a_wait_is_a_sentence_whatever_the_caller_begins_it_with() {
    for detail in [
        "Azure to replicate the role",
        "waiting for Azure to replicate the role",
    ] {
        let step = step(Progress::Waiting, detail);
        assert_eq!(step.going_on(), "waiting for Azure to replicate the role");
        let again = step_goes_on(&step, Duration::from_secs(75), true, 200);
        assert_eq!(
            text(&again),
            "Still waiting: Reader on \"Contoso\", for Azure to replicate the role, 1 min 15 s so far"
        );
    }
}

#[test]
fn how_long_it_took_is_said_when_it_took_long() {
    let look = Look::PLAIN;
    let done = step(Progress::Done, "");
    let ends = |seconds| text(&step_ends(&done, Duration::from_secs(seconds), 80, look));
    assert_eq!(ends(1), "Done: Reader on \"Contoso\"");
    assert_eq!(ends(120), "Done: Reader on \"Contoso\", 2 min");
}

#[test]
fn a_name_cannot_move_the_cursor() {
    let event = Event::Fact {
        label: "Directory".into(),
        value: "Con\u{1b}[2Jtoso\r\nexit".into(),
        source: String::new(),
    };
    for look in [Look::PLAIN, Look::decorated(&Host::made_of([]))] {
        for line in lines(&event, 80, look) {
            assert!(!line.text().chars().any(char::is_control));
        }
    }
}
