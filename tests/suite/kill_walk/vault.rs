//! The same where a key vault keeps the secret, and has a deleted one of the same name: recovered, written, and never left to a stranger.

use std::collections::BTreeMap;

use azconnect::sandbox::{Options, Replication, SecretVersion, State, VaultSecret, ids};
use jiff::Timestamp;
use rustix::process::Signal;

use super::{Undisturbed, must_exit, stop_at, walk, words};
use crate::lab::Lab;

/// Contoso, whose vault remembers an earlier connection of this name.
fn lab() -> Lab {
    let mut seed = State::contoso();
    let tenant = ids::TENANT.to_string();
    let tags = [
        ("managed-by", "azconnect"),
        ("connection", "spot"),
        ("tenant-id", tenant.as_str()),
        ("client-id", "gone"),
    ];
    let version = SecretVersion {
        id: "0".repeat(32),
        value: "of an app that is gone".to_owned(),
        content_type: None,
        tags: BTreeMap::from(tags.map(|(tag, value)| (tag.to_owned(), value.to_owned()))),
        created: Timestamp::UNIX_EPOCH,
        expires: None,
    };
    let secret = VaultSecret {
        name: "azconnect-spot".to_owned(),
        versions: vec![version],
        deleted_at: Some(Timestamp::UNIX_EPOCH),
    };
    let vault = seed.key_vaults.get_mut(ids::KEY_VAULT).unwrap();
    vault.secrets.insert(secret.name.clone(), secret);
    Lab::with(Options {
        replication: Replication::none(),
        seed,
        ..Options::default()
    })
}

fn arguments() -> Vec<String> {
    let all = "init spot-cost-intelligence --connection spot --yes --output json --store key-vault:contoso-vault";
    all.split(' ').map(str::to_owned).collect()
}

/// Fails unless there is one app with one secret, and the vault's current value is that secret.
fn stands(lab: &Lab) -> Result<(), String> {
    lab.state(|state| {
        let apps = state.applications.values();
        let ours: Vec<_> = apps
            .filter(|app| app.unique_name.is_some() && app.deleted_at.is_none())
            .collect();
        let issued: Vec<&str> = ours
            .iter()
            .flat_map(|app| &app.password_credentials)
            .map(|password| password.secret_text.as_str())
            .collect();
        let secret = &state.key_vaults[ids::KEY_VAULT].secrets["azconnect-spot"];
        let kept = secret.versions.last().map(|version| version.value.as_str());
        match (ours.len(), issued.as_slice(), secret.deleted_at) {
            (1, [only], None) if Some(*only) == kept => Ok(()),
            (apps, secrets, deleted) => Err(format!(
                "{apps} apps with {} secrets; in the vault deleted {deleted:?}",
                secrets.len()
            )),
        }
    })
}

#[test]
fn killed_anywhere_near_the_vault_and_run_again_it_keeps_the_one_secret() {
    let first = lab();
    let undisturbed = Undisturbed::of_run(&first, &arguments());
    stands(&first).unwrap();
    let near = |nth: u32| {
        let request = &undisturbed.requests[nth as usize - 1];
        request.contains(ids::KEY_VAULT) || request.ends_with("Password")
    };
    let points: Vec<_> = undisturbed
        .points()
        .into_iter()
        .filter(|point| near(point.nth))
        .collect();
    let recovers = |request: &String| request.ends_with("/recover");
    assert!(undisturbed.requests.iter().any(recovers));
    walk("init into a vault, kill -9, init", &points, |point| {
        let lab = lab();
        let killed = stop_at(&lab, &words(&arguments()), point, Signal::KILL)?;
        must_exit(lab.run(&words(&arguments())), 0)?;
        stands(&lab)?;
        Ok(killed.is_some())
    });
}
