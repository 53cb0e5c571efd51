use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::NodeIdentity;
use crate::value::Value;

/// The version of the manifest's form.
pub const MANIFEST_FORMAT: u32 = 1;

/// SHA-256 in hexadecimal digits.
pub type Digest = String;

/// The digest of some bytes.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What a run is of: enough to go on with it, and to tell whether what it was begun with is still the same. It holds no secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_FORMAT`].
    pub format: u32,
    /// The run's id.
    pub id: String,
    /// What its user calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is called where its name is not shown, as promptflow has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Words to find it by, with values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// When it was begun, in UTC, as RFC 3339 has it.
    pub created: String,
    /// The version of the program that began it.
    pub program: String,
    /// The flow.
    pub flow: FlowIdentity,
    /// The variants that are run, each a selection of `node=variant`; one empty selection where none was asked for.
    pub variants: Vec<Vec<String>>,
    /// The data; `None` if the rows come from another run alone.
    pub data: Option<DataIdentity>,
    /// The run whose outputs are its rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<RunOrigin>,
    /// The id of the run whose rows it took over, to go on from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<String>,
    /// Where the inputs come from: by input a `${…}` or a constant.
    pub map: BTreeMap<String, Value>,
    /// The nodes of each variant, in their order; empty if an older version began the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<BTreeMap<String, NodeIdentity>>,
    /// How often each row is run.
    pub repeat: u32,
    /// The seed of whatever is drawn by lot.
    pub seed: u64,
    /// Whether its tables tell how long things took.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub times: bool,
    /// The command's arguments, to go on with.
    pub arguments: Vec<String>,
    /// The folder in which the command was given.
    pub directory: String,
    /// The name under which the flow was served, if its rows are requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<String>,
    /// When its user put it away, in UTC, as RFC 3339 has it: it is kept, and no longer listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<String>,
}

fn yes() -> bool {
    true
}

/// A flow and the files that it is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowIdentity {
    /// Its name.
    pub name: String,
    /// Its file, as the user gave it.
    pub path: String,
    /// Each file that was read for it, with its digest.
    pub files: BTreeMap<String, Digest>,
}

/// The run whose outputs are the rows of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOrigin {
    /// Its id.
    pub run: String,
    /// The score of it that the run was made for, as an evaluation file calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
}

/// A data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataIdentity {
    /// Its file or folder, as the user gave it.
    pub path: String,
    /// The digest of its bytes; `None` where it can be read only once.
    pub digest: Option<Digest>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// In words, if it is none that this program knows.
    pub fn read(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let other = |error: serde_json::Error| {
            format!("this is no manifest of a run (line {}, column {})", error.line(), error.column())
        };
        let Format { format } = serde_json::from_str(text).map_err(other)?;
        if format != MANIFEST_FORMAT {
            return Err(format!(
                "its format is {format}, and this program knows {MANIFEST_FORMAT}; use the program that made it"
            ));
        }
        serde_json::from_str(text).map_err(other)
    }

    /// The manifest as it stands in its file.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// What is not as it was, in words: the flow's files, the variants, the data, the mapping. Empty where all is the same.
    #[must_use]
    pub fn changes(&self, now: &Manifest) -> Vec<String> {
        let mut changes = Vec::new();
        for (file, digest) in &self.flow.files {
            match now.flow.files.get(file) {
                None => changes.push(format!("{file} no longer belongs to the flow")),
                Some(other) if other != digest => changes.push(format!("{file} has changed")),
                Some(_) => {}
            }
        }
        let added = now.flow.files.keys().filter(|file| !self.flow.files.contains_key(*file));
        changes.extend(added.map(|file| format!("{file} is new in the flow")));
        if self.variants != now.variants {
            changes.push("other variants are asked for".to_owned());
        }
        match (&self.data, &now.data) {
            (Some(then), Some(now)) if then.digest != now.digest || then.digest.is_none() => {
                changes.push(format!("the data {} has changed", then.path));
            }
            (Some(_), None) | (None, Some(_)) => changes.push("the data is another".to_owned()),
            _ => {}
        }
        if self.map != now.map {
            changes.push("the inputs are taken from elsewhere (`--map`)".to_owned());
        }
        if self.repeat != now.repeat {
            changes.push(format!("rows are repeated {} times instead of {}", now.repeat, self.repeat));
        }
        if self.seed != now.seed {
            changes.push(format!("the seed is {} instead of {}", now.seed, self.seed));
        }
        changes
    }
}
