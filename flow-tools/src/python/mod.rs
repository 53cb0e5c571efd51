//! Python nodes without Python: the code of a node in an embedded, sandboxed interpreter.

mod program;

pub use program::{LineMap, Place, Program};
