use serde_json::{Map, Value as Json, json};

use crate::llm::{Parameter, all_parameters};
use crate::ty::Ty;

/// The inputs of an LLM node: the request parameters by name, and any template variables.
pub(super) fn llm_inputs() -> Json {
    let mut properties = Map::new();
    for parameter in all_parameters() {
        properties
            .entry(parameter.name)
            .and_modify(|known: &mut Json| join(known, parameter))
            .or_insert_with(|| schema(parameter));
    }
    json!({
        "type": ["object", "null"],
        "description": "The model's parameters by name. All other inputs are variables of the template; references \
                        are whole texts: ${inputs.x} or ${node.output}.",
        "properties": properties,
    })
}

/// Two APIs may have a parameter of one name and of different kinds.
fn join(known: &mut Json, parameter: &Parameter) {
    let kind = schema(parameter)["anyOf"][0].clone();
    if let Some(kinds) = known["anyOf"].as_array_mut()
        && !kinds.contains(&kind)
    {
        kinds.push(kind);
    }
}

/// Texts are allowed everywhere: they may be references, and numbers may stand in quotes.
fn schema(parameter: &Parameter) -> Json {
    let mut value = match parameter.ty {
        Ty::Int => json!({ "type": "integer" }),
        Ty::Double => json!({ "type": "number" }),
        Ty::Bool => json!({ "type": "boolean" }),
        Ty::List => json!({ "type": "array" }),
        Ty::Object => json!({ "type": "object" }),
        Ty::Any => json!({ "type": ["array"] }),
        _ => json!({ "type": ["number", "boolean"] }),
    };
    let mut about = sentence(parameter.about);
    if let (Some((least, most)), Some(object)) = (parameter.range, value.as_object_mut()) {
        about = format!("{about} From {least} to {most}.");
        object.insert("minimum".to_owned(), json!(least));
        object.insert("maximum".to_owned(), json!(most));
    }
    json!({ "description": about, "anyOf": [value, { "type": ["string", "null"] }] })
}

/// A few words as a sentence.
fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}
