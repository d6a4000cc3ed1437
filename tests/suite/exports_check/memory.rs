//! Neither a container with many files nor a manifest of the largest kind takes the check's memory.

use super::*;

/// What the check may take, in kB.
const MOST: u64 = 64 * 1024;

/// Runs the check, and hands back the most memory that it took, in kB.
fn watched(export: &Export) -> (Ran, u64) {
    let arguments = export.arguments(&["--timeout", "120"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut child = export.lab.start(&arguments);
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(now.unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    (Ran::from(child.wait_with_output().unwrap()), peak)
}

#[test]
fn forty_megabytes_of_manifest_and_a_hundred_thousand_files() {
    let export = Export::new();
    let mut large = manifest(&export.id, RUN, 5_000);
    for blob in large["blobs"].as_array_mut().unwrap() {
        blob["contentMD5"] = json!("x".repeat(8_400));
    }
    assert!(large.to_string().len() > 40 * 1024 * 1024);
    export.deliver(RUN, &large, 5_000, 3);
    export.lab.state(|state| {
        for part in 0..95_000 {
            let name = format!(
                "costs/azconnectfocus/20250101-20250131/202502050900/0a0a/part_{part}_0001.csv.gz"
            );
            state
                .add_blob((ACCOUNT, "exports"), &name, BlobBody::Filler(9), hours(-3))
                .unwrap();
        }
    });
    let (ran, peak) = watched(&export);
    is(&found(&ran, "storage.container"), "pass", "5000 files");
    assert!(peak > 5_000, "the memory was not seen: {peak} kB");
    assert!(peak < MOST, "the check took {peak} kB");
}
