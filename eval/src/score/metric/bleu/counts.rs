//! What BLEU counts, and the score that it makes of it.

use super::Smoothing;
use crate::score::metric::ngram::{Interner, counts, shared, total};
use crate::score::tally::{as_float, length};
use crate::score::text::words;

/// What is counted of an answer, or of many.
#[derive(Debug, Clone)]
pub(super) struct Statistics {
    /// Words of the answer.
    answer: u64,
    /// Words of the reference whose length is nearest.
    reference: u64,
    /// By order: stretches of the answer that a reference has.
    correct: Vec<u64>,
    /// By order: stretches of the answer.
    total: Vec<u64>,
}

/// A score from 0 to 100 with its parts.
pub(super) struct Score {
    pub score: f64,
    pub brevity_penalty: f64,
    pub precisions: Vec<f64>,
}

impl Statistics {
    pub(super) fn empty(max_order: usize) -> Self {
        Self { answer: 0, reference: 0, correct: vec![0; max_order], total: vec![0; max_order] }
    }

    /// Counts texts that are cut into words.
    pub(super) fn of(answer: &str, references: &[String], max_order: usize) -> Self {
        let mut interner = Interner::default();
        let answer = interner.numbers(words(answer));
        let references: Vec<Vec<u32>> = references.iter().map(|text| interner.numbers(words(text))).collect();
        let mut statistics = Self::empty(max_order);
        let lengths = references.iter().map(Vec::len);
        // The shorter of two that are equally near.
        let nearest = lengths.min_by_key(|length| (length.abs_diff(answer.len()), *length)).unwrap_or(0);
        statistics.answer = answer.len() as u64;
        statistics.reference = nearest as u64;
        for n in 1..=max_order.min(answer.len()) {
            let mut all = counts(references.first().map_or(&[], Vec::as_slice), n);
            for reference in references.iter().skip(1) {
                for (stretch, count) in counts(reference, n) {
                    let known = all.entry(stretch).or_insert(0);
                    *known = (*known).max(count);
                }
            }
            statistics.total[n - 1] = total(&answer, n);
            statistics.correct[n - 1] = if all.is_empty() { 0 } else { shared(&counts(&answer, n), &all) };
        }
        statistics
    }

    /// Adds another's counts.
    pub(super) fn add(&mut self, other: &Self) {
        self.answer += other.answer;
        self.reference += other.reference;
        for (mine, theirs) in self.correct.iter_mut().zip(&other.correct) {
            *mine += theirs;
        }
        for (mine, theirs) in self.total.iter_mut().zip(&other.total) {
            *mine += theirs;
        }
    }

    /// The score. Each step as sacrebleu's `compute_bleu` takes it, so that it agrees to the last digit.
    pub(super) fn bleu(&self, smoothing: Smoothing, value: Option<f64>, effective_order: bool) -> Score {
        let (answer, reference) = (as_float(self.answer), as_float(self.reference));
        let brevity_penalty = match self.answer {
            _ if self.answer >= self.reference => 1.0,
            0 => 0.0,
            _ => (1.0 - reference / answer).exp(),
        };
        let orders = self.correct.len();
        let mut precisions = vec![0.0; orders];
        if self.correct.iter().all(|count| *count == 0) {
            return Score { score: 0.0, brevity_penalty, precisions };
        }
        let mut halves = 1.0;
        let mut used = orders;
        for (index, (correct, total)) in self.correct.iter().zip(&self.total).enumerate() {
            let (mut correct, mut total) = (as_float(*correct), as_float(*total));
            if smoothing == Smoothing::AddK && index > 0 {
                correct += value.unwrap_or(1.0);
                total += value.unwrap_or(1.0);
            }
            if total == 0.0 {
                break;
            }
            if effective_order {
                used = index + 1;
            }
            precisions[index] = if correct > 0.0 {
                100.0 * correct / total
            } else {
                match smoothing {
                    Smoothing::Exp => {
                        halves *= 2.0;
                        100.0 / (halves * total)
                    }
                    Smoothing::Floor => 100.0 * value.unwrap_or(0.1) / total,
                    Smoothing::AddK | Smoothing::None => 0.0,
                }
            };
        }
        // The logarithm of zero is a number there.
        let logarithm = |precision: &f64| if *precision == 0.0 { -9_999_999_999.0 } else { precision.ln() };
        let sum: f64 = precisions[..used].iter().map(logarithm).sum();
        let score = brevity_penalty * (sum / length(used)).exp();
        Score { score, brevity_penalty, precisions }
    }
}
