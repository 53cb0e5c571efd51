//! YAML 1.2 as a tree in which every key and every value knows its place.

mod tree;

pub use tree::{Entry, Key, Mapping, Node, NodeValue, Scalar};
