//! What is passed on to providers with each request, so that their traces join ours: a `traceparent` as W3C's Trace Context has it.

use std::sync::Arc;

tokio::task_local! {
    static TRACEPARENT: Arc<str>;
}

/// Runs a future, within which every request to a provider carries this `traceparent`.
pub async fn passing_on<F: Future>(traceparent: Option<Arc<str>>, future: F) -> F::Output {
    match traceparent {
        Some(traceparent) => TRACEPARENT.scope(traceparent, future).await,
        None => future.await,
    }
}

/// The `traceparent` that a request to a provider is to carry.
#[must_use]
pub fn traceparent() -> Option<Arc<str>> {
    TRACEPARENT.try_with(Arc::clone).ok()
}
