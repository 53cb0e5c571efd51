//! Chance that is none: a number between 0 and 1 worked out from the seed, the request and what it is for.

use std::cell::OnceCell;
use std::io;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

/// The chances of one request. The same seed and request give the same numbers on every machine.
pub(super) struct Chance<'a> {
    seed: u64,
    body: &'a Map<String, Json>,
    state: OnceCell<u64>,
}

impl<'a> Chance<'a> {
    pub(super) fn new(seed: u64, body: &'a Map<String, Json>) -> Self {
        Self { seed, body, state: OnceCell::new() }
    }

    /// A number for the request as a whole.
    pub(super) fn state(&self) -> u64 {
        *self.state.get_or_init(|| {
            let mut hash = Fnv(mix(self.seed) ^ FNV_OFFSET);
            // Writing into a hash cannot fail.
            let _ = serde_json::to_writer(&mut hash, &Unstreamed(self.body));
            hash.0
        })
    }

    /// Any number. `purpose` and `part` keep the draws for different things apart.
    pub(super) fn number(&self, purpose: &str, part: usize) -> u64 {
        mix(fnv1a(fnv1a(self.state(), purpose.as_bytes()), &part.to_le_bytes()))
    }

    /// A number from 0 up to 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(super) fn draw(&self, purpose: &str, part: usize) -> f64 {
        (self.number(purpose, part) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A position in a list of this length, which must not be 0.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "lists are short"
    )]
    pub(super) fn pick(&self, purpose: &str, part: usize, length: usize) -> usize {
        ((self.draw(purpose, part) * length as f64) as usize).min(length.saturating_sub(1))
    }
}

/// A request's body as it would be if the answer were not asked for in pieces: the answer is the same.
struct Unstreamed<'a>(&'a Map<String, Json>);

impl Serialize for Unstreamed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const WHOLE: &Json = &Json::Bool(false);
        let entries = self.0.iter().filter(|(key, _)| *key != "stream_options");
        serializer.collect_map(entries.map(|(key, value)| (key, if key == "stream" { WHOLE } else { value })))
    }
}

/// A hash that text is written into.
struct Fnv(u64);

impl io::Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = fnv1a(self.0, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash FNV-1a, continued from a state.
pub(super) fn fnv1a(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finishing step of SplitMix64: spreads every bit over the whole word.
pub(super) fn mix(mut word: u64) -> u64 {
    word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_even_and_repeatable() {
        let mut below = 0;
        let mut sum = 0.0;
        for number in 0..2000 {
            let body = serde_json::json!({ "messages": [number] });
            let body = body.as_object().unwrap();
            let draw = Chance::new(7, body).draw("accuracy", 0);
            assert_eq!(draw.to_bits(), Chance::new(7, body).draw("accuracy", 0).to_bits());
            assert!((0.0..1.0).contains(&draw));
            below += usize::from(draw < 0.3);
            sum += draw;
        }
        assert!((530..670).contains(&below), "{below} of 2000 below 0.3");
        assert!((sum / 2000.0 - 0.5).abs() < 0.03);
    }

    #[test]
    fn seeds_and_purposes_are_apart() {
        let body = serde_json::json!({ "model": "m" });
        let body = body.as_object().unwrap();
        let draw = |seed, purpose, part| Chance::new(seed, body).draw(purpose, part).to_bits();
        let all = [draw(1, "a", 0), draw(2, "a", 0), draw(1, "b", 0), draw(1, "a", 1)];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one));
        }
    }
}
