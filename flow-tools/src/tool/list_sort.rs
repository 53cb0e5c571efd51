use std::cmp::Ordering;

use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use schemars::JsonSchema;
use serde::Deserialize;

use super::per_item::PerItem;

/// `list.sort`: a list in order.
#[derive(Debug)]
pub struct ListSort;

#[derive(Debug, Deserialize, JsonSchema)]
#[doc(hidden)]
pub struct Inputs {
    /// The list.
    #[schemars(with = "Vec<serde_json::Value>")]
    items: Vec<Value>,
    /// The expression that is compared, in the language of templates; `item` is the item. The item itself unless given.
    #[serde(default = "item")]
    by: String,
    /// Whether the largest comes first.
    #[serde(default)]
    descending: bool,
    /// Further names in the expression: a mapping from names to values.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    values: Value,
    /// Further names in the expression, as inputs of their own: `limit: ${inputs.limit}`.
    #[serde(flatten)]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    others: Map,
}

impl TypedTool for ListSort {
    const NAME: &'static str = "list.sort";
    const SUMMARY: &'static str = "Sorts a list; items that compare equal keep their order.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "items: [{name: Ann, age: 31}, {name: Ben, age: 27}]\nby: item.age",
        gives: r#"[{"name":"Ben","age":27},{"name":"Ann","age":31}]"#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let each = PerItem::new("by", &inputs.by, &inputs.values, inputs.others)?;
        let keyed = inputs.items.into_iter().enumerate().map(|(index, item)| Ok((each.value(index, &item)?, item)));
        let mut keyed: Vec<(Value, Value)> = keyed.collect::<Result<_, ToolError>>()?;
        let mut kinds = keyed.iter().filter_map(|(key, _)| kind(key));
        if let Some(first) = kinds.next()
            && let Some(other) = kinds.find(|other| *other != first)
        {
            let message = format!("{first} and {other} have no order among them; compare values of one kind");
            return Err(ToolError::input("by", message));
        }
        keyed.sort_by(|(one, _), (two, _)| match (one, two) {
            // What is missing comes last either way.
            (Value::Null, _) | (_, Value::Null) => one.is_null().cmp(&two.is_null()),
            _ if inputs.descending => compare(two, one),
            _ => compare(one, two),
        });
        Ok(Value::list(keyed.into_iter().map(|(_, item)| item)))
    }
}

/// The expression that gives the item itself.
pub(super) fn item() -> String {
    "item".into()
}

/// What a key is compared as; nothing for null.
fn kind(key: &Value) -> Option<&'static str> {
    match key {
        Value::Null => None,
        Value::Bool(_) => Some("true and false"),
        Value::Int(_) | Value::Float(_) => Some("numbers"),
        Value::Text(_) => Some("texts"),
        Value::List(_) => Some("lists"),
        Value::Map(_) => Some("objects"),
        Value::Image(_) => Some("images"),
        Value::Object(_) => Some("python objects"),
    }
}

/// The order of two values of a kind. Lists go by their parts; objects have no order.
fn compare(one: &Value, two: &Value) -> Ordering {
    match (one, two) {
        (Value::Int(one), Value::Int(two)) => one.cmp(two),
        (Value::Bool(one), Value::Bool(two)) => one.cmp(two),
        (Value::Text(one), Value::Text(two)) => one.as_str().cmp(two.as_str()),
        (Value::List(one), Value::List(two)) => {
            let differing = one.iter().zip(two.iter()).map(|(one, two)| compare(one, two)).find(|order| order.is_ne());
            differing.unwrap_or_else(|| one.len().cmp(&two.len()))
        }
        _ => match (one.as_float(), two.as_float()) {
            (Some(one), Some(two)) => one.total_cmp(&two),
            _ => Ordering::Equal,
        },
    }
}
