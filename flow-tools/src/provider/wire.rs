use std::fmt;
use std::sync::Arc;

use async_openai::Client;
use async_openai::error::OpenAIError;
use async_openai::traits::RequestOptionsBuilder;
use flow_core::connection::Connection;
use flow_core::model::{CallContext, ModelError, ModelReply, ModelRequest};
use futures_util::{StreamExt, stream};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, Url};
use secrecy::ExposeSecret;
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::endpoint::{Endpoint, api_key};
use super::failure::{self, Asked, Party};
use super::incoming::{self, Chunks};
use super::pieces::pieces;
use super::secrets::Secrets;
use super::transport::{self, Answered, PATIENCE, Transport};

/// The way to one provider with one connection.
pub(super) struct Wire {
    client: Client<Endpoint>,
    party: Arc<Party>,
}

/// Where a request goes, behind the base address.
pub(super) struct Route {
    pub(super) path: String,
    pub(super) query: Option<(&'static str, String)>,
}

impl Wire {
    pub(super) fn new(
        connection: &Connection,
        title: String,
        base: &Url,
        endpoint: Endpoint,
        advice: fn(u16) -> &'static str,
    ) -> Result<Self, String> {
        let http = transport::client(base)?;
        let transport = Transport { client: http.clone(), patience: PATIENCE };
        let client = Client::build(http, endpoint).with_http_service(transport);
        let host = base.host_str().unwrap_or_default();
        let host = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let mut secrets = Secrets::default();
        secrets.add(base.password().unwrap_or_default());
        secrets.add(api_key(connection).map(|key| key.expose_secret()).unwrap_or_default());
        let party = Party { title, connection: Arc::clone(&connection.name), host, secrets, advice };
        Ok(Self { client, party: Arc::new(party) })
    }

    /// Sends one request once.
    pub(super) async fn call(
        &self,
        route: Route,
        request: &ModelRequest,
        context: &CallContext,
    ) -> Result<ModelReply, ModelError> {
        let asked = Asked { party: Arc::clone(&self.party), model: Arc::clone(&request.model) };
        let cancel = &context.cancel;
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(asked.cancelled()),
            reply = self.exchange(route, request, &asked, cancel) => reply,
        }
    }

    async fn exchange(
        &self,
        route: Route,
        request: &ModelRequest,
        asked: &Asked,
        cancel: &CancellationToken,
    ) -> Result<ModelReply, ModelError> {
        let response = self.send(route, request).await.map_err(|error| failure::explain(&error, asked))?;
        let says_stream = response.headers().get(CONTENT_TYPE).is_some_and(|kind| is_event_stream(kind.as_bytes()));
        let chunks = incoming::chunks(response, PATIENCE);
        let chunks = match request.is_streamed() {
            true if says_stream => Ok(chunks),
            // Servers that cannot stream answer whole, and servers that can may call it anything.
            true => unless_whole(chunks).await,
            false => Err(chunks),
        };
        match chunks {
            Ok(chunks) => Ok(ModelReply::Stream(pieces(chunks, asked.clone(), cancel.clone()))),
            Err(chunks) => {
                let body = incoming::whole(chunks).await.map_err(|broken| failure::broken_off(&broken, asked))?;
                let text = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&body);
                let whole: Json =
                    serde_json::from_slice(text).map_err(|error| failure::no_json(&error, text, asked))?;
                failure::check_whole(request.api, &whole, asked)?;
                Ok(ModelReply::Whole(whole))
            }
        }
    }

    /// The response, once its head is there. All APIs go through the one group of async-openai: its groups differ in
    /// the path and in the types of bodies, and both are given here.
    async fn send(&self, route: Route, request: &ModelRequest) -> Result<Response, OpenAIError> {
        let mut group = self.client.chat().path(route.path)?;
        if let Some(parameter) = route.query {
            group = group.query(&[parameter])?;
        }
        match group.create_byot::<_, Json>(&request.body).await {
            Err(OpenAIError::Boxed(error)) => match error.downcast::<Answered>() {
                Ok(answered) => Ok(answered.0),
                Err(other) => Err(OpenAIError::Boxed(other)),
            },
            Err(error) => Err(error),
            Ok(_) => Err(OpenAIError::InvalidArgument("the answer was read already".into())),
        }
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Party { connection, host, .. } = &*self.party;
        formatter.debug_struct("Wire").field("connection", connection).field("host", host).finish()
    }
}

fn is_event_stream(kind: &[u8]) -> bool {
    kind.to_ascii_lowercase().starts_with(b"text/event-stream")
}

/// Looks whether a body is a stream of events, whatever it calls itself; else it comes back as `Err`.
async fn unless_whole(mut chunks: Chunks) -> Result<Chunks, Chunks> {
    let mut seen = Vec::new();
    let mut first = None;
    while first.is_none() {
        let Some(chunk) = chunks.next().await else { break };
        if let Ok(bytes) = &chunk {
            let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            first = text.trim_ascii_start().first().copied();
        }
        let is_broken = chunk.is_err();
        seen.push(chunk);
        if is_broken {
            break;
        }
    }
    let chunks = stream::iter(seen).chain(chunks).boxed();
    match first {
        Some(b'{' | b'[' | b'<' | b'"' | 0x1f) | None => Err(chunks),
        Some(_) => Ok(chunks),
    }
}
