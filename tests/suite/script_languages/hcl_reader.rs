//! Terraform files, read by a parser of their language.

use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Body, Structure};
use serde_json::{Map, Value, json};

/// A block of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Read {
    /// `resource`.
    pub(super) kind: String,
    /// `azurerm_role_assignment`, `role_1`.
    pub(super) labels: Vec<String>,
    /// Its arguments and the blocks in it. Code is `{"code": "local.client_id"}`.
    pub(super) values: Value,
}

impl Read {
    /// Its type, where it is a resource or data source: `azurerm_role_assignment`, `data.azuread_application`.
    pub(super) fn type_name(&self) -> String {
        let prefix = if self.kind == "data" { "data." } else { "" };
        format!("{prefix}{}", self.labels.first().map_or("", String::as_str))
    }

    /// How others refer to it.
    pub(super) fn address(&self) -> String {
        format!(
            "{}.{}",
            self.type_name(),
            self.labels.get(1).map_or("", String::as_str)
        )
    }
}

/// The blocks of a file.
pub(super) fn read(text: &str) -> Vec<Read> {
    let body = hcl_edit::parser::parse_body(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    body.iter()
        .map(|structure| {
            let Structure::Block(block) = structure else {
                panic!("an argument outside of all blocks");
            };
            Read {
                kind: block.ident.as_str().to_owned(),
                labels: block
                    .labels
                    .iter()
                    .map(|label| label.as_str().to_owned())
                    .collect(),
                values: values(&block.body),
            }
        })
        .collect()
}

fn values(body: &Body) -> Value {
    let mut all = Map::new();
    for structure in body.iter() {
        let (name, value) = match structure {
            Structure::Attribute(attribute) => (attribute.key.as_str(), value(&attribute.value)),
            Structure::Block(block) => (block.ident.as_str(), values(&block.body)),
        };
        assert!(
            all.insert(name.to_owned(), value).is_none(),
            "`{name}` twice"
        );
    }
    Value::Object(all)
}

/// A value; a text that has a template in it is a failure, since none is ever written.
fn value(expression: &Expression) -> Value {
    match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(flag) => json!(flag.value()),
        Expression::String(text) => json!(text.as_str()),
        Expression::Array(all) => all.iter().map(value).collect(),
        Expression::Object(all) => {
            let pair = |(key, member): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
                let key = match key {
                    ObjectKey::Ident(name) => name.as_str().to_owned(),
                    ObjectKey::Expression(name) => name
                        .as_str()
                        .map_or_else(|| name.to_string().trim().to_owned(), str::to_owned),
                };
                (key, value(member.expr()))
            };
            Value::Object(all.iter().map(pair).collect())
        }
        Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => {
            panic!("a template: {expression:?}")
        }
        code => json!({"code": code.to_string().trim()}),
    }
}

/// Every piece of code in a value.
pub(super) fn code(value: &Value) -> Vec<String> {
    match value {
        Value::Object(all) => match all.get("code") {
            Some(Value::String(code)) if all.len() == 1 => vec![code.clone()],
            _ => all.values().flat_map(code).collect(),
        },
        Value::Array(all) => all.iter().flat_map(code).collect(),
        _ => Vec::new(),
    }
}
