use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// `list.slice`: a part of a list.
#[derive(Debug)]
pub struct ListSlice;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The list.
    #[schemars(with = "Vec<serde_json::Value>")]
    items: Vec<Value>,
    /// The first position that is taken, from 0; negative ones count from the end.
    #[serde(default)]
    start: i64,
    /// The first position that is not taken any more; negative ones count from the end. To the end unless given.
    #[serde(default)]
    end: Option<i64>,
}

impl TypedTool for ListSlice {
    const NAME: &'static str = "list.slice";
    const SUMMARY: &'static str = "Takes a part of a list.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> = Some(Example { inputs: "items: [a, b, c, d]\nstart: -2", gives: r#"["c","d"]"# });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let length = inputs.items.len();
        let place = |position: i64| {
            let distance = usize::try_from(position.unsigned_abs()).unwrap_or(usize::MAX);
            if position < 0 { length.saturating_sub(distance) } else { distance.min(length) }
        };
        let (start, end) = (place(inputs.start), inputs.end.map_or(length, place));
        Ok(Value::list(inputs.items.into_iter().take(end).skip(start)))
    }
}
