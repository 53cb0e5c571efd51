use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_openai::Client;
use async_openai::error::OpenAIError;
use async_openai::traits::RequestOptionsBuilder;
use flow_core::connection::Connection;
use flow_core::model::{CallContext, ModelError, ModelReply, ModelRequest};
use futures_util::{StreamExt, stream};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::client::{self, Way, authority};
use super::endpoint::Endpoint;
use super::failure::{self, Asked, Party};
use super::identity::Identity;
use super::incoming::{self, Chunks};
use super::pieces::pieces;
use super::secrets::Secrets;
use super::transport::{Answered, PATIENCE, Transport};

/// The way to one provider with one connection.
pub(super) struct Wire {
    client: Client<Endpoint>,
    party: Arc<Party>,
    /// The longest silence.
    patience: Duration,
    /// Who gives the token that is sent in place of a key.
    identity: Option<Identity>,
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
        let Way { client: http, via } = client::way(connection, base)?;
        let patience = client::time(connection, "timeout")?.unwrap_or(PATIENCE);
        let transport = Transport { client: http.clone(), patience };
        let client = Client::build(http, endpoint).with_http_service(transport);
        let mut secrets = Secrets::default();
        let add_password = |secrets: &mut Secrets, url: &Url| {
            if let Some(password) = url.password() {
                secrets.add(password);
                // As it goes into a header.
                secrets.add(&format!("{}:{password}", url.username()));
            }
        };
        add_password(&mut secrets, base);
        for (field, secret) in &connection.secrets {
            let secret = secret.expose_secret().trim();
            match (&**field, Url::parse(secret)) {
                ("proxy", Ok(url)) => add_password(&mut secrets, &url),
                // `X-Team: docs` is nobody's secret.
                (field, _) if field.starts_with("headers.") && secret.len() < 6 => {}
                // `Bearer TOKEN`: what the server repeats may be the second word alone.
                _ => secret.strip_prefix("Bearer ").into_iter().chain([secret]).for_each(|secret| secrets.add(secret)),
            }
        }
        let connection = Arc::clone(&connection.name);
        let party = Party { title, connection, host: authority(base), via, secrets, advice };
        Ok(Self { client, party: Arc::new(party), patience, identity: None })
    }

    /// Sends a token of this identity with each request.
    pub(super) fn with_identity(self, identity: Option<Identity>) -> Self {
        Self { identity, ..self }
    }

    /// What the server lists at a path, within the time for one silence.
    pub(super) async fn list(&self, route: Route) -> Result<Json, ModelError> {
        let asked = Asked::of(&self.party, "");
        let mut group = self.client.models().path(route.path).map_err(|error| failure::explain(&error, &asked))?;
        if let Some(parameter) = route.query {
            group = group.query(&[parameter]).map_err(|error| failure::explain(&error, &asked))?;
        }
        let (asked, headers) = self.identified(asked).await?;
        let answer = answered(group.headers(headers).list_byot::<Json>().await);
        let response = answer.map_err(|error| failure::explain(&error, &asked))?;
        let body = incoming::whole(incoming::chunks(response, self.patience)).await;
        let body = body.map_err(|broken| failure::broken_off(&broken, &asked))?;
        serde_json::from_slice(&body).map_err(|error| failure::no_whole_json(&error, &body, &asked))
    }

    /// The header that says who calls, where it is not the same for every call; and no message repeats it.
    async fn identified(&self, mut asked: Asked) -> Result<(Asked, HeaderMap), ModelError> {
        let mut headers = HeaderMap::new();
        if let Some(identity) = &self.identity {
            let token = identity.token().await.map_err(|error| failure::unidentified(error, &asked))?;
            asked.more.add(token.expose_secret());
            headers.insert(AUTHORIZATION, bearer(&token).map_err(|why| failure::failed(why, &asked))?);
        }
        Ok((asked, headers))
    }

    /// Sends one request once.
    pub(super) async fn call(
        &self,
        route: Route,
        request: &ModelRequest,
        context: &CallContext,
    ) -> Result<ModelReply, ModelError> {
        let asked = Asked::of(&self.party, &request.model);
        let cancel = &context.cancel;
        let exchange = async {
            let (asked, headers) = self.identified(asked.clone()).await?;
            self.exchange((route, headers), request, &asked, cancel).await
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(asked.cancelled()),
            reply = exchange => reply,
        }
    }

    /// Sends a body that is of no API of OpenAI's, and gives the JSON that it is answered with.
    pub(super) async fn ask(
        &self,
        target: (Route, HeaderMap),
        request: &ModelRequest,
        context: &CallContext,
    ) -> Result<Json, ModelError> {
        let asked = Asked::of(&self.party, &request.model);
        let exchange = async {
            let response = self.send(target, request).await.map_err(|error| failure::explain(&error, &asked))?;
            whole(incoming::chunks(response, self.patience), &asked).await
        };
        tokio::select! {
            biased;
            () = context.cancel.cancelled() => Err(asked.cancelled()),
            answer = exchange => answer,
        }
    }

    async fn exchange(
        &self,
        target: (Route, HeaderMap),
        request: &ModelRequest,
        asked: &Asked,
        cancel: &CancellationToken,
    ) -> Result<ModelReply, ModelError> {
        let response = self.send(target, request).await.map_err(|error| failure::explain(&error, asked))?;
        let says_stream = response.headers().get(CONTENT_TYPE).is_some_and(|kind| is_event_stream(kind.as_bytes()));
        let chunks = incoming::chunks(response, self.patience);
        let chunks = match request.is_streamed() {
            true if says_stream => Ok(chunks),
            // Servers that cannot stream answer whole, and servers that can may call it anything.
            true => unless_whole(chunks).await,
            false => Err(chunks),
        };
        match chunks {
            Ok(chunks) => Ok(ModelReply::Stream(pieces(chunks, asked.clone(), cancel.clone()))),
            Err(chunks) => {
                let whole = whole(chunks, asked).await?;
                failure::check_whole(request.api, &whole, asked)?;
                Ok(ModelReply::Whole(whole))
            }
        }
    }

    /// The response, once its head is there. All APIs go through the one group of async-openai: its groups differ in
    /// the path and in the types of bodies, and both are given here.
    async fn send(&self, target: (Route, HeaderMap), request: &ModelRequest) -> Result<Response, OpenAIError> {
        let (route, headers) = target;
        let mut group = self.client.chat().path(route.path)?.headers(headers);
        if let Some(parameter) = route.query {
            group = group.query(&[parameter])?;
        }
        answered(group.create_byot::<_, Json>(&request.body).await)
    }
}

/// The JSON of a whole body.
async fn whole(chunks: Chunks, asked: &Asked) -> Result<Json, ModelError> {
    let body = incoming::whole(chunks).await.map_err(|broken| failure::broken_off(&broken, asked))?;
    let text = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&body);
    serde_json::from_slice(text).map_err(|error| failure::no_whole_json(&error, text, asked))
}

/// The response that left through the transport's back door.
fn answered(result: Result<Json, OpenAIError>) -> Result<Response, OpenAIError> {
    match result {
        Err(OpenAIError::Boxed(error)) => match error.downcast::<Answered>() {
            Ok(answered) => Ok(answered.0),
            Err(other) => Err(OpenAIError::Boxed(other)),
        },
        Err(error) => Err(error),
        Ok(_) => Err(OpenAIError::InvalidArgument("the answer was read already".into())),
    }
}

fn bearer(token: &SecretString) -> Result<HeaderValue, &'static str> {
    let value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()));
    let mut value = value.map_err(|_| "the identity's token cannot be sent")?;
    value.set_sensitive(true);
    Ok(value)
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
