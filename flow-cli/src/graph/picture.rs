//! What is in a picture: nodes, edges and a title.

use serde::Serialize;

use super::measure::one_line;

/// A flow as it is to be drawn; `flow graph --json` prints it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct GraphPicture {
    /// The flow's name, shown above the drawing. May be empty.
    pub(crate) title: String,
    /// In the order of the flow's file; drawings keep this order where the edges leave a choice.
    pub(crate) nodes: Vec<PictureNode>,
    /// From the node that gives to the node that takes.
    pub(crate) edges: Vec<PictureEdge>,
}

/// One card of the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PictureNode {
    /// The node's name in the flow.
    pub(crate) name: String,
    /// What the node is.
    pub(crate) kind: NodeKind,
    /// A second line: the model, the tool's name, an input's type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    /// What is special about how the node runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) marks: Vec<Mark>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NodeKind {
    /// An input of the flow.
    Input,
    /// An output of the flow.
    Output,
    /// A call of a model.
    Llm,
    /// A rendered template.
    Prompt,
    /// A built-in tool.
    Tool,
    /// A Python function.
    Python,
    /// Another flow.
    Flow,
}

/// What is special about how a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mark {
    /// Runs only when a condition holds.
    Conditional,
    /// Runs once for each item of a list.
    ForEach,
    /// Runs until a condition holds.
    Loop,
    /// Runs once over all rows.
    Aggregation,
    /// Exists in so many variants.
    Variants(usize),
}

/// One arrow of the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PictureEdge {
    /// Index of the giving node.
    pub(crate) from: usize,
    /// Index of the taking node.
    pub(crate) to: usize,
    /// Words on the arrow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// What the arrow means.
    pub(crate) kind: EdgeKind,
}

/// What an arrow means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EdgeKind {
    /// A value goes from one node to the other.
    Data,
    /// The one node decides whether the other runs.
    Condition,
}

impl GraphPicture {
    /// The edges whose two ends exist, with their index.
    pub(super) fn sound_edges(&self) -> impl Iterator<Item = (usize, &PictureEdge)> {
        let count = self.nodes.len();
        self.edges.iter().enumerate().filter(move |(_, edge)| edge.from < count && edge.to < count)
    }
}

impl PictureNode {
    /// The name on one line, and never empty.
    pub(super) fn shown_name(&self) -> String {
        match one_line(&self.name) {
            name if name.is_empty() => "(no name)".to_owned(),
            name => name,
        }
    }

    /// The detail on one line, if there is any.
    pub(super) fn shown_detail(&self) -> Option<String> {
        self.detail.as_deref().map(one_line).filter(|detail| !detail.is_empty())
    }

    /// The words of all marks, with commas between; nothing without marks.
    pub(super) fn shown_marks(&self) -> Option<String> {
        let words: Vec<String> = self.marks.iter().map(|mark| mark.words()).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

impl PictureEdge {
    /// The label on one line, if there is any.
    pub(super) fn shown_label(&self) -> Option<String> {
        self.label.as_deref().map(one_line).filter(|label| !label.is_empty())
    }
}

impl NodeKind {
    /// Every kind, in the order in which a legend lists them.
    pub(super) const ALL: [Self; 7] =
        [Self::Input, Self::Output, Self::Llm, Self::Prompt, Self::Tool, Self::Python, Self::Flow];

    /// The word for this kind, also its class in drawings that have classes.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::Llm => "llm",
            Self::Prompt => "prompt",
            Self::Tool => "tool",
            Self::Python => "python",
            Self::Flow => "flow",
        }
    }
}

impl Mark {
    /// The words on the mark's pill.
    pub(super) fn words(self) -> String {
        match self {
            Self::Conditional => "conditional".to_owned(),
            Self::ForEach => "for each".to_owned(),
            Self::Loop => "loop".to_owned(),
            Self::Aggregation => "all rows".to_owned(),
            Self::Variants(1) => "1 variant".to_owned(),
            Self::Variants(count) => format!("{count} variants"),
        }
    }
}
