use std::sync::Arc;

use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use schemars::JsonSchema;
use serde::Deserialize;

/// `list.zip`: several lists side by side.
#[derive(Debug)]
pub struct ListZip;

#[derive(Debug, Deserialize, JsonSchema)]
#[doc(hidden)]
pub struct Inputs {
    /// The lists by name: each result is an object with one item of each.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    lists: Value,
    /// What happens where lists are not equally long: an error, the length of the shortest, or null for what is missing.
    #[serde(default)]
    unequal: Unequal,
    /// Further lists, as inputs of their own: `question: ${questions.output}`.
    #[serde(flatten)]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    others: Map,
}

impl TypedTool for ListZip {
    const NAME: &'static str = "list.zip";
    const SUMMARY: &'static str = "Puts lists side by side: one object for each position.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "question: [How far?, How much?]\nanswer: [3 km, 20 EUR]",
        gives: r#"[{"question":"How far?","answer":"3 km"},{"question":"How much?","answer":"20 EUR"}]"#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let mut lists = inputs.others;
        match &inputs.lists {
            Value::Null => {}
            Value::Map(named) => lists.extend(named.iter().map(|(name, list)| (Arc::clone(name), list.clone()))),
            other => {
                let message = format!("expected a mapping from names to lists, found {}", other.kind());
                return Err(ToolError::input("lists", message));
            }
        }
        let mut columns = Vec::new();
        for (name, list) in &lists {
            let items = list
                .as_list()
                .ok_or_else(|| ToolError::input(&**name, format!("expected a list, found {}", list.kind())))?;
            columns.push((name, items));
        }
        let lengths = || columns.iter().map(|(_, items)| items.len());
        let (shortest, longest) = (lengths().min().unwrap_or(0), lengths().max().unwrap_or(0));
        let length = match inputs.unequal {
            Unequal::Shortest => shortest,
            Unequal::Null => longest,
            Unequal::Error if shortest == longest => longest,
            Unequal::Error => {
                let told: Vec<_> =
                    columns.iter().map(|(name, items)| format!("`{name}` has {}", items.len())).collect();
                let message = format!("the lists are not equally long: {}; see `unequal`", told.join(", "));
                return Err(ToolError::input("lists", message));
            }
        };
        let row = |at: usize| {
            Value::map(
                columns.iter().map(|(name, items)| (Arc::clone(name), items.get(at).cloned().unwrap_or_default())),
            )
        };
        Ok(Value::list((0..length).map(row)))
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Unequal {
    #[default]
    Error,
    Shortest,
    Null,
}
