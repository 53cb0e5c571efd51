//! Longest common subsequences.

use rustc_hash::FxHashMap;

/// The most cells of a table of which the way is read back: product of the lengths of all lines.
const LARGEST: usize = 50_000_000;

/// How long the longest common subsequence of two lists is, 64 steps at a time: H. Hyyrö, "Bit-Parallel LCS-length Computation
/// Revisited", AWOCA 2004.
pub(super) fn subsequence(one: &[u32], other: &[u32]) -> usize {
    let blocks = one.len().div_ceil(64);
    let mut places: FxHashMap<u32, Vec<(usize, u64)>> = FxHashMap::default();
    for (index, word) in one.iter().enumerate() {
        let bit = 1 << (index % 64);
        let found = places.entry(*word).or_default();
        match found.last_mut() {
            Some((block, bits)) if *block == index / 64 => *bits |= bit,
            _ => found.push((index / 64, bit)),
        }
    }
    let mut state = vec![u64::MAX; blocks];
    for word in other {
        let Some(found) = places.get(word) else { continue };
        let mut found = found.iter().peekable();
        let mut carry = false;
        let first = found.peek().map_or(blocks, |(block, _)| *block);
        for (block, bits) in state.iter_mut().enumerate().skip(first) {
            let matched = match found.peek() {
                Some((place, matched)) if *place == block => {
                    found.next();
                    *matched
                }
                // Nothing to add to this block and to those behind it.
                None if !carry => break,
                _ => 0,
            };
            let common = *bits & matched;
            let (sum, over) = bits.overflowing_add(common);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            carry = over || over_again;
            *bits = sum | (*bits & !matched);
        }
    }
    // What lies beyond the end of the list is no part of it.
    let last = match one.len() % 64 {
        0 => u64::MAX,
        used => (1 << used) - 1,
    };
    let valid = |block: usize| if block + 1 == blocks { last } else { u64::MAX };
    state.iter().enumerate().map(|(block, bits)| (!bits & valid(block)).count_ones() as usize).sum()
}

/// The summary-level count of rouge-score: for each line of the reference, the words of it that are in the longest common subsequence
/// with any line of the answer, each word no more often than both texts have it. `None` where that would take too long.
pub(super) fn united(expected: &[Vec<u32>], answer: &[Vec<u32>]) -> Option<usize> {
    let count = |lines: &[Vec<u32>]| lines.iter().map(Vec::len).sum::<usize>();
    if count(expected).saturating_mul(count(answer)) > LARGEST {
        return None;
    }
    let occurrences = |lines: &[Vec<u32>]| {
        let mut counts: FxHashMap<u32, u64> = FxHashMap::default();
        for word in lines.iter().flatten() {
            *counts.entry(*word).or_insert(0) += 1;
        }
        counts
    };
    let (mut left, mut right) = (occurrences(expected), occurrences(answer));
    let mut hits = 0;
    let mut table = Vec::new();
    for reference in expected {
        let mut is_in = vec![false; reference.len()];
        for line in answer {
            mark(reference, line, &mut table, &mut is_in);
        }
        for (word, _) in reference.iter().zip(&is_in).filter(|(_, is_in)| **is_in) {
            if let (Some(one), Some(other)) = (left.get_mut(word), right.get_mut(word))
                && *one > 0
                && *other > 0
            {
                hits += 1;
                *one -= 1;
                *other -= 1;
            }
        }
    }
    Some(hits)
}

/// Marks the words of one longest common subsequence: the one that rouge-score's `_backtrack_norec` finds.
fn mark(reference: &[u32], line: &[u32], table: &mut Vec<u32>, is_in: &mut [bool]) {
    let width = line.len() + 1;
    table.clear();
    table.resize((reference.len() + 1) * width, 0);
    for (row, word) in reference.iter().enumerate() {
        for (column, other) in line.iter().enumerate() {
            let above = row * width + column;
            table[above + width + 1] =
                if word == other { table[above] + 1 } else { table[above + 1].max(table[above + width]) };
        }
    }
    let (mut row, mut column) = (reference.len(), line.len());
    while row > 0 && column > 0 {
        if reference[row - 1] == line[column - 1] {
            is_in[row - 1] = true;
            row -= 1;
            column -= 1;
        } else if table[row * width + column - 1] > table[(row - 1) * width + column] {
            column -= 1;
        } else {
            row -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As the textbook has it.
    fn slow(one: &[u32], other: &[u32]) -> usize {
        let mut table = vec![vec![0; other.len() + 1]; one.len() + 1];
        for (row, word) in one.iter().enumerate() {
            for (column, second) in other.iter().enumerate() {
                table[row + 1][column + 1] = if word == second {
                    table[row][column] + 1
                } else {
                    table[row][column + 1].max(table[row + 1][column])
                };
            }
        }
        table[one.len()][other.len()]
    }

    proptest! {
        #[test]
        fn bits_and_table_agree(one in prop::collection::vec(0_u32..6, 0..200), other in prop::collection::vec(0_u32..6, 0..200)) {
            prop_assert_eq!(subsequence(&one, &other), slow(&one, &other));
        }
    }
}
