//! The service through which async-openai sends.

use std::task::{Context, Poll};
use std::time::Duration;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use reqwest::header::HeaderMap;
use reqwest::{Client, Response, StatusCode};
use tokio::time::timeout;

use super::incoming::{self, Broken};

/// The longest silence: before an answer begins, and between two pieces of it. How long a call may take in all is for
/// the caller to say.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// The longest body of an error answer that is read, in bytes.
const LONGEST_REFUSAL: usize = 64 * 1024;

/// The longest silence within such a body.
const REFUSAL_PATIENCE: Duration = Duration::from_secs(5);

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
