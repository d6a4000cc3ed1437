//! Microsoft's own types of Bicep, which its compiler and the provider `azapi` check files against, where they lie in the folder of the
//! definitions: `bicep-types-az` and `msgraph-bicep-types`. Where one is absent, the test says that it was left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use azconnect::plan::script::Language;
use serde_json::{Map, Value, json};

use super::{bicep_reader, hcl_reader, samples, text};
use crate::contract::{definitions, say};

/// A property that must be there, and one that only Azure says.
const REQUIRED: u64 = 1;
const READ_ONLY: u64 = 2;

/// The types of resources, by their names in small letters.
struct Types {
    resources: BTreeMap<String, (Rc<Vec<Value>>, usize)>,
    /// Those that were asked for and are not there.
    absent: BTreeSet<String>,
}

impl Types {
    fn open(root: &Path) -> Types {
        let mut resources = BTreeMap::new();
        for file in ["bicep-types-az", "msgraph-bicep-types"]
            .iter()
            .flat_map(|folder| type_files(&root.join(folder)))
        {
            let read = std::fs::read_to_string(&file).unwrap();
            let all: Rc<Vec<Value>> = Rc::new(serde_json::from_str(&read).unwrap());
            for one in all.iter().filter(|one| one["$type"] == "ResourceType") {
                let name = one["name"].as_str().unwrap().to_lowercase();
                resources.insert(name, (Rc::clone(&all), index(&one["body"])));
            }
        }
        Types {
            resources,
            absent: BTreeSet::new(),
        }
    }

    /// Holds a resource against its type, `Microsoft.Storage/storageAccounts@2021-08-01`.
    fn check(&mut self, kind: &str, resource: &Value) {
        match self.resources.get(&kind.to_lowercase()) {
            Some((all, body)) => check(all, *body, resource, kind),
            None => {
                self.absent.insert(kind.to_owned());
            }
        }
    }
}

fn type_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                type_files(&path)
            } else if path.ends_with("types.json") {
                vec![path]
            } else {
                Vec::new()
            }
        })
        .collect()
}

/// The place of a type in its file: `{"$ref": "#/17"}`.
fn index(reference: &Value) -> usize {
    let path = reference["$ref"].as_str().unwrap();
    path.trim_start_matches("#/").parse().unwrap()
}

fn check(all: &[Value], at: usize, value: &Value, path: &str) {
    // What code says, only Azure can tell.
    if value.get("code").is_some_and(Value::is_string) {
        return;
    }
    let own = &all[at];
    match own["$type"].as_str().unwrap() {
        "ObjectType" => object(all, own, value, path),
        "DiscriminatedObjectType" => {
            let key = own["discriminator"].as_str().unwrap();
            let kind = value[key]
                .as_str()
                .unwrap_or_else(|| panic!("{path} lacks {key}"));
            check(all, index(&own["elements"][kind]), value, path);
        }
        "ArrayType" => {
            let items = value
                .as_array()
                .unwrap_or_else(|| panic!("{path} is a list"));
            for item in items {
                check(all, index(&own["itemType"]), item, path);
            }
        }
        "UnionType" => {
            let known = own["elements"].as_array().unwrap().iter().map(index);
            let fits =
                known
                    .into_iter()
                    .any(|element| match all[element]["$type"].as_str().unwrap() {
                        "StringLiteralType" => all[element]["value"] == *value,
                        "StringType" => value.is_string(),
                        other => panic!("{path}: a union of {other}"),
                    });
            assert!(fits, "{path} can't be {value}");
        }
        "StringLiteralType" => assert_eq!(own["value"], *value, "{path}"),
        "StringType" => assert!(value.is_string(), "{path} is a text, not {value}"),
        "BooleanType" => assert!(value.is_boolean(), "{path} is true or false, not {value}"),
        "IntegerType" => assert!(value.is_i64(), "{path} is a number, not {value}"),
        "AnyType" => {}
        other => panic!("{path}: a type of the kind {other}"),
    }
}

fn object(all: &[Value], own: &Value, value: &Value, path: &str) {
    let none = Map::new();
    let properties = own["properties"].as_object().unwrap_or(&none);
    let members = value
        .as_object()
        .unwrap_or_else(|| panic!("{path} is an object, not {value}"));
    for (name, member) in members {
        match properties.get(name) {
            Some(property) => {
                let flags = property["flags"].as_u64().unwrap();
                assert_eq!(flags & READ_ONLY, 0, "{path}.{name} is only read");
                check(
                    all,
                    index(&property["type"]),
                    member,
                    &format!("{path}.{name}"),
                );
            }
            None if own["additionalProperties"].is_object() => {
                check(
                    all,
                    index(&own["additionalProperties"]),
                    member,
                    &format!("{path}.{name}"),
                );
            }
            None => panic!("{path} has no {name}"),
        }
    }
    for (name, property) in properties {
        let flags = property["flags"].as_u64().unwrap();
        let is_due = flags & REQUIRED != 0 && flags & READ_ONLY == 0;
        assert!(!is_due || members.contains_key(name), "{path} lacks {name}");
    }
}

/// The resources that `azapi` makes, as they go to Azure.
fn of_terraform(main: &str) -> Vec<(String, Value)> {
    let blocks = hcl_reader::read(main).into_iter();
    blocks
        .filter(|block| block.type_name() == "azapi_resource")
        .map(|block| {
            let mut resource = block.values["body"].clone();
            for key in ["name", "location", "tags", "identity"] {
                if let Some(own) = block.values.get(key) {
                    resource[key] = own.clone();
                }
            }
            (block.values["type"].as_str().unwrap().to_owned(), resource)
        })
        .collect()
}

/// The resources of a Bicep file; an export's module is given what is the export's.
fn of_bicep(file: &str) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for read in bicep_reader::read(file) {
        let mut resource = read.value.clone();
        match (read.kind, read.target.as_str()) {
            // One that is only looked up has no more than its name.
            ("resource", _) if resource.as_object().is_some_and(|own| own.len() > 1) => {
                for ours in ["scope", "dependsOn", "parent"] {
                    resource.as_object_mut().unwrap().remove(ours);
                }
                all.push((read.target, resource));
            }
            ("module", "export-subscription.bicep" | "export-group.bicep") => {
                let mut export = resource["params"].clone();
                export["identity"] = json!({"type": "SystemAssigned"});
                all.push((
                    "Microsoft.CostManagement/exports@2025-03-01".to_owned(),
                    export,
                ));
            }
            _ => {}
        }
    }
    all
}

#[test]
fn everything_is_of_its_type() {
    let mut types = Types::open(&definitions::folder());
    let mut held = 0;
    for (_, spec) in samples::all() {
        let terraform = samples::written(&spec, Language::Terraform);
        let mut resources = of_terraform(text(&terraform, "main.tf"));
        for file in samples::written(&spec, Language::Bicep).files {
            if file.name.ends_with(".bicep") {
                resources.extend(of_bicep(&file.text));
            }
        }
        for (kind, resource) in resources {
            types.check(&kind, &resource);
            held += 1;
        }
    }
    assert!(held > 40, "{held}");
    for kind in types.absent {
        say(&format!(
            "script_languages::types: SKIPPED {kind}, whose type isn't among the definitions"
        ));
    }
}

#[test]
fn what_is_not_of_its_type_is_found() {
    let all = [
        json!({"$type": "StringType"}),
        json!({"$type": "ObjectType", "properties": {
            "name": {"type": {"$ref": "#/0"}, "flags": 1}, "id": {"type": {"$ref": "#/0"}, "flags": 2},
        }}),
    ];
    let found = |value: Value| std::panic::catch_unwind(|| check(&all, 1, &value, "it")).is_err();
    assert!(!found(json!({"name": "a"})) && !found(json!({"name": {"code": "x"}})));
    for wrong in [
        json!({}),
        json!({"name": 1}),
        json!({"name": "a", "id": "b"}),
        json!({"name": "a", "nmae": "b"}),
    ] {
        assert!(found(wrong.clone()), "{wrong}");
    }
}
