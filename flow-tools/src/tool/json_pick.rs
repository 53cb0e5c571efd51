use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::given::given;
use super::json_parse::parse;
use super::json_path;

/// `json.pick`: one part of a value.
#[derive(Debug)]
pub struct JsonPick;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The value to look into; a text is read as JSON.
    #[schemars(with = "serde_json::Value")]
    from: Value,
    /// Where the part is: names and positions with dots (`items[0].name`, `items.-1.name` for the last), a JSON Pointer
    /// (`/items/0/name`), or a JSONPath (`$..name`), of which the first match counts; `json.query` gives all.
    path: String,
    /// The result where nothing is there; without it that is an error.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<serde_json::Value>")]
    default: Option<Value>,
}

impl TypedTool for JsonPick {
    const NAME: &'static str = "json.pick";
    const SUMMARY: &'static str = "Takes one part out of a value.";
    const OUTPUT: Ty = Ty::Any;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "from: {items: [{name: lamp}, {name: desk}]}\npath: items.-1.name",
        gives: r#""desk""#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let parsed = looked_into(inputs.from);
        let picked = if json_path::is_meant(&inputs.path) {
            let path = json_path::parse(&inputs.path)?;
            parsed.and_then(|value| {
                let value = value.to_serde();
                let first = path.query(&value).first().cloned();
                first.map(Value::from).ok_or_else(|| {
                    ToolError::failed(format!("`{}` matches nothing; give a `default` if that may happen", inputs.path))
                })
            })
        } else {
            let steps = steps(&inputs.path)?;
            parsed.and_then(|value| walk(&value, &steps))
        };
        match (picked, inputs.default) {
            (Ok(value), _) | (Err(_), Some(value)) => Ok(value),
            (Err(error), None) => Err(error),
        }
    }
}

/// The value to look into: itself, or what it holds as JSON text.
pub(super) fn looked_into(from: Value) -> Result<Value, ToolError> {
    match from.as_str().map(parse) {
        None => Ok(from),
        Some(parsed) => parsed.map_err(|why| ToolError::input("from", format!("a text that is not valid JSON, {why}"))),
    }
}

/// The steps of a path.
fn steps(path: &str) -> Result<Vec<String>, ToolError> {
    if let Some(pointer) = path.strip_prefix('/') {
        return Ok(pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect());
    }
    let wrong = |message: &str| ToolError::Input { input: "path".into(), message: format!("`{path}`: {message}") };
    let mut steps = Vec::new();
    for part in path.split('.').filter(|_| !path.is_empty()) {
        let (name, positions) = part.split_once('[').map_or((part, None), |(name, rest)| (name, Some(rest)));
        if !name.is_empty() {
            steps.push(name.to_owned());
        } else if positions.is_none() {
            return Err(wrong("there is a dot too many"));
        }
        if let Some(positions) = positions {
            let positions = positions.strip_suffix(']').ok_or_else(|| wrong("a bracket is not closed"))?;
            steps.extend(positions.split("][").map(str::to_owned));
        }
    }
    Ok(steps)
}

fn walk(value: &Value, steps: &[String]) -> Result<Value, ToolError> {
    let mut at = value;
    for (position, step) in steps.iter().enumerate() {
        let next = match at {
            Value::List(items) => place(step, items.len()).and_then(|place| items.get(place)),
            other => other.get(step),
        };
        at = next.ok_or_else(|| {
            let where_ = if position == 0 { String::new() } else { format!(" in `{}`", steps[..position].join(".")) };
            let help = match at {
                Value::Map(entries) if entries.len() <= 20 => {
                    format!("there are {}", entries.keys().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "))
                }
                Value::List(items) => format!("it is a list of {}", items.len()),
                Value::Map(entries) => format!("it has {} other entries", entries.len()),
                other => format!("it is of type {}", other.kind()),
            };
            ToolError::failed(format!("nothing at `{step}`{where_}: {help}; give a `default` if that may happen"))
        })?;
    }
    Ok(at.clone())
}

/// A position in a list; negative ones count from the end.
fn place(step: &str, length: usize) -> Option<usize> {
    match step.strip_prefix('-') {
        Some(back) => length.checked_sub(back.parse().ok().filter(|back| *back > 0)?),
        None => step.parse().ok(),
    }
}
