//! Reading an exchange from its file.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::exchange::{APIS, DIALECTS, Exchange, Outcome};
use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::model::{ModelError, ModelErrorKind};
use crate::source::{SourceMap, read_text};
use crate::yaml::{self, Mapping, Node, NodeValue};

const KEYS: &[&str] =
    &["connection", "provider", "dialect", "api", "occurrence", "request", "answer", "events", "failure"];
const FAILURE_KEYS: &[&str] = &["kind", "status", "code", "message"];
const KINDS: &[(&str, ModelErrorKind)] = &[
    ("status", ModelErrorKind::Status(0)),
    ("connect", ModelErrorKind::Connect),
    ("broken", ModelErrorKind::Broken),
    ("timeout", ModelErrorKind::Timeout),
    ("truncated", ModelErrorKind::Truncated),
    ("invalid-response", ModelErrorKind::InvalidResponse),
];

/// The exchange of a file; `None` where it has errors, which are added to the diagnostics.
pub(super) fn read(path: &Path, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Option<Exchange> {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(error) => {
            diagnostics.push(Diagnostic::from(&error));
            return None;
        }
    };
    let file = sources.add(path, text);
    let mut found = Diagnostics::default();
    let node = yaml::read(sources, file, &mut found);
    let exchange = node.and_then(|node| Reader { diagnostics: &mut found }.exchange(&node));
    let is_sound = !found.has_errors();
    diagnostics.extend(found);
    exchange.filter(|_| is_sound)
}

struct Reader<'a> {
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn exchange(&mut self, node: &Node) -> Option<Exchange> {
        let fields = self.mapping(node, "a recording", KEYS)?;
        let connection = self.text(node, fields, "connection");
        let provider = self.text(node, fields, "provider");
        let dialect = self.word(node, fields, "dialect", DIALECTS);
        let api = self.word(node, fields, "api", APIS);
        let request = self.field(node, fields, "request").and_then(|request| self.object(request));
        let occurrence = match fields.get("occurrence") {
            None => Some(1),
            Some(entry) => self.whole(&entry.value),
        };
        let outcome = self.outcome(node, fields);
        Some(Exchange {
            connection: connection?,
            provider: provider?,
            dialect: dialect?,
            api: api?,
            occurrence: occurrence?,
            request: request?,
            outcome: outcome?,
        })
    }

    fn outcome(&mut self, node: &Node, fields: &Mapping) -> Option<Outcome> {
        let failure = match fields.get("failure") {
            None => None,
            Some(entry) => Some(self.failure(&entry.value)?),
        };
        match (fields.get("answer"), fields.get("events"), failure) {
            (Some(answer), None, None) => Some(Outcome::Answer(self.body(&answer.value)?)),
            (None, Some(events), failure) => Some(Outcome::Events(self.events(&events.value)?, failure)),
            (None, None, Some(failure)) => Some(Outcome::Failure(failure)),
            _ => {
                let message = "a recording has one of `answer`, `events` and `failure`, or `failure` behind `events`";
                self.error(Code::MissingKey, node, message, "record the run again");
                None
            }
        }
    }

    fn failure(&mut self, node: &Node) -> Option<ModelError> {
        let fields = self.mapping(node, "`failure`", FAILURE_KEYS)?;
        let kind = self.word(node, fields, "kind", KINDS);
        let message = self.text(node, fields, "message");
        let code = fields.get("code").and_then(|entry| Some(Arc::clone(&entry.value.as_scalar()?.text)));
        let kind = match kind? {
            ModelErrorKind::Status(_) => {
                let status = self.field(node, fields, "status")?;
                let number = self.whole(status)?;
                ModelErrorKind::Status(u16::try_from(number).unwrap_or(u16::MAX))
            }
            other => other,
        };
        Some(ModelError { code, ..ModelError::new(kind, &*message?) })
    }

    /// The events of a stream: a line of JSON for each.
    fn events(&mut self, node: &Node) -> Option<Vec<Json>> {
        let Some(scalar) = node.as_scalar() else {
            return self.shape(node, "a text with a line of JSON for each event");
        };
        let mut events = Vec::new();
        let mut start = 0;
        for (position, line) in scalar.text.split_inclusive('\n').enumerate() {
            let offset = start;
            start += line.len();
            match serde_json::from_str(line) {
                Ok(event) => events.push(event),
                Err(_) if line.trim().is_empty() => {}
                Err(_) => {
                    let span = scalar.span_at(node.span.file, offset, line.trim_end().len()).unwrap_or(node.span);
                    let message = format!("event {} is not valid JSON", position + 1);
                    let diagnostic = Diagnostic::error(Code::InvalidValue, span, message);
                    self.diagnostics.push(diagnostic.help("each line is the JSON of one event"));
                    return None;
                }
            }
        }
        Some(events)
    }

    fn object(&mut self, node: &Node) -> Option<Map<String, Json>> {
        match self.body(node)? {
            Json::Object(entries) => Some(entries),
            _ => self.shape(node, "a mapping, or the text of a JSON object"),
        }
    }

    /// A body: as YAML, or as a text of JSON.
    fn body(&mut self, node: &Node) -> Option<Json> {
        let Some(text) = node.as_scalar().and_then(|scalar| scalar.value.as_str()) else {
            return Some(node.to_value().to_serde());
        };
        match serde_json::from_str(text) {
            Ok(body) => Some(body),
            Err(error) => {
                let message = format!("this is not valid JSON, {}", plain(&error));
                self.error(Code::InvalidValue, node, &message, "write the body as YAML, or as one text of JSON");
                None
            }
        }
    }

    fn mapping<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<&'n Mapping> {
        let NodeValue::Mapping(mapping) = &node.value else { return self.shape(node, what) };
        for entry in &mapping.entries {
            if !known.contains(&&*entry.key.text) {
                let message = format!("unknown key `{}` in {what}", entry.key.text);
                let help = did_you_mean(&entry.key.text, known.iter().copied());
                let diagnostic = Diagnostic::error(Code::UnknownKey, entry.key.span, message);
                self.diagnostics.push(diagnostic.maybe_help(help));
            }
        }
        Some(mapping)
    }

    fn field<'n>(&mut self, node: &Node, fields: &'n Mapping, key: &str) -> Option<&'n Node> {
        let found = fields.get(key).map(|entry| &entry.value);
        if found.is_none() {
            self.error(Code::MissingKey, node, &format!("`{key}` is missing"), "record the run again");
        }
        found
    }

    fn text(&mut self, node: &Node, fields: &Mapping, key: &str) -> Option<Arc<str>> {
        let found = self.field(node, fields, key)?;
        match found.as_scalar() {
            Some(scalar) => Some(Arc::clone(&scalar.text)),
            None => self.shape(found, "a text"),
        }
    }

    fn word<T: Copy>(&mut self, node: &Node, fields: &Mapping, key: &str, words: &[(&str, T)]) -> Option<T> {
        let found = self.field(node, fields, key)?;
        let text = found.as_scalar().map(|scalar| &*scalar.text).unwrap_or_default();
        let known = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if known.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("`{key}` is one of {}", names.join(", "));
            let help = did_you_mean(text, names.iter().copied());
            let diagnostic = Diagnostic::error(Code::InvalidValue, found.span, message);
            self.diagnostics.push(diagnostic.maybe_help(help));
        }
        known
    }

    fn whole(&mut self, node: &Node) -> Option<usize> {
        let number = node.as_scalar().and_then(|scalar| scalar.value.as_int());
        match number.and_then(|number| usize::try_from(number).ok()).filter(|number| *number > 0) {
            Some(number) => Some(number),
            None => self.shape(node, "a whole number from 1"),
        }
    }

    fn shape<T>(&mut self, node: &Node, wanted: &str) -> Option<T> {
        let message = format!("expected {wanted}, found {}", node.shape());
        self.diagnostics.push(Diagnostic::error(Code::WrongShape, node.span, message));
        None
    }

    fn error(&mut self, code: Code, node: &Node, message: &str, help: &str) {
        self.diagnostics.push(Diagnostic::error(code, node.span, message).help(help));
    }
}

/// Where a text stops to be JSON.
fn plain(error: &serde_json::Error) -> String {
    match error.is_eof() {
        true => "it ends too early".to_owned(),
        false => format!("from line {}, column {} on", error.line(), error.column()),
    }
}
