use std::sync::Arc;

use super::Reader;
use crate::diag::Code;
use crate::mock::condition::Condition;
use crate::mock::latency::{Latency, Pace};
use crate::mock::rules::{Cases, Counting};
use crate::value::Value;
use crate::yaml::{Node, NodeValue};

const USAGE_KEYS: &[&str] = &["prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens"];

impl Reader {
    pub(super) fn latencies(&mut self, node: &Node) -> Option<Cases<Latency>> {
        self.cases(node, Self::latency)
    }

    pub(super) fn paces(&mut self, node: &Node) -> Option<Cases<Pace>> {
        self.cases(node, Self::pace)
    }

    pub(super) fn shares(&mut self, node: &Node) -> Option<Cases<f64>> {
        self.cases(node, Self::share)
    }

    pub(super) fn snapshots(&mut self, node: &Node) -> Option<Cases<Arc<str>>> {
        self.cases(node, |reader, node| reader.text(node).map(Arc::from))
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
        let Some(mapping) = node.as_mapping() else { return Some(Latency::Fixed(self.milliseconds(node)?)) };
        self.keys(mapping, &["p50", "p99"], "`latency`");
        let (Some(median), Some(tail)) = (mapping.get("p50"), mapping.get("p99")) else {
            return self.shape(node, "milliseconds, or `{ p50: 300, p99: 1500 }`");
        };
        let p50 = self.milliseconds(&median.value)?;
        let p99 = self.milliseconds(&tail.value)?;
        if p99 < p50 {
            self.error(Code::InvalidValue, &tail.value, "`p99` is below `p50`", "99 of 100 answers take at most `p99`");
            return None;
        }
        Some(Latency::Spread { p50, p99 })
    }

    fn pace(&mut self, node: &Node) -> Option<Pace> {
        let Some(mapping) = node.as_mapping() else {
            return self.shape(node, "a mapping such as `{ first: 300, each: 20 }`");
        };
        self.keys(mapping, &["first", "each"], "`stream`");
        let first = self.get(mapping, "first", Self::latency).unwrap_or(Latency::NONE);
        let each = self.get(mapping, "each", Self::latency).unwrap_or(Latency::NONE);
        Some(Pace { first, each })
    }

    pub(super) fn usage(&mut self, node: &Node) -> Option<Counting> {
        match (&node.value, node.to_value()) {
            (_, Value::Bool(true)) => Some(Counting::default()),
            (_, Value::Bool(false)) => Some(Counting::Untold),
            (NodeValue::Mapping(mapping), _) => {
                self.keys(mapping, USAGE_KEYS, "`usage`");
                Some(Counting::Told {
                    prompt: self.get(mapping, "prompt_tokens", Self::whole_number),
                    completion: self.get(mapping, "completion_tokens", Self::whole_number),
                    cached: self.get(mapping, "cached_tokens", Self::whole_number).unwrap_or(0),
                    reasoning: self.get(mapping, "reasoning_tokens", Self::whole_number).unwrap_or(0),
                })
            }
            _ => self.shape(node, "true, false or `{ prompt_tokens: 10, completion_tokens: 5 }`"),
        }
    }
}
