use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use schemars::JsonSchema;
use serde::Deserialize;

use super::per_item::PerItem;

/// `list.map`: an expression worked out for each item.
#[derive(Debug)]
pub struct ListMap;

#[derive(Debug, Deserialize, JsonSchema)]
#[doc(hidden)]
pub struct Inputs {
    /// The list.
    #[schemars(with = "Vec<serde_json::Value>")]
    items: Vec<Value>,
    /// The expression, in the language of templates; `item` is the item, `index` its position from 0.
    expression: String,
    /// Further names in the expression: a mapping from names to values.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    values: Value,
    /// Further names in the expression, as inputs of their own: `limit: ${inputs.limit}`.
    #[serde(flatten)]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    others: Map,
}

impl TypedTool for ListMap {
    const NAME: &'static str = "list.map";
    const SUMMARY: &'static str = "Works out an expression for each item of a list.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "items: [{name: Ann, age: 31}, {name: Ben, age: 27}]\nexpression: item.name | upper",
        gives: r#"["ANN","BEN"]"#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let each = PerItem::new("expression", &inputs.expression, &inputs.values, inputs.others)?;
        let mapped = inputs.items.iter().enumerate().map(|(index, item)| each.value(index, item));
        Ok(Value::list(mapped.collect::<Result<Vec<_>, _>>()?))
    }
}
