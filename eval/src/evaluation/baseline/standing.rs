use serde::Serialize;

use super::super::Flip;
use super::changes;
use super::document::{Baseline, BaselineVariant, Cell};
use super::evidence::{Compared, Evidence, values_of};
use super::pairing::Pairs;
use crate::statistics::Design;

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
    pub(in crate::evaluation) fn namesake(&self, name: &str) -> Option<&BaselineVariant> {
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

    pub(in crate::evaluation) fn score(&self, name: &str) -> Option<&super::BaselineScore> {
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
