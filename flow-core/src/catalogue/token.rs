//! Counting tokens.

use serde::Deserialize;
use tiktoken_rs::CoreBPE;

/// A way of cutting text into tokens, by the name of its vocabulary. A vocabulary is unpacked when its first text is
/// counted, which takes some tenths of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Encoding {
    /// gpt-4o and everything of OpenAI's after it.
    #[serde(rename = "o200k_base")]
    O200k,
    /// gpt-4, gpt-3.5-turbo, davinci-002 and the embeddings.
    #[serde(rename = "cl100k_base")]
    Cl100k,
    /// text-davinci-003 and its time.
    #[serde(rename = "p50k_base")]
    P50k,
    /// gpt-2 and the first gpt-3.
    #[serde(rename = "r50k_base")]
    R50k,
}

/// Longer texts are counted piece by piece, which bounds memory; a piece's end may split a token.
const PIECE: usize = 1 << 16;

impl Encoding {
    /// All of them.
    pub const ALL: [Encoding; 4] = [Encoding::O200k, Encoding::Cl100k, Encoding::P50k, Encoding::R50k];

    /// The vocabulary's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Encoding::O200k => "o200k_base",
            Encoding::Cl100k => "cl100k_base",
            Encoding::P50k => "p50k_base",
            Encoding::R50k => "r50k_base",
        }
    }

    /// The encoding of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.name() == name)
    }

    /// The tokens of a text. Words that stand for control tokens are text like any other.
    #[must_use]
    pub fn count(self, text: &str) -> u64 {
        let vocabulary = self.vocabulary();
        let mut rest = text;
        let mut count = 0;
        while !rest.is_empty() {
            let mut end = rest.len().min(PIECE);
            while !rest.is_char_boundary(end) {
                end += 1;
            }
            let (piece, behind) = rest.split_at(end);
            count += vocabulary.count_ordinary(piece);
            rest = behind;
        }
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    fn vocabulary(self) -> &'static CoreBPE {
        match self {
            Encoding::O200k => tiktoken_rs::o200k_base_singleton(),
            Encoding::Cl100k => tiktoken_rs::cl100k_base_singleton(),
            Encoding::P50k => tiktoken_rs::p50k_base_singleton(),
            Encoding::R50k => tiktoken_rs::r50k_base_singleton(),
        }
    }
}

/// The tokens of a text: counted where the encoding is known, else one for every four characters, or for every three
/// bytes where that is more, as with scripts other than Latin.
pub(super) fn count(encoding: Option<Encoding>, text: &str) -> u64 {
    match encoding {
        Some(encoding) => encoding.count(text),
        None => {
            let characters = text.chars().count();
            let by_bytes = if text.len() > characters { text.len() / 3 } else { 0 };
            u64::try_from(characters.div_ceil(4).max(by_bytes)).unwrap_or(u64::MAX)
        }
    }
}
