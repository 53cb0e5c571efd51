use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::{HeaderName, HeaderValue, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Method, Request};
use flow_core::connection::Connection;
use reqwest::{Client, Url};
use tokio::time::{Duration, timeout};

use crate::provider::client;

/// How long a token may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The largest answer to a request for a token.
const LARGEST: usize = 1024 * 1024;

/// Sends the identity library's requests as everything is sent here: with the connection's proxy and authorities.
#[derive(Debug)]
pub(super) struct Sender {
    /// Reached through a proxy, if there is one.
    far: Client,
    /// This machine, and the address of metadata beside it.
    near: Client,
}

impl Sender {
    pub(super) fn new(connection: &Connection) -> Result<Self, String> {
        let given = connection.text("authority_host").unwrap_or("https://login.microsoftonline.com");
        let authority = Url::parse(given)
            .map_err(|_| format!("the authority_host of connection `{}` is not a web address", connection.name))?;
        Ok(Self { far: client::way(connection, &authority)?.client, near: client::direct(connection)? })
    }

    async fn send(&self, request: &Request) -> Result<AsyncRawResponse, Error> {
        let url = request.url();
        let is_near = matches!(url.host_str(), Some("169.254.169.254" | "localhost" | "127.0.0.1" | "[::1]"));
        let client = if is_near { &self.near } else { &self.far };
        let mut sent = match request.method() {
            Method::Get => client.get(url.clone()),
            _ => client.post(url.clone()),
        };
        for (name, value) in request.headers().iter() {
            sent = sent.header(name.as_str(), value.as_str());
        }
        if let Body::Bytes(bytes) = request.body() {
            sent = sent.body(bytes.clone());
        }
        // The address may hold what is secret; the library that asked names the step that failed.
        let failed = |error: reqwest::Error| {
            let kind = if error.is_connect() { ErrorKind::Connection } else { ErrorKind::Io };
            Error::with_error(kind, error.without_url(), "the server for tokens could not be asked")
        };
        let mut response = sent.send().await.map_err(failed)?;
        let text = |value: &reqwest::header::HeaderValue| value.to_str().map(str::to_owned).ok();
        let headers = response.headers().iter().filter_map(|(name, value)| {
            Some((HeaderName::from(name.as_str().to_owned()), HeaderValue::from(text(value)?)))
        });
        let headers = Headers::from(headers.collect::<std::collections::HashMap<_, _>>());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST {
                return Err(Error::with_message(ErrorKind::Io, "the server for tokens does not end its answer"));
            }
        }
        Ok(AsyncRawResponse::from_bytes(response.status().as_u16().into(), headers, body))
    }
}

#[async_trait::async_trait]
impl HttpClient for Sender {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        timeout(PATIENCE, self.send(request)).await.unwrap_or_else(|_| {
            Err(Error::with_message(ErrorKind::Io, format!("no token within {} s", PATIENCE.as_secs())))
        })
    }
}
