//! The command `flow`.

#[expect(dead_code, reason = "the graph command that draws is still to come")]
mod graph;

fn main() {}
