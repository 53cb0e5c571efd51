//! One call of an LLM node: prompt to messages, messages to request, answer to the node's output.

use std::sync::Arc;

use super::request::{self, Given};
use super::{CallContext, ChatRequest, LlmOp, ModelError, Usage};
use crate::template::{ChatError, TemplateError, parse_chat};
use crate::value::Value;

/// What a call gave.
#[derive(Debug)]
pub struct LlmOutcome {
    /// The node's output: the text of the first choice.
    pub output: Value,
    /// What the call cost, where the provider tells.
    pub usage: Option<Usage>,
    /// The model that was asked.
    pub model: Arc<str>,
}

/// Runs an LLM node once, with its arguments resolved.
///
/// # Errors
/// A template that cannot be rendered, a prompt without roles, a parameter of the wrong type, or a failed call.
pub async fn call(op: &LlmOp, arguments: &[(Arc<str>, Value)], context: &CallContext) -> Result<LlmOutcome, LlmError> {
    let is_parameter = |position: usize| op.parameters.iter().any(|slot| slot.argument == position);
    let variables: Vec<(Arc<str>, Value)> = arguments
        .iter()
        .enumerate()
        .filter(|(position, _)| !is_parameter(*position))
        .map(|(_, argument)| argument.clone())
        .collect();
    let rendered = op.template.render_with(variables, op.lists)?;
    let messages = parse_chat(&rendered)?.iter().map(|message| message.to_json()).collect();
    let given = Given::new(op.parameters.iter().filter_map(|slot| {
        let (_, value) = arguments.get(slot.argument)?;
        Some((slot.parameter.name, slot.parameter.ty, value))
    }));
    let body = request::body(op.model.dialect(), messages, &given)?;
    let model: Arc<str> = body.get("model").and_then(|model| model.as_str()).unwrap_or_default().into();
    let request = ChatRequest { model: Arc::clone(&model), body };
    let response = op.model.chat(&request, context).await?;
    let message = response.messages.into_iter().next().ok_or(LlmError::NoChoices)?;
    let output = message.get("content").cloned().map_or(Value::Null, Value::from);
    Ok(LlmOutcome { output, usage: response.usage, model })
}

/// An LLM node that failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LlmError {
    /// The prompt could not be rendered.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The rendered prompt is no list of messages.
    #[error(transparent)]
    Chat(#[from] ChatError),
    /// A parameter has a value that cannot be sent.
    #[error("parameter `{name}`: {message}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What is wrong with its value.
        message: String,
    },
    /// Azure needs to know which deployment is asked.
    #[error("the node names no deployment; give `deployment_name` among its inputs")]
    NoDeployment,
    /// The provider answered without an answer.
    #[error("the model's answer holds no choices")]
    NoChoices,
    /// The call failed.
    #[error(transparent)]
    Model(#[from] ModelError),
}
