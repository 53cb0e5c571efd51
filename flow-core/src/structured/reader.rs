//! Almost-JSON: what models write when they are asked for JSON.

use serde_json::{Map, Number, Value as Json};

use super::LibertyKind;
use super::string;

/// How deep a value may lie in others.
pub(super) const DEPTH_LIMIT: usize = 128;

/// Reads one value from a text, tolerantly.
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    liberties: Vec<LibertyKind>,
}

/// A value that was read.
#[derive(Debug)]
pub(super) struct Read {
    pub value: Json,
    /// Where it ends in the text, in bytes.
    pub end: usize,
    pub liberties: Vec<LibertyKind>,
}

impl<'t> Reader<'t> {
    /// Reads the value that begins at an offset.
    pub(super) fn value_at(text: &'t str, at: usize) -> Result<Read, Fault> {
        let mut reader = Self { text, at, depth: 0, liberties: Vec::new() };
        let value = reader.value()?;
        Ok(Read { value, end: reader.at, liberties: reader.liberties })
    }

    /// Reads a text that is one value from end to end.
    pub(super) fn whole(text: &'t str) -> Result<Read, Fault> {
        let mut reader = Self { text, at: 0, depth: 0, liberties: Vec::new() };
        reader.space();
        let value = reader.value()?;
        reader.space();
        if reader.peek() == Some(';') {
            reader.take();
            reader.note(LibertyKind::Surrounded);
            reader.space();
        }
        if reader.at < text.len() {
            return Err(reader.fault("text follows the JSON"));
        }
        Ok(Read { value, end: reader.at, liberties: reader.liberties })
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn take(&mut self) -> Option<char> {
        let sign = self.peek()?;
        self.at += sign.len_utf8();
        Some(sign)
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    pub(super) fn mark(&self) -> usize {
        self.at
    }

    pub(super) fn reset(&mut self, mark: usize) {
        self.at = mark;
    }

    /// Takes note of a liberty; of each kind once.
    pub(super) fn note(&mut self, kind: LibertyKind) {
        if !self.liberties.contains(&kind) {
            self.liberties.push(kind);
        }
    }

    /// The next sign that is no white space.
    pub(super) fn after_space(&self) -> Option<char> {
        self.rest().chars().find(|sign| !sign.is_whitespace())
    }

    pub(super) fn fault(&self, message: &'static str) -> Fault {
        Fault::Syntax { message, at: self.at }
    }

    /// Skips white space and comments.
    fn space(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len()
                - rest
                    .trim_start_matches(|sign: char| sign.is_whitespace() || sign == '\u{feff}' || sign == '\u{200b}')
                    .len();
            self.at += blank;
            let rest = self.rest();
            let comment = if rest.starts_with("//") || rest.starts_with('#') {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                return;
            };
            self.note(LibertyKind::Comment);
            self.at += comment;
        }
    }

    fn value(&mut self) -> Result<Json, Fault> {
        let Some(sign) = self.peek() else { return Err(Fault::Cut) };
        match sign {
            '{' => self.nested(Self::object),
            '[' => self.nested(|reader| reader.list(']')),
            '(' => {
                self.note(LibertyKind::ForeignWord);
                self.nested(|reader| reader.list(')'))
            }
            _ if string::opens(sign) => string::read(self).map(Json::String),
            '-' | '+' | '.' | '0'..='9' => self.number(),
            _ => self.word(),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Json, Fault>) -> Result<Json, Fault> {
        if self.depth == DEPTH_LIMIT {
            return Err(Fault::TooDeep);
        }
        self.depth += 1;
        self.take();
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Json, Fault> {
        let mut entries = Map::new();
        loop {
            self.space();
            match self.peek() {
                Some('}') => {
                    self.take();
                    return Ok(Json::Object(entries));
                }
                // Nothing was written yet, or a comma promised more.
                None => return Err(Fault::Cut),
                Some(_) => {}
            }
            let key = self.key()?;
            self.space();
            match self.peek() {
                Some(':') => drop(self.take()),
                Some('=') => return Err(self.fault("`:` is wanted between a name and its value")),
                Some(_) => return Err(self.fault("`:` is wanted behind a name")),
                None => return Err(Fault::Cut),
            }
            self.space();
            let value = self.value()?;
            if entries.insert(key, value).is_some() {
                self.note(LibertyKind::DuplicateKey);
            }
            if self.ends('}')? {
                return Ok(Json::Object(entries));
            }
        }
    }

    fn list(&mut self, closing: char) -> Result<Json, Fault> {
        let mut items = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(sign) if sign == closing => {
                    self.take();
                    return Ok(Json::Array(items));
                }
                None => return Err(Fault::Cut),
                Some(_) => {}
            }
            items.push(self.value()?);
            if self.ends(closing)? {
                return Ok(Json::Array(items));
            }
        }
    }

    /// What stands behind an item: whether the list or mapping ends with it.
    fn ends(&mut self, closing: char) -> Result<bool, Fault> {
        let item_end = self.at;
        self.space();
        match self.peek() {
            Some(sign) if sign == closing => {
                self.take();
                Ok(true)
            }
            Some(',') => {
                self.take();
                self.space();
                if self.peek() == Some(closing) {
                    self.note(LibertyKind::TrailingComma);
                }
                Ok(false)
            }
            Some(sign) if self.at > item_end && (string::opens(sign) || matches!(sign, '{' | '[')) => {
                self.note(LibertyKind::MissingComma);
                Ok(false)
            }
            Some(_) => Err(self.fault("a comma or a closing bracket is wanted here")),
            // A number or word at the very end may have been longer.
            None if self.text[..item_end].ends_with(|last: char| last.is_alphanumeric()) => Err(Fault::Cut),
            None => {
                self.note(LibertyKind::Closed);
                Ok(true)
            }
        }
    }

    fn key(&mut self) -> Result<String, Fault> {
        let Some(sign) = self.peek() else { return Err(Fault::Cut) };
        if string::opens(sign) {
            return string::read(self);
        }
        let rest = self.rest();
        let is_part = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '$' | '-');
        let end = rest.find(|sign| !is_part(sign)).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.fault("a name is wanted here"));
        }
        self.note(LibertyKind::BareKey);
        self.at += end;
        Ok(rest[..end].to_owned())
    }

    fn number(&mut self) -> Result<Json, Fault> {
        let rest = self.rest();
        let end = rest
            .find(|sign: char| !(sign.is_ascii_alphanumeric() || matches!(sign, '+' | '-' | '.' | '_')))
            .unwrap_or(rest.len());
        let written = &rest[..end];
        if written.trim_start_matches(['-', '+']).starts_with(['I', 'N', 'i', 'n']) {
            let sign = written.len() - written.trim_start_matches(['-', '+']).len();
            self.at += sign;
            return self.word();
        }
        let number = match serde_json::from_str::<Number>(written) {
            Ok(number) => number,
            Err(_) => {
                let number = foreign_number(written).ok_or_else(|| self.fault("this is not a number of JSON"))?;
                self.note(LibertyKind::ForeignNumber);
                number
            }
        };
        self.at += end;
        Ok(Json::Number(number))
    }

    fn word(&mut self) -> Result<Json, Fault> {
        let rest = self.rest();
        let end = rest.find(|sign: char| !(sign.is_alphanumeric() || sign == '_')).unwrap_or(rest.len());
        let (value, liberty) = match &rest[..end] {
            "true" => (Json::Bool(true), None),
            "false" => (Json::Bool(false), None),
            "null" => (Json::Null, None),
            "True" | "TRUE" => (Json::Bool(true), Some(LibertyKind::ForeignWord)),
            "False" | "FALSE" => (Json::Bool(false), Some(LibertyKind::ForeignWord)),
            "None" | "NULL" | "Null" | "nil" | "undefined" => (Json::Null, Some(LibertyKind::ForeignWord)),
            "NaN" | "nan" | "Infinity" | "inf" => (Json::Null, Some(LibertyKind::NotANumber)),
            _ => return Err(self.fault("a value is wanted here")),
        };
        if let Some(liberty) = liberty {
            self.note(liberty);
        }
        self.at += end;
        Ok(value)
    }
}

/// A number that other languages write so: `+1`, `.5`, `5.`, `1_000`. No leading zeros, which may be part of a name.
fn foreign_number(written: &str) -> Option<Number> {
    let bytes = written.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    if bytes.iter().enumerate().any(|(at, byte)| *byte == b'_' && !(digit(at.checked_sub(1)) && digit(Some(at + 1)))) {
        return None;
    }
    let plain = written.replace('_', "");
    let (minus, plain) = match plain.strip_prefix('-') {
        Some(plain) => ("-", plain),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let head = if plain.starts_with('.') { "0" } else { "" };
    let plain = match plain.strip_suffix('.') {
        Some(whole) if whole.bytes().all(|byte| byte.is_ascii_digit()) => format!("{minus}{head}{whole}.0"),
        _ => format!("{minus}{head}{plain}"),
    };
    serde_json::from_str(&plain).ok()
}

/// Why no value could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The text ends before the value does.
    Cut,
    /// The value is nested too deep.
    TooDeep,
    /// Something stands where it cannot.
    Syntax {
        /// What is wrong.
        message: &'static str,
        /// Where, in bytes.
        at: usize,
    },
}
