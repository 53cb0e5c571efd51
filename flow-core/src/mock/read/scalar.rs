use crate::value::Value;
use std::time::Duration;

use regex::Regex;

use super::Reader;
use crate::diag::{Code, nearest};
use crate::yaml::Node;

/// The longest time that can be asked for, in milliseconds: a day.
pub(super) const LONGEST_MS: f64 = 86_400_000.0;

impl Reader {
    pub(super) fn whole_number(&mut self, node: &Node) -> Option<u64> {
        let number = node.to_value().as_int().and_then(|number| u64::try_from(number).ok());
        number.or_else(|| self.shape(node, "a whole number from 0"))
    }

    pub(super) fn yes_or_no(&mut self, node: &Node) -> Option<bool> {
        match node.to_value() {
            Value::Bool(value) => Some(value),
            _ => self.shape(node, "`true` or `false`"),
        }
    }

    pub(super) fn share(&mut self, node: &Node) -> Option<f64> {
        let number = node.to_value().as_float().filter(|number| (0.0..=1.0).contains(number));
        number.or_else(|| self.shape(node, "a share from 0 to 1"))
    }

    pub(super) fn milliseconds(&mut self, node: &Node) -> Option<Duration> {
        self.duration(node, 0.001, "milliseconds")
    }

    pub(super) fn duration(&mut self, node: &Node, unit: f64, name: &str) -> Option<Duration> {
        let number = node.to_value().as_float().filter(|number| (0.0..=LONGEST_MS).contains(number));
        let Some(number) = number else { return self.shape(node, &format!("a number of {name} from 0")) };
        Some(Duration::from_secs_f64(number * unit))
    }

    pub(super) fn truth(&mut self, node: &Node) -> Option<bool> {
        node.to_value().as_bool().or_else(|| self.shape(node, "true or false"))
    }

    /// A scalar as the text that was written: `12` and `yes` are as good as `"12"`.
    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        match node.as_scalar() {
            Some(scalar) if !scalar.value.is_null() => Some(scalar.text.to_string()),
            _ => self.shape(node, "a text"),
        }
    }

    /// A text, or a list of texts.
    pub(super) fn names(&mut self, node: &Node) -> Option<Vec<String>> {
        match node.as_sequence() {
            Some([]) => self.shape(node, "a text, or a list of one or more"),
            Some(items) => items.iter().map(|item| self.text(item)).collect(),
            None => Some(vec![self.text(node)?]),
        }
    }

    /// The same, each one of the words that there are.
    pub(super) fn words(&mut self, node: &Node, known: &[&'static str], what: &str) -> Option<Vec<String>> {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        let mut words = Vec::new();
        for item in items {
            let word = self.text(item)?;
            if !known.contains(&word.as_str()) {
                let help = match nearest(&word, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {}", known.join(", ")),
                };
                self.error(Code::InvalidValue, item, &format!("there is no {what} `{word}`"), &help);
                return None;
            }
            words.push(word);
        }
        Some(words)
    }

    pub(super) fn needles(&mut self, node: &Node) -> Option<Vec<String>> {
        Some(self.names(node)?.iter().map(|name| name.to_lowercase()).collect())
    }

    pub(super) fn pattern(&mut self, node: &Node) -> Option<Regex> {
        let text = self.text(node)?;
        Regex::new(&text)
            .map_err(|error| {
                // The library's message is several lines with a picture; its last line says what is wrong.
                let full = error.to_string();
                let why = full.lines().last().unwrap_or_default().trim_start_matches("error: ");
                let message = format!("the regular expression cannot be read: {why}");
                let help = "see the syntax of the crate `regex`; quote it with '…' in YAML";
                self.error(Code::InvalidValue, node, &message, help);
            })
            .ok()
    }
}
