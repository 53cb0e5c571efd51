use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// `list.flatten`: a list of lists as one list.
#[derive(Debug)]
pub struct ListFlatten;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The list.
    #[schemars(with = "Vec<serde_json::Value>")]
    items: Vec<Value>,
    /// How many levels of lists are dissolved.
    #[serde(default = "one")]
    depth: usize,
}

impl TypedTool for ListFlatten {
    const NAME: &'static str = "list.flatten";
    const SUMMARY: &'static str = "Makes one list of a list of lists.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> = Some(Example { inputs: "items: [[1, 2], [3, [4]], 5]", gives: "[1,2,3,[4],5]" });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let mut flat = inputs.items;
        for _ in 0..inputs.depth {
            if !flat.iter().any(|item| item.as_list().is_some()) {
                break;
            }
            let mut next = Vec::with_capacity(flat.len());
            for item in flat {
                match item {
                    Value::List(items) => next.extend(items.iter().cloned()),
                    other => next.push(other),
                }
            }
            flat = next;
        }
        Ok(Value::list(flat))
    }
}

fn one() -> usize {
    1
}
