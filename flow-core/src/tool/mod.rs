//! Tools: what a `type: tool` node calls. The set is open; each is registered by name.

mod registry;
mod typed;
mod waiting;

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

pub use registry::ToolRegistry;
pub use typed::{Typed, TypedTool};
pub use waiting::{Waiting, WaitingTool};

use crate::connection::Connection;
use crate::ty::Ty;
use crate::value::Value;

/// What a tool is: the one source of its documentation, its checks and its place in the executor.
#[derive(Debug, Clone)]
pub struct ToolSpec {
    /// The name that flow files write: `json.pick`.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// JSON Schema of the inputs: an object schema whose properties are described.
    pub inputs: serde_json::Value,
    /// The type of the result.
    pub output: Ty,
    /// How a call behaves.
    pub pace: Pace,
    /// What a call does beside giving its result.
    pub effect: Effect,
}

/// What a call of a tool does beside giving its result, so that it is known what may be done once instead of twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: the result depends on the inputs alone.
    None,
    /// It looks at something that may be otherwise another time: files, the clock. It runs each time.
    Reads,
    /// It asks a service that answers for money and remembers nothing, as a model does: its answers may be kept in the node cache.
    Asks,
    /// It may change something: a program, a web server, another's tool. It runs each time.
    Changes,
}

/// A call of a tool that its documentation shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// What stands below `inputs:` in a flow, as YAML lines that are not indented.
    pub inputs: &'static str,
    /// The result as JSON; empty where it is different each time, or too long to show.
    pub gives: &'static str,
}

/// How a call of a tool behaves, so that the executor knows where to run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Quick and without waiting: runs in place.
    Inline,
    /// Waits for the network or a timer.
    Waiting,
}

/// What a call may use beside its inputs.
#[derive(Debug, Clone)]
pub struct ToolContext {
    /// The files that the flow may refer to.
    pub files: std::sync::Arc<crate::project::ProjectFiles>,
    /// Ends the call early.
    pub cancel: CancellationToken,
}

/// A tool.
pub trait Tool: fmt::Debug + Send + Sync {
    /// What it is.
    fn spec(&self) -> &ToolSpec;

    /// A call that shows how it is used.
    fn example(&self) -> Option<Example> {
        None
    }

    /// Whether the same inputs always give the same result.
    fn is_repeatable(&self) -> bool {
        self.spec().effect == Effect::None
    }

    /// Where one asks whose effect is [`Effect::Asks`], without secrets; `None` where its answers must not be kept.
    fn identity(&self) -> Option<String> {
        None
    }

    /// Whether it asks nobody and changes nothing, so that it may run before a run begins, to see what the run will ask.
    fn is_local(&self) -> bool {
        self.spec().pace == Pace::Inline
    }

    /// The flag that its runs need and this one does not have, such as `--allow-exec`.
    fn missing_permission(&self) -> Option<&'static str> {
        None
    }

    /// The kind of connection that it needs, as connections files name it; `None` where it needs none.
    fn connection(&self) -> Option<&'static str> {
        None
    }

    /// The same tool with a connection. Nothing is sent.
    ///
    /// # Errors
    /// What the connection lacks, in words for its author.
    fn connected(&self, connection: &Connection) -> Result<Arc<dyn Tool>, String> {
        Err(format!("`{}` takes no connection, and was given `{}`", self.spec().name, connection.name))
    }

    /// What answers where the mock model stands in for all connections.
    fn stand_in(&self) -> Option<Arc<dyn Tool>> {
        None
    }

    /// What its connection gives it to know, and must not leave the engine.
    fn secrets(&self) -> Vec<SecretString> {
        Vec::new()
    }

    /// Runs it. `inputs` is a [`Value::Map`] of the node's arguments.
    fn call<'a>(&'a self, inputs: Value, context: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>>;

    /// Runs it in place, if its pace is [`Pace::Inline`].
    ///
    /// # Errors
    /// What went wrong in the tool.
    fn call_inline(&self, inputs: Value, context: &ToolContext) -> Result<Value, ToolError>;
}

/// A tool that failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ToolError {
    /// An input is missing, unknown, or of the wrong type.
    #[error("input `{input}`: {message}")]
    Input {
        /// The input, or a path into it.
        input: String,
        /// What is wrong with it.
        message: String,
    },
    /// The tool could not do its work.
    #[error("{message}")]
    Failed {
        /// What went wrong, and what to do.
        message: String,
        /// Whether the same call may succeed later.
        passing: bool,
    },
    /// A path leaves the project.
    #[error("path `{path}` leaves the project folder; tools read files inside of it only")]
    OutsideProject {
        /// The path as it was given.
        path: String,
    },
}

impl ToolError {
    /// Something is wrong with an input.
    #[must_use]
    pub fn input(input: impl Into<String>, message: impl Into<String>) -> Self {
        ToolError::Input { input: input.into(), message: message.into() }
    }

    /// A failure that a repetition would not mend.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        ToolError::Failed { message: message.into(), passing: false }
    }
}
