//! YAML 1.2 as a tree in which every key and every value knows its place.

mod lines;
mod read;
mod resolve;
mod syntax;
mod tree;

pub use read::read;
pub use tree::{Entry, Key, Mapping, Node, NodeValue, Scalar};
