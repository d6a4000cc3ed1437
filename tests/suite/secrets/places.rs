//! The places that a secret may be put into: only there, only for its owner, and only when somebody asked.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use azconnect::sandbox::{Action, Rule, Service, State};

use super::Canaries;
use super::traces::files;
use crate::lab::{Lab, Ran};

fn init(lab: &Lab, store: &str, more: &[&str]) -> Ran {
    let arguments = [
        &[
            "init",
            "spot-cost-intelligence",
            "--connection",
            "spot",
            "--yes",
            "--store",
            store,
        ][..],
        more,
    ]
    .concat();
    lab.run(&arguments)
}

/// The secret that the simulated Azure issued to our app.
fn issued(lab: &Lab) -> String {
    let ours = |state: &mut State| -> Vec<String> {
        state
            .applications
            .values()
            .filter(|application| application.unique_name.is_some())
            .flat_map(|application| &application.password_credentials)
            .map(|password| password.secret_text.clone())
            .collect()
    };
    let all = lab.state(ours);
    assert_eq!(all.len(), 1);
    all[0].clone()
}

fn mode(file: &Path) -> u32 {
    std::fs::metadata(file).unwrap().permissions().mode() & 0o7777
}

/// No file below the home holds a secret, but for these.
fn assert_only_in(lab: &Lab, places: &[&Path]) {
    let canaries = Canaries::of(lab, &[]);
    for file in files(lab.home()) {
        if !places.contains(&file.as_path()) {
            let text = std::fs::read(&file).unwrap();
            canaries.assert_absent(&file.display().to_string(), &text);
        }
    }
}

#[test]
fn a_key_vault_keeps_it_off_this_machine() {
    let lab = Lab::new();
    let log = lab.home().join("run.log");
    let log_file = log.display().to_string();
    let store = "key-vault:contoso-vault";
    for run in [
        init(&lab, store, &["-vv", "--log-file", &log_file]).exits(0),
        lab.run(&["check", "spot", "-vv"]).exits(0),
        lab.run(&["handover", "spot"]).exits(0),
    ] {
        let both = format!("{}{}", run.stdout, run.stderr);
        Canaries::of(&lab, &[]).assert_absent("a run", both.as_bytes());
    }
    assert!(std::fs::metadata(&log).unwrap().len() > 0);
    assert_only_in(&lab, &[]);
}

#[test]
fn none_shows_it_once() {
    for form in ["text", "json"] {
        let lab = Lab::new();
        let first = init(&lab, "none", &["--output", form]).exits(0);
        let secret = issued(&lab);
        assert_eq!(first.stdout.matches(&secret).count(), 1, "{}", first.stdout);
        Canaries::of(&lab, &[]).assert_absent("stderr", first.stderr.as_bytes());
        assert_only_in(&lab, &[]);
        let second = init(&lab, "none", &["--output", form]).exits(0);
        for run in [
            second,
            lab.run(&["handover", "spot"]).exits(0),
            lab.run(&["handover", "spot", "--reveal"]).exits(2),
            lab.run(&["check", "spot"]).exits(3),
        ] {
            let both = format!("{}{}", run.stdout, run.stderr);
            Canaries::of(&lab, &[]).assert_absent("a later run", both.as_bytes());
        }
    }
}

#[test]
fn none_shows_it_even_if_the_run_is_cut_off_before() {
    let lab = Lab::new();
    lab.sandbox().faults().add(Rule {
        service: Some(Service::Arm),
        method: Some("POST".to_owned()),
        path_contains: Some("Microsoft.CostManagement/query".to_owned()),
        nth: 1,
        times: 1,
        action: Action::HoldBefore(Duration::from_secs(120)),
    });
    let mut child = lab.start(&[
        "init",
        "spot-cost-intelligence",
        "--connection",
        "spot",
        "--yes",
        "--store",
        "none",
    ]);
    while !lab.log().iter().any(|entry| entry.path.contains("/query")) {
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    lab.sandbox().faults().clear();
    let unseen = issued(&lab);
    let shown = init(&lab, "none", &[]).exits(0);
    let secret = issued(&lab);
    assert_ne!(secret, unseen, "the one that nobody saw is gone");
    assert_eq!(shown.stdout.matches(&secret).count(), 1, "{}", shown.stdout);
    let again = init(&lab, "none", &[]).exits(0);
    assert_eq!(issued(&lab), secret, "and then it stays");
    assert!(!again.stdout.contains(&secret));
}

#[test]
fn a_file_is_its_owners_alone() {
    let lab = Lab::new();
    let file = lab.secret_file();
    init(&lab, &format!("file:{}", file.display()), &[]).exits(0);
    assert_eq!(mode(&file), 0o600);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(&format!("AZURE_CLIENT_SECRET={}", issued(&lab))));
    assert_only_in(&lab, &[&file]);
}

#[test]
fn a_folder_that_everybody_may_write_to_is_refused_before_anything_is_made() {
    let lab = Lab::new();
    let folder = lab.home().join("open");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).unwrap();
    let before = lab.state(|state| serde_json::to_value(&*state).unwrap());
    let store = format!("file:{}", folder.join("spot.env").display());
    let refused = init(&lab, &store, &["--output", "json"]).exits(8).json();
    assert_eq!(refused["exit"], "storage");
    assert!(
        refused["error"]["hints"].to_string().contains("chmod o-w"),
        "{refused}"
    );
    let after = lab.state(|state| serde_json::to_value(&*state).unwrap());
    assert_eq!(before, after);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_file_that_others_may_read_or_that_is_a_link_is_refused() {
    let lab = Lab::new();
    let loose = lab.home().join("loose.env");
    std::fs::write(&loose, "").unwrap();
    std::fs::set_permissions(&loose, PermissionsExt::from_mode(0o644)).unwrap();
    let (link, target) = (lab.home().join("link.env"), lab.home().join("target"));
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let apps = || lab.state(|state| state.applications.len());
    let before = apps();
    for file in [&loose, &link] {
        init(&lab, &format!("file:{}", file.display()), &[]).exits(8);
    }
    assert!(!target.exists());
    assert_eq!(apps(), before);
}

#[test]
fn handover_reveals_on_request_and_writes_for_the_owner_alone() {
    let lab = Lab::new();
    let kept = lab.secret_file();
    init(&lab, &format!("file:{}", kept.display()), &[]).exits(0);
    let secret = issued(&lab);
    let canaries = Canaries::of(&lab, &[]);
    for form in ["text", "json"] {
        let hidden = lab.run(&["handover", "spot", "--output", form]).exits(0);
        canaries.assert_absent(
            "handover",
            format!("{}{}", hidden.stdout, hidden.stderr).as_bytes(),
        );
        let shown = lab
            .run(&["handover", "spot", "--reveal", "--output", form])
            .exits(0);
        assert_eq!(shown.stdout.matches(&secret).count(), 1, "{}", shown.stdout);
        canaries.assert_absent("stderr", shown.stderr.as_bytes());
        let file = lab.home().join(format!("form-{form}"));
        let to = file.display().to_string();
        let written = lab
            .run(&["handover", "spot", "--to", &to, "--output", form])
            .exits(0);
        canaries.assert_absent(
            "handover --to",
            format!("{}{}", written.stdout, written.stderr).as_bytes(),
        );
        assert_eq!(mode(&file), 0o600);
        assert!(std::fs::read_to_string(&file).unwrap().contains(&secret));
        assert_only_in(&lab, &[&kept, &file]);
        // It does not replace what is there.
        lab.run(&["handover", "spot", "--to", &to]).exits(8);
        std::fs::remove_file(&file).unwrap();
    }
}

#[test]
fn handover_writes_into_no_folder_that_everybody_may_write_to() {
    let lab = Lab::new();
    init(&lab, &format!("file:{}", lab.secret_file().display()), &[]).exits(0);
    let folder = lab.home().join("open");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).unwrap();
    let to = folder.join("form").display().to_string();
    lab.run(&["handover", "spot", "--to", &to]).exits(8);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn init_writes_the_form_for_the_owner_alone() {
    let lab = Lab::new();
    let file = lab.home().join("form");
    let to = file.display().to_string();
    let ran = init(&lab, "none", &["--handover-to", &to, "--output", "json"]).exits(0);
    Canaries::of(&lab, &[]).assert_absent(
        "the run",
        format!("{}{}", ran.stdout, ran.stderr).as_bytes(),
    );
    assert_eq!(mode(&file), 0o600);
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .contains(&issued(&lab))
    );
    assert_only_in(&lab, &[&file]);
}

#[test]
fn a_form_that_cannot_be_written_is_refused_before_anything_is_made() {
    let lab = Lab::new();
    let there = lab.home().join("there");
    std::fs::write(&there, "something of mine").unwrap();
    let apps = || lab.state(|state| state.applications.len());
    let before = apps();
    for file in [there.clone(), lab.home().join("no/such/folder/form")] {
        let to = file.display().to_string();
        init(&lab, "none", &["--handover-to", &to]).exits(8);
    }
    assert_eq!(
        std::fs::read_to_string(&there).unwrap(),
        "something of mine"
    );
    assert_eq!(apps(), before);
}
