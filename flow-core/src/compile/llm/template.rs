use super::super::arguments::Argument;
use super::super::prompt::{self, Names, Prompt};
use super::Asked;
use crate::diag::{Code, Diagnostic, nearest};
use crate::doc::{NodeDoc, Report};
use crate::llm::{Defaults, ParameterSlot};
use crate::model::Dialect;
use crate::template::find_roles;

/// Inputs that are no parameters are template variables; one that is near a parameter's name is probably a slip.
pub(super) fn check_variables(
    doc: &NodeDoc,
    arguments: &[Argument],
    slots: &[ParameterSlot],
    asked: Asked,
    (prompt, names): (&Prompt, Names<'_>),
    report: &mut Report,
) {
    let is_parameter = |position: usize| slots.iter().any(|slot| slot.argument == position);
    // A parameter that only the other provider knows is told of where the model is missing.
    let is_parameter_elsewhere = |name: &str| {
        [Dialect::OpenAi, Dialect::Azure]
            .into_iter()
            .any(|dialect| Asked { dialect, ..asked }.parameter(name).is_some())
    };
    let is_ours = |name: &str| Asked { defaults: Defaults::Provider, ..asked }.parameter(name).is_some();
    let is_variable = |name: &str| prompt.template.variables().iter().any(|variable| variable.name == name);
    let mut variables = Vec::new();
    for (position, argument) in arguments.iter().enumerate() {
        if is_parameter(position) || is_parameter_elsewhere(&argument.name) {
            continue;
        }
        if is_ours(&argument.name) && !is_variable(&argument.name) {
            let message = format!("promptflow has no parameter `{}`, so that it is not sent", argument.name);
            let help = "move it to the node's `extra`, or rename the flow to flow.yaml";
            report.warning(Code::UnusedNodeInput, argument.name_span, message, help);
            continue;
        }
        let names = asked.parameters().map(|parameter| parameter.name);
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
pub(in crate::compile) fn check_roles(doc: &NodeDoc, prompt: &Prompt, report: &mut Report) {
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
