use std::path::PathBuf;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::doc::{FlowKind, NodeDoc};
use crate::plan::Plan;
use crate::project::ProjectFiles;
use crate::source::{LineColumn, SourceMap};
use crate::template::Strictness;
use crate::variant::Axis;

/// A flow that can run.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Its name: what the file says, else the folder's name.
    pub name: Arc<str>,
    /// Its file, as messages show it.
    pub path: PathBuf,
    /// What it says of itself.
    pub description: Arc<str>,
    /// What it is for.
    pub kind: FlowKind,
    /// How strictly it was read.
    pub strictness: Strictness,
    /// Its nodes that have variants.
    pub axes: Vec<Axis>,
    /// The variants that were picked, as `node=variant`.
    pub selection: Vec<String>,
    /// The files that it may refer to.
    pub files: Arc<ProjectFiles>,
    /// What is known of models.
    pub catalogue: Arc<Catalogue>,
    /// Where each node stands, for messages about a run.
    pub places: Vec<NodePlace>,
    /// What runs.
    pub plan: Arc<Plan>,
}

/// Where a node stands in the flow's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodePlace {
    /// The node's name.
    pub node: Arc<str>,
    /// The line and column of its name.
    pub at: LineColumn,
    /// That line.
    pub source_line: String,
}

impl Flow {
    /// Where a node stands; of one in a sub-flow (`review/grade`), where the node stands that calls it.
    #[must_use]
    pub fn place(&self, node: &str) -> Option<&NodePlace> {
        let name = node.split('/').next()?;
        self.places.iter().find(|place| &*place.node == name)
    }
}

impl NodePlace {
    pub(super) fn of(node: &NodeDoc, sources: &SourceMap) -> Self {
        let at = sources.line_column(node.name.span);
        let source_line = sources.get(node.name.span.file).line_text(at.line).to_owned();
        Self { node: Arc::clone(&node.name.value), at, source_line }
    }
}
