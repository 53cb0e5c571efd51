//! Tools written as a plain function over plain types.

use std::fmt;

use futures_util::future::{BoxFuture, FutureExt, ready};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;

use super::{Effect, Example, Pace, Tool, ToolContext, ToolError, ToolSpec};
use crate::ty::Ty;
use crate::value::Value;

/// A quick tool with typed inputs. Deriving `Deserialize` and `JsonSchema` for the inputs gives its checks and its
/// documentation.
pub trait TypedTool: Send + Sync + 'static {
    /// The name that flow files write.
    const NAME: &'static str;
    /// One line.
    const SUMMARY: &'static str;
    /// The type of the result.
    const OUTPUT: Ty;
    /// A call that shows how it is used.
    const EXAMPLE: Option<Example> = None;
    /// What a call does beside giving its result.
    const EFFECT: Effect = Effect::None;
    /// The inputs; unknown ones are refused with `#[serde(deny_unknown_fields)]`.
    type Inputs: DeserializeOwned + JsonSchema;

    /// Does the work.
    ///
    /// # Errors
    /// What went wrong, in words for the flow's author.
    fn call(inputs: Self::Inputs, context: &ToolContext) -> Result<Value, ToolError>;
}

/// A [`TypedTool`] in the form that the registry takes.
pub struct Typed<T> {
    spec: ToolSpec,
    tool: std::marker::PhantomData<fn() -> T>,
}

impl<T: TypedTool> Typed<T> {
    /// The tool with its schema worked out.
    #[must_use]
    pub fn new() -> Self {
        let inputs = schema_of::<T::Inputs>();
        let (pace, effect) = (Pace::Inline, T::EFFECT);
        let spec = ToolSpec { name: T::NAME, summary: T::SUMMARY, inputs, output: T::OUTPUT, pace, effect };
        Self { spec, tool: std::marker::PhantomData }
    }
}

impl<T: TypedTool> Default for Typed<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Typed<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Typed").field(&self.spec.name).finish()
    }
}

impl<T: TypedTool> Tool for Typed<T> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn example(&self) -> Option<Example> {
        T::EXAMPLE
    }

    fn call<'a>(&'a self, inputs: Value, context: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>> {
        ready(self.call_inline(inputs, context)).boxed()
    }

    fn call_inline(&self, inputs: Value, context: &ToolContext) -> Result<Value, ToolError> {
        T::call(read(&inputs)?, context)
    }
}

/// The JSON Schema of a tool's inputs.
pub(super) fn schema_of<I: JsonSchema>() -> serde_json::Value {
    let mut schema = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        })
        .into_generator()
        .into_root_schema_for::<I>()
        .to_value();
    if let Some(object) = schema.as_object_mut() {
        object.remove("title");
    }
    schema
}

/// The inputs of a call; an error names the input that does not fit.
pub(super) fn read<I: DeserializeOwned>(inputs: &Value) -> Result<I, ToolError> {
    serde_path_to_error::deserialize(inputs.to_serde())
        .map_err(|error| ToolError::Input { input: error.path().to_string(), message: error.into_inner().to_string() })
}
