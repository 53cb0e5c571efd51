//! What promptflow sent to a model, beside what would be sent here. Nothing is sent.

use std::sync::Arc;

use flow_core::exec::RecordedEnd;
use flow_core::llm::{LlmError, LlmOp};
use flow_core::model::{Answer, ModelRequest};
use flow_core::value::{Map, Value};
use serde_json::Value as Json;

use super::compare::{Difference, Strictness};
use super::judge::{Finding, failed, status};
use super::record::NodeRecord;

/// The names under which promptflow traces calls of OpenAI's client.
const CALLS: &[&str] = &["openai_chat", "openai_completion", "openai_embeddings"];

/// What says how an answer comes, and not what is asked; and what is no part of a request's body.
const NOT_ASKED: &[&str] = &["stream", "stream_options", "extra_headers", "headers", "timeout", "encoding_format"];

const NOT_TRACED: &str =
    "promptflow recorded no request, since PF_DISABLE_TRACING was not `false`: made here, and not compared";

/// What is found of an LLM node.
pub(super) fn judge(op: &LlmOp, record: &NodeRecord, request: &Result<Arc<ModelRequest>, LlmError>) -> Finding {
    let ended = record.recorded.ended;
    let call = first_call(&record.calls);
    let is_traced = record.calls.as_list().is_some_and(|calls| !calls.is_empty());
    let request = match request {
        Ok(request) => request,
        // Before anything was sent, in both.
        Err(_) if ended == RecordedEnd::Failed && call.is_none() => return Finding::Equal,
        Err(error) => return Finding::Different(vec![Difference::new("status", status(record), failed(error))]),
    };
    match (call, ended) {
        (Some(call), _) => compared(op, record, call, request),
        (None, RecordedEnd::Failed) if is_traced => {
            Finding::Different(vec![Difference::new("status", status(record), "a request is made")])
        }
        (None, RecordedEnd::Failed) => Finding::Unverified("its call failed, and none is made here".to_owned()),
        (None, _) if is_traced => Finding::Unverified("the record holds no request to a model".to_owned()),
        (None, _) => Finding::Unverified(NOT_TRACED.to_owned()),
    }
}

fn compared(op: &LlmOp, record: &NodeRecord, call: &Map, request: &Arc<ModelRequest>) -> Finding {
    let asked = |entries: &Map| -> Value {
        let asked = entries.iter().filter(|(key, _)| !NOT_ASKED.contains(&&***key));
        Value::map(asked.map(|(key, value)| (Arc::clone(key), value.clone())))
    };
    let sent = call.get("inputs").and_then(Value::as_map).map(asked).unwrap_or_default();
    let body = Value::from(Json::Object(request.body.clone()));
    let body = body.as_map().map(asked).unwrap_or_default();
    let mut differences = Strictness::Request.differences("request", &sent, &body);
    // What is made of an answer, where there was one, and it came whole.
    let answer = call.get("output").filter(|output| output.as_map().is_some()).map(Value::to_serde);
    if let Some(answer) = answer.filter(|_| record.recorded.ended == RecordedEnd::Finished) {
        let here = op.output_of(request, &Answer::from_body(op.api, answer)).unwrap_or_default();
        differences.extend(Strictness::Request.differences("output", &record.recorded.output, &here));
    }
    Finding::of(differences)
}

/// The first call of a model in a tree of calls.
fn first_call(calls: &Value) -> Option<&Map> {
    calls.as_list()?.iter().find_map(|call| {
        let call = call.as_map()?;
        let name = call.get("name").and_then(Value::as_str).unwrap_or_default();
        if CALLS.contains(&name.trim_end_matches("_async")) {
            return Some(call);
        }
        call.get("children").and_then(first_call)
    })
}
