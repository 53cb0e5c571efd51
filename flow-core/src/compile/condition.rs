//! When a node runs, how often, and until when: `activate`, `if`, `for_each`, `loop`.

use std::sync::Arc;

use super::arguments::bind_value;
use super::look::{Look, Purpose};
use super::node::Need;
use super::reference::{self, Position};
use super::scope::Scope;
use crate::diag::did_you_mean;
use crate::diag::{Code, Diagnostic};
use crate::doc::{ActivateDoc, FlowDoc, ForEachDoc, ItemErrorsDoc, LoopDoc, NodeDoc, Report};
use crate::plan::{Activation, Binding, ForEach, ItemErrors, Loop, PropertyPath};
use crate::source::Span;
use crate::template::{Expression, NamePath};
use crate::ty::{Ty, coerce};
use crate::value::Value;
use crate::yaml::Node;

/// What a node's conditions came to, with the nodes and inputs that they look at.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub activation: Option<Activation>,
    pub for_each: Option<ForEach>,
    pub repeat: Option<Loop>,
    pub needs: Vec<Need>,
    /// Positions of the flow inputs that are looked at.
    pub inputs: Vec<usize>,
    /// What is looked at, to be checked when all nodes are known.
    pub looks: Vec<Look>,
}

/// Lowers all conditions of a node.
pub(super) fn lower(doc: &FlowDoc, node: &NodeDoc, scope: &Scope, report: &mut Report) -> Conditions {
    let mut conditions = Conditions::default();
    if let Some(activate) = &node.activate {
        conditions.activation = lower_activate(doc, node, activate, scope, &mut conditions, report);
    }
    if let Some(condition) = &node.condition {
        let expression = lower_expression(condition, "if", node, scope, &mut conditions, report);
        conditions.activation = expression.map(Activation::Expression);
    }
    if let Some(for_each) = &node.for_each {
        conditions.for_each = lower_for_each(doc, for_each, scope, &mut conditions, report);
    }
    if let Some(repeat) = &node.repeat {
        conditions.repeat = lower_loop(repeat, node, scope, &mut conditions, report);
    }
    conditions
}

impl Conditions {
    /// Takes note of what a binding looks at.
    fn note(&mut self, binding: &Binding, span: Span, purpose: Purpose) {
        let condition = !matches!(purpose, Purpose::List);
        match binding {
            Binding::Node { node, .. } => self.needs.push(Need { node: *node, span, condition }),
            Binding::Input(input) => self.inputs.push(input.index()),
            _ => {}
        }
        self.looks.push(Look { binding: binding.clone(), span, purpose });
    }
}

fn lower_activate(
    doc: &FlowDoc,
    node: &NodeDoc,
    activate: &ActivateDoc,
    scope: &Scope,
    conditions: &mut Conditions,
    report: &mut Report,
) -> Option<Activation> {
    let when = bind_value(&activate.when, Position::PLAIN, scope, report)?;
    let compared = Purpose::Compare(activate.is.value.clone(), activate.is.span);
    conditions.note(&when, activate.when.span, compared);
    match &when {
        // A reference without its sign was told already.
        Binding::Literal(value) if value.as_str().is_some_and(|text| reference::meant(text, scope).is_some()) => {}
        Binding::Literal(value) => {
            let met = value.python_eq(&activate.is.value);
            let message =
                format!("this condition looks at a fixed value and is {} met", if met { "always" } else { "never" });
            let help = "`when` usually refers to something: ${inputs.x} or ${node.output}";
            report.warning(Code::ConstantCondition, activate.when.span, message, help);
        }
        // After all rows an input is the list of their values.
        Binding::Input(_) if node.aggregation => {
            warn_of_unequal_types(Ty::List, activate, " (of the values of all rows)", report);
        }
        Binding::Input(input) => warn_of_unequal_types(doc.inputs[input.index()].ty, activate, "", report),
        _ => {}
    }
    Some(Activation::Equals { when, is: activate.is.value.clone() })
}

/// A flow input has its declared type, and `is` is compared without coercion (spec section 3.2).
fn warn_of_unequal_types(ty: Ty, activate: &ActivateDoc, remark: &str, report: &mut Report) {
    let is = &activate.is.value;
    let possible = match ty {
        Ty::Int | Ty::Double | Ty::Bool => matches!(is, Value::Int(_) | Value::Float(_) | Value::Bool(_)),
        Ty::String => matches!(is, Value::Text(_)),
        Ty::List => matches!(is, Value::List(_)),
        _ => true,
    };
    if possible {
        return;
    }
    let message =
        format!("this condition is never met: the input is {ty}{remark}, and it is compared with {}", is.kind());
    let help = match coerce(ty, is) {
        Ok(value) if ty != Ty::String => format!("write {} without quotes", value.to_json()),
        Ok(value) => format!("write {}", value.to_json()),
        Err(_) => format!("compare with a value of type {ty}"),
    };
    report.warning(Code::ConstantCondition, activate.is.span, message, help);
}

fn lower_for_each(
    doc: &FlowDoc,
    for_each: &ForEachDoc,
    scope: &Scope,
    conditions: &mut Conditions,
    report: &mut Report,
) -> Option<ForEach> {
    let list = bind_value(&for_each.list, Position::PLAIN, scope, report)?;
    conditions.note(&list, for_each.list.span, Purpose::List);
    let wrong = match &list {
        Binding::Literal(value) if value.as_list().is_none() => Some(value.kind()),
        Binding::Input(input) => match doc.inputs[input.index()].ty {
            Ty::List | Ty::Object | Ty::Any => None,
            other => Some(other.name()),
        },
        _ => None,
    };
    if let Some(kind) = wrong {
        let message = format!("`for_each` runs over a list, and this is of type {kind}");
        report.error(Code::TypeMismatch, for_each.list.span, message, "refer to a list: ${inputs.x} or ${node.output}");
        return None;
    }
    let errors = match &for_each.errors {
        ItemErrorsDoc::Fail => ItemErrors::Fail,
        ItemErrorsDoc::Skip => ItemErrors::Skip,
        ItemErrorsDoc::Default(value) => ItemErrors::Default(value.clone()),
    };
    Some(ForEach { list, concurrency: for_each.concurrency, errors })
}

fn lower_loop(
    repeat: &LoopDoc,
    node: &NodeDoc,
    scope: &Scope,
    conditions: &mut Conditions,
    report: &mut Report,
) -> Option<Loop> {
    let until = lower_expression(&repeat.until, "until", node, scope, conditions, report)?;
    Some(Loop { until, max: repeat.max })
}

/// Compiles an expression and looks its names up.
fn lower_expression(
    written: &Node,
    key: &str,
    node: &NodeDoc,
    scope: &Scope,
    conditions: &mut Conditions,
    report: &mut Report,
) -> Option<Arc<Expression>> {
    let scalar = written.as_scalar()?;
    let text = scalar.text.trim();
    let shift = scalar.text.len() - scalar.text.trim_start().len();
    let place = |start: usize, end: usize| {
        scalar.span_at(written.span.file, start + shift, end - start).unwrap_or(written.span)
    };
    if text.starts_with("${") || text.starts_with("{{") {
        let message = format!("`{key}` takes a bare expression, without braces");
        report.error(Code::InvalidCondition, written.span, message, format!("write `{key}: {}`", without_braces(text)));
        return None;
    }
    let expression = match Expression::compile(report.strictness, text) {
        Ok(expression) => expression,
        Err(error) => {
            let span = error.range.as_ref().map_or(written.span, |range| place(range.start, range.end));
            let is_assignment = error
                .range
                .as_ref()
                .is_some_and(|range| text.get(range.start..).is_some_and(|rest| rest.starts_with('=')));
            let help = match error.help {
                Some(help) => help,
                None if is_assignment => "two values are compared with `==`".to_owned(),
                None if text.contains("${") => format!("names stand without braces: `{}`", without_braces(text)),
                None if text.starts_with('!') => "write `not` in place of `!`".to_owned(),
                None => "an expression is like `classify.output.label == \"bug\"`".to_owned(),
            };
            report.error(Code::InvalidCondition, span, error.message, help);
            return None;
        }
    };
    let mut sound = true;
    for name in expression.names() {
        let span = place(name.range.start, name.range.end);
        sound &= look_up(name, span, key, node, scope, conditions, report);
    }
    if expression.names().is_empty() {
        let message = format!("`{key}` looks at nothing, so it never changes");
        report.warning(Code::ConstantCondition, written.span, message, "refer to inputs.NAME or NODE.output");
    }
    sound.then(|| Arc::new(expression))
}

/// An expression without the braces of references and templates around its parts.
fn without_braces(text: &str) -> String {
    let text = text.strip_prefix("{{").and_then(|text| text.strip_suffix("}}")).unwrap_or(text);
    let mut bare = String::new();
    let mut rest = text.trim();
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((inside, after)) = behind.split_once('}') else { break };
        bare.push_str(before);
        bare.push_str(inside.trim());
        rest = after;
    }
    bare + rest
}

#[expect(clippy::too_many_arguments, reason = "the two ends and the two notebooks of a look-up")]
fn look_up(
    name: &NamePath,
    span: Span,
    key: &str,
    node: &NodeDoc,
    scope: &Scope,
    conditions: &mut Conditions,
    report: &mut Report,
) -> bool {
    let root = name.root();
    let root_length = u32::try_from(root.len()).unwrap_or(0);
    let root_span = Span { end: span.end.min(span.start + root_length), ..span };
    let second = name.segments.get(1).map(String::as_str);
    let in_turn = key == "until";
    match root {
        "inputs" => match second {
            Some(input) => {
                if let Some(index) = scope.input(input) {
                    conditions.inputs.push(index.index());
                    return true;
                }
                let help = did_you_mean(input, scope.input_names());
                let diagnostic =
                    Diagnostic::error(Code::UnknownInput, span, format!("the flow has no input `{input}`"));
                report.push(diagnostic.maybe_help(help));
                false
            }
            None => true,
        },
        "loop" if in_turn || node.for_each.is_some() => true,
        "item" if node.for_each.is_some() => true,
        _ if in_turn && root == &*node.name.value => is_output(root, second, span, report),
        _ => {
            let Some(found) = scope.node(root) else {
                if scope.is_unread(root) {
                    return false;
                }
                let help = if scope.input(root).is_some() {
                    Some(format!("did you mean `inputs.{root}`?"))
                } else if let Some(name) = scope.node_with_part(root) {
                    let plain: String =
                        name.chars().map(|sign| if sign.is_alphanumeric() { sign } else { '_' }).collect();
                    Some(format!("in an expression `{name}` is no name; call the node `{plain}`"))
                } else {
                    did_you_mean(root, scope.node_names())
                };
                let message = format!("`{root}` is neither a node nor `inputs`");
                report.push(Diagnostic::error(Code::UnknownNode, root_span, message).maybe_help(help));
                return false;
            };
            // A position is read as such by expressions, and may be one in a text.
            let is_name = |segment: &&String| !segment.chars().all(|digit| digit.is_ascii_digit());
            let properties: Vec<&str> = name.segments.iter().skip(2).take_while(is_name).map(String::as_str).collect();
            let path = PropertyPath::parse(&properties.join("."));
            let reference = Arc::from(name.segments.join("."));
            conditions.note(&Binding::Node { node: found, path, reference }, span, Purpose::Expression);
            is_output(root, second, span, report)
        }
    }
}

/// A node has nothing but its output.
fn is_output(root: &str, second: Option<&str>, span: Span, report: &mut Report) -> bool {
    let (message, help) = match second {
        Some("output") => return true,
        Some(other) => (format!("nodes have no `{other}`, only `output`"), format!("write `{root}.output.{other}`")),
        None => (format!("`{root}` alone is no value"), format!("write `{root}.output`")),
    };
    report.error(Code::UnknownSection, span, message, help);
    false
}
