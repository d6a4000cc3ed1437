//! What a block looks like at 60, 80 and 200 columns, and what no width may do to it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use super::*;
use crate::host::Host;
use crate::ui::session::{STORAGE, SUBSCRIPTION, item, row};
use proptest::prelude::*;

fn decorated() -> Look {
    Look::decorated(&Host::made_of([]))
}

/// The block's lines, without the spaces at their ends.
fn shown(block: &Block, columns: usize, look: Look) -> Vec<String> {
    lay_out(std::slice::from_ref(block), columns, look)
        .iter()
        .map(|line| line.text().trim_end().to_owned())
        .collect()
}

fn names() -> Block {
    Block::Rows {
        rows: vec![
            row(
                "Directory",
                "東京支社 72f988bf-86f1-41af-91ab-2d7cd011db47",
                "the only one",
            ),
            row("Subscription (production)", SUBSCRIPTION, "asked"),
            row("Customer", "חברת קונטוסו", ""),
        ],
    }
}

#[test]
fn rows_stand_in_two_columns_where_there_is_room() {
    let wide = [
        "  Directory                  東京支社 72f988bf-86f1-41af-91ab-2d7cd011db47  the only one",
        "  Subscription (production)  11111111-2222-3333-4444-555555555555  asked",
        "  Customer                   חברת קונטוסו",
    ];
    assert_eq!(shown(&names(), 200, decorated()), wide);
    let middle = [
        "  Directory                  東京支社 72f988bf-86f1-41af-91ab-2d7cd011db47",
        "                             the only one",
        "  Subscription (production)  11111111-2222-3333-4444-555555555555  asked",
        "  Customer                   חברת קונטוסו",
    ];
    assert_eq!(shown(&names(), 80, decorated()), middle);
}

#[test]
fn on_a_narrow_screen_values_stand_below_their_labels() {
    let narrow = [
        "  Directory",
        "    東京支社 72f988bf-86f1-41af-91ab-2d7cd011db47",
        "    the only one",
        "  Subscription (production)",
        "    11111111-2222-3333-4444-555555555555  asked",
        "  Customer",
        "    חברת קונטוסו",
    ];
    assert_eq!(shown(&names(), 60, decorated()), narrow);
}

#[test]
fn in_words_a_row_is_a_sentence() {
    let words = [
        "Directory: 東京支社 72f988bf-86f1-41af-91ab-2d7cd011db47 (the only one)",
        "Subscription (production): 11111111-2222-3333-4444-555555555555 (asked)",
        "Customer: חברת קונטוסו",
    ];
    assert_eq!(shown(&names(), 80, Look::PLAIN), words);
}

fn findings() -> Block {
    Block::Items {
        items: vec![
            item("pass", "Sign-in", "the app can sign in", &[]),
            item(
                "fail",
                "Cost export",
                "last file is 4 days old",
                &[
                    ("Why", "the firewall is on"),
                    (
                        "Fix",
                        "Run `az storage account update --name contosocosts --bypass AzureServices`",
                    ),
                ],
            ),
            item("skip", "顧客", "not a partner agreement", &[]),
        ],
    }
}

#[test]
fn findings_have_a_sign_and_their_remedies_below() {
    let wide = [
        "  ✓ Sign-in      the app can sign in",
        "  ✗ Cost export  last file is 4 days old",
        "      Why   the firewall is on",
        "      Fix   Run `az storage account update --name contosocosts --bypass AzureServices`",
        "  · 顧客         not a partner agreement",
    ];
    assert_eq!(shown(&findings(), 200, decorated()), wide);
    let narrow = [
        "  ✓ Sign-in      the app can sign in",
        "  ✗ Cost export  last file is 4 days old",
        "      Why   the firewall is on",
        "      Fix   Run",
        "            `az storage account update --name contosocosts --bypass AzureServices`",
        "  · 顧客         not a partner agreement",
    ];
    assert_eq!(shown(&findings(), 60, decorated()), narrow);
    let words = [
        "pass: Sign-in, the app can sign in",
        "fail: Cost export, last file is 4 days old",
        "  Why: the firewall is on",
        "  Fix: Run",
        "    `az storage account update --name contosocosts --bypass AzureServices`",
        "skip: 顧客, not a partner agreement",
    ];
    assert_eq!(shown(&findings(), 60, Look::SPOKEN), words);
}

#[test]
fn a_word_that_is_no_state_stands_in_a_column_of_its_own() {
    let plan = Block::Items {
        items: vec![
            item(
                "create",
                "App registration",
                "needs Application Developer",
                &[],
            ),
            item("store", "Client secret", "", &[]),
        ],
    };
    let expected = [
        "  create  App registration  needs Application Developer",
        "  store   Client secret",
    ];
    assert_eq!(shown(&plan, 80, decorated()), expected);
}

#[test]
fn a_table_without_room_becomes_groups() {
    let cells = |cells: [&str; 3]| cells.map(String::from).to_vec();
    let table = Block::Table {
        columns: cells(["connection", "subscription", "vendor"]),
        rows: vec![
            cells(["東京", SUBSCRIPTION, "spaceone"]),
            cells(["spot-contoso", "all", "spot-cost-intelligence"]),
        ],
    };
    let wide = [
        "  connection    subscription                          vendor",
        "  東京          11111111-2222-3333-4444-555555555555  spaceone",
        "  spot-contoso  all                                   spot-cost-intelligence",
    ];
    assert_eq!(shown(&table, 80, decorated()), wide);
    let narrow = [
        "  connection    東京",
        "  subscription  11111111-2222-3333-4444-555555555555",
        "  vendor        spaceone",
        "",
        "  connection    spot-contoso",
        "  subscription  all",
        "  vendor        spot-cost-intelligence",
    ];
    assert_eq!(shown(&table, 60, decorated()), narrow);
    assert_eq!(shown(&table, 200, Look::SPOKEN)[0], "connection: 東京");
}

#[test]
fn what_goes_into_a_file_keeps_its_left_edge() {
    let script = Block::Lines {
        lines: vec![format!("az role assignment create \\\n  --scope {STORAGE}")],
    };
    let expected = [
        "az role assignment create \\".to_owned(),
        format!("  --scope {STORAGE}"),
    ];
    assert_eq!(shown(&script, 20, Look::PLAIN), expected);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z ]{0,40}",
        "[東京支社本番環境 ]{0,40}",
        "[א-ת ]{0,40}",
        any::<String>(),
    ]
}

fn any_block() -> impl Strategy<Value = Block> {
    let id = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    let pairs = prop::collection::vec((text(), id, text()), 1..5);
    let state = prop_oneof![Just("pass"), Just("fail"), Just("create"), Just("")];
    (pairs, state, 0..5_usize).prop_map(|(pairs, state, kind)| match kind {
        0 => Block::Rows {
            rows: pairs
                .iter()
                .map(|(label, id, note)| row(label, id, note))
                .collect(),
        },
        1 => Block::Items {
            items: pairs
                .iter()
                .map(|(title, id, text)| {
                    item(state, title, &format!("{text} {id}"), &[("Fix", id)])
                })
                .collect(),
        },
        2 => Block::Table {
            columns: vec!["one".into(), "two".into(), "three".into()],
            rows: pairs
                .into_iter()
                .map(|(one, id, two)| vec![one, id, two])
                .collect(),
        },
        3 => Block::Paragraph {
            text: pairs
                .into_iter()
                .map(|(one, id, two)| format!("{one} {id} {two}"))
                .collect::<Vec<_>>()
                .join("\n"),
        },
        _ => Block::Lines {
            lines: pairs
                .into_iter()
                .map(|(one, id, _)| format!("{one} {id}"))
                .collect(),
        },
    })
}

/// The ids in a text.
fn ids(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .filter(|part| part.len() == 36 && part.matches('-').count() == 4)
        .count()
}

proptest! {
    #[test]
    fn no_width_cuts_an_id_or_lets_control_characters_through(block in any_block(), columns in 0_usize..220, kind in 0..3_usize) {
        let look = [decorated(), Look::PLAIN, Look::SPOKEN][kind];
        let lines = lay_out(std::slice::from_ref(&block), columns, look);
        let everywhere = lay_out(std::slice::from_ref(&block), 10_000, look);
        let count = |lines: &[Line]| lines.iter().map(|line| ids(&line.text())).sum::<usize>();
        prop_assert_eq!(count(&lines), count(&everywhere));
        prop_assert!(count(&lines) > 0);
        prop_assert!(lines.iter().all(|line| !line.text().chars().any(char::is_control)));
    }

    #[test]
    fn what_can_be_wrapped_stays_on_the_screen(words in prop::collection::vec("[a-z東京]{1,12}", 1..30), columns in 60_usize..220) {
        let sentence = words.join(" ");
        let blocks = [
            Block::Paragraph { text: sentence.clone() },
            Block::Rows { rows: vec![row("Label", &sentence, "a note")] },
            Block::Items { items: vec![item("fail", "Title", &sentence, &[("Why", &sentence)])] },
        ];
        for line in lay_out(&blocks, columns, decorated()) {
            prop_assert!(width(&line.text()) <= columns, "{}", line.text());
        }
    }
}

#[test]
fn an_id_that_has_no_room_behind_its_title_stands_below_it() {
    let items = Block::Items {
        items: vec![
            item("remove", "Client secret, kept in a file", SUBSCRIPTION, &[]),
            item("remove", "Reader", "a short remark", &[]),
        ],
    };
    let id_below = [
        "  remove  Client secret, kept in a file",
        "            11111111-2222-3333-4444-555555555555",
        "  remove  Reader                         a short remark",
    ];
    assert_eq!(shown(&items, 72, decorated()), id_below);
    let beside = shown(&items, 100, decorated());
    assert_eq!(beside.len(), 2, "{beside:#?}");
}
