use flow_core::value::Map;
use sha2::{Digest, Sha256};

/// The mark of an answer: that of another answer differs. Labels carry it, so that none counts for an answer that it was not given to, when
/// the flow has run again.
#[must_use]
pub fn answer_mark(outputs: &Map) -> u64 {
    let mut hasher = Sha256::new();
    for (name, value) in outputs {
        let value = value.to_json();
        for part in [name.as_bytes(), value.as_bytes()] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().iter().take(8).fold(0, |mark, byte| (mark << 8) | u64::from(*byte))
}

/// A mark as it is written. It begins with a letter that no number has, so that spreadsheets leave it as it is.
#[must_use]
pub fn mark_text(mark: u64) -> String {
    format!("a{mark:016x}")
}
