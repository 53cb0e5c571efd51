use serde::Serialize;

use super::document::{BaselineRow, BaselineScore, Cell};
use super::pairing::Pairs;
use super::standing::Looks;
use crate::score::Direction;
use crate::statistics::{
    Better, Clusters, Comparison, Design, FEWEST_ROWS, Goal, Interval, Kind, Mean, RowsNeeded, Scores, StatisticsError,
    UnpairedComparison, Verdict, compare, compare_unpaired,
};

/// How two sides compare: row by row where rows belong together.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    /// Row by row.
    Paired(Box<Comparison>),
    /// All rows of one with all of the other.
    Unpaired(Box<UnpairedComparison>),
}

/// The values of both sides.
#[derive(Debug, Clone)]
pub(in crate::evaluation) struct Evidence {
    then: Vec<Option<f64>>,
    now: Vec<Option<f64>>,
    repeats: [usize; 2],
    is_paired: bool,
    clusters: Option<Clusters>,
    design: Design<'static>,
}

pub(super) fn values_of(cells: &[Option<Cell>]) -> Vec<Option<f64>> {
    cells.iter().map(|cell| cell.and_then(|cell| cell.value)).collect()
}

/// The values of rows by a score, the repetitions of a row together.
fn values(score: &str, rows: &[&BaselineRow], repeats: usize) -> Vec<Option<f64>> {
    let of_row = |row: &&BaselineRow| {
        let mut values = row.scores.get(score).map(|cells| values_of(cells.all())).unwrap_or_default();
        values.resize(repeats, None);
        values
    };
    rows.iter().flat_map(of_row).collect()
}

impl Evidence {
    /// By rows that belong together; where these are too few, all rows of both.
    pub(super) fn of(score: &str, repeats: [u32; 2], pairs: &Pairs<'_>, looks: &dyn Looks) -> Option<Self> {
        let is_paired = pairs.rows.len() >= FEWEST_ROWS || pairs.then.len().min(pairs.now.len()) < FEWEST_ROWS;
        let repeats = repeats.map(|repeats| repeats.max(1) as usize);
        let (then, now): (Vec<&BaselineRow>, Vec<&BaselineRow>) = match is_paired {
            true => pairs.rows.iter().copied().unzip(),
            false => (pairs.then.clone(), pairs.now.clone()),
        };
        let sources: Option<Vec<u32>> = now.iter().map(|row| looks.source(row.line)).collect();
        let clusters = sources.filter(|_| is_paired && !now.is_empty()).map(Clusters::new);
        let (then, now) = (values(score, &then, repeats[0]), values(score, &now, repeats[1]));
        let design = looks.design(score, [&then, &now])?;
        Some(Self { then, now, repeats, is_paired, clusters, design })
    }

    /// By the rows that belong together, as what is known of the score says.
    pub(in crate::evaluation) fn on_pairs(score: &BaselineScore, repeats: [u32; 2], pairs: &Pairs<'_>) -> Self {
        let repeats = repeats.map(|repeats| repeats.max(1) as usize);
        let (then, now): (Vec<&BaselineRow>, Vec<&BaselineRow>) = pairs.rows.iter().copied().unzip();
        let (then, now) = (values(&score.name, &then, repeats[0]), values(&score.name, &now, repeats[1]));
        let all = values(&score.name, &pairs.then, repeats[0]).into_iter();
        let all = || all.clone().chain(values(&score.name, &pairs.now, repeats[1])).flatten();
        let kind = match score.range {
            Some((low, high)) if (low, high) == (0.0, 1.0) && all().all(|value| value == 0.0 || value == 1.0) => {
                Kind::Binary
            }
            Some((low, high)) if all().all(|value| (low..=high).contains(&value)) => Kind::Bounded { low, high },
            _ => Kind::Unbounded,
        };
        let better = match score.better {
            Direction::Higher => Better::Higher,
            Direction::Lower => Better::Lower,
        };
        let design = Design { better, ..Design::new(kind) };
        Self { then, now, repeats, is_paired: true, clusters: None, design }
    }

    /// Compares both sides; in words why that is not possible.
    pub(in crate::evaluation) fn compare(&self, margin: Option<f64>) -> Result<Compared, String> {
        let design = Design { margin, clusters: self.clusters.as_ref(), ..self.design };
        let [then, now] = [(&self.then, 0), (&self.now, 1)]
            .map(|(values, side): (&Vec<Option<f64>>, usize)| Scores { values, repeats: self.repeats[side] });
        let compared = match self.is_paired {
            true => compare(&then, &now, &design).map(Box::new).map(Compared::Paired),
            false => compare_unpaired(&then, &now, &design).map(Box::new).map(Compared::Unpaired),
        };
        compared.map_err(|error| match error {
            StatisticsError::TooFew { .. } => "no row can be compared with one of the baseline".to_owned(),
            error => error.to_string(),
        })
    }

    /// The mean of a row's repetitions, in which errors count as in comparisons.
    pub(in crate::evaluation) fn mean_of(&self, score: &str, row: &BaselineRow) -> Option<f64> {
        let values = row.scores.get(score).map(|cells| values_of(cells.all()))?;
        let counted: Vec<f64> = values.iter().filter_map(|value| value.or(self.design.error_value())).collect();
        (!counted.is_empty()).then(|| counted.iter().sum::<f64>() / counted.len() as f64)
    }

    /// How far the mean difference goes from one pair of runs to the next in 95 of 100 cases, if all that differs is what differs between the
    /// repetitions of a row: 1.96 √((σ²/K + σ'²/K')/n), with the variances within rows of both sides; `None` where one of them repeats no row.
    pub(in crate::evaluation) fn noise(&self) -> Option<f64> {
        let variance = |values: &[Option<f64>], repeats: usize| {
            let of_row = |row: &[Option<f64>]| {
                let values: Vec<f64> = row.iter().filter_map(|value| value.or(self.design.error_value())).collect();
                Mean::of(&values).ok().filter(|mean| mean.rows > 1).map(|mean| mean.deviation.powi(2))
            };
            let rows: Vec<f64> = values.chunks(repeats).filter_map(of_row).collect();
            (!rows.is_empty()).then(|| rows.iter().sum::<f64>() / rows.len() as f64 / repeats as f64)
        };
        let both = variance(&self.then, self.repeats[0])? + variance(&self.now, self.repeats[1])?;
        let rows = (self.now.len() / self.repeats[1]).max(1) as f64;
        Some(self.design.level.z() * (both / rows).sqrt())
    }

    /// How many rows on each side it takes to show something, where rows do not belong together.
    fn needed_unpaired(&self, goal: Goal) -> Option<RowsNeeded> {
        let variance = |values: &[Option<f64>], repeats: usize| {
            let means: Vec<f64> = values.chunks(repeats).filter_map(super::super::mean).collect();
            Mean::of(&means).ok().map(|mean| mean.deviation.powi(2))
        };
        let both = variance(&self.then, self.repeats[0])? + variance(&self.now, self.repeats[1])?;
        RowsNeeded::of_scores(goal, both.sqrt(), self.design.level, self.design.power).ok()
    }
}

impl Compared {
    /// What is said of the second side.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Compared::Paired(comparison) => comparison.verdict,
            Compared::Unpaired(comparison) => comparison.verdict,
        }
    }

    /// The mean of the second side less that of the first.
    #[must_use]
    pub fn difference(&self) -> f64 {
        match self {
            Compared::Paired(comparison) => comparison.difference,
            Compared::Unpaired(comparison) => comparison.difference,
        }
    }

    /// The interval of this.
    #[must_use]
    pub fn interval(&self) -> Option<&Interval> {
        match self {
            Compared::Paired(comparison) => comparison.interval.as_ref(),
            Compared::Unpaired(comparison) => comparison.interval.as_ref(),
        }
    }

    pub(super) fn bound(&self) -> Option<f64> {
        match self {
            Compared::Paired(comparison) => comparison.bound,
            Compared::Unpaired(comparison) => comparison.bound,
        }
    }

    pub(super) fn rows(&self) -> [usize; 2] {
        match self {
            Compared::Paired(comparison) => [comparison.rows; 2],
            Compared::Unpaired(comparison) => comparison.rows,
        }
    }

    pub(super) fn sensitivity(&self) -> Option<[f64; 2]> {
        match self {
            Compared::Paired(comparison) => comparison.sensitivity,
            Compared::Unpaired(_) => None,
        }
    }

    /// How many rows would tell: as many as it takes for the margin, or else for the difference that was seen.
    pub(super) fn needed(&self, margin: Option<f64>, evidence: &Evidence) -> Option<RowsNeeded> {
        let goal = margin.map_or(Goal::Difference(self.difference().abs()), Goal::NoWorse);
        match self {
            Compared::Paired(comparison) => comparison.rows_for(goal).ok(),
            Compared::Unpaired(_) => evidence.needed_unpaired(goal),
        }
    }
}
