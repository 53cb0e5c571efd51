//! `tojson` as Jinja2 has it: Python's `json.dumps` with sorted keys, and what could end an HTML script escaped.

use minijinja::value::{Kwargs, Value as View, ValueKind};
use minijinja::{Error, ErrorKind};

use super::session::{PRINTED_LIMIT, too_long};
use crate::value::{push_display, python_float};

const DEPTH_LIMIT: usize = 200;

/// The filter `tojson(indent=…)`.
pub(super) fn tojson(value: &View, indent: Option<usize>, kwargs: Kwargs) -> Result<String, Error> {
    let indent = match indent {
        Some(indent) => Some(indent),
        None => kwargs.get::<Option<usize>>("indent")?,
    };
    kwargs.assert_all_used()?;
    if indent.is_some_and(|indent| indent > 64) {
        return Err(Error::new(ErrorKind::InvalidOperation, "tojson indents by 64 spaces at the most"));
    }
    let mut writer = Writer { out: String::new(), indent };
    writer.value(value, 0)?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    indent: Option<usize>,
}

impl Writer {
    fn value(&mut self, value: &View, depth: usize) -> Result<(), Error> {
        if depth > DEPTH_LIMIT {
            return Err(Error::new(ErrorKind::InvalidOperation, "the value is nested too deep for tojson"));
        }
        if self.out.len() > PRINTED_LIMIT {
            return Err(too_long());
        }
        match value.kind() {
            ValueKind::None => self.out.push_str("null"),
            ValueKind::Bool => self.out.push_str(if value.is_true() { "true" } else { "false" }),
            ValueKind::Number if value.is_integer() => push_display(&mut self.out, value),
            ValueKind::Number => {
                let number = f64::try_from(value.clone())?;
                let text = match number {
                    _ if number.is_nan() => "NaN".to_owned(),
                    f64::INFINITY => "Infinity".to_owned(),
                    f64::NEG_INFINITY => "-Infinity".to_owned(),
                    _ => python_float(number),
                };
                self.out.push_str(&text);
            }
            ValueKind::String => self.text(value.as_str().unwrap_or_default()),
            ValueKind::Seq | ValueKind::Iterable => {
                let items = value.try_iter()?.checked().collect::<Result<Vec<_>, _>>()?;
                self.block(['[', ']'], items.iter(), depth, |writer, item| writer.value(item, depth + 1))?;
            }
            ValueKind::Map => {
                let mut entries = Vec::new();
                for key in value.try_iter()?.checked() {
                    let key = key?;
                    let item = value.get_item(&key)?;
                    entries.push((key_text(&key), item));
                }
                entries.sort_by(|one, two| one.0.cmp(&two.0));
                self.block(['{', '}'], entries.iter(), depth, |writer, (key, item)| {
                    writer.text(key);
                    writer.out.push_str(": ");
                    writer.value(item, depth + 1)
                })?;
            }
            ValueKind::Undefined => {
                return Err(Error::new(ErrorKind::UndefinedError, "an undefined value cannot be written as JSON"));
            }
            kind => {
                let message = format!("a value of the kind `{kind}` cannot be written as JSON");
                return Err(Error::new(ErrorKind::InvalidOperation, message));
            }
        }
        Ok(())
    }

    fn block<T>(
        &mut self,
        [open, close]: [char; 2],
        items: impl ExactSizeIterator<Item = T>,
        depth: usize,
        mut write: impl FnMut(&mut Self, T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let empty = items.len() == 0;
        self.out.push(open);
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push_str(if self.indent.is_some() { "," } else { ", " });
            }
            self.line_break(depth + 1);
            write(self, item)?;
        }
        if !empty {
            self.line_break(depth);
        }
        self.out.push(close);
        Ok(())
    }

    fn line_break(&mut self, depth: usize) {
        if let Some(indent) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', indent * depth));
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            match character {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                '<' | '>' | '&' | '\'' => push_display(&mut self.out, format_args!("\\u{:04x}", u32::from(character))),
                ' '..='~' => self.out.push(character),
                _ => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        push_display(&mut self.out, format_args!("\\u{unit:04x}"));
                    }
                }
            }
        }
        self.out.push('"');
    }
}

fn key_text(key: &View) -> String {
    match key.kind() {
        ValueKind::None => "null".to_owned(),
        ValueKind::Bool => if key.is_true() { "true" } else { "false" }.to_owned(),
        _ => key.to_string(),
    }
}
