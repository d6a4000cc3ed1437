//! Matching a path to a row of a service's table of routes.
//!
//! A pattern is segments joined by `/`: plain text (compared without regard to case, as Azure does), `{name}` for any one
//! segment, and `{scope}` in front for any number of them.

use std::collections::BTreeMap;

/// One row of a table of routes.
pub(super) struct Route<Handler> {
    pub(super) method: &'static str,
    pub(super) pattern: &'static str,
    pub(super) run: Handler,
}

/// The segments that a pattern's names stand for. `scope` is joined by `/`, with one in front.
#[derive(Debug, Default)]
pub(super) struct Parameters(BTreeMap<&'static str, String>);

impl Parameters {
    /// The value of a name; empty where the pattern has none such.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// What a table has for a request.
pub(super) enum Found<'routes, Handler> {
    Route(&'routes Route<Handler>, Parameters),
    /// The path is known, for these methods.
    OtherMethods(Vec<&'static str>),
    Nothing,
}

/// Looks a request up; the first row that matches is taken.
pub(super) fn find<'routes, Handler>(
    table: &'routes [Route<Handler>],
    method: &str,
    segments: &[String],
) -> Found<'routes, Handler> {
    let mut others = Vec::new();
    for route in table {
        let Some(parameters) = matched(route.pattern, segments) else {
            continue;
        };
        if route.method == method {
            return Found::Route(route, parameters);
        }
        others.push(route.method);
    }
    if others.is_empty() {
        Found::Nothing
    } else {
        Found::OtherMethods(others)
    }
}

fn matched(pattern: &'static str, segments: &[String]) -> Option<Parameters> {
    let mut parameters = Parameters::default();
    let (tail, segments) = match pattern.strip_prefix("{scope}/") {
        Some(tail) => {
            let scope_length = segments.len().checked_sub(tail.split('/').count())?;
            let (scope, rest) = segments.split_at(scope_length);
            let scope: String = scope.iter().map(|segment| format!("/{segment}")).collect();
            parameters.0.insert("scope", scope);
            (tail, rest)
        }
        None => (pattern, segments),
    };
    if tail.split('/').count() != segments.len() {
        return None;
    }
    for (expected, segment) in tail.split('/').zip(segments) {
        match expected
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(name) => _ = parameters.0.insert(name, segment.clone()),
            None if expected.eq_ignore_ascii_case(segment) => {}
            None => return None,
        }
    }
    Some(parameters)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    const TABLE: [Route<u8>; 3] = [
        Route {
            method: "GET",
            pattern: "subscriptions/{id}",
            run: 1,
        },
        Route {
            method: "PUT",
            pattern: "{scope}/providers/X/assignments/{name}",
            run: 2,
        },
        Route {
            method: "GET",
            pattern: "{scope}/providers/X/assignments/{name}",
            run: 3,
        },
    ];

    fn segments(path: &str) -> Vec<String> {
        path.split('/')
            .filter(|segment| !segment.is_empty())
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn scopes_of_any_depth_match() {
        for scope in [
            "",
            "/subscriptions/s",
            "/providers/Microsoft.Management/managementGroups/g",
        ] {
            let path = segments(&format!("{scope}/providers/x/Assignments/n"));
            let Found::Route(route, parameters) = find(&TABLE, "GET", &path) else {
                panic!("{scope} is not found")
            };
            assert_eq!(
                (route.run, parameters.get("scope"), parameters.get("name")),
                (3, scope, "n")
            );
        }
    }

    #[test]
    fn a_known_path_with_another_method_is_told_from_an_unknown_path() {
        assert!(
            matches!(find(&TABLE, "PATCH", &segments("/subscriptions/s")), Found::OtherMethods(methods) if methods == ["GET"])
        );
        assert!(matches!(
            find(&TABLE, "GET", &segments("/nothing")),
            Found::Nothing
        ));
    }
}
