//! Resolves a path of Microsoft Graph: what it leads to, by the metadata's entity sets, keys, navigation properties, casts,
//! actions and functions.

use super::csdl::{Callable, Model, TypeReference, short};
use super::scalars::is_uuid;
use super::template::decoded;

/// What a path leads to.
#[derive(Debug)]
pub(crate) struct Target<'model> {
    /// The type at its end.
    pub(crate) kind: TypeReference,
    /// How it is addressed.
    pub(crate) ending: Ending<'model>,
    /// The path with names in place of keys: `/applications(uniqueName={uniqueName})/addPassword`.
    pub(crate) template: String,
    /// Whether what is there belongs to what stands before it, so that it can be made there.
    pub(crate) contained: bool,
}

/// The end of a path.
#[derive(Debug, Clone)]
pub(crate) enum Ending<'model> {
    /// A collection, an entity of one, or a singleton: as the type says.
    Resource,
    /// An entity by an alternate key: a PATCH may create it. The property.
    AlternateKey(String),
    /// A bound action or function.
    Call(&'model Callable),
    /// `/$ref`
    Reference,
    /// `/$count`
    Count,
}

/// Follows a path.
///
/// # Errors
/// The first segment that the metadata does not know, as a sentence.
pub(crate) fn resolve<'model>(model: &'model Model, path: &str) -> Result<Target<'model>, String> {
    let mut segments = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(decoded);
    match segments.next().as_deref() {
        Some("v1.0") => {}
        version => {
            return Err(format!(
                "the version is `{}`, but the definition's is v1.0",
                version.unwrap_or_default()
            ));
        }
    }
    let first = segments.next().ok_or("the path leads to nothing")?;
    let (name, key) = with_key(&first);
    let root = model
        .roots
        .get(name)
        .ok_or_else(|| format!("`{name}` is no entity set and no singleton"))?;
    let mut target = Target {
        kind: root.clone(),
        ending: Ending::Resource,
        template: format!("/{name}"),
        contained: true,
    };
    if let Some(key) = key {
        target.address(model, key)?;
    }
    for segment in segments {
        target.follow(model, &segment)?;
    }
    Ok(target)
}

impl<'model> Target<'model> {
    fn follow(&mut self, model: &'model Model, segment: &str) -> Result<(), String> {
        match self.ending {
            Ending::Resource => {}
            Ending::AlternateKey(_) => self.ending = Ending::Resource,
            Ending::Call(_) | Ending::Reference | Ending::Count => {
                return Err(format!("nothing can follow before `{segment}`"));
            }
        }
        let (name, key) = with_key(segment);
        let callable = model.callable(short(name.trim_end_matches("()")), &self.kind);
        match name {
            "$ref" => self.end(segment, Ending::Reference),
            "$count" if self.kind.collection => self.end(segment, Ending::Count),
            _ if callable.is_some() => {
                let callable = callable.ok_or("a callable that is none")?;
                self.end(&callable.name, Ending::Call(callable));
            }
            _ if name.starts_with("microsoft.graph.") => return self.cast(model, short(name)),
            _ if self.kind.collection => return self.address(model, segment),
            _ => return self.navigate(model, name, key),
        }
        Ok(())
    }

    fn end(&mut self, segment: &str, ending: Ending<'model>) {
        self.template.push('/');
        self.template.push_str(segment);
        self.ending = ending;
    }

    fn cast(&mut self, model: &Model, name: &str) -> Result<(), String> {
        if !model.is_a(name, &self.kind.name) {
            return Err(format!("`{name}` is no kind of `{}`", self.kind.name));
        }
        self.kind.name = name.to_owned();
        self.template.push_str("/microsoft.graph.");
        self.template.push_str(name);
        Ok(())
    }

    fn navigate(&mut self, model: &Model, name: &str, key: Option<&str>) -> Result<(), String> {
        let (kind, contained) = model.navigation(&self.kind.name, name).ok_or_else(|| {
            format!(
                "`{name}` is neither a navigation property nor an action of `{}`",
                self.kind.name
            )
        })?;
        self.kind = kind.clone();
        self.contained = *contained;
        self.template.push('/');
        self.template.push_str(name);
        key.map_or(Ok(()), |key| self.address(model, key))
    }

    /// One of a collection: by `id` as a segment or in parentheses, or as `property='value'`.
    fn address(&mut self, model: &Model, key: &str) -> Result<(), String> {
        if !self.kind.collection {
            return Err(format!("`{}` is one thing, it takes no key", self.template));
        }
        self.kind.collection = false;
        if let Some((property, value)) = key.split_once('=') {
            if !model.has_alternate_key(&self.kind.name, property) {
                return Err(format!(
                    "`{property}` is no alternate key of `{}`",
                    self.kind.name
                ));
            }
            if !(value.len() > 2 && value.starts_with('\'') && value.ends_with('\'')) {
                return Err(format!("the key {value} should stand in single quotes"));
            }
            self.template
                .push_str(&format!("({property}={{{property}}})"));
            self.ending = Ending::AlternateKey(property.to_owned());
            return Ok(());
        }
        let id = key.trim_matches('\'');
        let by_guid = model.is_a(&self.kind.name, "directoryObject") && self.kind.name != "user";
        if by_guid && !is_uuid(id) {
            return Err(format!(
                "`{id}` is no id of a `{}`: it should be a GUID",
                self.kind.name
            ));
        }
        self.template.push_str("/{id}");
        Ok(())
    }
}

/// `applications(appId='x')` is a name and a key.
fn with_key(segment: &str) -> (&str, Option<&str>) {
    match segment
        .split_once('(')
        .and_then(|(name, key)| Some((name, key.strip_suffix(')')?)))
    {
        Some((name, key)) if !name.is_empty() && !key.is_empty() => (name, Some(key)),
        _ => (segment, None),
    }
}
