use std::sync::Arc;

use flow_core::template::{Engine, Strictness, Template};
use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use schemars::JsonSchema;
use serde::Deserialize;

/// `template.render`: a template to a text.
#[derive(Debug)]
pub struct TemplateRender;

#[derive(Debug, Deserialize, JsonSchema)]
#[doc(hidden)]
pub struct Inputs {
    /// The template.
    template: String,
    /// The variables of the template: a mapping from names to values.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    values: Value,
    /// Further names in the template, as inputs of their own: `limit: ${inputs.limit}`.
    #[serde(flatten)]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    others: Map,
}

impl TypedTool for TemplateRender {
    const NAME: &'static str = "template.render";
    const SUMMARY: &'static str = "Renders a template with the values given.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> =
        Some(Example { inputs: "template: 'Dear {{ name }},'\nname: Ann", gives: r#""Dear Ann,""# });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let variables = variables(&inputs.values, inputs.others)?;
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

/// The entries of a mapping of values, which may be missing, and what was given beside them.
pub(super) fn variables(values: &Value, others: Map) -> Result<Vec<(Arc<str>, Value)>, ToolError> {
    let others = others.into_iter();
    if values.is_null() {
        return Ok(others.collect());
    }
    let entries = values.as_map().ok_or_else(|| ToolError::Input {
        input: "values".into(),
        message: format!("expected a mapping from names to values, found {}", values.kind()),
    })?;
    Ok(others.chain(entries.iter().map(|(name, value)| (Arc::clone(name), value.clone()))).collect())
}
