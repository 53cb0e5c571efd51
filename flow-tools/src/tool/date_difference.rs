use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use jiff::Unit;
use schemars::JsonSchema;
use serde::Deserialize;

use super::moment::{self, Moment, beyond};

/// `date.difference`: the time between two dates.
#[derive(Debug)]
pub struct DateDifference;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The date, or date and time, that is counted from, as ISO 8601.
    from: String,
    /// The date, or date and time, that is counted to; earlier ones give a negative number.
    to: String,
    /// What is counted.
    #[serde(default)]
    unit: Counted,
}

impl TypedTool for DateDifference {
    const NAME: &'static str = "date.difference";
    const SUMMARY: &'static str = "Counts the days, or other units, between two dates.";
    const OUTPUT: Ty = Ty::Double;
    const EXAMPLE: Option<Example> = Some(Example { inputs: "from: 2024-05-03\nto: 2024-05-17", gives: "14.0" });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let (from, to) = (moment::given("from", &inputs.from)?, moment::given("to", &inputs.to)?);
        let unit = inputs.unit.unit();
        let total = match (&from, &to) {
            (Moment::Zoned(from), Moment::Zoned(to)) => from.until(to).and_then(|span| span.total((unit, from))),
            (Moment::Zoned(_), _) | (_, Moment::Zoned(_)) => {
                let message = "one date has a time zone and the other has none; `date.parse` with `zone` gives it one";
                return Err(ToolError::input("to", message));
            }
            _ => {
                let (from, to) = (from.local(), to.local());
                from.until(to).and_then(|span| span.total((unit, from)))
            }
        };
        total.map(Value::from).map_err(|error| beyond(&error))
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Counted {
    Seconds,
    Minutes,
    Hours,
    #[default]
    Days,
    Weeks,
    Months,
    Years,
}

impl Counted {
    fn unit(self) -> Unit {
        match self {
            Counted::Seconds => Unit::Second,
            Counted::Minutes => Unit::Minute,
            Counted::Hours => Unit::Hour,
            Counted::Days => Unit::Day,
            Counted::Weeks => Unit::Week,
            Counted::Months => Unit::Month,
            Counted::Years => Unit::Year,
        }
    }
}
