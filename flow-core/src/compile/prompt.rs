//! Templates of prompt and LLM nodes: where they stand, what they ask for, and what they are given.

use std::ops::Range;
use std::sync::Arc;

use super::Workbench;
use super::arguments::{self, Argument};
use super::node::Body;
use super::reference;
use super::scope::Scope;
use super::text::{self, Place};
use crate::diag::{Code, Diagnostic, nearest};
use crate::doc::{NodeDoc, PromptDoc, Report};
use crate::plan::Op;
use crate::source::{SourceMap, Span};
use crate::template::{self, Include, Strictness, Template};
use crate::ty::Ty;
use crate::yaml::Node;

/// A template that was compiled, and where its text stands.
#[derive(Debug)]
pub(super) struct Prompt {
    pub template: Arc<Template>,
    pub text: Arc<str>,
    place: Place,
}

impl Prompt {
    /// The place of a byte range of the template's text.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        self.place.span(range)
    }
}

/// The name that a prompt node's template has for promptflow.
const RESERVED: &[&str] = &["template"];

/// Lowers a prompt node.
pub(super) fn lower(
    doc: &NodeDoc,
    arguments: &[Argument],
    bench: &Workbench<'_>,
    scope: &Scope,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Body {
    let prompt = compile(doc, bench, sources, report);
    if let Some(prompt) = &prompt {
        refuse_reserved(doc, prompt, RESERVED, "prompt nodes", report);
        let names: Vec<&Argument> = arguments.iter().collect();
        check_variables(doc, prompt, &names, Names { reserved: RESERVED, scope }, report);
    }
    Body {
        op: prompt.map(|prompt| Op::Prompt(prompt.template)),
        output: Ty::String,
        properties: None,
        defaulted: Vec::new(),
        accepts: vec![None; arguments.len()],
    }
}

/// Reads and compiles a node's template.
pub(super) fn compile(
    doc: &NodeDoc,
    bench: &Workbench<'_>,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Option<Prompt> {
    let (name, text, place) = match doc.prompt.as_ref()? {
        PromptDoc::Inline(node) => {
            let text = Arc::clone(&node.as_scalar()?.text);
            (format!("{}.prompt", doc.name.value), text, Place::Inline(node.clone()))
        }
        PromptDoc::File(path) => {
            let file = text::open(path, Code::MissingTemplate, bench, sources, report)?;
            (path.value.to_string(), Arc::clone(&sources.get(file).text), Place::File(file))
        }
    };
    of_text((&name, 0, text, place), bench.templates, bench, report)
}

/// The template of a prompty, which stands in the file itself.
pub(super) fn of_prompty(
    template: &Node,
    bench: &Workbench<'_>,
    sources: &SourceMap,
    report: &mut Report,
) -> Option<Prompt> {
    let text = Arc::clone(&template.as_scalar()?.text);
    let engine = template::Engine::new(Strictness::Compatible);
    let name = sources.get(template.span.file).path.display().to_string();
    let above = sources.line_column(template.span).line - 1;
    of_text((&name, above, text, Place::Inline(template.clone())), &engine, bench, report)
}

fn of_text(
    (name, above, text, place): (&str, usize, Arc<str>, Place),
    engine: &template::Engine,
    bench: &Workbench<'_>,
    report: &mut Report,
) -> Option<Prompt> {
    let template = match Template::compile_below(engine, name, above, &text) {
        Ok(template) => Arc::new(template),
        Err(error) => {
            let span = place.span(&error.range.clone().unwrap_or(0..0));
            report.push(Diagnostic::error(Code::TemplateSyntax, span, error.message).maybe_help(error.help));
            return None;
        }
    };
    let prompt = Prompt { template, text, place };
    warn_of_references(&prompt, report);
    for include in prompt.template.includes() {
        if report.is_strict() {
            check_include(include, &prompt, bench, report);
        } else {
            let message = format!("a template of a compatible flow cannot `{}` another file", include.tag);
            let help = "promptflow refuses it too; put the text into this template, or rename the flow to flow.yaml";
            report.error(Code::TemplateInclude, prompt.span(&include.range), message, help);
        }
    }
    Some(prompt)
}

/// A file that a template names plainly must be there.
fn check_include(include: &Include, prompt: &Prompt, bench: &Workbench<'_>, report: &mut Report) {
    let Some(file) = &include.file else { return };
    if let Err(error) = bench.files.resolve(file) {
        let (code, help) = text::unresolved(&error, file, Code::MissingTemplate, bench);
        report.error(code, prompt.span(&include.range), error.to_string(), help);
    }
}

/// Template variables that are named like something else a node takes (spec section 1.6).
pub(super) fn refuse_reserved(doc: &NodeDoc, prompt: &Prompt, reserved: &[&str], of: &str, report: &mut Report) {
    for variable in prompt.template.variables() {
        if reserved.contains(&&*variable.name) {
            let message = format!("the variable `{}` is named like a parameter of {of}", variable.name);
            let help = format!("call it something else, here and below `inputs` of node `{}`", doc.name.value);
            report.error(Code::ReservedVariable, prompt.span(&variable.range), message, help);
        }
    }
}

/// What names mean that no input of the node gives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    /// Names that no variable can have.
    pub reserved: &'a [&'a str],
    /// The flow's names, which templates do not see.
    pub scope: &'a Scope,
}

impl Names<'_> {
    /// What to do about a variable that nothing provides.
    fn help(self, variable: &str, is_strict: bool) -> String {
        let scope = self.scope;
        if matches!(variable, "inputs" | "flow") {
            return "templates see the node's own `inputs` only: add `NAME: ${inputs.NAME}` there, and print {{ NAME }}"
                .to_owned();
        }
        let reference = if scope.input(variable).is_some() {
            format!("${{inputs.{variable}}}")
        } else if scope.node(variable).is_some() {
            format!("${{{variable}.output}}")
        } else {
            let otherwise = if is_strict { "" } else { "; without it, it prints nothing" };
            return format!("add `{variable}: …` below the node's `inputs`{otherwise}");
        };
        format!("add `{variable}: {reference}` below the node's `inputs`")
    }
}

const NAMED: &str =
    "a template sees the node's own inputs: give the node `inputs: { x: \"${inputs.x}\" }`, and print `{{ x }}`";

/// References of the flow file are plain text in a template.
fn warn_of_references(prompt: &Prompt, report: &mut Report) {
    let text = &prompt.text;
    for (start, _) in text.match_indices("${") {
        let Some(length) = text[start..].find('}') else { return };
        let written = &text[start..=start + length];
        let is_reference = reference::parse(written).is_some_and(|parts| {
            let is_name =
                |name: &str| !name.is_empty() && name.chars().all(|sign| sign.is_alphanumeric() || sign == '_');
            is_name(parts.head) && (parts.section == Some("output") || (parts.head == "inputs" && is_name(parts.rest)))
        });
        if is_reference {
            let message = format!("`{written}` is plain text in a template");
            report.warning(Code::ReferenceAsText, prompt.span(&(start..start + written.len())), message, NAMED);
        }
    }
}

/// Keys of nodes that are easily taken for inputs.
const BESIDE_INPUTS: &[&str] = &["extra", "fallback", "output_schema", "retry", "structured", "timeout", "on_error"];

/// Variables that nothing provides, and inputs that nothing uses.
pub(super) fn check_variables(
    doc: &NodeDoc,
    prompt: &Prompt,
    given: &[&Argument],
    names: Names<'_>,
    report: &mut Report,
) {
    let variables = prompt.template.variables();
    let mut meant = Vec::new();
    for variable in variables {
        // An input that cannot be read provides its variable all the same, and a reserved name was refused already.
        let is_provided = arguments::given_names(doc).any(|name| *name == *variable.name);
        if is_provided || names.reserved.contains(&&*variable.name) {
            continue;
        }
        let message = format!("no input of node `{}` provides the variable `{}`", doc.name.value, variable.name);
        let is_unused = |name: &str| !variables.iter().any(|variable| *variable.name == *name);
        let unused = given.iter().map(|argument| &*argument.name).filter(|name| is_unused(name));
        let near = nearest(&variable.name, unused);
        meant.extend(near);
        let is_strict = report.is_strict();
        let help = near.map_or_else(|| names.help(&variable.name, is_strict), |near| format!("did you mean `{near}`?"));
        report.odd(Diagnostic::warning(Code::UnknownVariable, prompt.span(&variable.range), message).help(help));
    }
    for argument in given {
        let is_used = variables.iter().any(|variable| *variable.name == *argument.name);
        // A template that includes others may use it there.
        if !is_used && !meant.contains(&&*argument.name) && prompt.template.includes().is_empty() {
            let message =
                format!("the template of node `{}` does not use the input `{}`", doc.name.value, argument.name);
            let help = if BESIDE_INPUTS.contains(&&*argument.name) {
                format!("`{}` is a key of the node: write it beside `inputs`, not below it", argument.name)
            } else {
                format!("print it with `{{{{ {} }}}}`, or remove it", argument.name)
            };
            report.warning(Code::UnusedNodeInput, argument.name_span, message, help);
        }
    }
}
