//! What is found of a node in a row, and of a row: whether it is as promptflow recorded it.

use std::fmt::Display;

use flow_core::exec::{Gave, RecordedEnd, Retraced, RetracedNode, RowError, Turn, joined};
use flow_core::plan::{Binding, Op, PlanNode};
use flow_core::value::{Map, Value};

use super::compare::{Difference, Strictness, lost};
use super::leave::Leave;
use super::record::{NodeRecord, RowRecord};
use super::request;

/// What is found.
#[derive(Debug, Clone)]
pub(super) enum Finding {
    Equal,
    /// Where it differs, which is somewhere.
    Different(Vec<Difference>),
    /// Why nothing can be said.
    Unverified(String),
}

impl Finding {
    pub(super) fn of(differences: Vec<Difference>) -> Self {
        if differences.is_empty() { Finding::Equal } else { Finding::Different(differences) }
    }

    /// Differences that were found beside it come first; what could not be said is not said where something differs.
    fn beside(self, mut differences: Vec<Difference>) -> Self {
        match self {
            found if differences.is_empty() => found,
            Finding::Different(more) => {
                differences.extend(more);
                Finding::Different(differences)
            }
            Finding::Equal | Finding::Unverified(_) => Finding::Different(differences),
        }
    }
}

/// What is found of a node that the record knows.
pub(super) fn node(node: &PlanNode, record: &NodeRecord, retraced: &RetracedNode, leave: Leave) -> Finding {
    let ended = record.recorded.ended;
    let arguments = match (&retraced.turn, ended) {
        (Turn::Bypassed, RecordedEnd::Bypassed) => return Finding::Equal,
        (Turn::Bypassed, _) => return differs(record, "Bypassed".to_owned()),
        (Turn::Runs(_), RecordedEnd::Bypassed) => return differs(record, "it runs".to_owned()),
        (Turn::Fails(_), RecordedEnd::Failed) => return Finding::Equal,
        (Turn::Fails(failure), _) => return differs(record, failed(failure)),
        (Turn::Unreached, _) => {
            return Finding::Unverified("the record does not tell of all that it waits for".to_owned());
        }
        (Turn::Runs(arguments), _) => arguments,
    };
    let (differences, lost_input) = handed(node, record, arguments);
    let found = match (&retraced.gave, lost_input) {
        (_, Some((name, why))) => Finding::Unverified(format!("input `{name}` is or holds {why}")),
        (Some(gave), None) => given(node, record, gave, leave),
        (None, None) => Finding::Equal,
    };
    found.beside(differences)
}

/// Where what a node would be handed differs from what it was handed, and the first input that the record does not hold whole.
fn handed(node: &PlanNode, record: &NodeRecord, arguments: &Map) -> (Vec<Difference>, Option<(String, &'static str)>) {
    let (mut differences, mut lost_input) = (Vec::new(), None);
    // What stands in the file is not looked at: promptflow records it as the tool's parameters have it.
    let referred = node.arguments.iter().filter(|(_, binding)| !matches!(binding, Binding::Literal(_)));
    for (name, _) in referred {
        let (then, now) = (record.recorded.inputs.get(name), arguments.get(name));
        let is_here = |now: &Value| matches!(now, Value::Object(_));
        match (then.and_then(lost), then, now) {
            (Some(_), _, Some(now)) if is_here(now) => {}
            (Some(why), ..) => lost_input = lost_input.or(Some((name.to_string(), why))),
            (None, Some(then), Some(now)) if !is_joined(then, now) => {
                differences.extend(Strictness::Json.differences(&format!("inputs.{name}"), then, now));
            }
            _ => {}
        }
    }
    (differences, lost_input)
}

fn given(node: &PlanNode, record: &NodeRecord, gave: &Gave, leave: Leave) -> Finding {
    let recorded = &record.recorded;
    match (gave, &node.op) {
        (Gave::Request(sent), Op::Llm(op)) => request::judge(op, record, sent),
        (Gave::Ran(Err(_)), _) if recorded.ended == RecordedEnd::Failed => Finding::Equal,
        (Gave::Ran(Err(failure)), _) => differs(record, failed(failure)),
        (Gave::Ran(Ok(value)), _) if recorded.ended == RecordedEnd::Failed => {
            Finding::Different(vec![Difference::new("status", status(record), format!("it gives {}", value.to_json()))])
        }
        (Gave::Ran(Ok(value)), _) => match lost(&recorded.output) {
            Some(why) => Finding::Unverified(format!("its output is or holds {why}")),
            None if is_joined(&recorded.output, value) => Finding::Equal,
            None => Finding::of(Strictness::Printed.differences("output", &recorded.output, value)),
        },
        (Gave::NotRun | Gave::Request(_), _) => {
            Finding::Unverified(leave.refusal(node).unwrap_or_else(|| "answered from the record".to_owned()))
        }
    }
}

/// Whether promptflow recorded, one by one, the pieces of what is one text here.
fn is_joined(recorded: &Value, here: &Value) -> bool {
    let pieces = recorded.as_list().and_then(joined);
    pieces.is_some_and(|pieces| Some(&*pieces) == here.as_str())
}

/// What is found of a row as a whole: its outputs, or that it fails. `nodes` are the findings of those nodes that failed in the record.
pub(super) fn row(record: &RowRecord, retraced: &Result<Retraced, RowError>, nodes: &[&Finding]) -> Finding {
    let outputs = match retraced {
        Err(error) => Some(Err(error)),
        Ok(retraced) => retraced.outputs.as_ref().map(Result::as_ref),
    };
    match (&record.failure, outputs) {
        (None, Some(Ok(outputs))) => match lost(&record.output) {
            Some(why) => Finding::Unverified(format!("an output is or holds {why}")),
            None => {
                let outputs = Value::Map(outputs.clone().into());
                Finding::of(Strictness::Json.differences("outputs", &record.output, &outputs))
            }
        },
        (None, Some(Err(error))) => Finding::Different(vec![Difference::new("status", "Completed", failed(error))]),
        (None, None) => Finding::Unverified("the record does not tell of all of its nodes".to_owned()),
        (Some(failure), _) if failure.is_of_surroundings() => {
            Finding::Unverified(format!("it was stopped ({}), which says nothing of the flow", failure.code))
        }
        (Some(_), Some(Err(_))) => Finding::Equal,
        (Some(failure), Some(Ok(_))) => {
            Finding::Different(vec![Difference::new("status", format!("Failed: {}", failure.message), "it ends well")])
        }
        (Some(failure), None) => of_failed_nodes(&failure.message, nodes),
    }
}

/// A row fails by its nodes.
fn of_failed_nodes(message: &str, nodes: &[&Finding]) -> Finding {
    let is_different = |found: &&&Finding| matches!(found, Finding::Different(_));
    let unverified = nodes.iter().find_map(|found| match found {
        Finding::Unverified(_) => Some("the node that failed cannot be verified".to_owned()),
        _ => None,
    });
    match unverified {
        _ if nodes.iter().any(|found| is_different(&found)) => {
            let here = "the node that failed does otherwise";
            Finding::Different(vec![Difference::new("status", format!("Failed: {message}"), here)])
        }
        Some(why) => Finding::Unverified(why),
        None if nodes.is_empty() => Finding::Unverified("the record does not tell which node failed".to_owned()),
        None => Finding::Equal,
    }
}

fn differs(record: &NodeRecord, here: String) -> Finding {
    Finding::Different(vec![Difference::new("status", status(record), here)])
}

/// How a node ended, in promptflow's word.
pub(super) fn status(record: &NodeRecord) -> String {
    match (record.recorded.ended, &record.failure) {
        (RecordedEnd::Finished, _) => "Completed".to_owned(),
        (RecordedEnd::Bypassed, _) => "Bypassed".to_owned(),
        (RecordedEnd::Failed, None) => "Failed".to_owned(),
        (RecordedEnd::Failed, Some(failure)) => format!("Failed: {}", failure.message),
    }
}

/// A failure of ours in the same form.
pub(super) fn failed(failure: &impl Display) -> String {
    format!("Failed: {failure}")
}
