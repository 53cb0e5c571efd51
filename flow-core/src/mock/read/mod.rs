//! Reading a rules file.

mod condition;
mod fault;
mod rule;
mod scalar;
mod setting;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::latency::Latency;
use super::rules::Rules;
use crate::diag::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::{FileId, SourceMap, read_text};
use crate::yaml::{self, Mapping, Node, NodeValue};

const FILE_KEYS: &[&str] = &["seed", "vary", "latency", "stream", "accuracy", "usage", "snapshot", "faults", "rules"];

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
        let mut reader = Reader::default();
        let mut rules = reader.file(&node);
        let digest = Sha256::digest(sources.get(file).text.as_bytes());
        rules.digest = digest.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let is_sound = !reader.diagnostics.has_errors();
        diagnostics.extend(reader.diagnostics);
        is_sound.then_some(rules)
    }
}

impl Latency {
    /// Reads a latency as it is typed: milliseconds (`250`), or the median and the 99th percentile (`300,1500`).
    ///
    /// # Errors
    /// What is expected.
    pub fn from_words(words: &str) -> Result<Self, String> {
        let wrong = || "expected milliseconds such as 250, or median and 99th percentile such as 300,1500".to_owned();
        let number = |text: &str| {
            let number = text.trim().parse::<f64>().ok().filter(|number| (0.0..=scalar::LONGEST_MS).contains(number));
            number.map(|number| std::time::Duration::from_secs_f64(number / 1000.0)).ok_or_else(wrong)
        };
        match words.split_once(',') {
            None => Ok(Latency::Fixed(number(words)?)),
            Some((median, tail)) => match (number(median)?, number(tail)?) {
                (p50, p99) if p50 <= p99 => Ok(Latency::Spread { p50, p99 }),
                _ => Err("the 99th percentile is below the median".to_owned()),
            },
        }
    }
}

#[derive(Default)]
struct Reader {
    diagnostics: Diagnostics,
    /// How many faults were read: each has its own chances and counts its own tries.
    faults: usize,
}

impl Reader {
    fn file(&mut self, node: &Node) -> Rules {
        let mut read = Rules::default();
        let rules = match &node.value {
            NodeValue::Mapping(mapping) => {
                self.keys(mapping, FILE_KEYS, "a rules file");
                read.seed = self.get(mapping, "seed", Self::whole_number);
                read.varies = self.get(mapping, "vary", Self::yes_or_no).unwrap_or_default();
                read.latency = self.get(mapping, "latency", Self::latencies).unwrap_or_default();
                read.pace = self.get(mapping, "stream", Self::paces).unwrap_or_default();
                read.accuracy = self.get(mapping, "accuracy", Self::shares).unwrap_or_default();
                read.usage = self.get(mapping, "usage", Self::usage).unwrap_or_default();
                read.snapshot = self.get(mapping, "snapshot", Self::snapshots).unwrap_or_default();
                read.faults = self.get(mapping, "faults", Self::faults).unwrap_or_default();
                let Some(entry) = mapping.get("rules") else { return read };
                &entry.value
            }
            // An empty file has no rules.
            NodeValue::Scalar(scalar) if scalar.value.is_null() => return read,
            _ => node,
        };
        let Some(items) = rules.as_sequence() else {
            self.shape::<()>(rules, "a list of rules");
            return read;
        };
        for (position, item) in items.iter().enumerate() {
            read.rules.extend(self.rule(item, position));
        }
        read
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
