use std::sync::Arc;
use std::time::Duration;

use super::{Binding, NodeIndex, Plan};
use crate::llm::LlmOp;
use crate::script::ScriptOp;
use crate::template::{Expression, Template};
use crate::tool::Tool;
use crate::value::Value;

/// A node, ready to run.
#[derive(Debug)]
pub struct PlanNode {
    /// Its name.
    pub name: Arc<str>,
    /// What it does.
    pub op: Op,
    /// Its arguments by name. Inside of `for_each` and `loop` they are resolved anew for each turn.
    pub arguments: Box<[(Arc<str>, Binding)]>,
    /// Names of arguments whose parameter has a default of its own: left out, not null, when the node they come
    /// from was bypassed.
    pub defaulted: Box<[Arc<str>]>,
    /// All nodes that it waits for (arguments, condition, list), each once, ascending.
    pub dependencies: Box<[NodeIndex]>,
    /// The nodes that arguments refer to, each once: if there are any and all were bypassed, so is this node.
    pub sources: Box<[NodeIndex]>,
    /// The nodes that wait for it, ascending.
    pub successors: Box<[NodeIndex]>,
    /// When it runs; `None`: whenever not all its sources were bypassed.
    pub activation: Option<Activation>,
    /// Runs once per item of a list.
    pub for_each: Option<ForEach>,
    /// Runs until a condition is met.
    pub repeat: Option<Loop>,
    /// Tries again when it fails.
    pub retry: Option<Retry>,
    /// Longest time of one try.
    pub timeout: Option<Duration>,
    /// What a failure means for the row.
    pub on_error: OnError,
    /// Runs once after all rows, over lists of their values.
    pub aggregation: bool,
    /// Whether the node cache may keep and answer its calls.
    pub cache: bool,
}

/// What a node does: a closed list, since the compiler must know each.
#[derive(Debug)]
pub enum Op {
    /// Renders a template to text.
    Prompt(Arc<Template>),
    /// Renders a chat prompt and calls a model.
    Llm(Box<LlmOp>),
    /// Calls a built-in tool.
    Tool(Arc<dyn Tool>),
    /// Calls a function of code.
    Script(Box<ScriptOp>),
    /// Runs another flow; the arguments are its inputs, the result is the mapping of its outputs.
    Flow(Arc<Plan>),
}

/// When a node runs.
#[derive(Debug)]
pub enum Activation {
    /// promptflow's `activate`: the value equals, as Python compares.
    Equals {
        /// The value that is looked at. The node is bypassed if it comes from a bypassed one.
        when: Binding,
        /// What it must equal.
        is: Value,
    },
    /// `if`: the expression is true. On a node with `for_each`, one that looks at `item` or `loop` is asked for each
    /// item, and leaves out those for which it is false.
    Expression(Arc<Expression>),
}

/// One run of the node per item; the result is the list of results, in the list's order.
#[derive(Debug)]
pub struct ForEach {
    /// The list.
    pub list: Binding,
    /// How many items run at the same time, 1 or more.
    pub concurrency: usize,
    /// What a failed item means.
    pub errors: ItemErrors,
}

/// What a failed item of `for_each` means.
#[derive(Debug, Clone)]
pub enum ItemErrors {
    /// The node fails.
    Fail,
    /// The item is left out of the result.
    Skip,
    /// The item's result is this value.
    Default(Value),
}

/// Runs of the node one after the other until a condition holds.
#[derive(Debug)]
pub struct Loop {
    /// Ends the loop when true after a turn; sees the node's own output under its name.
    pub until: Arc<Expression>,
    /// The most turns, 1 or more; the last turn's output stands even if the condition was not met.
    pub max: usize,
}

/// Tries of a node.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// Tries in all, 1 or more.
    pub attempts: u32,
    /// Pause before the second try; doubles each time.
    pub delay: Duration,
    /// The longest pause.
    pub max_delay: Duration,
}

/// What the failure of a node means for the row.
#[derive(Debug, Clone, Default)]
pub enum OnError {
    /// The row fails.
    #[default]
    Fail,
    /// The node counts as bypassed.
    Skip,
    /// The node's output is this value.
    Default(Value),
}
