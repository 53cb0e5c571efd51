//! LLM nodes: connection, parameters, and the chat prompt.

use std::sync::Arc;

use super::Workbench;
use super::arguments::Argument;
use super::node::{Accepts, Body};
use super::prompt::{self, Names, Prompt};
use super::scope::Scope;
use crate::connection::{Connection, ConnectionKind};
use crate::diag::nearest;
use crate::diag::{Code, Diagnostic};
use crate::doc::{NodeDoc, Report, later};
use crate::gate::CallPolicy;
use crate::llm::{Parameter, ParameterSlot, Support, parameter, parameters};
use crate::model::{Dialect, Model, WithAzureRules};
use crate::plan::{LlmOp, Op, Retry};
use crate::source::SourceMap;
use crate::template::{ListStyle, find_roles};
use crate::ty::{Ty, coerce};

/// Names that the chat call takes beside its parameters, so that no template variable can have them.
const RESERVED: &[&str] = &[PROMPT, "connection"];
/// The input that gives the whole prompt: promptflow passes it over the template (its sample `basic-with-builtin-llm`).
const PROMPT: &str = "prompt";

/// Lowers an LLM node.
pub(super) fn lower(
    doc: &NodeDoc,
    arguments: &[Argument],
    bench: &Workbench<'_>,
    scope: &Scope,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Body {
    let model = connect(doc, bench, report);
    let prompt = prompt::compile(doc, bench, sources, report);
    // Without a model the checks go on as if it were OpenAI, so that one run tells all.
    let dialect = model.as_ref().map_or(Dialect::OpenAi, |(_, model)| model.dialect());
    check_api(doc, dialect, report);
    let slots = slots(doc, arguments, dialect, report);
    check_model(doc, arguments, &slots, dialect, report);
    let given = arguments.iter().position(|argument| &*argument.name == PROMPT && argument.literal().is_none());
    let is_chat = doc.api.as_ref().is_none_or(|api| &*api.value == "chat");
    if let Some(prompt) = &prompt {
        let reserved: Vec<&str> =
            parameters(dialect).map(|parameter| parameter.name).chain(RESERVED.iter().copied()).collect();
        prompt::refuse_reserved(doc, prompt, &reserved, dialect.title(), report);
        // With the prompt given, the template stands by only.
        if given.is_none() {
            check_variables(doc, arguments, &slots, (prompt, Names { reserved: &reserved, scope }), report);
        }
        if given.is_none() && is_chat {
            check_roles(doc, prompt, report);
        }
    }
    let mut accepts = vec![None; arguments.len()];
    for slot in &slots {
        accepts[slot.argument] = Some(accepted(slot.parameter));
    }
    let op = match (model, prompt) {
        (Some((connection, model)), Some(prompt)) => Some(Op::Llm(Box::new(LlmOp {
            template: prompt.template,
            prompt: given,
            model,
            connection,
            parameters: slots.clone().into(),
            lists: if dialect == Dialect::Azure { ListStyle::Lines } else { ListStyle::Python },
            streams: false,
            policy: policy(doc),
        }))),
        _ => None,
    };
    let taken = slots.iter().map(|slot| slot.argument).chain(given);
    let defaulted = taken.map(|argument| Arc::clone(&arguments[argument].name)).collect();
    Body { op, output: Ty::String, properties: None, defaulted, accepts }
}

/// How often a call is tried.
fn policy(doc: &NodeDoc) -> CallPolicy {
    let usual = CallPolicy { timeout: doc.timeout, ..CallPolicy::default() };
    let Some(Retry { attempts, delay, max_delay }) = doc.retry else { return usual };
    CallPolicy { attempts, delay, max_delay, ..usual }
}

/// The types that a parameter's value can be brought from.
fn accepted(parameter: &Parameter) -> Accepts {
    let types = match parameter.ty {
        Ty::Int => vec![Ty::Int, Ty::Double, Ty::Bool, Ty::String],
        Ty::Double => vec![Ty::Double, Ty::Int, Ty::Bool, Ty::String],
        Ty::Bool => vec![Ty::Bool, Ty::String],
        Ty::List => vec![Ty::List, Ty::String],
        Ty::Object => vec![Ty::Object, Ty::String],
        _ => vec![Ty::String, Ty::Int, Ty::Double, Ty::Bool, Ty::Secret, Ty::FilePath],
    };
    Accepts { types, what: format!("parameter `{}`", parameter.name) }
}

/// The model that the node's connection leads to.
fn connect(doc: &NodeDoc, bench: &Workbench<'_>, report: &mut Report) -> Option<(Arc<str>, Arc<dyn Model>)> {
    if let Some(model) = bench.model {
        let name = doc.connection.as_ref().map_or_else(|| Arc::from("mock"), |name| Arc::clone(&name.value));
        return Some((name, substitute(doc, model, bench)));
    }
    let Some(name) = &doc.connection else {
        let message = format!("node `{}` names no connection", doc.name.value);
        let help = "add `connection: NAME`; `flow connections` lists what there is";
        report.error(Code::MissingConnection, doc.name.span, message, help);
        return None;
    };
    let resolved = match bench.connections.connection(&name.value) {
        Ok(resolved) => resolved,
        Err(problem) => {
            report.push(problem.to_diagnostic(name.span));
            return None;
        }
    };
    if let Some(note) = resolved.note {
        report.notes.push(note);
    }
    let connection: &Connection = &resolved.connection;
    let Some(maker) = bench.connect.iter().find(|maker| maker.serves(connection.kind)) else {
        let message =
            format!("connection `{}` is of kind {}, which leads to no model", name.value, connection.kind.name());
        let help = "name a connection of kind openai, azure or mock";
        report.error(Code::WrongConnection, name.span, message, help);
        return None;
    };
    match maker.connect(connection) {
        Ok(model) => Some((Arc::clone(&name.value), model)),
        Err(message) => {
            let message = format!("connection `{}` cannot be used: {message}", name.value);
            report.error(Code::InvalidConnection, name.span, message, format!("it comes from {}", connection.origin));
            None
        }
    }
}

/// The model in place of a connection, with the rules that the connection would have: Azure's if it is one, or if the
/// node names a deployment and no model.
fn substitute(doc: &NodeDoc, model: &Arc<dyn Model>, bench: &Workbench<'_>) -> Arc<dyn Model> {
    let resolved = doc.connection.as_ref().and_then(|name| bench.connections.connection(&name.value).ok());
    let names = |parameter: &str| doc.arguments.iter().any(|argument| &*argument.name.text == parameter);
    let is_azure = match resolved {
        Some(resolved) if resolved.note.is_none() => resolved.connection.kind == ConnectionKind::Azure,
        _ => names("deployment_name") && !names("model"),
    };
    if is_azure { Arc::new(WithAzureRules(Arc::clone(model))) } else { Arc::clone(model) }
}

/// promptflow needs `api`; our own flows take `chat` as given.
fn check_api(doc: &NodeDoc, dialect: Dialect, report: &mut Report) {
    match doc.api.as_ref().map(|api| (&*api.value, api.span)) {
        Some(("chat", _)) => {}
        Some(("completion", span)) => later("`api: completion`", span, report),
        Some((other, span)) => {
            let message = format!("{} has no API `{other}`", dialect.title());
            report.error(Code::UnknownApi, span, message, "write `api: chat`");
        }
        None if report.is_strict() => {}
        None => {
            let message = format!("node `{}` names no API", doc.name.value);
            report.error(Code::UnknownApi, doc.name.span, message, "add `api: chat`");
        }
    }
}

/// Which arguments are parameters; their literals are checked.
fn slots(doc: &NodeDoc, arguments: &[Argument], dialect: Dialect, report: &mut Report) -> Vec<ParameterSlot> {
    let has = |name: &str| arguments.iter().any(|argument| &*argument.name == name);
    let mut slots = Vec::new();
    for (position, argument) in arguments.iter().enumerate() {
        // Our own flows call the model `model` everywhere, so that a change of provider is a change of connection.
        let renamed =
            report.is_strict() && dialect == Dialect::Azure && &*argument.name == "model" && !has("deployment_name");
        let name = if renamed { "deployment_name" } else { &argument.name };
        let Some(parameter) = parameter(dialect, name) else { continue };
        if argument.literal().is_some_and(|literal| literal.is_null()) {
            continue;
        }
        if parameter.support == Support::Later && !is_off(parameter, argument) {
            later(&format!("parameter `{}`", parameter.name), argument.name_span, report);
            continue;
        }
        check_literal(doc, parameter, argument, report);
        slots.push(ParameterSlot { parameter, argument: position });
    }
    slots
}

/// `stream: false` asks for what happens anyway.
fn is_off(parameter: &Parameter, argument: &Argument) -> bool {
    let value = argument.literal().and_then(|literal| coerce(parameter.ty, literal).ok());
    parameter.ty == Ty::Bool && value.and_then(|value| value.as_bool()) == Some(false)
}

fn check_literal(doc: &NodeDoc, parameter: &Parameter, argument: &Argument, report: &mut Report) {
    let Some(literal) = argument.literal() else { return };
    let value = match coerce(parameter.ty, literal) {
        Ok(value) => value,
        Err(error) => {
            let message = format!("`{}` of node `{}` does not fit: {error}", parameter.name, doc.name.value);
            let help = match literal.as_str() {
                Some(text) if parameter.ty == Ty::List => format!("write a list: [{text}]"),
                _ => format!("`{}` stands for {}", parameter.name, parameter.about),
            };
            report.error(Code::ParameterType, argument.span, message, help);
            return;
        }
    };
    if let (Some((least, most)), Some(number)) = (parameter.range, value.as_float())
        && !(least..=most).contains(&number)
    {
        let message = format!("`{}` is {number}, but providers take {least} to {most}", parameter.name);
        report.warning(
            Code::ParameterRange,
            argument.span,
            message,
            format!("`{}` stands for {}", parameter.name, parameter.about),
        );
    }
}

/// A node without a model: an empty name goes out on OpenAI, and Azure has nothing to ask.
fn check_model(doc: &NodeDoc, arguments: &[Argument], slots: &[ParameterSlot], dialect: Dialect, report: &mut Report) {
    let wanted = dialect.model_parameter();
    if slots.iter().any(|slot| slot.parameter.name == wanted) {
        return;
    }
    let name = if report.is_strict() { "model" } else { wanted };
    let other = match dialect {
        Dialect::OpenAi => "deployment_name",
        Dialect::Azure => "model",
    };
    let message = format!(
        "node `{}` names no {}",
        doc.name.value,
        if dialect == Dialect::Azure { "deployment" } else { "model" }
    );
    let help = match arguments.iter().find(|argument| &*argument.name == other) {
        Some(_) => format!("on {} it is called `{name}`, not `{other}`", dialect.title()),
        None => format!("add `{name}: …` below its `inputs`"),
    };
    let diagnostic = Diagnostic::error(Code::MissingModel, doc.name.span, message).help(help);
    if dialect == Dialect::Azure { report.push(diagnostic) } else { report.odd(diagnostic) }
}

/// Inputs that are no parameters are template variables; one that is near a parameter's name is probably a slip.
fn check_variables(
    doc: &NodeDoc,
    arguments: &[Argument],
    slots: &[ParameterSlot],
    (prompt, names): (&Prompt, Names<'_>),
    report: &mut Report,
) {
    let is_parameter = |position: usize| slots.iter().any(|slot| slot.argument == position);
    let is_variable = |name: &str| prompt.template.variables().iter().any(|variable| variable.name == name);
    let mut variables = Vec::new();
    for (position, argument) in arguments.iter().enumerate() {
        if is_parameter(position)
            || parameter(Dialect::Azure, &argument.name).is_some()
            || parameter(Dialect::OpenAi, &argument.name).is_some()
        {
            continue;
        }
        let names = parameters(Dialect::OpenAi).map(|parameter| parameter.name);
        match nearest(&argument.name, names).filter(|_| !is_variable(&argument.name)) {
            Some(near) => {
                let message = format!("`{}` is neither a parameter nor a variable of the template", argument.name);
                let diagnostic = Diagnostic::warning(Code::UnknownParameter, argument.name_span, message);
                report.odd(diagnostic.help(format!("did you mean `{near}`?")));
            }
            None => variables.push(argument),
        }
    }
    prompt::check_variables(doc, prompt, &variables, names, report);
}

/// A chat prompt is a sequence of messages, each below a line with its role (spec section 4.5).
fn check_roles(doc: &NodeDoc, prompt: &Prompt, report: &mut Report) {
    let scan = find_roles(&prompt.text);
    for near in &scan.near_headers {
        let message = format!("this line looks like a role header, but `{}` here is text of a message", near.word);
        let diagnostic = Diagnostic::warning(Code::UnknownRole, prompt.span(&near.range), message);
        report.push(diagnostic.maybe_help(near.help.clone()));
    }
    const HELP: &str = "put `system:` or `user:` on a line of its own above each message";
    if scan.headers.is_empty() && !scan.maybe_from_values {
        if !prompt.text.trim().is_empty() {
            let span = scan.text_before.map_or_else(|| prompt.span(&(0..0)), |range| prompt.span(&range));
            let message = format!("the chat prompt of node `{}` has no role header", doc.name.value);
            report.error(Code::MissingRole, span, message, HELP);
        }
    } else if let Some(range) = scan.text_before {
        let message = format!("the chat prompt of node `{}` begins with text, not with a role header", doc.name.value);
        report.error(Code::MissingRole, prompt.span(&range), message, HELP);
    }
}
