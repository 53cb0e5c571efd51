use std::sync::Arc;
use std::time::{Duration, Instant};

use flow_core::connection::{Connection, ConnectionKind, ConnectionProblem, ConnectionSource, Connections};
use flow_core::model::{Answer, Api, CallContext, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest};
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use super::Problem;
use crate::exit::Exit;
use crate::ui::{self, DIM};

/// Nobody waits longer to see whether a connection works.
const LIMIT: Duration = Duration::from_secs(60);

/// What a provider gave.
enum Found {
    /// The models that it has.
    Models(Vec<String>),
    /// The model that answered.
    Answer(String),
}

/// `flow connections test`: one cheap call, how long it took, and what is wrong.
pub(super) fn test(connections: &Connections, name: &str, model: Option<&str>, json: bool) -> Result<Exit, Problem> {
    let resolved = connections.connection(name).map_err(unusable)?;
    if let Some(note) = &resolved.note {
        ui::say_note(note);
    }
    let connection = &*resolved.connection;
    let kind = connection.kind;
    if kind == ConnectionKind::Custom {
        let message = format!("connection `{name}` is of the kind {}: there is no model behind it to ask", kind.name());
        return Err(Problem::usage("no-model", message));
    }
    let providers = flow_tools::providers();
    let refused = |why: String| Problem::usage("invalid-connection", why);
    let provider = providers.iter().find(|provider| provider.serves(kind));
    let provider =
        provider.ok_or_else(|| refused(format!("nothing serves connections of the kind {}", kind.name())))?;
    let served = provider.connect(connection).map_err(refused)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Problem::failed("no-runtime", format!("cannot start: {error}")))?;
    let started = Instant::now();
    let found = runtime.block_on(async { tokio::time::timeout(LIMIT, ask(connection, &served, model)).await });
    let elapsed = started.elapsed();
    let found = found.unwrap_or_else(|_| {
        let message = format!("no answer within {} s", LIMIT.as_secs());
        Err(ModelError::new(ModelErrorKind::Timeout, message))
    });
    let found = found.map_err(|error| failed(connection, model, &error))?;
    tell(connection, &*served, &found, elapsed, json);
    Ok(Exit::Done)
}

async fn ask(connection: &Connection, served: &Arc<dyn Model>, model: Option<&str>) -> Result<Found, ModelError> {
    match model {
        None if connection.kind != ConnectionKind::Mock => {
            flow_tools::provider::list_models(connection).await.map(Found::Models)
        }
        model => {
            let model = model.unwrap_or("mock");
            let answer = match chat(&**served, model, "max_tokens", 1).await {
                // Models that think first call it otherwise, and need some tokens for that.
                Err(error) if error.message.contains("max_completion_tokens") => {
                    chat(&**served, model, "max_completion_tokens", 16).await
                }
                answer => answer,
            };
            Ok(Found::Answer(answer?.model.unwrap_or_else(|| model.to_owned())))
        }
    }
}

async fn chat(served: &dyn Model, model: &str, limit: &str, tokens: u32) -> Result<Answer, ModelError> {
    let mut body = serde_json::Map::new();
    body.insert("model".into(), model.into());
    body.insert("messages".into(), json!([{ "role": "user", "content": "Hi" }]));
    body.insert(limit.into(), tokens.into());
    let request = ModelRequest { api: Api::Chat, model: model.into(), body };
    let context =
        CallContext { node: "test".into(), row: None, deadline: None, repeat: 0, cancel: CancellationToken::new() };
    match served.call(&request, &context).await? {
        ModelReply::Whole(body) => Ok(Answer::from_body(Api::Chat, body)),
        ModelReply::Stream(_) => {
            Err(ModelError::new(ModelErrorKind::InvalidResponse, "it answered in pieces, which nobody asked for"))
        }
    }
}

fn tell(connection: &Connection, served: &dyn Model, found: &Found, elapsed: Duration, json: bool) {
    let name = &connection.name;
    if json {
        let (model, models): (Option<&String>, Option<&Vec<String>>) = match found {
            Found::Answer(model) => (Some(model), None),
            Found::Models(models) => (None, Some(models)),
        };
        let elapsed = elapsed.as_secs_f64() * 1000.0;
        ui::out_json(&json!({
            "name": **name, "kind": connection.kind.name(), "provider": served.provider(), "works": true,
            "elapsed_ms": elapsed, "model": model, "models": models.map_or(Json::Null, |models| json!(models)),
        }));
        return;
    }
    let time = ui::duration_words(elapsed);
    match found {
        Found::Answer(model) => ui::out(&format!("{name} works: {model} answered in {time}")),
        Found::Models(models) => {
            let what = match connection.kind {
                // The list is of models that exist, not of what was deployed.
                ConnectionKind::Azure => "add `--model DEPLOYMENT` to ask a deployment",
                _ => "add `--model NAME` to ask one",
            };
            let number = if models.len() == 1 { "1 model".to_owned() } else { format!("{} models", models.len()) };
            ui::out(&format!("{name} works: {number} listed in {time}  {DIM}({what}){DIM:#}"));
        }
    }
}

fn unusable(problem: ConnectionProblem) -> Problem {
    Problem::usage(problem.code.name(), problem.message).help(problem.help)
}

/// Why the call failed. A provider without a list of models may be a good one.
fn failed(connection: &Connection, model: Option<&str>, error: &ModelError) -> Problem {
    let message = format!("connection `{}` does not work: {}", connection.name, error.message);
    let problem = Problem::failed("connection-failed", message);
    match error.kind {
        ModelErrorKind::Status(404 | 405 | 501) if model.is_none() => {
            problem.help("it may have no list of models; `--model NAME` asks one of them instead")
        }
        ModelErrorKind::Status(429) => problem.help("the key is known; the provider takes no more calls for now"),
        _ => problem,
    }
}
