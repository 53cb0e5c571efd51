//! The parameters of a prompty, which are sent as they are written.

use serde_json::{Map, Value as Json};

use crate::diag::{Code, Diagnostic, nearest};
use crate::doc::{PromptyDoc, Report};
use crate::llm::{self, Defaults, ModelTool, Parameter, ToolRules, all_parameters, parameters};
use crate::model::{Api, Dialect};
use crate::source::Span;
use crate::ty::Ty;
use crate::value::Value;

/// Keys of a body that the prompty itself makes.
const MADE: &[&str] = &["model", "messages", "prompt"];

/// The parameters. What providers refuse for certain is an error; what only looks like a slip is told.
pub(super) fn lower(prompty: &PromptyDoc, report: &mut Report) -> Map<String, Json> {
    let mut lowered = Map::new();
    let has_tools = prompty.parameters.iter().any(|(key, _)| &*key.text == "tools");
    for (key, node) in &prompty.parameters {
        let (name, value) = (&*key.text, node.to_value());
        if MADE.contains(&name) {
            let message = format!("`{name}` is no parameter: the prompty makes it itself, and this one is not sent");
            let help = if name == "model" { "the model is named by `configuration`" } else { "remove it" };
            report.warning(Code::IgnoredKey, key.span, message, help);
            continue;
        }
        check_name(name, key.span, report);
        check_number(name, prompty.api, &value, node.span, report);
        let json = value.to_serde();
        if !(has_tools && matches!(name, "functions" | "function_call")) {
            check_tools(name, &json, node.span, report);
        }
        lowered.insert(name.to_owned(), json);
    }
    choose(&mut lowered);
    lowered
}

/// promptflow says of tools that the model may choose, where the prompty does not; of functions too.
fn choose(parameters: &mut Map<String, Json>) {
    let offers = |key: &str| parameters.get(key).is_some_and(|offered| !offered.is_null());
    let choice = match (offers("tools"), offers("functions")) {
        (true, _) => "tool_choice",
        (false, true) => "function_call",
        (false, false) => return,
    };
    if parameters.get(choice).is_none_or(Json::is_null) {
        parameters.insert(choice.to_owned(), Json::from("auto"));
    }
}

/// Any name is sent; one that is nearly that of a parameter is probably a slip.
fn check_name(name: &str, span: Span, report: &mut Report) {
    let known = || all_parameters().map(|parameter| parameter.name);
    if known().any(|known| known == name) {
        return;
    }
    if let Some(near) = nearest(name, known()) {
        let message = format!("`{name}` is sent as it is, but no parameter is known by that name");
        report.odd(Diagnostic::warning(Code::UnknownParameter, span, message).help(format!("did you mean `{near}`?")));
    }
}

/// A number in quotes is sent as a text, as promptflow does, and providers refuse that.
fn check_number(name: &str, api: Api, value: &Value, span: Span, report: &mut Report) {
    let known = parameters(api, Dialect::OpenAi, Defaults::Provider, ModelTool::Node);
    let is_number = |parameter: &Parameter| matches!(parameter.ty, Ty::Int | Ty::Double);
    if known.filter(|parameter| is_number(parameter)).all(|parameter| parameter.name != name) {
        return;
    }
    if value.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok()) {
        let message = format!("`{name}` is a text here, and is sent as one; providers take a number");
        report.warning(Code::ParameterType, span, message, "write it without quotes");
    }
}

/// promptflow holds the tools of a prompty to one form, whoever is asked.
fn check_tools(name: &str, value: &Json, span: Span, report: &mut Report) {
    if value.is_null() || value.as_array().is_some_and(Vec::is_empty) {
        return;
    }
    let rules = ToolRules::Promptflow;
    let checked = match name {
        "tools" => llm::check_tools(value, rules),
        "tool_choice" => llm::check_tool_choice(value, ToolRules::Provider),
        "functions" => llm::check_functions(value, rules),
        "function_call" => llm::check_function_call(value, rules),
        _ => Ok(()),
    };
    if let Err(message) = checked {
        let help = "`flow explain parameter-type` shows what tools look like";
        report.error(Code::ParameterType, span, format!("`{name}` of the prompty: {message}"), help);
    }
}

/// The parameter that names the model, with its value.
pub(super) fn model(
    prompty: &PromptyDoc,
    api: Api,
    dialect: Dialect,
    report: &mut Report,
) -> Option<(&'static Parameter, Value)> {
    let name = dialect.model_parameter();
    let parameter =
        parameters(api, dialect, Defaults::Provider, ModelTool::Node).find(|parameter| parameter.name == name)?;
    let Some(model) = &prompty.model else {
        let what = if dialect == Dialect::Azure { "deployment" } else { "model" };
        let key = if dialect == Dialect::Azure { "azure_deployment" } else { "model" };
        let place = prompty.configuration.as_ref().map_or(prompty.place, |configuration| configuration.span);
        let message = format!("the prompty names no {what}");
        let diagnostic =
            Diagnostic::error(Code::MissingModel, place, message).help(format!("add `{key}: …` below `configuration`"));
        if dialect == Dialect::Azure {
            report.push(diagnostic);
        } else {
            report.odd(diagnostic);
        }
        return None;
    };
    Some((parameter, Value::from(&*model.value)))
}
