use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::PastCallRecord;
use crate::exec::{Event, RowError, RowResult};
use crate::model::{CallParts, CallRecord, Usage};
use crate::value::{Map, Value};

/// What the journal of a run holds, one JSON document a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A row ended. A row may end several times, if failed rows are tried again: the last word counts.
    Row(RowRecord),
    /// A call of a model ended well, of a row that did not end yet.
    Call(PastCallRecord),
    /// What somebody thought of an answer that was given over HTTP.
    Feedback(FeedbackRecord),
    /// The aggregation nodes of a variant ended; the last word counts.
    Aggregation(AggregationRecord),
    /// The run ended, for now. Whatever stands behind belongs to a later attempt.
    End(EndRecord),
}

impl Record {
    /// The record as bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        // As long as most are, so that few grow while they are written.
        let mut bytes = Vec::with_capacity(1024);
        if serde_json::to_writer(&mut bytes, self).is_err() {
            bytes.clear();
        }
        bytes
    }

    /// A record of bytes.
    ///
    /// # Errors
    ///
    /// In words, if they are no record that this program knows.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| format!("a record that this program does not know: {error}"))
    }
}

/// What tells the results of a run apart, in the order of its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RowKey {
    /// The row's number in the data, from 0.
    pub line: u64,
    /// Which of the run's variants, from 0.
    #[serde(default)]
    pub variant: u32,
    /// Which repetition, from 0.
    #[serde(default)]
    pub repeat: u32,
}

impl RowKey {
    /// What stands in the place of a row for calls of a variant's aggregation nodes.
    #[must_use]
    pub const fn of_aggregation(variant: u32) -> Self {
        Self { line: u64::MAX, variant, repeat: 0 }
    }
}

/// How a row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowStatus {
    /// It has outputs.
    Completed,
    /// It has an error.
    Failed,
}

/// The request over HTTP that a row is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestEntry {
    /// Its id, which its answer told.
    pub id: String,
    /// When it came, in UTC, as RFC 3339 has it.
    pub at: String,
    /// The name of the key that it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What somebody thought of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedbackRecord {
    /// The id of the request that it is about, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// When it came, in UTC, as RFC 3339 has it.
    pub at: String,
    /// What was said.
    pub value: Value,
}

/// What came of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowRecord {
    /// Which row.
    #[serde(flatten)]
    pub key: RowKey,
    /// How it ended.
    pub status: RowStatus,
    /// Its inputs after defaults and coercion; if they do not fit, as they were given.
    pub inputs: Map,
    /// The flow's outputs; empty if it failed.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub outputs: Map,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorEntry>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: f64,
    /// Tokens and cost of all its calls.
    pub usage: Usage,
    /// Outputs of nodes that aggregation nodes refer to.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub nodes: Map,
    /// Digests of what its nodes gave, in the plan's order, by which two runs tell where a row went another way.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub gave: IndexMap<Arc<str>, String>,
    /// Metrics that its code logged.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub metrics: Map,
    /// Its calls of models, in the order in which they ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallEntry>,
    /// The request that it is, where the flow was served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestEntry>,
}

/// Why something failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorEntry {
    /// A short name of the kind of error.
    pub code: String,
    /// What happened, in words.
    pub message: String,
    /// The node that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

impl ErrorEntry {
    /// What is kept of a row's error.
    #[must_use]
    pub fn of_row(error: &RowError) -> Self {
        let node = error.node().map(|node| node.innermost().node.to_string());
        Self { code: error.code().to_owned(), message: error.to_string(), node }
    }
}

/// A call of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallEntry {
    /// The node; inside of a sub-flow behind the calling node's: `review/grade`.
    pub node: String,
    /// The item of the nearest `for_each`: the node's own, or the one around.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<usize>,
    /// The provider's name in traces.
    pub provider: String,
    /// The connection's name.
    pub connection: String,
    /// The model that was asked.
    pub model: String,
    /// The model that answered, as the provider tells: mostly the snapshot behind a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
    /// What the provider tells of the machinery behind the model: another one may answer otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Requests that were sent.
    pub attempts: u32,
    /// All the time, pauses included, in milliseconds.
    pub elapsed_ms: f64,
    /// The part of it in which nothing was under way, in milliseconds.
    pub waited_ms: f64,
    /// Tokens and cost; what a failed call may have cost is in it.
    pub usage: Usage,
    /// Whether a recording answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replayed: bool,
    /// Whether the node cache answered; times, tokens and cost are those of the call that it kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// What its place in the node cache was made of, where the run had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Arc<CallParts>>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorEntry>,
}

impl CallEntry {
    /// What is kept of a call.
    #[must_use]
    pub fn of_call(node: &str, item: Option<usize>, call: &CallRecord) -> Self {
        let answer = call.outcome.as_ref().ok();
        let error = call.outcome.as_ref().err().map(|error| ErrorEntry {
            code: error.kind.code().to_owned(),
            message: error.to_string(),
            node: None,
        });
        Self {
            node: node.to_owned(),
            item,
            provider: call.provider.to_string(),
            connection: call.connection.to_string(),
            model: call.model().to_string(),
            answered_by: answer.and_then(|answer| answer.model.clone()),
            fingerprint: answer.and_then(|answer| answer.fingerprint().map(str::to_owned)),
            attempts: call.attempts,
            elapsed_ms: milliseconds(call.elapsed),
            waited_ms: milliseconds(call.waited),
            usage: call.spent(),
            replayed: call.replayed,
            cached: call.cached,
            parts: call.parts.clone(),
            error,
        }
    }

    /// The call that an event tells of, if it tells of one.
    #[must_use]
    pub fn of_event(event: &Event) -> Option<Self> {
        match event {
            Event::Called { at, item, call } => Some(Self::of_call(&at.node, item.or(at.item), call)),
            _ => None,
        }
    }
}

impl RowRecord {
    /// The record of a row that ran; `given` are its inputs in case that they do not fit, `kept` the nodes whose outputs
    /// aggregation nodes will ask for.
    #[must_use]
    pub fn of_result(key: RowKey, result: RowResult, given: Map, kept: &[Arc<str>], calls: Vec<CallEntry>) -> Self {
        let (status, outputs, error) = match &result.outcome {
            Ok(outputs) => (RowStatus::Completed, (**outputs).clone(), None),
            Err(error) => (RowStatus::Failed, Map::new(), Some(ErrorEntry::of_row(error))),
        };
        let output = |name: &Arc<str>| Some((Arc::clone(name), result.node(name)?.output()?.clone()));
        let nodes = if error.is_none() { kept.iter().filter_map(output).collect() } else { Map::new() };
        Self {
            key,
            status,
            inputs: result.inputs.map_or(given, |inputs| (*inputs).clone()),
            outputs,
            error,
            elapsed_ms: milliseconds(result.elapsed),
            usage: result.usage,
            nodes,
            gave: IndexMap::new(),
            metrics: result.metrics,
            calls,
            request: None,
        }
    }

    /// The record of a row that could not be run.
    #[must_use]
    pub fn of_problem(key: RowKey, error: ErrorEntry, given: Map) -> Self {
        Self {
            key,
            status: RowStatus::Failed,
            inputs: given,
            outputs: Map::new(),
            error: Some(error),
            elapsed_ms: 0.0,
            usage: Usage::default(),
            nodes: Map::new(),
            gave: IndexMap::new(),
            metrics: Map::new(),
            calls: Vec::new(),
            request: None,
        }
    }
}

/// What came of aggregation nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AggregationRecord {
    /// Which of the run's variants, from 0.
    pub variant: u32,
    /// Rows that they ran over.
    pub rows: u64,
    /// The outputs of those that ended well.
    pub outputs: Map,
    /// Why others failed, by name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub errors: IndexMap<Arc<str>, ErrorEntry>,
    /// The metrics that were logged.
    pub metrics: Map,
    /// Tokens and cost of their calls.
    pub usage: Usage,
    /// Their calls of models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallEntry>,
}

/// How an attempt at a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndState {
    /// Each row was run.
    Completed,
    /// Its user stopped it.
    Interrupted,
    /// It stopped itself: too many failures, or the budget was used up.
    Stopped,
}

/// How an attempt at a run ended, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndRecord {
    /// How.
    pub state: EndState,
    /// Why it stopped, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How long this attempt took, in milliseconds.
    pub elapsed_ms: f64,
}

impl EndRecord {
    /// Whether the run is complete with fewer rows than its data has, since what it was to find out was known.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.state == EndState::Completed && self.reason.is_some()
    }
}

/// Milliseconds, to the microsecond.
fn milliseconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_were() {
        let key = RowKey { line: 3, variant: 1, repeat: 0 };
        let given = Map::from_iter([(Arc::from("text"), Value::from("a\u{1f600}"))]);
        let error = ErrorEntry { code: "deadline".into(), message: "too late".into(), node: Some("classify".into()) };
        let row = Record::Row(RowRecord::of_problem(key, error, given));
        assert_eq!(Record::decode(&row.encode()), Ok(row));
        let end = Record::End(EndRecord { state: EndState::Stopped, reason: Some("budget".into()), elapsed_ms: 1.5 });
        assert_eq!(Record::decode(&end.encode()), Ok(end));
        assert!(Record::decode(b"{\"new\":1}").expect_err("unknown").contains("does not know"));
    }
}
