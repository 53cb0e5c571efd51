use std::sync::Arc;

use flow_core::template::{Engine, Strictness, Template};
use flow_core::tool::{ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// `template.render`: a template to a text.
#[derive(Debug)]
pub struct TemplateRender;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The template.
    template: String,
    /// The variables of the template: a mapping from names to values.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    values: Value,
}

impl TypedTool for TemplateRender {
    const NAME: &'static str = "template.render";
    const SUMMARY: &'static str = "Renders a template with the values given.";
    const OUTPUT: Ty = Ty::String;
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let variables = variables(&inputs.values)?;
        let wrong = |error: flow_core::template::TemplateError| ToolError::Input {
            input: "template".into(),
            message: error.help.map_or(error.message.clone(), |help| format!("{} ({help})", error.message)),
        };
        let template =
            Template::compile(&Engine::new(Strictness::Strict), "template", &inputs.template).map_err(wrong)?;
        let rendered = template.render(variables).map_err(wrong)?;
        Ok(Value::from(rendered.as_str()))
    }
}

/// The entries of a mapping of values; none if it is missing.
pub(super) fn variables(values: &Value) -> Result<Vec<(Arc<str>, Value)>, ToolError> {
    if values.is_null() {
        return Ok(Vec::new());
    }
    let entries = values.as_map().ok_or_else(|| ToolError::Input {
        input: "values".into(),
        message: format!("expected a mapping from names to values, found {}", values.kind()),
    })?;
    Ok(entries.iter().map(|(name, value)| (Arc::clone(name), value.clone())).collect())
}
