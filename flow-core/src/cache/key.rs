use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The version of what keys are made of: another one finds nothing of those before it.
const FORMAT: &str = "1";

/// What an answer is found by: SHA-256 of all that the answer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// The key of a call's parts, each of which is told apart from its neighbours by its length.
    pub(super) fn of<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> Self {
        let mut digest = Sha256::new();
        for part in [FORMAT.as_bytes()].into_iter().chain(parts) {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Self(digest.finalize().into())
    }

    /// The same call, for the n-th time in its row and in this repetition of the row.
    pub(super) fn nth(self, repeat: u32, occurrence: u32) -> Self {
        Self::of([&self.0[..], &repeat.to_le_bytes(), &occurrence.to_le_bytes()])
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A digest that tells two texts apart without proving anything: ten hexadecimal digits.
pub(super) fn short(bytes: &[u8]) -> String {
    digits(&Sha256::digest(bytes), 5)
}

/// The first bytes as hexadecimal digits.
pub(super) fn digits(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).fold(String::with_capacity(count * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_in_each_part_and_where_parts_end() {
        let key = |parts: &[&str]| CacheKey::of(parts.iter().map(|part| part.as_bytes()));
        let all = [
            key(&["a", "b"]),
            key(&["ab", ""]),
            key(&["", "ab"]),
            key(&["ab"]),
            key(&["a", "b"]).nth(0, 0),
            key(&["a", "b"]).nth(1, 0),
            key(&["a", "b"]).nth(0, 1),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(key(&["a", "b"]), all[0]);
        assert_eq!(short(b"a").len(), 10);
    }
}
