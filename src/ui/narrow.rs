//! Long lists, made short before they are shown: the person types a part of the name.
//!
//! Called by `terminal` where several may be ticked, and by `plain` for every list: nobody wants twelve hundred names read out.

use crate::error::Result;
use crate::ui::prompts::Prompts;
use crate::ui::wrap::visible;
use crate::ui::{Ask, Choice};

/// Lists longer than this are searched.
pub(super) const MOST_WITHOUT_SEARCH: usize = 7;
/// The word for the whole list.
const ALL: &str = "all";

/// Whether a list is searched.
pub(super) fn is_long(options: &[Choice]) -> bool {
    options.len() > MOST_WITHOUT_SEARCH
}

/// The choices whose names the person wants to see, where there are too many to look through.
///
/// # Errors
/// As [`Prompts::text`].
pub(super) fn narrowed(prompts: &Prompts, ask: &Ask, options: &[Choice]) -> Result<Vec<usize>> {
    if !is_long(options) {
        return Ok((0..options.len()).collect());
    }
    let search = Ask {
        prompt: format!(
            "{}  {} found; search by a part of the name",
            ask.prompt,
            options.len()
        ),
        help: format!(
            "{} Type what the names have in common; the list then shows only those. `{ALL}` shows every one.",
            ask.help
        ),
        default: Some(ALL.to_owned()),
        ..ask.clone()
    };
    let text = prompts.text(&search, &|text| match matching(text, options).is_empty() {
        true => Err(format!(
            "Nothing in the list has `{}` in its name.",
            visible(text)
        )),
        false => Ok(()),
    })?;
    Ok(matching(&text, options))
}

fn matching(text: &str, options: &[Choice]) -> Vec<usize> {
    let text = text.to_lowercase();
    let found = |option: &Choice| {
        text == ALL
            || option.label.to_lowercase().contains(&text)
            || option.detail.to_lowercase().contains(&text)
    };
    (0..options.len())
        .filter(|at| found(&options[*at]))
        .collect()
}
