//! Regions of Azure's public cloud that resource groups and storage accounts can be in.

/// Names, and what people call them.
const REGIONS: [(&str, &str); 36] = [
    ("australiaeast", "Australia East"),
    ("australiasoutheast", "Australia Southeast"),
    ("brazilsouth", "Brazil South"),
    ("canadacentral", "Canada Central"),
    ("canadaeast", "Canada East"),
    ("centralindia", "Central India"),
    ("centralus", "Central US"),
    ("eastasia", "East Asia"),
    ("eastus", "East US"),
    ("eastus2", "East US 2"),
    ("francecentral", "France Central"),
    ("germanywestcentral", "Germany West Central"),
    ("israelcentral", "Israel Central"),
    ("italynorth", "Italy North"),
    ("japaneast", "Japan East"),
    ("japanwest", "Japan West"),
    ("koreacentral", "Korea Central"),
    ("northcentralus", "North Central US"),
    ("northeurope", "North Europe"),
    ("norwayeast", "Norway East"),
    ("polandcentral", "Poland Central"),
    ("qatarcentral", "Qatar Central"),
    ("southafricanorth", "South Africa North"),
    ("southcentralus", "South Central US"),
    ("southeastasia", "Southeast Asia"),
    ("southindia", "South India"),
    ("spaincentral", "Spain Central"),
    ("swedencentral", "Sweden Central"),
    ("switzerlandnorth", "Switzerland North"),
    ("uaenorth", "UAE North"),
    ("uksouth", "UK South"),
    ("ukwest", "UK West"),
    ("westcentralus", "West Central US"),
    ("westeurope", "West Europe"),
    ("westus", "West US"),
    ("westus2", "West US 2"),
];

/// The name of a region, from its name or what people call it; spaces and case do not count.
pub(super) fn region(text: &str) -> Option<&'static str> {
    let bare: String = text
        .chars()
        .filter(|character| *character != ' ')
        .collect::<String>()
        .to_ascii_lowercase();
    REGIONS
        .iter()
        .map(|(name, _)| *name)
        .find(|name| *name == bare)
}

/// All names, as refusals list them.
pub(super) fn names() -> String {
    let names: Vec<&str> = REGIONS.iter().map(|(name, _)| *name).collect();
    names.join(",")
}

/// What people call the regions, as resource types list them.
pub(super) fn display_names() -> Vec<&'static str> {
    REGIONS.iter().map(|(_, display)| *display).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_name_the_same_region() {
        assert_eq!(region("West Europe"), Some("westeurope"));
        assert_eq!(region("westEurope"), Some("westeurope"));
        assert_eq!(region("atlantis"), None);
    }
}
