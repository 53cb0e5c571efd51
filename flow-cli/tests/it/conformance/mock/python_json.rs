//! JSON text to the letter as Python's `json.dumps` writes it, and the digest that the answers are made from.
//!
//! Python's number and escape rules matter because the text goes into digests and into answers. Integers beyond 64 bits
//! are the one thing not kept: `serde_json` has made a float of them before we see them.

use std::fmt::Write;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

/// The mock's own address, which differs from run to run.
#[cfg_attr(not(test), expect(clippy::expect_used, reason = "a fixed pattern; a test compiles it"))]
static OWN_URL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"http://(?:127\.0\.0\.1|localhost):\d+").expect("a valid pattern"));

/// The arguments of `json.dumps`.
#[derive(Clone, Copy)]
struct Style {
    item_separator: &'static str,
    key_separator: &'static str,
    ascii: bool,
    sorted: bool,
}

const DEFAULT: Style = Style { item_separator: ", ", key_separator: ": ", ascii: true, sorted: false };

/// `json.dumps(value)`.
pub(crate) fn dumps(value: &Value) -> String {
    written(value, DEFAULT)
}

/// `json.dumps(value, ensure_ascii=False)`.
pub(crate) fn dumps_unicode(value: &Value) -> String {
    written(value, Style { ascii: false, ..DEFAULT })
}

/// The SHA-256 in hexadecimal of the value's text with sorted keys and no spaces, with the mock's own URL made neutral.
pub(crate) fn digest(value: &Value) -> String {
    let text = written(value, Style { item_separator: ",", key_separator: ":", ascii: false, sorted: true });
    hexadecimal(&Sha256::digest(OWN_URL.replace_all(&text, "http://mock").as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn written(value: &Value, style: Style) -> String {
    let mut text = String::new();
    write_value(&mut text, value, style);
    text
}

fn write_value(out: &mut String, value: &Value, style: Style) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::String(text) => write_string(out, text, style.ascii),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(style.item_separator);
                }
                write_value(out, item, style);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            if style.sorted {
                // The order of UTF-8 bytes is that of code points, which is what Python sorts by.
                fields.sort_by_key(|(key, _)| *key);
            }
            out.push('{');
            for (index, (key, value)) in fields.into_iter().enumerate() {
                if index > 0 {
                    out.push_str(style.item_separator);
                }
                write_string(out, key, style.ascii);
                out.push_str(style.key_separator);
                write_value(out, value, style);
            }
            out.push('}');
        }
    }
}

fn write_string(out: &mut String, text: &str, ascii: bool) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(letter),
            '\u{7f}'.. if !ascii => out.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => float_text(float),
        _ => number.to_string(),
    }
}

/// `repr(float)`: the shortest digits that read back the same, with an exponent below 1e-4 and from 1e16 on.
fn float_text(number: f64) -> String {
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = number.to_string();
    if plain.contains('.') { plain } else { plain + ".0" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        let floats = json!([1.0, 0.1, -0.0, 1e15, 1e16, 1.5e20, 0.0001, 0.00001, 1.25e-7, 1e100, 123456.789]);
        assert_eq!(
            dumps(&floats),
            "[1.0, 0.1, -0.0, 1000000000000000.0, 1e+16, 1.5e+20, 0.0001, 1e-05, 1.25e-07, 1e+100, 123456.789]"
        );
    }

    #[test]
    fn text_is_escaped_as_python_escapes_it() {
        let text = json!("é\u{7f}😀\u{1}\"\\/\n");
        assert_eq!(dumps(&text), r#""\u00e9\u007f\ud83d\ude00\u0001\"\\/\n""#);
        assert_eq!(dumps_unicode(&text), "\"é\u{7f}😀\\u0001\\\"\\\\/\\n\"");
    }

    #[test]
    fn a_digest_knows_neither_key_order_nor_port() {
        let one = json!({"b": 1.0, "a": ["http://127.0.0.1:8080/x"]});
        let other = json!({"a": ["http://localhost:9/x"], "b": 1.0});
        // sha256 of {"a":["http://mock/x"],"b":1.0}
        assert_eq!(digest(&one), "2dff19a25f684be39149dc5801ceff6515b7fb587c503fcd619ba793cc876c96");
        assert_eq!(digest(&one), digest(&other));
        assert_ne!(digest(&one), digest(&json!({"a": ["http://localhost:9/x"], "b": 1})));
    }
}
