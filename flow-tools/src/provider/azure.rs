use std::sync::Arc;

use flow_core::connection::{Connect, Connection, ConnectionKind};
use flow_core::model::{Api, CallContext, Dialect, Model, ModelError, ModelReply, ModelRequest};
use futures_util::future::{BoxFuture, FutureExt};
use reqwest::Url;
use reqwest::header::HeaderName;

use super::endpoint::{Endpoint, address, api_key, without_key};
use super::wire::{Route, Wire};

/// The version where a connection names none: promptflow's.
const API_VERSION: &str = "2024-02-01";

const API_KEY: HeaderName = HeaderName::from_static("api-key");

/// Azure OpenAI, where a model is a deployment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Azure;

impl Connect for Azure {
    fn serves(&self, kind: ConnectionKind) -> bool {
        kind == ConnectionKind::Azure
    }

    fn connect(&self, connection: &Connection) -> Result<Arc<dyn Model>, String> {
        let name = &connection.name;
        let Some(given) = connection.text("endpoint") else {
            return Err(format!("connection `{name}` has no endpoint; add `endpoint: https://NAME.openai.azure.com`"));
        };
        let base = address(connection, "endpoint", given)?;
        if let Some(mode) = connection.text("auth_mode").filter(|mode| *mode != "key") {
            return Err(format!("the auth_mode `{mode}` of connection `{name}` is not supported yet; use an api_key"));
        }
        let key = api_key(connection).ok_or_else(|| without_key(connection, "AZURE_OPENAI_API_KEY"))?;
        let endpoint = Endpoint::new(&base).with_key(API_KEY, "", key, name)?;
        let title = Dialect::Azure.title().to_owned();
        let version = connection.text("api_version").unwrap_or(API_VERSION).to_owned();
        Ok(Arc::new(AzureModel { wire: Wire::new(connection, title, &base, endpoint, advice)?, version }))
    }
}

#[derive(Debug)]
struct AzureModel {
    wire: Wire,
    version: String,
}

impl Model for AzureModel {
    fn dialect(&self) -> Dialect {
        Dialect::Azure
    }

    fn provider(&self) -> &str {
        "azure.ai.openai"
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        self.wire.call(self.route(request), request, context).boxed()
    }
}

impl AzureModel {
    /// Azure has two families of addresses: by deployment with a dated version, and the newer `v1`, which takes the
    /// deployment as the body's `model` and at most `preview` as its version. The Responses API has only the latter.
    fn route(&self, request: &ModelRequest) -> Route {
        let version = match &*self.version {
            "v1" | "latest" => None,
            version => Some(("api-version", version.to_owned())),
        };
        let is_dated = self.version.starts_with(|letter: char| letter.is_ascii_digit());
        let path = request.api.path();
        match request.api {
            Api::Responses if is_dated => Route { path: format!("/openai/v1{path}"), query: None },
            _ if is_dated => {
                let path = format!("/openai/deployments/{}{path}", segment(&request.model));
                Route { path, query: version }
            }
            _ => Route { path: format!("/openai/v1{path}"), query: version },
        }
    }
}

/// A text as one segment of a path.
fn segment(text: &str) -> String {
    let Ok(mut url) = Url::parse("http://localhost") else { return text.to_owned() };
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().push(text);
    }
    url.path().trim_start_matches('/').to_owned()
}

fn advice(status: u16) -> &'static str {
    match status {
        // Nobody was reached.
        0 => "check the endpoint of connection `{connection}` and the network",
        401 | 403 => "check the api_key of connection `{connection}`",
        404 => "check the deployment `{model}`, and the endpoint and api_version of connection `{connection}`",
        300..=399 => "the address has moved; check the endpoint of connection `{connection}`",
        _ => "",
    }
}
