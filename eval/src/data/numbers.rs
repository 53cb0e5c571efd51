use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Numbers of rows, as `10-20,25,100-` selects them: from 0, as results carry them, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowNumbers(Vec<RangeInclusive<u64>>);

impl RowNumbers {
    /// Whether a row is among them.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        let after = self.0.partition_point(|range| *range.start() <= number);
        after > 0 && self.0[after - 1].contains(&number)
    }

    /// The highest of them, unless they are open to the end.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.0.last().map(|range| *range.end()).filter(|end| *end != u64::MAX)
    }
}

impl FromStr for RowNumbers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut ranges = Vec::new();
        for part in text.split(',').map(str::trim) {
            let number = |text: &str| {
                let number = text.trim().parse::<u64>();
                number.map_err(|_| format!("`{part}` is no range of rows; write 10-20, 25 or 100-, counted from 0"))
            };
            let range = match part.split_once('-') {
                None => number(part).map(|only| only..=only)?,
                Some((first, "")) => number(first)?..=u64::MAX,
                Some((first, last)) => number(first)?..=number(last)?,
            };
            if range.is_empty() {
                return Err(format!("`{part}` ends before it begins"));
            }
            ranges.push(range);
        }
        ranges.sort_by_key(|range| *range.start());
        let mut merged: Vec<RangeInclusive<u64>> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(before) if *range.start() <= before.end().saturating_add(1) => {
                    *before = *before.start()..=*before.end().max(range.end());
                }
                _ => merged.push(range),
            }
        }
        Ok(Self(merged))
    }
}

/// In order, joined where they touch: the same selection is always the same text.
impl fmt::Display for RowNumbers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, range) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            match (*range.start(), *range.end()) {
                (first, u64::MAX) => write!(formatter, "{comma}{first}-")?,
                (first, last) if first == last => write!(formatter, "{comma}{first}")?,
                (first, last) => write!(formatter, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_sorted_and_joined() {
        for (text, same) in
            [("25,10-20", "10-20,25"), ("3-5,4-9,10", "3-10"), ("7-", "7-"), (" 1 , 2 ", "1-2"), ("0", "0")]
        {
            assert_eq!(text.parse::<RowNumbers>().unwrap().to_string(), same);
        }
        for text in ["", "a", "5-3", "-4", "1,,2", "1-2-3", "1.5"] {
            assert!(text.parse::<RowNumbers>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_in_if_one_range_holds_it(ranges in proptest::collection::vec((0..50_u64, 0..9_u64), 1..6), number in 0..70_u64) {
            let text: Vec<String> = ranges.iter().map(|(first, more)| format!("{first}-{}", first + more)).collect();
            let numbers: RowNumbers = text.join(",").parse().unwrap();
            let is_in = ranges.iter().any(|(first, more)| (*first..=first + more).contains(&number));
            prop_assert_eq!(numbers.contains(number), is_in);
            prop_assert_eq!(numbers.to_string().parse::<RowNumbers>().unwrap(), numbers);
        }
    }
}
