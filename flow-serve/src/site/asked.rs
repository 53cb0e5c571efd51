use std::sync::Arc;

use axum::http::HeaderMap;
use tokio::time::Instant;

use crate::guard::Admitted;

/// The longest id that a client may give a request.
const LONGEST: usize = 128;

/// A request, as all who handle it know it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Its id: the client's `x-request-id`, or one of ours.
    pub(crate) id: Arc<str>,
    /// When it came.
    pub(crate) began: Instant,
    /// The key that it came with; its place is free again when the request is done with.
    pub(crate) key: Option<Arc<Admitted>>,
}

impl Asked {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let given = headers.get("x-request-id").and_then(|header| header.to_str().ok());
        let id = match given.filter(|id| is_id(id)) {
            Some(given) => Arc::from(given),
            None => Arc::from(new_id()),
        };
        Self { id, began: Instant::now(), key: None }
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
