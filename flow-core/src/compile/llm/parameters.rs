use super::super::arguments::Argument;
use super::Asked;
use crate::diag::{Code, Diagnostic};
use crate::doc::{NodeDoc, Report};
use crate::llm::{self, Parameter, ParameterSlot, ToolRules, parameter};
use crate::model::Dialect;
use crate::ty::{Ty, coerce};

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
        let Some(parameter) = parameter(asked.api, asked.dialect, asked.defaults, name) else { continue };
        if argument.literal().is_some_and(|literal| literal.is_null()) {
            continue;
        }
        check_literal(doc, parameter, argument, report);
        // With tools on offer functions are left out.
        if !(has("tools") && matches!(parameter.name, "functions" | "function_call")) {
            check_shape(doc, parameter, argument, asked, report);
        }
        slots.push(ParameterSlot { parameter, argument: position });
    }
    slots
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

/// A node without a model: an empty name goes out on OpenAI, and Azure has nothing to ask.
pub(super) fn check_model(
    doc: &NodeDoc,
    arguments: &[Argument],
    slots: &[ParameterSlot],
    dialect: Dialect,
    report: &mut Report,
) {
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
