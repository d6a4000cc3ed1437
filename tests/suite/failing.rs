//! What every failure has to have, whatever it is: tried once for programs and once for people.

use insta::Snapshot;
use insta::comparator::Comparator;
use insta::internals::SnapshotContents;
use regex::Regex;
use serde_json::Value;

use crate::lab::{Lab, Ran};

/// A failure of `init`, as it has to end.
pub(crate) struct Failure {
    /// The snapshot of what people read is called so.
    pub(crate) name: &'static str,
    /// Exit code and its name.
    pub(crate) exit: (i32, &'static str),
    /// `error.code`.
    pub(crate) code: &'static str,
    /// Words of Azure's (or of the network's) that have to be in the message.
    pub(crate) words: &'static str,
    /// Whether Azure gave an id to find the request by.
    pub(crate) has_id: bool,
}

impl Failure {
    /// Tries it in two laboratories that `prepare` spoils alike; it returns further arguments of `init`.
    /// Hands back the laboratory of the program's run, and its document.
    pub(crate) fn of(&self, prepare: impl Fn(&mut Lab) -> Vec<String> + Sync) -> (Lab, Value) {
        self.of_one_who_acts(prepare, |lab, arguments| lab.run(arguments))
    }

    /// The same, where somebody acts while the binary runs.
    pub(crate) fn of_one_who_acts(
        &self,
        prepare: impl Fn(&mut Lab) -> Vec<String> + Sync,
        act: impl Fn(&Lab, &[&str]) -> Ran + Sync,
    ) -> (Lab, Value) {
        let tried = |form| {
            let mut lab = Lab::new();
            let more = prepare(&mut lab);
            let arguments: Vec<String> = lab.init(&[]).into_iter().chain(more).collect();
            let arguments: Vec<&str> = arguments
                .iter()
                .map(|word| if word == "json" { form } else { word.as_str() })
                .collect();
            let ran = act(&lab, &arguments);
            (lab, ran)
        };
        // Failures that are waited for are mostly pauses: both runs wait at once.
        let ((watched, text), (lab, ran)) = std::thread::scope(|scope| {
            let watched = scope.spawn(|| tried("text"));
            let read = tried("json");
            (watched.join().unwrap(), read)
        });
        assert_eq!(text.stdout, "", "{text:#?}");
        shown(self.name, &masked(&watched, &text.stderr));
        let document = ran.exits(self.exit.0).json();
        self.is_explained(&document);
        nothing_is_left_unmentioned(&lab, &document);
        assert_eq!(text.code, self.exit.0, "{text:#?}");
        (lab, document)
    }

    /// What, why, and the next thing to do.
    pub(crate) fn is_explained(&self, document: &Value) {
        let error = &document["error"];
        assert_eq!(document["version"], 1);
        assert_eq!(document["ok"], false);
        assert_eq!(document["exit"], self.exit.1, "{document:#}");
        assert_eq!(error["code"], self.code, "{document:#}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(self.words), "{message}");
        assert!(
            error["why"].as_str().is_some_and(|why| !why.is_empty()),
            "{document:#}"
        );
        assert!(
            hints(document).iter().any(|hint| leads_on(hint)),
            "{document:#}"
        );
        assert_eq!(
            error["correlation_id"].is_string(),
            self.has_id,
            "{document:#}"
        );
        assert!(error["retry"].is_boolean());
    }
}

/// The fixes of a failure.
pub(crate) fn hints(document: &Value) -> Vec<String> {
    let hints = document["error"]["hints"].as_array().unwrap();
    hints
        .iter()
        .map(|hint| hint.as_str().unwrap().to_owned())
        .collect()
}

/// A command, a flag or a link: something that a person can do next.
pub(crate) fn leads_on(hint: &str) -> bool {
    ["azconnect ", "az ", "https://", "--", "HTTPS_PROXY"]
        .iter()
        .any(|word| hint.contains(word))
}

/// Whatever the run made is in `steps`, and the fixes say how to go on and how to undo it.
pub(crate) fn nothing_is_left_unmentioned(lab: &Lab, document: &Value) {
    let made = lab.state(|state| {
        let ours = |app: &&azconnect::sandbox::Application| {
            app.deleted_at.is_none() && app.tags.iter().any(|tag| tag == "azconnect")
        };
        state.applications.values().find(ours).map(|app| app.id)
    });
    let Some(application) = made else { return };
    let steps = document["steps"].as_array().unwrap();
    let mentioned = steps
        .iter()
        .any(|step| step["resource_id"] == application.to_string() && step["status"] == "done");
    assert!(mentioned, "{document:#}");
    for command in ["azconnect remove spot", "--resume"] {
        assert!(
            hints(document).iter().any(|hint| hint.contains(command)),
            "{document:#}"
        );
    }
}

/// The states of the steps, in order.
pub(crate) fn statuses(document: &Value) -> Vec<&str> {
    let steps = document["steps"].as_array().unwrap();
    steps
        .iter()
        .map(|step| step["status"].as_str().unwrap())
        .collect()
}

/// Compares what a person reads with what was approved, wherever its lines are broken: that depends on how long the paths of
/// this machine are.
pub(crate) fn shown(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_comparator(Box::new(Words));
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Two texts are the same if their words are.
struct Words;

impl Comparator for Words {
    fn matches(&self, reference: &Snapshot, test: &Snapshot) -> bool {
        let words = |snapshot: &Snapshot| -> Vec<String> {
            let text = match snapshot.contents() {
                SnapshotContents::Text(text) => text.to_string(),
                SnapshotContents::Binary(_) => String::new(),
            };
            text.split_whitespace().map(str::to_owned).collect()
        };
        words(reference) == words(test)
    }

    fn dyn_clone(&self) -> Box<dyn Comparator> {
        Box::new(Words)
    }
}

/// The text without what differs from run to run: the home folder, ports, ids that were made, times.
pub(crate) fn masked(lab: &Lab, text: &str) -> String {
    let mut text = text.replace(&lab.home().display().to_string(), "~");
    for (pattern, mask) in [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"localhost(:|%3A)\d+", "localhost:PORT"),
        (r"\b(state|code_challenge)=[\w-]+", "$1=RANDOM"),
        (r"Code: \w+", "Code: CODE"),
        (
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            "GUID",
        ),
        (r"\d{4}-\d\d-\d\d", "DATE"),
        (r",\s\d+ s\b", ""),
        (r"in \d+ days", "in DAYS days"),
    ] {
        text = Regex::new(pattern)
            .unwrap()
            .replace_all(&text, mask)
            .into_owned();
    }
    in_order(&text)
}

/// Steps are done several at once: their lines, with what is wrapped from them, come in the order of the alphabet.
fn in_order(text: &str) -> String {
    let begins = [
        "Started: ",
        "Done: ",
        "Failed: ",
        "Skipped: ",
        "Found: ",
        "Waiting: ",
    ];
    let mut told: Vec<String> = Vec::new();
    let (mut before, mut after) = (String::new(), String::new());
    for line in text.lines() {
        let is_step = begins.iter().any(|word| line.starts_with(word));
        let is_end = ["Error: ", "Somebody else"]
            .iter()
            .any(|word| line.starts_with(word));
        if is_step {
            told.push(format!("{line}\n"));
        } else if told.is_empty() {
            before.push_str(&format!("{line}\n"));
        } else if after.is_empty() && !is_end {
            if let Some(step) = told.last_mut() {
                step.push_str(&format!("{line}\n"));
            }
        } else {
            after.push_str(&format!("{line}\n"));
        }
    }
    told.sort();
    format!("{before}{}{after}", told.concat())
}
