//! A step as a person does it in the portal: where, what to click, what to copy in, and what azconnect looks at meanwhile.
//!
//! The words are data (`guides.toml`); this fills in the step's values, so that a writer can follow the portal without a compiler. What
//! a step leaves is [`Declared`], the same that scripts are made from.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::step::Receipts;
use super::{Declared, Place, Step, application, service_principal};
use crate::connection::{Agreement, Scope};
use crate::remedies;

/// What a person has to hand over, since azconnect can't read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// The application (client) ID.
    ClientId,
    /// The object ID of the service principal, where nobody is signed in who could read it.
    ObjectId,
    /// The secret's value.
    Secret,
}

/// One step, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guide {
    /// Which kind of step it is, as the table has it.
    pub kind: &'static str,
    /// Who can do it.
    pub who: String,
    /// The page of the portal, filled.
    pub link: String,
    /// What to click, in order.
    pub clicks: Vec<String>,
    /// Fields and what to copy in.
    pub values: Vec<(String, String)>,
    /// Commands for Cloud Shell that do the same, exact.
    pub commands: Vec<String>,
    /// Whether the portal has no page for it, so that a command does it.
    pub only_command: bool,
    /// What azconnect looks at meanwhile, where it can see.
    pub watch: String,
    /// What the person does instead, where it can't.
    pub blind: String,
    /// What has to be handed over.
    pub asks: Option<Asks>,
    /// Microsoft's page about it.
    pub docs: String,
}

/// A row of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kind: String,
    link: String,
    clicks: Vec<String>,
    values: Vec<(String, String)>,
    watch: String,
    blind: String,
    #[serde(default)]
    asks: Option<Asks>,
    #[serde(default)]
    command: bool,
    #[serde(default)]
    only_command: bool,
    docs: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    guide: Vec<Row>,
    words: BTreeMap<String, String>,
}

/// The table is part of the program; the test `the_table_is_whole` holds it against every kind of step.
static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("guides.toml")).unwrap_or_default());

/// Values that placeholders stand for.
pub type Facts = BTreeMap<&'static str, String>;

/// The registration in Partner Center, which is no step of a plan.
pub const PARTNER_APP: &str = "partner-app";

impl Guide {
    /// How a person does this step. `known` are values beside the step's own: `directory`, `app_name`, `certificate_file`.
    pub fn of(
        step: &dyn Step,
        receipts: &Receipts,
        place: &Place<'_>,
        known: &Facts,
    ) -> Option<Guide> {
        let declared = step.declared();
        let by_hand = step.by_hand(receipts, place);
        let facts = facts(&declared, receipts, place, known);
        let mut guide = filled(kind(&declared), &facts)?;
        guide.who = by_hand.who;
        guide.commands = if guide.commands.is_empty() {
            Vec::new()
        } else {
            by_hand.commands
        };
        Some(guide)
    }

    /// How a person registers the app in Partner Center.
    pub fn of_partner_app(known: &Facts) -> Option<Guide> {
        let mut guide = filled(PARTNER_APP, known)?;
        guide.who = "a Global Administrator of the partner's directory".to_owned();
        Some(guide)
    }
}

/// The row of this kind with its values; `commands` is not empty where the step's own are to be shown.
fn filled(kind: &'static str, facts: &Facts) -> Option<Guide> {
    let row = TABLE.guide.iter().find(|row| row.kind == kind)?;
    let line = |text: &String| remedies::filled(text, facts);
    let values = row.values.iter();
    Some(Guide {
        kind,
        who: String::new(),
        link: line(&row.link).unwrap_or_else(|| facts.get("portal").cloned().unwrap_or_default()),
        clicks: row.clicks.iter().filter_map(line).collect(),
        values: values
            .filter_map(|(label, value)| Some((label.clone(), line(value)?)))
            .collect(),
        commands: row.command.then(String::new).into_iter().collect(),
        only_command: row.only_command,
        watch: row.watch.clone(),
        blind: row.blind.clone(),
        asks: row.asks,
        docs: row.docs.clone(),
    })
}

/// The row that a step's thing has.
fn kind(declared: &Declared) -> &'static str {
    match declared {
        Declared::Application { .. } => "application",
        Declared::KnownApplication { .. } => "known-application",
        Declared::ServicePrincipal => "service-principal",
        Declared::KnownPrincipal { .. } => "known-principal",
        Declared::Secret { .. } => "secret",
        Declared::Certificate { .. } => "certificate",
        Declared::Federated { .. } => "federated",
        Declared::Role { .. } => "role",
        Declared::BillingRole { agreement, .. } => match agreement {
            Agreement::Ea => "billing-role-ea",
            Agreement::Mpa | Agreement::Csp => "billing-role-partner",
            Agreement::Mca | Agreement::Mosp => "billing-role",
        },
        Declared::ResourceProvider { .. } => "resource-provider",
        Declared::ResourceGroup { .. } => "resource-group",
        Declared::StorageAccount { .. } => "storage-account",
        Declared::Container { .. } => "container",
        Declared::Export { .. } => "export",
        Declared::ExportRun { .. } | Declared::PastMonths { .. } => "first-run",
    }
}

fn facts(declared: &Declared, receipts: &Receipts, place: &Place<'_>, known: &Facts) -> Facts {
    let mut facts = known.clone();
    let mut say = |name: &'static str, value: String| facts.insert(name, value);
    say("portal", place.portal.to_owned());
    say("tenant", place.tenant.to_owned());
    for (step, fact, name) in [
        (application::ID, "client_id", "client_id"),
        (
            service_principal::ID,
            "service_principal_object_id",
            "object_id",
        ),
    ] {
        let found = receipts
            .get(step)
            .and_then(|receipt| receipt.facts.get(fact));
        if let Some(value) = found {
            say(name, value.clone());
        }
    }
    facts.extend(own(declared));
    facts
}

/// The values of the step itself.
fn own(declared: &Declared) -> Vec<(&'static str, String)> {
    let scope_of = |scope: &Scope, name: &String| {
        vec![("scope", scope.to_string()), ("scope_name", name.clone())]
    };
    match declared {
        Declared::Application {
            display_name,
            redirect_uris,
            ..
        } => {
            let mut all = vec![("app_name", display_name.clone())];
            all.extend(
                redirect_uris
                    .first()
                    .map(|uri| ("redirect_uri", uri.clone())),
            );
            all
        }
        Declared::KnownApplication { client_id } => vec![("client_id", client_id.to_string())],
        Declared::ServicePrincipal => Vec::new(),
        Declared::KnownPrincipal {
            object_id,
            client_id,
        } => vec![
            ("object_id", object_id.to_string()),
            ("client_id", client_id.to_string()),
        ],
        Declared::Secret { description, days }
        | Declared::Certificate {
            description, days, ..
        } => vec![
            ("description", description.clone()),
            ("days", days.to_string()),
        ],
        Declared::Federated {
            name,
            issuer,
            subject,
            audience,
        } => vec![
            ("name", name.clone()),
            ("issuer", issuer.clone()),
            ("subject", subject.clone()),
            ("audience", audience.clone()),
        ],
        Declared::Role {
            scope,
            display_name,
            role_name,
            ..
        }
        | Declared::BillingRole {
            scope,
            display_name,
            role_name,
            ..
        } => {
            let mut all = scope_of(scope, display_name);
            all.push(("role", role_name.clone()));
            all
        }
        Declared::Export {
            scope,
            display_name,
            name,
            body,
        } => {
            let mut all = scope_of(scope, display_name);
            all.push(("export", name.clone()));
            all.extend(exported(body));
            all
        }
        Declared::ExportRun { scope, export } | Declared::PastMonths { scope, export, .. } => {
            vec![("scope", scope.to_string()), ("export", export.clone())]
        }
        storage => stored(storage),
    }
}

/// The values of what exports are kept in.
fn stored(declared: &Declared) -> Vec<(&'static str, String)> {
    match declared {
        Declared::ResourceProvider {
            subscription,
            namespace,
        } => vec![
            ("subscription", subscription.to_string()),
            ("namespace", (*namespace).to_owned()),
        ],
        Declared::ResourceGroup {
            subscription,
            name,
            location,
            ..
        } => vec![
            ("subscription", subscription.to_string()),
            ("resource_group", name.clone()),
            ("location", location.clone()),
        ],
        Declared::StorageAccount { id, body } => vec![
            ("subscription", id.subscription.to_string()),
            ("resource_group", id.resource_group.clone()),
            ("storage_account", id.account.clone()),
            ("storage_account_id", id.to_string()),
            ("location", text(body, "/location").unwrap_or_default()),
        ],
        Declared::Container { account, name } => vec![
            ("storage_account", account.account.clone()),
            ("storage_account_id", account.to_string()),
            ("container", name.clone()),
        ],
        _ => Vec::new(),
    }
}

/// What an export's body says, in the portal's words.
fn exported(body: &Value) -> Vec<(&'static str, String)> {
    let at = |pointer: &str| text(body, &format!("/properties{pointer}"));
    let frequency = at("/schedule/recurrence")
        .zip(at("/definition/timeframe"))
        .map(|(recurrence, timeframe)| word(format!("{recurrence} {timeframe}")));
    let destination = |name: &str| at(&format!("/deliveryInfo/destination/{name}"));
    let version = at("/definition/dataSet/configuration/dataVersion");
    [
        ("data", at("/definition/type").map(word)),
        ("data_version", version),
        ("frequency", frequency),
        ("storage_account_id", destination("resourceId")),
        ("container", destination("container")),
        ("export_directory", destination("rootFolderPath")),
        ("format", at("/format")),
        ("compression", at("/compressionMode").map(word)),
        ("partitioning", at("/partitionData").map(word)),
        ("overwriting", at("/dataOverwriteBehavior").map(word)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// The portal's word for one of the API's; the API's own where the table has none.
fn word(api: String) -> String {
    TABLE.words.get(&api).cloned().unwrap_or(api)
}

fn text(body: &Value, pointer: &str) -> Option<String> {
    match body.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
