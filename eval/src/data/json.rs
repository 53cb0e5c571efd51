//! One JSON object as a row.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use flow_core::value::{Map, Value};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The names of columns that were seen. Rows share them, as they mostly have the same.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<Arc<str>>);

impl Names {
    /// Names that come from values have no end; those of columns are few.
    const MOST: usize = 4096;

    pub(super) fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let new: Arc<str> = Arc::from(name);
        if self.0.len() < Self::MOST {
            self.0.insert(Arc::clone(&new));
        }
        new
    }
}

/// What is wrong with a row's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JsonFault {
    /// One line, in lower case.
    pub(super) message: String,
    /// What to do.
    pub(super) help: Option<&'static str>,
    /// The byte of the text, from 0.
    pub(super) offset: usize,
}

/// Reads one object. Numbers, nulls and the order of names stay as they are written; a name that comes twice is an error.
pub(super) fn object(text: &[u8], names: &mut Names) -> Result<Map, JsonFault> {
    if let Err(error) = std::str::from_utf8(text) {
        let help = Some("save the file as UTF-8");
        return Err(JsonFault { message: "this is not UTF-8".to_owned(), help, offset: error.valid_up_to() });
    }
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read = AnyValue { names }.deserialize(&mut deserializer).and_then(|value| {
        deserializer.end()?;
        Ok(value)
    });
    match read {
        Ok(Value::Map(entries)) => Ok(Arc::unwrap_or_clone(entries)),
        Ok(other) => Err(JsonFault {
            message: format!("a row is an object of names and values, and this is of type {}", other.kind()),
            help: Some("write each row as an object: {\"ticket\": \"It crashes\"}"),
            offset: 0,
        }),
        Err(error) => Err(fault(text, &error)),
    }
}

fn fault(text: &[u8], error: &serde_json::Error) -> JsonFault {
    let offset = offset_of(text, error.line(), error.column());
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    let rest = text.get(offset..).unwrap_or_default();
    let (message, help) = if error.is_eof() {
        let ending = "for rows over several lines write one list of objects and give the file the ending .json";
        ("the row ends before it is complete".to_owned(), Some(ending))
    } else if [&b"NaN"[..], b"Infinity", b"-Infinity"].iter().any(|word| rest.starts_with(word)) {
        ("NaN and Infinity are not JSON".to_owned(), Some("write null"))
    } else if said.starts_with(TWICE) {
        (said.to_owned(), Some("a row has each name once; rename or remove one of them"))
    } else if said.starts_with("trailing characters") && rest.starts_with(b"{") {
        ("a second object begins here".to_owned(), Some("begin each row on a line of its own"))
    } else if said.starts_with("recursion limit") {
        ("values are nested too deeply".to_owned(), None)
    } else if rest.starts_with(b"'") {
        (format!("this is not valid JSON, {said}"), Some("JSON puts names and texts into double quotes"))
    } else {
        (format!("this is not valid JSON, {said}"), None)
    };
    JsonFault { message, help, offset }
}

/// The byte at a line and column as `serde_json` counts them: bytes from 1, 0 for the line's end before.
fn offset_of(text: &[u8], line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

const TWICE: &str = "the name ";

struct AnyValue<'n> {
    names: &'n mut Names,
}

impl<'de> DeserializeSeed<'de> for AnyValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers outside of i64 become floats, as everywhere")]
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(AnyValue { names: &mut *self.names })? {
            items.push(item);
        }
        Ok(Value::List(Arc::new(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries = Map::new();
        while let Some(name) = access.next_key_seed(Name { names: &mut *self.names })? {
            if entries.contains_key(&name) {
                return Err(A::Error::custom(format_args!("{TWICE}`{name}` comes twice")));
            }
            let value = access.next_value_seed(AnyValue { names: &mut *self.names })?;
            entries.insert(name, value);
        }
        Ok(Value::Map(Arc::new(entries)))
    }
}

struct Name<'n> {
    names: &'n mut Names,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Arc<str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Arc<str>, E> {
        Ok(self.names.shared(name))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Map, JsonFault> {
        object(text.as_bytes(), &mut Names::default())
    }

    #[test]
    fn types_are_kept_and_missing_is_not_null() {
        let row = read(r#"{"i": 9007199254740993, "f": 1.0, "n": null, "big": 18446744073709551616, "l": [1, "a"]}"#);
        let row = row.unwrap();
        assert_eq!(row["i"], Value::Int(9_007_199_254_740_993));
        assert_eq!(row["f"], Value::Float(1.0));
        assert_eq!(row["n"], Value::Null);
        assert_eq!(row["big"], Value::Float(18_446_744_073_709_551_616.0));
        assert_eq!(row["l"], Value::list([Value::Int(1), Value::from("a")]));
        assert!(!row.contains_key("missing"));
    }

    #[test]
    fn faults_name_the_byte_and_what_to_do() {
        for (text, offset, message) in [
            (r#"{"a": 1, "b": 2, "a": 3}"#, 19, "the name `a` comes twice"),
            (r#"{"a": {"x": 1, "x": 2}}"#, 17, "the name `x` comes twice"),
            (r#"{"a": NaN}"#, 6, "NaN and Infinity are not JSON"),
            ("{", 0, "the row ends before it is complete"),
            (r#"{"a": 1}{"a": 2}"#, 8, "a second object begins here"),
            ("[1]", 0, "a row is an object of names and values, and this is of type list"),
            ("{'a': 1}", 1, "this is not valid JSON, key must be a string"),
        ] {
            let fault = read(text).unwrap_err();
            assert_eq!((&*fault.message, fault.offset), (message, offset), "{text}");
        }
        let fault = object(b"{\"a\": \"\xe4\"}", &mut Names::default()).unwrap_err();
        assert_eq!((&*fault.message, fault.offset), ("this is not UTF-8", 7));
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_flow_core_reads(names in proptest::collection::btree_set("[a-z\"\\\\é]{0,4}", 0..6), number: i64, text: String) {
            let value = Value::map(names.into_iter().map(|name| (name, Value::list([Value::Int(number), Value::from(&*text)]))));
            prop_assert_eq!(read(&value.to_json()).unwrap(), value.as_map().unwrap().clone());
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = object(&bytes, &mut Names::default());
        }
    }
}
