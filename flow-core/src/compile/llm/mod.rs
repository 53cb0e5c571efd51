//! LLM nodes: connection, API, parameters, and the prompt.

pub(super) mod connect;
mod extra;
mod fallback;
mod known;
mod open_model;
mod parameters;
mod reasoning;
mod schema;
pub(super) mod template;

use std::sync::Arc;

use super::Workbench;
use super::arguments::Argument;
use super::node::{Accepts, Body, Draft};
use super::outputs::Output;
use super::prompt::{self, Names};
use super::scope::Scope;
use crate::diag::{Code, did_you_mean};
use crate::doc::{NodeDoc, Report};
use crate::gate::CallPolicy;
use crate::llm::{Defaults, LlmOp, ModelTool, Parameter, ParameterSlot, Target, Told, ToolRules, parameters};
use crate::model::{Api, Dialect};
use crate::plan::{Binding, Op, Retry};
use crate::source::SourceMap;
use crate::template::ListStyle;
use crate::ty::{Ty, coerce};
use crate::value::Value;
use connect::{Wanted, Way};

/// Names that the calls take beside their parameters, so that no template variable can have them.
const RESERVED: &[&str] = &[PROMPT, "connection"];
/// The input that gives the whole prompt: promptflow passes it over the template (its sample `basic-with-builtin-llm`).
const PROMPT: &str = "prompt";

/// Which API of whom a node calls, and by whose habits.
#[derive(Debug, Clone, Copy)]
struct Asked {
    api: Api,
    dialect: Dialect,
    defaults: Defaults,
    tool: ModelTool,
}

impl Asked {
    /// The rules that tools must keep.
    fn tool_rules(self) -> ToolRules {
        ToolRules::of(self.dialect, self.defaults)
    }

    /// The parameter with this name.
    fn parameter(self, name: &str) -> Option<&'static Parameter> {
        self.parameters().find(|parameter| parameter.name == name)
    }

    /// The parameters that inputs may name.
    fn parameters(self) -> impl Iterator<Item = &'static Parameter> {
        parameters(self.api, self.dialect, self.defaults, self.tool)
    }
}

/// Lowers an LLM node.
pub(super) fn lower(
    doc: &NodeDoc,
    arguments: &[Argument],
    bench: &Workbench<'_>,
    scope: &Scope,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Body {
    let has = |name: &str| doc.arguments.iter().any(|argument| &*argument.name.text == name);
    let names_deployment = has("deployment_name") && !has("model");
    let tool = doc.package.as_ref().map_or(ModelTool::Node, |package| package.tool);
    let of_tool = doc.package.as_ref().and_then(|package| package.dialect);
    let wanted = Wanted { doc, name: doc.connection.as_ref(), names_deployment, dialect: of_tool, tool };
    let model = connect::connect(wanted, bench, report);
    let prompt = prompt::compile(doc, bench, sources, report);
    // Without a model the checks go on as if it were OpenAI, so that one run tells all.
    let dialect = model.as_ref().map_or(Dialect::OpenAi, |way| way.model.dialect());
    let defaults = if report.is_strict() { Defaults::Provider } else { Defaults::Promptflow };
    let is_open_model = tool == ModelTool::OpenModel;
    let written_api = api(doc, dialect, report);
    let known_api = if is_open_model { open_model::api(doc, bench, written_api) } else { written_api };
    let asked = Asked { api: known_api.unwrap_or(Api::Chat), dialect, defaults, tool };
    let slots = parameters::slots(doc, arguments, asked, report);
    if !is_open_model {
        parameters::check_model(doc, arguments, &slots, asked, report);
    }
    parameters::warn_of_detail(arguments, asked, report);
    reasoning::check(doc, arguments, &slots, asked, report);
    let fallback = fallback::targets(doc, asked, &slots, bench, report);
    let extra = extra::lower(doc, asked, report);
    if asked.api == Api::Embedding {
        parameters::check_embedding(doc, arguments, asked, report);
    }
    if known_api.is_some() {
        known::check(doc, arguments, &slots, asked, bench, report);
    }
    let given = arguments.iter().position(|argument| &*argument.name == PROMPT && argument.literal().is_none());
    if let Some(prompt) = &prompt {
        let reserved: Vec<&str> =
            asked.parameters().map(|parameter| parameter.name).chain(RESERVED.iter().copied()).collect();
        prompt::refuse_reserved(doc, prompt, &reserved, dialect.title(), report);
        // With the prompt given, the template stands by only.
        if given.is_none() {
            let names = Names { reserved: &reserved, scope };
            template::check_variables(doc, arguments, &slots, asked, (prompt, names), report);
        }
        if given.is_none() && matches!(known_api, Some(Api::Chat | Api::Responses)) {
            template::check_roles(doc, prompt, report);
        }
    }
    let mut accepts = vec![None; arguments.len()];
    for slot in &slots {
        accepts[slot.argument] = accepted(slot.parameter);
    }
    let mut schema = schema::lower(doc, &slots, asked, bench, sources, report);
    if let Some(wanted) = schema.as_mut().filter(|_| is_open_model) {
        // Its endpoint knows no formats.
        wanted.told = Told::Model;
    }
    let output = schema.as_ref().map_or_else(|| output(asked.api, arguments, &slots), |wanted| wanted.schema.ty());
    let properties = schema.as_ref().and_then(|wanted| wanted.schema.properties());
    let taken = slots.iter().map(|slot| slot.argument).chain(given);
    let defaulted = taken.map(|argument| Arc::clone(&arguments[argument].name)).collect();
    let in_lines = (dialect == Dialect::Azure && !is_open_model) || tool.has_picture_lines(defaults);
    let lists = if in_lines { ListStyle::Lines } else { ListStyle::Python };
    let has_prompt = prompt.is_some() || (given.is_some() && doc.prompt.is_none()) || asked.api == Api::Embedding;
    let op = match (model, prompt.map(|prompt| prompt.template)) {
        (Some(Way { connection, model, limits }), template) if has_prompt => Some(Op::Llm(Box::new(LlmOp {
            api: asked.api,
            tool,
            template,
            prompt: given,
            target: Target { model, connection, parameters: slots.into(), overrides: Box::default(), limits },
            fallback: fallback.into(),
            lists,
            defaults,
            extra,
            schema: schema.map(Box::new),
            prompty: None,
            streams: false,
            policy: policy(doc, CallPolicy::default()),
        }))),
        _ => None,
    };
    Body { op, output, properties, defaulted, accepts }
}

/// How often a call is tried.
pub(super) fn policy(doc: &NodeDoc, usual: CallPolicy) -> CallPolicy {
    let usual = CallPolicy { timeout: doc.timeout.or(usual.timeout), ..usual };
    let Some(Retry { attempts, delay, max_delay }) = doc.retry else { return usual };
    CallPolicy { attempts, delay, max_delay, ..usual }
}

/// What the node gives: a text, or the whole message where tools or functions are on offer; a vector or a list of them.
fn output(api: Api, arguments: &[Argument], slots: &[ParameterSlot]) -> Ty {
    if api == Api::Embedding {
        return Ty::List;
    }
    let offers = slots.iter().filter(|slot| matches!(slot.parameter.name, "tools" | "functions"));
    let mut output = Ty::String;
    for slot in offers {
        output = match arguments[slot.argument].literal().and_then(|literal| literal.as_list()) {
            Some([]) => output,
            Some(_) => Ty::Object,
            // Whether there are any is known only at run time.
            None => Ty::Any,
        };
    }
    output
}

/// The types that a parameter's value can be brought from.
fn accepted(parameter: &Parameter) -> Option<Accepts> {
    let types = match parameter.ty {
        Ty::Int => vec![Ty::Int, Ty::Double, Ty::Bool, Ty::String],
        Ty::Double => vec![Ty::Double, Ty::Int, Ty::Bool, Ty::String],
        Ty::Bool => vec![Ty::Bool, Ty::String],
        Ty::List => vec![Ty::List, Ty::String],
        Ty::Object => vec![Ty::Object, Ty::String],
        Ty::Any => return None,
        _ => vec![Ty::String, Ty::Int, Ty::Double, Ty::Bool, Ty::Secret, Ty::FilePath],
    };
    Some(Accepts { types, what: format!("parameter `{}`", parameter.name) })
}

/// The API that a node names. promptflow needs one; our own flows take `chat` as given.
fn api(doc: &NodeDoc, dialect: Dialect, report: &mut Report) -> Option<Api> {
    const KNOWN: [Api; 4] = [Api::Chat, Api::Completion, Api::Responses, Api::Embedding];
    let Some(written) = &doc.api else {
        if !report.is_strict() {
            let message = format!("node `{}` names no API", doc.name.value);
            report.error(Code::UnknownApi, doc.name.span, message, "add `api: chat`");
        }
        return Some(Api::Chat);
    };
    let api = KNOWN.into_iter().find(|api| api.name() == &*written.value);
    if api.is_none() {
        let message = format!("{} has no API `{}`", dialect.title(), written.value);
        let names = KNOWN.map(Api::name);
        let help = did_you_mean(&written.value, names).unwrap_or_else(|| format!("the APIs are {}", names.join(", ")));
        report.error(Code::UnknownApi, written.span, message, help);
    }
    api
}

/// Lets those nodes stream whose answer is an output of the flow and goes nowhere else (spec section 3.8).
pub(super) fn let_stream(drafts: &mut [Draft], outputs: &[Output]) {
    for position in 0..drafts.len() {
        let by_node = drafts.iter().any(|draft| draft.needs.iter().any(|need| need.node.index() == position));
        let by_output = outputs.iter().any(|output| output.node().is_some_and(|node| node.index() == position));
        let draft = &mut drafts[position];
        let is_text = draft.output == Ty::String;
        let Some(node) = &mut draft.node else { continue };
        let in_turns = node.for_each.is_some() || node.repeat.is_some();
        if let Op::Llm(op) = &mut node.op {
            let asks = op.target.parameters.iter().filter(|slot| slot.parameter.name == "stream").any(|slot| {
                let given = node.arguments.get(slot.argument).map(|(_, binding)| binding);
                matches!(given, Some(Binding::Literal(value)) if coerce(Ty::Bool, value) == Ok(Value::Bool(true)))
            });
            let asks = asks || (op.prompty.is_some() && op.extra.get("stream") == Some(&serde_json::Value::Bool(true)));
            let is_answer = by_output && !by_node;
            op.streams = op.tool != ModelTool::OpenModel
                && op.schema.is_none()
                && (is_answer || asks)
                && !in_turns
                && !node.aggregation
                && is_text;
        }
    }
}
