use std::time::Duration;

use super::Reader;
use crate::diag::{Code, nearest};
use crate::mock::fault::{Fault, Refusal, RetryAfter};
use crate::mock::rules::{Course, FaultRule};
use crate::value::Value;
use crate::yaml::{Mapping, Node};

const ERROR_KEYS: &[&str] = &["status", "message", "code", "retry_after", "rate"];
const FAULT_KEYS: &[&str] = &["fault", "script", "times", "rate", "when", "message", "code", "retry_after", "every"];
/// What says more of one fault.
const DETAIL_KEYS: &[&str] = &["message", "code", "retry_after", "every"];
const STEP_KEYS: &[&str] = &["fault", "message", "code", "retry_after", "every"];
/// The most times that a fault can be played before all is well.
const MOST_TIMES: u64 = 10_000;

impl Reader {
    /// The `error` of a rule.
    pub(super) fn failure(&mut self, node: &Node, position: usize) -> Option<FaultRule> {
        let Some(mapping) = node.as_mapping() else { return self.shape(node, "a mapping such as `{ status: 429 }`") };
        self.keys(mapping, ERROR_KEYS, "`error`");
        let Some(status) = mapping.get("status") else {
            self.error(Code::MissingKey, node, "`error` has no `status`", "add the HTTP status, such as `status: 429`");
            return None;
        };
        let Some(code) = status_of(&status.value) else {
            return self.shape(&status.value, "a status from 400 to 599");
        };
        let refusal = self.refusal(mapping, code);
        let rate = self.get(mapping, "rate", Self::share).unwrap_or(1.0);
        let course = Course::Always(Fault::Refusal(refusal));
        Some(FaultRule { condition: Default::default(), rate, draw: ("error", position), course })
    }

    /// A list of faults, or one.
    pub(super) fn faults(&mut self, node: &Node) -> Option<Vec<FaultRule>> {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        Some(items.iter().filter_map(|item| self.fault_rule(item)).collect())
    }

    fn fault_rule(&mut self, node: &Node) -> Option<FaultRule> {
        let part = self.faults;
        self.faults += 1;
        let Some(mapping) = node.as_mapping() else {
            return self.shape(node, "a fault such as `{ fault: 429, rate: 0.1 }` or `{ script: [429, reset, ok] }`");
        };
        self.keys(mapping, FAULT_KEYS, "a fault");
        let course = match (mapping.get("fault"), mapping.get("script")) {
            (Some(entry), None) => {
                let fault = self.fault(&entry.value, mapping)?;
                match self.get(mapping, "times", Self::times) {
                    None => Course::Always(fault),
                    Some(times) => Course::Script(vec![Some(fault); times]),
                }
            }
            (None, Some(entry)) => {
                if let Some(stray) = DETAIL_KEYS.iter().chain(&["times"]).find_map(|key| mapping.get(key)) {
                    let message = format!("`{}` stands beside a script", stray.key.text);
                    let help = "write it into the step: `script: [{ fault: 429, retry_after: 2 }, ok]`";
                    self.error(Code::InvalidValue, &stray.value, &message, help);
                }
                Course::Script(self.script(&entry.value)?)
            }
            (Some(_), Some(script)) => {
                let message = "a fault has one of `fault` and `script`, not both";
                self.error(Code::InvalidValue, &script.value, message, "write the fault as the first step");
                return None;
            }
            (None, None) => {
                let help = "add `fault: 429`, `fault: reset` or `script: [429, reset, ok]`";
                self.error(Code::MissingKey, node, "it does not say which fault", help);
                return None;
            }
        };
        Some(FaultRule {
            condition: self.get(mapping, "when", Self::condition).unwrap_or_default(),
            rate: self.get(mapping, "rate", Self::share).unwrap_or(1.0),
            draw: ("fault", part),
            course,
        })
    }

    fn times(&mut self, node: &Node) -> Option<usize> {
        let times = self.whole_number(node)?;
        let Some(times) = usize::try_from(times).ok().filter(|_| times <= MOST_TIMES) else {
            return self.shape(node, &format!("a number up to {MOST_TIMES}"));
        };
        Some(times)
    }

    fn script(&mut self, node: &Node) -> Option<Vec<Option<Fault>>> {
        let Some(items) = node.as_sequence().filter(|items| !items.is_empty()) else {
            return self.shape(node, "a list such as `[429, reset, ok]`");
        };
        let mut steps = Vec::new();
        for item in items {
            if item.to_value().as_str() == Some("ok") {
                steps.push(None);
            } else if let Some(mapping) = item.as_mapping() {
                self.keys(mapping, STEP_KEYS, "a step");
                match mapping.get("fault") {
                    Some(entry) => steps.push(self.fault(&entry.value, mapping)),
                    None => {
                        let help = "add `fault: 429` or `fault: reset`";
                        self.error(Code::MissingKey, item, "it does not say which fault", help);
                    }
                }
            } else {
                steps.push(self.fault(item, &Mapping::default()));
            }
        }
        Some(steps)
    }

    /// A fault by its name or its status, with what a mapping says more of it.
    fn fault(&mut self, node: &Node, details: &Mapping) -> Option<Fault> {
        let Some(scalar) = node.as_scalar() else { return self.shape(node, "the name of a fault, or a status") };
        if scalar.value.as_int().is_some() {
            let Some(status) = status_of(node) else { return self.shape(node, "a status from 400 to 599") };
            self.only(details, &["message", "code", "retry_after"], "a status");
            return Some(Fault::Refusal(self.refusal(details, status)));
        }
        let Some((_, fault)) = Fault::NAMED.iter().find(|(name, _)| **name == *scalar.text) else {
            let names = Fault::NAMED.map(|(name, _)| name);
            let help = match nearest(&scalar.text, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are statuses such as 429, and {}", names.join(", ")),
            };
            self.error(Code::InvalidValue, node, &format!("there is no fault `{}`", scalar.text), &help);
            return None;
        };
        if let Fault::Slow(usual) = fault {
            self.only(details, &["every"], "`slow`");
            return Some(Fault::Slow(self.get(details, "every", Self::milliseconds).unwrap_or(*usual)));
        }
        self.only(details, &[], &format!("`{}`", scalar.text));
        Some(fault.clone())
    }

    /// Says which details do not fit the fault.
    fn only(&mut self, details: &Mapping, known: &[&str], owner: &str) {
        for entry in &details.entries {
            let key = &*entry.key.text;
            if DETAIL_KEYS.contains(&key) && !known.contains(&key) {
                let message = format!("`{key}` says nothing of {owner}");
                let help = "`message`, `code` and `retry_after` belong to statuses, `every` to `slow`";
                self.error(Code::InvalidValue, &entry.value, &message, help);
            }
        }
    }

    fn refusal(&mut self, mapping: &Mapping, status: u16) -> Refusal {
        Refusal {
            status,
            message: self.get(mapping, "message", Self::text),
            code: self.get(mapping, "code", Self::text),
            retry_after: self.get(mapping, "retry_after", Self::retry_after),
        }
    }

    /// Seconds, `{ ms: 1500 }`, `{ date: 2 }` (seconds from now), or the words of the header.
    fn retry_after(&mut self, node: &Node) -> Option<RetryAfter> {
        if let Some(mapping) = node.as_mapping() {
            self.keys(mapping, &["ms", "date"], "`retry_after`");
            let seconds = |reader: &mut Self, node: &Node| reader.duration(node, 1.0, "seconds");
            return match (mapping.get("ms"), mapping.get("date")) {
                (Some(entry), None) => self.milliseconds(&entry.value).map(RetryAfter::Milliseconds),
                (None, Some(entry)) => seconds(self, &entry.value).map(RetryAfter::Date),
                _ => self.shape(node, "`{ ms: 1500 }` or `{ date: 2 }`"),
            };
        }
        match node.to_value() {
            Value::Text(words) => Some(RetryAfter::Words(words.to_string())),
            value => {
                let wait = value.as_float().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                let expected = "seconds from 0, `{ ms: 1500 }`, `{ date: 2 }` or the header's words in quotes";
                wait.map(RetryAfter::Seconds).or_else(|| self.shape(node, expected))
            }
        }
    }
}

fn status_of(node: &Node) -> Option<u16> {
    let number = node.to_value().as_int().and_then(|status| u16::try_from(status).ok());
    number.filter(|status| (400..600).contains(status))
}
