//! From the typed document to the [`Plan`]: names become numbers, templates and expressions are compiled, types are
//! checked along edges, and the graph is put in order. Each step reports all that it finds.

mod arguments;
mod chat;
mod condition;
mod edges;
mod graph;
mod inputs;
mod llm;
mod look;
mod node;
mod outputs;
mod prompt;
mod reference;
mod scope;
mod sub_flow;
mod tool;
mod unused;
mod workbench;

use std::sync::Arc;

pub use workbench::{SubFlows, Workbench};

use crate::diag::{Code, Diagnostic};
use crate::doc::{FlowDoc, Report};
use crate::plan::{Plan, Shape};
use crate::source::SourceMap;
use scope::Scope;

/// Compiles a document. With errors in the report the plan is `None`.
pub fn compile(
    doc: &FlowDoc,
    name: Arc<str>,
    bench: &Workbench<'_>,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Option<Arc<Plan>> {
    let scope = Scope::new(doc, report);
    let inputs = inputs::lower(doc, &bench.files, report);
    if doc.nodes.is_empty() && !report.diagnostics.has_errors() {
        let diagnostic = Diagnostic::warning(Code::EmptyFlow, doc.span, "the flow has no nodes, so it does nothing")
            .help("add some below `nodes:`");
        report.push(diagnostic);
    }
    let mut drafts: Vec<node::Draft> =
        doc.nodes.iter().map(|node| node::draft(doc, node, &scope, bench, sources, report)).collect();
    let outputs = outputs::lower(doc, &scope, report);
    llm::let_stream(&mut drafts, &outputs);
    graph::check_aggregation(doc, &drafts, report);
    let order = graph::order(doc, &drafts, report);
    let chat = chat::lower(doc, report);
    edges::check(doc, &drafts, &outputs, report);
    unused::check(doc, &drafts, &outputs, report);
    if report.diagnostics.has_errors() {
        return None;
    }
    let order = order?;
    let nodes = node::assemble(&mut drafts, &order)?;
    let outputs = outputs::assemble(outputs, &order);
    let shape = if graph::is_chain(&nodes) { Shape::Chain } else { Shape::Dag };
    Some(Arc::new(Plan { name, inputs, nodes, outputs, shape, chat, files: Arc::clone(&bench.files) }))
}
