//! Variants: alternatives of a node, picked before the document is read.
//!
//! promptflow's `node_variants` replace a node as a whole; our `variants:` inside of a node overlay it with what
//! differs. Both work on the tree, so that what a variant brings in keeps its place in the file.

mod apply;
mod axis;
mod overlay;
mod selection;

pub use apply::apply;
pub use axis::{Axis, AxisVariant, axes};
pub use selection::{Choice, SelectionError, parse_selection};

/// The name of a node's own form beside its `variants:`.
pub const BASE: &str = "base";
