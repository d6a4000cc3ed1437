//! Putting a question to the person, or noting the gap where nobody can be asked.
//!
//! What was replied is kept in order. Whoever goes back to a question has all answers forgotten, and the interview begins again: replies
//! to the questions before that one are taken from there, and what depended on a later one is asked anew.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, PoisonError};

use super::Interview;
use super::answers::Source;
use super::missing;
use super::questions::Question;
use crate::error::{Error, Result};
use crate::ui::{Ask, Choice, Event, Ui};

impl Interview {
    pub(super) fn can_ask(&self) -> bool {
        self.ui.can_ask()
    }

    /// Tells what was found out; what was told before the person went back is not told again.
    pub fn tell(&self, event: Event) {
        let is_news = match &event {
            Event::Fact { .. } | Event::Warning { .. } => {
                let text = format!("{event:?}");
                let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                let is_news = !told.contains(&text);
                told.push(text);
                is_news
            }
            _ => true,
        };
        if is_news {
            self.ui.tell(event);
        }
    }

    /// Lets the person choose one of `options`, whose answers are `ids`; an option beyond them answers something else.
    pub(super) async fn choose(
        &mut self,
        key: &str,
        options: Vec<Choice>,
        ids: Vec<String>,
    ) -> Result<Option<usize>> {
        let prompt = question(key)?.prompt;
        self.choose_as(key, prompt, options, ids).await
    }

    /// The same in other words than the question's own.
    pub(super) async fn choose_as(
        &mut self,
        key: &str,
        prompt: &str,
        options: Vec<Choice>,
        ids: Vec<String>,
    ) -> Result<Option<usize>> {
        let question = question(key)?;
        if !self.ui.can_ask() {
            self.gaps.push(missing::gap(question, ids));
            return Ok(None);
        }
        let ask = ask(question, prompt);
        let asked = Said::mark(&ask, &options);
        let put = move |ui: Arc<dyn Ui>, ask: Ask| ui.choose(&ask, &options).map(Reply::One);
        let Reply::One(chosen) = self.reply(ask, asked, put).await? else {
            return Err(mixed_up());
        };
        if let Some(id) = ids.get(chosen) {
            self.answers.set(key, vec![id.clone()], Source::Asked);
        }
        Ok(Some(chosen))
    }

    pub(super) async fn choose_many(
        &mut self,
        key: &str,
        options: Vec<Choice>,
        ids: Vec<String>,
    ) -> Result<Vec<usize>> {
        let question = question(key)?;
        if !self.ui.can_ask() {
            self.gaps.push(missing::gap(question, ids));
            return Ok(Vec::new());
        }
        let ask = ask(question, question.prompt);
        let asked = Said::mark(&ask, &options);
        let put = move |ui: Arc<dyn Ui>, ask: Ask| ui.choose_many(&ask, &options).map(Reply::Many);
        let Reply::Many(chosen) = self.reply(ask, asked, put).await? else {
            return Err(mixed_up());
        };
        let values = chosen
            .iter()
            .filter_map(|at| ids.get(*at).cloned())
            .collect();
        self.answers.set(key, values, Source::Asked);
        Ok(chosen)
    }

    /// Asks for a text that the question's check accepts.
    pub(super) async fn ask_text(&mut self, key: &str) -> Result<Option<String>> {
        let question = question(key)?;
        if !self.ui.can_ask() {
            self.gaps.push(missing::gap(question, Vec::new()));
            return Ok(None);
        }
        let ask = ask(question, question.prompt);
        let asked = Said::mark(&ask, &[]);
        let put = move |ui: Arc<dyn Ui>, ask: Ask| ui.text(&ask, &question.check).map(Reply::Text);
        let Reply::Text(said) = self.reply(ask, asked, put).await? else {
            return Err(mixed_up());
        };
        self.answers.set(key, vec![said.clone()], Source::Asked);
        Ok(Some(said))
    }
}

/// A question that was put, and what was replied.
#[derive(Debug)]
pub(super) struct Said {
    asked: u64,
    reply: Reply,
}

#[derive(Debug, Clone)]
enum Reply {
    One(usize),
    Many(Vec<usize>),
    Text(String),
}

impl Said {
    /// What tells a question from another: its words, and what there is to choose from.
    fn mark(ask: &Ask, options: &[Choice]) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&ask.key, &ask.prompt).hash(&mut hasher);
        for option in options {
            (&option.label, &option.detail).hash(&mut hasher);
        }
        hasher.finish()
    }
}

impl Interview {
    /// What was replied to this very question before the person went back, or else is replied now.
    async fn reply(
        &mut self,
        ask: Ask,
        asked: u64,
        put: impl FnOnce(Arc<dyn Ui>, Ask) -> Result<Reply> + Send + 'static,
    ) -> Result<Reply> {
        let known = self.replies.get(self.at).filter(|said| said.asked == asked);
        if let Some(said) = known {
            self.at += 1;
            return Ok(said.reply.clone());
        }
        self.replies.truncate(self.at);
        let ask = Ask {
            can_go_back: self.can_go_back(),
            ..ask
        };
        let ui = self.ui.clone();
        let reply = blocking(move || put(ui, ask)).await?;
        self.replies.push(Said {
            asked,
            reply: reply.clone(),
        });
        self.at += 1;
        Ok(reply)
    }

    /// Whether a question was asked before the one that is next.
    pub fn can_go_back(&self) -> bool {
        self.at > 0
    }

    /// Takes back the last reply, and begins again with all that were given before it.
    pub fn go_back(&mut self) {
        self.replies.truncate(self.at);
        self.replies.pop();
        self.at = 0;
        self.answers.clone_from(&self.known);
        self.gaps.clear();
        self.ways.clear();
    }
}

fn mixed_up() -> Error {
    Error::bug("a question was replied to in another way than it was asked")
}

/// Runs a prompt where blocking is allowed.
///
/// # Errors
/// What the prompt ends with.
pub async fn blocking<T: Send + 'static>(
    prompt: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(prompt)
        .await
        .map_err(|error| Error::bug(format!("a prompt failed: {error}")))?
}

fn question(key: &str) -> Result<&'static Question> {
    Question::find(key).ok_or_else(|| Error::bug(format!("there is no question `{key}`")))
}

fn ask(question: &Question, prompt: &str) -> Ask {
    Ask {
        key: question.key.to_owned(),
        prompt: prompt.to_owned(),
        help: question.explain.to_owned(),
        ..Ask::default()
    }
}
