//! The HTTP client of this process, and the service through which async-openai sends with it.

use std::sync::{Once, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use reqwest::header::HeaderMap;
use reqwest::{Client, Response, StatusCode, Url};
use tokio::time::timeout;

use super::incoming::{self, Broken};

/// Time to reach a server.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest silence: before an answer begins, and between two pieces of it. How long a call may take in all is for
/// the caller to say.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// The longest body of an error answer that is read, in bytes.
const LONGEST_REFUSAL: usize = 64 * 1024;

/// The longest silence within such a body.
const REFUSAL_PATIENCE: Duration = Duration::from_secs(5);

/// The client for a server. There is one for all, so that connections are kept alive; servers on this machine have
/// another, which never goes through a proxy.
pub(super) fn client(url: &Url) -> Result<Client, String> {
    static ANYWHERE: OnceLock<Result<Client, String>> = OnceLock::new();
    static HERE: OnceLock<Result<Client, String>> = OnceLock::new();
    if is_loopback(url) {
        HERE.get_or_init(|| build(true)).clone()
    } else {
        ANYWHERE.get_or_init(|| build(false)).clone()
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn build(is_direct: bool) -> Result<Client, String> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error says that the program has installed another one already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let mut builder = Client::builder()
        .user_agent(concat!("flow/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        // A redirect could carry the key to another host.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never());
    if is_direct {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| format!("the HTTP client cannot be set up: {error}"))
}

/// Sends each request once. Nothing is left for async-openai to read, since it would drop the headers of a refusal, and
/// neither bound an answer nor tell how it broke: answers leave here as its errors do.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    pub(super) client: Client,
    /// The longest silence before the head of an answer.
    pub(super) patience: Duration,
}

impl tower_service::Service<HttpRequestFactory> for Transport {
    type Response = Response;
    type Error = OpenAIError;
    type Future = BoxFuture<'static, Result<Response, OpenAIError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let Transport { client, patience } = self.clone();
        async move {
            let request = request.build().await?;
            let response = match timeout(patience, client.execute(request)).await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return Err(OpenAIError::Boxed(Box::new(Broken::Failed(error)))),
                Err(_) => return Err(OpenAIError::Boxed(Box::new(Broken::Silent(patience)))),
            };
            if response.status().is_success() {
                return Err(OpenAIError::Boxed(Box::new(Answered(response))));
            }
            Err(OpenAIError::Boxed(Box::new(Refusal::read(response).await)))
        }
        .boxed()
    }
}

/// A success whose body is still to be read.
#[derive(Debug, thiserror::Error)]
#[error("the server answered {}", .0.status())]
pub(super) struct Answered(pub(super) Response);

/// An answer that is no success.
#[derive(Debug, thiserror::Error)]
#[error("the server answered {status}")]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// As much of the body as came.
    pub(super) body: Vec<u8>,
}

impl Refusal {
    async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let mut chunks = incoming::chunks(response, REFUSAL_PATIENCE);
        let mut body = Vec::new();
        // The status says enough; a body that breaks off is no further error.
        while let Some(Ok(chunk)) = chunks.next().await {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST_REFUSAL {
                body.truncate(LONGEST_REFUSAL);
                break;
            }
        }
        Self { status, headers, body }
    }
}
