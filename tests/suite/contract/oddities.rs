//! Values that Azure takes or gives although its own definition does not list them. Each row has its source.

/// A value beyond a list.
#[derive(Debug)]
pub(crate) struct Oddity {
    /// The name that the definition gives the list (`x-ms-enum`).
    pub(crate) list: &'static str,
    /// The value.
    pub(crate) value: &'static str,
    /// Who says so.
    pub(crate) source: &'static str,
}

/// All of them. Lists that are open by their definition (`modelAsString`) are treated as closed otherwise: the program and
/// the sandbox should keep to the values that Microsoft wrote down.
pub(crate) const ODDITIES: [Oddity; 1] = [Oddity {
    list: "GranularityType",
    value: "None",
    source: "https://learn.microsoft.com/rest/api/cost-management/query/usage (examples without a granularity; clients send None for one total row)",
}];

/// Whether a value is in the table.
pub(crate) fn is_known_oddity(list: Option<&str>, value: &str) -> bool {
    ODDITIES.iter().any(|oddity| {
        Some(oddity.list) == list && oddity.value == value && !oddity.source.is_empty()
    })
}
