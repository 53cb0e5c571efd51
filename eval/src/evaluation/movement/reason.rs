use std::collections::{BTreeMap, BTreeSet};

use flow_core::run::{Manifest, NodeIdentity};
use serde::Serialize;

use super::super::baseline::files;
use super::path::Path;

/// Something that changed at a node, or at what scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Only one of the runs has the node.
    Node,
    /// The text of its prompt.
    Prompt,
    /// The model that is asked, or whom it is asked of.
    Model,
    /// Parameters and other inputs.
    Parameters,
    /// The model that answered, as the provider tells: another snapshot behind the same name.
    Snapshot,
    /// The machinery behind the model, as the provider tells.
    Machinery,
    /// Code.
    Code,
    /// The rules of the mock model.
    Rules,
    /// The version of this program, for nodes that it runs itself.
    Program,
    /// How the evaluation file defines the score.
    Definition,
}

impl Reason {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Reason::Node => "node itself",
            Reason::Prompt => "prompt",
            Reason::Model => "model",
            Reason::Parameters => "parameters",
            Reason::Snapshot => "snapshot of the model that answered",
            Reason::Machinery => "fingerprint of what answered",
            Reason::Code => "code",
            Reason::Rules => "rules of the mock model",
            Reason::Program => "version of flow",
            Reason::Definition => "definition in the evaluation file",
        }
    }

    /// Those of them that keep a model from being compared: where a snapshot answered of another model, that is no news.
    pub(super) fn settled(mut reasons: BTreeSet<Self>) -> Vec<Self> {
        if reasons.contains(&Reason::Model) {
            reasons.remove(&Reason::Snapshot);
        }
        if reasons.contains(&Reason::Model) || reasons.contains(&Reason::Snapshot) {
            reasons.remove(&Reason::Machinery);
        }
        reasons.into_iter().collect()
    }
}

/// What a run is of in one variant.
#[derive(Clone, Copy)]
pub(super) struct Began<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) variant: usize,
}

impl<'a> Began<'a> {
    /// A node, and those of the sub-flow that it runs; all nodes where none is named.
    fn nodes(self, name: Option<&str>) -> BTreeMap<&'a str, &'a NodeIdentity> {
        let is_of = |node: &str| name.is_none_or(|name| node.split('/').next() == Some(name));
        let nodes = self.manifest.nodes.get(self.variant).or(self.manifest.nodes.first());
        let nodes = nodes.into_iter().flatten().filter(|(node, _)| is_of(node));
        nodes.map(|(node, identity)| (&**node, identity)).collect()
    }
}

/// What the manifests know to have changed at a node, or anywhere in a flow.
pub(super) fn of_node(name: Option<&str>, from: Began<'_>, to: Began<'_>) -> BTreeSet<Reason> {
    let (before, after) = (from.nodes(name), to.nodes(name));
    let mut reasons = BTreeSet::new();
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    for node in names {
        let (Some(before), Some(after)) = (before.get(node), after.get(node)) else {
            reasons.insert(Reason::Node);
            continue;
        };
        if before.prompt != after.prompt {
            reasons.insert(Reason::Prompt);
        }
        if before.kind != after.kind {
            reasons.insert(Reason::Node);
        }
        if before.asks != after.asks {
            reasons.insert(Reason::Model);
        }
        let settings: BTreeSet<&String> = before.settings.keys().chain(after.settings.keys()).collect();
        for setting in settings.into_iter().filter(|key| before.settings.get(*key) != after.settings.get(*key)) {
            let is_model = matches!(setting.rsplit('.').next(), Some("model" | "deployment_name"));
            reasons.insert(if is_model { Reason::Model } else { Reason::Parameters });
        }
    }
    let changed = changed_files(from.manifest, to.manifest);
    let is_kind = |kind: &str| after.values().any(|node| node.kind == kind);
    if is_kind("python") && changed.iter().any(|file| file.ends_with(".py")) {
        reasons.insert(Reason::Code);
    }
    let is_mocked = after.values().any(|node| node.asks.iter().any(|asked| asked.starts_with("mock/")));
    if is_mocked && changed.iter().any(|file| file.starts_with("mock.")) {
        reasons.insert(Reason::Rules);
    }
    let runs_itself = ["prompt", "tool", "python"].into_iter().any(is_kind);
    if runs_itself && from.manifest.program != to.manifest.program {
        reasons.insert(Reason::Program);
    }
    reasons
}

/// The names of files that are not the same.
fn changed_files<'a>(from: &'a Manifest, to: &'a Manifest) -> BTreeSet<&'a str> {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) =
        (files(from).into_iter().collect(), files(to).into_iter().collect());
    before.symmetric_difference(&after).map(|(name, _)| *name).collect()
}

/// What the answers of a node's calls tell to have changed.
pub(super) fn of_answers(node: &str, from: &[Path], to: &[Path]) -> BTreeSet<Reason> {
    let told = |paths: &[Path]| -> (BTreeSet<String>, BTreeSet<String>) {
        let answers = paths.iter().flat_map(|path| path.answered(node));
        let (models, machinery): (Vec<_>, Vec<_>) = answers.cloned().unzip();
        (models.into_iter().collect(), machinery.into_iter().flatten().collect())
    };
    let ((before, machinery_before), (after, machinery)) = (told(from), told(to));
    let mut reasons = BTreeSet::new();
    if !before.is_empty() && !after.is_empty() && before != after {
        reasons.insert(Reason::Snapshot);
    }
    if !machinery_before.is_empty() && !machinery.is_empty() && machinery_before != machinery {
        reasons.insert(Reason::Machinery);
    }
    reasons
}
