//! x
/// x
#[must_use]
pub fn flow_schema() -> serde_json::Value {
    serde_json::json!({})
}
