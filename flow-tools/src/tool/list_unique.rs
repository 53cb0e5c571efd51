use std::collections::HashSet;

use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use schemars::JsonSchema;
use serde::Deserialize;

use super::list_sort::item;
use super::per_item::PerItem;

/// `list.unique`: a list without repetitions.
#[derive(Debug)]
pub struct ListUnique;

#[derive(Debug, Deserialize, JsonSchema)]
#[doc(hidden)]
pub struct Inputs {
    /// The list.
    #[schemars(with = "Vec<serde_json::Value>")]
    items: Vec<Value>,
    /// The expression that is compared, in the language of templates; `item` is the item. The item itself unless given.
    #[serde(default = "item")]
    by: String,
    /// Further names in the expression: a mapping from names to values.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    values: Value,
    /// Further names in the expression, as inputs of their own: `limit: ${inputs.limit}`.
    #[serde(flatten)]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    others: Map,
}

impl TypedTool for ListUnique {
    const NAME: &'static str = "list.unique";
    const SUMMARY: &'static str = "Keeps the first of the items of a list that are equal.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> =
        Some(Example { inputs: "items: [Ann, Ben, ann]\nby: item | lower", gives: r#"["Ann","Ben"]"# });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let each = PerItem::new("by", &inputs.by, &inputs.values, inputs.others)?;
        let (mut seen, mut kept) = (HashSet::new(), Vec::new());
        for (index, item) in inputs.items.into_iter().enumerate() {
            // As JSON text, 1 and 1.0 differ, and so do objects with another order of names.
            if seen.insert(each.value(index, &item)?.to_json()) {
                kept.push(item);
            }
        }
        Ok(Value::list(kept))
    }
}
