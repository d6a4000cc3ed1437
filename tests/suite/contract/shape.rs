//! What a schema says of an object, with `allOf` merged in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::library::Node;

/// A schema's parts put together: its own and those of all its `allOf`.
#[derive(Debug)]
pub(crate) struct Shape {
    /// The schema itself and every schema it takes in, references resolved.
    pub(crate) parts: Vec<Node>,
    /// Declared properties, unresolved so that what stands beside a `$ref` stays visible.
    pub(crate) properties: BTreeMap<&'static str, Node>,
    /// Names of required properties.
    pub(crate) required: BTreeSet<&'static str>,
    /// What is allowed beyond the declared properties.
    pub(crate) further: Further,
}

/// What is allowed beyond the declared properties.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Further {
    /// Nothing: Azure Resource Manager's definitions are closed unless they say otherwise.
    Nothing,
    /// Anything: the schema says so, or declares no property at all.
    Anything,
    /// Values of this schema: a dictionary.
    Values(Node),
}

impl Shape {
    /// Puts a schema together.
    pub(crate) fn of(schema: Node) -> Self {
        let mut shape = Self {
            parts: Vec::new(),
            properties: BTreeMap::new(),
            required: BTreeSet::new(),
            further: Further::Nothing,
        };
        let mut said = None;
        shape.take_in(schema.resolved(), &mut said);
        shape.further = match said {
            Some(further) => further,
            None if shape.properties.is_empty() => Further::Anything,
            None => Further::Nothing,
        };
        shape
    }

    fn take_in(&mut self, schema: Node, said: &mut Option<Further>) {
        self.parts.push(schema);
        self.properties
            .extend(schema.get("properties").into_iter().flat_map(Node::members));
        self.required.extend(
            schema
                .get("required")
                .into_iter()
                .flat_map(Node::items)
                .filter_map(|name| name.value.as_str()),
        );
        if let Some(further) = schema.get("additionalProperties") {
            *said = Some(match further.value {
                Value::Bool(false) => Further::Nothing,
                Value::Object(fields) if !fields.is_empty() => Further::Values(further),
                _ => Further::Anything,
            });
        }
        for part in schema.get("allOf").into_iter().flat_map(Node::items) {
            self.take_in(part.resolved(), said);
        }
    }

    /// The type that the schema gives, or that follows from what it has.
    pub(crate) fn kind(&self) -> Option<&'static str> {
        let written = self.parts.iter().find_map(|part| part.text("type"));
        let is_object = !self.properties.is_empty() || !matches!(self.further, Further::Anything);
        written.or_else(|| is_object.then_some("object"))
    }

    /// Looks a word up in all parts.
    pub(crate) fn word(&self, keyword: &str) -> Option<Node> {
        self.parts.iter().find_map(|part| part.get(keyword))
    }
}
