//! What may be answered to a plan: a letter or a word each. Called by `prompts`. Pure.

use crate::ui::{Ask, Proceed};

/// An answer to a plan.
pub(super) struct Reply {
    /// The whole word; its first letter does as well.
    word: &'static str,
    /// What it is typed for.
    means: &'static str,
    /// What it answers; nothing where it leads to the question before.
    pub(super) proceed: Option<Proceed>,
    is_offered: fn(&Ask) -> bool,
}

const REPLIES: &[Reply] = &[
    Reply {
        word: "yes",
        means: "for yes",
        proceed: Some(Proceed::Yes),
        is_offered: |_| true,
    },
    Reply {
        word: "no",
        means: "for no",
        proceed: Some(Proceed::No),
        is_offered: |_| true,
    },
    Reply {
        word: "explain",
        means: "to have each step explained",
        proceed: Some(Proceed::Explain),
        is_offered: |_| true,
    },
    Reply {
        word: "save",
        means: "to save it in a file",
        proceed: Some(Proceed::Save),
        is_offered: |ask| ask.can_save,
    },
    Reply {
        word: "back",
        means: "for the question before",
        proceed: None,
        is_offered: |ask| ask.can_go_back,
    },
];

impl Reply {
    /// How it is offered: `[y]es`.
    pub(super) fn label(&self) -> String {
        format!("[{}]{}", &self.word[..1], &self.word[1..])
    }

    /// How it is explained: `y for yes`.
    pub(super) fn sentence(&self) -> String {
        format!("{} {}", &self.word[..1], self.means)
    }
}

/// The answers that this question offers.
pub(super) fn offered(ask: &Ask) -> impl Iterator<Item = &'static Reply> {
    REPLIES.iter().filter(|reply| (reply.is_offered)(ask))
}

/// The answer that was meant by a line, in lower case.
pub(super) fn meant(said: &str, ask: &Ask) -> Option<&'static Reply> {
    offered(ask).find(|reply| said == reply.word || said == &reply.word[..1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_offered_is_taken_by_its_letter_or_word() {
        let (plain, whole) = (
            Ask::default(),
            Ask {
                can_go_back: true,
                can_save: true,
                ..Ask::default()
            },
        );
        let labels = |ask: &Ask| offered(ask).map(Reply::label).collect::<Vec<_>>().join(" ");
        assert_eq!(labels(&plain), "[y]es [n]o [e]xplain");
        assert_eq!(labels(&whole), "[y]es [n]o [e]xplain [s]ave [b]ack");
        let proceed = |said: &str, ask: &Ask| meant(said, ask).map(|reply| reply.proceed);
        for said in ["s", "save", "b", "back", "", "ye", "yess"] {
            assert_eq!(proceed(said, &plain), None, "{said}");
        }
        for (said, expected) in [
            ("y", Some(Proceed::Yes)),
            ("no", Some(Proceed::No)),
            ("explain", Some(Proceed::Explain)),
            ("s", Some(Proceed::Save)),
            ("back", None),
        ] {
            assert_eq!(proceed(said, &whole), Some(expected), "{said}");
        }
        let letters: std::collections::BTreeSet<&str> =
            REPLIES.iter().map(|reply| &reply.word[..1]).collect();
        assert_eq!(letters.len(), REPLIES.len(), "no letter stands for two");
    }
}
