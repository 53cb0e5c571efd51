use flow_core::run::digest_of;
use flow_core::value::Map;
use serde::{Deserialize, Serialize};

/// So many digits of a digest name a row: two of a million rows are called the same once in 30 million times.
const DIGITS: usize = 16;

/// What rows are known by, wherever they stand in the data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowNaming {
    /// The flow's inputs.
    pub inputs: Vec<String>,
    /// The columns of the data beside them that scores take: with another label a row is another question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

/// What a row is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowName {
    /// The digest of its inputs.
    pub row: String,
    /// The digest of the columns beside them.
    pub with: Option<String>,
}

impl RowNaming {
    /// What a row is called: by its inputs after defaults and coercion, and by its row of the data.
    #[must_use]
    pub fn name(&self, inputs: &Map, data: Option<&Map>) -> RowName {
        let with = (!self.columns.is_empty()).then(|| digest(&self.columns, data));
        RowName { row: digest(&self.inputs, Some(inputs)), with }
    }
}

/// The digest of some values; what is missing counts as null.
fn digest(names: &[String], values: Option<&Map>) -> String {
    let cell = |name: &String| values.and_then(|values| values.get(&**name)).map_or("null".into(), |it| it.to_json());
    let mut pairs: Vec<(&String, String)> = names.iter().map(|name| (name, cell(name))).collect();
    pairs.sort();
    let text = serde_json::to_vec(&pairs).unwrap_or_default();
    let mut digest = digest_of(&text);
    digest.truncate(DIGITS);
    digest
}
