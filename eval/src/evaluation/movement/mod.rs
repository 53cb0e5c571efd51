//! Why a number moved: two evaluated runs side by side, score by score.
//!
//! The difference of all rows falls apart into what the data did (rows that only one run has, or for which the scores take other values) and what
//! happened on the rows of both. Each of these is put down to the first node, in the order of the graph, that gave something else, and to what is
//! known to have changed there; where the flow gave the same, to what scored it. So the parts sum up to the whole, and nothing counts twice.

mod part;
mod path;
mod reason;

use std::collections::BTreeMap;

use flow_core::run::Manifest;
use serde::Serialize;

use self::part::Shared;
use self::path::Paths;
use super::ScoringError;
use super::baseline::{Baseline, BaselineRow, BaselineScore, Beside, Evidence, Pairs, RowNaming};
use crate::batch::Ledger;

pub use part::{Part, Place};
pub use reason::Reason;

/// A run that was evaluated.
#[derive(Debug, Clone, Copy)]
pub struct Moved<'a> {
    /// The baseline that it makes, with the lines of its rows.
    pub digest: &'a Baseline,
    /// What it is of.
    pub manifest: &'a Manifest,
    /// Its rows.
    pub ledger: &'a Ledger,
    /// By score: what the run is of in which a flow gave it.
    pub judges: &'a BTreeMap<String, Manifest>,
}

/// How a score moved from one run to another.
#[derive(Debug, Clone, Serialize)]
pub struct Movement {
    /// The score.
    pub score: String,
    /// The variant of the first run, and that of the second.
    pub variants: [String; 2],
    /// The means of all rows, errors as they count in comparisons.
    pub means: [Option<f64>; 2],
    /// How they compare on the rows of both.
    pub shared: Option<Beside>,
    /// Why they do not compare, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What the rows do that are not of both.
    pub data: DataPart,
    /// What happened on the rows of both, the greatest parts first.
    pub parts: Vec<Part>,
    /// How far repetitions alone move the difference on the rows of both, in 95 of 100 cases; `None` where rows were not repeated in both runs.
    pub noise: Option<f64>,
}

/// What the rows do that are not of both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DataPart {
    /// By how much they move the mean: the difference of all rows less that on the rows of both.
    pub difference: Option<f64>,
    /// Rows of both.
    pub shared: usize,
    /// Rows that only the second run has.
    pub new: usize,
    /// Rows that only the first run has.
    pub gone: usize,
    /// Rows of both for which the scores take other values of the data.
    pub relabelled: usize,
}

impl Movement {
    /// How the scores of both runs moved: those that both have, of variants that belong together.
    ///
    /// # Errors
    /// A journal cannot be read.
    pub fn of(from: Moved<'_>, to: Moved<'_>) -> Result<Vec<Self>, ScoringError> {
        let naming = from.digest.naming.shared_with(&to.digest.naming);
        let paths = [Paths::of(from, &naming)?, Paths::of(to, &naming)?];
        let renamed = [paths[0].renamed(from.digest, &naming), paths[1].renamed(to.digest, &naming)];
        let mut movements = Vec::new();
        for variant in &renamed[1].variants {
            let Some(before) = renamed[0].namesake(&variant.name) else { continue };
            let names = [before.name.clone(), variant.name.clone()];
            let pairs = Pairs::of(&renamed[0], &names[0], &renamed[1], &names[1]);
            for score in &to.digest.scores {
                let Some(before) = from.digest.score(&score.name) else { continue };
                let shared = Shared { from, to, paths: &paths, pairs: &pairs, score, before, names: &names };
                movements.push(shared.movement());
            }
        }
        Ok(movements)
    }

    /// Whether the difference on the rows of both is no more than chance would give: its interval covers 0.
    #[must_use]
    pub fn may_be_chance(&self) -> Option<bool> {
        let interval = self.shared.as_ref()?.interval()?;
        Some(interval.contains(0.0))
    }
}

impl Shared<'_> {
    fn movement(&self) -> Movement {
        let evidence = Evidence::on_pairs(self.score, [self.from.digest.repeat, self.to.digest.repeat], self.pairs);
        let all = |rows: &[&BaselineRow]| {
            let means: Vec<f64> = rows.iter().filter_map(|row| evidence.mean_of(&self.score.name, row)).collect();
            (!means.is_empty()).then(|| means.iter().sum::<f64>() / means.len() as f64)
        };
        let means = [all(&self.pairs.then), all(&self.pairs.now)];
        let (shared, problem) = match evidence.compare(None) {
            Ok(compared) => (Some(compared), None),
            Err(problem) => (None, Some(problem)),
        };
        let total = means[0].zip(means[1]).map(|(from, to)| to - from);
        let on_shared = shared.as_ref().map(Beside::difference);
        Movement {
            score: self.score.name.clone(),
            variants: self.names.clone(),
            means,
            data: DataPart {
                difference: total.zip(on_shared).map(|(total, shared)| total - shared),
                shared: self.pairs.rows.len(),
                new: self.pairs.new,
                gone: self.pairs.gone,
                relabelled: self.pairs.relabelled,
            },
            parts: self.parts(&evidence),
            noise: evidence.noise(),
            shared,
            problem,
        }
    }
}

/// The score in both runs.
fn definitions_differ(before: &BaselineScore, score: &BaselineScore) -> bool {
    before.definition != score.definition
}

/// What both names know.
impl RowNaming {
    fn shared_with(&self, other: &Self) -> Self {
        let both = |one: &[String], other: &[String]| one.iter().filter(|it| other.contains(it)).cloned().collect();
        let columns = if self.columns == other.columns { self.columns.clone() } else { Vec::new() };
        Self { inputs: both(&self.inputs, &other.inputs), columns }
    }
}
