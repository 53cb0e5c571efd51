//! The filter `fence`: a text between tags that do not occur in it, so that nobody who reads the prompt can be told that it ends earlier.

use std::collections::HashSet;

use minijinja::value::Value as View;
use minijinja::{Error, ErrorKind, State};

use super::filters::text_of;

/// `{{ answer | fence("answer") }}`: the text between `<answer>` and `</answer>`, and where it holds such a tag itself, or what could be taken
/// for one, between `<answer-2>` and `</answer-2>`, with the first number that it does not hold.
pub(super) fn fence(state: &State<'_, '_>, value: &View, name: Option<String>) -> Result<String, Error> {
    let name = name.unwrap_or_else(|| "text".to_owned());
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_' || sign == '-')
        && name.ends_with(|last: char| !last.is_ascii_digit());
    if !is_name {
        let message = format!("`fence` takes the name of a tag, such as \"answer\", and not {name:?}");
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    let text = text_of(state, value)?;
    let taken = numbers(&read_generously(&text), &read_generously(&name));
    let tag = match taken {
        None => name,
        Some(taken) => {
            let number = (2..).find(|number| !taken.contains(number)).unwrap_or(u64::MAX);
            format!("{name}-{number}")
        }
    };
    Ok(format!("<{tag}>\n{text}\n</{tag}>"))
}

/// The numbers of tags of this name in a text; `None` where there is no such tag.
fn numbers(text: &str, name: &str) -> Option<HashSet<u64>> {
    let tag = format!("<{name}");
    let mut found: Option<HashSet<u64>> = None;
    for (at, _) in text.match_indices(&tag) {
        let after = &text[at + tag.len()..];
        let end = after.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(after.len());
        let found = found.get_or_insert_default();
        // A number that is too large is none that is chosen.
        found.extend(after[..end].parse::<u64>().ok());
    }
    found
}

/// A text as a reader may take it who looks for tags and does not mind their spelling: letters and digits in lower case and `<`, whatever
/// else stands between.
fn read_generously(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    for sign in text.chars() {
        let sign = match sign {
            // The wide forms of ASCII.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
            '‹' | '\u{2329}' | '\u{3008}' | '\u{27e8}' | '\u{276e}' | '\u{276c}' | '\u{2c2}' | '\u{fe64}' => '<',
            sign => sign,
        };
        if sign == '<' || sign.is_alphanumeric() {
            read.extend(sign.to_lowercase());
        } else if sign == ';' {
            for entity in ["lt", "60", "x3c"] {
                if read.ends_with(entity) {
                    read.truncate(read.len() - entity.len());
                    read.push('<');
                    break;
                }
            }
        }
    }
    read
}
