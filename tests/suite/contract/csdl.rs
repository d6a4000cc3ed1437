//! Microsoft Graph's metadata (OData CSDL 4.0), as far as paths and bodies need it.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node};

use super::graph_rules::TYPES_LEFT_OUT;

/// A type as a property, a parameter or a path has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeReference {
    /// `Edm.String`, or a name of the namespace `microsoft.graph` without it.
    pub(crate) name: String,
    /// Whether it is many of them.
    pub(crate) collection: bool,
    /// Whether a value may be null.
    pub(crate) nullable: bool,
}

/// An entity type or a complex type. What it inherits is found by way of [`Model::lineage`].
#[derive(Debug, Default)]
pub(crate) struct StructuredType {
    /// The type it inherits from.
    pub(crate) base: Option<String>,
    /// Properties of its own.
    pub(crate) properties: BTreeMap<String, TypeReference>,
    /// Navigation properties of its own, and whether what they lead to is contained.
    pub(crate) navigation: BTreeMap<String, (TypeReference, bool)>,
    /// Properties by which one entity can be addressed besides `id`.
    pub(crate) alternate_keys: BTreeSet<String>,
}

/// An enumeration.
#[derive(Debug)]
pub(crate) struct Enumeration {
    /// Names of the values.
    pub(crate) members: BTreeSet<String>,
    /// Whether several may stand together, with commas.
    pub(crate) flags: bool,
}

/// An action or a function that is bound to a type.
#[derive(Debug)]
pub(crate) struct Callable {
    /// `addPassword`
    pub(crate) name: String,
    /// What it is called on.
    pub(crate) bound_to: TypeReference,
    /// What it is called with, and whether that may be left out.
    pub(crate) parameters: BTreeMap<String, (TypeReference, bool)>,
    /// What it answers.
    pub(crate) returns: Option<TypeReference>,
    /// Called with POST; a function is called with GET.
    pub(crate) is_action: bool,
}

/// The metadata.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Entity types and complex types.
    pub(crate) types: BTreeMap<String, StructuredType>,
    /// Enumerations.
    pub(crate) enumerations: BTreeMap<String, Enumeration>,
    /// Bound actions and functions.
    pub(crate) callables: Vec<Callable>,
    /// What a path may begin with: entity sets, which are collections, and singletons.
    pub(crate) roots: BTreeMap<String, TypeReference>,
}

impl Model {
    /// Reads the metadata.
    ///
    /// # Panics
    /// When it is no XML.
    pub(crate) fn parse(text: &str) -> Self {
        let document =
            Document::parse(text).unwrap_or_else(|error| panic!("Graph's metadata: {error}"));
        let mut model = Self::default();
        for node in document.descendants().filter(Node::is_element) {
            let name = node.attribute("Name").unwrap_or_default().to_owned();
            match node.tag_name().name() {
                "EntityType" | "ComplexType" => {
                    model.types.insert(name, structured_type(node));
                }
                "EnumType" => {
                    model.enumerations.insert(name, enumeration(node));
                }
                "Action" | "Function" if node.attribute("IsBound") == Some("true") => {
                    model.callables.extend(callable(node));
                }
                "EntitySet" => {
                    let kind = node.attribute("EntityType").unwrap_or_default();
                    model.roots.insert(
                        name,
                        TypeReference {
                            collection: true,
                            ..reference(kind, true)
                        },
                    );
                }
                "Singleton" => {
                    model.roots.insert(
                        name,
                        reference(node.attribute("Type").unwrap_or_default(), true),
                    );
                }
                _ => {}
            }
        }
        model.add_types_left_out();
        model
    }

    fn add_types_left_out(&mut self) {
        for (name, base, texts) in TYPES_LEFT_OUT {
            let added = StructuredType {
                base: Some(base.to_owned()),
                properties: texts
                    .iter()
                    .map(|property| ((*property).to_owned(), reference("Edm.String", true)))
                    .collect(),
                ..StructuredType::default()
            };
            self.types.entry(name.to_owned()).or_insert(added);
        }
    }

    /// A type and those it inherits from, nearest first. Empty for a type that the metadata here does not have.
    pub(crate) fn lineage(&self, name: &str) -> Vec<(&str, &StructuredType)> {
        let mut lineage = Vec::new();
        let mut next = self.types.get_key_value(name);
        while let Some((name, kind)) = next {
            lineage.push((name.as_str(), kind));
            next = kind
                .base
                .as_ref()
                .and_then(|base| self.types.get_key_value(base));
        }
        lineage
    }

    /// Whether `name` is `ancestor` or inherits from it.
    pub(crate) fn is_a(&self, name: &str, ancestor: &str) -> bool {
        name == ancestor
            || self
                .lineage(name)
                .iter()
                .any(|(known, _)| *known == ancestor)
    }

    /// A property of a type, its own or inherited.
    pub(crate) fn property(&self, kind: &str, name: &str) -> Option<&TypeReference> {
        self.lineage(kind)
            .into_iter()
            .find_map(|(_, kind)| kind.properties.get(name))
    }

    /// A navigation property of a type, and whether what it leads to is contained.
    pub(crate) fn navigation(&self, kind: &str, name: &str) -> Option<&(TypeReference, bool)> {
        self.lineage(kind)
            .into_iter()
            .find_map(|(_, kind)| kind.navigation.get(name))
    }

    /// Whether an entity can be addressed as `(name='…')`.
    pub(crate) fn has_alternate_key(&self, kind: &str, name: &str) -> bool {
        self.lineage(kind)
            .iter()
            .any(|(_, kind)| kind.alternate_keys.contains(name))
    }

    /// The action or function of that name that can be called on a type.
    pub(crate) fn callable(&self, name: &str, on: &TypeReference) -> Option<&Callable> {
        self.callables.iter().find(|callable| {
            let bound = &callable.bound_to;
            callable.name == name
                && bound.collection == on.collection
                && self.is_a(&on.name, &bound.name)
        })
    }
}

/// `Collection(graph.passwordCredential)` and its like.
fn reference(text: &str, nullable: bool) -> TypeReference {
    let inner = text
        .strip_prefix("Collection(")
        .and_then(|inner| inner.strip_suffix(')'));
    let name = inner.unwrap_or(text);
    TypeReference {
        name: short(name).to_owned(),
        collection: inner.is_some(),
        nullable,
    }
}

/// A name without its namespace, if that is Graph's own.
pub(crate) fn short(name: &str) -> &str {
    name.strip_prefix("microsoft.graph.")
        .or_else(|| name.strip_prefix("graph."))
        .unwrap_or(name)
}

fn reference_of(node: Node<'_, '_>) -> TypeReference {
    reference(
        node.attribute("Type").unwrap_or_default(),
        node.attribute("Nullable") != Some("false"),
    )
}

fn structured_type(node: Node<'_, '_>) -> StructuredType {
    let named = |tag: &'static str| {
        let children = node.children().filter(move |child| {
            child.has_tag_name(("http://docs.oasis-open.org/odata/ns/edm", tag))
        });
        children.map(|child| {
            (
                child.attribute("Name").unwrap_or_default().to_owned(),
                child,
            )
        })
    };
    let contained = |child: Node<'_, '_>| child.attribute("ContainsTarget") == Some("true");
    let keys = node
        .descendants()
        .filter(|child| child.attribute("Property") == Some("Name"));
    StructuredType {
        base: node
            .attribute("BaseType")
            .map(|base| short(base).to_owned()),
        properties: named("Property")
            .map(|(name, child)| (name, reference_of(child)))
            .collect(),
        navigation: named("NavigationProperty")
            .map(|(name, child)| (name, (reference_of(child), contained(child))))
            .collect(),
        alternate_keys: keys
            .filter_map(|key| key.attribute("PropertyPath"))
            .map(str::to_owned)
            .collect(),
    }
}

fn enumeration(node: Node<'_, '_>) -> Enumeration {
    Enumeration {
        members: node
            .children()
            .filter_map(|child| child.attribute("Name"))
            .map(str::to_owned)
            .collect(),
        flags: node.attribute("IsFlags") == Some("true"),
    }
}

fn callable(node: Node<'_, '_>) -> Option<Callable> {
    let children = |tag: &'static str| {
        node.children()
            .filter(move |child| child.tag_name().name() == tag)
    };
    let mut parameters = children("Parameter").map(|child| {
        let name = child.attribute("Name").unwrap_or_default().to_owned();
        let optional = child.has_children() || child.attribute("Nullable") != Some("false");
        (name, (reference_of(child), optional))
    });
    Some(Callable {
        name: node.attribute("Name")?.to_owned(),
        bound_to: parameters.next()?.1.0,
        parameters: parameters.collect(),
        returns: children("ReturnType").next().map(reference_of),
        is_action: node.tag_name().name() == "Action",
    })
}
