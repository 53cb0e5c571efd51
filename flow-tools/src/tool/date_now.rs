use std::fmt;

use flow_core::tool::{Effect, Example, ToolContext, ToolError, WaitingTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;

use super::moment::{self, Moment};

/// `date.now`: what the clock shows. The one tool that asks it.
pub struct DateNow {
    clock: fn() -> Timestamp,
}

impl DateNow {
    /// The tool with a clock.
    #[must_use]
    pub fn new(clock: fn() -> Timestamp) -> Self {
        Self { clock }
    }
}

impl fmt::Debug for DateNow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DateNow")
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The time zone, such as `Europe/Berlin`.
    #[serde(default = "utc")]
    zone: String,
}

fn utc() -> String {
    "UTC".into()
}

impl WaitingTool for DateNow {
    const NAME: &'static str = "date.now";
    const SUMMARY: &'static str = "Gives the date and time of the clock, to the second, as ISO 8601.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> = Some(Example { inputs: "zone: Europe/Berlin", gives: "" });
    const EFFECT: Effect = Effect::Reads;
    type Inputs = Inputs;

    fn call<'a>(&'a self, inputs: Inputs, _: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>> {
        let now = || {
            let zone: TimeZone = moment::zone(&inputs.zone)?;
            let whole = Timestamp::from_second((self.clock)().as_second()).map_err(|error| moment::beyond(&error))?;
            Ok(Moment::at(whole, zone).to_iso().into())
        };
        ready(now()).boxed()
    }
}
