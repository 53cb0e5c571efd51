//! Pictures of a flow.
//!
//! A picture is drawn in two steps. The command that knows flows says *what* is in the picture: a [`GraphPicture`] is a
//! list of nodes and a list of edges, nothing of it refers back to a document or a plan. The drawings here say *how* it
//! looks. Three of them (Mermaid, Graphviz, the terminal listing) are a walk over those lists; the SVG needs
//! coordinates, which come in this order:
//!
//! ```text
//! picture ─ layers ─▶ rows ─ strip ─▶ x in the row ─ layout ─▶ boxes ─ route ─▶ curves ─ svg ─▶ text
//! ```
//!
//! The same picture always gives the same bytes, so a drawing can be kept in a repository and compared in review.

mod card;
mod dot;
mod flow;
mod layers;
mod layout;
mod measure;
mod mermaid;
mod order;
mod picture;
mod ports;
mod route;
mod settle;
mod strip;
mod style;
mod svg;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use flow::picture;
pub(crate) use measure::{clipped, one_line, terminal_columns};
pub(crate) use picture::{EdgeKind, GraphPicture, Mark, NodeKind, PictureEdge, PictureNode};

/// How a flow's graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum GraphFormat {
    /// A picture for web pages and readmes, in light and dark.
    Svg,
    /// A Mermaid flowchart, which GitHub and many wikis draw in place.
    Mermaid,
    /// A Graphviz digraph.
    Dot,
    /// A listing for the terminal.
    Text,
}

/// Draws the picture; the text ends with a newline. Edges that name no node are left out.
pub(crate) fn draw(picture: &GraphPicture, format: GraphFormat) -> String {
    match format {
        GraphFormat::Svg => svg::draw(picture),
        GraphFormat::Mermaid => mermaid::draw(picture),
        GraphFormat::Dot => dot::draw(picture),
        GraphFormat::Text => text::draw(picture),
    }
}
