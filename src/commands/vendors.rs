//! `azconnect vendors`: the vendors, and what each needs, gets and is handed.

use serde_json::{Value, json};

use super::app::App;
use super::documents;
use super::views::{self, heading, paragraph, row};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::interview::exports::recurrence_key;
use crate::plan;
use crate::ui::{Block, Output, Row};
use crate::vendors::{self, ExportNeed, Vendor};

/// List the vendors, or say what one needs
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The vendor
    vendor: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// `Usage` where there is no such vendor.
pub fn run(args: Args, app: &App) -> Result<Exit> {
    let output = match args.vendor {
        None => all(),
        Some(id) => one(vendors::find(&id).ok_or_else(|| {
            Error::usage(
                "vendor_unknown",
                format!(
                    "`{}` is no vendor that azconnect knows.",
                    crate::text::printable(&id)
                ),
            )
            .hint("See them all: azconnect vendors")
        })?),
    };
    app.ui.finish(&output);
    Ok(Exit::Ok)
}

fn all() -> Output {
    let columns = ["Vendor", "Name", "In this release", "What for"]
        .map(str::to_owned)
        .to_vec();
    let rows = vendors::all().iter().map(|vendor| {
        vec![
            vendor.id.clone(),
            vendor.name.clone(),
            release(vendor),
            vendor.summary.clone(),
        ]
    });
    Output {
        document: documents::document(
            Exit::Ok,
            json!({"vendors": vendors::all().iter().map(described).collect::<Vec<_>>()}),
        ),
        blocks: vec![
            Block::Table {
                columns,
                rows: rows.collect(),
            },
            paragraph("What one of them needs: azconnect vendors VENDOR"),
        ],
    }
}

fn release(vendor: &Vendor) -> String {
    if plan::lacks(vendor).is_none() {
        "yes"
    } else {
        "by hand"
    }
    .to_owned()
}

fn described(vendor: &Vendor) -> Value {
    let mut value = serde_json::to_value(vendor).unwrap_or(Value::Null);
    if let Value::Object(object) = &mut value {
        object.insert("automatic".to_owned(), json!(plan::lacks(vendor).is_none()));
        object.insert("lacks".to_owned(), json!(plan::lacks(vendor)));
    }
    value
}

fn exported(export: &ExportNeed) -> Vec<Row> {
    let dataset = match export.otherwise.as_slice() {
        [] => export.dataset.clone(),
        others => format!(
            "{} (where a scope doesn't give it: {})",
            export.dataset,
            others.join(", ")
        ),
    };
    let history = match export.history_months {
        0 => "none, unless you ask for it (--backfill-months)".to_owned(),
        months => format!("{months} months (--backfill-months)"),
    };
    let when = if export.optional {
        "only with --export-dataset"
    } else {
        ""
    };
    vec![
        row("Data set", dataset, when),
        row("Format", export.format.clone(), ""),
        row("How often", recurrence_key(export.recurrence), ""),
        row("History", history, ""),
    ]
}

fn one(vendor: &Vendor) -> Output {
    let mut blocks = vec![
        heading(format!("{} ({})", vendor.name, vendor.id)),
        paragraph(vendor.summary.clone()),
    ];
    if let Some(lack) = plan::lacks(vendor) {
        blocks.push(paragraph(format!(
            "This release can't connect it by itself: it needs {lack}."
        )));
    }
    let needs = vendor.grants.iter().map(|grant| {
        let name =
            vendors::role(&grant.role).map_or(grant.role.as_str(), |role| role.name.as_str());
        row(
            name,
            grant.why.clone(),
            if grant.optional { "optional" } else { "" },
        )
    });
    blocks.push(heading("Roles that it gets"));
    if vendor.grants.is_empty() {
        blocks.push(paragraph("None in Azure: access is given elsewhere."));
        blocks.extend(vendor.application.note.clone().map(paragraph));
    }
    blocks.push(Block::Rows {
        rows: needs.collect(),
    });
    if let Some(export) = &vendor.export {
        blocks.extend([
            heading("The export that it reads"),
            Block::Rows {
                rows: exported(export),
            },
        ]);
        blocks.extend(export.note.iter().cloned().map(paragraph));
    }
    blocks.extend([
        heading("What you need"),
        Block::Lines {
            lines: vendor.prerequisites.clone(),
        },
    ]);
    let gives = vendor.gives.iter().map(|field| {
        row(
            &field.label,
            if field.secret {
                "secret".to_owned()
            } else {
                field.note.clone().unwrap_or_default()
            },
            if field.optional { "optional" } else { "" },
        )
    });
    blocks.extend([
        heading("What is handed over"),
        Block::Rows {
            rows: gives.collect(),
        },
    ]);
    blocks.push(heading("In the vendor's console"));
    blocks.extend(views::console(vendor));
    if !vendor.notes.is_empty() {
        blocks.push(heading("Good to know"));
        blocks.extend(vendor.notes.iter().cloned().map(paragraph));
    }
    blocks.extend(
        vendor
            .documentation
            .iter()
            .map(|page| paragraph(format!("The vendor's page: {page}"))),
    );
    Output {
        document: documents::document(Exit::Ok, json!({"vendor": described(vendor)})),
        blocks,
    }
}
