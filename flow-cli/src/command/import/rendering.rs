//! Templates that stand in values, filled in: what they say is known when a configuration is read.

use std::sync::Arc;

use flow_core::template::{Engine, Strictness, Template};
use flow_core::value::{Map, Value};

use super::template::carry;

/// How often values of variables are put into one another.
const ROUNDS: usize = 5;

/// The text with its variables filled in.
pub(super) fn rendered(text: &str, vars: &Map) -> Result<String, String> {
    if !text.contains("{{") && !text.contains("{%") {
        return Ok(text.to_owned());
    }
    let carried = carry(text);
    if let Some((what, _)) = carried.foreign.first() {
        return Err(format!("{what} means nothing here"));
    }
    let engine = Engine::new(Strictness::Compatible);
    let template = Template::compile(&engine, "value", &carried.text).map_err(|error| error.message)?;
    // Null prints nothing there.
    let values = vars.iter().map(|(name, value)| (Arc::clone(name), printed(value)));
    template.render(values.collect()).map(|rendered| rendered.as_str().to_owned()).map_err(|error| error.message)
}

/// A value as a template of theirs prints it.
fn printed(value: &Value) -> Value {
    match value {
        Value::Null => Value::from(""),
        Value::Bool(flag) => Value::from(if *flag { "true" } else { "false" }),
        other => other.clone(),
    }
}

/// The value with all texts in it filled in.
pub(super) fn filled(value: &Value, vars: &Map) -> Result<Value, String> {
    Ok(match value {
        Value::Text(text) => Value::from(rendered(text.as_str(), vars)?),
        Value::List(items) => {
            Value::list(items.iter().map(|item| filled(item, vars)).collect::<Result<Vec<_>, String>>()?)
        }
        Value::Map(entries) => {
            let entries = entries.iter().map(|(name, value)| Ok((Arc::clone(name), filled(value, vars)?)));
            Value::map(entries.collect::<Result<Vec<_>, String>>()?)
        }
        other => other.clone(),
    })
}

/// Variables whose values speak of one another, filled in.
pub(super) fn settled(mut vars: Map) -> Result<Map, String> {
    for _ in 0..ROUNDS {
        let mut next = Map::new();
        for (name, value) in &vars {
            next.insert(Arc::clone(name), filled(value, &vars)?);
        }
        if next == vars {
            break;
        }
        vars = next;
    }
    Ok(vars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_speak_of_variables() {
        let vars: Map = [("name", "Ada"), ("greeting", "Hello {{ name }}")]
            .map(|(name, value)| (Arc::from(name), Value::from(value)))
            .into_iter()
            .collect();
        let vars = settled(vars).unwrap();
        assert_eq!(vars.get("greeting"), Some(&Value::from("Hello Ada")));
        assert_eq!(rendered("{{ greeting }}, {{ nobody }}!", &vars), Ok("Hello Ada, !".to_owned()));
    }
}
