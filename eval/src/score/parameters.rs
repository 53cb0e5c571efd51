//! Parameters of scorers: read from values, checked by the schema that their type gives.

use flow_core::diag::did_you_mean;
use flow_core::structured::OutputSchema;
use flow_core::value::{Map, Value};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// The JSON Schema of a type of parameters.
pub(super) fn schema_of<P: JsonSchema>() -> Json {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<P>().to_value();
    if let Some(object) = schema.as_object_mut() {
        object.remove("title");
        object.remove("description");
    }
    schema
}

/// Makes of choices that are documented one by one plain ones, of which messages can tell in one breath.
fn choices(schema: &mut Json) {
    match schema {
        Json::Object(entries) => {
            let forms = entries.get("oneOf").and_then(Json::as_array);
            let constants =
                forms.and_then(|forms| forms.iter().map(|form| form.get("const").cloned()).collect::<Option<Vec<_>>>());
            if let Some(constants) = constants {
                entries.remove("oneOf");
                entries.insert("enum".to_owned(), Json::Array(constants));
            }
            entries.values_mut().for_each(choices);
        }
        Json::Array(items) => items.iter_mut().for_each(choices),
        _ => {}
    }
}

/// The parameters of a scorer.
pub(super) fn read<P: DeserializeOwned + JsonSchema>(given: &Map) -> Result<P, ParameterError> {
    let schema = schema_of::<P>();
    let known: Vec<&str> = match schema.get("properties").and_then(|properties| properties.as_object()) {
        Some(properties) => properties.keys().map(String::as_str).collect(),
        None => Vec::new(),
    };
    for name in given.keys() {
        if !known.contains(&&**name) {
            let help = if known.is_empty() {
                Some("the scorer has no parameters".to_owned())
            } else {
                did_you_mean(name, known.iter().copied())
            };
            return Err(ParameterError { parameter: name.to_string(), message: "is not known".to_owned(), help });
        }
    }
    let json = Value::Map(std::sync::Arc::new(given.clone())).to_serde();
    let mut terse = schema.clone();
    choices(&mut terse);
    if let Ok(schema) = OutputSchema::compile(terse)
        && let Some(wrong) = schema.discrepancies(&json).into_iter().next()
    {
        let end = wrong.path.find(['.', '[']).unwrap_or(wrong.path.len());
        let message = match &wrong.path[end..] {
            "" => wrong.message,
            inside => format!("has at `{}` what does not fit: it {}", inside.trim_start_matches('.'), wrong.message),
        };
        return Err(ParameterError { parameter: wrong.path[..end].to_owned(), message, help: None });
    }
    serde_json::from_value(json).map_err(|error| ParameterError {
        parameter: known.first().copied().unwrap_or_default().to_owned(),
        message: format!("does not fit: {error}"),
        help: None,
    })
}

/// A parameter that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the parameter `{parameter}` {message}")]
pub struct ParameterError {
    /// Its name.
    pub parameter: String,
    /// What is wrong, behind the name.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl ParameterError {
    pub(super) fn new(parameter: &str, message: impl Into<String>) -> Self {
        Self { parameter: parameter.to_owned(), message: message.into(), help: None }
    }
}

/// The parameters of a scorer that has none.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}
