//! Reading a rules file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;

use super::condition::Condition;
use super::latency::Latency;
use super::reply::Reply;
use super::rules::{Cases, Counting, Failure, Rule, Rules};
use crate::diag::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::{FileId, SourceMap, read_text};
use crate::value::Value;
use crate::yaml::{self, Mapping, Node, NodeValue};

const FILE_KEYS: &[&str] = &["seed", "latency", "accuracy", "usage", "rules"];
const RULE_KEYS: &[&str] = &["when", "reply", "json", "replies", "wrong", "accuracy", "latency", "error"];
const WHEN_KEYS: &[&str] = &["text", "messages", "system", "match", "node", "model"];
const ERROR_KEYS: &[&str] = &["status", "message", "code", "retry_after", "rate"];

impl Rules {
    /// Reads a rules file; `None` where it has errors, which are added to the diagnostics.
    pub fn load(path: &Path, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Option<Self> {
        let text = match read_text(path) {
            Ok(text) => text,
            Err(error) => {
                diagnostics.push(Diagnostic::from(&error));
                return None;
            }
        };
        let file = sources.add(path, text);
        Self::read(sources, file, diagnostics)
    }

    /// The rules that lie beside a flow: `mock.yaml` or `mock.yml` in its folder.
    #[must_use]
    pub fn beside(folder: &Path) -> Option<std::path::PathBuf> {
        crate::connection::rules_beside(folder)
    }

    /// Reads rules from a text; `None` where it has errors, which are added to the diagnostics.
    pub fn read(sources: &SourceMap, file: FileId, diagnostics: &mut Diagnostics) -> Option<Self> {
        let node = yaml::read(sources, file, diagnostics)?;
        let mut reader = Reader { diagnostics: Diagnostics::default(), rules: Rules::default() };
        reader.file(&node);
        let is_sound = !reader.diagnostics.has_errors();
        diagnostics.extend(reader.diagnostics);
        is_sound.then_some(reader.rules)
    }
}

struct Reader {
    diagnostics: Diagnostics,
    rules: Rules,
}

impl Reader {
    fn file(&mut self, node: &Node) {
        let rules = match &node.value {
            NodeValue::Mapping(mapping) => {
                self.keys(mapping, FILE_KEYS, "a rules file");
                self.rules.seed = self.get(mapping, "seed", Self::seed);
                self.rules.latency = self.get(mapping, "latency", Self::latencies).unwrap_or_default();
                self.rules.accuracy = self.get(mapping, "accuracy", Self::shares).unwrap_or_default();
                self.rules.usage = self.get(mapping, "usage", Self::usage).unwrap_or(Counting::ByLength);
                let Some(entry) = mapping.get("rules") else { return };
                &entry.value
            }
            // An empty file has no rules.
            NodeValue::Scalar(scalar) if scalar.value.is_null() => return,
            _ => node,
        };
        let Some(items) = rules.as_sequence() else {
            self.shape::<()>(rules, "a list of rules");
            return;
        };
        for item in items {
            if let Some(rule) = self.rule(item) {
                self.rules.rules.push(rule);
            }
        }
    }

    fn rule(&mut self, node: &Node) -> Option<Rule> {
        let Some(mapping) = node.as_mapping() else {
            return self.shape(node, "a rule, such as `{ when: { text: hello }, reply: \"Hello!\" }`");
        };
        self.keys(mapping, RULE_KEYS, "a rule");
        let forms: Vec<_> = ["reply", "json", "replies"].iter().filter_map(|key| mapping.get(key)).collect();
        if let [_, second, ..] = forms[..] {
            let message = "a rule has one of `reply`, `json` and `replies`, not several";
            self.error(Code::InvalidValue, &second.value, message, "write them as items of `replies`");
        }
        let replies = match forms.first() {
            None => Vec::new(),
            Some(entry) => match &*entry.key.text {
                "reply" => self.text_reply(&entry.value).into_iter().collect(),
                "json" => self.json_reply(&entry.value).into_iter().collect(),
                _ => self.replies(&entry.value),
            },
        };
        let failure = self.get(mapping, "error", Self::failure);
        let is_misspelt = mapping.entries.iter().any(|entry| !RULE_KEYS.contains(&&*entry.key.text));
        if forms.is_empty() && mapping.get("error").is_none() && !is_misspelt {
            let help = "add `reply: TEXT`, `json: {…}`, `replies: […]` or `error: { status: 429 }`";
            self.error(Code::MissingKey, node, "the rule says nothing", help);
        }
        let wrong = match mapping.get("wrong") {
            None => Vec::new(),
            Some(entry) if entry.value.as_sequence().is_some() => self.replies(&entry.value),
            Some(entry) => self.reply(&entry.value).into_iter().collect(),
        };
        Some(Rule {
            condition: self.get(mapping, "when", Self::condition).unwrap_or_default(),
            replies,
            wrong,
            accuracy: self.get(mapping, "accuracy", Self::shares),
            latency: self.get(mapping, "latency", Self::latencies),
            failure,
        })
    }

    fn condition(&mut self, node: &Node) -> Option<Condition> {
        let Some(mapping) = node.as_mapping() else {
            return self.shape(node, "a mapping such as `{ text: hello }`");
        };
        self.keys(mapping, WHEN_KEYS, "`when`");
        Some(Condition {
            text: self.get(mapping, "text", Self::needles),
            messages: self.get(mapping, "messages", Self::needles),
            system: self.get(mapping, "system", Self::needles),
            pattern: self.get(mapping, "match", Self::pattern),
            node: self.get(mapping, "node", Self::names),
            model: self.get(mapping, "model", Self::names),
        })
    }

    fn needles(&mut self, node: &Node) -> Option<Vec<String>> {
        Some(self.names(node)?.iter().map(|name| name.to_lowercase()).collect())
    }

    /// A text, or a list of texts.
    fn names(&mut self, node: &Node) -> Option<Vec<String>> {
        match node.as_sequence() {
            Some(items) => items.iter().map(|item| self.text(item)).collect(),
            None => Some(vec![self.text(node)?]),
        }
    }

    fn pattern(&mut self, node: &Node) -> Option<Regex> {
        let text = self.text(node)?;
        Regex::new(&text)
            .map_err(|error| {
                // The library's message is several lines with a picture; its last line says what is wrong.
                let full = error.to_string();
                let why = full.lines().last().unwrap_or_default().trim_start_matches("error: ");
                let message = format!("the regular expression cannot be read: {why}");
                self.error(
                    Code::InvalidValue,
                    node,
                    &message,
                    "see the syntax of the crate `regex`; quote it with '…' in YAML",
                );
            })
            .ok()
    }

    fn replies(&mut self, node: &Node) -> Vec<Reply> {
        match node.as_sequence() {
            Some([]) | None => {
                self.shape::<()>(node, "a list of one or more answers");
                Vec::new()
            }
            Some(items) => items.iter().filter_map(|item| self.reply(item)).collect(),
        }
    }

    fn reply(&mut self, node: &Node) -> Option<Reply> {
        if node.as_scalar().is_some() { self.text_reply(node) } else { self.json_reply(node) }
    }

    fn text_reply(&mut self, node: &Node) -> Option<Reply> {
        let text = self.text(node)?;
        self.checked(Reply::text(&text), node)
    }

    fn json_reply(&mut self, node: &Node) -> Option<Reply> {
        self.checked(Reply::json(&node.to_value()), node)
    }

    fn checked(&mut self, reply: Result<Reply, String>, node: &Node) -> Option<Reply> {
        reply
            .map_err(|why| {
                let help = "what stands in double braces is an expression: \"{{ text }}\"";
                self.error(Code::TemplateSyntax, node, &why, help);
            })
            .ok()
    }

    fn failure(&mut self, node: &Node) -> Option<Failure> {
        let Some(mapping) = node.as_mapping() else { return self.shape(node, "a mapping such as `{ status: 429 }`") };
        self.keys(mapping, ERROR_KEYS, "`error`");
        let Some(status) = mapping.get("status") else {
            self.error(Code::MissingKey, node, "`error` has no `status`", "add the HTTP status, such as `status: 429`");
            return None;
        };
        let number = status.value.to_value().as_int().and_then(|status| u16::try_from(status).ok());
        let Some(code) = number.filter(|status| (400..600).contains(status)) else {
            return self.shape(&status.value, "a status from 400 to 599");
        };
        Some(Failure {
            status: code,
            message: self.get(mapping, "message", Self::text),
            code: self.get(mapping, "code", Self::text),
            retry_after: self.get(mapping, "retry_after", |reader, node| reader.duration(node, 1.0, "seconds")),
            rate: self.get(mapping, "rate", Self::share).unwrap_or(1.0),
        })
    }

    fn latencies(&mut self, node: &Node) -> Option<Cases<Latency>> {
        self.cases(node, Self::latency)
    }

    fn shares(&mut self, node: &Node) -> Option<Cases<f64>> {
        self.cases(node, Self::share)
    }

    /// One value, or a list of `when` and `is`.
    fn cases<T>(&mut self, node: &Node, read: fn(&mut Self, &Node) -> Option<T>) -> Option<Cases<T>> {
        let Some(items) = node.as_sequence() else {
            return Some(Cases(vec![(Condition::default(), read(self, node)?)]));
        };
        let mut cases = Vec::new();
        for item in items {
            let entry = item.as_mapping().and_then(|mapping| Some((mapping, mapping.get("is")?)));
            let Some((mapping, entry)) = entry else { return self.shape(item, "a mapping with `is` and maybe `when`") };
            self.keys(mapping, &["when", "is"], "a case");
            let condition = self.get(mapping, "when", Self::condition).unwrap_or_default();
            cases.push((condition, read(self, &entry.value)?));
        }
        Some(Cases(cases))
    }

    fn latency(&mut self, node: &Node) -> Option<Latency> {
        let Some(mapping) = node.as_mapping() else {
            return Some(Latency::Fixed(self.duration(node, 0.001, "milliseconds")?));
        };
        self.keys(mapping, &["p50", "p99"], "`latency`");
        let (Some(median), Some(tail)) = (mapping.get("p50"), mapping.get("p99")) else {
            return self.shape(node, "milliseconds, or `{ p50: 300, p99: 1500 }`");
        };
        let p50 = self.duration(&median.value, 0.001, "milliseconds")?;
        let p99 = self.duration(&tail.value, 0.001, "milliseconds")?;
        if p99 < p50 {
            self.error(Code::InvalidValue, &tail.value, "`p99` is below `p50`", "99 of 100 answers take at most `p99`");
            return None;
        }
        Some(Latency::Spread { p50, p99 })
    }

    fn usage(&mut self, node: &Node) -> Option<Counting> {
        match (&node.value, node.to_value()) {
            (_, Value::Bool(true)) => Some(Counting::ByLength),
            (_, Value::Bool(false)) => Some(Counting::Untold),
            (NodeValue::Mapping(mapping), _) => {
                self.keys(mapping, &["prompt_tokens", "completion_tokens"], "`usage`");
                let prompt = self.get(mapping, "prompt_tokens", Self::seed).unwrap_or(0);
                let completion = self.get(mapping, "completion_tokens", Self::seed).unwrap_or(0);
                Some(Counting::Fixed { prompt, completion })
            }
            _ => self.shape(node, "true, false or `{ prompt_tokens: 10, completion_tokens: 5 }`"),
        }
    }

    fn seed(&mut self, node: &Node) -> Option<u64> {
        let number = node.to_value().as_int().and_then(|number| u64::try_from(number).ok());
        number.or_else(|| self.shape(node, "a whole number from 0"))
    }

    fn share(&mut self, node: &Node) -> Option<f64> {
        let number = node.to_value().as_float().filter(|number| (0.0..=1.0).contains(number));
        number.or_else(|| self.shape(node, "a share from 0 to 1"))
    }

    fn duration(&mut self, node: &Node, unit: f64, name: &str) -> Option<Duration> {
        let number = node.to_value().as_float().filter(|number| (0.0..=86_400_000.0).contains(number));
        let Some(number) = number else { return self.shape(node, &format!("a number of {name} from 0")) };
        Some(Duration::from_secs_f64(number * unit))
    }

    /// A scalar as the text that was written: `12` and `yes` are as good as `"12"`.
    fn text(&mut self, node: &Node) -> Option<String> {
        match node.as_scalar() {
            Some(scalar) if !scalar.value.is_null() => Some(scalar.text.to_string()),
            _ => self.shape(node, "a text"),
        }
    }

    fn get<T>(&mut self, mapping: &Mapping, key: &str, read: impl FnOnce(&mut Self, &Node) -> Option<T>) -> Option<T> {
        mapping.get(key).and_then(|entry| read(self, &entry.value))
    }

    fn keys(&mut self, mapping: &Mapping, known: &[&'static str], owner: &str) {
        for entry in &mapping.entries {
            let key: &Arc<str> = &entry.key.text;
            if known.contains(&&**key) {
                continue;
            }
            let help = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("{owner} has {}", known.join(", ")),
            };
            let message = format!("unknown key `{key}` in {owner}");
            self.diagnostics.push(Diagnostic::error(Code::UnknownKey, entry.key.span, message).help(help));
        }
    }

    fn shape<T>(&mut self, node: &Node, expected: &str) -> Option<T> {
        let found = match node.as_scalar() {
            Some(scalar) if !scalar.text.is_empty() => format!("`{}`", scalar.text),
            _ if node.as_sequence().is_some_and(<[Node]>::is_empty) => "an empty list".to_owned(),
            _ => node.shape().to_owned(),
        };
        let message = format!("expected {expected}, found {found}");
        self.diagnostics.push(Diagnostic::error(Code::WrongShape, node.span, message));
        None
    }

    fn error(&mut self, code: Code, node: &Node, message: &str, help: &str) {
        self.diagnostics.push(Diagnostic::error(code, node.span, message).help(help));
    }
}
