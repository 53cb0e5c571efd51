//! Flex flows (spec section 14.3): Python code as a flow. What it takes and gives stands in the code; a flex flow becomes a flow with
//! one node, so that all that runs flows runs it, and a second one over all rows where its class says how rows are summed up.

mod inputs;
mod lower;
mod outputs;

use std::sync::Arc;

use crate::doc::{FlowDoc, Report};
use crate::project::ProjectFiles;
use crate::script::Interpreter;
use crate::source::SourceMap;
use crate::value::{Map, Value};
use crate::yaml::Node;

/// The method of a class that is called with what all rows gave.
pub(crate) const AGGREGATE: &str = "__aggregate__";

/// What reading a flex flow needs beside its file.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The files that it may refer to.
    pub files: &'a Arc<ProjectFiles>,
    /// What reads its code.
    pub interpreter: Option<&'a Arc<dyn Interpreter>>,
    /// Values that are changed for this once: `init.NAME` and `inputs.NAME.default`.
    pub overrides: &'a [(String, Value)],
}

/// A flex flow as a flow.
#[derive(Debug)]
pub struct Flex {
    /// The flow.
    pub flow: FlowDoc,
    /// The name of its node.
    pub node: Arc<str>,
    /// The inputs where none are given.
    pub sample: Option<Arc<Map>>,
    /// Whether rows may have other outputs than those that are known.
    pub is_open: bool,
}

/// Whether a flow file's tree is that of a flex flow.
#[must_use]
pub fn is_flex(root: &Node) -> bool {
    root.as_mapping().is_some_and(|flow| flow.get("entry").is_some())
}

/// Reads a flex flow. `None` if nothing can be made of it, which was reported.
pub fn read(root: &Node, around: Surroundings<'_>, sources: &mut SourceMap, report: &mut Report) -> Option<Flex> {
    lower::lower(root, around, sources, report)
}
