use std::collections::BTreeSet;

use flow_core::run::{DataIdentity, Manifest};
use flow_core::value::Value;
use serde::Serialize;
use serde_json::Value as Json;

use super::Totals;

/// Something that two runs were begun with differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Cause {
    /// Another flow.
    Flow {
        /// The name of one.
        from: String,
        /// The name of the other.
        to: String,
    },
    /// A file of the flow.
    File {
        /// Its path.
        file: String,
        /// How it differs.
        how: FileChange,
    },
    /// The variants that are run.
    Variants {
        /// Those of one.
        from: Vec<String>,
        /// Those of the other.
        to: Vec<String>,
    },
    /// A node that only one has.
    Node {
        /// The variant, where it is not so in all.
        variant: Option<String>,
        /// The node.
        node: String,
        /// How it differs.
        how: FileChange,
    },
    /// The model, a parameter or another input of a node, or whom it asks.
    Setting {
        /// The variant, where it is not so in all.
        variant: Option<String>,
        /// The node.
        node: String,
        /// The setting: `model`, `temperature`, an input.
        setting: String,
        /// What it was; `None` if it was not set.
        from: Option<Json>,
        /// What it is.
        to: Option<Json>,
    },
    /// The prompt of a node.
    Prompt {
        /// The variant, where it is not so in all.
        variant: Option<String>,
        /// The node.
        node: String,
        /// The text; `None` if the run's folder does not hold it.
        from: Option<String>,
        /// The text.
        to: Option<String>,
    },
    /// The model that answered a node's calls, as the provider tells: mostly the snapshot behind a name.
    Snapshot {
        /// The node.
        node: String,
        /// Who answered in the first run.
        from: Vec<String>,
        /// Who answered in the second.
        to: Vec<String>,
    },
    /// The fingerprint of the machinery that answered a node's calls, as the provider tells.
    Fingerprint {
        /// The node.
        node: String,
        /// In the first run.
        from: Vec<String>,
        /// In the second.
        to: Vec<String>,
    },
    /// The data.
    Data {
        /// Where it lay; `None` for none.
        from: Option<String>,
        /// Where it lies.
        to: Option<String>,
        /// Whether its rows are known to differ; where data can be read only once, that is not known.
        is_known: bool,
    },
    /// Where an input comes from.
    Mapping {
        /// The input.
        input: String,
        /// What was written; `None` if nothing was.
        from: Option<Value>,
        /// What is written.
        to: Option<Value>,
    },
    /// How often each row is run.
    Repeat {
        /// In one.
        from: u32,
        /// In the other.
        to: u32,
    },
    /// The seed of what is drawn by lot.
    Seed {
        /// In one.
        from: u64,
        /// In the other.
        to: u64,
    },
    /// The version of the program.
    Program {
        /// In one.
        from: String,
        /// In the other.
        to: String,
    },
}

/// How something differs that both or one may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileChange {
    /// Only the second run has it.
    Added,
    /// Only the first run has it.
    Removed,
    /// Both have it, and it is not the same.
    Changed,
}

impl FileChange {
    /// How two of something differ; `None` if they do not.
    pub(super) fn of<T: PartialEq>(from: Option<&T>, to: Option<&T>) -> Option<Self> {
        match (from, to) {
            (None, Some(_)) => Some(FileChange::Added),
            (Some(_), None) => Some(FileChange::Removed),
            (Some(from), Some(to)) if from != to => Some(FileChange::Changed),
            _ => None,
        }
    }
}

/// What the manifests say beside their nodes.
pub(super) fn causes(from: &Manifest, to: &Manifest) -> Vec<Cause> {
    let mut causes = Vec::new();
    if from.flow.name != to.flow.name {
        causes.push(Cause::Flow { from: from.flow.name.clone(), to: to.flow.name.clone() });
    }
    let files: BTreeSet<&String> = from.flow.files.keys().chain(to.flow.files.keys()).collect();
    for file in files {
        if let Some(how) = FileChange::of(from.flow.files.get(file), to.flow.files.get(file)) {
            causes.push(Cause::File { file: file.clone(), how });
        }
    }
    if from.variants != to.variants {
        let names = |variants: &[Vec<String>]| variants.iter().map(|selection| selection.join(",")).collect();
        causes.push(Cause::Variants { from: names(&from.variants), to: names(&to.variants) });
    }
    causes.extend(data(from.data.as_ref(), to.data.as_ref()));
    let inputs: BTreeSet<&String> = from.map.keys().chain(to.map.keys()).collect();
    for input in inputs {
        let (from, to) = (from.map.get(input), to.map.get(input));
        if from != to {
            causes.push(Cause::Mapping { input: input.clone(), from: from.cloned(), to: to.cloned() });
        }
    }
    if from.repeat != to.repeat {
        causes.push(Cause::Repeat { from: from.repeat, to: to.repeat });
    }
    if from.seed != to.seed {
        causes.push(Cause::Seed { from: from.seed, to: to.seed });
    }
    if from.program != to.program {
        causes.push(Cause::Program { from: from.program.clone(), to: to.program.clone() });
    }
    causes
}

fn data(from: Option<&DataIdentity>, to: Option<&DataIdentity>) -> Option<Cause> {
    let is_known = match (from, to) {
        (None, None) => return None,
        (Some(DataIdentity { digest: Some(from), .. }), Some(DataIdentity { digest: Some(to), .. })) => {
            if from == to {
                return None;
            }
            true
        }
        (Some(_), Some(_)) => false,
        _ => true,
    };
    let path = |data: Option<&DataIdentity>| data.map(|data| data.path.clone());
    Some(Cause::Data { from: path(from), to: path(to), is_known })
}

/// What the answers tell that were given, of nodes that both runs asked a model for.
pub(super) fn of_answers(from: &Totals, to: &Totals) -> Vec<Cause> {
    let mut causes = Vec::new();
    let listed = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
    for (node, before) in &from.nodes {
        let Some(after) = to.nodes.get(node) else { continue };
        let differ = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
            (!one.is_empty() && !other.is_empty() && one != other).then(|| (listed(one), listed(other)))
        };
        // Where another model was asked, it is no news that another one answered, on other machinery.
        if before.models != after.models {
            continue;
        }
        if let Some((from, to)) = differ(&before.answered_by, &after.answered_by) {
            causes.push(Cause::Snapshot { node: node.clone(), from, to });
        }
        if let Some((from, to)) = differ(&before.fingerprints, &after.fingerprints) {
            causes.push(Cause::Fingerprint { node: node.clone(), from, to });
        }
    }
    causes
}
