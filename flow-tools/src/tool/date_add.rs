use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use jiff::Span;
use schemars::JsonSchema;
use serde::Deserialize;

use super::moment::{self, beyond};

/// `date.add`: a date before or after another.
#[derive(Debug)]
pub struct DateAdd;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The date, or date and time, as ISO 8601.
    date: String,
    /// What is added: `3 days`, `1 month 2 days`, `-2 weeks`, `90 minutes`, `6 hours ago`, or an ISO 8601 duration.
    amount: String,
}

impl TypedTool for DateAdd {
    const NAME: &'static str = "date.add";
    const SUMMARY: &'static str = "Moves a date by an amount of time.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> =
        Some(Example { inputs: "date: 2024-01-31\namount: 1 month", gives: r#""2024-02-29""# });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let date = moment::given("date", &inputs.date)?;
        let span: Span = inputs.amount.trim().parse().map_err(|_| {
            let message = format!("`{}` is no amount of time such as `3 days` or `-2 weeks`", inputs.amount);
            ToolError::input("amount", message)
        })?;
        Ok(date.plus(span).map_err(|error| beyond(&error))?.to_iso().into())
    }
}
