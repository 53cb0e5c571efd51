//! What a scalar means: the table of spec section 1.1, which is what promptflow's reader (YAML 1.2 with the
//! number forms of its Python library) makes of it.

use granit_parser::{ScalarStyle, Tag};

use crate::value::Value;

/// What a scalar with this text, style and tag means. `None` if the tag asks for something that the text is not.
pub(super) fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Option<Value> {
    let Some(kind) = tag.and_then(|tag| tag.core_suffix().map(str::to_owned)) else {
        // A lone `!` says "not resolved"; a tag that we do not know says nothing about the kind.
        let unresolved = tag.is_some_and(|tag| tag.handle().is_empty() && tag.suffix() == "!");
        return Some(if style == ScalarStyle::Plain && !unresolved { plain(text) } else { Value::from(text) });
    };
    let value = plain(text);
    match (kind.as_str(), &value) {
        ("int", Value::Int(_)) | ("bool", Value::Bool(_)) | ("null", Value::Null) | ("float", Value::Float(_)) => {
            Some(value)
        }
        ("float", Value::Int(_)) => value.as_float().map(Value::Float),
        ("str", _) => Some(Value::from(text)),
        _ => None,
    }
}

/// What an unquoted scalar means.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        _ => {}
    }
    number(text).unwrap_or_else(|| Value::from(text))
}

fn number(text: &str) -> Option<Value> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Some(Value::Float(if negative { f64::NEG_INFINITY } else { f64::INFINITY }));
    }
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    whole(digits, negative)
        .or_else(|| fraction(digits).map(|number| if negative { -number } else { number }).map(Value::Float))
}

/// Whole numbers: decimal (leading zeros mean nothing), `0x`, `0o`, `0b`; underscores between digits are ignored.
fn whole(digits: &str, negative: bool) -> Option<Value> {
    let (radix, body) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ => (10, digits),
    };
    let body: String = body.chars().filter(|digit| *digit != '_').collect();
    if body.is_empty() || !body.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let number = i128::from_str_radix(&body, radix).ok().map(|number| if negative { -number } else { number });
    if let Some(number) = number.and_then(|number| i64::try_from(number).ok()) {
        return Some(Value::Int(number));
    }
    let large = match radix {
        10 => body.parse().ok()?,
        _ => body
            .chars()
            .filter_map(|digit| digit.to_digit(radix))
            .fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit)),
    };
    Some(Value::Float(if negative { -large } else { large }))
}

/// Numbers with a point or an exponent: `1.5`, `1.`, `.5`, `1e3`, `1_000.5`.
fn fraction(digits: &str) -> Option<f64> {
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let has_digit = mantissa.bytes().any(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let body = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_digit())
    });
    if !has_digit || !is_digits(before) || !is_digits(after) || !exponent_fits {
        return None;
    }
    digits.replace('_', "").parse().ok()
}
