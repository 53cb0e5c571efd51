use flow_core::diag::{Code, did_you_mean};
use flow_core::doc::Report;
use flow_core::source::Span;
use serde::Serialize;

use super::super::Measure;
use super::super::gate::identifier;
use super::evidence::{Compared, Evidence};
use super::standing::Against;
use crate::statistics::{Interval, RowsNeeded, Verdict};

/// What a gate says of a score beside the baseline: `no_worse(category, 0.02)` or `better(category)`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::evaluation) struct Relation {
    /// As it is written.
    written: String,
    /// The score.
    score: String,
    /// By how much it may be worse; `None` where it is to be better.
    margin: Option<f64>,
}

/// What became of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationVerdict {
    /// It is shown.
    Holds,
    /// The variant is shown to be worse.
    Fails,
    /// The rows do not tell.
    Undecided,
}

/// What became of a relation, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RelationOutcome {
    /// As it is written.
    pub relation: String,
    /// The score.
    pub score: String,
    /// Whether it holds.
    pub verdict: RelationVerdict,
    /// The mean of the variant less that of the baseline.
    pub difference: f64,
    /// The end on the worse side of the difference, at the level of intervals and to this side alone; `None` without a margin.
    pub at_worst: Option<f64>,
    /// The interval of the difference, to both sides.
    pub interval: Option<Interval>,
    /// The rows of the baseline and of the variant that were compared.
    pub rows: [usize; 2],
    /// Whether they were compared row by row.
    pub paired: bool,
    /// The difference if all errors turned out as badly for the variant as can be, and as well; `None` without errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<[f64; 2]>,
    /// How many rows it takes, where they do not tell; `None` where that is not known either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed: Option<RowsNeeded>,
    /// Why the rows do not tell, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What a gate takes of its relations.
pub(in crate::evaluation) type Judged = Result<RelationOutcome, String>;

/// Words by which relations begin.
const FUNCTIONS: [&str; 2] = ["no_worse", "better"];
/// So many relations may a gate have: those that are undecided are tried both ways.
const MOST: usize = 8;

impl Relation {
    /// A condition with a name in the place of each relation, and the relations in the order of their names; `None` where one is wrong, which
    /// is reported.
    pub(in crate::evaluation) fn taken_from(
        condition: &str,
        span: Span,
        measures: &[Measure],
        report: &mut Report,
    ) -> Option<(String, Vec<Self>)> {
        let (mut written, mut rest, mut relations) = (String::with_capacity(condition.len()), condition, Vec::new());
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
                first if is_of_word(first) => rest.find(|sign| !is_of_word(sign)).unwrap_or(rest.len()),
                first => first.len_utf8(),
            };
            let (token, after) = rest.split_at(length);
            rest = after;
            let inside = after.strip_prefix('(').and_then(|after| after.split_once(')'));
            let Some((inside, behind)) = inside.filter(|_| FUNCTIONS.contains(&token)) else {
                written += token;
                continue;
            };
            let relation = match Self::read(token, inside, measures) {
                Ok(_) if relations.len() == MOST => Err((
                    format!("a gate speaks of the baseline at most {MOST} times"),
                    "write several gates".to_owned(),
                )),
                read => read,
            };
            match relation {
                Ok(relation) => {
                    written += &Self::name(relations.len());
                    relations.push(relation);
                    rest = behind;
                }
                Err((message, help)) => {
                    report.error(Code::InvalidValue, span, message, help);
                    return None;
                }
            }
        }
        Some((written, relations))
    }

    /// What stands in its place in the expression.
    fn name(position: usize) -> String {
        format!("relation__{position}")
    }

    /// The relation of this name.
    pub(in crate::evaluation) fn position(name: &str) -> Option<usize> {
        name.strip_prefix("relation__")?.parse().ok()
    }

    fn read(function: &str, inside: &str, measures: &[Measure]) -> Result<Self, (String, String)> {
        let (name, margin) = match inside.split_once(',') {
            Some((name, margin)) => (name.trim(), Some(margin.trim())),
            None => (inside.trim(), None),
        };
        let Some(measure) = measures.iter().find(|measure| identifier(&measure.name) == identifier(name)) else {
            let known = || measures.iter().map(|measure| &*measure.name);
            let help = did_you_mean(name, known())
                .unwrap_or_else(|| format!("the scores are {}", known().collect::<Vec<_>>().join(", ")));
            return Err((format!("the gate speaks of `{name}`, which is no score"), help));
        };
        let score = measure.name.to_string();
        let example = || {
            (
                format!("`{function}({inside})` is not read"),
                "write `no_worse(SCORE, 0.02)` or `better(SCORE)`".to_owned(),
            )
        };
        let margin = match (function, margin) {
            ("better", None) => None,
            ("no_worse", Some(margin)) => {
                let number = margin.parse::<f64>().ok().filter(|margin| *margin > 0.0 && margin.is_finite());
                Some(number.ok_or_else(|| {
                    let message = format!("the margin of `{function}({inside})` is no number above zero");
                    (
                        message,
                        "it says by how much the score may be worse, in its own unit: no_worse(category, 0.02)"
                            .to_owned(),
                    )
                })?)
            }
            _ => return Err(example()),
        };
        Ok(Self { written: format!("{function}({})", inside.trim()), score, margin })
    }

    /// What becomes of it for a variant; in words why that cannot be said.
    pub(in crate::evaluation) fn judge(&self, against: Option<&Against>, variant: &str, run: &str) -> Judged {
        let Some(against) = against else {
            return Err(format!("there is no baseline yet; flow runs bless {run} makes one of this run"));
        };
        let of_variant = against.variants.iter().find(|known| known.variant == variant);
        let standing = of_variant.and_then(|known| known.scores.iter().find(|known| known.score == self.score));
        let standing = standing.ok_or_else(|| format!("`{}` was not compared with the baseline", self.score))?;
        let evidence = standing.evidence.as_ref().map_err(Clone::clone)?;
        let compared = evidence.compare(self.margin)?;
        Ok(self.outcome(&compared, evidence))
    }

    fn outcome(&self, compared: &Compared, evidence: &Evidence) -> RelationOutcome {
        let verdict = match compared.verdict() {
            Verdict::Better | Verdict::NoWorse { .. } => RelationVerdict::Holds,
            Verdict::Worse => RelationVerdict::Fails,
            Verdict::Small { .. }
            | Verdict::Undecided { .. }
            | Verdict::TooFewRows { .. }
            | Verdict::TooFewClusters { .. } => RelationVerdict::Undecided,
        };
        let needed = (verdict == RelationVerdict::Undecided).then(|| compared.needed(self.margin, evidence)).flatten();
        let why = (verdict == RelationVerdict::Undecided).then(|| match (compared.verdict(), &needed) {
            (Verdict::TooFewRows { .. }, Some(needed)) => format!("{}; {needed}", compared.verdict()),
            (Verdict::Undecided { .. }, Some(needed)) => format!("undecided: {needed}"),
            (verdict, _) => verdict.to_string(),
        });
        RelationOutcome {
            relation: self.written.clone(),
            score: self.score.clone(),
            verdict,
            difference: compared.difference(),
            at_worst: compared.bound(),
            interval: compared.interval().copied(),
            rows: compared.rows(),
            paired: matches!(compared, Compared::Paired(_)),
            sensitivity: compared.sensitivity(),
            needed,
            why,
        }
    }
}

fn is_of_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}
