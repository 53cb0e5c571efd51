//! Prompty nodes, and the one node of a prompty that runs by itself.

mod answer;
mod connect;
mod parameters;
mod variables;

use std::path::Path;
use std::sync::Arc;

use super::Workbench;
use super::arguments::{Argument, given_names};
use super::llm::{policy, template};
use super::node::{Accepts, Body};
use super::prompt;
use crate::diag::{Code, Diagnostic, Label, did_you_mean};
use crate::doc::{InputDoc, NodeDoc, PromptyDoc, PromptySource, Report, Spanned};
use crate::gate::CallPolicy;
use crate::llm::{Defaults, LlmOp, ModelTool, Target};
use crate::model::{Api, Dialect};
use crate::plan::{Binding, Op};
use crate::project::{self, ProjectFiles};
use crate::prompty::{self, Prompty, Surroundings};
use crate::source::{SourceMap, read_text};
use crate::template::{ListStyle, Strictness};
use crate::ty::Ty;

/// How often promptflow tries the call of a prompty.
const ATTEMPTS: u32 = 10;

/// Lowers a prompty node.
pub(super) fn lower(
    doc: &NodeDoc,
    arguments: &mut Vec<Argument>,
    bench: &Workbench<'_>,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Body {
    let nothing = |arguments: &[Argument]| Body {
        op: None,
        output: Ty::Any,
        properties: None,
        defaulted: Vec::new(),
        accepts: vec![None; arguments.len()],
    };
    // Prompties are promptflow's, whatever the flow is that calls them.
    let mut inner = Report::new(Strictness::Compatible);
    let (prompty, inputs) = match &doc.prompty {
        Some(PromptySource::Read(prompty)) => (Arc::clone(prompty), None),
        Some(PromptySource::File(path)) => {
            let read = open(doc, path, bench, sources, &mut inner, report);
            let Some((prompty, inputs)) = read else {
                report.diagnostics.extend(inner.diagnostics);
                return nothing(arguments);
            };
            (prompty, Some(inputs))
        }
        None => return nothing(arguments),
    };
    let mut body = nothing(arguments);
    if let (Some(inputs), Some(PromptySource::File(path))) = (&inputs, &doc.prompty) {
        body.accepts = fit(doc, path, inputs, arguments, report);
        body.defaulted =
            inputs.iter().filter(|input| input.default.is_some()).map(|input| Arc::clone(&input.name.value)).collect();
    }
    let names: Vec<Arc<str>> = match inputs {
        Some(inputs) => inputs.into_iter().map(|input| input.name.value).collect(),
        None => arguments.iter().map(|argument| Arc::clone(&argument.name)).collect(),
    };
    body = asking(doc, &prompty, &names, body, bench, (&*sources, &mut inner));
    report.diagnostics.extend(inner.diagnostics);
    report.notes.extend(inner.notes);
    body
}

/// The node that asks the prompty's model.
fn asking(
    doc: &NodeDoc,
    prompty: &PromptyDoc,
    inputs: &[Arc<str>],
    mut body: Body,
    bench: &Workbench<'_>,
    (sources, report): (&SourceMap, &mut Report),
) -> Body {
    let prompt = prompt::of_prompty(&prompty.template, bench, sources, report);
    if let Some(prompt) = &prompt {
        variables::check(doc, prompt, inputs, report);
        if prompty.api == Api::Chat {
            template::check_roles(doc, prompt, report);
        }
    }
    let extra = parameters::lower(prompty, report);
    let way = connect::connect(doc, prompty, bench, report);
    let answer = answer::lower(prompty, &extra, report);
    body.output = answer::output(&answer, &extra);
    let (Some(way), Some(prompt)) = (way, prompt) else { return body };
    let dialect = way.model.dialect();
    let overrides = parameters::model(prompty, prompty.api, dialect, report);
    if dialect == Dialect::Azure && overrides.is_none() {
        return body;
    }
    body.op = Some(Op::Llm(Box::new(LlmOp {
        api: prompty.api,
        tool: ModelTool::Prompty,
        template: Some(prompt.template),
        prompt: None,
        target: Target {
            model: way.model,
            connection: way.connection,
            parameters: Box::default(),
            overrides: overrides.into_iter().collect(),
            limits: way.limits,
        },
        fallback: Box::default(),
        lists: ListStyle::Lines,
        defaults: Defaults::Provider,
        extra,
        schema: None,
        prompty: Some(Box::new(answer)),
        streams: false,
        policy: policy(doc, CallPolicy { attempts: ATTEMPTS, ..CallPolicy::default() }),
    })));
    body
}

/// Reads the prompty of a node, with the node's words on top.
fn open(
    doc: &NodeDoc,
    path: &Spanned<Arc<str>>,
    bench: &Workbench<'_>,
    sources: &mut SourceMap,
    inner: &mut Report,
    report: &mut Report,
) -> Option<(Arc<PromptyDoc>, Vec<InputDoc>)> {
    let found = match bench.files.resolve(&path.value) {
        Ok(found) => project::shown(&found),
        Err(error) => {
            let (code, help) = super::text::unresolved(&error, &path.value, Code::FlowNotFound, bench);
            report.error(code, path.span, error.to_string(), help);
            return None;
        }
    };
    if found.extension().is_none_or(|extension| extension != prompty::EXTENSION) {
        let message = format!("`{}` is no prompty, whose names end in .{}", path.value, prompty::EXTENSION);
        report.error(Code::FlowNotFound, path.span, message, "call a flow by `type: flow`");
        return None;
    }
    let known = sources.find(&found);
    let file = match known {
        Some(file) => file,
        None => match read_text(&found) {
            Ok(text) => sources.add(&found, text),
            Err(error) => {
                let mut diagnostic = Diagnostic::from(&error);
                diagnostic.primary = Some(Label { span: path.span, text: String::new() });
                report.push(diagnostic);
                return None;
            }
        },
    };
    let files = ProjectFiles::new(found.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")));
    let around = Surroundings {
        files: &files,
        environment: bench.connections.variables(),
        overrides: &[],
        model: doc.model.as_ref(),
    };
    let Prompty { flow, .. } = prompty::read(file, around, sources, inner)?;
    let node = flow.nodes.into_iter().next()?;
    match node.prompty? {
        PromptySource::Read(prompty) => Some((prompty, flow.inputs)),
        PromptySource::File(_) => None,
    }
}

/// Brings what a node gives together with what the prompty takes: defaults are put in, and what it does not declare is
/// left out, as promptflow does.
fn fit(
    doc: &NodeDoc,
    path: &Spanned<Arc<str>>,
    inputs: &[InputDoc],
    arguments: &mut Vec<Argument>,
    report: &mut Report,
) -> Vec<Option<Accepts>> {
    let names = || inputs.iter().map(|input| &*input.name.value);
    arguments.retain(|argument| {
        let is_declared = names().any(|name| *name == *argument.name);
        if !is_declared {
            let message = format!("the prompty `{}` has no input `{}`", path.value, argument.name);
            let diagnostic = Diagnostic::warning(Code::UnknownInput, argument.name_span, message);
            let help = did_you_mean(&argument.name, names()).unwrap_or_else(|| {
                if inputs.is_empty() {
                    "it takes none".to_owned()
                } else {
                    format!("it takes {}", names().collect::<Vec<_>>().join(", "))
                }
            });
            report.odd(diagnostic.help(help));
        }
        is_declared
    });
    for input in inputs {
        let name = &input.name.value;
        if given_names(doc).any(|given| *given == **name) {
            continue;
        }
        match &input.default {
            Some(default) => arguments.push(Argument {
                name: Arc::clone(name),
                name_span: doc.name.span,
                binding: Binding::Literal(default.value.clone()),
                is_broken: false,
                span: doc.name.span,
            }),
            None => {
                let message =
                    format!("node `{}` does not give the input `{name}` of prompty `{}`", doc.name.value, path.value);
                let help = format!("add `{name}: …` below its `inputs`");
                report.error(Code::MissingToolInput, doc.name.span, message, help);
            }
        }
    }
    arguments.iter().map(|_| None).collect()
}
