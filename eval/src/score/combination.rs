//! Several scores of a row as one.

use std::sync::Arc;

use indexmap::IndexMap;

use super::Score;

/// Scores of a row, weighted: the value is the weighted mean of the values, the verdict is that all passed. Scores of weight 0 are
/// shown but count for nothing, as in promptfoo.
///
/// A score that is missing makes the mean unknown, and the verdict too unless another has failed already: nothing that is not known is
/// taken for good or bad.
#[derive(Debug, Clone, Default)]
pub struct Combination {
    sum: f64,
    weight: f64,
    counted: usize,
    missing: usize,
    failed: usize,
    unjudged: usize,
}

impl Combination {
    /// No scores yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a score; `None` stands for one that could not be had. A weight that is not a number above zero counts for nothing.
    pub fn add(&mut self, weight: f64, score: Option<&Score>) {
        if !(weight.is_finite() && weight > 0.0) {
            return;
        }
        self.counted += 1;
        let verdict = |passed: bool| f64::from(u8::from(passed));
        match score.and_then(|score| score.value.or_else(|| score.passed.map(verdict))) {
            Some(value) => {
                self.sum += weight * value;
                self.weight += weight;
            }
            None => self.missing += 1,
        }
        match score.and_then(|score| score.passed) {
            Some(true) => {}
            Some(false) => self.failed += 1,
            None => self.unjudged += 1,
        }
    }

    /// The one score; without a value and a verdict where nothing counts.
    #[must_use]
    pub fn finish(&self) -> Score {
        let value = (self.counted > 0 && self.missing == 0).then(|| self.sum / self.weight);
        let passed = match (self.failed, self.unjudged) {
            _ if self.counted == 0 => None,
            (0, 0) => Some(true),
            (0, _) => None,
            _ => Some(false),
        };
        let mut score = Score { passed, ..value.map_or_else(Score::default, Score::of) };
        if self.missing > 0 {
            score = score.because(format!("{} of {} scores are missing", self.missing, self.counted));
        }
        score
    }
}

/// Combinations by the names of groups, in the order in which the groups were first named.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    by_name: IndexMap<Arc<str>, Combination>,
}

impl Groups {
    /// No groups yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a score to a group, as [`Combination::add`] does.
    pub fn add(&mut self, group: &Arc<str>, weight: f64, score: Option<&Score>) {
        if let Some(known) = self.by_name.get_mut(group) {
            return known.add(weight, score);
        }
        let mut combination = Combination::new();
        combination.add(weight, score);
        self.by_name.insert(Arc::clone(group), combination);
    }

    /// The one score of each group.
    pub fn finish(&self) -> impl Iterator<Item = (&Arc<str>, Score)> {
        self.by_name.iter().map(|(name, combination)| (name, combination.finish()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_scores_of_their_own() {
        let mut groups = Groups::new();
        let (quality, form) = (Arc::from("quality"), Arc::from("form"));
        groups.add(&quality, 1.0, Some(&Score::of(0.5)));
        groups.add(&form, 1.0, Some(&Score::verdict(true)));
        groups.add(&quality, 3.0, Some(&Score::verdict(true)));
        let told: Vec<_> = groups.finish().map(|(name, score)| (name.to_string(), score.value, score.passed)).collect();
        assert_eq!(told, [("quality".to_owned(), Some(0.875), None), ("form".to_owned(), Some(1.0), Some(true))]);
    }

    fn combined(scores: &[(f64, Option<Score>)]) -> (Option<f64>, Option<bool>) {
        let mut all = Combination::new();
        for (weight, score) in scores {
            all.add(*weight, score.as_ref());
        }
        let score = all.finish();
        (score.value, score.passed)
    }

    #[test]
    fn weights_count_and_all_must_pass() {
        let (good, bad) = (Some(Score::verdict(true)), Some(Score::verdict(false)));
        assert_eq!(combined(&[(3.0, good.clone()), (1.0, bad.clone())]), (Some(0.75), Some(false)));
        assert_eq!(combined(&[(1.0, good.clone()), (2.0, good.clone())]), (Some(1.0), Some(true)));
        assert_eq!(combined(&[(1.0, good), (0.0, bad)]), (Some(1.0), Some(true)));
        assert_eq!(combined(&[]), (None, None));
    }

    #[test]
    fn what_is_missing_is_neither_good_nor_bad() {
        let (good, bad) = (Some(Score::verdict(true)), Some(Score::verdict(false)));
        assert_eq!(combined(&[(1.0, good.clone()), (1.0, None)]), (None, None));
        assert_eq!(combined(&[(1.0, bad), (1.0, None)]), (None, Some(false)));
        assert_eq!(combined(&[(1.0, good), (1.0, Some(Score::of(0.5)))]), (Some(0.75), None));
    }
}
