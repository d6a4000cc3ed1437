//! Path templates of ARM definitions: `/{scope}/providers/Microsoft.CostManagement/exports/{exportName}`.
//!
//! Plain segments are compared without regard to case, as Azure Resource Manager does.

/// A path template, taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone)]
enum Segment {
    Plain(String),
    /// Stands for one segment.
    One(String),
    /// Stands for any number of segments, none included.
    Any(String),
}

/// What the names of a template stand for in one path.
pub(crate) type Captures = Vec<(String, String)>;

impl Template {
    /// Takes a template apart. None for one that is a single name, such as `/{roleAssignmentId}`: it would match every path,
    /// and says nothing that the template with the whole path does not say.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let template = Self::of_names(path);
        let says_something = template.precision() > 0;
        says_something.then_some(template)
    }

    /// Takes a template apart that may consist of names alone, as paths of the blob service do.
    pub(crate) fn of_names(path: &str) -> Self {
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        Self {
            segments: split(path).map(segment).collect(),
        }
    }

    /// What the names stand for, if `path` has this form. Values are percent-decoded.
    pub(crate) fn captures(&self, path: &str) -> Option<Captures> {
        let segments: Vec<String> = split(path).map(decoded).collect();
        let mut captures = Captures::new();
        matches(&self.segments, &segments, &mut captures).then_some(captures)
    }

    /// How many segments are plain text: of two templates that match, the one with more says more.
    pub(crate) fn precision(&self) -> usize {
        self.segments
            .iter()
            .filter(|segment| matches!(segment, Segment::Plain(_)))
            .count()
    }
}

/// Names that stand for several segments, in Azure's definitions. (`x-ms-skip-url-encoding` does not tell: plain names, such
/// as `roleAssignmentName`, have it as well.) A blob's name is not in them.
const SEVERAL: [&str; 4] = ["scope", "parentResourcePath", "resourceId", "blobName"];

fn segment(text: &str) -> Segment {
    match text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
    {
        Some(name) if SEVERAL.contains(&name) => Segment::Any(name.to_owned()),
        Some(name) => Segment::One(name.to_owned()),
        None => Segment::Plain(text.to_owned()),
    }
}

fn matches(template: &[Segment], path: &[String], captures: &mut Captures) -> bool {
    match template.split_first() {
        None => path.is_empty(),
        Some((Segment::Plain(text), rest)) => path.split_first().is_some_and(|(first, path)| {
            first.eq_ignore_ascii_case(text) && matches(rest, path, captures)
        }),
        Some((Segment::One(name), rest)) => path.split_first().is_some_and(|(first, path)| {
            captures.push((name.clone(), first.clone()));
            matches(rest, path, captures)
        }),
        Some((Segment::Any(name), rest)) => (0..=path.len()).any(|length| {
            let (taken, path) = path.split_at(length);
            let before = captures.len();
            captures.push((name.clone(), taken.join("/")));
            let fits = (name != "scope" || is_scope(taken)) && matches(rest, path, captures);
            if !fits {
                captures.truncate(before);
            }
            fits
        }),
    }
}

/// Whether segments are a scope: `subscriptions/…`, `subscriptions/…/resourceGroups/…`, and below either, or below the tenant
/// itself, `providers/Namespace` with any number of type and name, again and again for extension resources.
fn is_scope(segments: &[String]) -> bool {
    let rest = after_pair(segments, "subscriptions").map_or(segments, |rest| {
        after_pair(rest, "resourceGroups").unwrap_or(rest)
    });
    let mut rest = rest;
    while !rest.is_empty() {
        let Some(below) = after_pair(rest, "providers") else {
            return false;
        };
        rest = below;
        while rest.len() >= 2 && !rest[0].eq_ignore_ascii_case("providers") {
            rest = &rest[2..];
        }
        if rest.len() == 1 {
            return false;
        }
    }
    true
}

fn after_pair<'segments>(segments: &'segments [String], name: &str) -> Option<&'segments [String]> {
    (segments.len() >= 2 && segments[0].eq_ignore_ascii_case(name)).then(|| &segments[2..])
}

fn split(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// A segment without percent-encoding.
pub(crate) fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = (first == b'%').then(|| tail.get(..2)).flatten();
        let byte = code
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
