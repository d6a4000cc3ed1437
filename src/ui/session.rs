//! A whole session as events, for the tests that compare how it looks: the target of this program, with names that are long, Chinese and
//! Hebrew.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Gap, Kind};
use crate::ui::{Block, Event, Item, Progress, Row};

/// A subscription's id, as it must appear everywhere.
pub(super) const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";
/// A resource id that is wider than a narrow screen.
pub(super) const STORAGE: &str = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/costs/providers/Microsoft.Storage/storageAccounts/contosocosts";

pub(super) fn row(label: &str, value: &str, note: &str) -> Row {
    Row {
        label: label.into(),
        value: value.into(),
        note: note.into(),
    }
}

pub(super) fn item(state: &str, title: &str, text: &str, lines: &[(&str, &str)]) -> Item {
    Item {
        state: state.into(),
        title: title.into(),
        text: text.into(),
        lines: lines
            .iter()
            .map(|(label, text)| ((*label).into(), (*text).into()))
            .collect(),
    }
}

pub(super) fn fact(label: &str, value: &str, source: &str) -> Event {
    Event::Fact {
        label: label.into(),
        value: value.into(),
        source: source.into(),
    }
}

pub(super) fn step(id: &str, title: &str, status: Progress, detail: &str) -> Event {
    Event::Step {
        id: id.into(),
        title: title.into(),
        change: "create".into(),
        status,
        detail: detail.into(),
    }
}

/// What happens until the plan is agreed to.
pub(super) fn before_the_plan() -> Vec<Event> {
    vec![
        Event::Started {
            title: "Connect Azure to Spot Cost Intelligence".into(),
        },
        fact("Signed in", "maria@contoso.com", "azure-cli"),
        fact(
            "Directory",
            "東京支社 (72f988bf-86f1-41af-91ab-2d7cd011db47)",
            "the only one",
        ),
        fact("Agreement", "Enterprise Agreement", "detected"),
        Event::NeedsUser {
            what: "Open this address, type the code and sign in.".into(),
            url: "https://microsoft.com/devicelogin".into(),
            code: Some("ABCD-EFGH".into()),
        },
        Event::Shown {
            blocks: vec![
                Block::Paragraph {
                    text: "azconnect will make these changes:".into(),
                },
                Block::Items { items: plan() },
            ],
        },
    ]
}

fn plan() -> Vec<Item> {
    vec![
        item(
            "create",
            "App registration \"azconnect-spot\"",
            "needs Application Developer",
            &[],
        ),
        item("create", "Service principal for it", "needs the same", &[]),
        item(
            "grant",
            "Reader on \"חברת קונטוסו\"",
            "needs Owner or User Access Administrator",
            &[],
        ),
        item(
            "store",
            "Client secret in the keyring",
            "expires in 180 days",
            &[],
        ),
    ]
}

/// What happens while the plan is carried out.
pub(super) fn while_working() -> Vec<Event> {
    vec![
        step(
            "application",
            "App registration \"azconnect-spot\"",
            Progress::Running,
            "",
        ),
        step(
            "application",
            "App registration \"azconnect-spot\"",
            Progress::Found,
            SUBSCRIPTION,
        ),
        step("role", "Reader on \"חברת קונטוסו\"", Progress::Running, ""),
        step(
            "export",
            &format!("Export to {STORAGE}"),
            Progress::Running,
            "",
        ),
        step(
            "role",
            "Reader on \"חברת קונטוסו\"",
            Progress::Waiting,
            "Azure to replicate the role",
        ),
        Event::Warning {
            what: "The secret of the old connection expires in 12 days".into(),
            fix: "Run `azconnect rotate spot-contoso`.".into(),
        },
        step("role", "Reader on \"חברת קונטוסו\"", Progress::Done, ""),
        step(
            "export",
            &format!("Export to {STORAGE}"),
            Progress::Pending,
            "the first file arrives within 24 hours",
        ),
        step(
            "backfill",
            "Costs of past months",
            Progress::Skipped,
            "none was asked for",
        ),
    ]
}

/// The result.
pub(super) fn result() -> Vec<Block> {
    let bars = (1..=30_u32)
        .map(|day| {
            (
                format!("2026-10-{day:02}"),
                10.0 + f64::from(day * 7 % 13) * 3.1,
            )
        })
        .collect();
    vec![
        Block::Heading {
            text: "Checks".into(),
        },
        Block::Items { items: checks() },
        Block::Bars {
            title: "Cost of the last 30 days, EUR".into(),
            bars,
            summary: "Between 10.00 (2026-10-13) and 47.20 (2026-10-11) a day.".into(),
        },
        Block::Heading {
            text: "For the vendor's form".into(),
        },
        Block::Rows {
            rows: vec![
                row(
                    "Directory (tenant) ID",
                    "72f988bf-86f1-41af-91ab-2d7cd011db47",
                    "",
                ),
                row("Application (client) ID", SUBSCRIPTION, ""),
                row(
                    "Client secret",
                    "in the keyring",
                    "`azconnect handover spot-contoso --copy`",
                ),
            ],
        },
        connections(),
        Block::Paragraph {
            text: "Look again at any time with".into(),
        },
        Block::Lines {
            lines: vec![
                "azconnect check spot-contoso".into(),
                format!("az storage account show --ids {STORAGE}"),
            ],
        },
    ]
}

fn checks() -> Vec<Item> {
    let fix = "Allow trusted Azure services: `az storage account update --name contosocosts --bypass AzureServices` (Storage Account Contributor)";
    let why = "the storage account denies the export service (\"selected networks\" is on)";
    vec![
        item("pass", "Sign-in", "the app can sign in", &[]),
        item(
            "warn",
            "Client secret",
            "expires in 12 days (2026-12-02)",
            &[],
        ),
        item(
            "fail",
            "Cost export",
            "last file is 4 days old; a run should arrive daily",
            &[("Why", why), ("Fix", fix)],
        ),
        item("skip", "Customers", "not a partner agreement", &[]),
    ]
}

fn connections() -> Block {
    let rows = [
        [
            "spot-contoso",
            "spot-cost-intelligence",
            "Contoso",
            "2027-05-19",
        ],
        ["tokyo", "spaceone", "東京支社", "2027-01-01"],
    ];
    Block::Table {
        columns: ["connection", "vendor", "directory", "expires"]
            .map(String::from)
            .to_vec(),
        rows: rows.map(|row| row.map(String::from).to_vec()).to_vec(),
    }
}

/// A failure with all its parts.
pub(super) fn forbidden() -> Error {
    Error::new(
        Kind::Forbidden,
        "AuthorizationFailed",
        "Couldn't give the app the role Reader on \"חברת קונטוסו\"",
    )
    .why("maria@contoso.com may not assign roles there; Owner and User Access Administrator may.")
    .hint("Send `/home/maria/request.md` to an Owner of the subscription.")
    .hint("Then run `azconnect init spot-cost-intelligence --resume`.")
    .correlation(Some("0f0f0f0f-1111-2222-3333-444444444444".into()))
}

/// Two answers that are missing.
pub(super) fn missing() -> Error {
    let gap = |key: &str, flag: &str, env: &str, example: &str, choices: &[&str]| Gap {
        in_answers_file: true,
        key: key.into(),
        flag: flag.into(),
        env: env.into(),
        example: example.into(),
        choices: choices.iter().map(|choice| (*choice).into()).collect(),
    };
    Error::usage("missing-answers", "azconnect needs 2 more answers").missing(vec![
        gap(
            "tenant",
            "--tenant",
            "AZCONNECT_TENANT",
            "contoso.onmicrosoft.com",
            &[],
        ),
        gap(
            "billing_account",
            "--billing-account",
            "AZCONNECT_BILLING_ACCOUNT",
            "5567000",
            &["5567000", "889900"],
        ),
    ])
}

/// A stream that a test can read.
#[derive(Clone, Default)]
pub(super) struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    pub(super) fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buffer.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
