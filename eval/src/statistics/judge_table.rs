use serde::Serialize;

use super::error::{StatisticsError, enough};
use super::interval::{Interval, IntervalMethod, Level};
use super::kappa::{Kappa, Weights};
use super::proportion::Proportion;

/// How the verdicts of a judge fall beside those of people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct JudgeTable {
    /// Both passed it.
    pub both_pass: u64,
    /// The judge passed what people failed.
    pub judge_alone: u64,
    /// People passed what the judge failed.
    pub people_alone: u64,
    /// Both failed it.
    pub both_fail: u64,
}

impl JudgeTable {
    /// Counts pairs of verdicts: that of people, and that of the judge.
    #[must_use]
    pub fn of(verdicts: impl IntoIterator<Item = (bool, bool)>) -> JudgeTable {
        let mut table = JudgeTable::default();
        for verdict in verdicts {
            *match verdict {
                (true, true) => &mut table.both_pass,
                (false, true) => &mut table.judge_alone,
                (true, false) => &mut table.people_alone,
                (false, false) => &mut table.both_fail,
            } += 1;
        }
        table
    }

    /// How many items people passed.
    #[must_use]
    pub fn passed(self) -> u64 {
        self.both_pass + self.people_alone
    }

    /// How many items people failed.
    #[must_use]
    pub fn failed(self) -> u64 {
        self.both_fail + self.judge_alone
    }

    /// How many items there are.
    #[must_use]
    pub fn items(self) -> u64 {
        self.passed() + self.failed()
    }

    /// The share of items on which both agree.
    ///
    /// # Errors
    /// No items.
    pub fn agreement(self) -> Result<Proportion, StatisticsError> {
        Proportion::new(self.both_pass + self.both_fail, self.items())
    }

    /// The share of items that people passed.
    ///
    /// # Errors
    /// No items.
    pub fn prevalence(self) -> Result<Proportion, StatisticsError> {
        Proportion::new(self.passed(), self.items())
    }

    /// The rate of true passes (TPR, sensitivity): of what people passed, the share that the judge passed.
    ///
    /// # Errors
    /// People passed nothing.
    pub fn true_passes(self) -> Result<Proportion, StatisticsError> {
        enough("the rate of true passes", "rows that people passed", 1, usize::from(self.passed() > 0))?;
        Proportion::new(self.both_pass, self.passed())
    }

    /// The rate of true fails (TNR, specificity): of what people failed, the share that the judge failed.
    ///
    /// # Errors
    /// People failed nothing.
    pub fn true_fails(self) -> Result<Proportion, StatisticsError> {
        enough("the rate of true fails", "rows that people failed", 1, usize::from(self.failed() > 0))?;
        Proportion::new(self.both_fail, self.failed())
    }

    /// Youden's J, `TPR + TNR - 1`: 0 of a judge that says nothing, 1 of one that is always right. The interval squares and adds Wilson's of
    /// both rates (Newcombe, Statistics in Medicine 1998).
    ///
    /// # Errors
    /// People passed everything, or nothing.
    pub fn youden(self, level: Level) -> Result<Interval, StatisticsError> {
        let (passes, fails) = (self.true_passes()?.wilson(level), self.true_fails()?.wilson(level));
        let away = |one: f64, other: f64| (one * one + other * other).sqrt();
        let estimate = passes.estimate + fails.estimate - 1.0;
        let low = estimate - away(passes.estimate - passes.low, fails.estimate - fails.low);
        let high = estimate + away(passes.high - passes.estimate, fails.high - fails.estimate);
        let interval = Interval { estimate, low, high, level, method: IntervalMethod::SquareAndAdd };
        Ok(interval.clamped(-1.0, 1.0))
    }

    /// Cohen's kappa of both.
    ///
    /// # Errors
    /// No items, or both gave but one verdict.
    pub fn kappa(self) -> Result<Kappa, StatisticsError> {
        let cells = [
            ((1.0, 1.0), self.both_pass),
            ((0.0, 1.0), self.judge_alone),
            ((1.0, 0.0), self.people_alone),
            ((0.0, 0.0), self.both_fail),
        ];
        let each = cells.iter().flat_map(|(pair, count)| (0..*count).map(move |_| *pair));
        let (people, judge): (Vec<f64>, Vec<f64>) = each.unzip();
        Kappa::of(&people, &judge, Weights::Equal)
    }
}

/// Whether a judge of pairs goes by which answer stands first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PositionBias {
    /// Pairs that were judged in both orders.
    pub pairs: u64,
    /// How many of them got another verdict when the answers changed places.
    pub differ: u64,
    /// The share of those.
    pub rate: Interval,
    /// Among those that differ, how many leaned to what stood first.
    pub first: u64,
    /// Whether those are more or fewer than half: p of the exact binomial test; `None` where no order differs.
    pub p: Option<f64>,
}

impl PositionBias {
    /// Of pairs with what the judge said of the same answer when it stood last and when it stood first: more is better.
    ///
    /// # Errors
    /// No pairs.
    pub fn of(pairs: &[(f64, f64)], level: Level) -> Result<PositionBias, StatisticsError> {
        let differ = pairs.iter().filter(|(last, first)| last != first).count() as u64;
        let first = pairs.iter().filter(|(last, first)| first > last).count() as u64;
        let rate = Proportion::new(differ, pairs.len() as u64)?.wilson(level);
        let test = Proportion::new(first, differ).and_then(|lean| lean.binomial_test(0.5, super::test::Side::Both));
        Ok(PositionBias { pairs: pairs.len() as u64, differ, rate, first, p: test.ok().map(|test| test.p) })
    }
}
