//! The JSON Schema of flow files, for completion and hints in editors.
//!
//! It says what a single file can say of itself: keys, shapes, names of types. What depends on other files or on
//! names (nodes, inputs, connections, tools) is for `flow check`. Draft 07 is what editors understand best.

/// The schema as text, ready to be written into a file.
pub const FLOW_SCHEMA: &str = include_str!("flow.schema.json");

/// The schema of `flow.yaml`. The file is part of the program; a test holds it to be JSON.
#[must_use]
pub fn flow_schema() -> serde_json::Value {
    serde_json::from_str(FLOW_SCHEMA).unwrap_or_default()
}
