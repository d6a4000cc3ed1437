//! What one person is asked for: everything they need and nothing that is another's, as a letter, for the screen and for programs.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::commands::views::{heading, paragraph};
use crate::steps::ByHand;
use crate::steps::right::Right;
use crate::ui::Block;

/// A step that somebody else has to do.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The step's id.
    pub step: String,
    /// Whose right it needs.
    pub right: &'static Right,
    /// Why the tool needs it, in a sentence; may be empty.
    pub why: String,
    /// What is to be done.
    pub by_hand: ByHand,
}

/// What all the letters of one run have in common.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    /// What the whole is: `Connect CloudPi to the Azure directory Contoso (…)`.
    pub(super) subject: String,
    /// Who asks, where they have a name.
    pub(super) asker: Option<String>,
    /// The directory to sign in to.
    pub(super) tenant: String,
    /// What the roles are for: the application's name and ids, as far as they are known.
    pub(super) application: Option<String>,
    /// The command that the person who asks goes on with.
    pub(super) go_on: String,
}

impl About {
    /// What to do about the application's ID where somebody else has to register it first.
    fn told_of_the_missing_app(&self, right: &Right) -> Option<&'static str> {
        if !self.go_on.contains("--app-id <") {
            return None;
        }
        Some(if right == Right::named("entra-administrator") {
            "Then send the application (client) ID that was printed to the person who asked. It is no secret."
        } else {
            "The application is not there yet: an Entra administrator is asked for it. When it is, azconnect writes this request again with every value in it."
        })
    }
}

/// A request to one person.
#[derive(Debug, Clone)]
pub struct Packet {
    /// Whose right is missing.
    pub right: &'static Right,
    /// Where the letter is.
    pub file: PathBuf,
    /// The letter.
    pub text: String,
    asked: Vec<Asked>,
}

impl Packet {
    /// The letter to one person.
    pub(super) fn new(file: PathBuf, asked: Vec<Asked>, about: &About) -> Option<Packet> {
        let right = asked.first()?.right;
        Some(Packet {
            right,
            file,
            text: letter(right, &asked, about),
            asked,
        })
    }

    /// For programs.
    pub(super) fn document(&self) -> Value {
        let asked = self.asked.iter().map(|each| {
            json!({
                "step": each.step,
                "what": each.by_hand.what,
                "who": each.by_hand.who,
                "why": each.why,
                "commands": each.by_hand.commands,
                "portal": each.by_hand.portal,
            })
        });
        json!({
            "right": self.right.key,
            "title": self.right.title,
            "file": self.file.display().to_string(),
            "text": self.text,
            "asks": asked.collect::<Value>(),
            "check": self.right.check,
        })
    }
}

/// For the screen.
pub(super) fn blocks(packets: &[Packet], go_on: &str) -> Vec<Block> {
    let title = match packets.len() {
        1 => "Somebody else has to do the rest. Send them this:".to_owned(),
        many => format!(
            "Somebody else has to do the rest: {many} people, each with a request of their own."
        ),
    };
    let mut blocks = vec![heading(title)];
    for packet in packets {
        blocks.push(heading(format!(
            "{}: {}",
            packet.right.title,
            packet.file.display()
        )));
        for Asked { by_hand, .. } in &packet.asked {
            blocks.push(paragraph(format!("{} ({})", by_hand.what, by_hand.who)));
            blocks.push(Block::Lines {
                lines: by_hand
                    .commands
                    .iter()
                    .chain(&by_hand.portal)
                    .cloned()
                    .collect(),
            });
        }
    }
    blocks.push(paragraph(format!("Afterwards: `{go_on}`")));
    blocks
}

fn letter(right: &Right, asked: &[Asked], about: &About) -> String {
    let mut text = format!("Request to: {}\n{}\n\n", right.title, about.subject);
    let asker = about.asker.as_deref().unwrap_or("Somebody");
    text.push_str(&format!(
        "{asker} ran azconnect and lacks a right that you may have. This is all that you are asked for:\n"
    ));
    for Asked { by_hand, why, .. } in asked {
        text.push_str(&format!("\n{}\n  Who: {}\n", by_hand.what, by_hand.who));
        if !why.is_empty() {
            text.push_str(&format!("  Why: {why}\n"));
        }
        if by_hand.commands.iter().any(|line| line.starts_with("az ")) {
            text.push_str(&format!(
                "  az login --tenant {} --allow-no-subscriptions\n",
                about.tenant
            ));
        }
        for line in by_hand.commands.iter().chain(&by_hand.portal) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    if let Some(told) = about.told_of_the_missing_app(right) {
        text.push_str(&format!("\n{told}\n"));
    }
    if let Some(application) = &about.application {
        text.push_str(&format!("\nIt is for {application}.\n"));
    }
    text.push_str(&format!("\nHow it is checked: {}\n", right.check));
    text.push_str(&format!(
        "\nAfterwards, the person who asked goes on with:\n  {}\nIt checks that everything is there and does the rest.\n",
        about.go_on
    ));
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_who_why_what_and_how_it_goes_on() {
        let right = Right::named("subscription-owner");
        let asked = vec![Asked {
            step: "role:x".to_owned(),
            right,
            why: "It reads the costs.".to_owned(),
            by_hand: ByHand {
                what: "Reader on \"Contoso\"".to_owned(),
                who: "an Owner there".to_owned(),
                commands: vec!["az role assignment create".to_owned()],
                portal: Some("https://portal.azure.com/x".to_owned()),
            },
        }];
        let about = About {
            subject: "Connect X to Contoso".to_owned(),
            asker: Some("lee@contoso.com".to_owned()),
            tenant: "t".to_owned(),
            application: Some("the application y".to_owned()),
            go_on: "azconnect init x --resume".to_owned(),
        };
        let packet = Packet::new(PathBuf::from("f"), asked, &about).unwrap();
        for told in [
            "Request to: Subscription owner",
            "Connect X to Contoso",
            "lee@contoso.com ran azconnect",
            "Who: an Owner there",
            "Why: It reads the costs.",
            "\n  az login --tenant t --allow-no-subscriptions\n  az role assignment create\n  https://portal.azure.com/x\n",
            "It is for the application y.",
            right.check,
            "azconnect init x --resume",
        ] {
            assert!(packet.text.contains(told), "{told} in {}", packet.text);
        }
        assert_eq!(packet.document()["asks"][0]["step"], "role:x");
        assert!(Packet::new(PathBuf::new(), Vec::new(), &about).is_none());
    }
}
