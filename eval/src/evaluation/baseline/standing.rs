use serde::Serialize;

use super::super::Flip;
use super::changes;
use super::document::{Baseline, BaselineRow, BaselineVariant, Cell};
use super::pairing::Pairs;
use crate::statistics::{
    Clusters, Comparison, Design, FEWEST_ROWS, Goal, RowsNeeded, Scores, StatisticsError, UnpairedComparison, compare,
    compare_unpaired,
};

/// So many rows that broke are named of each score.
const MOST: usize = 1_000;

/// How a run stands against the baseline.
#[derive(Debug, Clone, Serialize)]
pub struct Against {
    /// The run that was blessed.
    pub run: String,
    /// When it was begun.
    pub created: String,
    /// What the run was made with otherwise than the baseline, in words.
    pub changes: Vec<String>,
    /// By variant.
    pub variants: Vec<AgainstVariant>,
}

/// How a variant stands against the baseline.
#[derive(Debug, Clone, Serialize)]
pub struct AgainstVariant {
    /// The variant.
    pub variant: String,
    /// The variant of the baseline; `None` where it has none of this name, and several.
    pub baseline: Option<String>,
    /// What it was made with otherwise, in words.
    pub changes: Vec<String>,
    /// Rows that both have.
    pub paired: usize,
    /// Rows of both for which the scores take other values of the data.
    pub relabelled: usize,
    /// Rows that only the baseline has.
    pub gone: usize,
    /// Rows that only the variant has.
    pub new: usize,
    /// By score.
    pub scores: Vec<Standing>,
}

/// How a score of a variant stands against the baseline.
#[derive(Debug, Clone, Serialize)]
pub struct Standing {
    /// The score.
    pub score: String,
    /// What both are compared by.
    #[serde(skip)]
    pub(super) evidence: Result<Evidence, String>,
    /// How they compare; `None` where they do not.
    pub compared: Option<Compared>,
    /// Why they do not compare, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Lines that passed then and do no more, with the scores then and now.
    pub broken: Vec<Flip>,
    /// How many they are.
    pub broken_rows: usize,
    /// How many rows pass that did not.
    pub mended_rows: usize,
}

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
pub(super) struct Evidence {
    then: Vec<Option<f64>>,
    now: Vec<Option<f64>>,
    repeats: [usize; 2],
    is_paired: bool,
    clusters: Option<Clusters>,
    design: Design<'static>,
}

/// How the scores of a run are looked at.
pub(in crate::evaluation) trait Looks {
    /// The design for a score, which these values are of too.
    fn design(&self, score: &str, values: [&[Option<f64>]; 2]) -> Option<Design<'static>>;
    /// The source that a line shares with others.
    fn source(&self, line: u64) -> Option<u32>;
}

impl Against {
    /// How a run stands, which was made into a baseline with the names of the other's rows.
    pub(in crate::evaluation) fn of(then: &Baseline, now: &Baseline, looks: &dyn Looks) -> Self {
        Self {
            run: then.run.clone(),
            created: then.created.clone(),
            changes: changes::changes(then, now),
            variants: now.variants.iter().map(|variant| AgainstVariant::of(then, (now, variant), looks)).collect(),
        }
    }
}

impl AgainstVariant {
    fn of(then: &Baseline, (now, variant): (&Baseline, &BaselineVariant), looks: &dyn Looks) -> Self {
        let before = then.namesake(&variant.name);
        let pairs = before.map(|before| Pairs::of(then, &before.name, now, &variant.name)).unwrap_or_default();
        let standing = |score: &super::BaselineScore| match before {
            Some(_) => Standing::of(&score.name, (then, now), &pairs, looks),
            None => {
                let names: Vec<&str> = then.variants.iter().map(|variant| &*variant.name).collect();
                Standing::none(
                    &score.name,
                    format!("the baseline has no variant `{}`; it has {}", variant.name, names.join(", ")),
                )
            }
        };
        Self {
            variant: variant.name.clone(),
            baseline: before.map(|before| before.name.clone()),
            changes: before.map(|before| changes::of_variant(before, variant)).unwrap_or_default(),
            paired: pairs.rows.len(),
            relabelled: pairs.relabelled,
            gone: pairs.gone,
            new: pairs.new,
            scores: now.scores.iter().map(standing).collect(),
        }
    }
}

impl Baseline {
    /// The variant that another one is compared with: of the same name, or the only one.
    fn namesake(&self, name: &str) -> Option<&BaselineVariant> {
        let sorted = |name: &str| {
            let mut tokens: Vec<String> = name.split(',').map(str::to_owned).collect();
            tokens.sort();
            tokens
        };
        let same = self.variants.iter().find(|variant| sorted(&variant.name) == sorted(name));
        match &self.variants[..] {
            [only] => Some(only),
            _ => same,
        }
    }

    pub(super) fn score(&self, name: &str) -> Option<&super::BaselineScore> {
        self.scores.iter().find(|score| score.name == name)
    }
}

impl Standing {
    fn none(score: &str, problem: String) -> Self {
        Self {
            score: score.to_owned(),
            evidence: Err(problem.clone()),
            compared: None,
            problem: Some(problem),
            broken: Vec::new(),
            broken_rows: 0,
            mended_rows: 0,
        }
    }

    fn of(score: &str, (then, now): (&Baseline, &Baseline), pairs: &Pairs<'_>, looks: &dyn Looks) -> Self {
        let definition = |baseline: &Baseline| baseline.score(score).map(|score| score.definition.clone());
        match definition(then) {
            None => return Self::none(score, format!("the baseline has no score `{score}`; bless a run that has it")),
            Some(before) if Some(&before) != definition(now).as_ref() => {
                let help = format!("flow eval FILE --run {0}, then flow runs bless {0}", then.run);
                return Self::none(
                    score,
                    format!(
                        "`{score}` is not scored as it was in the baseline: score the blessed run anew ({help}), or bless another"
                    ),
                );
            }
            Some(_) => {}
        }
        let (broken, mended) = pairs.fates(score);
        let Some(evidence) = Evidence::of(score, [then.repeat, now.repeat], pairs, looks) else {
            return Self::none(score, format!("there is no score `{score}`"));
        };
        let compared = evidence.compare(None);
        let mut standing = Self {
            evidence: Ok(evidence),
            broken_rows: broken.len(),
            broken: broken.into_iter().take(MOST).collect(),
            mended_rows: mended,
            ..Self::none(score, String::new())
        };
        (standing.compared, standing.problem) = match compared {
            Ok(compared) => (Some(compared), None),
            Err(problem) => (None, Some(problem)),
        };
        standing
    }
}

impl Pairs<'_> {
    /// The rows that passed then and do no more, and how many pass that did not.
    fn fates(&self, score: &str) -> (Vec<Flip>, usize) {
        let (mut broken, mut mended) = (Vec::new(), 0);
        for (then, now) in &self.rows {
            let (Some(before), Some(after)) = (then.scores.get(score), now.scores.get(score)) else { continue };
            match (before.passed(), after.passed()) {
                (Some(true), Some(false)) => {
                    let value = |cells: &[Option<Cell>]| super::super::mean(&values_of(cells));
                    broken.push(Flip { line: now.line, scores: [value(before.all()), value(after.all())] });
                }
                (Some(false), Some(true)) => mended += 1,
                _ => {}
            }
        }
        (broken, mended)
    }
}

fn values_of(cells: &[Option<Cell>]) -> Vec<Option<f64>> {
    cells.iter().map(|cell| cell.and_then(|cell| cell.value)).collect()
}

impl Evidence {
    /// By rows that belong together; where these are too few, all rows of both.
    fn of(score: &str, repeats: [u32; 2], pairs: &Pairs<'_>, looks: &dyn Looks) -> Option<Self> {
        let is_paired = pairs.rows.len() >= FEWEST_ROWS || pairs.then.len().min(pairs.now.len()) < FEWEST_ROWS;
        let repeats = repeats.map(|repeats| repeats.max(1) as usize);
        let values = |rows: &[&BaselineRow], repeats: usize| -> Vec<Option<f64>> {
            let of_row = |row: &&BaselineRow| {
                let mut values = row.scores.get(score).map(|cells| values_of(cells.all())).unwrap_or_default();
                values.resize(repeats, None);
                values
            };
            rows.iter().flat_map(of_row).collect()
        };
        let (then, now): (Vec<&BaselineRow>, Vec<&BaselineRow>) = match is_paired {
            true => pairs.rows.iter().copied().unzip(),
            false => (pairs.then.clone(), pairs.now.clone()),
        };
        let sources: Option<Vec<u32>> = now.iter().map(|row| looks.source(row.line)).collect();
        let clusters = sources.filter(|_| is_paired && !now.is_empty()).map(Clusters::new);
        let (then, now) = (values(&then, repeats[0]), values(&now, repeats[1]));
        let design = looks.design(score, [&then, &now])?;
        Some(Self { then, now, repeats, is_paired, clusters, design })
    }

    /// Compares both sides; in words why that is not possible.
    pub(super) fn compare(&self, margin: Option<f64>) -> Result<Compared, String> {
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

    /// How many rows on each side it takes to show something, where rows do not belong together.
    pub(super) fn needed_unpaired(&self, goal: Goal) -> Option<RowsNeeded> {
        let variance = |values: &[Option<f64>], repeats: usize| {
            let means: Vec<f64> = values.chunks(repeats).filter_map(super::super::mean).collect();
            crate::statistics::Mean::of(&means).ok().map(|mean| mean.deviation.powi(2))
        };
        let both = variance(&self.then, self.repeats[0])? + variance(&self.now, self.repeats[1])?;
        RowsNeeded::of_scores(goal, both.sqrt(), self.design.level, self.design.power).ok()
    }
}
