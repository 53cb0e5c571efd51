use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::given::given;
use super::moment::{self, Moment};

/// `date.parse`: a date in a text.
#[derive(Debug)]
pub struct DateParse;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The text, such as `2024-05-03`, `3 May 2024`, `May 3, 2024`, `03.05.2024`, `Fri, 03 May 2024 09:30:00 +0200`; with
    /// `now` also `tomorrow` or `2 weeks ago`. What could be two days, as 03/05/2024, needs a `format`.
    text: String,
    /// How the text is written, with the codes of strptime: `%m/%d/%Y`.
    #[serde(default)]
    format: Option<String>,
    /// The date, or date and time, that words such as `tomorrow` count from. The clock is never asked; see `date.now`.
    #[serde(default)]
    now: Option<String>,
    /// The time zone, such as `Europe/Berlin`: a time without a zone is of this one, any other is brought to it.
    #[serde(default)]
    zone: Option<String>,
    /// The result where the text is no date; without it that is an error.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<serde_json::Value>")]
    default: Option<Value>,
}

impl TypedTool for DateParse {
    const NAME: &'static str = "date.parse";
    const SUMMARY: &'static str = "Reads a date, or date and time, and gives it as ISO 8601.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> = Some(Example { inputs: "text: 3 May 2024", gives: r#""2024-05-03""# });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let now = inputs.now.as_deref().map(|text| moment::given("now", text)).transpose()?;
        let zone = inputs.zone.as_deref().map(moment::zone).transpose()?;
        let found = match inputs.format.as_deref() {
            Some(format) => Moment::formatted(inputs.text.trim(), format).map_err(|error| error.to_string()),
            None => Moment::usual(&inputs.text, now.as_ref()).ok_or_else(|| {
                let help = if now.is_none() { "; give `now` for words such as `tomorrow`" } else { "" };
                format!("it is written in none of the usual ways; give its `format`{help}")
            }),
        };
        let found = found.and_then(|found| match zone {
            Some(zone) => found.in_zone(zone).map_err(|error| error.to_string()),
            None => Ok(found),
        });
        match (found, inputs.default) {
            (Ok(found), _) => Ok(found.to_iso().into()),
            (Err(_), Some(value)) => Ok(value),
            (Err(why), None) => {
                let shown: String = inputs.text.chars().take(60).collect();
                Err(ToolError::input("text", format!("`{shown}` is not read as a date: {why}")))
            }
        }
    }
}
