//! Reading Python literals, such as the `tool_calls` that a template printed with Python's `repr`.

use std::sync::Arc;

use crate::value::{Map, Value};

/// How deep lists and mappings may lie in one another.
const DEPTH_LIMIT: usize = 100;

/// Reads a text that is one Python literal or one JSON value: numbers, texts in single or double quotes,
/// `None`/`null`, `True`/`true`, `False`/`false`, lists, tuples (as lists) and dicts. `None` if it is anything else.
#[must_use]
pub fn parse_python_literal(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    (reader.at == text.len()).then_some(value)
}

/// Reads the list that a text begins with; what stands behind it is passed over.
pub(super) fn parse_python_list(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0 };
    if !text.starts_with('[') {
        return None;
    }
    reader.value(0)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > DEPTH_LIMIT {
            return None;
        }
        self.skip_space();
        match self.peek()? {
            '[' => {
                self.next();
                let (items, _) = self.items(']', depth)?;
                Some(Value::list(items))
            }
            '(' => {
                self.next();
                let (mut items, comma) = self.items(')', depth)?;
                // `(1)` is the number in brackets, `(1,)` the tuple.
                if items.len() == 1 && !comma { items.pop() } else { Some(Value::list(items)) }
            }
            '{' => {
                self.next();
                self.entries(depth)
            }
            '\'' | '"' => {
                let mut text = self.quoted()?;
                // Python joins texts that stand side by side.
                loop {
                    let before = self.at;
                    self.skip_space();
                    if matches!(self.peek(), Some('\'' | '"')) {
                        text.push_str(&self.quoted()?);
                    } else {
                        self.at = before;
                        return Some(Value::from(text));
                    }
                }
            }
            '-' | '+' | '.' | '0'..='9' => self.number(),
            _ => self.word(),
        }
    }

    /// Items up to the closing bracket, and whether a comma stands behind the last.
    fn items(&mut self, close: char, depth: usize) -> Option<(Vec<Value>, bool)> {
        let mut items = Vec::new();
        let mut comma = false;
        loop {
            self.skip_space();
            if self.eat(close) {
                return Some((items, comma));
            }
            if !items.is_empty() && !comma {
                return None;
            }
            items.push(self.value(depth + 1)?);
            self.skip_space();
            comma = self.eat(',');
        }
    }

    fn entries(&mut self, depth: usize) -> Option<Value> {
        let mut entries = Map::new();
        let mut comma = true;
        loop {
            self.skip_space();
            if self.eat('}') {
                return Some(Value::Map(Arc::new(entries)));
            }
            if !comma {
                return None;
            }
            let key: Arc<str> = match self.value(depth + 1)? {
                Value::Text(text) => text.to_shared(),
                // Names are texts here; a number as a key is written as JSON would write it.
                Value::List(_) | Value::Map(_) => return None,
                other => Arc::from(other.to_json()),
            };
            self.skip_space();
            if !self.eat(':') {
                return None;
            }
            let value = self.value(depth + 1)?;
            entries.insert(key, value);
            self.skip_space();
            comma = self.eat(',');
        }
    }

    fn quoted(&mut self) -> Option<String> {
        let quote = self.next()?;
        let mut text = String::new();
        loop {
            match self.next()? {
                character if character == quote => return Some(text),
                '\n' => return None,
                '\\' => self.escape(&mut text)?,
                character => text.push(character),
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Option<()> {
        let character = self.next()?;
        let plain = match character {
            '\n' => return Some(()),
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '\\' | '\'' | '"' | '/' => character,
            'x' => char::from_u32(self.hex(2)?)?,
            'U' => char::from_u32(self.hex(8)?)?,
            'u' => self.utf16()?,
            '0'..='7' => {
                let mut code = character.to_digit(8)?;
                for _ in 0..2 {
                    let Some(digit) = self.peek().and_then(|next| next.to_digit(8)) else { break };
                    code = code * 8 + digit;
                    self.next();
                }
                char::from_u32(code)?
            }
            other => {
                text.push('\\');
                other
            }
        };
        text.push(plain);
        Some(())
    }

    /// A `\u` escape; JSON writes characters beyond the first plane as a pair of them.
    fn utf16(&mut self) -> Option<char> {
        let first = self.hex(4)?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        if !(self.eat('\\') && self.eat('u')) {
            return None;
        }
        let second = self.hex(4)?;
        let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low)
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text = self.rest().get(..digits)?;
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += digits;
        u32::from_str_radix(text, 16).ok()
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let signed = rest.strip_prefix(['-', '+']).unwrap_or(rest);
        let sign = rest.len() - signed.len();
        // Python writes these two only inside calls of float(), JSON dialects write them bare.
        for word in ["inf", "Infinity"] {
            if signed.starts_with(word) {
                self.at += sign + word.len();
                return Some(Value::Float(if rest.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }));
            }
        }
        let mut end = 0;
        let bytes = signed.as_bytes();
        let mut fraction = false;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'0'..=b'9' | b'_' => {}
                b'.' => fraction = true,
                b'e' | b'E' => {
                    fraction = true;
                    if matches!(bytes.get(end + 1), Some(b'+' | b'-')) {
                        end += 1;
                    }
                }
                _ => break,
            }
            end += 1;
        }
        let digits = rest.get(..sign + end)?.replace('_', "");
        self.at += sign + end;
        if !fraction && let Ok(whole) = digits.parse::<i64>() {
            return Some(Value::Int(whole));
        }
        digits.parse::<f64>().ok().map(Value::Float)
    }

    fn word(&mut self) -> Option<Value> {
        let rest = self.rest();
        let end = rest.find(|next: char| !next.is_alphanumeric() && next != '_').unwrap_or(rest.len());
        let value = match &rest[..end] {
            "None" | "null" => Value::Null,
            "True" | "true" => Value::Bool(true),
            "False" | "false" => Value::Bool(false),
            "nan" | "NaN" => Value::Float(f64::NAN),
            "inf" | "Infinity" => Value::Float(f64::INFINITY),
            _ => return None,
        };
        self.at += end;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_and_json_are_both_read() {
        let python = parse_python_literal("[{'a': None, 'b': [True, 1.5, -2], \"c\": 'it\\'s'}, (1,), (2)]");
        let json = parse_python_literal(r#"[{"a": null, "b": [true, 1.5, -2], "c": "it's"}, [1], 2]"#);
        assert_eq!(python, json);
        assert_eq!(
            python.map(|value| value.to_json()).as_deref(),
            Some(r#"[{"a":null,"b":[true,1.5,-2],"c":"it's"},[1],2]"#)
        );
    }

    #[test]
    fn escapes_of_both_languages_are_read() {
        let read = |text: &str| parse_python_literal(text).map(|value| value.to_json());
        assert_eq!(read(r"'\x41\u00e9\U0001F600\101\q'"), Some(r#""Aé😀A\\q""#.to_owned()));
        assert_eq!(read(r#""\ud83d\ude00\/""#), Some(r#""😀/""#.to_owned()));
        assert_eq!(read("'a' \"b\""), Some(r#""ab""#.to_owned()));
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        for text in ["", "[", "[1 2]", "{'a' 1}", "print(1)", "'a", "[1]]", "-", "{[1]: 2}", "'\\ud83d'"] {
            assert_eq!(parse_python_literal(text), None, "{text}");
        }
        assert_eq!(parse_python_literal(&"[".repeat(5000)), None);
    }
}
