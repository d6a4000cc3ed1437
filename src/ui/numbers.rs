//! What people type to choose from a numbered list: `2`, `1,3-5`, `all`, a name, a part of a name, or an id.
//!
//! Called by `prompts`, and by `menus` for the choice that a list begins at. Pure.

use crate::ui::wrap::visible;
use crate::ui::{Ask, Choice};

/// The choice that Enter alone takes: the question's default, by id, name or number.
pub(super) fn default(ask: &Ask, options: &[Choice]) -> Option<usize> {
    let default = ask.default.as_deref()?;
    exactly(default, options).or_else(|| number(default, options).ok().flatten())
}

/// One choice.
pub(super) fn one(text: &str, options: &[Choice]) -> Result<usize, String> {
    match exactly(text, options) {
        Some(at) => Ok(at),
        None => match number(text, options)? {
            Some(at) => Ok(at),
            None => by_name(text, options),
        },
    }
}

/// Several choices, in the list's order.
pub(super) fn many(text: &str, options: &[Choice]) -> Result<Vec<usize>, String> {
    if text.eq_ignore_ascii_case("all") {
        return Ok((0..options.len()).collect());
    }
    if let Some(at) = exactly(text, options) {
        return Ok(vec![at]);
    }
    let mut chosen = Vec::new();
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        match part
            .split_once('-')
            .and_then(|(from, to)| Some((from.trim().parse().ok()?, to.trim().parse().ok()?)))
        {
            Some((from, to)) => chosen.extend(range(from, to, options)?),
            None => chosen.push(one(part, options)?),
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    if chosen.is_empty() {
        return Err("Choose at least one.".to_owned());
    }
    Ok(chosen)
}

fn range(from: usize, to: usize, options: &[Choice]) -> Result<std::ops::Range<usize>, String> {
    if from == 0 || from > to || to > options.len() {
        return Err(out_of_range(&format!("{from}-{to}"), options));
    }
    Ok(from - 1..to)
}

/// A number from 1 on; nothing where the text is no number.
fn number(text: &str, options: &[Choice]) -> Result<Option<usize>, String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let number: Option<usize> = text
        .parse()
        .ok()
        .filter(|number| (1..=options.len()).contains(number));
    match number {
        Some(number) => Ok(Some(number - 1)),
        None => Err(out_of_range(text, options)),
    }
}

fn out_of_range(text: &str, options: &[Choice]) -> String {
    format!(
        "`{}` is not in the list. The numbers go from 1 to {}.",
        visible(text),
        options.len()
    )
}

fn exactly(text: &str, options: &[Choice]) -> Option<usize> {
    let same = |other: &str| !other.is_empty() && other.eq_ignore_ascii_case(text);
    let by_id = options.iter().position(|option| same(&option.detail));
    by_id.or_else(|| {
        let mut named = (0..options.len()).filter(|at| same(&options[*at].label));
        // Two of the same name are told apart by their numbers or ids only.
        named.next().filter(|_| named.next().is_none())
    })
}

fn by_name(text: &str, options: &[Choice]) -> Result<usize, String> {
    let part = text.to_lowercase();
    let matching: Vec<usize> = (0..options.len())
        .filter(|at| options[*at].label.to_lowercase().contains(&part))
        .collect();
    match matching.as_slice() {
        [] => Err(format!(
            "Nothing in the list is called `{}`. Type its number.",
            visible(text)
        )),
        [only] => Ok(*only),
        several => {
            let several: Vec<String> = several
                .iter()
                .map(|at| format!("{} ({})", at + 1, visible(&options[*at].label)))
                .collect();
            Err(format!(
                "Several match: {}. Type one number.",
                several.join(", ")
            ))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn options() -> Vec<Choice> {
        let rows = [
            ("Production", "id-1"),
            ("Production", "id-2"),
            ("Test 7", "id-3"),
            ("東京", "4"),
        ];
        rows.map(|(label, detail)| Choice {
            label: label.into(),
            detail: detail.into(),
        })
        .to_vec()
    }

    #[test]
    fn a_choice_is_a_number_an_id_or_a_name() {
        let rows: &[(&str, Result<usize, &str>)] = &[
            ("1", Ok(0)),
            ("id-2", Ok(1)),
            ("test", Ok(2)),
            ("東", Ok(3)),
            ("4", Ok(3)),
            ("0", Err("from 1 to 4")),
            ("5", Err("from 1 to 4")),
            ("99999999999999999999999", Err("from 1 to 4")),
            (
                "Production",
                Err("Several match: 1 (Production), 2 (Production)"),
            ),
            ("nothing", Err("called `nothing`")),
        ];
        for (text, expected) in rows {
            match (one(text, &options()), expected) {
                (Ok(at), Ok(expected)) => assert_eq!(at, *expected, "{text}"),
                (Err(refusal), Err(part)) => assert!(refusal.contains(part), "{text}: {refusal}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn several_are_lists_ranges_or_all() {
        assert_eq!(many("4, 1-2,2", &options()), Ok(vec![0, 1, 3]));
        assert_eq!(many("ALL", &options()), Ok(vec![0, 1, 2, 3]));
        assert_eq!(many("id-3", &options()), Ok(vec![2]));
        assert!(many(",", &options()).is_err());
        assert!(many("2-9", &options()).is_err());
    }

    #[test]
    fn the_default_is_found_by_id_name_or_number() {
        let ask = |default: &str| Ask {
            default: Some(default.into()),
            ..Ask::default()
        };
        assert_eq!(default(&ask("id-3"), &options()), Some(2));
        assert_eq!(default(&ask("test 7"), &options()), Some(2));
        assert_eq!(default(&ask("2"), &options()), Some(1));
        assert_eq!(default(&ask("gone"), &options()), None);
        assert_eq!(default(&Ask::default(), &options()), None);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_chooses_from_the_list(text in any::<String>()) {
            if let Ok(chosen) = many(&text, &options()) {
                prop_assert!(!chosen.is_empty() && chosen.iter().all(|at| *at < 4));
            }
        }
    }
}
