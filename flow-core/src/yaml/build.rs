//! The tree, from what `serde-saphyr` reads and what the outline knows.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::{fmt, io};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Location, Spanned};

use super::outline::Outline;
use super::{Entry, Key, MAX_ALIASES, MAX_DEPTH, MAX_MERGE_KEYS, MAX_NODES, Mapping, Node, NodeValue, Scalar, syntax};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Span};
use crate::value::Value;

/// Reads the tree of a text whose outline was found to be sound.
pub(super) fn build(text: &str, file: FileId, outline: &Outline, diagnostics: &mut Diagnostics) -> Option<Node> {
    let parse = || serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options());
    match on_large_stack(outline.depth(), parse) {
        Ok(Ok(raw)) => Some(Builder { text, file, outline }.node(raw)),
        Ok(Err(error)) => {
            let offset = error.location().and_then(|location| offset(&location)).unwrap_or(0);
            diagnostics.push(syntax::unreadable_value(text, file, offset, &error));
            None
        }
        Err(error) => {
            let message = format!("the file is nested too deep to be read now: {}", error.kind());
            diagnostics.push(Diagnostic::error(Code::YamlBudget, Span::new(file, 0, 0), message));
            None
        }
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        // The outline holds the limits and words them well; these are the same ones, as a second lock.
        budget: serde_saphyr::budget! {
            max_nodes: 2 * MAX_NODES,
            max_depth: 2 * MAX_DEPTH,
            max_aliases: MAX_ALIASES,
            max_merge_keys: MAX_MERGE_KEYS,
            enforce_alias_anchor_ratio: false,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        ignore_binary_tag_for_string: true,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    }
}

/// Nesting that every thread's stack holds; serde takes up to 32 KiB of stack for each level in a debug build.
const FLAT: usize = 12;

/// Runs a recursive reader where the stack is certain to hold [`MAX_DEPTH`] levels.
fn on_large_stack<T: Send>(depth: usize, read: impl FnOnce() -> T + Send) -> io::Result<T> {
    if depth <= FLAT {
        return Ok(read());
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, read)?;
        thread.join().map_err(|_| io::Error::other("the reader stopped"))
    })
}

fn offset(location: &Location) -> Option<usize> {
    location.span().byte_offset().and_then(|offset| usize::try_from(offset).ok())
}

/// The shape of a value. The content of scalars is not kept: the outline has it, by place.
enum Raw {
    Null,
    /// Nothing to see: no characters, or only line ends; the parser has no place of its own for some of these.
    Blank(Arc<str>),
    Scalar,
    Sequence(Vec<Spanned<Raw>>),
    Mapping(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Scalar)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(if text.trim().is_empty() { Raw::Blank(Arc::from(text)) } else { Raw::Scalar })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Mapping(entries))
    }
}

struct Builder<'a> {
    text: &'a str,
    file: FileId,
    outline: &'a Outline,
}

impl Builder<'_> {
    fn node(&self, raw: Spanned<Raw>) -> Node {
        let used = offset(&raw.referenced).unwrap_or(0);
        let written = offset(&raw.defined).unwrap_or(used);
        let (value, place) = match raw.value {
            Raw::Sequence(items) => {
                let items = items.into_iter().map(|item| self.node(item)).collect();
                (NodeValue::Sequence(items), written..self.outline.sequence_end(written))
            }
            Raw::Mapping(entries) => {
                (NodeValue::Mapping(self.mapping(entries)), written..self.outline.mapping_end(written))
            }
            scalar => {
                let (scalar, place) = self.scalar(written, &scalar);
                (NodeValue::Scalar(scalar), place)
            }
        };
        let place = Span::new(self.file, place.start, place.end);
        if used == written {
            return Node { value, span: place, defined: None };
        }
        let length = raw.referenced.span().byte_len().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let span = Span::new(self.file, used, self.outline.end(used, length));
        Node { value, span, defined: Some(place) }
    }

    fn mapping(&self, raw: Vec<(Spanned<Raw>, Spanned<Raw>)>) -> Mapping {
        let mut seen = HashSet::with_capacity(raw.len());
        let mut entries = Vec::with_capacity(raw.len());
        for (key, value) in raw {
            let at = offset(&key.defined).unwrap_or(0);
            let (scalar, place) = self.scalar(at, &key.value);
            // The outline has told of keys that stand twice; the first one counts.
            if seen.insert(Arc::clone(&scalar.text)) {
                let key = Key { text: scalar.text, span: Span::new(self.file, place.start, place.end) };
                entries.push(Entry { key, value: self.node(value) });
            }
        }
        Mapping { entries }
    }

    fn scalar(&self, at: usize, raw: &Raw) -> (Scalar, Range<usize>) {
        let found = self.outline.scalar(at).filter(|(scalar, _)| match raw {
            Raw::Null => scalar.value.is_null(),
            Raw::Blank(text) => scalar.text == *text,
            _ => true,
        });
        if let Some((scalar, end)) = found {
            return (scalar.clone(), at..end);
        }
        // Nothing is written there: no value at all, or a block or tag without words. The parser names the place of
        // the colon or of what comes next; people look behind the last thing before it.
        let (text, value) = match raw {
            Raw::Blank(text) => (Arc::clone(text), Value::from(&**text)),
            _ => (Arc::from(""), Value::Null),
        };
        let place = match self.text.get(at..) {
            Some(rest) if rest.starts_with(':') => at + 1,
            Some(_) => self.text[..at].trim_end().len(),
            None => at,
        };
        (Scalar { text, value, line_offsets: Arc::default() }, place..place)
    }
}
