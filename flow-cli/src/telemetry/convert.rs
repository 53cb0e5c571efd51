//! From our spans to those of OpenTelemetry.

use std::time::{Duration, SystemTime};

use flow_core::exec::BypassReason;
use flow_core::model::{Api, CallRecord};
use flow_core::trace::{NodeSpan, Span, SpanDetail, SpanStatus, Trace, Work};
use flow_core::value::Value;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue, Value as Attribute};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, SpanData, SpanEvents, SpanLinks};
use serde_json::Value as Json;

use super::{messages, names};

/// What a trace belongs to: the trace's id, the span above its first, and the id of that one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Above {
    pub(crate) trace: TraceId,
    pub(crate) parent: SpanId,
    pub(crate) own: SpanId,
}

/// The spans of a trace that began at a moment. Texts are told only with `content`.
pub(super) fn spans(trace: &Trace, began: SystemTime, above: Option<Above>, content: bool) -> Vec<SpanData> {
    let ids = RandomIdGenerator::default();
    let trace_id = above.map_or_else(|| ids.new_trace_id(), |above| above.trace);
    let mut own: Vec<SpanId> = trace.spans.iter().map(|_| ids.new_span_id()).collect();
    if let (Some(above), Some(first)) = (above, own.first_mut()) {
        *first = above.own;
    }
    let root = above.map_or(SpanId::INVALID, |above| above.parent);
    let place = |at: usize| {
        let parent = trace.spans[at].parent.and_then(|parent| own.get(parent)).copied();
        Place { trace_id, span_id: own[at], parent: parent.unwrap_or(root), began }
    };
    trace
        .spans
        .iter()
        .enumerate()
        // What did not run took no time.
        .filter(|(_, span)| !matches!(span.status, SpanStatus::Bypassed(_)))
        .map(|(at, span)| data(span, &place(at), content))
        .collect()
}

struct Place {
    trace_id: TraceId,
    span_id: SpanId,
    parent: SpanId,
    began: SystemTime,
}

fn data(span: &Span, place: &Place, content: bool) -> SpanData {
    let (name, kind, mut attributes) = match &span.detail {
        SpanDetail::Flow { name, row, inputs, outputs } => {
            let mut attributes = vec![
                KeyValue::new(names::OPERATION, names::INVOKE_WORKFLOW),
                KeyValue::new(names::AGENT, name.to_string()),
                KeyValue::new(names::ROW, whole(*row)),
            ];
            if content {
                attributes.push(KeyValue::new(names::INPUTS, inputs.to_json()));
                attributes.push(KeyValue::new(names::OUTPUTS, outputs.to_json()));
            }
            (format!("{} {name}", names::INVOKE_WORKFLOW), SpanKind::Internal, attributes)
        }
        SpanDetail::Node(node) => {
            let (name, attributes) = node_attributes(node, &span.status, content);
            (name, SpanKind::Internal, attributes)
        }
        SpanDetail::Call(call) => {
            let name = format!("{} {}", operation(call.api()), call.model());
            (name, SpanKind::Client, call_attributes(call, content))
        }
    };
    let status = match &span.status {
        SpanStatus::Failed { code, message } => {
            attributes.push(KeyValue::new(names::ERROR_TYPE, error_type(span, code)));
            // What went wrong may quote an answer.
            Status::error(if content { message.clone() } else { (*code).to_owned() })
        }
        SpanStatus::Completed => Status::Ok,
        SpanStatus::Running | SpanStatus::Bypassed(_) => Status::Unset,
    };
    let start_time = place.began + span.started;
    SpanData {
        span_context: SpanContext::new(
            place.trace_id,
            place.span_id,
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        ),
        parent_span_id: place.parent,
        parent_span_is_remote: false,
        span_kind: kind,
        name: name.into(),
        start_time,
        end_time: start_time + span.elapsed,
        attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status,
        instrumentation_scope: InstrumentationScope::builder("flow").with_version(env!("CARGO_PKG_VERSION")).build(),
    }
}

/// The status of the provider where there is one: the conventions want the most telling word.
fn error_type(span: &Span, code: &str) -> String {
    match &span.detail {
        SpanDetail::Call(call) => match call.outcome.as_ref().err().map(|error| error.kind) {
            Some(flow_core::model::ModelErrorKind::Status(status)) => status.to_string(),
            _ => code.to_owned(),
        },
        _ => code.to_owned(),
    }
}

fn node_attributes(node: &NodeSpan, status: &SpanStatus, content: bool) -> (String, Vec<KeyValue>) {
    let kind = match &node.work {
        Work::Llm => "llm",
        Work::Prompt => "prompt",
        Work::Python => "python",
        Work::Tool(_) => "tool",
        Work::Flow => "flow",
        Work::Unknown => "unknown",
    };
    let mut attributes = vec![
        KeyValue::new(names::NODE, node.name.to_string()),
        KeyValue::new(names::NODE_TYPE, kind),
        KeyValue::new(names::NODE_STATUS, status_word(status)),
        KeyValue::new(names::ATTEMPTS, i64::from(node.attempts)),
    ];
    if let Some(item) = node.item {
        attributes.push(KeyValue::new(names::ITEM, i64::try_from(item).unwrap_or(i64::MAX)));
    }
    let name = match &node.work {
        Work::Tool(tool) => {
            attributes.push(KeyValue::new(names::OPERATION, names::EXECUTE_TOOL));
            attributes.push(KeyValue::new(names::TOOL, tool.clone()));
            format!("{} {tool}", names::EXECUTE_TOOL)
        }
        _ => node.name.to_string(),
    };
    if content {
        let is_tool = matches!(node.work, Work::Tool(_));
        let (inputs, outputs) =
            if is_tool { (names::TOOL_ARGUMENTS, names::TOOL_RESULT) } else { (names::INPUTS, names::OUTPUTS) };
        attributes.push(KeyValue::new(inputs, node.inputs.to_json()));
        attributes.extend(node.output.as_ref().map(|output: &Value| KeyValue::new(outputs, output.to_json())));
    }
    (name, attributes)
}

fn status_word(status: &SpanStatus) -> &'static str {
    match status {
        SpanStatus::Running => "stopped",
        SpanStatus::Completed => "completed",
        SpanStatus::Failed { .. } => "failed",
        SpanStatus::Bypassed(
            BypassReason::Condition
            | BypassReason::ConditionBypassed
            | BypassReason::SourcesBypassed
            | BypassReason::SourceFailed,
        ) => "bypassed",
    }
}

fn operation(api: Api) -> &'static str {
    match api {
        Api::Chat | Api::Responses => "chat",
        Api::Completion => "text_completion",
        Api::Embedding => "embeddings",
    }
}

fn call_attributes(call: &CallRecord, content: bool) -> Vec<KeyValue> {
    let body = &call.request.body;
    let mut attributes = vec![
        KeyValue::new(names::OPERATION, operation(call.api())),
        KeyValue::new(names::PROVIDER, call.provider.to_string()),
        KeyValue::new(names::REQUEST_MODEL, call.model().to_string()),
        KeyValue::new(names::CONNECTION, call.connection.to_string()),
        KeyValue::new(names::ATTEMPTS, i64::from(call.attempts)),
        KeyValue::new(names::WAITED, seconds(call.waited)),
    ];
    if call.request.is_streamed() {
        attributes.push(KeyValue::new(names::REQUEST_STREAM, true));
    }
    for (key, name) in names::REQUEST_NUMBERS {
        attributes.extend(body.get(*key).and_then(Json::as_f64).map(|number| KeyValue::new(*name, number)));
    }
    for (key, name) in names::REQUEST_COUNTS {
        attributes.extend(body.get(*key).and_then(Json::as_i64).map(|number| KeyValue::new(*name, number)));
    }
    match body.get("stop") {
        Some(Json::String(stop)) => attributes.push(KeyValue::new(names::REQUEST_STOP, texts([stop.as_str()]))),
        Some(Json::Array(stops)) => {
            let stops = stops.iter().filter_map(Json::as_str);
            attributes.push(KeyValue::new(names::REQUEST_STOP, texts(stops)));
        }
        _ => {}
    }
    if content {
        attributes.push(KeyValue::new(names::INPUT_MESSAGES, messages::input(&call.request).to_string()));
    }
    let Ok(answer) = &call.outcome else { return attributes };
    let text = |key: &str| answer.body.get(key).and_then(Json::as_str).map(str::to_owned);
    attributes.extend(text("id").map(|id| KeyValue::new(names::RESPONSE_ID, id)));
    attributes.extend(answer.model.clone().map(|model| KeyValue::new(names::RESPONSE_MODEL, model)));
    if let Some(reason) = &answer.finish_reason {
        attributes.push(KeyValue::new(names::FINISH_REASONS, texts([reason.as_str()])));
    }
    if let Some(first) = call.first_delta {
        attributes.push(KeyValue::new(names::TIME_TO_FIRST_CHUNK, seconds(first)));
    }
    if let Some(usage) = call.usage() {
        attributes.push(KeyValue::new(names::INPUT_TOKENS, whole(usage.prompt_tokens)));
        attributes.push(KeyValue::new(names::OUTPUT_TOKENS, whole(usage.completion_tokens)));
        for (name, tokens) in
            [(names::CACHE_READ_TOKENS, usage.cached_tokens), (names::REASONING_TOKENS, usage.reasoning_tokens)]
        {
            attributes.extend((tokens > 0).then(|| KeyValue::new(name, whole(tokens))));
        }
    }
    if content {
        attributes.push(KeyValue::new(names::OUTPUT_MESSAGES, messages::output(answer).to_string()));
    }
    attributes
}

fn texts<'a>(items: impl IntoIterator<Item = &'a str>) -> Attribute {
    Attribute::Array(Array::String(items.into_iter().map(|text| StringValue::from(text.to_owned())).collect()))
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e6
}
