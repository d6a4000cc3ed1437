//! The program itself: where the files go.

use std::os::unix::fs::PermissionsExt;

use azconnect::sandbox::ids;

use super::{bicep_reader, hcl_reader};
use crate::lab::{Lab, Ran};

fn run(lab: &Lab, language: &str, more: &[&str]) -> Ran {
    let subscription = ids::SUBSCRIPTION.to_string();
    let fixed = [
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--subscription",
        &subscription,
        "--mode",
        "script",
        "--script",
        language,
    ];
    lab.run(&[&fixed, more].concat())
}

#[test]
fn a_document_carries_every_file() {
    let lab = Lab::new();
    for (language, names) in [
        ("terraform", &["main.tf", "azconnect-spot.sh"][..]),
        (
            "bicep",
            &[
                "main.bicep",
                "role-subscription.bicep",
                "bicepconfig.json",
                "deploy.sh",
                "azconnect-spot.sh",
            ][..],
        ),
    ] {
        let document = run(&lab, language, &["--output", "json"]).exits(0).json();
        assert_eq!(document["script_language"], language);
        let files = document["files"].as_array().unwrap();
        let found: Vec<&str> = files
            .iter()
            .map(|file| file["name"].as_str().unwrap())
            .collect();
        assert_eq!(found, names);
        let main = files[0]["text"].as_str().unwrap();
        assert_eq!(document["script"], main);
        if language == "bicep" {
            assert!(!bicep_reader::read(main).is_empty());
        } else {
            assert!(!hcl_reader::read(main).is_empty());
        }
        // All of it on stdout, each file below its name.
        let printed = run(&lab, language, &[]).exits(0).stdout;
        for file in files {
            let text = file["text"].as_str().unwrap();
            assert!(printed.contains(text), "{printed}");
            assert!(printed.contains(&format!(" file: {}\n", file["name"].as_str().unwrap())));
        }
        assert!(!printed.contains(ids::OPERATOR_SECRET));
    }
}

#[test]
fn a_folder_gets_the_files_and_keeps_what_is_there() {
    let lab = Lab::new();
    let folder = lab.home().join("scripts/spot");
    let to = folder.display().to_string();
    let ran = run(&lab, "bicep", &["--script-to", &to]).exits(0);
    assert_eq!(ran.stdout, "", "the files are in the folder");
    let mode = |name: &str| {
        std::fs::metadata(folder.join(name))
            .unwrap()
            .permissions()
            .mode()
    };
    assert_eq!(mode("deploy.sh") & 0o500, 0o500);
    assert_eq!(mode("main.bicep") & 0o111, 0);
    // The same files again are no one else's.
    run(&lab, "bicep", &["--script-to", &to]).exits(0);

    std::fs::write(folder.join("deploy.sh"), "mine").unwrap();
    std::fs::remove_file(folder.join("main.bicep")).unwrap();
    let ran = run(&lab, "bicep", &["--script-to", &to, "--output", "json"]).exits(2);
    assert_eq!(ran.json()["error"]["code"], "script_to");
    assert_eq!(
        std::fs::read_to_string(folder.join("deploy.sh")).unwrap(),
        "mine"
    );
    assert!(!folder.join("main.bicep").exists(), "nothing was written");
}

#[test]
fn a_folder_without_a_script_is_refused() {
    let lab = Lab::new();
    let ran = lab.run_init(&["--script-to", "x"]).exits(2).json();
    assert_eq!(ran["error"]["code"], "script_without_mode");
    assert!(lab.log().is_empty(), "nothing was asked of Azure");
}
