use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::{Answer, CallParts, CallRecord, Cost, ModelRequest};

/// Calls of a row that ended well before the row was broken off, so that nothing is paid twice when it runs again.
///
/// A call is known by its [`digest`]. Of several calls with the same digest the n-th gets what the n-th of them got.
pub trait CallMemory: fmt::Debug + Send + Sync {
    /// Whether there is anything to recall, so that nobody works out digests in vain.
    fn has_any(&self) -> bool {
        true
    }

    /// What came of this call, which is given once.
    fn recall(&self, digest: &str) -> Option<PastCall>;

    /// Keeps a call that ended well. The row goes on when it is kept; where it cannot be kept, whoever keeps it tells.
    fn remember<'a>(&'a self, call: NewCall<'a>) -> BoxFuture<'a, ()>;
}

/// A call that ended well just now.
#[derive(Debug, Clone, Copy)]
pub struct NewCall<'a> {
    /// The node; inside of a sub-flow behind the calling node's.
    pub node: &'a Arc<str>,
    /// The item of the nearest `for_each`: the node's own, or the one around.
    pub item: Option<usize>,
    /// What it is found by.
    pub digest: &'a str,
    /// What was asked, and what came of it.
    pub record: &'a CallRecord,
}

/// A call that ended well before, in an earlier attempt at its row or in another run: its answer, and what it took then.
#[derive(Debug, Clone, PartialEq)]
pub struct PastCall {
    /// The body of the answer.
    pub answer: Json,
    /// The provider's name in traces.
    pub provider: Arc<str>,
    /// Requests that were sent.
    pub attempts: u32,
    /// All the time, pauses included.
    pub elapsed: Duration,
    /// The part of it in which nothing was under way.
    pub waited: Duration,
    /// What it cost.
    pub cost: Cost,
    /// Whether a recording answered.
    pub replayed: bool,
}

impl PastCall {
    /// What is kept of a call; `None` if it did not end well.
    #[must_use]
    pub fn of(record: &CallRecord) -> Option<Self> {
        let answer = record.outcome.as_ref().ok()?;
        if Answer::failure(record.api(), &answer.body).is_some() {
            return None;
        }
        Some(Self {
            answer: answer.body.clone(),
            provider: Arc::clone(&record.provider),
            attempts: record.attempts,
            elapsed: record.elapsed,
            waited: record.waited,
            cost: record.cost,
            replayed: record.replayed,
        })
    }

    /// The record of a call that the node cache answers with this one.
    #[must_use]
    pub fn cached_record(
        self,
        connection: &Arc<str>,
        request: &Arc<ModelRequest>,
        parts: Arc<CallParts>,
    ) -> CallRecord {
        let record = self.record(connection, request);
        CallRecord { recalled: false, cached: true, parts: Some(parts), cost: record.cost.unpaid(), ..record }
    }

    /// The record of a call that is answered by this one.
    #[must_use]
    pub fn record(self, connection: &Arc<str>, request: &Arc<ModelRequest>) -> CallRecord {
        CallRecord {
            provider: self.provider,
            connection: Arc::clone(connection),
            request: Arc::clone(request),
            outcome: Ok(Arc::new(Answer::from_body(request.api, self.answer))),
            replayed: self.replayed,
            recalled: true,
            cached: false,
            parts: None,
            attempts: self.attempts,
            elapsed: self.elapsed,
            waited: self.waited,
            first_delta: None,
            cost: self.cost,
        }
    }
}

/// What a call is known by: SHA-256, in hexadecimal digits, of the node, the connection's name, the API, the model and the body.
#[must_use]
pub fn digest(node: &str, connection: &str, request: &ModelRequest) -> String {
    let mut digest = Sha256::new();
    for part in [node, connection, request.api.name(), &request.model] {
        // With its length, so that no two lists of parts are the same bytes.
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    // A body is a mapping of texts, so it can always be written.
    digest.update(serde_json::to_vec(&request.body).unwrap_or_default());
    digest.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Api;
    use super::*;

    #[test]
    fn calls_that_differ_in_anything_have_different_digests() {
        let request = |api, model: &str, body: Json| ModelRequest {
            api,
            model: model.into(),
            body: body.as_object().cloned().unwrap_or_default(),
        };
        let chat = request(Api::Chat, "m", json!({ "model": "m", "messages": [] }));
        let all = [
            digest("a", "c", &chat),
            digest("b", "c", &chat),
            digest("a", "d", &chat),
            digest("ac", "", &chat),
            digest("a", "c", &request(Api::Responses, "m", json!({ "model": "m", "messages": [] }))),
            digest("a", "c", &request(Api::Chat, "n", json!({ "model": "m", "messages": [] }))),
            digest("a", "c", &request(Api::Chat, "m", json!({ "model": "m", "messages": [1] }))),
        ];
        let different: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(digest("a", "c", &chat), all[0]);
        assert_eq!(all[0].len(), 64);
    }
}
