use std::fmt;
use std::str::FromStr;

use super::place_by_chance;

/// What of a share is counted: a whole is so many of them.
const WHOLE: u32 = 1_000_000;
/// Mixed into the seed, so that what is held out has nothing to do with the order in which rows are run.
const APART: u64 = 0x686f_6c64_6f75_7421;

/// One of two parts of the rows of a data set: those that are held out, or all others. Into which a row falls depends on the seed and its
/// number alone, so that rows that come later move no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The chance of a row to be held out, in millionths.
    held_out: u32,
    /// Whether it is the part that is held out.
    pub is_held_out: bool,
}

impl Part {
    /// A part where each row is held out with a chance from 0 to 1.
    #[must_use]
    pub fn new(chance: f64, is_held_out: bool) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to a million")]
        let held_out = (chance.clamp(0.0, 1.0) * f64::from(WHOLE)).round() as u32;
        Self { held_out, is_held_out }
    }

    /// The other part.
    #[must_use]
    pub fn other(self) -> Self {
        Self { is_held_out: !self.is_held_out, ..self }
    }

    /// Whether a row is in it.
    #[must_use]
    pub fn has(self, seed: u64, line: u64) -> bool {
        let (place, _) = place_by_chance(seed ^ APART, line);
        let is_held_out = (u128::from(place) * u128::from(WHOLE)) >> 64 < u128::from(self.held_out);
        is_held_out == self.is_held_out
    }
}

/// `held-out 0.3`, or `all-but 0.3`; the same part is always the same text, which can be read again.
impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.is_held_out { HELD_OUT } else { ALL_BUT };
        write!(formatter, "{name} {}", f64::from(self.held_out) / f64::from(WHOLE))
    }
}

const HELD_OUT: &str = "held-out";
const ALL_BUT: &str = "all-but";

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let chance = |text: &str| text.trim().parse::<f64>().ok().filter(|chance| (0.0..=1.0).contains(chance));
        let part = |name: &str, is_held_out: bool| Some(Self::new(chance(text.strip_prefix(name)?)?, is_held_out));
        part(HELD_OUT, true)
            .or_else(|| part(ALL_BUT, false))
            .ok_or_else(|| format!("`{text}` is no part of the rows; write `{HELD_OUT} 0.3` or `{ALL_BUT} 0.3`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_in_one_of_two_parts_whatever_else_there_is() {
        let held_out = Part::new(0.3, true);
        let of = |part: Part, seed: u64| (0..10_000).filter(|line| part.has(seed, *line)).collect::<Vec<u64>>();
        let (inside, outside) = (of(held_out, 7), of(held_out.other(), 7));
        // Within 4 standard deviations of 3,000.
        assert!(inside.len().abs_diff(3_000) < 184, "{}", inside.len());
        let mut all = [inside.clone(), outside].concat();
        all.sort_unstable();
        assert_eq!(all, (0..10_000).collect::<Vec<u64>>());
        assert_ne!(inside, of(held_out, 8));
        // Of the rows that come first in the order of the seed no more are held out than of all.
        let mut order: Vec<u64> = (0..10_000).collect();
        order.sort_by_key(|line| place_by_chance(7, *line));
        let first = order[..1_000].iter().filter(|line| held_out.has(7, **line)).count();
        assert!(first.abs_diff(300) < 58, "{first}");
    }

    #[test]
    fn a_part_is_a_text_that_can_be_read() {
        for (part, text) in [(Part::new(0.3, true), "held-out 0.3"), (Part::new(0.05, false), "all-but 0.05")] {
            assert_eq!((part.to_string().as_str(), text.parse::<Part>()), (text, Ok(part)));
        }
        assert!("0.3".parse::<Part>().is_err() && "held-out 3".parse::<Part>().is_err());
    }
}
