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
mod prompty;
mod reference;
mod scope;
mod script;
mod script_connection;
mod sub_flow;
mod text;
mod tool;
mod tool_connection;
mod unused;
mod workbench;

use std::sync::Arc;

pub use workbench::{SubFlows, Workbench};

use crate::diag::{Code, Diagnostic};
use crate::doc::{FlowDoc, Report};
use crate::plan::{FlexPlan, NodeIndex, Op, Plan, PlanNode, PromptyPlan, Shape};
use crate::secret::Secrets;
use crate::source::SourceMap;
use crate::value::Map;
use scope::Scope;

/// What a flow has that is one node, beside other flows.
#[derive(Debug)]
pub enum Alone {
    /// It is a prompty.
    Prompty(PromptyPlan),
    /// It is code.
    Flex {
        /// The inputs where none are given.
        sample: Option<Arc<Map>>,
        /// The node whose output is that of the flow.
        node: Arc<str>,
        /// Whether rows may have other outputs than those that are known.
        is_open: bool,
    },
}

/// Compiles a document. With errors in the report the plan is `None`.
pub fn compile(
    doc: &FlowDoc,
    name: Arc<str>,
    alone: Option<Alone>,
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
    let chat = match &alone {
        None => chat::lower(doc, report),
        Some(Alone::Prompty(_)) => chat::of_prompty(doc),
        Some(Alone::Flex { .. }) => chat::of_flex(doc),
    };
    edges::check(doc, &drafts, &outputs, report);
    unused::check(doc, &drafts, &outputs, report);
    if report.diagnostics.has_errors() {
        return None;
    }
    let order = order?;
    let nodes = node::assemble(&mut drafts, &order)?;
    let outputs = outputs::assemble(outputs, &order);
    let (prompty, flex) = match alone {
        None => (None, None),
        Some(Alone::Prompty(prompty)) => (Some(prompty), None),
        Some(Alone::Flex { sample, node, is_open }) => {
            let node = nodes.iter().position(|known| known.name == node)?;
            let node = NodeIndex(u16::try_from(node).ok()?);
            (None, Some(FlexPlan { sample, node, is_open }))
        }
    };
    let shape = if graph::is_chain(&nodes) { Shape::Chain } else { Shape::Dag };
    let (environment, files) = (Arc::clone(&bench.environment), Arc::clone(&bench.files));
    let secrets = Arc::new(secrets(&nodes, &bench.secrets));
    Some(Arc::new(Plan { name, inputs, nodes, outputs, shape, chat, prompty, flex, files, environment, secrets }))
}

/// What the code and the tools of these nodes are given to know and must not leave the engine.
fn secrets(nodes: &[PlanNode], of_environment: &Secrets) -> Secrets {
    let mut all = of_environment.joined(&Secrets::default());
    for node in nodes {
        match &node.op {
            Op::Script(op) => {
                let of_connections = op.connections.values().flat_map(|connection| connection.secrets.values());
                all = all.joined(&Secrets::new(of_connections.cloned()));
            }
            Op::Tool(tool) => all = all.joined(&Secrets::new(tool.secrets())),
            Op::Flow(plan) => all = all.joined(&plan.secrets),
            Op::Llm(op) => {
                if let Some(prompty) = &op.prompty {
                    all = all.joined(&prompty.secrets);
                }
            }
            _ => {}
        }
    }
    all
}
