use super::bet::Seen;
use super::candidates::Candidates;
use super::design::SequentialDesign;
use super::evidence::{SequentialEvidence, SequentialState};
use super::wealth::Wealth;
use crate::statistics::error::StatisticsError;
use crate::statistics::interval::{Interval, IntervalMethod};
use crate::statistics::mean::Total;
use crate::statistics::paired::difference;
use crate::statistics::score::{Better, ErrorsAs, check_score, error_value};
use crate::statistics::verdict::FEWEST_ROWS;

/// How much bets are held back: for passes this makes the mixture over Beta(5, 5), which does well where variants differ on about
/// a fifth of the rows.
const STRENGTH: f64 = 10.0;

/// One variant against the baseline, row by row.
///
/// Claims are those of its confidence sequence, which is made by betting ([`super::Wealth`]) against every difference: the variant
/// is better once all differences up to 0 have been given up, so that what is claimed and the interval that is shown never
/// contradict each other. Against no difference the bets on passes make exactly Beta(5, 5)'s mixture (`PairedTable::e_value`). In
/// simulations they found differences more often than Waudby-Smith and Ramdas' hedged bets with the predictable plug-in: of passes
/// that differ on a fifth of 1,000 rows, 0.03 and 0.05 apart, in three and eight of ten runs, against two and six; of scores whose
/// differences have a deviation of 0.15 and are 0.05 apart after 107 rows on average, against 170. To ask for both, or to take the
/// mean of both, finds less than these alone. `scripts/simulate-sequential` makes the tables in BENCHMARKS.md.
///
/// Errors count as the worst score, as they do where all rows are compared. Before [`FEWEST_ROWS`] rows nothing is claimed.
/// Rows count as independent: those that share sources are to be compared once all are there, where clusters are heeded.
#[derive(Debug, Clone)]
pub struct SequentialComparison {
    design: SequentialDesign,
    range: (f64, f64),
    seen: Seen,
    equal: Wealth,
    candidates: Option<Candidates>,
    small: Option<Small>,
    totals: [Total; 2],
    rows: usize,
    errors: [usize; 2],
    better: usize,
    worse: usize,
    state: SequentialState,
}

/// Two bettors: against differences of `smallest` and more, and of `-smallest` and less.
#[derive(Debug, Clone, Copy)]
struct Small {
    smallest: f64,
    /// `smallest` on the scale of the bets.
    scaled: f64,
    above: Wealth,
    below: Wealth,
}

impl Small {
    fn observe(&mut self, seen: &Seen, score: f64) {
        // One-sided bets: the capital shrinks on average for all means beyond the hypothesis as well.
        self.above.observe(score, seen.bet(self.scaled, STRENGTH).min(0.0));
        self.below.observe(score, seen.bet(-self.scaled, STRENGTH).max(0.0));
    }
}

impl SequentialComparison {
    /// A comparison without rows yet.
    ///
    /// # Errors
    /// Scores without a range, or settings that make no sense.
    pub fn new(design: &SequentialDesign) -> Result<SequentialComparison, StatisticsError> {
        let (low, high) = design.checked()?;
        let looking = design.looking();
        let small = |smallest: f64| {
            let scaled = smallest / (2.0 * (high - low));
            Small { smallest, scaled, above: Wealth::against(scaled), below: Wealth::against(-scaled) }
        };
        Ok(SequentialComparison {
            design: *design,
            range: (low, high),
            seen: Seen::default(),
            equal: Wealth::against(0.0),
            candidates: looking.map(|level| Candidates::new(level.alpha(), STRENGTH, None)),
            small: design.smallest.filter(|_| looking.is_some()).map(small),
            totals: [Total::default(); 2],
            rows: 0,
            errors: [0; 2],
            better: 0,
            worse: 0,
            state: SequentialState::Open,
        })
    }

    /// Takes the next row: its score by the baseline and by the variant; `None` is an error. The mean of repeats is a score of a
    /// bounded kind.
    ///
    /// # Errors
    /// A score that is not finite or outside of its range; the row is not taken then.
    pub fn observe(&mut self, baseline: Option<f64>, variant: Option<f64>) -> Result<SequentialState, StatisticsError> {
        let worst = error_value(self.design.kind, self.design.better, ErrorsAs::Worst);
        let scores = [baseline, variant];
        for score in scores.into_iter().flatten() {
            check_score(self.design.kind, self.rows, score)?;
        }
        // Kinds without a range, whose errors count as nothing, were refused.
        let worst = worst.unwrap_or(self.range.0);
        let [a, b] = scores.map(|score| score.unwrap_or(worst));
        for (side, score) in scores.iter().enumerate() {
            self.errors[side] += usize::from(score.is_none());
            self.totals[side].add(score.unwrap_or(worst));
        }
        self.rows += 1;
        self.take(difference(a, b));
        if !self.state.is_decided() {
            self.state = self.decide();
        }
        Ok(self.state)
    }

    fn take(&mut self, difference: f64) {
        let higher = difference > 0.0;
        if difference != 0.0 {
            let better = higher == (self.design.better == Better::Higher);
            *(if better { &mut self.better } else { &mut self.worse }) += 1;
        }
        let score = difference / self.width();
        self.equal.observe(score, self.seen.bet(0.0, STRENGTH));
        if let Some(candidates) = &mut self.candidates {
            candidates.observe(&self.seen, score);
        }
        if let Some(small) = &mut self.small {
            small.observe(&self.seen, score);
        }
        self.seen.add(score, difference != 0.0);
    }

    /// How wide the range of differences is.
    fn width(&self) -> f64 {
        2.0 * (self.range.1 - self.range.0)
    }

    fn decide(&self) -> SequentialState {
        if self.rows < FEWEST_ROWS {
            return SequentialState::Open;
        }
        let (low, high) = self.candidates.as_ref().map_or((-0.5, 0.5), Candidates::ends);
        let (better, worse) = match self.design.better {
            Better::Higher => (low > 0.0, high < 0.0),
            Better::Lower => (high < 0.0, low > 0.0),
        };
        // Each of the two at the whole α: only if both are right the difference is small.
        let enough = 1.0 / self.design.level.alpha();
        match &self.small {
            _ if better => SequentialState::Better,
            _ if worse => SequentialState::Worse,
            Some(small) if small.above.most() >= enough && small.below.most() >= enough => {
                SequentialState::Small { smallest: small.smallest }
            }
            _ => SequentialState::Open,
        }
    }

    /// Where it stands. What was decided stays.
    #[must_use]
    pub fn state(&self) -> SequentialState {
        self.state
    }

    /// What the rows so far say. Goes on after a decision.
    #[must_use]
    pub fn evidence(&self) -> SequentialEvidence {
        let rows = self.rows as f64;
        let means = [0, 1].map(|side: usize| self.totals[side].value() / rows);
        let estimate = means[1] - means[0];
        let interval = self.design.looking().zip(self.candidates.as_ref()).map(|(level, candidates)| {
            let (low, high) = candidates.ends();
            let method = IntervalMethod::BettingSequence;
            Interval { estimate, low: low * self.width(), high: high * self.width(), level, method }
        });
        SequentialEvidence {
            rows: self.rows,
            errors: self.errors,
            means,
            difference: estimate,
            e_value: self.equal.value(),
            p: 1.0 / self.equal.most(),
            interval,
            better: self.better,
            worse: self.worse,
            equal: self.rows - self.better - self.worse,
        }
    }
}
