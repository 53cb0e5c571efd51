//! The JSON Schema of flow files, against the flows that are shipped and against what the reader knows.

mod agreement;
mod files;

use flow_core::diag::Diagnostics;
use flow_core::source::SourceMap;
use flow_core::yaml;
use jsonschema::Validator;
use serde_json::Value as Json;

fn validator() -> Validator {
    jsonschema::draft7::new(&flow_core::schema::flow_schema()).unwrap()
}

/// A flow file's text as JSON, the way that it is read.
fn json(text: &str) -> Json {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let file = sources.add("flow.yaml", text);
    let root = yaml::read(&sources, file, &mut diagnostics).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    root.to_value().to_serde()
}

/// Where the schema finds fault with a text, and with what.
fn faults(text: &str) -> Vec<String> {
    let validator = validator();
    let instance = json(text);
    validator.iter_errors(&instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
