//! Putting a question to the person, or noting the gap where nobody can be asked.

use super::Interview;
use super::answers::Source;
use super::missing;
use super::questions::Question;
use crate::error::{Error, Result};
use crate::ui::{Ask, Choice, Event};

impl Interview {
    pub(super) fn can_ask(&self) -> bool {
        self.ui.can_ask()
    }

    pub(super) fn tell(&self, event: Event) {
        self.ui.tell(event);
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
        let ui = self.ui.clone();
        let ask = ask(question, prompt);
        let chosen = blocking(move || ui.choose(&ask, &options)).await?;
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
        let ui = self.ui.clone();
        let ask = ask(question, question.prompt);
        let chosen = blocking(move || ui.choose_many(&ask, &options)).await?;
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
        let ui = self.ui.clone();
        let ask = ask(question, question.prompt);
        let said = blocking(move || ui.text(&ask, &question.check)).await?;
        self.answers.set(key, vec![said.clone()], Source::Asked);
        Ok(Some(said))
    }
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
        default: None,
    }
}
