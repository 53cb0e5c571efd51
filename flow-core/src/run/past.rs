use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{CallEntry, Digest, RowKey};
use crate::model::{NewCall, PastCall};

/// A call of a model that ended well inside of a row that had not ended. It counts until the row's own record comes, which
/// tells of all its calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastCallRecord {
    /// Which row.
    #[serde(flatten)]
    pub key: RowKey,
    /// What it is found by when the row runs again: see [`crate::model::digest`].
    pub digest: Digest,
    /// Which node called, and what the call took.
    pub call: CallEntry,
    /// The body of the answer.
    pub answer: Json,
}

impl PastCallRecord {
    /// The record of a call that ended well; `None` for one that did not.
    #[must_use]
    pub fn of_call(key: RowKey, call: NewCall<'_>) -> Option<Self> {
        let answer = call.record.outcome.as_ref().ok()?.body.clone();
        let entry = CallEntry::of_call(call.node, call.item, call.record);
        Some(Self { key, digest: call.digest.to_owned(), call: entry, answer })
    }

    /// The call as it is given again.
    #[must_use]
    pub fn past(self) -> PastCall {
        let time = |milliseconds: f64| Duration::try_from_secs_f64(milliseconds / 1e3).unwrap_or_default();
        PastCall {
            answer: self.answer,
            provider: self.call.provider.into(),
            attempts: self.call.attempts,
            elapsed: time(self.call.elapsed_ms),
            waited: time(self.call.waited_ms),
            cost: self.call.usage.cost,
            replayed: self.call.replayed,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::model::{Api, Cost, ModelRequest};
    use crate::run::Record;

    #[test]
    fn a_call_comes_back_with_all_that_it_took() {
        let past = PastCall {
            answer: json!({ "choices": [{ "message": { "content": "a\u{1f600}" } }], "usage": { "prompt_tokens": 3 }, "f": 0.1 }),
            provider: "openai".into(),
            attempts: 3,
            elapsed: Duration::from_micros(1_234_567),
            waited: Duration::from_millis(7),
            cost: Cost { known: "0.0012".parse().expect("a number"), ..Cost::default() },
            replayed: false,
        };
        let request = ModelRequest { api: Api::Chat, model: "m".into(), body: serde_json::Map::new() };
        let record = past.clone().record(&"c".into(), &Arc::new(request));
        let call = NewCall { node: &"ask".into(), item: Some(2), digest: "d", record: &record };
        let key = RowKey { line: 7, variant: 1, repeat: 2 };
        let kept = PastCallRecord::of_call(key, call).expect("it ended well");
        assert_eq!(kept.call.usage.prompt_tokens, 3);
        let written = Record::Call(kept.clone()).encode();
        assert_eq!(Record::decode(&written), Ok(Record::Call(kept.clone())));
        assert_eq!(kept.past(), past);
    }
}
