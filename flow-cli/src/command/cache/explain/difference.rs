//! Which parts of two keys differ.

use std::collections::BTreeMap;

use flow_core::model::CallParts;
use flow_core::run::CallEntry;
use serde_json::{Value as Json, json};

/// A part of the key that is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Difference {
    /// The prompt's text.
    Prompt,
    /// An input of the node, and whether it is new or gone.
    Input(String, Change),
    /// A parameter of the request.
    Parameter(String, Change),
    /// Where the connection leads.
    Connection,
    /// The model.
    Model,
    /// The repetition of the row.
    Repeat(u32, u32),
    /// Which of several equal calls it was.
    Occurrence,
    /// What is asked, and nothing above explains it.
    Content,
}

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Other,
    New,
    Gone,
}

/// What differs between two calls of a node; empty where either has no key.
pub(super) fn differences(then: &CallEntry, now: &CallEntry, repeat: Option<(u32, u32)>) -> Vec<Difference> {
    let (Some(one), Some(other)) = (&then.parts, &now.parts) else { return Vec::new() };
    let mut found = Vec::new();
    found.extend((one.prompt != other.prompt).then_some(Difference::Prompt));
    found.extend(changes(&one.inputs, &other.inputs).map(|(name, change)| Difference::Input(name, change)));
    let is_model = |name: &str| matches!(name, "model" | "deployment_name");
    let parameters = changes(&one.parameters, &other.parameters).filter(|(name, _)| !is_model(name));
    found.extend(parameters.map(|(name, change)| Difference::Parameter(name, change)));
    found.extend((then.model != now.model).then_some(Difference::Model));
    found.extend((one.connection != other.connection).then_some(Difference::Connection));
    found.extend(repeat.map(|(then, now)| Difference::Repeat(then, now)));
    found.extend((one.occurrence != other.occurrence).then_some(Difference::Occurrence));
    if one.content != other.content && !explains_content(&found) {
        found.push(Difference::Content);
    }
    found
}

/// Whether something was found of which the content of the request is made.
fn explains_content(found: &[Difference]) -> bool {
    found.iter().any(|part| matches!(part, Difference::Prompt | Difference::Input(..)))
}

fn changes(then: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> impl Iterator<Item = (String, Change)> {
    let gone = then.keys().filter(|name| !now.contains_key(*name)).map(|name| (name.clone(), Change::Gone));
    let other = now.iter().filter_map(|(name, digest)| match then.get(name) {
        None => Some((name.clone(), Change::New)),
        Some(then) if then != digest => Some((name.clone(), Change::Other)),
        Some(_) => None,
    });
    let all: Vec<(String, Change)> = other.chain(gone).collect();
    all.into_iter()
}

/// The differences in a sentence.
pub(super) fn words(node: &str, then: &CallEntry, now: &CallEntry, differs: &[Difference]) -> String {
    if differs.is_empty() {
        return match (&then.error, &now.error) {
            (Some(error), _) => format!("the call before failed ({}), and failures are not kept", error.code),
            _ => "nothing differs; the answer was not kept (it held a secret), or it was forgotten since".to_owned(),
        };
    }
    let mut parts: Vec<String> = differs.iter().map(|part| part.words(node, then, now)).collect();
    let inputs_differ = differs.iter().any(|part| matches!(part, Difference::Input(..)));
    let has_inputs = now.parts.as_ref().is_some_and(|parts: &std::sync::Arc<CallParts>| !parts.inputs.is_empty());
    if !inputs_differ && has_inputs && differs != [Difference::Content] {
        parts.push("its inputs are the same".to_owned());
    }
    parts.join("; ")
}

impl Difference {
    fn words(&self, node: &str, then: &CallEntry, now: &CallEntry) -> String {
        let changed = |what: String, change: &Change| match change {
            Change::Other => format!("{what} is another"),
            Change::New => format!("{what} is new"),
            Change::Gone => format!("{what} is gone"),
        };
        match self {
            Difference::Prompt => format!("the prompt of `{node}` changed"),
            Difference::Input(name, change) => changed(format!("input `{name}`"), change),
            Difference::Parameter(name, change) => changed(format!("parameter `{name}`"), change),
            Difference::Connection if then.connection == now.connection => {
                format!("connection `{}` leads elsewhere", now.connection)
            }
            Difference::Connection => {
                format!("connection `{}` leads elsewhere than `{}`", now.connection, then.connection)
            }
            Difference::Model => format!("the model is {} and was {}", now.model, then.model),
            Difference::Repeat(then, now) => format!("it is repetition {now} of the row and was {then}"),
            Difference::Occurrence => "it is another one of several equal calls of the row".to_owned(),
            Difference::Content => {
                "the request is another: a file that the prompt includes, or an answer that it mends".to_owned()
            }
        }
    }

    /// Which part, and of what name.
    pub(super) fn json(&self) -> Json {
        let (part, name) = match self {
            Difference::Prompt => ("prompt", None),
            Difference::Input(name, _) => ("input", Some(name)),
            Difference::Parameter(name, _) => ("parameter", Some(name)),
            Difference::Connection => ("connection", None),
            Difference::Model => ("model", None),
            Difference::Repeat(..) => ("repeat", None),
            Difference::Occurrence => ("occurrence", None),
            Difference::Content => ("content", None),
        };
        match name {
            None => json!({ "part": part }),
            Some(name) => json!({ "part": part, "name": name }),
        }
    }
}
