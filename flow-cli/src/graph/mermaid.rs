//! The picture as a Mermaid flowchart.

use super::{
    measure::one_line,
    picture::{EdgeKind, GraphPicture, NodeKind, PictureNode},
};

/// Draws the picture. Nodes are called `n0`, `n1`, … because names may be words that Mermaid keeps for itself (`end`).
pub(super) fn draw(picture: &GraphPicture) -> String {
    let mut lines = Vec::new();
    let title = one_line(&picture.title);
    if !title.is_empty() {
        // The front matter is YAML, of which a JSON string is one.
        lines.extend(["---".to_owned(), format!("title: {}", serde_json::Value::from(title)), "---".to_owned()]);
    }
    lines.push("flowchart TD".to_owned());
    for (index, node) in picture.nodes.iter().enumerate() {
        let (open, close) = brackets(node.kind);
        lines.push(format!("    n{index}{open}\"{}\"{close}:::{}", words(node), class(node.kind)));
    }
    for (_, edge) in picture.sound_edges() {
        let arrow = match edge.kind {
            EdgeKind::Data => "-->",
            EdgeKind::Condition => "-.->",
        };
        let label = edge.shown_label().map(|label| format!("|\"{}\"|", escaped(&label))).unwrap_or_default();
        lines.push(format!("    n{} {arrow}{label} n{}", edge.from, edge.to));
    }
    for kind in NodeKind::ALL {
        if picture.nodes.iter().any(|node| node.kind == kind) {
            lines.push(format!("    classDef {} {}", class(kind), colours(kind)));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

fn words(node: &PictureNode) -> String {
    let mut words = format!("<b>{}</b>", escaped(&node.shown_name()));
    let capsule = matches!(node.kind, NodeKind::Input | NodeKind::Output);
    let mut detail: Vec<String> = if capsule { Vec::new() } else { vec![node.kind.word().to_owned()] };
    detail.extend(node.shown_detail().map(|detail| escaped(&detail)));
    if !detail.is_empty() {
        words = format!("{words}<br/>{}", detail.join(" · "));
    }
    if let Some(marks) = node.shown_marks() {
        words = format!("{words}<br/><i>{marks}</i>");
    }
    words
}

fn brackets(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Input | NodeKind::Output => ("([", "])"),
        NodeKind::Llm | NodeKind::Python | NodeKind::Tool => ("[", "]"),
        NodeKind::Prompt => ("[/", "/]"),
        NodeKind::Flow => ("[[", "]]"),
    }
}

/// `flow` alone would be a safe class today, but the words of the language grow.
fn class(kind: NodeKind) -> String {
    format!("{}Node", kind.word())
}

/// Dark text on a light fill: it can be read in Mermaid's light theme and in its dark one.
fn colours(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Input => "fill:#eef1f6,stroke:#5b6b82,color:#17202c",
        NodeKind::Output => "fill:#e3f6ec,stroke:#14935f,color:#17202c",
        NodeKind::Llm => "fill:#efeafd,stroke:#7650e8,color:#17202c",
        NodeKind::Prompt => "fill:#fceaf4,stroke:#cf3f8e,color:#17202c",
        NodeKind::Tool => "fill:#fdeee1,stroke:#d8701a,color:#17202c",
        NodeKind::Python => "fill:#e6f0fc,stroke:#2f74d0,color:#17202c",
        NodeKind::Flow => "fill:#e0f5f7,stroke:#0d8f9c,color:#17202c",
    }
}

/// Mermaid's own entities: `#` and a name or number and `;`.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => safe.push_str("#quot;"),
            '<' => safe.push_str("#lt;"),
            '>' => safe.push_str("#gt;"),
            '&' => safe.push_str("#amp;"),
            '#' => safe.push_str("#35;"),
            '`' => safe.push_str("#96;"),
            '\\' => safe.push_str("#92;"),
            other => safe.push(other),
        }
    }
    safe
}
