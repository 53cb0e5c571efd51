//! Plans put together by hand, in the notation of flow files.

use std::sync::Arc;
use std::time::Duration;

use flow_core::gate::CallPolicy;
use flow_core::image::MessageFormat;
use flow_core::plan::{
    Activation, Binding, ForEach, InputIndex, ItemErrors, Loop, NodeIndex, OnError, Op, Plan, PlanInput, PlanNode,
    PlanOutput, PropertyPath, Retry, Shape,
};
use flow_core::project::ProjectFiles;
use flow_core::template::{Engine, Expression, Strictness, Template};
use flow_core::ty::Ty;
use flow_core::value::Value;

/// A flow that is being written. Nodes come after those that they refer to.
#[derive(Default)]
pub(super) struct Draft {
    inputs: Vec<PlanInput>,
    nodes: Vec<DraftNode>,
    outputs: Vec<(&'static str, Value)>,
}

pub(super) struct DraftNode {
    name: String,
    op: Op,
    arguments: Vec<(String, Value)>,
    defaulted: Vec<Arc<str>>,
    activate: Option<(Value, Value)>,
    condition: Option<&'static str>,
    list: Option<(Value, usize, ItemErrors)>,
    repeat: Option<(&'static str, usize)>,
    retry: Option<Retry>,
    timeout: Option<Duration>,
    on_error: OnError,
    aggregation: bool,
}

pub(super) fn json(text: &str) -> Value {
    Value::from_json(text).unwrap()
}

pub(super) fn prompt(source: &str) -> Op {
    Op::Prompt(Arc::new(Template::compile(&Engine::new(Strictness::Compatible), "prompt", source).unwrap()))
}

pub(super) fn node(name: impl Into<String>, op: Op) -> DraftNode {
    DraftNode {
        name: name.into(),
        op,
        arguments: Vec::new(),
        defaulted: Vec::new(),
        activate: None,
        condition: None,
        list: None,
        repeat: None,
        retry: None,
        timeout: None,
        on_error: OnError::Fail,
        aggregation: false,
    }
}

impl DraftNode {
    pub(super) fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.arguments.push((name.into(), value.into()));
        self
    }

    /// An argument whose parameter has a default of its own.
    pub(super) fn with_defaulted(mut self, name: &str, value: &str) -> Self {
        self.defaulted.push(Arc::from(name));
        self.with(name, value)
    }

    pub(super) fn activate(mut self, when: impl Into<Value>, is: impl Into<Value>) -> Self {
        self.activate = Some((when.into(), is.into()));
        self
    }

    pub(super) fn only_if(mut self, expression: &'static str) -> Self {
        self.condition = Some(expression);
        self
    }

    pub(super) fn for_each(mut self, list: &str, concurrency: usize, errors: ItemErrors) -> Self {
        self.list = Some((Value::from(list), concurrency, errors));
        self
    }

    pub(super) fn repeat(mut self, until: &'static str, max: usize) -> Self {
        self.repeat = Some((until, max));
        self
    }

    pub(super) fn retry(mut self, attempts: u32, delay: Duration, max_delay: Duration) -> Self {
        self.retry = Some(Retry { attempts, delay, max_delay });
        self
    }

    pub(super) fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    pub(super) fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    pub(super) fn aggregation(mut self) -> Self {
        self.aggregation = true;
        self
    }
}

impl Draft {
    pub(super) fn input(mut self, name: &str, ty: Ty, default: Option<Value>) -> Self {
        self.inputs.push(PlanInput {
            name: Arc::from(name),
            ty,
            default,
            is_optional: false,
            message_format: MessageFormat::Basic,
            description: Arc::from(""),
        });
        self
    }

    pub(super) fn node(mut self, node: DraftNode) -> Self {
        self.nodes.push(node);
        self
    }

    pub(super) fn output(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.outputs.push((name, value.into()));
        self
    }

    pub(super) fn build(self) -> Arc<Plan> {
        let names: Vec<String> = self.nodes.iter().map(|node| node.name.clone()).collect();
        let inputs: Vec<String> = self.inputs.iter().map(|input| input.name.to_string()).collect();
        let read = |value: &Value| binding(value, &inputs, &names);
        let nodes: Vec<PlanNode> = self.nodes.into_iter().map(|node| node.build(&read, &names)).collect();
        let nodes = with_successors(nodes);
        let is_next =
            |(position, node): (usize, &PlanNode)| position == 0 || node.dependencies.contains(&index(position - 1));
        let of_row = nodes.iter().filter(|node| !node.aggregation);
        let shape = if of_row.enumerate().all(is_next) { Shape::Chain } else { Shape::Dag };
        let output = |(name, value): &(&'static str, Value)| PlanOutput {
            name: Arc::from(*name),
            ty: Ty::Any,
            binding: read(value),
            evaluation_only: false,
            description: Arc::from(""),
        };
        Arc::new(Plan {
            name: Arc::from("test"),
            inputs: self.inputs.into(),
            outputs: self.outputs.iter().map(output).collect(),
            nodes: nodes.into(),
            shape,
            chat: None,
            prompty: None,
            flex: None,
            files: Arc::new(ProjectFiles::new(std::path::Path::new("."))),
            environment: Arc::default(),
            secrets: Arc::default(),
        })
    }
}

impl DraftNode {
    fn build(self, read: &impl Fn(&Value) -> Binding, names: &[String]) -> PlanNode {
        let arguments: Vec<(Arc<str>, Binding)> =
            self.arguments.iter().map(|(name, value)| (Arc::from(name.as_str()), read(value))).collect();
        let mut sources: Vec<NodeIndex> = arguments.iter().filter_map(|(_, binding)| binding.node()).collect();
        sources.sort();
        sources.dedup();
        let for_each = self.list.map(|(list, concurrency, errors)| ForEach { list: read(&list), concurrency, errors });
        let compile = |text: &str| Arc::new(Expression::compile(Strictness::Strict, text).unwrap());
        let activation = match (self.activate, self.condition) {
            (Some((when, is)), _) => Some(Activation::Equals { when: read(&when), is }),
            (None, Some(text)) => Some(Activation::Expression(compile(text))),
            (None, None) => None,
        };
        let repeat = self.repeat.map(|(until, max)| Loop { until: compile(until), max });
        let mut dependencies = sources.clone();
        dependencies.extend(for_each.as_ref().and_then(|for_each| for_each.list.node()));
        match &activation {
            Some(Activation::Equals { when, .. }) => dependencies.extend(when.node()),
            Some(Activation::Expression(expression)) => {
                let named = |name: &str| names.iter().position(|known| known == name).map(index);
                dependencies.extend(expression.names().iter().filter_map(|path| named(path.root())));
            }
            None => {}
        }
        dependencies.sort();
        dependencies.dedup();
        let mut op = self.op;
        // As the compiler does it: calls of models are tried again by the gate.
        if let Op::Llm(llm) = &mut op {
            if let Some(Retry { attempts, delay, max_delay }) = self.retry {
                llm.policy = CallPolicy { attempts, delay, max_delay, ..llm.policy };
            }
            llm.policy.timeout = self.timeout.or(llm.policy.timeout);
        }
        PlanNode {
            name: Arc::from(self.name),
            op,
            arguments: arguments.into(),
            defaulted: self.defaulted.into(),
            dependencies: dependencies.into(),
            sources: sources.into(),
            successors: Box::default(),
            activation,
            for_each,
            repeat,
            retry: self.retry,
            timeout: self.timeout,
            on_error: self.on_error,
            aggregation: self.aggregation,
            cache: true,
        }
    }
}

fn index(position: usize) -> NodeIndex {
    NodeIndex(u16::try_from(position).unwrap())
}

fn with_successors(mut nodes: Vec<PlanNode>) -> Vec<PlanNode> {
    let mut successors = vec![Vec::new(); nodes.len()];
    for (position, node) in nodes.iter().enumerate() {
        for source in &node.dependencies {
            assert!(source.index() < position, "nodes come after those that they refer to");
            successors[source.index()].push(index(position));
        }
    }
    for (node, successors) in nodes.iter_mut().zip(successors) {
        node.successors = successors.into();
    }
    nodes
}

/// Reads `${…}`; all else is a literal.
fn binding(value: &Value, inputs: &[String], names: &[String]) -> Binding {
    let Some(text) = value.as_str() else { return Binding::Literal(value.clone()) };
    let Some(inside) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else {
        return Binding::Literal(value.clone());
    };
    let (first, rest) = inside.split_once('.').unwrap_or((inside, ""));
    match (first, rest) {
        ("inputs", name) => {
            let position = inputs.iter().position(|input| input == name).expect("the input is declared");
            Binding::Input(InputIndex(u16::try_from(position).unwrap()))
        }
        ("item", path) => Binding::Item(PropertyPath::parse(path)),
        ("loop", "index") => Binding::LoopIndex,
        ("loop", path) => Binding::LoopPrevious(PropertyPath::parse(path.strip_prefix("previous").unwrap())),
        (name, path) => Binding::Node {
            node: index(names.iter().position(|node| node == name).expect("the node is there")),
            path: PropertyPath::parse(path.strip_prefix("output").unwrap()),
            reference: Arc::from(text),
        },
    }
}
