use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use reqwest::Response;
use tokio::time::timeout;

/// The most bytes of an answer that are read: more than the largest list of embeddings takes.
pub(super) const LARGEST_ANSWER: usize = 256 * 1024 * 1024;

/// The body of an answer, chunk by chunk; the last one may be an error.
pub(super) type Chunks = BoxStream<'static, Result<Bytes, Broken>>;

/// Why there is no answer, or not the whole of one.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// No byte came for so long.
    #[error("nothing came for {} s", .0.as_secs_f64())]
    Silent(Duration),
    /// There is no end to it.
    #[error("the answer is longer than {} MB", LARGEST_ANSWER / (1024 * 1024))]
    TooLong,
    /// The connection failed.
    #[error(transparent)]
    Failed(reqwest::Error),
}

/// The chunks of a body. Each has to come within this time.
pub(super) fn chunks(response: Response, patience: Duration) -> Chunks {
    let read = 0_usize;
    stream::try_unfold((response, read), move |(mut response, read)| async move {
        let chunk = timeout(patience, response.chunk()).await.map_err(|_| Broken::Silent(patience))?;
        let Some(chunk) = chunk.map_err(Broken::Failed)? else { return Ok(None) };
        let read = read + chunk.len();
        if read > LARGEST_ANSWER {
            return Err(Broken::TooLong);
        }
        Ok(Some((chunk, (response, read))))
    })
    .boxed()
}

/// All chunks, put together.
pub(super) async fn whole(mut chunks: Chunks) -> Result<Vec<u8>, Broken> {
    let mut body = Vec::new();
    while let Some(chunk) = chunks.next().await {
        body.extend_from_slice(&chunk?);
    }
    Ok(body)
}
