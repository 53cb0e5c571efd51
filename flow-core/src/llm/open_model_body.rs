//! The body of a request to an open model behind an endpoint of Azure ML (spec section 4.9): the parameters as
//! promptflow's tool makes them. What shape an endpoint wants them in is its provider's business.

use serde_json::{Map, Value as Json, json};

use super::LlmError;
use super::given::Given;

/// The deployment that an endpoint picks itself.
const ANY_DEPLOYMENT: &str = "default";

/// The roles that such models know.
const ROLES: [&str; 3] = ["system", "user", "assistant"];

/// The body of a chat request.
pub(super) fn chat(messages: Vec<Json>, given: &Given<'_>) -> Result<Map<String, Json>, LlmError> {
    let role = |message: &Json| message["role"].as_str().unwrap_or_default().to_owned();
    if let Some(role) = messages.iter().map(role).find(|role| !ROLES.contains(&&**role)) {
        return Err(LlmError::RoleOfOpenModel { role });
    }
    body("messages", Json::Array(messages), given)
}

/// The body of a completion request.
pub(super) fn completion(prompt: &str, given: &Given<'_>) -> Result<Map<String, Json>, LlmError> {
    body("prompt", json!(prompt), given)
}

fn body(name: &str, said: Json, given: &Given<'_>) -> Result<Map<String, Json>, LlmError> {
    let deployment = given.get("deployment_name")?;
    let deployment = deployment.as_ref().and_then(Json::as_str).map(str::trim).filter(|name| !name.is_empty());
    let mut body = Map::new();
    body.insert("model".into(), json!(deployment.unwrap_or(ANY_DEPLOYMENT)));
    body.insert(name.into(), said);
    if let Some(Json::Object(more)) = given.filled("model_kwargs")? {
        body.extend(more.into_iter().filter(|(key, _)| !matches!(&**key, "model" | "messages" | "prompt")));
    }
    for (name, usual) in [("top_p", json!(1.0)), ("temperature", json!(1.0)), ("max_new_tokens", json!(500))] {
        body.insert(name.into(), given.get(name)?.unwrap_or(usual));
    }
    Ok(body)
}
