//! Stretches of n tokens, counted.

use rustc_hash::FxHashMap;

/// Numbers for tokens, the same for the same token.
#[derive(Debug, Default)]
pub(super) struct Interner<'a> {
    numbers: FxHashMap<&'a str, u32>,
}

impl<'a> Interner<'a> {
    /// The tokens as numbers.
    pub(super) fn numbers(&mut self, tokens: impl Iterator<Item = &'a str>) -> Vec<u32> {
        let numbers = &mut self.numbers;
        tokens
            .map(|token| {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                *numbers.entry(token).or_insert(next)
            })
            .collect()
    }
}

/// How often each stretch of `n` tokens occurs.
pub(super) type Counts<'a> = FxHashMap<&'a [u32], u64>;

/// Counts the stretches of `n` tokens.
pub(super) fn counts(tokens: &[u32], n: usize) -> Counts<'_> {
    let mut counts = Counts::default();
    if n > 0 && tokens.len() >= n {
        counts.reserve(tokens.len() - n + 1);
        for stretch in tokens.windows(n) {
            *counts.entry(stretch).or_insert(0) += 1;
        }
    }
    counts
}

/// How many stretches of `n` tokens there are.
pub(super) fn total(tokens: &[u32], n: usize) -> u64 {
    u64::try_from((tokens.len() + 1).saturating_sub(n)).unwrap_or(u64::MAX)
}

/// How many stretches two texts share, each as often as it occurs in both.
pub(super) fn shared(one: &Counts<'_>, other: &Counts<'_>) -> u64 {
    one.iter().filter_map(|(stretch, count)| Some((*count).min(*other.get(stretch)?))).sum()
}

/// Harmonic mean of precision and recall; 0 where both are.
pub(super) fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}
