//! Tools and functions that a model is offered: their shape, and which of them it must call (spec section 4.2).

use serde_json::{Map, Value as Json, json};

use super::given::Given;
use super::{Defaults, LlmError};
use crate::model::Dialect;

/// Whose rules tools must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolRules {
    /// promptflow's on Azure, and everywhere for functions: a function has `parameters` with `properties`, and a choice
    /// is `auto`, `none` or a function.
    Promptflow,
    /// promptflow's on OpenAI: whatever is given is sent.
    AsGiven,
    /// What providers refuse anyway: a tool has a type, a function has a name.
    Provider,
}

impl ToolRules {
    /// The rules of a flow for a provider.
    #[must_use]
    pub fn of(dialect: Dialect, defaults: Defaults) -> Self {
        match (defaults, dialect) {
            (Defaults::Provider, _) => ToolRules::Provider,
            (Defaults::Promptflow, Dialect::Azure) => ToolRules::Promptflow,
            (Defaults::Promptflow, Dialect::OpenAi) => ToolRules::AsGiven,
        }
    }

    /// The same for functions, which promptflow checks for all providers.
    #[must_use]
    pub fn for_functions(self) -> Self {
        if self == ToolRules::AsGiven { ToolRules::Promptflow } else { self }
    }
}

/// Puts tools, or else functions, into a chat body. Where tools are given, functions are left out.
pub(super) fn insert(
    dialect: Dialect,
    given: &Given<'_>,
    rules: ToolRules,
    body: &mut Map<String, Json>,
) -> Result<(), LlmError> {
    let wrong = |name| move |message| LlmError::Parameter { name, message };
    if let Some(tools) = given.filled("tools")? {
        check_tools(&tools, rules).map_err(wrong("tools"))?;
        let choice = given.get("tool_choice")?;
        if let Some(choice) = &choice {
            check_tool_choice(choice, rules).map_err(wrong("tool_choice"))?;
        }
        // promptflow sends a choice that nobody made: as null on OpenAI.
        let unsaid = match (rules, dialect) {
            (ToolRules::Provider, _) => None,
            (_, Dialect::Azure) => Some(json!("auto")),
            (_, Dialect::OpenAi) => Some(Json::Null),
        };
        body.insert("tools".into(), tools);
        if let Some(choice) = choice.or(unsaid) {
            body.insert("tool_choice".into(), choice);
        }
    } else if let Some(functions) = given.filled("functions")? {
        let rules = rules.for_functions();
        check_functions(&functions, rules).map_err(wrong("functions"))?;
        let choice = given.get("function_call")?;
        if let Some(choice) = &choice {
            check_function_call(choice, rules).map_err(wrong("function_call"))?;
        }
        let unsaid = (rules == ToolRules::Promptflow).then(|| json!("auto"));
        body.insert("functions".into(), functions);
        if let Some(choice) = choice.or(unsaid) {
            body.insert("function_call".into(), choice);
        }
    }
    Ok(())
}

/// Checks the value of `tools`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check_tools(tools: &Json, rules: ToolRules) -> Result<(), String> {
    if rules == ToolRules::AsGiven {
        return Ok(());
    }
    let tools = tools.as_array().ok_or("it takes a list of tools")?;
    for (at, tool) in tools.iter().enumerate() {
        let what = format!("tool {}", at + 1);
        let tool = tool.as_object().ok_or_else(|| format!("{what} is no mapping"))?;
        let kind = tool.get("type").and_then(Json::as_str).ok_or_else(|| format!("{what} has no `type`"))?;
        if kind != "function" {
            match rules {
                ToolRules::Promptflow => return Err(format!("{what} is of type `{kind}`, it must be `function`")),
                _ => continue,
            }
        }
        // The Responses API has the function's keys beside `type`; they are taken in either form.
        let flat = rules == ToolRules::Provider && !tool.contains_key("function") && tool.contains_key("name");
        let function =
            if flat { None } else { Some(tool.get("function").ok_or_else(|| format!("{what} has no `function`"))?) };
        match function {
            None => check_function_entries(&what, tool, rules)?,
            Some(function) => {
                let function = function.as_object().ok_or_else(|| format!("`function` of {what} is no mapping"))?;
                check_function_entries(&format!("the function of {what}"), function, rules)?;
            }
        }
    }
    Ok(())
}

/// Checks the value of `functions`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check_functions(functions: &Json, rules: ToolRules) -> Result<(), String> {
    let functions = functions.as_array().ok_or("it takes a list of functions")?;
    for (at, function) in functions.iter().enumerate() {
        let what = format!("function {}", at + 1);
        let function = function.as_object().ok_or_else(|| format!("{what} is no mapping"))?;
        check_function_entries(&what, function, rules)?;
    }
    Ok(())
}

fn check_function_entries(what: &str, function: &Map<String, Json>, rules: ToolRules) -> Result<(), String> {
    if function.get("name").and_then(Json::as_str).is_none_or(str::is_empty) {
        return Err(format!("{what} has no `name`"));
    }
    let parameters = match (function.get("parameters"), rules) {
        (None | Some(Json::Null), ToolRules::Provider) => return Ok(()),
        (None, _) => {
            return Err(format!("{what} has no `parameters`; write {{ type: object, properties: {{}} }} for none"));
        }
        (Some(parameters), _) => parameters,
    };
    let parameters = parameters.as_object().ok_or_else(|| format!("`parameters` of {what} is no mapping"))?;
    if rules == ToolRules::Provider {
        return Ok(());
    }
    if parameters.get("type").and_then(Json::as_str) != Some("object") {
        return Err(format!("`parameters` of {what} must have `type: object`"));
    }
    let properties = parameters.get("properties").and_then(Json::as_object);
    let properties = properties.ok_or_else(|| format!("`parameters` of {what} must have a mapping `properties`"))?;
    match properties.iter().find(|(_, property)| !property.is_object()) {
        Some((name, _)) => Err(format!("the property `{name}` of {what} is no mapping")),
        None => Ok(()),
    }
}

/// Checks the value of `tool_choice`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check_tool_choice(choice: &Json, rules: ToolRules) -> Result<(), String> {
    match (choice, rules) {
        (_, ToolRules::AsGiven) => Ok(()),
        (Json::String(word), _) if matches!(&**word, "auto" | "none") => Ok(()),
        (Json::String(word), ToolRules::Provider) if word == "required" => Ok(()),
        (Json::String(word), ToolRules::Promptflow) if word == "required" => {
            Err("promptflow refuses `required` on Azure; name the function, or rename the flow to flow.yaml".to_owned())
        }
        (Json::Object(choice), ToolRules::Provider) if choice.contains_key("type") => Ok(()),
        (Json::Object(choice), ToolRules::Promptflow) => {
            let named = choice.get("function").and_then(|function| function.get("name")).and_then(Json::as_str);
            match named {
                Some(_) if choice.contains_key("type") => Ok(()),
                _ => Err("it takes auto, none or { type: function, function: { name: … } }".to_owned()),
            }
        }
        (_, ToolRules::Promptflow) => {
            Err("it takes auto, none or { type: function, function: { name: … } }".to_owned())
        }
        (_, ToolRules::Provider) => {
            Err("it takes auto, none, required or { type: function, function: { name: … } }".to_owned())
        }
    }
}

/// Checks the value of `function_call`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check_function_call(choice: &Json, rules: ToolRules) -> Result<(), String> {
    match choice {
        _ if rules == ToolRules::AsGiven => Ok(()),
        Json::String(word) if matches!(&**word, "auto" | "none") => Ok(()),
        Json::Object(choice) if choice.get("name").is_some_and(Json::is_string) => Ok(()),
        _ => Err("it takes auto, none or { name: … }".to_owned()),
    }
}
