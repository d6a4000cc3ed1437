//! Judges the body of a PUT by Microsoft's JSON schemas of ARM template resources (azure-resource-manager-schemas), for
//! resource types and versions of which there is no Swagger here: Microsoft.Billing 2019-10-01-preview.
//!
//! A resource in a template is the body of its PUT with `name`, `type` and `apiVersion` added. The schemas say nothing of
//! answers, so only the status is judged.

use serde_json::Value;

use super::exchange::{Exchange, Verdict};
use super::library::{Library, Node};
use super::responses::judge_refusal;
use super::schema::{Direction, judge};

/// All resource schemas.
#[derive(Debug)]
pub(crate) struct ArmSchemas {
    resources: Vec<Resource>,
}

#[derive(Debug)]
struct Resource {
    /// `Microsoft.Billing/billingAccounts/billingRoleAssignments`
    kind: &'static str,
    version: &'static str,
    schema: Node,
}

const LISTS: [&str; 4] = [
    "tenant_resourceDefinitions",
    "managementGroup_resourceDefinitions",
    "subscription_resourceDefinitions",
    "resourceDefinitions",
];

impl ArmSchemas {
    /// Takes the resources out of a library.
    pub(crate) fn new(library: &'static Library) -> Self {
        let lists = library
            .documents()
            .flat_map(|document| LISTS.iter().filter_map(move |list| document.get(list)));
        Self {
            resources: lists
                .flat_map(Node::members)
                .filter_map(|(_, schema)| resource(schema))
                .collect(),
        }
    }

    /// Judges a PUT of a resource that is known in this version. None for everything else.
    pub(crate) fn judge(&self, exchange: &Exchange) -> Option<Verdict> {
        let (kind, name) = resource_type(&exchange.path)?;
        let version = exchange.query_value("api-version")?;
        let resource = self
            .resources
            .iter()
            .find(|resource| {
                resource.kind.eq_ignore_ascii_case(&kind) && resource.version == version
            })
            .filter(|_| exchange.method == "PUT")?;
        let mut faults = Vec::new();
        match as_template_resource(resource, name, exchange.request_body.as_ref()) {
            Some(body) => judge(
                resource.schema,
                &body,
                "body",
                Direction::Request,
                &mut faults,
            ),
            None => faults.push("the request should have an object as its body".to_owned()),
        }
        faults.extend(
            exchange
                .query
                .iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("api-version"))
                .map(|(name, _)| format!("query {name} is unknown to a PUT of a resource")),
        );
        match exchange.status {
            0 | 200..=202 => {}
            400.. => judge_refusal(exchange, &mut faults),
            status => faults.push(format!(
                "status {status} is none that a PUT of a resource ends with"
            )),
        }
        let operation = format!("PUT {} {}", resource.kind, resource.version);
        Some(Verdict::of(
            &operation,
            &resource.schema.file.display().to_string(),
            faults,
        ))
    }
}

fn resource(schema: Node) -> Option<Resource> {
    Some(Resource {
        kind: only_value(schema, "type")?,
        version: only_value(schema, "apiVersion")?,
        schema,
    })
}

fn only_value(schema: Node, property: &str) -> Option<&'static str> {
    schema
        .get("properties")?
        .get(property)?
        .get("enum")?
        .items()
        .next()?
        .value
        .as_str()
}

/// Type and name of the resource at the end of a path: what follows the last `providers`.
fn resource_type(path: &str) -> Option<(String, &str)> {
    let segments: Vec<&str> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let providers = segments
        .iter()
        .rposition(|segment| segment.eq_ignore_ascii_case("providers"))?;
    let (namespace, rest) = segments.get(providers + 1..)?.split_first()?;
    let types: Vec<&str> = rest.iter().step_by(2).copied().collect();
    let named = !rest.is_empty() && rest.len() % 2 == 0;
    named.then(|| {
        (
            format!("{namespace}/{}", types.join("/")),
            rest[rest.len() - 1],
        )
    })
}

fn as_template_resource(resource: &Resource, name: &str, body: Option<&Value>) -> Option<Value> {
    let mut body = body?.clone();
    let fields = body.as_object_mut()?;
    for (key, value) in [
        ("name", name),
        ("type", resource.kind),
        ("apiVersion", resource.version),
    ] {
        fields.insert(key.to_owned(), Value::from(value));
    }
    Some(body)
}
