use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use axum::http::HeaderMap;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::TraceContext;
use crate::guard::Admitted;

/// The longest id that a client may give a request.
const LONGEST: usize = 128;

/// A request, as all who handle it know it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Its id: the client's `x-request-id`, or one of ours.
    pub(crate) id: Arc<str>,
    /// When it came.
    pub(crate) came: SystemTime,
    /// The same, to measure time from.
    pub(crate) began: Instant,
    /// Where it belongs among the traces of others.
    pub(crate) trace: Option<TraceContext>,
    /// Who sends it, as far as the same sender is to get the same variant: a header's value, or a key's name.
    pub(crate) sender: Option<Arc<str>>,
    /// The variant that answered it.
    pub(crate) variant: Arc<OnceLock<Arc<str>>>,
    /// The key that it came with; its place is free again when the request is done with.
    pub(crate) key: Option<Arc<Admitted>>,
}

impl Asked {
    pub(crate) fn of(headers: &HeaderMap, is_traced: bool) -> Self {
        let given = headers.get("x-request-id").and_then(|header| header.to_str().ok());
        let id = match given.filter(|id| is_id(id)) {
            Some(given) => Arc::from(given),
            None => Arc::from(new_id()),
        };
        Self {
            id,
            came: SystemTime::now(),
            began: Instant::now(),
            trace: TraceContext::of(headers, is_traced),
            sender: None,
            variant: Arc::default(),
            key: None,
        }
    }
}

impl Asked {
    /// A number from 0 to 1 that is the same for all requests of one sender; of one that is not known, it is drawn anew.
    pub(crate) fn drawn(&self, flow: &str) -> f64 {
        let mut hash = Sha256::new();
        hash.update(flow.as_bytes());
        hash.update([0]);
        hash.update(self.sender.as_ref().unwrap_or(&self.id).as_bytes());
        let digest = hash.finalize();
        let bits = digest.iter().take(4).fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }
}

/// Whether a client's id may go into headers, logs and files.
fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte);
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(is_plain)
}

/// An id of 128 random bits.
fn new_id() -> String {
    let mut bytes = [0_u8; 16];
    // Without the system's chance, an id is as good as any other that nobody gave.
    let _ = getrandom::fill(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}
