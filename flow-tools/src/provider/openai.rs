use std::sync::Arc;

use flow_core::connection::{Connect, Connection, ConnectionKind};
use flow_core::model::{CallContext, Dialect, Model, ModelError, ModelReply, ModelRequest};
use futures_util::future::{BoxFuture, FutureExt};
use reqwest::header::{AUTHORIZATION, HeaderName};

use super::endpoint::{Endpoint, address, api_key, without_key};
use super::wire::{Route, Wire};

/// OpenAI's own address, where a connection names no other.
const BASE_URL: &str = "https://api.openai.com/v1";

const ORGANIZATION: HeaderName = HeaderName::from_static("openai-organization");

/// OpenAI and every server compatible with it, Azure's serverless models among them.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenAi;

impl Connect for OpenAi {
    fn serves(&self, kind: ConnectionKind) -> bool {
        matches!(kind, ConnectionKind::OpenAi | ConnectionKind::Serverless)
    }

    fn connect(&self, connection: &Connection) -> Result<Arc<dyn Model>, String> {
        // promptflow writes `_` for "none".
        let given = connection.text("base_url").filter(|text| !matches!(text.trim(), "" | "_"));
        let mut base = address(connection, "base_url", given.unwrap_or(BASE_URL))?;
        if connection.kind == ConnectionKind::Serverless {
            if given.is_none() {
                return Err(format!("connection `{}` has no base_url", connection.name));
            }
            let path = base.path().trim_end_matches('/');
            if !path.ends_with("/v1") {
                let path = format!("{path}/v1");
                base.set_path(&path);
            }
        }
        let mut endpoint = Endpoint::new(&base);
        match api_key(connection) {
            Some(key) => endpoint = endpoint.with_key(AUTHORIZATION, "Bearer ", key, &connection.name)?,
            None if given.is_none() => return Err(without_key(connection, "OPENAI_API_KEY")),
            // Servers of one's own often want no key.
            None => {}
        }
        if let Some(organization) = connection.text("organization") {
            endpoint = endpoint.with_header(ORGANIZATION, organization)?;
        }
        let is_openai = base.host_str() == Some("api.openai.com");
        let title = if is_openai { "OpenAI".to_owned() } else { format!("the server at {}", authority(&base)) };
        Ok(Arc::new(OpenAiModel { wire: Wire::new(connection, title, &base, endpoint, advice)? }))
    }
}

fn authority(base: &reqwest::Url) -> String {
    let host = base.host_str().unwrap_or_default();
    base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[derive(Debug)]
struct OpenAiModel {
    wire: Wire,
}

impl Model for OpenAiModel {
    fn dialect(&self) -> Dialect {
        Dialect::OpenAi
    }

    fn provider(&self) -> &str {
        "openai"
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        let route = Route { path: request.api.path().to_owned(), query: None };
        self.wire.call(route, request, context).boxed()
    }
}

fn advice(status: u16) -> &'static str {
    match status {
        // Nobody was reached.
        0 => "check the base_url of connection `{connection}` and the network",
        401 | 403 => "check the api_key of connection `{connection}`",
        404 => "check the model `{model}` and the base_url of connection `{connection}`",
        300..=399 => "the address has moved; check the base_url of connection `{connection}`",
        _ => "",
    }
}
