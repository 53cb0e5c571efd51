use std::collections::BTreeSet;
use std::sync::Arc;

use super::arguments::{self, Argument};
use super::condition::{self, Conditions};
use super::graph::{self, Order};
use super::look::Look;
use super::scope::Scope;
use super::{Workbench, llm, prompt, prompty, script, sub_flow, tool};
use crate::doc::{FlowDoc, NodeDoc, NodeKind, OnErrorDoc, Report};
use crate::plan::{Binding, NodeIndex, OnError, Op, PlanNode};
use crate::source::{SourceMap, Span};
use crate::ty::Ty;

/// A node on its way into the plan. Node numbers are positions in the document.
#[derive(Debug)]
pub(super) struct Draft {
    /// The node without its neighbours; `None` if something is wrong with it.
    pub node: Option<PlanNode>,
    /// Its arguments with their places.
    pub arguments: Vec<Argument>,
    /// What each argument may be, by position; `None` where anything goes.
    pub accepts: Vec<Option<Accepts>>,
    /// The nodes that it waits for.
    pub needs: Vec<Need>,
    /// Positions of the flow inputs that it looks at.
    pub inputs: Vec<usize>,
    /// What its conditions and its list look at.
    pub looks: Vec<Look>,
    /// The type of its output.
    pub output: Ty,
    /// The names in its output, where it is a mapping whose names are known.
    pub properties: Option<Vec<Arc<str>>>,
}

impl Draft {
    /// Whether its output may have other properties than those that are known.
    pub(super) fn is_open(&self) -> bool {
        match self.node.as_ref().map(|node| &node.op) {
            Some(Op::Llm(op)) => op.schema.as_ref().is_some_and(|wanted| !wanted.schema.is_closed()),
            _ => false,
        }
    }
}

/// A node that another waits for, and where that is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    pub node: NodeIndex,
    pub span: Span,
    /// Whether a condition looks at it, rather than an argument.
    pub condition: bool,
}

/// What an argument may be: the types that fit, and how it is called in messages.
#[derive(Debug, Clone)]
pub(super) struct Accepts {
    /// The types that fit, the wanted one first; the others can be brought to it.
    pub types: Vec<Ty>,
    /// What it is for: "input `text` of tool `text.split`".
    pub what: String,
}

/// What a node's kind makes of it.
#[derive(Debug)]
pub(super) struct Body {
    pub op: Option<Op>,
    pub output: Ty,
    pub properties: Option<Vec<Arc<str>>>,
    pub defaulted: Vec<Arc<str>>,
    pub accepts: Vec<Option<Accepts>>,
}

/// Lowers one node.
pub(super) fn draft(
    flow: &FlowDoc,
    doc: &NodeDoc,
    scope: &Scope,
    bench: &Workbench<'_>,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Draft {
    let mut arguments = arguments::bind(doc, scope, report);
    let conditions = condition::lower(flow, doc, scope, report);
    let body = match doc.kind {
        NodeKind::Prompt => prompt::lower(doc, &arguments, bench, scope, sources, report),
        NodeKind::Llm => llm::lower(doc, &arguments, bench, scope, sources, report),
        NodeKind::Tool => tool::lower(doc, &arguments, bench, report),
        NodeKind::Python => script::lower(doc, &mut arguments, bench, sources, report),
        NodeKind::Prompty => prompty::lower(doc, &mut arguments, bench, sources, report),
        NodeKind::Flow => sub_flow::lower(doc, &arguments, bench, sources, report),
    };
    finish(doc, arguments, conditions, body)
}

fn finish(doc: &NodeDoc, arguments: Vec<Argument>, conditions: Conditions, body: Body) -> Draft {
    let Conditions { activation, for_each, repeat, mut needs, mut inputs, looks } = conditions;
    for argument in &arguments {
        match &argument.binding {
            Binding::Node { node, .. } => needs.push(Need { node: *node, span: argument.span, condition: false }),
            Binding::Input(input) => inputs.push(input.index()),
            _ => {}
        }
    }
    let nodes =
        |list: &mut dyn Iterator<Item = NodeIndex>| list.collect::<BTreeSet<_>>().into_iter().collect::<Box<[_]>>();
    let output = if for_each.is_some() { Ty::List } else { body.output };
    let properties = body.properties.filter(|_| for_each.is_none());
    let node = body.op.map(|op| PlanNode {
        name: Arc::clone(&doc.name.value),
        op,
        arguments: arguments.iter().map(|argument| (Arc::clone(&argument.name), argument.binding.clone())).collect(),
        defaulted: body.defaulted.into(),
        dependencies: nodes(&mut needs.iter().map(|need| need.node)),
        sources: nodes(&mut needs.iter().filter(|need| !need.condition).map(|need| need.node)),
        successors: Box::default(),
        activation,
        for_each,
        repeat,
        retry: doc.retry,
        timeout: doc.timeout,
        on_error: match &doc.on_error {
            OnErrorDoc::Fail => OnError::Fail,
            OnErrorDoc::Skip => OnError::Skip,
            OnErrorDoc::Default(value) => OnError::Default(value.clone()),
        },
        aggregation: doc.aggregation,
        cache: doc.cache,
    });
    Draft { node, arguments, accepts: body.accepts, needs, inputs, looks, output, properties }
}

/// The nodes in the plan's order, each with its neighbours. `None` if one of them is not whole.
pub(super) fn assemble(drafts: &mut [Draft], order: &Order) -> Option<Box<[PlanNode]>> {
    let mut nodes = Vec::with_capacity(drafts.len());
    for position in &order.nodes {
        let mut node = drafts[*position].node.take()?;
        graph::renumber(&mut node, order);
        nodes.push(node);
    }
    let mut successors: Vec<Vec<NodeIndex>> = vec![Vec::new(); nodes.len()];
    for (position, node) in nodes.iter().enumerate() {
        for dependency in &node.dependencies {
            successors[dependency.index()].push(NodeIndex(u16::try_from(position).unwrap_or(u16::MAX)));
        }
    }
    for (node, successors) in nodes.iter_mut().zip(successors) {
        node.successors = successors.into();
    }
    Some(nodes.into())
}
