use flow_core::template::{Expression, ExpressionError, Strictness};
use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use schemars::JsonSchema;
use serde::Deserialize;

use super::per_item::check_used;
use super::template_render::variables;

/// `expression.evaluate`: an expression to its value.
#[derive(Debug)]
pub struct ExpressionEvaluate;

#[derive(Debug, Deserialize, JsonSchema)]
#[doc(hidden)]
pub struct Inputs {
    /// The expression, in the language of templates: `price * 1.19`, `names | sort | first`, `"a" if x > 1 else "b"`.
    expression: String,
    /// The names in the expression: a mapping from names to values.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    values: Value,
    /// Further names in the expression, as inputs of their own: `limit: ${inputs.limit}`.
    #[serde(flatten)]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    others: Map,
}

impl TypedTool for ExpressionEvaluate {
    const NAME: &'static str = "expression.evaluate";
    const SUMMARY: &'static str = "Works out an expression over the values given.";
    const OUTPUT: Ty = Ty::Any;
    const EXAMPLE: Option<Example> = Some(Example { inputs: "expression: price * 1.19\nprice: 100", gives: "119.0" });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let names: Vec<_> = inputs.others.keys().cloned().collect();
        let variables = variables(&inputs.values, inputs.others)?;
        let wrong = |error: ExpressionError| ToolError::Input {
            input: "expression".into(),
            message: error.help.map_or(error.message.clone(), |help| format!("{} ({help})", error.message)),
        };
        let expression = Expression::compile(Strictness::Strict, &inputs.expression).map_err(wrong)?;
        check_used("expression", &expression, &names)?;
        let lookup = |name: &str| variables.iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone());
        expression.evaluate(lookup).map_err(wrong)
    }
}
