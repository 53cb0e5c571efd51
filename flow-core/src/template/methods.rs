//! Python's methods of texts, lists and dicts, where `minijinja-contrib` lacks them.

use minijinja::value::{Tuple, Value as View, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State};
use minijinja_contrib::pycompat;

use crate::value::is_python_space;

/// Calls a method of a value as Python would.
pub(super) fn call(state: &mut State<'_, '_>, value: &View, name: &str, args: &[View]) -> Result<View, Error> {
    let known = match value.kind() {
        ValueKind::String => text_method(state, value.as_str().unwrap_or_default(), name, args),
        ValueKind::Seq | ValueKind::Iterable => list_method(value, name, args),
        ValueKind::Map => map_method(value, name, args),
        _ => None,
    };
    match known {
        Some(result) => result,
        None => match pycompat::unknown_method_callback(state, value, name, args) {
            Err(error) if error.kind() == ErrorKind::UnknownMethod && error.detail().is_none() => {
                let kind = super::environment::kind_in_words(value);
                Err(Error::new(ErrorKind::UnknownMethod, format!("{kind} has no method `{name}`")))
            }
            result => result,
        },
    }
}

fn text_method(state: &mut State<'_, '_>, text: &str, name: &str, args: &[View]) -> Option<Result<View, Error>> {
    Some(match name {
        "swapcase" => no_args(args).map(|()| View::from(text.chars().flat_map(swap_case).collect::<String>())),
        "casefold" => no_args(args).map(|()| View::from(text.to_lowercase().replace('ß', "ss"))),
        "isspace" => no_args(args).map(|()| View::from(!text.is_empty() && text.chars().all(is_python_space))),
        "removeprefix" => one_text(args).map(|prefix| View::from(text.strip_prefix(prefix).unwrap_or(text))),
        "removesuffix" => one_text(args).map(|suffix| View::from(text.strip_suffix(suffix).unwrap_or(text))),
        "partition" => one_text(args).map(|separator| {
            let parts = text.split_once(separator).map_or([text, "", ""], |(head, tail)| [head, separator, tail]);
            View::from(Tuple::from(parts.map(View::from)))
        }),
        "rpartition" => one_text(args).map(|separator| {
            let parts = text.rsplit_once(separator).map_or(["", "", text], |(head, tail)| [head, separator, tail]);
            View::from(Tuple::from(parts.map(View::from)))
        }),
        "rsplit" => right_split(text, args),
        "index" => one_text(args).and_then(|part| position(text, text.find(part))),
        "rindex" => one_text(args).and_then(|part| position(text, text.rfind(part))),
        "zfill" => width(state, args).map(|(width, _)| {
            let (sign, digits) = match text.strip_prefix(['-', '+']) {
                Some(digits) => (&text[..1], digits),
                None => ("", text),
            };
            let missing = width.saturating_sub(text.chars().count());
            View::from(format!("{sign}{}{digits}", "0".repeat(missing)))
        }),
        "ljust" => width(state, args).map(|(width, fill)| pad(text, 0, width, fill)),
        "rjust" => width(state, args).map(|(width, fill)| pad(text, width, 0, fill)),
        "center" => width(state, args).map(|(width, fill)| center(text, width, fill)),
        _ => return None,
    })
}

fn list_method(value: &View, name: &str, args: &[View]) -> Option<Result<View, Error>> {
    match name {
        "index" => Some(from_args::<(&View,)>(args).and_then(|(wanted,)| {
            for (index, item) in value.try_iter()?.checked().enumerate() {
                if item? == *wanted {
                    return Ok(View::from(index));
                }
            }
            Err(Error::new(ErrorKind::InvalidOperation, "the value is not in the list"))
        })),
        "copy" if !value.is_tuple() => Some(no_args(args).map(|()| value.clone())),
        "append" | "extend" | "insert" | "pop" | "remove" | "sort" | "reverse" | "clear" => Some(Err(Error::new(
            ErrorKind::UnknownMethod,
            format!(
                "`.{name}()` would change a list, which templates cannot; make a new one: \
                 `{{% set ns = namespace(items=[]) %}}` and `{{% set ns.items = ns.items + [x] %}}`"
            ),
        ))),
        _ => None,
    }
}

fn map_method(value: &View, name: &str, args: &[View]) -> Option<Result<View, Error>> {
    match name {
        "copy" => Some(no_args(args).map(|()| value.clone())),
        "update" | "pop" | "setdefault" | "clear" | "popitem" => Some(Err(Error::new(
            ErrorKind::UnknownMethod,
            format!("`.{name}()` would change a dict, which templates cannot; `dict(old, key=value)` makes a new one"),
        ))),
        _ => None,
    }
}

fn no_args(args: &[View]) -> Result<(), Error> {
    from_args::<()>(args)
}

fn one_text(args: &[View]) -> Result<&str, Error> {
    from_args::<(&str,)>(args).map(|(text,)| text)
}

fn swap_case(character: char) -> Vec<char> {
    if character.is_uppercase() { character.to_lowercase().collect() } else { character.to_uppercase().collect() }
}

fn position(text: &str, found: Option<usize>) -> Result<View, Error> {
    let offset = found.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "the text does not hold that part"))?;
    Ok(View::from(text[..offset].chars().count()))
}

fn right_split(text: &str, args: &[View]) -> Result<View, Error> {
    let (separator, limit): (Option<&str>, Option<i64>) = from_args(args)?;
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    let mut parts: Vec<&str> = match (separator, limit) {
        (Some(""), _) => return Err(Error::new(ErrorKind::InvalidOperation, "the separator is empty")),
        (Some(separator), Some(limit)) => text.rsplitn(limit + 1, separator).collect(),
        (Some(separator), None) => text.rsplit(separator).collect(),
        (None, None) => text.split_whitespace().rev().collect(),
        (None, Some(limit)) => {
            let mut parts = Vec::new();
            let mut rest = text.trim_end();
            while parts.len() < limit
                && let Some(space) = rest.rfind(char::is_whitespace)
            {
                let word_start = space + rest[space..].chars().next().map_or(0, char::len_utf8);
                parts.push(&rest[word_start..]);
                rest = rest[..space].trim_end();
            }
            if !rest.is_empty() {
                parts.push(rest);
            }
            parts
        }
    };
    parts.reverse();
    Ok(parts.into_iter().map(View::from).collect())
}

/// The width asked for, paid for in fuel since a template may ask for any, and the character to fill with.
fn width(state: &State<'_, '_>, args: &[View]) -> Result<(usize, char), Error> {
    let (width, fill): (i64, Option<&str>) = from_args(args)?;
    let width = usize::try_from(width).unwrap_or(0);
    state.consume_fuel((width / 64) as u64)?;
    let mut characters = fill.unwrap_or(" ").chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok((width, character)),
        _ => Err(Error::new(ErrorKind::InvalidOperation, "the fill character must be exactly one character long")),
    }
}

/// A text with fill characters before it up to a width, or after it.
fn pad(text: &str, before: usize, after: usize, fill: char) -> View {
    let length = text.chars().count();
    let mut padded: String = std::iter::repeat_n(fill, before.saturating_sub(length)).collect();
    padded.push_str(text);
    padded.extend(std::iter::repeat_n(fill, after.saturating_sub(length)));
    View::from(padded)
}

/// A text in the middle of a width; of an odd rest Python puts the larger half left where the width is odd.
pub(super) fn center(text: &str, width: usize, fill: char) -> View {
    let length = text.chars().count();
    let rest = width.saturating_sub(length);
    let left = rest / 2 + (rest & width & 1);
    let mut centered: String = std::iter::repeat_n(fill, left).collect();
    centered.push_str(text);
    centered.extend(std::iter::repeat_n(fill, rest - left));
    View::from(centered)
}
