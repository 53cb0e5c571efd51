use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a call's place in the node cache was made of, each part as a short digest: where two calls differ, they differ in a part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallParts {
    /// The whole.
    pub key: String,
    /// The prompt's template; `None` where the node has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Where the connection leads.
    pub connection: String,
    /// The parameters of the request, by their names on the wire, and the API.
    pub parameters: BTreeMap<String, String>,
    /// The node's inputs by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, String>,
    /// The messages or texts of the request.
    pub content: String,
    /// Which of several equal calls of the row it was, from 0.
    #[serde(default, skip_serializing_if = "is_first")]
    pub occurrence: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_first(occurrence: &u32) -> bool {
    *occurrence == 0
}
