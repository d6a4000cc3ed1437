//! `azconnect list` and `azconnect show`: what is stored on this machine, never the secret.

use serde_json::{Value, json};

use super::app::App;
use super::documents;
use super::views::{self, heading, paragraph, row};
use crate::connection::{Change, ConnectionRecord};
use crate::error::Result;
use crate::exit::Exit;
use crate::ui::{Block, Item, Output};

/// List the connections of this machine
#[derive(Debug, clap::Args)]
pub struct ListArgs {}

/// Show what is stored of a connection (never the secret)
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The connection
    connection: String,
}

/// Runs `list`.
///
/// # Errors
/// `Failed` where a file can't be read.
pub fn list(_: ListArgs, app: &App) -> Result<Exit> {
    let all = app.connections.all()?;
    let document = documents::document(
        Exit::Ok,
        json!({"connections": all.iter().map(documents::connection).collect::<Vec<_>>()}),
    );
    let blocks = if all.is_empty() {
        vec![paragraph(
            "There is no connection on this machine. Make one: `azconnect init`",
        )]
    } else {
        let columns = [
            "Connection",
            "Vendor",
            "Directory",
            "Secret ends",
            "Kept in",
        ]
        .map(str::to_owned)
        .to_vec();
        vec![Block::Table {
            columns,
            rows: all.iter().map(cells).collect(),
        }]
    };
    app.ui.finish(&Output { document, blocks });
    Ok(Exit::Ok)
}

fn cells(record: &ConnectionRecord) -> Vec<String> {
    vec![
        record.name.to_string(),
        record.vendor.clone(),
        record
            .tenant_name
            .clone()
            .unwrap_or_else(|| record.tenant_id.to_string()),
        record
            .credential
            .expires_at
            .map_or_else(|| "not known".to_owned(), views::day),
        record.credential.stored_in.clone(),
    ]
}

/// Runs `show`.
///
/// # Errors
/// `Usage` where there is no such connection.
pub fn show(args: ShowArgs, app: &App) -> Result<Exit> {
    let record = app.connections.get(&args.connection)?;
    let made: Vec<Value> = record
        .receipts
        .iter()
        .map(|receipt| json!({"id": receipt.step, "title": receipt.title, "change": receipt.change, "status": "done", "resource_id": receipt.id}))
        .collect();
    let document = documents::document(
        Exit::Ok,
        json!({"connection": documents::connection(&record), "steps": made}),
    );
    app.ui.finish(&Output {
        document,
        blocks: blocks(&record),
    });
    Ok(Exit::Ok)
}

fn blocks(record: &ConnectionRecord) -> Vec<Block> {
    let mut rows = vec![
        row("Vendor", &record.vendor, ""),
        row("Cloud", &record.cloud, ""),
        row(
            "Directory",
            record.tenant_id.to_string(),
            record.tenant_name.clone().unwrap_or_default(),
        ),
        row("Client ID", record.client_id.to_string(), ""),
    ];
    rows.extend(
        record
            .service_principal_object_id
            .map(|id| row("Service principal", id.to_string(), "object ID")),
    );
    rows.extend(
        record
            .scopes
            .iter()
            .map(|scope| row("Reads", scope.to_string(), "")),
    );
    let (label, place) = views::kept(record);
    rows.push(row(
        label,
        place,
        record
            .credential
            .expires_at
            .map_or_else(String::new, |ends| format!("until {}", views::day(ends))),
    ));
    rows.push(row("Connected", views::day(record.created_at), ""));
    let items = record.receipts.iter().map(|receipt| Item {
        state: if receipt.change == Change::Create {
            "made"
        } else {
            "found"
        }
        .to_owned(),
        title: receipt.title.clone(),
        text: receipt.id.clone(),
        lines: Vec::new(),
    });
    vec![
        heading(record.name.to_string()),
        Block::Rows { rows },
        paragraph("What it stands on:"),
        Block::Items {
            items: items.collect(),
        },
    ]
}
