//! One call of an LLM node: prompt to messages, messages to request, answer to the node's output.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::BoxFuture;
use serde_json::{Map, Value as Json, json};
use tokio::time::Instant;

use super::given::Given;
use super::picture::Pictures;
use super::send::{Asking, send};
use super::{
    Defaults, LlmOp, ModelTool, StructuredOutput, Target, chat_body, completion_body, embedding, open_model_body,
    output, picture, responses_body, structured,
};
use crate::cache::RowCache;
use crate::gate::Gate;
use crate::model::{
    Answer, Api, CallContext, CallListener, CallMemory, CallRecord, Dialect, ModelError, ModelErrorKind, ModelRequest,
    Wait,
};
use crate::secret::Secrets;
use crate::structured::{Liberty, Reading, ReadingError};
use crate::template::{ChatError, Rendered, TemplateError, parse_chat};
use crate::value::{Text, Value};

/// What a call goes through, and who hears of it.
#[derive(Clone, Copy)]
pub struct CallWay<'a> {
    /// The gate of the run.
    pub gate: &'a Gate,
    /// The run that the call is part of.
    pub context: &'a CallContext,
    /// Who hears of it.
    pub listener: &'a dyn CallListener,
    /// Calls of earlier attempts, which are not made again.
    pub memory: Option<&'a dyn CallMemory>,
    /// Answers of this and other runs.
    pub cache: Option<CacheWay<'a>>,
}

/// The node cache, as a call sees it.
#[derive(Clone, Copy)]
pub struct CacheWay<'a> {
    /// The cache of the row.
    pub row: &'a RowCache,
    /// An answer that tells one of these is not kept.
    pub secrets: &'a Secrets,
}

/// Runs an LLM node once, with its arguments resolved; the result is the node's output. Where the call fails for good,
/// the node's alternatives are asked in their order, unless pieces of an answer were told already.
///
/// # Errors
/// A template that cannot be rendered, a prompt without roles, a parameter of the wrong type, or failed calls.
pub async fn call(op: &LlmOp, arguments: &[(Arc<str>, Value)], way: CallWay<'_>) -> Result<Value, LlmError> {
    let prompt = op.render(arguments)?;
    let listener = Heard { listener: way.listener, heard: AtomicBool::new(false) };
    let way = CallWay { listener: &listener, ..way };
    let mut error = match ask(op, &op.target, &prompt, arguments, way).await {
        Err(LlmError::Model(error)) => error,
        ended => return ended,
    };
    let mut failed = Vec::new();
    for target in &op.fallback {
        if !leads_on(&error, way.context) || listener.heard.load(Ordering::Relaxed) {
            break;
        }
        failed.push(error);
        error = match ask(op, target, &prompt, arguments, way).await {
            Err(LlmError::Model(error)) => error,
            ended => return ended,
        };
    }
    Err(if failed.is_empty() { LlmError::Model(error) } else { LlmError::AllFailed { failed, last: error } })
}

/// Whether another model may be asked after this failure.
fn leads_on(error: &ModelError, context: &CallContext) -> bool {
    match error.kind {
        ModelErrorKind::Cancelled | ModelErrorKind::Budget => false,
        // A provider that asks for a longer pause than there is time for is no reason not to ask another one.
        ModelErrorKind::Deadline => context.deadline.is_some_and(|deadline| Instant::now() < deadline),
        _ => true,
    }
}

/// Asks one model.
async fn ask(
    op: &LlmOp,
    target: &Target,
    prompt: &Rendered,
    arguments: &[(Arc<str>, Value)],
    way: CallWay<'_>,
) -> Result<Value, LlmError> {
    let given = Given::new(target, arguments);
    let body = body(op, target.model.dialect(), prompt, &given, way.listener.wants_deltas())?;
    let request = request(op.api, body);
    let asking = Asking { op, target, arguments };
    let answer = send(asking, &request, way).await?;
    if let Some(prompty) = &op.prompty {
        let (value, liberties) = prompty.output(op.api, &answer)?;
        return Ok(told_of(value, &liberties, way).await);
    }
    match (&op.schema, op.api) {
        (Some(wanted), _) => fitting(asking, wanted, (&request, &answer), way).await,
        (None, Api::Embedding) => embedding::output(&answer, &request.body),
        (None, _) => output::output(op.api, &answer, &request.body),
    }
}

/// The value of an answer that must fit a schema. One that does not is sent back, once.
async fn fitting(
    asking: Asking<'_>,
    wanted: &StructuredOutput,
    (request, answer): (&ModelRequest, &Answer),
    way: CallWay<'_>,
) -> Result<Value, LlmError> {
    let text = structured::text(answer)?;
    let error = match wanted.read(&text) {
        Ok(reading) => return Ok(told(reading, way).await),
        Err(error) => error,
    };
    let api = asking.op.api;
    let mended = self::request(api, structured::mend(api, &request.body, &text, &error));
    let answer = send(asking, &mended, way).await?;
    let text = structured::text(&answer)?;
    match wanted.read(&text) {
        Ok(reading) => Ok(told(reading, way).await),
        Err(source) => Err(LlmError::Output { source, answer: structured::shortened(&text.words) }),
    }
}

/// The value of a reading, once it is told how it was come by.
async fn told(reading: Reading, way: CallWay<'_>) -> Value {
    told_of(Value::from(reading.value), &reading.liberties, way).await
}

async fn told_of(value: Value, liberties: &[Liberty], way: CallWay<'_>) -> Value {
    if !liberties.is_empty() {
        way.listener.read(liberties).await;
    }
    value
}

/// Adds what the body does not have yet, also inside of its mappings.
fn merge(body: &mut Map<String, Json>, extra: &Map<String, Json>) {
    for (key, value) in extra {
        match (body.get_mut(key), value) {
            (Some(Json::Object(known)), Json::Object(more)) => merge(known, more),
            (Some(_), _) => {}
            (None, _) => {
                body.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The body of a request.
fn body(
    op: &LlmOp,
    dialect: Dialect,
    prompt: &Rendered,
    given: &Given<'_>,
    wants_deltas: bool,
) -> Result<Map<String, Json>, LlmError> {
    let messages = || -> Result<Vec<Json>, ChatError> {
        let messages = parse_chat(prompt)?;
        let pictures = Pictures::of(op.tool, op.defaults);
        Ok(messages.iter().map(|message| picture::message(message, prompt, pictures)).collect())
    };
    let mut body = match op.api {
        Api::Chat if op.tool == ModelTool::OpenModel => open_model_body::chat(messages()?, given)?,
        Api::Completion if op.tool == ModelTool::OpenModel => open_model_body::completion(prompt.as_str(), given)?,
        Api::Chat => chat_body::body(dialect, messages()?, given, op.defaults)?,
        Api::Completion => completion_body::body(dialect, prompt.as_str(), given, op.defaults)?,
        Api::Responses => responses_body::body(dialect, messages()?, given)?,
        Api::Embedding => embedding::body(dialect, given, op.defaults)?,
    };
    let says_length = given.get("max_tokens")?.is_some();
    op.tool.complete(op.api, dialect, op.defaults, says_length, &mut body);
    merge(&mut body, &op.extra);
    if let Some(wanted) = &op.schema {
        wanted.tell(op.api, &mut body);
    }
    // What the author of a prompty says of streaming is among its parameters.
    let said = if op.prompty.is_some() { body.get("stream").cloned() } else { given.get("stream")? };
    let allowed = op.tool != ModelTool::OpenModel && said != Some(Json::Bool(false));
    if op.prompty.is_some() && said == Some(Json::Bool(true)) {
        return Ok(body);
    }
    let offers_tools = body.contains_key("tools") || body.contains_key("functions");
    if wants_deltas && allowed && !offers_tools && op.api != Api::Embedding {
        body.insert("stream".into(), json!(true));
        // Otherwise a streamed answer does not say what it cost. Older versions of Azure's API refuse the key.
        if op.defaults == Defaults::Provider && dialect == Dialect::OpenAi && op.api != Api::Responses {
            body.entry("stream_options").or_insert_with(|| json!({ "include_usage": true }));
        }
    } else {
        body.shift_remove("stream_options");
    }
    Ok(body)
}

impl LlmOp {
    /// The request that is sent first with these arguments, where its answer is not told piece by piece.
    ///
    /// # Errors
    /// As [`call`], as far as it fails before anything is sent.
    pub fn request(&self, arguments: &[(Arc<str>, Value)]) -> Result<Arc<ModelRequest>, LlmError> {
        self.request_to(&self.target, arguments)
    }

    /// As [`LlmOp::request`], of the node's model or one of its alternatives.
    ///
    /// # Errors
    /// As [`LlmOp::request`].
    pub fn request_to(&self, target: &Target, arguments: &[(Arc<str>, Value)]) -> Result<Arc<ModelRequest>, LlmError> {
        self.request_of(target, &self.render(arguments)?, arguments)
    }

    /// As [`LlmOp::request_to`], with this text in the place of the prompt.
    ///
    /// # Errors
    /// As [`LlmOp::request`].
    pub fn request_of_text(
        &self,
        target: &Target,
        prompt: &Text,
        arguments: &[(Arc<str>, Value)],
    ) -> Result<Arc<ModelRequest>, LlmError> {
        self.request_of(target, &Rendered::from(prompt), arguments)
    }

    /// What becomes of an answer that was kept; `None` where it does not fit, so that it would be sent back.
    #[must_use]
    pub fn output_of(&self, request: &ModelRequest, answer: &Answer) -> Option<Value> {
        if let Some(prompty) = &self.prompty {
            return prompty.output(self.api, answer).ok().map(|(value, _)| value);
        }
        match (&self.schema, self.api) {
            (Some(wanted), _) => Some(Value::from(wanted.read(&structured::text(answer).ok()?).ok()?.value)),
            (None, Api::Embedding) => embedding::output(answer, &request.body).ok(),
            (None, _) => output::output(self.api, answer, &request.body).ok(),
        }
    }

    fn request_of(
        &self,
        target: &Target,
        prompt: &Rendered,
        arguments: &[(Arc<str>, Value)],
    ) -> Result<Arc<ModelRequest>, LlmError> {
        let given = Given::new(target, arguments);
        Ok(request(self.api, body(self, target.model.dialect(), prompt, &given, false)?))
    }
}

/// The request of a body.
fn request(api: Api, body: Map<String, Json>) -> Arc<ModelRequest> {
    let model = body.get("model").and_then(Json::as_str).unwrap_or_default().into();
    Arc::new(ModelRequest { api, model, body })
}

/// Remembers whether pieces of an answer were told.
struct Heard<'a> {
    listener: &'a dyn CallListener,
    heard: AtomicBool,
}

impl CallListener for Heard<'_> {
    fn wants_deltas(&self) -> bool {
        self.listener.wants_deltas()
    }

    fn delta<'a>(&'a self, text: &'a str) -> BoxFuture<'a, ()> {
        self.heard.store(true, Ordering::Relaxed);
        self.listener.delta(text)
    }

    fn read<'a>(&'a self, liberties: &'a [Liberty]) -> BoxFuture<'a, ()> {
        self.listener.read(liberties)
    }

    fn waiting(&self, wait: Option<Wait>) -> BoxFuture<'_, ()> {
        self.listener.waiting(wait)
    }

    fn ended(&self, record: CallRecord) -> BoxFuture<'_, ()> {
        self.listener.ended(record)
    }
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
    /// The answer of an embedding call is not one vector for each text.
    #[error("the model's answer does not hold a vector for each text")]
    NoVectors,
    /// The Responses API has no messages of the older functions.
    #[error("the Responses API has no `function` messages; use `tool` messages, or `api: chat`")]
    FunctionMessage,
    /// Open models know the roles of a conversation only.
    #[error("open models take no message of the role `{role}`; the roles are system, user and assistant")]
    RoleOfOpenModel {
        /// The role.
        role: String,
    },
    /// The answer does not fit the node's schema, and neither did the one before it.
    #[error("the answer cannot be used, also after one repair: {source}; it was: {answer}")]
    Output {
        /// What is wrong with it.
        source: ReadingError,
        /// Its start.
        answer: String,
    },
    /// The answer of a prompty that asks for JSON is none.
    #[error("the answer is not the JSON that was asked for: {source}; it was: {answer}")]
    NotJson {
        /// What is wrong with it.
        source: ReadingError,
        /// Its start.
        answer: String,
    },
    /// The JSON answer of a prompty lacks a declared output.
    #[error("the answer has no `{name}`, which the prompty's `outputs` names; it has {found}")]
    NoSuchKey {
        /// The output.
        name: Arc<str>,
        /// The keys of the answer.
        found: String,
    },
    /// The answer that must fit a schema is not whole.
    #[error("the answer was cut off: {reason}")]
    OutputCut {
        /// Why, and what to do.
        reason: &'static str,
    },
    /// The model refused to answer.
    #[error("the model refused to answer: {words}")]
    Refused {
        /// What it said, shortened.
        words: String,
    },
    /// The call failed.
    #[error(transparent)]
    Model(#[from] Arc<ModelError>),
    /// The call failed, and so did those of the node's alternatives.
    #[error("{last} (the last of {} models; before it: {})", failed.len() + 1, Failures(failed))]
    AllFailed {
        /// The failures before the last, in the order of the calls.
        failed: Vec<Arc<ModelError>>,
        /// The last failure.
        last: Arc<ModelError>,
    },
}

impl LlmError {
    /// The failure of the call, the last one where several models were asked.
    #[must_use]
    pub fn model_error(&self) -> Option<&ModelError> {
        match self {
            LlmError::Model(error) | LlmError::AllFailed { last: error, .. } => Some(error),
            _ => None,
        }
    }
}

struct Failures<'a>(&'a [Arc<ModelError>]);

impl std::fmt::Display for Failures<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, error) in self.0.iter().enumerate() {
            write!(formatter, "{}{error}", if position == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}
