use std::collections::HashMap;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic};
use crate::doc::{FlowDoc, Report};
use crate::plan::{InputIndex, NodeIndex};

/// The names of a flow. Node numbers are positions in the document; the plan's are given when the order is known.
#[derive(Debug)]
pub(super) struct Scope {
    inputs: HashMap<Arc<str>, InputIndex>,
    nodes: HashMap<Arc<str>, NodeIndex>,
    input_names: Vec<Arc<str>>,
    node_names: Vec<Arc<str>>,
    unread_nodes: Vec<Arc<str>>,
}

/// Names that references use for other things than nodes.
const RESERVED: &[&str] = &["inputs", "flow", "item", "loop"];

impl Scope {
    pub(super) fn new(doc: &FlowDoc, report: &mut Report) -> Self {
        let number = |position: usize| u16::try_from(position).unwrap_or(u16::MAX);
        let mut nodes = HashMap::new();
        for (position, node) in doc.nodes.iter().enumerate() {
            if RESERVED.contains(&&*node.name.value) {
                let message = format!("no reference can reach a node called `{}`", node.name.value);
                let diagnostic =
                    Diagnostic::warning(Code::ReservedName, node.name.span, message).help("give the node another name");
                report.odd(diagnostic);
            }
            nodes.entry(Arc::clone(&node.name.value)).or_insert(NodeIndex(number(position)));
        }
        let inputs = doc
            .inputs
            .iter()
            .enumerate()
            .map(|(position, input)| (Arc::clone(&input.name.value), InputIndex(number(position))))
            .collect();
        Self {
            inputs,
            nodes,
            input_names: doc.inputs.iter().map(|input| Arc::clone(&input.name.value)).collect(),
            node_names: doc.nodes.iter().map(|node| Arc::clone(&node.name.value)).collect(),
            unread_nodes: doc.unread_nodes.clone(),
        }
    }

    pub(super) fn input(&self, name: &str) -> Option<InputIndex> {
        self.inputs.get(name).copied()
    }

    pub(super) fn node(&self, name: &str) -> Option<NodeIndex> {
        self.nodes.get(name).copied()
    }

    /// Whether a node of this name could not be read: nothing more is said of references to it.
    pub(super) fn is_unread(&self, name: &str) -> bool {
        self.unread_nodes.iter().any(|unread| &**unread == name)
    }

    pub(super) fn input_names(&self) -> impl Iterator<Item = &str> {
        self.input_names.iter().map(|name| &**name)
    }

    pub(super) fn node_names(&self) -> impl Iterator<Item = &str> {
        self.node_names.iter().map(|name| &**name)
    }
}
