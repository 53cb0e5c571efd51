//! Python nodes: their code, and what its function says of the inputs.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::Workbench;
use super::arguments::{Argument, given_names};
use super::node::{Accepts, Body};
use super::script_connection;
use super::text::{self, Place};
use crate::diag::{Code, Diagnostic, Severity, did_you_mean, nearest};
use crate::doc::{NodeDoc, PromptDoc, Report};
use crate::image;
use crate::plan::{Binding, Op, ScriptOp};
use crate::project;
use crate::script::{Parameter, ParameterKind, Script, ScriptProblem, ScriptProblemKind, ScriptSource};
use crate::source::{SourceMap, Span, read_text};
use crate::ty::{Ty, coerce};
use crate::value::Value;

/// Lowers a Python node. Literals among its arguments are brought to what the function declares.
pub(super) fn lower(
    doc: &NodeDoc,
    arguments: &mut [Argument],
    bench: &Workbench<'_>,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Body {
    let mut body = Body {
        op: None,
        output: Ty::Any,
        properties: None,
        defaulted: Vec::new(),
        accepts: vec![None; arguments.len()],
    };
    let Some(script) = compile(doc, bench, sources, report) else { return body };
    let mut connections = BTreeMap::new();
    let mut meant = Vec::new();
    let missing: Vec<&Parameter> = script
        .parameters()
        .iter()
        .filter(|parameter| !parameter.has_default && !given_names(doc).any(|given| given == &*parameter.name))
        .collect();
    for (position, argument) in arguments.iter_mut().enumerate() {
        let parameter = script.parameters().iter().find(|parameter| parameter.name == argument.name);
        match parameter.map(|parameter| (parameter, &parameter.kind)) {
            Some((_, ParameterKind::Connection(classes))) => {
                let Some(name) = argument.literal().and_then(Value::as_str).map(Arc::from) else { continue };
                let wanted = script_connection::Wanted { node: doc, argument, name, classes };
                if let Some(connection) = script_connection::find(&wanted, bench, report) {
                    connections.insert(Arc::clone(&argument.name), connection);
                }
            }
            Some((parameter, ParameterKind::Data(ty))) => {
                fit_literal(doc, parameter, *ty, argument, bench, report);
                body.accepts[position] = accepts(doc, parameter, *ty);
            }
            None if script.takes_any() => {}
            None => {
                let names = || script.parameters().iter().map(|parameter| &*parameter.name);
                let message = format!("the function of node `{}` has no parameter `{}`", doc.name.value, argument.name);
                meant.extend(nearest(&argument.name, missing.iter().map(|parameter| &*parameter.name)));
                let help = did_you_mean(&argument.name, names()).unwrap_or_else(|| {
                    let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
                    if names.is_empty() {
                        "it takes nothing".to_owned()
                    } else {
                        format!("it takes {}", names.join(", "))
                    }
                });
                report.error(Code::UnknownToolInput, argument.name_span, message, help);
            }
        }
    }
    // What the code of a flex flow lacks was told when its file was read.
    let missing = missing.iter().filter(|parameter| doc.entry.is_none() && !meant.contains(&&*parameter.name));
    for parameter in missing {
        let message = format!(
            "node `{}` does not give the parameter `{}` that its function needs",
            doc.name.value, parameter.name
        );
        let help = format!("add `{}: …` below its `inputs`, or give the parameter a default", parameter.name);
        report.error(Code::MissingToolInput, doc.name.span, message, help);
    }
    body.defaulted = script
        .parameters()
        .iter()
        .filter(|parameter| parameter.has_default)
        .map(|parameter| Arc::clone(&parameter.name))
        .collect();
    body.op = Some(Op::Script(Box::new(ScriptOp { script, connections, is_entry: doc.entry.is_some() })));
    body
}

/// Reads and compiles a node's code.
fn compile(
    doc: &NodeDoc,
    bench: &Workbench<'_>,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Option<Arc<dyn Script>> {
    let Some(interpreter) = bench.interpreter else {
        let message = format!("node `{}` is Python code, which this program cannot run", doc.name.value);
        report.error(Code::PythonUnsupported, doc.kind_span, message, "use a build with the embedded interpreter");
        return None;
    };
    let wish = doc.interpreter.as_ref().map(|wish| wish.value).or(bench.runner);
    let entry = doc.entry.clone();
    let (source, place) = match doc.code.as_ref()? {
        PromptDoc::Inline(node) => {
            let file = sources.get(node.defined.unwrap_or(node.span).file).path.clone();
            let shown = Arc::from(format!("{} (node {})", file.display(), doc.name.value));
            let path = file.canonicalize().unwrap_or(file);
            let text = Arc::clone(&node.as_scalar()?.text);
            (
                ScriptSource { path, shown, text, files: Arc::clone(&bench.files), wish, entry },
                Place::Inline(node.clone()),
            )
        }
        PromptDoc::File(written) => {
            let file = text::open(written, Code::MissingCode, bench, sources, report)?;
            // What can be opened can be resolved.
            let path = bench.files.resolve(&written.value).ok()?;
            let shown = Arc::from(sources.get(file).path.display().to_string());
            let text = Arc::clone(&sources.get(file).text);
            (ScriptSource { path, shown, text, files: Arc::clone(&bench.files), wish, entry }, Place::File(file))
        }
    };
    let compiled = interpreter.compile(&source);
    for problem in &compiled.problems {
        let span = match &problem.module {
            None if matches!(problem.kind, ScriptProblemKind::Permission | ScriptProblemKind::Program) => {
                doc.interpreter.as_ref().map(|wish| wish.span)
            }
            None => Some(place.span(&problem.range)),
            Some(module) => span_in(module, problem, sources),
        };
        tell(problem, span.unwrap_or(doc.kind_span), doc, report);
    }
    compiled.script.filter(|_| compiled.problems.iter().all(|problem| problem.is_warning))
}

/// The place of a problem in a module that the node's code imports.
fn span_in(module: &Path, problem: &ScriptProblem, sources: &mut SourceMap) -> Option<Span> {
    let shown = project::shown(module);
    let file = match sources.find(&shown) {
        Some(file) => file,
        None => sources.add(shown, read_text(module).ok()?),
    };
    Some(Span::new(file, problem.range.start, problem.range.end))
}

fn tell(problem: &ScriptProblem, span: Span, doc: &NodeDoc, report: &mut Report) {
    let code = match problem.kind {
        ScriptProblemKind::Syntax => Code::PythonSyntax,
        ScriptProblemKind::Import => Code::PythonImport,
        ScriptProblemKind::Tool => Code::PythonTool,
        ScriptProblemKind::Unsupported => Code::PythonUnsupported,
        ScriptProblemKind::Permission => Code::NeedsPermission,
        ScriptProblemKind::Program => Code::PythonProgram,
    };
    let mut diagnostic = Diagnostic::error(code, span, &problem.message).maybe_help(problem.help.clone());
    if problem.is_warning {
        diagnostic.severity = Severity::Warning;
    }
    if problem.module.is_some() {
        diagnostic = diagnostic.related(doc.name.span, "this node imports it");
    }
    report.push(diagnostic);
}

/// Brings a literal to the declared type (spec section 2.4).
fn fit_literal(
    doc: &NodeDoc,
    parameter: &Parameter,
    ty: Ty,
    argument: &mut Argument,
    bench: &Workbench<'_>,
    report: &mut Report,
) {
    let Some(literal) = argument.literal() else { return };
    let fitted = match ty {
        Ty::Image => image::load(literal, &bench.files).map_err(|error| error.to_string()),
        _ => coerce(ty, literal).map_err(|error| error.to_string()),
    };
    match fitted {
        Ok(value) => argument.binding = Binding::Literal(value),
        Err(error) => {
            let message =
                format!("input `{}` of node `{}` does not fit its parameter: {error}", parameter.name, doc.name.value);
            let help = format!("the function declares it as {ty}");
            report.error(Code::TypeMismatch, argument.span, message, help);
        }
    }
}

/// What may be given by reference. promptflow brings nothing to the declared type there, so that only what cannot be
/// right is refused: a text where a number is computed with may well be one.
fn accepts(doc: &NodeDoc, parameter: &Parameter, ty: Ty) -> Option<Accepts> {
    let types = match ty {
        Ty::Image => vec![Ty::Image, Ty::Object, Ty::String, Ty::List],
        _ => return None,
    };
    Some(Accepts { types, what: format!("parameter `{}` of node `{}`", parameter.name, doc.name.value) })
}
