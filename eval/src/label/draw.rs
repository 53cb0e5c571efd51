use std::collections::BTreeMap;

use flow_core::run::RowKey;

/// The answers in the order in which they are labelled, drawn by a seed: the first so many are a random sample. Each row of the data comes
/// once before any comes again, and variants take turns, so that labels are of as many different rows as can be. More answers, or a larger
/// sample, change nothing of what comes first as long as the rows are the same.
#[must_use]
pub fn drawn(keys: impl IntoIterator<Item = RowKey>, seed: u64) -> Vec<RowKey> {
    let mut lines: BTreeMap<u64, Vec<RowKey>> = BTreeMap::new();
    let mut variants = 1;
    for key in keys {
        variants = variants.max(key.variant + 1);
        lines.entry(key.line).or_default().push(key);
    }
    let mut lines: Vec<(u64, Vec<RowKey>)> = lines.into_iter().collect();
    lines.sort_by_key(|(line, _)| (mixed(seed, *line), *line));
    let mut turns: Vec<(usize, usize, RowKey)> = Vec::new();
    for (place, (line, mut keys)) in lines.into_iter().enumerate() {
        let first = u32::try_from(place % variants as usize).unwrap_or_default();
        // Repetitions in an order of the line's own; all variants before the next one.
        let mut repeats: Vec<u32> = keys.iter().map(|key| key.repeat).collect();
        repeats.sort_by_key(|repeat| (mixed(seed ^ mixed(seed, line), u64::from(*repeat)), *repeat));
        repeats.dedup();
        let turn = |key: &RowKey| {
            let repeat = repeats.iter().position(|repeat| *repeat == key.repeat).unwrap_or_default();
            (repeat, (key.variant + variants - first) % variants)
        };
        keys.sort_by_key(turn);
        turns.extend(keys.into_iter().enumerate().map(|(turn, key)| (turn, place, key)));
    }
    turns.sort_by_key(|(turn, place, _)| (*turn, *place));
    turns.into_iter().map(|(_, _, key)| key).collect()
}

/// SplitMix64 of a seed and a number. It stays as it is: a seed draws the same rows in each version.
fn mixed(seed: u64, number: u64) -> u64 {
    let state = seed.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(lines: u64, variants: u32, repeats: u32) -> Vec<RowKey> {
        let of_line = |line| {
            (0..variants).flat_map(move |variant| (0..repeats).map(move |repeat| RowKey { line, variant, repeat }))
        };
        (0..lines).flat_map(of_line).collect()
    }

    #[test]
    fn a_sample_has_different_rows_and_both_variants() {
        let all = drawn(keys(100, 2, 3), 7);
        assert_eq!(all.iter().map(|key| (key.line, key.variant, key.repeat)).collect::<BTreeSet<_>>().len(), 600);
        let first = &all[..100];
        assert_eq!(first.iter().map(|key| key.line).collect::<BTreeSet<_>>().len(), 100);
        assert_eq!(first.iter().filter(|key| key.variant == 0).count(), 50);
        assert!(first.iter().any(|key| key.repeat == 2));
        // Then the other variant of each, before any repetition.
        let second = &all[..200];
        assert_eq!(second.iter().map(|key| (key.line, key.variant)).collect::<BTreeSet<_>>().len(), 200);
        assert_eq!(drawn(keys(100, 2, 3), 7), all);
        assert_ne!(drawn(keys(100, 2, 3), 8), all);
    }

    #[test]
    fn each_row_is_drawn_as_often_as_any_other() {
        let mut counts = [0_u32; 20];
        for seed in 0..4000 {
            for key in drawn(keys(20, 1, 1), seed).into_iter().take(5) {
                counts[usize::try_from(key.line).unwrap()] += 1;
            }
        }
        // A thousand each; five standard deviations are 137.
        assert!(counts.iter().all(|count| (863..=1137).contains(count)), "{counts:?}");
    }
}
