use std::sync::Arc;

use flow_core::connection::{Connect, Connection, ConnectionKind};
use flow_core::model::{Api, CallContext, Dialect, Model, ModelError, ModelReply, ModelRequest};
use futures_util::future::{BoxFuture, FutureExt};
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderName};

use super::endpoint::{self, Endpoint, address, has_own_key, without_key};
use super::identity::Identity;
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
        Ok(Arc::new(AzureModel::of(connection)?))
    }
}

#[derive(Debug)]
pub(super) struct AzureModel {
    pub(super) wire: Wire,
    version: String,
    identity: String,
}

impl AzureModel {
    pub(super) fn of(connection: &Connection) -> Result<Self, String> {
        let name = &connection.name;
        let Some(given) = connection.text("endpoint") else {
            return Err(format!("connection `{name}` has no endpoint; add `endpoint: https://NAME.openai.azure.com`"));
        };
        let base = address(connection, "endpoint", given)?;
        let mut endpoint = Endpoint::new(&base);
        let mut identity = None;
        match (
            connection.text("auth_mode").unwrap_or("key"),
            connection.secret("api_key"),
            connection.secret("ad_token"),
        ) {
            ("key", Some(key), _) => endpoint = endpoint.with_key(API_KEY, "", key, name)?,
            ("key" | "meid_token", _, Some(token)) => {
                endpoint = endpoint.with_key(AUTHORIZATION, "Bearer ", token, name)?;
            }
            ("meid_token", _, None) => identity = Some(Identity::of(connection)?),
            ("key", None, None) if has_own_key(connection) => {}
            ("key", None, None) => {
                let told = without_key(connection, "AZURE_OPENAI_API_KEY");
                return Err(format!("{told}; or, in a connections file, `auth_mode: meid_token` to do without a key"));
            }
            (mode, _, _) => {
                return Err(format!(
                    "connection `{name}` has the unknown auth_mode `{mode}`; it is `key` or `meid_token`"
                ));
            }
        }
        let endpoint = endpoint.with_headers_of(connection)?;
        let title = Dialect::Azure.title().to_owned();
        let version = connection.text("api_version").unwrap_or(API_VERSION).to_owned();
        let advice = if identity.is_some() { advice_without_key } else { advice };
        let wire = Wire::new(connection, title, &base, endpoint, advice)?.with_identity(identity);
        let identity = format!("{} {version}", endpoint::identity("azure", &base, connection));
        Ok(Self { wire, version, identity })
    }
}

impl Model for AzureModel {
    fn dialect(&self) -> Dialect {
        Dialect::Azure
    }

    fn provider(&self) -> &str {
        "azure.ai.openai"
    }

    fn identity(&self) -> Option<String> {
        Some(self.identity.clone())
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
        let (version, is_dated) = (self.version(), self.is_dated());
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

impl AzureModel {
    fn is_dated(&self) -> bool {
        self.version.starts_with(|letter: char| letter.is_ascii_digit())
    }

    fn version(&self) -> Option<(&'static str, String)> {
        match &*self.version {
            "v1" | "latest" => None,
            version => Some(("api-version", version.to_owned())),
        }
    }

    /// Where the models are listed that could be deployed.
    pub(super) fn listing(&self) -> Route {
        let path = if self.is_dated() { "/openai/models" } else { "/openai/v1/models" };
        Route { path: path.to_owned(), query: self.version() }
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

fn advice_without_key(status: u16) -> &'static str {
    match status {
        401 | 403 => "the identity of connection `{connection}` needs the role Cognitive Services OpenAI User",
        _ => advice(status),
    }
}
