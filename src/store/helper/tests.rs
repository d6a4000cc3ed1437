//! Helpers of a few lines, good and bad.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use std::os::unix::fs::PermissionsExt;

/// Keeps each connection in a file of its own, as a helper of ten lines would.
const FILES: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 1
question=$(cat)
field() { printf %s "$question" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
file="$(field service)-$(field connection)"
case "$1" in
  store) field secret >"$file" ;;
  get) [ ! -e "$file" ] || printf '{"secret":"%s"}' "$(cat "$file")" ;;
  erase) if rm "$file" 2>/dev/null; then echo '{"erased":true}'; else echo '{"erased":false}'; fi ;;
esac
"#;

fn helper(script: &str) -> (tempfile::TempDir, Helper) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("helper");
    std::fs::write(&file, script).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o700)).unwrap();
    let helper = Helper::new(file.display().to_string(), "azconnect", false);
    (folder, helper)
}

fn entry(connection: &str) -> Entry {
    Entry {
        connection: connection.to_owned(),
        tenant_id: "t".to_owned(),
        client_id: "c".to_owned(),
        secret: Secret::new("canary~1"),
        expires_at: None,
    }
}

#[tokio::test]
async fn a_secret_comes_back_until_it_is_erased_and_the_probe_leaves_nothing() {
    let (folder, helper) = helper(FILES);
    helper.probe().await.unwrap();
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "the helper itself"
    );
    helper.set(&entry("spot")).await.unwrap();
    assert_eq!(
        helper.get("spot").await.unwrap(),
        Some(Secret::new("canary~1"))
    );
    assert!(folder.path().join("azconnect-spot").exists());
    assert!(helper.delete("spot").await.unwrap());
    assert!(!helper.delete("spot").await.unwrap());
    assert_eq!(helper.get("spot").await.unwrap(), None);
}

#[tokio::test]
async fn a_helper_that_keeps_nothing_or_forgets_to_erase_is_found_out() {
    for script in [
        "#!/bin/sh\ncat >/dev/null\n",
        "#!/bin/sh\ncat >/dev/null; [ \"$1\" != get ] || echo '{\"secret\":\"other\"}'\n",
    ] {
        let (_folder, helper) = helper(script);
        let error = helper.probe().await.unwrap_err();
        assert!(matches!(error, StoreError::Forgetful { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn what_a_failed_helper_says_is_shown_without_the_secret() {
    let (_folder, helper) = helper("#!/bin/sh\necho \"vault is sealed: $(cat)\" >&2; exit 3\n");
    let error = helper.set(&entry("spot")).await.unwrap_err();
    let shown = crate::error::Error::from(error);
    assert_eq!(shown.code(), "store_helper_failed");
    let why = shown.reason().unwrap();
    assert!(
        why.starts_with("Vault is sealed") && !why.contains("canary~1"),
        "{why}"
    );
    assert!(!format!("{shown:?}").contains("canary~1"));
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_not_repeated() {
    let (_folder, helper) = helper("#!/bin/sh\ncat >/dev/null; echo canary~1\n");
    let error = helper.get("spot").await.unwrap_err();
    assert!(
        matches!(error, StoreError::HelperAnswer { verb: "get", .. }),
        "{error:?}"
    );
    assert!(!format!("{error:?} {error}").contains("canary"));
}

#[tokio::test]
async fn a_helper_that_hangs_is_ended() {
    let (folder, helper) = helper("#!/bin/sh\necho $$ >\"$0.pid\"; exec sleep 60\n");
    let hasty = Helper {
        limit: Duration::from_millis(700),
        ..helper
    };
    let error = hasty.get("spot").await.unwrap_err();
    assert!(matches!(error, StoreError::TimedOut { .. }), "{error:?}");
    let pid = std::fs::read_to_string(folder.path().join("helper.pid")).unwrap();
    let process = format!("/proc/{}/cmdline", pid.trim());
    for _ in 0..50 {
        // A zombie's command line is empty.
        if std::fs::read(&process).unwrap_or_default().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the helper still runs");
}

#[tokio::test]
async fn a_missing_program_is_told_from_a_failing_one() {
    let helper = Helper::new("/nowhere/helper --x", "azconnect", false);
    let error = helper.probe().await.unwrap_err();
    assert!(
        matches!(error, StoreError::HelperMissing { .. }),
        "{error:?}"
    );
}

#[test]
fn words_stand_between_spaces_unless_quoted() {
    assert_eq!(
        words(r#""/My Tools/h" --store  "a b" "" c"#),
        ["/My Tools/h", "--store", "a b", "", "c"]
    );
    assert!(words("  ").is_empty());
}
