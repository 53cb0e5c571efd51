//! The picture as a listing for the terminal.
//!
//! The rows of the drawing become steps: what stands in one step can run side by side, and each node says what it takes
//! from where. Unlike a drawing with lines this stays readable at any number of edges and in any width.

use super::{
    layers::Layers,
    measure::{clipped, one_line, terminal_columns},
    picture::{EdgeKind, GraphPicture, NodeKind, PictureNode},
};

/// Columns up to which names are padded; a longer name moves only its own line.
const NAME_COLUMNS: usize = 32;
/// Columns at which names, details and labels end.
const LONGEST: usize = 56;

/// Draws the picture.
pub(super) fn draw(picture: &GraphPicture) -> String {
    let layers = Layers::of(picture);
    let title = one_line(&picture.title);
    let mut lines = Vec::new();
    if !title.is_empty() {
        lines.extend([title, String::new()]);
    }
    if picture.nodes.is_empty() {
        lines.push("(no nodes)".to_owned());
    }
    let several = layers.parts.len() > 1;
    let widest = picture.nodes.iter().map(|node| terminal_columns(&node.shown_name()));
    let column = widest.filter(|&columns| columns <= NAME_COLUMNS).max().unwrap_or(0);
    for (index, part) in layers.parts.iter().enumerate() {
        if several && index > 0 {
            lines.push(String::new());
        }
        lines.extend(part_lines(picture, &layers, part, column));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn part_lines(picture: &GraphPicture, layers: &Layers, part: &[usize], column: usize) -> Vec<String> {
    let rows = part.iter().map(|&node| layers.row[node] + 1).max().unwrap_or(0);
    let mut lines = Vec::new();
    for row in 0..rows {
        let members: Vec<usize> = part.iter().copied().filter(|&node| layers.row[node] == row).collect();
        if members.is_empty() {
            continue;
        }
        let is_last_row = row + 1 == rows;
        for (position, &node) in members.iter().enumerate() {
            let takes = takes(picture, node);
            let is_last = position + 1 == members.len();
            let corner = match (members.len(), position, is_last) {
                (1, ..) => '─',
                (_, 0, _) => '┌',
                (_, _, true) => '└',
                _ => '├',
            };
            lines.push(format!("{corner}─ {}", headline(&picture.nodes[node], column)));
            let spine = if members.len() > 1 && !is_last { '│' } else { ' ' };
            for (taken, (index, arrow)) in takes.iter().enumerate() {
                let branch = if taken + 1 == takes.len() { '╰' } else { '├' };
                let edge = &picture.edges[*index];
                let from = short(&picture.nodes[edge.from].shown_name());
                let label = edge.shown_label().map(|label| format!("   {}", short(&label))).unwrap_or_default();
                lines.push(format!("{spine}    {branch}{arrow} {from}{label}"));
            }
        }
        if !is_last_row {
            lines.push("▼".to_owned());
        }
    }
    lines
}

/// The edges that come to a node, with the sign of their kind.
fn takes(picture: &GraphPicture, node: usize) -> Vec<(usize, &'static str)> {
    let incoming = picture.sound_edges().filter(|(_, edge)| edge.to == node);
    incoming
        .map(|(index, edge)| match edge.kind {
            EdgeKind::Data => (index, "─"),
            EdgeKind::Condition => (index, "╌ if"),
        })
        .collect()
}

fn headline(node: &PictureNode, column: usize) -> String {
    let name = short(&node.shown_name());
    let padding = " ".repeat(column.saturating_sub(terminal_columns(&name)));
    let mut line = format!("{} {name}{padding}  {}", sign(node.kind), node.kind.word());
    if let Some(detail) = node.shown_detail() {
        line = format!("{line} · {}", short(&detail));
    }
    if let Some(marks) = node.shown_marks() {
        line = format!("{line}  [{marks}]");
    }
    line
}

fn short(text: &str) -> String {
    clipped(text, LONGEST)
}

fn sign(kind: NodeKind) -> char {
    match kind {
        NodeKind::Input => '○',
        NodeKind::Output => '●',
        NodeKind::Llm => '◆',
        NodeKind::Prompt => '≡',
        NodeKind::Tool => '◇',
        NodeKind::Python => '■',
        NodeKind::Flow => '▣',
    }
}
