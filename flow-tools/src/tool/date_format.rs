use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::moment::{self, beyond};

/// `date.format`: a date as a text.
#[derive(Debug)]
pub struct DateFormat;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The date, or date and time, as ISO 8601.
    date: String,
    /// How it is written, with the codes of strftime: `%d %B %Y`, `%A`, `%H:%M`, `%s` for seconds since 1970.
    format: String,
    /// The time zone, such as `Europe/Berlin`: a time without a zone is of this one, any other is brought to it.
    #[serde(default)]
    zone: Option<String>,
}

impl TypedTool for DateFormat {
    const NAME: &'static str = "date.format";
    const SUMMARY: &'static str = "Writes a date in a format.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "date: 2024-05-03T09:30:00Z\nformat: '%A, %d %B %Y, %H:%M'\nzone: Europe/Berlin",
        gives: r#""Friday, 03 May 2024, 11:30""#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let mut date = moment::given("date", &inputs.date)?;
        if let Some(zone) = inputs.zone.as_deref().map(moment::zone).transpose()? {
            date = date.in_zone(zone).map_err(|error| beyond(&error))?;
        }
        let written = date.written(&inputs.format);
        written.map(Value::from).map_err(|error| ToolError::input("format", format!("`{}`: {error}", inputs.format)))
    }
}
