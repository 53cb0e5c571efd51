use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use schemars::JsonSchema;
use serde::Deserialize;

use super::per_item::PerItem;

/// `list.filter`: the items that meet a condition.
#[derive(Debug)]
pub struct ListFilter;

#[derive(Debug, Deserialize, JsonSchema)]
#[doc(hidden)]
pub struct Inputs {
    /// The list.
    #[schemars(with = "Vec<serde_json::Value>")]
    items: Vec<Value>,
    /// The expression that an item must meet, in the language of templates; `item` is the item, `index` its position from 0.
    condition: String,
    /// Further names in the expression: a mapping from names to values.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    values: Value,
    /// Further names in the expression, as inputs of their own: `limit: ${inputs.limit}`.
    #[serde(flatten)]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    others: Map,
}

impl TypedTool for ListFilter {
    const NAME: &'static str = "list.filter";
    const SUMMARY: &'static str = "Keeps the items of a list that meet a condition.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "items: [{name: Ann, age: 31}, {name: Ben, age: 27}]\ncondition: item.age >= limit\nlimit: 30",
        gives: r#"[{"name":"Ann","age":31}]"#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let each = PerItem::new("condition", &inputs.condition, &inputs.values, inputs.others)?;
        let mut kept = Vec::new();
        for (index, item) in inputs.items.into_iter().enumerate() {
            if each.is_met(index, &item)? {
                kept.push(item);
            }
        }
        Ok(Value::list(kept))
    }
}
