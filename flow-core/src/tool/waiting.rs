//! Tools that wait: written as an asynchronous function over plain types, with a state of their own.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::future::FutureExt;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::typed::{read, schema_of};
use super::{Effect, Example, Pace, Tool, ToolContext, ToolError, ToolSpec};
use crate::connection::Connection;
use crate::ty::Ty;
use crate::value::Value;

/// A tool with typed inputs that waits for the network, a process or a timer. It is shared by all rows of a run, so what
/// it keeps (clients, pools) lives as long as the registry.
pub trait WaitingTool: Send + Sync + 'static {
    /// The name that flow files write.
    const NAME: &'static str;
    /// One line.
    const SUMMARY: &'static str;
    /// The type of the result.
    const OUTPUT: Ty;
    /// A call that shows how it is used.
    const EXAMPLE: Option<Example> = None;
    /// What a call does beside giving its result.
    const EFFECT: Effect;
    /// Whether it reads nothing but files of the project, asks nobody and changes nothing: then it may run before a run begins.
    const LOCAL: bool = false;
    /// The inputs; unknown ones are refused with `#[serde(deny_unknown_fields)]`.
    type Inputs: DeserializeOwned + JsonSchema + Send;

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
    fn connected(&self, connection: &Connection) -> Result<Self, String>
    where
        Self: Sized,
    {
        Err(format!("`{}` takes no connection, and was given `{}`", Self::NAME, connection.name))
    }

    /// What answers where the mock model stands in for all connections.
    fn stand_in(&self) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Where one asks whose effect is [`Effect::Asks`], without secrets; `None` where its answers must not be kept.
    fn identity(&self) -> Option<String> {
        None
    }

    /// What its connection gives it to know, and must not leave the engine.
    fn secrets(&self) -> Vec<SecretString> {
        Vec::new()
    }

    /// Does the work. It stops when the future is dropped; what it moved elsewhere must look at the context's token.
    fn call<'a>(&'a self, inputs: Self::Inputs, context: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>>;
}

/// A [`WaitingTool`] in the form that the registry takes.
pub struct Waiting<T> {
    spec: ToolSpec,
    tool: T,
}

impl<T: WaitingTool> Waiting<T> {
    /// The tool with its schema worked out.
    #[must_use]
    pub fn new(tool: T) -> Self {
        let inputs = schema_of::<T::Inputs>();
        let (pace, effect) = (Pace::Waiting, T::EFFECT);
        let spec = ToolSpec { name: T::NAME, summary: T::SUMMARY, inputs, output: T::OUTPUT, pace, effect };
        Self { spec, tool }
    }
}

impl<T> fmt::Debug for Waiting<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Waiting").field(&self.spec.name).finish()
    }
}

impl<T: WaitingTool> Tool for Waiting<T> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn example(&self) -> Option<Example> {
        T::EXAMPLE
    }

    fn identity(&self) -> Option<String> {
        self.tool.identity()
    }

    fn is_local(&self) -> bool {
        T::LOCAL
    }

    fn missing_permission(&self) -> Option<&'static str> {
        self.tool.missing_permission()
    }

    fn connection(&self) -> Option<&'static str> {
        self.tool.connection()
    }

    fn connected(&self, connection: &Connection) -> Result<Arc<dyn Tool>, String> {
        let tool = self.tool.connected(connection)?;
        Ok(Arc::new(Self { spec: self.spec.clone(), tool }))
    }

    fn stand_in(&self) -> Option<Arc<dyn Tool>> {
        let tool = self.tool.stand_in()?;
        Some(Arc::new(Self { spec: self.spec.clone(), tool }))
    }

    fn secrets(&self) -> Vec<SecretString> {
        self.tool.secrets()
    }

    fn call<'a>(&'a self, inputs: Value, context: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>> {
        async move { self.tool.call(read(&inputs)?, context).await }.boxed()
    }

    fn call_inline(&self, _: Value, _: &ToolContext) -> Result<Value, ToolError> {
        Err(ToolError::failed(format!("`{}` waits, and was called as if it did not", T::NAME)))
    }
}
