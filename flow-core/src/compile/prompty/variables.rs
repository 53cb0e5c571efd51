use std::sync::Arc;

use super::super::prompt::Prompt;
use crate::diag::{Code, Diagnostic, nearest};
use crate::doc::{NodeDoc, PromptySource, Report};

/// Variables of the template that no input gives, and inputs that it does not use.
pub(super) fn check(doc: &NodeDoc, prompt: &Prompt, inputs: &[Arc<str>], report: &mut Report) {
    let variables = prompt.template.variables();
    let is_unused = |name: &str| variables.iter().all(|variable| *variable.name != *name);
    let mut meant = Vec::new();
    for variable in variables {
        if inputs.iter().any(|name| **name == *variable.name) {
            continue;
        }
        let near = nearest(&variable.name, inputs.iter().map(|name| &**name).filter(|name| is_unused(name)));
        meant.extend(near);
        let message = format!("the prompty has no input `{}`, so that this prints nothing", variable.name);
        let help = near.map_or_else(
            || format!("declare it below `inputs`: {}: {{ type: string }}", variable.name),
            |near| format!("did you mean `{near}`?"),
        );
        report.odd(Diagnostic::warning(Code::UnknownVariable, prompt.span(&variable.range), message).help(help));
    }
    // A node that gives an input to a prompty which does not use it is told where the prompty is checked.
    if !matches!(doc.prompty, Some(PromptySource::Read(_))) {
        return;
    }
    for argument in &doc.arguments {
        let name = &*argument.name.text;
        if is_unused(name) && !meant.contains(&name) && name != "chat_history" {
            let message = format!("the template does not use the input `{name}`");
            let help = format!("print it with `{{{{ {name} }}}}`, or remove it");
            report.warning(Code::UnusedInput, argument.name.span, message, help);
        }
    }
}
