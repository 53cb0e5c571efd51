//! The command `flow`.

#[cfg_attr(not(test), expect(dead_code, unused_imports, reason = "the command that draws is still to come"))]
mod graph;

fn main() {}
