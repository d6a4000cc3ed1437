//! Bicep files, read by a parser of their language's grammar.

use serde_json::{Map, Value, json};
use tree_sitter::{Node, Parser};

/// A statement of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Read {
    /// `resource`, `module`, `param` or `output`.
    pub(super) kind: &'static str,
    /// Its name in the file.
    pub(super) symbol: String,
    /// A resource's type or a module's file; empty for the others.
    pub(super) target: String,
    /// The condition under which it is made.
    pub(super) condition: Option<String>,
    /// Its value. Code is `{"code": "application.appId"}`.
    pub(super) value: Value,
}

/// The grammar is older than this statement, which is a line of its own.
const EXTENSION: &str = "extension microsoftGraphV1\n";

/// The statements of a file.
pub(super) fn read(text: &str) -> Vec<Read> {
    let text = text.replacen(EXTENSION, "", 1);
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_bicep::LANGUAGE.into())
        .unwrap();
    let tree = parser.parse(&text, None).unwrap();
    let root = tree.root_node();
    assert!(!root.has_error(), "no Bicep: {}\n{text}", root.to_sexp());
    children(root)
        .into_iter()
        .filter_map(|node| statement(node, &text))
        .collect()
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

fn statement(node: Node<'_>, text: &str) -> Option<Read> {
    let kind = match node.kind() {
        "resource_declaration" => "resource",
        "module_declaration" => "module",
        "parameter_declaration" => "param",
        "output_declaration" => "output",
        "target_scope_assignment" | "decorators" | "comment" | "assignment_expression" => {
            return None;
        }
        other => panic!("a statement that is never written: {other} in\n{text}"),
    };
    let mut parts = children(node).into_iter();
    let symbol = said(parts.next()?, text);
    let mut last = parts.next_back()?;
    let target = match kind {
        "resource" | "module" => literal(parts.next()?, text),
        _ => String::new(),
    };
    let mut condition = None;
    if last.kind() == "if_statement" {
        let both = children(last);
        condition = Some(said(both[0], text));
        last = both[1];
    }
    Some(Read {
        kind,
        symbol,
        target,
        condition,
        value: value(last, text),
    })
}

fn said(node: Node<'_>, text: &str) -> String {
    text[node.byte_range()].to_owned()
}

fn literal(node: Node<'_>, text: &str) -> String {
    value(node, text).as_str().unwrap().to_owned()
}

fn value(node: Node<'_>, text: &str) -> Value {
    match node.kind() {
        "object" => {
            let mut all = Map::new();
            for property in children(node) {
                let parts = children(property);
                let key = match parts[0].kind() {
                    "string" => literal(parts[0], text),
                    _ => said(parts[0], text),
                };
                assert!(
                    all.insert(key, value(parts[1], text)).is_none(),
                    "a member twice"
                );
            }
            Value::Object(all)
        }
        "array" => children(node)
            .into_iter()
            .map(|one| value(one, text))
            .collect(),
        "boolean" | "number" | "null" => serde_json::from_str(&said(node, text)).unwrap(),
        "string" => {
            let is_template = children(node)
                .iter()
                .any(|part| part.kind() == "interpolation");
            let raw = said(node, text);
            if is_template {
                return json!({"code": raw});
            }
            json!(unescaped(&raw[1..raw.len() - 1]))
        }
        _ => json!({"code": said(node, text)}),
    }
}

/// The text that stands between two quotes.
fn unescaped(raw: &str) -> String {
    let mut plain = String::new();
    let mut rest = raw.chars();
    while let Some(letter) = rest.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        match rest.next().unwrap() {
            'n' => plain.push('\n'),
            'r' => plain.push('\r'),
            't' => plain.push('\t'),
            'u' => {
                let number: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                plain.extend(char::from_u32(u32::from_str_radix(&number, 16).unwrap()));
            }
            escaped @ ('\'' | '\\' | '$') => plain.push(escaped),
            other => panic!("no escape of Bicep's: \\{other}"),
        }
    }
    plain
}
