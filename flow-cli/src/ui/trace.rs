//! The trace of a run, as people and programs see it.

use std::fmt::Write;
use std::time::Duration;

use flow_core::exec::BypassReason;
use flow_core::model::{Answer, CallRecord};
use flow_core::script::Metric;
use flow_core::trace::{NodeSpan, Span, SpanDetail, SpanStatus, Trace};
use flow_core::value::Value;
use serde_json::{Value as Json, json};

use super::{BOLD, DIM};

/// The longest text of a value in the tree, in characters.
const SHOWN: usize = 300;

/// The tree for people: each node with what it took and gave, nodes of sub-flows below the node that called them.
pub(crate) fn trace_text(trace: &Trace) -> String {
    let mut text = String::new();
    branch(trace, 0, &mut text, "");
    text
}

/// The nodes in the order in which they started, each with its calls, as JSON.
pub(crate) fn trace_json(trace: &Trace) -> Json {
    let nodes = trace.spans.iter().enumerate().filter_map(|(at, span)| match &span.detail {
        SpanDetail::Node(node) => Some(node_json(trace, at, span, node)),
        _ => None,
    });
    nodes.collect()
}

/// Writes what is directly below a span, each with what is below it.
fn branch(trace: &Trace, parent: usize, text: &mut String, indent: &str) {
    let below: Vec<usize> = trace.children(parent).filter(|at| is_shown(trace, *at)).collect();
    for (position, at) in below.iter().enumerate() {
        let last = position + 1 == below.len();
        let (corner, bar) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let indent_below = format!("{indent}{bar}");
        let span = &trace.spans[*at];
        let _ = match &span.detail {
            SpanDetail::Node(node) => writeln!(text, "{indent}{corner}{}", headline(trace, *at, span, node)),
            SpanDetail::Call(call) => writeln!(text, "{indent}{corner}{}", call_line(call)),
            SpanDetail::Flow { name, .. } => writeln!(text, "{indent}{corner}{name}"),
        };
        for line in details(span) {
            let _ = writeln!(text, "{indent_below}   {line}");
        }
        branch(trace, *at, text, &indent_below);
    }
}

/// A node's only call, where it was good, is told in the node's own line.
fn is_shown(trace: &Trace, at: usize) -> bool {
    let span = &trace.spans[at];
    let (SpanDetail::Call(call), Some(parent)) = (&span.detail, span.parent) else { return true };
    call.outcome.is_err() || call.attempts > 1 || trace.calls(parent).count() > 1
}

fn status_word(status: &SpanStatus) -> &'static str {
    match status {
        SpanStatus::Running => "running",
        SpanStatus::Completed => "completed",
        SpanStatus::Failed { .. } => "failed",
        SpanStatus::Bypassed(_) => "bypassed",
    }
}

/// Why a node failed or did not run.
fn note(status: &SpanStatus) -> Option<&str> {
    match status {
        SpanStatus::Failed { message, .. } => Some(message),
        SpanStatus::Bypassed(reason) => Some(bypass_words(*reason)),
        SpanStatus::Running | SpanStatus::Completed => None,
    }
}

fn headline(trace: &Trace, at: usize, span: &Span, node: &NodeSpan) -> String {
    let name = node.name.rsplit('/').next().unwrap_or(&node.name);
    let item = node.item.map(|item| format!("[{item}]")).unwrap_or_default();
    let mut words = vec![status_word(&span.status).to_owned()];
    if !matches!(span.status, SpanStatus::Bypassed(_)) {
        words.push(duration_words(span.elapsed));
    }
    if node.attempts > 1 {
        words.push(format!("{} tries", node.attempts));
    }
    if let Some(call) = trace.calls(at).last() {
        words.push(call.model().to_string());
    }
    if trace.calls(at).any(|call| call.replayed) {
        words.push("replayed".to_owned());
    }
    if trace.calls(at).any(|call| call.cached) {
        words.push("cached".to_owned());
    }
    let usage = trace.usage(at);
    if usage.total_tokens() > 0 {
        words.push(format!("{} + {} tokens", usage.prompt_tokens, usage.completion_tokens));
    }
    words.extend(usage.cost.words());
    format!("{BOLD}{name}{item}{BOLD:#} {DIM}{}{DIM:#}", words.join(" · "))
}

fn call_line(call: &CallRecord) -> String {
    let status = if call.outcome.is_ok() { "completed" } else { "failed" };
    let mut words = vec![status.to_owned(), duration_words(call.elapsed)];
    if call.attempts > 1 {
        words.push(format!("{} tries", call.attempts));
    }
    if !call.waited.is_zero() {
        words.push(format!("{} of them waiting", duration_words(call.waited)));
    }
    if let Some(usage) = call.usage() {
        words.push(format!("{} + {} tokens", usage.prompt_tokens, usage.completion_tokens));
    }
    words.extend(call.cost.words());
    if let Err(error) = &call.outcome {
        words.push(shortened(&error.message));
    }
    format!("{} {} {DIM}{}{DIM:#}", call.api().name(), call.model(), words.join(" · "))
}

/// What a model said: its messages, or of embeddings that there are some.
fn said(answer: &std::sync::Arc<Answer>) -> Json {
    if answer.messages.is_empty() { json!(null) } else { json!(answer.messages) }
}

fn details(span: &Span) -> Vec<String> {
    let node = match &span.detail {
        SpanDetail::Node(node) => node,
        SpanDetail::Call(call) => return call_details(call),
        SpanDetail::Flow { .. } => return Vec::new(),
    };
    let mut lines = Vec::new();
    if let Some(note) = note(&span.status) {
        lines.push(shortened(note));
    }
    lines.extend(node.failed_items.iter().map(|(item, why)| shortened(&format!("item {item} failed: {why}"))));
    lines.extend(node.liberties.iter().map(|liberty| format!("{DIM}read with a liberty:{DIM:#} {liberty}")));
    for (name, value) in node.inputs.as_map().into_iter().flatten() {
        lines.push(format!("{DIM}{name}:{DIM:#} {}", shortened(&plain(value))));
    }
    lines.extend(node.printed.lines().map(|line| format!("{DIM}printed:{DIM:#} {}", shortened(line))));
    lines.extend(node.metrics.iter().map(|metric| {
        let of = metric.variant.as_ref().map(|variant| format!(" ({variant})")).unwrap_or_default();
        format!("{DIM}metric{DIM:#} {}{of}{DIM}:{DIM:#} {}", metric.name, shortened(&plain(&metric.value)))
    }));
    if let Some(output) = &node.output {
        lines.push(format!("{DIM}→{DIM:#} {}", shortened(&plain(output))));
    }
    lines
}

/// What was asked last and what was said, of a call that has a line of its own.
fn call_details(call: &CallRecord) -> Vec<String> {
    let mut lines = Vec::new();
    let asked = ["messages", "input"].iter().find_map(|key| call.request.body.get(*key)?.as_array()?.last());
    if let Some(content) = asked.and_then(|message| message.get("content")) {
        let text = content.as_str().map_or_else(|| content.to_string(), str::to_owned);
        lines.push(format!("{DIM}asked:{DIM:#} {}", shortened(&text)));
    }
    let answer = call.outcome.as_ref().ok().and_then(|answer| answer.messages.first());
    if let Some(content) = answer.and_then(|message| message.get("content")?.as_str()) {
        lines.push(format!("{DIM}→{DIM:#} {}", shortened(content)));
    }
    lines
}

fn node_json(trace: &Trace, at: usize, span: &Span, node: &NodeSpan) -> Json {
    let calls: Vec<&CallRecord> = trace.calls(at).map(|call| &**call).collect();
    let failed: Vec<String> =
        node.failed_items.iter().map(|(item, why)| format!("item {item} failed: {why}")).collect();
    let liberties: Vec<String> = node.liberties.iter().map(ToString::to_string).collect();
    let metric = |metric: &Metric| json!({ "name": metric.name, "value": metric.value, "variant": metric.variant });
    let metrics: Vec<Json> = node.metrics.iter().map(metric).collect();
    json!({
        "node": node.name, "item": node.item, "status": status_word(&span.status), "note": note(&span.status),
        "failed_items": failed, "liberties": liberties, "printed": node.printed,
        "metrics": metrics, "inputs": node.inputs, "output": node.output,
        "started_ms": milliseconds(span.started), "elapsed_ms": milliseconds(span.elapsed), "attempts": node.attempts,
        "model": calls.last().map(|call| call.model()), "usage": trace.usage(at),
        "calls": calls.into_iter().map(call_json).collect::<Vec<_>>(),
    })
}

fn call_json(call: &CallRecord) -> Json {
    let answer = call.outcome.as_ref().ok();
    json!({
        "provider": call.provider, "connection": call.connection, "api": call.api().name(), "model": call.model(),
        "answered_by": answer.and_then(|answer| answer.model.as_deref()),
        "finish_reason": answer.and_then(|answer| answer.finish_reason.as_deref()),
        "attempts": call.attempts, "elapsed_ms": milliseconds(call.elapsed), "waited_ms": milliseconds(call.waited),
        "first_delta_ms": call.first_delta.map(milliseconds), "request": call.request.body, "answer": answer.map(said), "usage": call.usage(),
        "error": call.outcome.as_ref().err().map(|error| json!({ "code": error.kind.code(), "message": error.message })),
        "replayed": call.replayed,
        "cached": call.cached,
    })
}

/// Milliseconds with three digits behind the point.
pub(crate) fn milliseconds(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 1e6).round() / 1e3
}

/// A time in the unit that suits it.
pub(crate) fn duration_words(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    match seconds {
        ..0.001 => format!("{:.0} µs", seconds * 1e6),
        ..1.0 => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}

fn bypass_words(reason: BypassReason) -> &'static str {
    match reason {
        BypassReason::Condition => "its condition was not met",
        BypassReason::ConditionBypassed => "the node that its condition looks at was bypassed",
        BypassReason::SourceFailed => "a node that it waits for failed",
        BypassReason::SourcesBypassed => "all nodes that it takes inputs from were bypassed",
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json(), str::to_owned)
}

/// One line of at most [`SHOWN`] characters; line ends are shown as ⏎.
fn shortened(text: &str) -> String {
    let line = text.trim_end().replace("\r\n", "\n").replace('\n', "⏎");
    match line.char_indices().nth(SHOWN) {
        None => line,
        Some((end, _)) => format!("{}… ({} characters)", &line[..end], text.chars().count()),
    }
}
