use flow_core::template::{Expression, Strictness};
use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::given::given;

/// `value.switch`: one value or another.
#[derive(Debug)]
pub struct ValueSwitch;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The value that decides.
    #[schemars(with = "serde_json::Value")]
    value: Value,
    /// The cases, in order; the first that fits counts. Each has `give`, the result, and either `is`, a value or a list of
    /// values, or `if`, an expression over `value`.
    cases: Vec<Case>,
    /// The result where no case fits; without it that is an error.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<serde_json::Value>")]
    default: Option<Value>,
}

impl TypedTool for ValueSwitch {
    const NAME: &'static str = "value.switch";
    const SUMMARY: &'static str = "Chooses a value by another one.";
    const OUTPUT: Ty = Ty::Any;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "value: 0.82\ncases:\n  - {if: value >= 0.9, give: certain}\n  - {if: value >= 0.5, give: likely}\ndefault: unlikely",
        gives: r#""likely""#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        for (position, case) in inputs.cases.iter().enumerate() {
            if case.fits(position, &inputs.value)? {
                return Ok(case.give.clone());
            }
        }
        inputs.default.ok_or_else(|| {
            let shown: String = inputs.value.to_json().chars().take(80).collect();
            ToolError::failed(format!("no case fits {shown}; give a `default` if that may happen"))
        })
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The value, or a list of values, that fits.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<serde_json::Value>")]
    is: Option<Value>,
    /// The expression that must be met.
    #[serde(default, rename = "if")]
    condition: Option<String>,
    /// The result.
    #[schemars(with = "serde_json::Value")]
    give: Value,
}

impl Case {
    fn fits(&self, position: usize, value: &Value) -> Result<bool, ToolError> {
        let wrong = |message: String| ToolError::input(format!("cases[{position}]"), message);
        match (&self.is, &self.condition) {
            (Some(Value::List(any)), None) if value.as_list().is_none() => {
                Ok(any.iter().any(|one| one.python_eq(value)))
            }
            (Some(one), None) => Ok(one.python_eq(value)),
            (None, Some(condition)) => {
                let met = Expression::compile(Strictness::Strict, condition)
                    .and_then(|condition| condition.is_met(|name| (name == "value").then(|| value.clone())));
                met.map_err(|error| wrong(error.message))
            }
            _ => Err(wrong("give either `is` or `if`".into())),
        }
    }
}
