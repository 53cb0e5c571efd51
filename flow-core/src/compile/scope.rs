use std::collections::HashMap;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic};
use crate::doc::{FlowDoc, Report, Spanned};
use crate::plan::{InputIndex, NodeIndex};

/// The names of a flow. Node numbers are positions in the document; the plan's are given when the order is known.
#[derive(Debug)]
pub(super) struct Scope {
    inputs: HashMap<Arc<str>, InputIndex>,
    nodes: HashMap<Arc<str>, NodeIndex>,
    input_names: Vec<Arc<str>>,
    node_names: Vec<Arc<str>>,
    unread: Vec<Arc<str>>,
}

/// Names that references use for other things than nodes.
const RESERVED: &[&str] = &["inputs", "flow"];
/// Names that they use so inside of `for_each` and `loop`, which promptflow does not have.
const RESERVED_IN_TURNS: &[&str] = &["item", "loop"];

impl Scope {
    pub(super) fn new(doc: &FlowDoc, report: &mut Report) -> Self {
        let number = |position: usize| u16::try_from(position).unwrap_or(u16::MAX);
        let mut nodes = HashMap::new();
        for (position, node) in doc.nodes.iter().enumerate() {
            check_name(&node.name, report);
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
            unread: doc.unread.clone(),
        }
    }

    /// The node whose name has this word as a part, with other signs around it, as `-` in `write-reply`.
    pub(super) fn node_with_part(&self, word: &str) -> Option<&str> {
        let is_sign = |sign: char| !sign.is_alphanumeric() && sign != '_';
        self.node_names().find(|name| name.contains(is_sign) && name.split(is_sign).any(|part| part == word))
    }

    pub(super) fn input(&self, name: &str) -> Option<InputIndex> {
        self.inputs.get(name).copied()
    }

    pub(super) fn node(&self, name: &str) -> Option<NodeIndex> {
        self.nodes.get(name).copied()
    }

    /// Whether a node of this name is there and could not be read, so that nothing more is to be said of it.
    pub(super) fn is_unread(&self, name: &str) -> bool {
        self.unread.iter().any(|unread| **unread == *name)
    }

    pub(super) fn input_names(&self) -> impl Iterator<Item = &str> {
        self.input_names.iter().map(|name| &**name)
    }

    pub(super) fn node_names(&self) -> impl Iterator<Item = &str> {
        self.node_names.iter().map(|name| &**name)
    }
}

/// Names that no reference can reach.
fn check_name(name: &Spanned<Arc<str>>, report: &mut Report) {
    let word = &*name.value;
    let in_turns = report.is_strict() && RESERVED_IN_TURNS.contains(&word);
    let help = if RESERVED.contains(&word) || in_turns {
        "give the node another name".to_owned()
    } else if word.contains('.') {
        format!("a reference ends the name at the first dot; call the node `{}`", word.replace('.', "_"))
    } else {
        return;
    };
    let message = format!("no reference can reach a node called `{word}`");
    report.odd(Diagnostic::warning(Code::ReservedName, name.span, message).help(help));
}
