use std::sync::Arc;

use flow_core::connection::{Connect, Connection, ConnectionKind};
use flow_core::model::{Api, CallContext, Dialect, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest};
use futures_util::future::{BoxFuture, FutureExt};
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value as Json, json};

use super::client::authority;
use super::endpoint::{Endpoint, identity};
use super::wire::{Route, Wire};

/// Names the deployment behind an endpoint.
const DEPLOYMENT: HeaderName = HeaderName::from_static("azureml-model-deployment");

/// The deployment that an endpoint picks itself.
const ANY_DEPLOYMENT: &str = "default";

/// What promptflow calls a model behind a serverless endpoint, whatever it is.
const SERVERLESS_MODEL: &str = "llama-2-7b-hf";

/// Hosts of serverless endpoints, which speak OpenAI's language.
const SERVERLESS: [&str; 2] = ["serverless.ml.azure.com", "inference.ai.azure.com"];

/// Open models behind endpoints of Azure ML, each with the shapes of requests and answers that its family has. They are
/// asked with the parameters of promptflow's tool (`flow_core::llm`), which are put into those shapes here.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenModels;

impl Connect for OpenModels {
    fn serves(&self, kind: ConnectionKind) -> bool {
        kind == ConnectionKind::Custom
    }

    fn connect(&self, connection: &Connection) -> Result<Arc<dyn Model>, String> {
        Ok(Arc::new(OpenModel::of(connection)?))
    }
}

/// The families of models that promptflow knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Llama,
    /// Dolly, GPT-2 and Falcon, which go on with a text.
    OfText,
}

impl Family {
    fn named(name: &str) -> Option<Self> {
        match &*name.trim().to_lowercase() {
            "llama" => Some(Family::Llama),
            "dolly" | "gpt2" | "gpt-2" | "falcon" => Some(Family::OfText),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct OpenModel {
    wire: Wire,
    /// The endpoint's path; before that of an API, if it is serverless.
    path: String,
    family: Family,
    is_serverless: bool,
    identity: String,
}

impl OpenModel {
    fn of(connection: &Connection) -> Result<Self, String> {
        let written = connection.text("endpoint_url").ok_or("it has no endpoint_url among its configs")?;
        let family = connection.text("model_family").ok_or("it has no model_family among its configs")?;
        let known = "the families are llama, dolly, gpt2 and falcon";
        let family = Family::named(family).ok_or_else(|| format!("its model_family is `{family}`; {known}"))?;
        let key = connection.secret("endpoint_api_key").ok_or("it has no endpoint_api_key among its secrets")?;
        let mut base = Url::parse(written.trim()).map_err(|_| "its endpoint_url is not a web address")?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none_or(str::is_empty) {
            return Err("its endpoint_url is not a web address; it looks like https://host/score".to_owned());
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err("its endpoint_url must end before any `?` or `#`".to_owned());
        }
        let is_serverless = SERVERLESS.iter().any(|host| written.contains(host));
        let path = base.path().trim_end_matches('/');
        let of_api = |path: &str| {
            let bare = path.strip_suffix("/v1/chat/completions").or_else(|| path.strip_suffix("/v1/completions"));
            bare.unwrap_or(path).to_owned()
        };
        let path = if is_serverless { of_api(path) } else { base.path().to_owned() };
        base.set_path("");
        let endpoint = Endpoint::new(&base).with_key(AUTHORIZATION, "Bearer ", key, &connection.name)?;
        let title = format!("the endpoint at {}", authority(&base));
        let identity = format!("{} {path} {family:?}", identity("azure.ai.inference", &base, connection));
        Ok(Self { wire: Wire::new(connection, title, &base, endpoint, advice)?, path, family, is_serverless, identity })
    }

    /// The body as the endpoint wants it.
    fn body(&self, request: &ModelRequest) -> Map<String, Json> {
        let said = |name: &str| request.body.get(name).cloned().unwrap_or_default();
        let parameters = request.body.iter().filter(|(key, _)| !matches!(&***key, "model" | "messages" | "prompt"));
        let mut parameters: Map<String, Json> = parameters.map(|(key, value)| (key.clone(), value.clone())).collect();
        let object = |value: Json| match value {
            Json::Object(entries) => entries,
            _ => Map::new(),
        };
        if self.family == Family::OfText {
            return object(json!({ "input_data": { "input_string": [said("prompt")] }, "parameters": parameters }));
        }
        if self.is_serverless {
            let length = parameters.get("max_new_tokens").cloned().unwrap_or_default();
            let mut body = object(match request.api {
                Api::Completion => json!({ "prompt": said("prompt"), "n": 1 }),
                _ => json!({ "model": SERVERLESS_MODEL, "messages": said("messages"), "n": 1 }),
            });
            body.extend(parameters);
            body.insert("max_tokens".to_owned(), length);
            return body;
        }
        parameters.entry("do_sample").or_insert(json!(true));
        let input = match request.api {
            Api::Completion => json!([said("prompt")]),
            _ => said("messages"),
        };
        object(json!({ "input_data": { "input_string": input, "parameters": parameters } }))
    }

    async fn exchange(&self, request: &ModelRequest, context: &CallContext) -> Result<ModelReply, ModelError> {
        let path = match request.api {
            Api::Completion if self.is_serverless => format!("{}/v1/completions", self.path),
            _ if self.is_serverless => format!("{}/v1/chat/completions", self.path),
            _ => self.path.clone(),
        };
        let mut headers = HeaderMap::new();
        if &*request.model != ANY_DEPLOYMENT {
            let message = format!("the deployment `{}` cannot be named in a header", request.model);
            let name = HeaderValue::from_str(&request.model);
            headers.insert(DEPLOYMENT, name.map_err(|_| ModelError::new(ModelErrorKind::InvalidResponse, message))?);
        }
        let sent = ModelRequest { api: request.api, model: Arc::clone(&request.model), body: self.body(request) };
        let target = (Route { path, query: None }, headers);
        let answer = self.wire.ask(target, &sent, context).await?;
        if self.is_serverless && answer.get("choices").is_some_and(Json::is_array) {
            return Ok(ModelReply::Whole(answer));
        }
        let text = answer.get(0).and_then(|first| first.get("0")).or_else(|| answer.get("output"));
        let Some(text) = text.and_then(Json::as_str) else {
            let message = "the endpoint's answer holds no text where its model_family has it; check the model_family";
            return Err(ModelError::new(ModelErrorKind::InvalidResponse, message.to_owned()));
        };
        let message = json!({ "role": "assistant", "content": text });
        Ok(ModelReply::Whole(json!({ "choices": [{ "index": 0, "message": message, "text": text }] })))
    }
}

impl Model for OpenModel {
    fn dialect(&self) -> Dialect {
        Dialect::OpenAi
    }

    fn provider(&self) -> &str {
        "azure.ai.inference"
    }

    fn identity(&self) -> Option<String> {
        Some(self.identity.clone())
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        self.exchange(request, context).boxed()
    }
}

fn advice(status: u16) -> &'static str {
    match status {
        0 => "check the endpoint_url of connection `{connection}` and the network",
        401 | 403 => "check the endpoint_api_key of connection `{connection}`",
        404 => "check the endpoint_url of connection `{connection}`, and the deployment `{model}`",
        _ => "",
    }
}
