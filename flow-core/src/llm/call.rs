//! One call of an LLM node: prompt to messages, messages to request, answer to the node's output.

use std::sync::Arc;

use super::LlmOp;
use super::request::{self, Given};
use crate::gate::{Gate, GateCall};
use crate::model::{Api, CallContext, CallListener, ModelError, ModelRequest};
use crate::template::{ChatError, Rendered, TemplateError, parse_chat};
use crate::value::{Text, Value, python_str};

/// What a call goes through, and who hears of it.
#[derive(Clone, Copy)]
pub struct CallWay<'a> {
    /// The gate of the run.
    pub gate: &'a Gate,
    /// The run that the call is part of.
    pub context: &'a CallContext,
    /// Who hears of it.
    pub listener: &'a dyn CallListener,
}

/// Runs an LLM node once, with its arguments resolved; the result is the node's output.
///
/// # Errors
/// A template that cannot be rendered, a prompt without roles, a parameter of the wrong type, or a failed call.
pub async fn call(op: &LlmOp, arguments: &[(Arc<str>, Value)], way: CallWay<'_>) -> Result<Value, LlmError> {
    let rendered = prompt(op, arguments)?;
    let messages = parse_chat(&rendered)?.iter().map(|message| message.to_json()).collect();
    let given = Given::new(op.parameters.iter().filter_map(|slot| {
        let (_, value) = arguments.get(slot.argument)?;
        Some((slot.parameter.name, slot.parameter.ty, value))
    }));
    let body = request::body(op.model.dialect(), messages, &given)?;
    let model: Arc<str> = body.get("model").and_then(|model| model.as_str()).unwrap_or_default().into();
    let request = Arc::new(ModelRequest { api: Api::Chat, model, body });
    let call = GateCall {
        model: &*op.model,
        connection: &op.connection,
        request: &request,
        policy: &op.policy,
        context: way.context,
        listener: way.listener,
    };
    let answer = way.gate.call(call).await?;
    let message = answer.messages.first().ok_or(LlmError::NoChoices)?;
    Ok(message.get("content").cloned().map_or(Value::Null, Value::from))
}

/// The prompt: what the argument gives that stands for it, else the template with its variables.
fn prompt(op: &LlmOp, arguments: &[(Arc<str>, Value)]) -> Result<Rendered, TemplateError> {
    match op.prompt.and_then(|position| arguments.get(position)) {
        Some((_, Value::Text(text))) => return Ok(Rendered::from(text)),
        // Null where the node that it comes from was bypassed: then promptflow takes the template.
        Some((_, Value::Null)) | None => {}
        Some((_, other)) => return Ok(Rendered::from(&Text::from(python_str(other)))),
    }
    let is_variable =
        |position: usize| op.prompt != Some(position) && op.parameters.iter().all(|slot| slot.argument != position);
    let variables = arguments.iter().enumerate().filter(|(position, _)| is_variable(*position));
    op.template.render_with(variables.map(|(_, argument)| argument.clone()).collect(), op.lists)
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
    Model(#[from] Arc<ModelError>),
}
