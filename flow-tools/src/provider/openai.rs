use std::sync::Arc;

use flow_core::connection::{Connect, Connection, ConnectionKind};
use flow_core::model::{CallContext, Dialect, Model, ModelError, ModelReply, ModelRequest};
use futures_util::future::{BoxFuture, FutureExt};
use reqwest::header::{AUTHORIZATION, HeaderName};

use super::client::authority;
use super::endpoint::{Endpoint, address, has_own_key, identity, without_key};
use super::wire::{Route, Wire};

/// OpenAI's own address, where a connection names no other.
const BASE_URL: &str = "https://api.openai.com/v1";

const ORGANIZATION: HeaderName = HeaderName::from_static("openai-organization");

/// OpenAI and every server compatible with it, Azure's serverless models among them.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenAi;

impl Connect for OpenAi {
    fn serves(&self, kind: ConnectionKind) -> bool {
        matches!(kind, ConnectionKind::OpenAi | ConnectionKind::Serverless) || kind.preset().is_some()
    }

    fn connect(&self, connection: &Connection) -> Result<Arc<dyn Model>, String> {
        Ok(Arc::new(OpenAiModel::of(connection)?))
    }
}

#[derive(Debug)]
pub(super) struct OpenAiModel {
    pub(super) wire: Wire,
    provider: &'static str,
    identity: String,
}

impl OpenAiModel {
    pub(super) fn of(connection: &Connection) -> Result<Self, String> {
        let preset = connection.kind.preset();
        let own = preset.map_or(BASE_URL, |preset| preset.base_url);
        // promptflow writes `_` for "none".
        let given = connection.text("base_url").filter(|text| !matches!(text.trim(), "" | "_"));
        let mut base = address(connection, "base_url", given.unwrap_or(own))?;
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
        // Servers of one's own often want no key.
        let is_own = given.is_none_or(|given| given == own);
        let needs_key = is_own && preset.is_none_or(|preset| preset.needs_key) && !has_own_key(connection);
        let mut endpoint = Endpoint::new(&base);
        match connection.secret("api_key") {
            Some(key) => endpoint = endpoint.with_key(AUTHORIZATION, "Bearer ", key, &connection.name)?,
            None if needs_key => {
                let variable = preset.and_then(|preset| preset.keys.first().copied()).unwrap_or("OPENAI_API_KEY");
                return Err(without_key(connection, variable));
            }
            None => {}
        }
        if let Some(organization) = connection.text("organization") {
            endpoint = endpoint.with_header(ORGANIZATION, organization)?;
        }
        let endpoint = endpoint.with_headers_of(connection)?;
        let title = match preset {
            Some(preset) => preset.title.to_owned(),
            None if base.host_str() == Some("api.openai.com") => "OpenAI".to_owned(),
            None => format!("the server at {}", authority(&base)),
        };
        let provider = preset.map_or("openai", |preset| preset.provider);
        let organization = connection.text("organization").unwrap_or_default();
        let identity = format!("{} {organization}", identity(provider, &base, connection));
        Ok(Self { wire: Wire::new(connection, title, &base, endpoint, advice)?, provider, identity })
    }
}

impl Model for OpenAiModel {
    fn dialect(&self) -> Dialect {
        Dialect::OpenAi
    }

    fn provider(&self) -> &str {
        self.provider
    }

    fn identity(&self) -> Option<String> {
        Some(self.identity.clone())
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
