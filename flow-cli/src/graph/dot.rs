//! The picture as a Graphviz digraph.

use super::{
    measure::one_line,
    picture::{EdgeKind, GraphPicture, NodeKind, PictureNode},
};

/// Draws the picture.
pub(super) fn draw(picture: &GraphPicture) -> String {
    let title = escaped(&picture.title);
    let mut lines = vec![
        format!("digraph \"{title}\" {{"),
        format!(
            "    graph [label=\"{title}\", labelloc=t, rankdir=TB, fontname=\"Helvetica\", nodesep=0.4, ranksep=0.5];"
        ),
        "    node [fontname=\"Helvetica\", fontsize=11, shape=box, style=\"rounded,filled\", penwidth=1.2];".to_owned(),
        "    edge [fontname=\"Helvetica\", fontsize=10, color=\"#8592a3\", arrowsize=0.7];".to_owned(),
    ];
    for (index, node) in picture.nodes.iter().enumerate() {
        let (fill, line) = colours(node.kind);
        let sides = if node.kind == NodeKind::Flow { ", peripheries=2" } else { "" };
        lines.push(format!("    n{index} [label=\"{}\", fillcolor=\"{fill}\", color=\"{line}\"{sides}];", words(node)));
    }
    for (_, edge) in picture.sound_edges() {
        let mut attributes = Vec::new();
        if let Some(label) = edge.shown_label() {
            attributes.push(format!("label=\"{}\"", escaped(&label)));
        }
        if edge.kind == EdgeKind::Condition {
            attributes.extend(["style=dashed".to_owned(), "color=\"#c77d0a\"".to_owned()]);
        }
        let attributes = if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) };
        lines.push(format!("    n{} -> n{}{attributes};", edge.from, edge.to));
    }
    lines.extend(["}".to_owned(), String::new()]);
    lines.join("\n")
}

fn words(node: &PictureNode) -> String {
    let mut rows = vec![escaped(&node.shown_name())];
    let mut detail = vec![node.kind.word().to_owned()];
    detail.extend(node.shown_detail().map(|detail| escaped(&detail)));
    rows.push(detail.join(" · "));
    if let Some(marks) = node.shown_marks() {
        rows.push(format!("[{marks}]"));
    }
    rows.join("\\n")
}

fn colours(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Input => ("#eef1f6", "#5b6b82"),
        NodeKind::Output => ("#e3f6ec", "#14935f"),
        NodeKind::Llm => ("#efeafd", "#7650e8"),
        NodeKind::Prompt => ("#fceaf4", "#cf3f8e"),
        NodeKind::Tool => ("#fdeee1", "#d8701a"),
        NodeKind::Python => ("#e6f0fc", "#2f74d0"),
        NodeKind::Flow => ("#e0f5f7", "#0d8f9c"),
    }
}

/// For a quoted string; Graphviz also reads backslash sequences (`\N`) and HTML entities in labels.
fn escaped(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}
