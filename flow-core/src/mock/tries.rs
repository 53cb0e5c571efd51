use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How often each request came to each scripted fault. Requests are known by a number of 64 bits.
#[derive(Debug, Default)]
pub(super) struct Tries {
    counts: Mutex<HashMap<(u64, usize), u32>>,
}

impl Tries {
    /// How often this one came before.
    pub(super) fn next(&self, request: u64, script: usize) -> u32 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((request, script)).or_default();
        let before = *count;
        *count = before.saturating_add(1);
        before
    }

    /// Forgets all.
    pub(super) fn clear(&self) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
