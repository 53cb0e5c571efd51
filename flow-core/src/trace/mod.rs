//! What a run did, as a tree of spans: the flow, below it its nodes, below these the calls of model providers. Nodes of a
//! sub-flow stand below the node that called it. A trace is put together from a run's events alone, so that whoever sees
//! the events can have it: the command line shows it, and an exporter sends it to a collector.

mod builder;
mod span;
#[cfg(test)]
mod tests;

pub use builder::TraceBuilder;
pub use span::{NodeSpan, Span, SpanDetail, SpanStatus, Trace, Work};
