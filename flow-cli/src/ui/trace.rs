use std::fmt::Write;
use std::time::Duration;

use flow_core::exec::{BypassReason, Event, NodeFailure};
use flow_core::model::Usage;
use flow_core::value::Value;
use serde_json::{Value as Json, json};

use super::{BOLD, DIM};

/// The longest text of a value in the tree, in characters.
const SHOWN: usize = 300;

/// What each node of a row did, gathered from the row's events, as a tree: nodes of sub-flows stand below the node
/// that called them.
#[derive(Default)]
pub(crate) struct Trace {
    nodes: Vec<NodeTrace>,
}

struct NodeTrace {
    name: String,
    item: Option<usize>,
    status: &'static str,
    note: Option<String>,
    failed_items: Vec<String>,
    inputs: Value,
    output: Option<Value>,
    elapsed: Duration,
    attempts: u32,
    model: Option<String>,
    usage: Usage,
}

impl Trace {
    /// Takes note of what happens.
    pub(crate) fn see(&mut self, event: &Event) {
        match event {
            Event::NodeStarted { at, inputs } => {
                self.nodes.push(NodeTrace::new(&at.node, at.item, "running", inputs.clone()));
            }
            Event::Called { at, call } => {
                if let Some(node) = self.find(&at.node, at.item) {
                    node.model = Some(call.model().to_string());
                    node.usage += call.usage().unwrap_or_default();
                }
            }
            Event::NodeFinished { at, output, elapsed, attempts } => {
                if let Some(node) = self.find(&at.node, at.item) {
                    node.end("completed", *elapsed, *attempts);
                    node.output = Some(output.clone());
                }
            }
            Event::NodeFailed { at, error, replaced, elapsed, attempts } => {
                if let Some(node) = self.find(&at.node, at.item) {
                    node.end("failed", *elapsed, *attempts);
                    node.note = Some(error.failure.to_string());
                    node.output.clone_from(replaced);
                }
            }
            Event::NodeBypassed { at, reason } => {
                let mut node = NodeTrace::new(&at.node, at.item, "bypassed", Value::Null);
                node.note = Some(bypass_words(*reason).to_owned());
                self.nodes.push(node);
            }
            Event::ItemFailed { at, item, error, .. } => {
                if let Some(node) = self.find(&at.node, at.item) {
                    let why = match &error.failure {
                        NodeFailure::Item { failure, .. } => failure.to_string(),
                        failure => failure.to_string(),
                    };
                    node.failed_items.push(format!("item {item} failed: {why}"));
                }
            }
            Event::RowStarted { .. } | Event::Delta { .. } | Event::RowFinished { .. } | Event::RowFailed { .. } => {}
        }
    }

    fn find(&mut self, name: &str, item: Option<usize>) -> Option<&mut NodeTrace> {
        self.nodes.iter_mut().rev().find(|node| node.name == name && node.item == item && node.status == "running")
    }

    /// The tree for people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.branch(&mut text, "", "");
        text
    }

    /// Writes the nodes directly below a caller, each with what is below it.
    fn branch(&self, text: &mut String, caller: &str, indent: &str) {
        let below: Vec<&NodeTrace> = self.nodes.iter().filter(|node| node.is_below(caller)).collect();
        for (position, node) in below.iter().enumerate() {
            let last = position + 1 == below.len();
            let (corner, bar) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let indent_below = format!("{indent}{bar}");
            let _ = writeln!(text, "{indent}{corner}{}", node.headline());
            for line in node.details() {
                let _ = writeln!(text, "{indent_below}   {line}");
            }
            if !below[..position].iter().any(|earlier| earlier.name == node.name) {
                self.branch(text, &node.name, &indent_below);
            }
        }
    }

    /// The nodes in the order in which they started, as JSON.
    pub(crate) fn to_json(&self) -> Json {
        self.nodes.iter().map(NodeTrace::to_json).collect()
    }
}

impl NodeTrace {
    fn new(name: &str, item: Option<usize>, status: &'static str, inputs: Value) -> Self {
        Self {
            name: name.to_owned(),
            item,
            status,
            note: None,
            failed_items: Vec::new(),
            inputs,
            output: None,
            elapsed: Duration::ZERO,
            attempts: 1,
            model: None,
            usage: Usage::default(),
        }
    }

    fn end(&mut self, status: &'static str, elapsed: Duration, attempts: u32) {
        self.status = status;
        self.elapsed = elapsed;
        self.attempts = attempts;
    }

    fn is_below(&self, caller: &str) -> bool {
        match self.name.rsplit_once('/') {
            None => caller.is_empty(),
            Some((parent, _)) => parent == caller,
        }
    }

    fn headline(&self) -> String {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        let item = self.item.map(|item| format!("[{item}]")).unwrap_or_default();
        let mut words = vec![self.status.to_owned()];
        if self.status != "bypassed" {
            words.push(duration_words(self.elapsed));
        }
        if self.attempts > 1 {
            words.push(format!("{} tries", self.attempts));
        }
        if let Some(model) = &self.model {
            words.push(model.clone());
        }
        if self.usage.total_tokens() > 0 {
            words.push(format!("{} + {} tokens", self.usage.prompt_tokens, self.usage.completion_tokens));
        }
        format!("{BOLD}{name}{item}{BOLD:#} {DIM}{}{DIM:#}", words.join(" · "))
    }

    fn details(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(note) = &self.note {
            lines.push(shortened(note));
        }
        lines.extend(self.failed_items.iter().map(|item| shortened(item)));
        for (name, value) in self.inputs.as_map().into_iter().flatten() {
            lines.push(format!("{DIM}{name}:{DIM:#} {}", shortened(&plain(value))));
        }
        if let Some(output) = &self.output {
            lines.push(format!("{DIM}→{DIM:#} {}", shortened(&plain(output))));
        }
        lines
    }

    fn to_json(&self) -> Json {
        json!({
            "node": self.name, "item": self.item, "status": self.status, "note": self.note, "failed_items": self.failed_items,
            "inputs": self.inputs, "output": self.output, "elapsed_ms": milliseconds(self.elapsed),
            "attempts": self.attempts, "model": self.model, "usage": self.usage,
        })
    }
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
