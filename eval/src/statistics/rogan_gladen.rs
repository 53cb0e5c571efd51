use serde::Serialize;

use super::error::{StatisticsError, positive};
use super::interval::{Interval, IntervalMethod, Level};
use super::judge_table::JudgeTable;
use super::mean::Mean;
use super::proportion::{Proportion, wilson_of};

/// A share with the number of rows that it is of; fewer than there are, where rows are alike.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// The share.
    pub share: f64,
    /// Of so many rows.
    pub rows: f64,
}

impl From<Proportion> for Rate {
    fn from(proportion: Proportion) -> Rate {
        Rate { share: proportion.estimate(), rows: proportion.rows() as f64 }
    }
}

impl Rate {
    fn checked(self) -> Result<Rate, StatisticsError> {
        positive("the number of rows", self.rows)?;
        if !(0.0..=1.0).contains(&self.share) {
            return Err(StatisticsError::Setting { what: "a share", value: self.share, must: "between 0 and 1" });
        }
        Ok(self)
    }

    fn variance(self) -> f64 {
        self.share * (1.0 - self.share) / self.rows
    }

    /// With rows added of which half pass.
    fn with(self, added: f64) -> Rate {
        let rows = self.rows + added;
        Rate { share: (self.share * self.rows + added / 2.0) / rows, rows }
    }
}

/// How often a judge is right, by what people say: what its verdicts are corrected by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct JudgeRates {
    /// Of what people passed, the share that it passed (TPR).
    pub passes: Rate,
    /// Of what people failed, the share that it failed (TNR).
    pub fails: Rate,
}

/// A share or a difference of shares, corrected for the judge's errors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Corrected {
    /// The corrected estimate.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// What is plausible around it.
    pub interval: Interval,
}

impl JudgeRates {
    /// The rates of a table.
    ///
    /// # Errors
    /// People passed everything, or nothing.
    pub fn of(table: JudgeTable) -> Result<JudgeRates, StatisticsError> {
        Ok(JudgeRates { passes: table.true_passes()?.into(), fails: table.true_fails()?.into() })
    }

    /// `TPR + TNR - 1`.
    #[must_use]
    pub fn youden(&self) -> f64 {
        self.passes.share + self.fails.share - 1.0
    }

    /// Refuses a judge of which it is not known that it says anything: the lower end of J is not above 0.
    fn telling(&self, level: Level) -> Result<(), StatisticsError> {
        let (passes, fails) = (self.passes.checked()?, self.fails.checked()?);
        let away = |rate: Rate| rate.share - wilson_of(rate.share, rate.rows, level).0;
        let low = self.youden() - away(passes).hypot(away(fails));
        if low > 0.0 {
            return Ok(());
        }
        Err(StatisticsError::NoSignal { youden: self.youden(), low })
    }

    /// The true share of passes, where a judge with these rates passed the share `said` (Rogan and Gladen, American Journal of Epidemiology
    /// 1978): `π = (p + TNR - 1) / J`, and by the delta method `Var = (Var(p) + π² Var(TPR) + (1-π)² Var(TNR)) / J²`. The rows of `said` are
    /// not among those that people labelled. The interval is Lang and Reiczigel's (Preventive Veterinary Medicine 2014), who add z² rows to
    /// the share and two to each rate and move the middle, without which it covers too seldom near 0 and 1.
    ///
    /// # Errors
    /// Shares that are none, or a judge that may say nothing: the lower end of J is not above 0.
    pub fn rogan_gladen(&self, said: Rate, level: Level) -> Result<Corrected, StatisticsError> {
        self.telling(level)?;
        let said = said.checked()?;
        let (estimate, standard_error) = self.corrected(said);
        let z = level.z();
        let added = JudgeRates { passes: self.passes.with(2.0), fails: self.fails.with(2.0) };
        let (centre, spread) = added.corrected(said.with(z * z));
        let moved = 2.0 * z * z * (centre * added.passes.variance() - (1.0 - centre) * added.fails.variance());
        let estimate = estimate.clamp(0.0, 1.0);
        let around = Interval::around(centre + moved, z * spread, level, IntervalMethod::RoganGladen);
        let around = around.clamped(0.0, 1.0);
        let interval = Interval { estimate, low: around.low.min(estimate), high: around.high.max(estimate), ..around };
        Ok(Corrected { estimate, standard_error, interval })
    }

    fn corrected(&self, said: Rate) -> (f64, f64) {
        let youden = self.youden();
        let share = (said.share + self.fails.share - 1.0) / youden;
        let variance =
            said.variance() + share.powi(2) * self.passes.variance() + (1.0 - share).powi(2) * self.fails.variance();
        (share, variance.sqrt() / youden)
    }

    /// The true difference between two variants' shares, where a judge with the same rates for both says that they differ by `said` on the
    /// same rows: `Δ = d / J`, and by the delta method `Var = (Var(d) + Δ² (Var(TPR) + Var(TNR))) / J²`.
    ///
    /// # Errors
    /// As [`JudgeRates::rogan_gladen`], and fewer than two rows.
    pub fn rogan_gladen_difference(&self, said: &Mean, level: Level) -> Result<Corrected, StatisticsError> {
        self.telling(level)?;
        super::error::enough("a corrected difference", "rows", 2, said.rows)?;
        let youden = self.youden();
        let estimate = said.mean / youden;
        let of_rates = estimate.powi(2) * (self.passes.variance() + self.fails.variance());
        let standard_error = (said.standard_error.powi(2) + of_rates).sqrt() / youden;
        if standard_error == 0.0 {
            let what = "a corrected difference";
            return Err(StatisticsError::AllEqual { what, rows: said.rows, value: said.mean });
        }
        let margin = level.t(said.rows as f64 - 1.0) * standard_error;
        let interval = Interval::around(estimate, margin, level, IntervalMethod::RoganGladen);
        Ok(Corrected { estimate, standard_error, interval })
    }
}
