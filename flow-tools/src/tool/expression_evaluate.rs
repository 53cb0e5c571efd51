use flow_core::template::{Expression, ExpressionError, Strictness};
use flow_core::tool::{ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::template_render::variables;

/// `expression.evaluate`: an expression to its value.
#[derive(Debug)]
pub struct ExpressionEvaluate;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The expression, in the language of templates: `price * 1.19`, `names | sort | first`, `"a" if x > 1 else "b"`.
    expression: String,
    /// The names in the expression: a mapping from names to values.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    values: Value,
}

impl TypedTool for ExpressionEvaluate {
    const NAME: &'static str = "expression.evaluate";
    const SUMMARY: &'static str = "Works out an expression over the values given.";
    const OUTPUT: Ty = Ty::Any;
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let variables = variables(&inputs.values)?;
        let wrong = |error: ExpressionError| ToolError::Input {
            input: "expression".into(),
            message: error.help.map_or(error.message.clone(), |help| format!("{} ({help})", error.message)),
        };
        let expression = Expression::compile(Strictness::Strict, &inputs.expression).map_err(wrong)?;
        let lookup = |name: &str| variables.iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone());
        expression.evaluate(lookup).map_err(wrong)
    }
}
