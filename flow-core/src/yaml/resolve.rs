//! What a plain scalar means: YAML 1.2's core schema with the additions of ruamel's reader, which promptflow uses
//! (spec section 1.1).

use crate::value::Value;

/// The meaning of a plain scalar. `yes`, `on` and times are texts, `012` is 12, `1_000` is 1000, dates stay texts.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        _ => {}
    }
    let (sign, unsigned) = match text.as_bytes()[0] {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Value::Float(sign * f64::INFINITY);
    }
    whole(text, unsigned).or_else(|| fraction(text, unsigned)).unwrap_or_else(|| Value::from(text))
}

/// A whole number: decimal, `0o17` or `0x1F`, with `_` between digits.
fn whole(text: &str, unsigned: &str) -> Option<Value> {
    let (radix, digits) = match unsigned.get(..2) {
        Some("0o") => (8, &unsigned[2..]),
        Some("0x") => (16, &unsigned[2..]),
        _ => (10, unsigned),
    };
    let digits = digits.replace('_', "");
    if digits.is_empty() || unsigned.starts_with('_') || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let negative = text.starts_with('-');
    match i64::from_str_radix(&digits, radix) {
        Ok(number) => Some(Value::Int(if negative { -number } else { number })),
        Err(_) if radix == 10 => {
            let number: f64 = digits.parse().ok()?;
            Some(Value::Float(if negative { -number } else { number }))
        }
        Err(_) => None,
    }
}

/// A number with a fraction or an exponent.
fn fraction(text: &str, unsigned: &str) -> Option<Value> {
    let starts_as_number = unsigned.starts_with(|first: char| first.is_ascii_digit())
        || (unsigned.starts_with('.') && unsigned[1..].starts_with(|next: char| next.is_ascii_digit()));
    let allowed =
        |character: char| character.is_ascii_digit() || matches!(character, '.' | 'e' | 'E' | '+' | '-' | '_');
    if !starts_as_number || !unsigned.chars().all(allowed) {
        return None;
    }
    text.replace('_', "").parse().ok().map(Value::Float)
}

/// The meaning of a scalar that carries a core tag such as `!!str`; `None` for tags that are not known.
pub(super) fn tagged(suffix: &str, text: &str) -> Option<Value> {
    match suffix {
        "str" => Some(Value::from(text)),
        "null" => Some(Value::Null),
        "int" | "bool" => Some(plain(text)),
        "float" => Some(plain(text).as_float().map_or_else(|| Value::from(text), Value::Float)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_mean_what_they_mean_to_promptflow() {
        for (text, json) in [
            ("yes", "\"yes\""),
            ("off", "\"off\""),
            ("True", "true"),
            ("tRUE", "\"tRUE\""),
            ("012", "12"),
            ("0o17", "15"),
            ("0x1F", "31"),
            ("1_000", "1000"),
            ("-7", "-7"),
            ("+7", "7"),
            ("1e3", "1000.0"),
            ("1.5", "1.5"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("12:30:45", "\"12:30:45\""),
            ("2024-01-01", "\"2024-01-01\""),
            ("1.2.3", "\"1.2.3\""),
            ("-", "\"-\""),
            ("e3", "\"e3\""),
            ("_1", "\"_1\""),
            ("~", "null"),
            ("99999999999999999999", "1e+20"),
            ("0x", "\"0x\""),
            ("日本", "\"日本\""),
        ] {
            assert_eq!(plain(text).to_json(), json, "{text}");
        }
        assert!(matches!(plain("-.inf"), Value::Float(number) if number == f64::NEG_INFINITY));
        assert!(matches!(plain(".nan"), Value::Float(number) if number.is_nan()));
    }
}
