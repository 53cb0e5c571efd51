use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use flow_core::run::{RowKey, RowRecord};
use serde::Serialize;

use super::repeater::{Repeater, flakiness};
use crate::batch::{LedgerError, RecordedRows};
use crate::evaluation::Decided;

/// How steady the rows of the variants are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stability {
    /// The score whose verdict counts.
    pub score: Arc<str>,
    /// How often each row was run.
    pub least: u32,
    /// And how often at the most, where its runs disagree.
    pub most: u32,
    /// By variant.
    pub variants: Vec<VariantStability>,
}

/// How steady the rows of a variant are.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct VariantStability {
    /// The variant.
    pub variant: String,
    /// Rows that passed in all runs.
    pub passing: u64,
    /// Rows that passed in none.
    pub failing: u64,
    /// Rows that passed in some.
    pub flaky: u64,
    /// Runs beyond those that each row has.
    pub further_runs: u64,
    /// By node, in how many flaky rows the answers part there first.
    pub parts_at: Vec<(String, u64)>,
    /// The flaky rows, those that passed least often first, and not too many of them.
    pub rows: Vec<FlakyRow>,
}

/// A row that passed in some of its runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlakyRow {
    /// Its line.
    pub line: u64,
    /// In how many runs it passed.
    pub passed: u32,
    /// Of how many.
    pub runs: u32,
    /// How that is to be read.
    pub flakiness: Flakiness,
    /// The first node that gave something else in a run that failed than in one that passed; `None` where that is not recorded.
    pub parts_at: Option<String>,
}

/// How runs that disagree are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flakiness {
    /// It passes nearly always: 19 times of 20 rather than half of the time.
    Slips,
    /// It passes half of the time or less, rather than 19 times of 20.
    Unreliable,
    /// The runs don't tell which of these.
    Open,
}

impl fmt::Display for Flakiness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Flakiness::Slips => "passes nearly always",
            Flakiness::Unreliable => "passes half of the time or less",
            Flakiness::Open => "open how often it passes",
        })
    }
}

/// So many flaky rows of a variant are named.
const MOST: usize = 1_000;

impl Repeater {
    /// How steady the rows of a run are, whose variants have these names; of one that stopped early those that count.
    ///
    /// # Errors
    /// Its journal cannot be read.
    pub fn stability(
        mut self,
        names: &[String],
        recorded: &mut RecordedRows,
        decided: Option<&Decided>,
    ) -> Result<Stability, LedgerError> {
        self.observe(recorded)?;
        let least = self.evaluation().repeat;
        let named = |name: &String| VariantStability { variant: name.clone(), ..VariantStability::default() };
        let mut variants: Vec<VariantStability> = names.iter().map(named).collect();
        let mut parts = vec![BTreeMap::new(); names.len()];
        let counts =
            |(variant, line): &(u32, u64)| decided.is_none_or(|decided| decided.counts(*line, *variant as usize));
        for ((variant, line), runs) in self.runs.iter().filter(|(key, _)| counts(key)) {
            let runs_of_row = u32::try_from(runs.len()).unwrap_or(u32::MAX);
            let Some(of) = variants.get_mut(*variant as usize).filter(|_| runs_of_row >= least) else { continue };
            of.further_runs += u64::from(runs_of_row - least);
            match flakiness(runs) {
                Ok(Some(flakiness)) => {
                    let parts_at = self.parts_at((*variant, *line), recorded)?;
                    of.flaky += 1;
                    if let Some(node) = &parts_at {
                        *parts[*variant as usize].entry(node.clone()).or_default() += 1;
                    }
                    let passed = u32::try_from(runs.iter().filter(|passed| **passed).count()).unwrap_or(u32::MAX);
                    of.rows.push(FlakyRow { line: *line, passed, runs: runs_of_row, flakiness, parts_at });
                }
                _ if runs[0] => of.passing += 1,
                _ => of.failing += 1,
            }
        }
        for (of, parts) in variants.iter_mut().zip(parts) {
            of.rows.sort_by(|one, other| {
                let share = |row: &FlakyRow| f64::from(row.passed) / f64::from(row.runs);
                share(one).total_cmp(&share(other)).then(one.line.cmp(&other.line))
            });
            of.rows.truncate(MOST);
            of.parts_at = parts.into_iter().collect();
            of.parts_at.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        }
        let score = self.evaluation().scores.get(self.score).map(|score| Arc::clone(&score.name));
        let most = self.evaluation().most_repeats;
        Ok(Stability { score: score.unwrap_or_else(|| Arc::from("")), least, most, variants })
    }

    /// The first node that gave something else in the first run that failed than in the first that passed.
    fn parts_at(
        &self,
        (variant, line): (u32, u64),
        recorded: &mut RecordedRows,
    ) -> Result<Option<String>, LedgerError> {
        let runs = self.runs.get(&(variant, line)).map(Vec::as_slice).unwrap_or_default();
        let mut first = |wanted: bool| -> Result<Option<RowRecord>, LedgerError> {
            let repeat = runs.iter().position(|passed| *passed == wanted).and_then(|at| u32::try_from(at).ok());
            repeat.map_or(Ok(None), |repeat| recorded.get(RowKey { line, variant, repeat }))
        };
        let (Some(passed), Some(failed)) = (first(true)?, first(false)?) else { return Ok(None) };
        let differs =
            |(node, gave): (&Arc<str>, &String)| (failed.gave.get(node) != Some(gave)).then(|| node.to_string());
        Ok(passed.gave.iter().find_map(differs))
    }
}
