//! Why a node failed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::RowError;
use crate::llm::LlmError;
use crate::model::ModelError;
use crate::plan::PathError;
use crate::script::ScriptError;
use crate::template::{ExpressionError, TemplateError};
use crate::tool::ToolError;

/// A node that failed.
#[derive(Debug, Clone)]
pub struct NodeError {
    /// The node; inside of a sub-flow behind the calling node's name: `review/grade`.
    pub node: Arc<str>,
    /// Why.
    pub failure: NodeFailure,
}

/// Where a sub-flow failed, the message is that of the node inside of it, whose name begins with the caller's.
impl fmt::Display for NodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = |failure: &NodeFailure| match failure {
            NodeFailure::Flow(error) => error.node().cloned(),
            _ => None,
        };
        match &self.failure {
            NodeFailure::Item { index, failure } => match inner(failure) {
                Some(inside) => write!(formatter, "{inside} (in item {index} of `{}`)", self.node),
                None => write!(formatter, "node `{}`: item {index}: {failure}", self.node),
            },
            failure => match inner(failure) {
                Some(inside) => inside.fmt(formatter),
                None => write!(formatter, "node `{}`: {failure}", self.node),
            },
        }
    }
}

impl std::error::Error for NodeError {}

impl NodeError {
    /// A short name of the kind of failure, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.failure.code()
    }

    /// The node that failed first: where a sub-flow failed, the node inside of it.
    #[must_use]
    pub fn innermost(&self) -> &NodeError {
        match self.failure.innermost() {
            NodeFailure::Flow(error) => match &**error {
                RowError::Node(inner) => inner.innermost(),
                _ => self,
            },
            _ => self,
        }
    }
}

/// Why a node failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NodeFailure {
    /// Its template could not be rendered.
    #[error(transparent)]
    Template(TemplateError),
    /// Its model call failed, or could not be made.
    #[error(transparent)]
    Llm(LlmError),
    /// Its tool failed.
    #[error(transparent)]
    Tool(ToolError),
    /// Its code failed.
    #[error(transparent)]
    Script(ScriptError),
    /// An argument refers to a property that is not there.
    #[error("`{reference}` cannot be read: {}", Missing(source))]
    Reference {
        /// What was written.
        reference: String,
        /// What is not there.
        source: PathError,
    },
    /// The list of `for_each` is no list.
    #[error(
        "`for_each` needs a list, but `{reference}` is {found}; refer to a list, or declare the input with `type: list`"
    )]
    NotAList {
        /// What was written.
        reference: String,
        /// The kind of value that was found.
        found: &'static str,
    },
    /// `if` or `until` could not be evaluated.
    #[error("`{key}` cannot be decided: {source}")]
    Condition {
        /// Which of the two.
        key: &'static str,
        /// What is wrong.
        source: ExpressionError,
    },
    /// A try took too long.
    #[error("no result within its timeout of {}; raise `timeout`, or look at what it waits for", Seconds(*.limit))]
    Timeout {
        /// The longest time of one try.
        limit: Duration,
    },
    /// An item of `for_each` failed.
    #[error("item {index}: {failure}")]
    Item {
        /// The item's position, from 0.
        index: usize,
        /// Why.
        #[source]
        failure: Box<NodeFailure>,
    },
    /// The flow that it calls failed.
    #[error(transparent)]
    Flow(Box<RowError>),
    /// Flows call flows without end.
    #[error("flows call each other more than {limit} deep; does a flow call itself?")]
    TooDeep {
        /// The deepest that is allowed.
        limit: usize,
    },
    /// The code behind the node broke down.
    #[error("its code broke down: {message}; this is a defect of the tool or of flow, please report it")]
    Panic {
        /// What it said.
        message: String,
    },
}

impl NodeFailure {
    /// A short name of the kind of failure, for machines. For an item or a sub-flow it is that of the failure inside.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            NodeFailure::Template(_) => "template-failed",
            NodeFailure::Llm(error) => match error {
                LlmError::Template(_) => "template-failed",
                LlmError::Chat(_) => "prompt-invalid",
                LlmError::Parameter { .. } => "parameter-invalid",
                LlmError::NoDeployment => "deployment-missing",
                LlmError::FunctionMessage | LlmError::RoleOfOpenModel { .. } => "prompt-invalid",
                LlmError::NoChoices | LlmError::NoVectors => "model-answer-invalid",
                LlmError::Output { .. }
                | LlmError::OutputCut { .. }
                | LlmError::NotJson { .. }
                | LlmError::NoSuchKey { .. } => "output-invalid",
                LlmError::Refused { .. } => "output-refused",
                LlmError::Model(error) | LlmError::AllFailed { last: error, .. } => error.kind.code(),
            },
            NodeFailure::Tool(ToolError::Input { .. }) => "tool-input-invalid",
            NodeFailure::Tool(ToolError::Failed { .. }) => "tool-failed",
            NodeFailure::Tool(ToolError::OutsideProject { .. }) => "path-outside-project",
            NodeFailure::Script(ScriptError::Raised { .. }) => "python-failed",
            NodeFailure::Script(ScriptError::Limit { .. }) => "python-limit",
            NodeFailure::Script(ScriptError::Broken { .. }) => "python-broken",
            NodeFailure::Reference { .. } => "reference-invalid",
            NodeFailure::NotAList { .. } => "list-expected",
            NodeFailure::Condition { .. } => "condition-failed",
            NodeFailure::Timeout { .. } => "timeout",
            NodeFailure::Item { failure, .. } => failure.code(),
            NodeFailure::Flow(error) => error.code(),
            NodeFailure::TooDeep { .. } => "flow-too-deep",
            NodeFailure::Panic { .. } => "panic",
        }
    }

    /// What to do, where there is something to say beyond the message.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self.innermost() {
            NodeFailure::Template(error) | NodeFailure::Llm(LlmError::Template(error)) => error.help.clone(),
            NodeFailure::Llm(LlmError::Chat(error)) => Some(error.help().to_owned()),
            NodeFailure::Condition { source, .. } => source.help.clone(),
            NodeFailure::Script(error) => error.help(),
            _ => None,
        }
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self.innermost() {
            NodeFailure::Llm(error) => error.model_error().is_some_and(ModelError::is_passing),
            NodeFailure::Tool(ToolError::Failed { passing, .. }) => *passing,
            NodeFailure::Timeout { .. } => true,
            NodeFailure::Flow(error) => match &**error {
                RowError::Node(inner) => inner.failure.is_passing(),
                _ => false,
            },
            _ => false,
        }
    }

    /// How long the provider asks to wait before the next try.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self.innermost() {
            NodeFailure::Llm(error) => error.model_error()?.retry_after,
            NodeFailure::Flow(error) => match &**error {
                RowError::Node(inner) => inner.failure.retry_after(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The failure inside of items.
    #[must_use]
    pub fn innermost(&self) -> &NodeFailure {
        match self {
            NodeFailure::Item { failure, .. } => failure.innermost(),
            other => other,
        }
    }
}

/// A [`PathError`] with the names that are there.
pub(super) struct Missing<'a>(pub(super) &'a PathError);

impl fmt::Display for Missing<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        if self.0.kind == "null" {
            return write!(formatter, "what should have `{}` is null; was its node bypassed?", self.0.step);
        }
        write!(formatter, "{}", self.0)?;
        for (position, name) in self.0.names.iter().take(SHOWN).enumerate() {
            write!(formatter, "{} `{name}`", if position == 0 { "; it has" } else { "," })?;
        }
        if self.0.names.len() > SHOWN { write!(formatter, " and {} more", self.0.names.len() - SHOWN) } else { Ok(()) }
    }
}

/// A duration as people read it.
pub(super) struct Seconds(pub(super) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} s", self.0.as_secs_f64())
    }
}
