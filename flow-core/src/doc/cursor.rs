use std::sync::Arc;
use std::time::Duration;

use super::Report;
use crate::diag::nearest;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::value::{Value, parse_duration};
use crate::yaml::{Entry, Mapping, Node};

/// Something with its place.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// The thing.
    pub value: T,
    /// Its place.
    pub span: Span,
}

/// Reads the entries of one mapping by name, and knows at the end which were not asked for.
#[derive(Debug)]
pub struct Cursor<'t> {
    mapping: &'t Mapping,
    /// What the mapping is, for messages: "the flow", "node `x`".
    what: String,
    known: Vec<&'static str>,
    /// Keys that are known but not worth naming.
    silent: Vec<&'static str>,
    /// Mistyped keys that were told of already.
    told: Vec<&'t str>,
}

impl<'t> Cursor<'t> {
    /// A cursor over a mapping; anything else is an error, and `None`.
    pub fn open(node: &'t Node, what: impl Into<String>, report: &mut Report) -> Option<Self> {
        Self::open_or(node, what, None, report)
    }

    /// As [`Cursor::open`], with what to do where it is something else.
    pub fn open_or(node: &'t Node, what: impl Into<String>, help: Option<String>, report: &mut Report) -> Option<Self> {
        let what = what.into();
        let Some(mapping) = node.as_mapping() else {
            let message = format!("{what} must be a mapping of keys to values, here it is {}", node.shape());
            report.push(Diagnostic::error(Code::WrongShape, node.span, message).maybe_help(help));
            return None;
        };
        Some(Self { mapping, what, known: Vec::new(), silent: Vec::new(), told: Vec::new() })
    }

    /// What the mapping is, for messages.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The entry of this name; a null counts as missing.
    pub fn entry(&mut self, key: &'static str) -> Option<&'t Entry> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        let entry = self.mapping.get(key)?;
        let is_null = entry.value.as_scalar().is_some_and(|scalar| scalar.value.is_null());
        (!is_null).then_some(entry)
    }

    /// As [`Cursor::finish`]; a stray key that `elsewhere` knows is told its place.
    pub fn finish_with(mut self, elsewhere: impl Fn(&str) -> Option<String>, report: &mut Report) {
        for entry in &self.mapping.entries {
            let key = &*entry.key.text;
            if !self.is_asked_for(key)
                && let Some(help) = elsewhere(key)
            {
                let message = format!("{} has no key `{key}`", self.what);
                report.odd(Diagnostic::warning(Code::UnknownKey, entry.key.span, message).help(help));
                self.told.push(key);
            }
        }
        self.finish(report);
    }

    fn is_asked_for(&self, key: &str) -> bool {
        self.known.contains(&key) || self.silent.contains(&key) || self.told.contains(&key)
    }

    /// Marks keys as known without reading them, and without naming them in help lines.
    pub fn ignore(&mut self, keys: &'static [&'static str]) {
        self.silent.extend_from_slice(keys);
    }

    /// As [`Cursor::ignore`], of a key whose value is null; one with a value is unknown.
    pub fn ignore_null(&mut self, key: &'static str) {
        let entry = self.mapping.get(key);
        if entry.is_some_and(|entry| entry.value.as_scalar().is_some_and(|scalar| scalar.value.is_null())) {
            self.silent.push(key);
        }
    }

    /// The text of an entry. Numbers and truth values count as the text that was written.
    pub fn text(&mut self, key: &'static str, report: &mut Report) -> Option<Spanned<Arc<str>>> {
        let entry = self.entry(key)?;
        match entry.value.as_scalar() {
            Some(scalar) => Some(Spanned { value: Arc::clone(&scalar.text), span: entry.value.span }),
            None => {
                self.wrong_shape(key, entry, "text", report);
                None
            }
        }
    }

    /// As [`Cursor::text`]; a missing entry is an error at `place`.
    pub fn required_text(&mut self, key: &'static str, place: Span, report: &mut Report) -> Option<Spanned<Arc<str>>> {
        if self.entry(key).is_none() {
            self.missing(key, place, report);
        }
        self.text(key, report)
    }

    /// Reports a key that must be there.
    pub fn missing(&mut self, key: &str, place: Span, report: &mut Report) {
        let help = self.meant(key).unwrap_or_else(|| format!("add `{key}: …`"));
        report.error(Code::MissingKey, place, format!("{} has no `{key}`", self.what), help);
    }

    /// A help line for a missing key if another one there is near to it; that one is then not reported again.
    pub fn meant(&mut self, key: &str) -> Option<String> {
        let others = self.mapping.entries.iter().map(|entry| &*entry.key.text);
        let near = nearest(key, others.filter(|other| !self.known.contains(other)))?;
        self.told.push(near);
        Some(format!("is `{near}` meant to be `{key}`?"))
    }

    /// A truth value.
    pub fn flag(&mut self, key: &'static str, report: &mut Report) -> Option<bool> {
        let entry = self.entry(key)?;
        let flag = entry.value.as_scalar().and_then(|scalar| scalar.value.as_bool());
        if flag.is_none() {
            self.wrong_value(key, entry, "true or false", report);
        }
        flag
    }

    /// A whole number within bounds.
    pub fn count(&mut self, key: &'static str, least: i64, most: i64, report: &mut Report) -> Option<usize> {
        let entry = self.entry(key)?;
        let number = entry.value.as_scalar().and_then(|scalar| scalar.value.as_int());
        match number.filter(|number| (least..=most).contains(number)).and_then(|number| usize::try_from(number).ok()) {
            Some(number) => Some(number),
            None => {
                self.wrong_value(key, entry, &format!("a whole number from {least} to {most}"), report);
                None
            }
        }
    }

    /// A time: `60s`, `500ms`, `2m`, or a number of seconds.
    pub fn duration(&mut self, key: &'static str, report: &mut Report) -> Option<Duration> {
        let entry = self.entry(key)?;
        let duration = entry.value.as_scalar().and_then(|scalar| parse_duration(&scalar.text));
        if duration.is_none() {
            self.wrong_value(key, entry, "a time such as 60s, 500ms or 2m", report);
        }
        duration
    }

    /// The items of a list.
    pub fn sequence(&mut self, key: &'static str, report: &mut Report) -> Option<&'t [Node]> {
        let entry = self.entry(key)?;
        let items = entry.value.as_sequence();
        if items.is_none() {
            self.wrong_shape(key, entry, "a list, each item behind a `- `", report);
        }
        items
    }

    /// A mapping.
    pub fn mapping(&mut self, key: &'static str, report: &mut Report) -> Option<&'t Mapping> {
        let entry = self.entry(key)?;
        let mapping = entry.value.as_mapping();
        if mapping.is_none() {
            self.wrong_shape(key, entry, "a mapping of names to values", report);
        }
        mapping
    }

    /// Reports a value of another shape than the key takes.
    pub fn wrong_shape(&self, key: &str, entry: &Entry, expected: &str, report: &mut Report) {
        self.refuse(key, entry, expected, entry.value.shape(), report);
    }

    /// Reports a value that is of the right shape and yet not what the key takes.
    fn wrong_value(&self, key: &str, entry: &Entry, expected: &str, report: &mut Report) {
        let found = entry.value.as_scalar().map(|scalar| format!("`{}`", scalar.text));
        self.refuse(key, entry, expected, found.as_deref().unwrap_or(entry.value.shape()), report);
    }

    fn refuse(&self, key: &str, entry: &Entry, expected: &str, found: &str, report: &mut Report) {
        let message = format!("`{key}` of {} takes {expected}, here it is {found}", self.what);
        let diagnostic = Diagnostic::error(Code::WrongShape, entry.value.span, message);
        report.push(match entry.value.defined {
            Some(defined) => diagnostic.related(defined, "written here"),
            None => diagnostic,
        });
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(self, report: &mut Report) {
        for entry in &self.mapping.entries {
            let key = &*entry.key.text;
            if self.is_asked_for(key) {
                continue;
            }
            let message = format!("{} has no key `{key}`", self.what);
            // One for many, and many for one, are the commonest slips.
            let number = self.known.iter().copied().find(|known| {
                known.strip_suffix('s').is_some_and(|one| one == key)
                    || key.strip_suffix('s').is_some_and(|one| one == *known)
            });
            let near = number.or_else(|| nearest(key, self.known.iter().chain(&self.silent).copied()));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys are {}", self.known.join(", ")),
            };
            report.odd(Diagnostic::warning(Code::UnknownKey, entry.key.span, message).help(help));
        }
    }
}

/// A literal of the flow file: its texts count as the author's.
#[must_use]
pub(crate) fn authored(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(crate::value::Text::all_authored(text.to_shared())),
        Value::List(items) => Value::list(items.iter().map(authored)),
        Value::Map(entries) => Value::map(entries.iter().map(|(key, value)| (Arc::clone(key), authored(value)))),
        other => other.clone(),
    }
}
