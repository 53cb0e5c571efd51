use std::collections::HashMap;

use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use schemars::JsonSchema;
use serde::Deserialize;

use super::per_item::PerItem;

/// `list.group`: a list in groups.
#[derive(Debug)]
pub struct ListGroup;

#[derive(Debug, Deserialize, JsonSchema)]
#[doc(hidden)]
pub struct Inputs {
    /// The list.
    #[schemars(with = "Vec<serde_json::Value>")]
    items: Vec<Value>,
    /// The expression whose value items of a group have in common, in the language of templates; `item` is the item.
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

impl TypedTool for ListGroup {
    const NAME: &'static str = "list.group";
    const SUMMARY: &'static str =
        "Groups the items of a list: a list of `key` and `items`, in the order in which keys appear.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "items: [{name: Ann, team: red}, {name: Ben, team: blue}, {name: Cid, team: red}]\nby: item.team",
        gives: r#"[{"key":"red","items":[{"name":"Ann","team":"red"},{"name":"Cid","team":"red"}]},{"key":"blue","items":[{"name":"Ben","team":"blue"}]}]"#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let each = PerItem::new("by", &inputs.by, &inputs.values, inputs.others)?;
        let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
        let mut places = HashMap::new();
        for (index, item) in inputs.items.into_iter().enumerate() {
            let key = each.value(index, &item)?;
            let place = *places.entry(key.to_json()).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, items)) => items.push(item),
                None => groups.push((key, vec![item])),
            }
        }
        let groups = groups.into_iter().map(|(key, items)| Value::map([("key", key), ("items", Value::list(items))]));
        Ok(Value::list(groups))
    }
}
