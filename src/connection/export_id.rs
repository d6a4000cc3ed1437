//! An export's resource id, read. [`super::export::export_id`] writes it.

use super::Scope;
use super::export::is_export_name;

/// Whose costs the export with this resource id has, and its name there. Azure writes such ids in several cases, and without the first
/// slash.
pub fn parse_export_id(text: &str) -> Option<(Scope, String)> {
    const EXPORTS: &str = "/providers/microsoft.costmanagement/exports/";
    let at = text.to_ascii_lowercase().rfind(EXPORTS)?;
    let (scope, name) = (text.get(..at)?, text.get(at + EXPORTS.len()..)?);
    let scope = format!("/{}", scope.trim_start_matches('/')).parse().ok()?;
    is_export_name(name).then(|| (scope, name.to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::connection::export::export_id;

    #[test]
    fn an_exports_id_is_its_scope_and_its_name() {
        let id = "/providers/Microsoft.Billing/billingAccounts/1/providers/Microsoft.CostManagement/exports/azconnectactual";
        let (scope, name) = parse_export_id(id).unwrap();
        assert_eq!(export_id(&scope, &name), id);
        let written = id
            .trim_start_matches('/')
            .replace("CostManagement", "costmanagement");
        assert_eq!(parse_export_id(&written), Some((scope, name)));
        for bad in [
            "azconnectactual",
            "/providers/Microsoft.CostManagement/exports/a",
            &format!("{id}/run"),
        ] {
            assert_eq!(parse_export_id(bad), None, "{bad}");
        }
    }
}
