use super::super::arguments::{Argument, given_names};
use super::Asked;
use crate::diag::{Code, Diagnostic, nearest};
use crate::doc::{NodeDoc, Report};
use crate::llm::{self, Defaults, Parameter, ParameterSlot, ToolRules};
use crate::model::{Api, Dialect};
use crate::ty::{Ty, coerce};
use crate::value::Value;

/// Which arguments are parameters; their literals are checked.
pub(super) fn slots(doc: &NodeDoc, arguments: &[Argument], asked: Asked, report: &mut Report) -> Vec<ParameterSlot> {
    let has = |name: &str| arguments.iter().any(|argument| &*argument.name == name);
    let mut slots = Vec::new();
    for (position, argument) in arguments.iter().enumerate() {
        // Our own flows call the model `model` everywhere, so that a change of provider is a change of connection.
        let renamed = report.is_strict()
            && asked.dialect == Dialect::Azure
            && &*argument.name == "model"
            && !has("deployment_name");
        let name = if renamed { "deployment_name" } else { &argument.name };
        let Some(parameter) = asked.parameter(name) else { continue };
        if argument.literal().is_some_and(|literal| literal.is_null()) {
            continue;
        }
        check(doc, parameter, argument, asked, report);
        slots.push(ParameterSlot { parameter, argument: position });
    }
    slots
}

/// Checks a value that stands in the file.
pub(super) fn check(doc: &NodeDoc, parameter: &Parameter, argument: &Argument, asked: Asked, report: &mut Report) {
    check_literal(doc, parameter, argument, report);
    // With tools on offer functions are left out.
    let has_tools = doc.arguments.iter().any(|argument| &*argument.name.text == "tools");
    if !(has_tools && matches!(parameter.name, "functions" | "function_call")) {
        check_shape(doc, parameter, argument, asked, report);
    }
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

/// What tools and functions must look like; where promptflow sends them as they are, the provider refuses them.
fn check_shape(doc: &NodeDoc, parameter: &Parameter, argument: &Argument, asked: Asked, report: &mut Report) {
    let Some(Ok(value)) = argument.literal().map(|literal| coerce(parameter.ty, literal)) else { return };
    let value = value.to_serde();
    if value.as_array().is_some_and(Vec::is_empty) {
        return;
    }
    let rules = asked.tool_rules();
    let check = |rules: ToolRules| match parameter.name {
        "tools" => llm::check_tools(&value, rules),
        "tool_choice" => llm::check_tool_choice(&value, rules),
        "functions" => llm::check_functions(&value, rules.for_functions()),
        "function_call" => llm::check_function_call(&value, rules.for_functions()),
        _ => Ok(()),
    };
    let told = |message: String| format!("`{}` of node `{}`: {message}", parameter.name, doc.name.value);
    let help = "`flow explain parameter-type` shows what tools look like";
    if let Err(message) = check(rules) {
        report.error(Code::ParameterType, argument.span, told(message), help);
    } else if rules == ToolRules::AsGiven
        && let Err(message) = check(ToolRules::Provider)
    {
        report.warning(Code::ParameterType, argument.span, told(message), help);
    }
}

/// promptflow's vision tools take `detail` and never send it.
pub(super) fn warn_of_detail(arguments: &[Argument], asked: Asked, report: &mut Report) {
    if !asked.tool.has_picture_lines(asked.defaults) {
        return;
    }
    for argument in arguments.iter().filter(|argument| &*argument.name == "detail") {
        if argument.literal().is_some_and(|literal| literal.as_str() != Some("auto")) {
            let message = "promptflow's vision tools send `auto`, whatever `detail` says; so it is sent here";
            let help = "write it in the template instead: ![image low]({{ picture }})";
            report.warning(Code::UnusedNodeInput, argument.name_span, message, help);
        }
    }
}

/// A node without a model: an empty name goes out on OpenAI, and Azure has nothing to ask.
pub(super) fn check_model(
    doc: &NodeDoc,
    arguments: &[Argument],
    slots: &[ParameterSlot],
    asked: Asked,
    report: &mut Report,
) {
    let dialect = asked.dialect;
    let wanted = dialect.model_parameter();
    // promptflow's embedding tool has a model of its own.
    let has_usual = asked.api == Api::Embedding && asked.defaults == Defaults::Promptflow && dialect == Dialect::OpenAi;
    if has_usual || slots.iter().any(|slot| slot.parameter.name == wanted) {
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

/// An embedding node needs a text, and has no template that other inputs could go to.
pub(super) fn check_embedding(doc: &NodeDoc, arguments: &[Argument], asked: Asked, report: &mut Report) {
    let names = || asked.parameters().map(|parameter| parameter.name);
    let mut meant = false;
    for argument in arguments {
        let name = &*argument.name;
        if asked.parameter(name).is_some() || matches!(name, "model" | "deployment_name" | "connection") {
            continue;
        }
        let message = format!("`{name}` is no parameter of the embedding API");
        let near = nearest(name, names());
        meant |= near == Some("input");
        let help = near.map_or_else(
            || format!("it takes {}", names().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        report.odd(Diagnostic::warning(Code::UnknownParameter, argument.name_span, message).help(help));
    }
    if !meant && !given_names(doc).any(|name| name == "input") {
        let message = format!("node `{}` has nothing to embed", doc.name.value);
        let help = "add `input: …` below its `inputs`: a text or a list of texts";
        report.error(Code::MissingKey, doc.name.span, message, help);
    }
    for argument in arguments.iter().filter(|argument| &*argument.name == "input") {
        let is_fit = argument.literal().is_none_or(|literal| match literal {
            Value::Text(_) => true,
            Value::List(items) => items.iter().all(|item| item.as_str().is_some()),
            _ => false,
        });
        if !is_fit {
            let message = format!("`input` of node `{}` must be a text or a list of texts", doc.name.value);
            report.error(Code::ParameterType, argument.span, message, "quote what is meant as text");
        }
    }
}
