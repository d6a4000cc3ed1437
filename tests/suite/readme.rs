//! What the README promises.

use azconnect::exit::TABLE;

use crate::lab::Lab;

const README: &str = include_str!("../../README.md");

#[test]
fn its_first_command_works_as_it_is_written() {
    let written = README
        .lines()
        .find_map(|line| line.strip_prefix("cargo run --release -- "))
        .expect("the first command");
    let mut lab = Lab::new();
    // A stranger's machine: no credentials, no cloud file, nothing but a home.
    for name in [
        "AZCONNECT_CLOUD",
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
    ] {
        lab.env.remove(name);
    }
    let arguments: Vec<&str> = written.split_whitespace().collect();
    let ran = lab.run(&arguments).exits(0);
    assert!(
        ran.stdout
            .contains("Spot Cost Intelligence can read Contoso"),
        "{ran:#?}"
    );
    assert!(lab.home().join("azconnect-sandbox.env").exists());
    assert!(lab.log().is_empty(), "`--sandbox` asked another server");
    // And the life of it goes on with the commands that it suggests.
    for next in ran.stdout.lines().filter_map(|line| {
        line.split_once("`azconnect check ")
            .map(|(_, rest)| rest.trim_end_matches('`'))
    }) {
        let arguments: Vec<&str> = std::iter::once("check")
            .chain(next.split_whitespace())
            .collect();
        lab.run(&arguments).exits(0);
    }
    let undo = ran
        .stdout
        .lines()
        .find_map(|line| {
            line.split_once("`azconnect remove ")
                .map(|(_, rest)| rest.trim_end_matches('`'))
        })
        .expect("how to undo");
    let arguments: Vec<&str> = ["remove", "--yes"]
        .into_iter()
        .chain(undo.split_whitespace())
        .collect();
    lab.run(&arguments).exits(0);
    assert!(!lab.home().join("azconnect-sandbox.env").exists());
}

#[test]
fn its_table_of_exit_codes_is_the_programs() {
    for (_, code, name, meaning) in TABLE {
        let row = format!("| {code} | {name} | {meaning} |");
        assert!(README.contains(&row), "README lacks: {row}");
    }
}

#[test]
fn its_second_command_is_the_one_that_ci_calls() {
    assert!(README.contains("bash tests/run"));
    assert!(include_str!("../../.ci/run").contains("bash tests/run"));
}
