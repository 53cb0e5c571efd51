use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use flow_core::run::{RowKey, RowRecord};
use flow_core::value::Map;

use super::outcome::Flakiness;
use crate::batch::{LedgerError, RecordedRows, Repeat};
use crate::data::{DataError, RowStream};
use crate::evaluation::Evaluation;
use crate::evaluation::score::{ScoreEntry, ScoredBy};
use crate::evaluation::scored::judged;
use crate::score::Facts;
use crate::statistics::{RatioState, RatioTest, StatisticsError};

/// Looks which rows' runs disagree, and has those run again.
#[derive(Debug)]
pub struct Repeater {
    evaluation: Arc<Evaluation>,
    /// The position of the score whose verdict counts.
    pub(super) score: usize,
    /// What scores take of the data, by line.
    data: HashMap<u64, Map>,
    /// Whether each run of a row passed, by variant and line.
    pub(super) runs: BTreeMap<(u32, u64), Vec<bool>>,
}

/// A row that is as it should be passes so often.
const STEADY: f64 = 0.95;
/// And one that cannot be relied on so often, or less.
const UNRELIABLE: f64 = 0.5;
/// How often the test of a row may err, each way.
const ERROR: f64 = 0.05;

impl Repeater {
    /// Looks at the rows of an evaluation; `None` where each row is run once, or no metric has a verdict.
    ///
    /// # Errors
    /// The data cannot be read.
    pub fn new(evaluation: &Arc<Evaluation>, rows: RowStream) -> Result<Option<Self>, DataError> {
        let Some(score) = evaluation.verdict_score().filter(|_| evaluation.repeat > 1) else { return Ok(None) };
        let data = evaluation.data_of(rows)?;
        Ok(Some(Self { evaluation: Arc::clone(evaluation), score, data, runs: BTreeMap::new() }))
    }

    pub(super) fn evaluation(&self) -> &Evaluation {
        &self.evaluation
    }

    /// Takes the runs that were not seen yet.
    pub(super) fn observe(&mut self, recorded: &mut RecordedRows) -> Result<(), LedgerError> {
        for line in recorded.lines() {
            let keys: Vec<RowKey> = recorded.keys_of(line).collect();
            for key in keys {
                let seen = self.runs.get(&(key.variant, line)).map_or(0, Vec::len);
                if (key.repeat as usize) != seen || key.repeat >= self.evaluation.most_repeats {
                    continue;
                }
                let Some(row) = recorded.get(key)? else { continue };
                let passed = self.passes(&row);
                self.runs.entry((key.variant, line)).or_default().push(passed);
            }
        }
        Ok(())
    }

    /// Whether a run of a row passed; one that failed, or cannot be scored, did not.
    fn passes(&self, row: &RowRecord) -> bool {
        let Some(entry @ ScoreEntry { scorer: ScoredBy::Metric(metric), .. }) = self.evaluation.scores.get(self.score)
        else {
            return false;
        };
        let facts = Facts::of(row);
        let score = judged(row, self.data.get(&row.key.line), (entry, metric), &facts, None);
        score.is_ok_and(|score| entry.judgement.apply(score).passed == Some(true))
    }
}

/// How runs that disagree are to be read; `None` where they agree.
///
/// # Errors
/// None that these settings can have.
pub(super) fn flakiness(runs: &[bool]) -> Result<Option<Flakiness>, StatisticsError> {
    if runs.iter().all(|passed| *passed == runs[0]) {
        return Ok(None);
    }
    let mut test = RatioTest::new(UNRELIABLE, STEADY, ERROR, ERROR)?;
    for passed in runs {
        match test.observe(*passed) {
            RatioState::Open => {}
            RatioState::High => return Ok(Some(Flakiness::Slips)),
            RatioState::Low => return Ok(Some(Flakiness::Unreliable)),
        }
    }
    Ok(Some(Flakiness::Open))
}

impl Repeat for Repeater {
    fn more(&mut self, recorded: &mut RecordedRows) -> Result<Vec<RowKey>, LedgerError> {
        self.observe(recorded)?;
        let (least, most) = (self.evaluation.repeat, self.evaluation.most_repeats);
        let mut more = Vec::new();
        for ((variant, line), runs) in &self.runs {
            let repeat = u32::try_from(runs.len()).unwrap_or(u32::MAX);
            let is_open =
                repeat >= least && repeat < most && flakiness(runs).is_ok_and(|of| of == Some(Flakiness::Open));
            if is_open {
                more.push(RowKey { line: *line, variant: *variant, repeat });
            }
        }
        Ok(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_agree_are_settled_and_others_are_tested() {
        let of = |runs: &str| {
            let runs: Vec<bool> = runs.chars().map(|run| run == 'p').collect();
            flakiness(&runs).expect("settings that make sense")
        };
        assert_eq!((of("ppp"), of("fff")), (None, None));
        // +0.642 for each pass, -2.303 for each failure; it ends at ±2.944.
        assert_eq!(of("ppf"), Some(Flakiness::Open));
        assert_eq!(of("pff"), Some(Flakiness::Unreliable));
        assert_eq!(of("fppppppppp"), Some(Flakiness::Slips));
        assert_eq!(of("fpppppppp"), Some(Flakiness::Open));
    }
}
