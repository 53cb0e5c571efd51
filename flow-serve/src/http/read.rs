use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Reads a request's body, of at most `limit` bytes and within `time`.
///
/// # Errors
/// If it is larger or slower, or breaks off.
pub(crate) async fn read_body(body: Body, limit: usize, time: Duration) -> Result<Bytes, BodyError> {
    if hyper::body::Body::size_hint(&body).lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(BodyError::TooLarge { limit });
    }
    match tokio::time::timeout(time, Limited::new(body, limit).collect()).await {
        Err(_) => Err(BodyError::TooSlow { time }),
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge { limit }),
        Ok(Err(_)) => Err(BodyError::BrokenOff),
    }
}

/// A body that cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// It is larger than it may be.
    #[error("the request's body is larger than {limit} bytes; send less, or serve with a larger --max-body")]
    TooLarge {
        /// The most that it may have, in bytes.
        limit: usize,
    },
    /// It does not come to an end.
    #[error("the request's body did not arrive within {} s", .time.as_secs_f64())]
    TooSlow {
        /// The longest that it may take.
        time: Duration,
    },
    /// The client went away.
    #[error("the request's body broke off")]
    BrokenOff,
}
