//! The operations of all Swagger 2.0 and OpenAPI 3 definitions, as one list.

use super::library::{Library, Node};
use super::template::Template;

/// One operation of one definition.
#[derive(Debug)]
pub(crate) struct Operation {
    /// `operationId`: `RoleAssignments_Create`.
    pub(crate) id: &'static str,
    /// In capitals.
    pub(crate) method: String,
    /// `info.version`: what `api-version` must be.
    pub(crate) version: &'static str,
    /// Its path, as written.
    pub(crate) path: &'static str,
    /// Its path, taken apart.
    pub(crate) template: Template,
    /// Parameters in path, query and header, references resolved.
    pub(crate) parameters: Vec<Node>,
    /// The schema of the body, and whether there must be one.
    pub(crate) body: Option<(Node, bool)>,
    /// The operation itself: `responses` and the rest.
    pub(crate) node: Node,
}

impl Operation {
    /// The file that defines it, relative to the folder of the definitions.
    pub(crate) fn file(&self) -> String {
        self.node.file.display().to_string()
    }
}

const METHODS: [&str; 6] = ["get", "put", "post", "patch", "delete", "head"];
const PATH_LISTS: [&str; 2] = ["paths", "x-ms-paths"];

/// Every operation that the documents define.
pub(crate) fn all(library: &'static Library) -> Vec<Operation> {
    library
        .documents()
        .filter(|document| document.get("swagger").is_some() || document.get("openapi").is_some())
        .flat_map(operations)
        .collect()
}

fn operations(document: Node) -> Vec<Operation> {
    let mut operations = Vec::new();
    let version = document
        .get("info")
        .and_then(|info| info.text("version"))
        .unwrap_or_default();
    for (path, item) in PATH_LISTS
        .iter()
        .filter_map(|list| document.get(list))
        .flat_map(Node::members)
    {
        let Some(template) = Template::parse(path) else {
            continue;
        };
        for method in METHODS {
            if let Some(node) = item.get(method) {
                operations.push(operation(
                    (method, version, path),
                    template.clone(),
                    (item, node),
                ));
            }
        }
    }
    operations
}

fn operation(
    (method, version, path): (&str, &'static str, &'static str),
    template: Template,
    (item, node): (Node, Node),
) -> Operation {
    let declared: Vec<Node> = [item, node]
        .iter()
        .filter_map(|node| node.get("parameters"))
        .flat_map(Node::items)
        .map(Node::resolved)
        .collect();
    Operation {
        id: node.text("operationId").unwrap_or("without operationId"),
        method: method.to_uppercase(),
        version,
        path,
        template,
        body: body(node, &declared),
        parameters: declared
            .into_iter()
            .filter(|parameter| parameter.text("in") != Some("body"))
            .collect(),
        node,
    }
}

/// The body's schema: a parameter in Swagger 2.0, `requestBody` in OpenAPI 3.
fn body(node: Node, declared: &[Node]) -> Option<(Node, bool)> {
    let in_swagger = declared
        .iter()
        .find(|parameter| parameter.text("in") == Some("body"));
    if let Some(parameter) = in_swagger {
        return Some((parameter.get("schema")?, parameter.flag("required")));
    }
    let body = node.get("requestBody")?.resolved();
    Some((json_content(body)?, body.flag("required")))
}

/// The schema of JSON content in OpenAPI 3.
pub(crate) fn json_content(node: Node) -> Option<Node> {
    node.get("content")?.get("application/json")?.get("schema")
}
