//! Opens an address in this machine's browser.
//!
//! Called by `signing`. Promises: the browser gets the address and nothing of ours; no secret of the environment is handed on, and
//! nothing that it writes reaches the screen.

use crate::host::Host;

/// Asks for a page; whether anything could be asked. What comes of it nobody can know, so the address is always shown too.
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub fn open(_host: &Host, url: &str) -> bool {
    // The system opens it, in a process that inherits nothing of this one.
    webbrowser::open(url).is_ok()
}

/// Asks for a page; whether anything could be asked. What comes of it nobody can know, so the address is always shown too.
#[cfg(all(unix, not(target_os = "macos")))]
pub fn open(host: &Host, url: &str) -> bool {
    commands(host, url).iter().any(|words| start(words))
}

/// What opens an address on desktops, in WSL, and in windows of editors, the most particular first.
#[cfg(all(unix, not(target_os = "macos")))]
const OPENERS: [&str; 5] = [
    "wslview",
    "xdg-open",
    "gio open",
    "x-www-browser",
    "rundll32.exe url.dll,FileProtocolHandler",
];

/// `BROWSER` holds commands between colons, with `%s` where the address goes or without. Source: `sensible-browser(1)`.
#[cfg(all(unix, not(target_os = "macos")))]
fn commands(host: &Host, url: &str) -> Vec<Vec<String>> {
    let chosen = host.env("BROWSER").unwrap_or_default().split(':');
    let with_address = |command: &str| -> Vec<String> {
        let mut words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if words.is_empty() {
            return words;
        }
        if words.iter().any(|word| word.contains("%s")) {
            words = words.iter().map(|word| word.replace("%s", url)).collect();
        } else {
            words.push(url.to_owned());
        }
        words
    };
    chosen
        .chain(OPENERS)
        .map(with_address)
        .filter(|words| !words.is_empty())
        .collect()
}

#[cfg(all(unix, not(target_os = "macos")))]
fn start(words: &[String]) -> bool {
    use std::process::{Command, Stdio};
    let [program, arguments @ ..] = words else {
        return false;
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    for name in Host::SECRETS {
        command.env_remove(name);
    }
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    // Some browsers go on until they are closed; whoever ends is not left as a zombie.
    std::thread::spawn(move || child.wait());
    true
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use super::*;

    #[test]
    fn what_the_person_chose_comes_first() {
        let host = Host::made_of([("BROWSER", "firefox --new-window %s::w3m")]);
        let commands = commands(&host, "https://x/?a=b&c");
        assert_eq!(commands[0], ["firefox", "--new-window", "https://x/?a=b&c"]);
        assert_eq!(commands[1], ["w3m", "https://x/?a=b&c"]);
        assert_eq!(commands[2], ["wslview", "https://x/?a=b&c"]);
    }

    #[test]
    fn a_program_that_is_not_there_is_passed_over() {
        assert!(!start(&["/no/such/browser".to_owned(), "x".to_owned()]));
        assert!(start(&["true".to_owned()]));
    }
}
