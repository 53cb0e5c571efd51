//! How Python writes values: `str` and `repr`, which is what promptflow's templates print.

use std::fmt::Write;

use super::Value;

/// The value as Python's `str` writes it: texts as they are, everything else as [`python_repr`] does.
#[must_use]
pub fn python_str(value: &Value) -> String {
    match value {
        Value::Text(text) => text.as_str().to_owned(),
        _ => python_repr(value),
    }
}

/// The value as Python's `repr` writes it: `None`, `True`, `1.0`, `'text'`, `[1, 'a']`, `{'k': None}`.
#[must_use]
pub fn python_repr(value: &Value) -> String {
    let mut out = String::new();
    write_repr(&mut out, value);
    out
}

pub(crate) fn write_repr(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(flag) => out.push_str(if *flag { "True" } else { "False" }),
        Value::Int(number) => push_display(out, number),
        Value::Float(number) => write_float(out, *number),
        Value::Text(text) => write_text_repr(out, text),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_repr(out, item);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_text_repr(out, key);
                out.push_str(": ");
                write_repr(out, item);
            }
            out.push('}');
        }
        Value::Image(image) => push_display(out, image),
        Value::Object(object) => out.push_str(&object.text),
    }
}

/// Appends what `Display` writes; writing to a `String` cannot fail.
pub(crate) fn push_display(out: &mut String, value: impl std::fmt::Display) {
    let _ = write!(out, "{value}");
}

/// A float as Python's `repr` writes it: the shortest digits that read back as the same number, with an exponent
/// where it is below -4 or at least 16.
#[must_use]
pub fn python_float(number: f64) -> String {
    let mut out = String::new();
    write_float(&mut out, number);
    out
}

pub(crate) fn write_float(out: &mut String, number: f64) {
    if number.is_nan() {
        out.push_str("nan");
        return;
    }
    if number.is_infinite() {
        out.push_str(if number > 0.0 { "inf" } else { "-inf" });
        return;
    }
    // Rust's `{:e}` gives the shortest digits, as Python does; only the layout differs.
    let scientific = format!("{number:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = number.to_string();
        out.push_str(&plain);
        if !plain.contains('.') {
            out.push_str(".0");
        }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        push_display(out, format_args!("{mantissa}e{sign}{:02}", exponent.unsigned_abs()));
    }
}

/// A text in quotes as Python's `repr` writes it: single quotes unless it holds some and no double ones.
pub(crate) fn write_text_repr(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if character == quote => {
                out.push('\\');
                out.push(character);
            }
            ' '..='~' => out.push(character),
            _ if is_printable(character) => out.push(character),
            _ => {
                let code = u32::from(character);
                if code < 0x100 {
                    push_display(out, format_args!("\\x{code:02x}"));
                } else if code < 0x1_0000 {
                    push_display(out, format_args!("\\u{code:04x}"));
                } else {
                    push_display(out, format_args!("\\U{code:08x}"));
                }
            }
        }
    }
    out.push(quote);
}

/// Whether Python's `str.isprintable` holds for a character.
fn is_printable(character: char) -> bool {
    if character.is_alphanumeric() {
        return true;
    }
    // Rust's own debug form escapes what is not printable. At the start of a text it escapes combining marks too,
    // so the character is looked at behind a letter.
    let mut buffer = [b'a'; 5];
    let length = character.encode_utf8(&mut buffer[1..]).len();
    match std::str::from_utf8(&buffer[..=length]) {
        Ok(text) => text.escape_debug().nth(1) != Some('\\'),
        Err(_) => false,
    }
}

/// What Python's `str.strip()` counts as white space: Unicode's, and the four separators U+001C to U+001F.
pub(crate) fn is_python_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (number, expected) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1e20, "1e+20"),
            (1.5e-5, "1.5e-05"),
            (0.0001, "0.0001"),
            (1e300, "1e+300"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(python_float(number), expected);
        }
    }

    #[test]
    fn texts_choose_their_quotes_and_escape_what_does_not_print() {
        let repr = |text: &str| python_repr(&Value::from(text));
        assert_eq!(repr("a"), "'a'");
        assert_eq!(repr("it's"), "\"it's\"");
        assert_eq!(repr("it's \"q\""), "'it\\'s \"q\"'");
        assert_eq!(repr("é\n\t\u{7f}\u{a0}\u{200b}"), "'é\\n\\t\\x7f\\xa0\\u200b'");
        assert_eq!(repr("e\u{301}"), "'e\u{301}'");
        assert_eq!(repr("😀\u{e0001}"), "'😀\\U000e0001'");
    }
}
