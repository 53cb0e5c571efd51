use std::sync::Arc;

use flow_core::diag::Code;
use flow_core::doc::{Cursor, Report};
use flow_core::source::Span;
use flow_core::yaml::Node;

use super::watch::Bound;
use crate::evaluation::file::number;
use crate::evaluation::score::{Measure, ScoreEntry, ScoredBy};
use crate::evaluation::{Comparing, Gate};
use crate::score::Unit;
use crate::statistics::{Kind, Spending};

/// When an evaluation stops before its rows are exhausted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoppingRule {
    /// Where the chance of a false winner is spent.
    pub spending: Spending,
    /// The smallest difference that matters: where it is plain that there is none, nothing more is run.
    pub smallest: Option<f64>,
    /// Whether variants race: there is no baseline, and each is compared with each other one until the best is known.
    pub races: bool,
}

/// What an evaluation file says beside the comparison.
pub(in crate::evaluation) struct Beside<'a> {
    pub(in crate::evaluation) scores: &'a [ScoreEntry],
    pub(in crate::evaluation) gates: &'a [Gate],
    /// Columns of slices.
    pub(in crate::evaluation) by: &'a [Arc<str>],
    pub(in crate::evaluation) has_baseline: bool,
    /// Whether rows whose runs disagree are run more often than others.
    pub(in crate::evaluation) has_further_runs: bool,
}

impl StoppingRule {
    /// Reads `stop_early`, `race`, `design` and `smallest_difference` of `compare`.
    pub(in crate::evaluation) fn read(keys: &mut Cursor<'_>, report: &mut Report) -> Option<Self> {
        let races = keys.flag("race", report).unwrap_or(false);
        let stops = keys.flag("stop_early", report).unwrap_or(races);
        for (other, why) in [
            ("baseline", "has no baseline: each variant is compared with each other one"),
            ("stop_early", "always stops early"),
        ] {
            let contradicts = other == "baseline" || !stops;
            if let Some(entry) = keys.entry(other).filter(|_| races && contradicts) {
                let help = format!("leave out `{other}` or `race`");
                report.error(Code::InvalidValue, entry.key.span, format!("`race` {why}"), help);
            }
        }
        let design = keys.text("design", report);
        let smallest =
            number(keys, "smallest_difference", "a number above zero", |number| number > 0.0 && number < 1e9, report);
        let spending = match design.as_ref().map(|design| (&*design.value, design.span)) {
            None | Some(("mixed", _)) => Spending::Mixed,
            Some(("anytime", _)) => Spending::Anytime,
            Some(("fixed", _)) => Spending::Fixed,
            Some((other, span)) => {
                let help = "`mixed` looks after each row and once more, sharper, when all rows are there; `anytime` looks after each row alone; `fixed` looks when all rows are there";
                report.error(Code::InvalidValue, span, format!("there is no design `{other}`"), help);
                return None;
            }
        };
        if let Some(design) = design.as_ref().filter(|_| races && spending == Spending::Fixed) {
            let help = "write `mixed` or `anytime`, or leave out `race`";
            let message = "a `race` looks after each row, which the design `fixed` does not";
            report.error(Code::InvalidValue, design.span, message, help);
        }
        if let Some(design) = design.filter(|design| !stops && &*design.value != "fixed") {
            let help = "add `stop_early: true` or `race: true`";
            let message = format!("the design `{}` is one of a run that stops early", design.value);
            report.error(Code::InvalidValue, design.span, message, help);
        }
        (stops && spending != Spending::Fixed).then_some(Self { spending, smallest, races })
    }

    /// Refuses what could not be told of a run that stops early.
    pub(in crate::evaluation) fn check(
        comparing: &Comparing,
        place: Option<&Node>,
        beside: Beside<'_>,
        report: &mut Report,
    ) {
        let (Some(rule), Some(place)) = (&comparing.stopping, place) else { return };
        let Beside { scores, gates, by, has_baseline, has_further_runs } = beside;
        let key = if rule.races { "race" } else { "stop_early" };
        let span = place.as_mapping().and_then(|keys| keys.get(key)).map_or(place.span, |entry| entry.key.span);
        let mut refuse = |span: Span, what: String, help: &str| {
            report.error(Code::InvalidValue, span, format!("`{key}` {what}"), help.replace("stop_early", key));
        };
        if !by.is_empty() {
            let help = "leave out `by`, or look at slices in an evaluation of all rows";
            refuse(
                span,
                format!(
                    "cannot tell results apart by `{}`: a stopped run has too few rows of some values, and stops by all of them",
                    by.join("`, `")
                ),
                help,
            );
        }
        if has_baseline {
            let help = "leave out `baseline`, with which all rows are compared, or `stop_early`";
            refuse(span, "does not compare with the rows of a `baseline`".to_owned(), help);
        }
        if has_further_runs {
            let help = "write a number, such as `repeat: 3`, or leave out `stop_early`";
            refuse(span, "does not run rows again whose runs disagree, as `repeat` asks for".to_owned(), help);
        }
        if comparing.cluster.is_some() {
            let help = "leave out `cluster` or `stop_early`";
            refuse(span, "takes rows as independent, and `cluster` says that they are not".to_owned(), help);
        }
        if comparing.margin.is_some() {
            let help = "write `smallest_difference` for the difference that would matter, or leave out `stop_early`";
            refuse(span, "does not test for a `margin`".to_owned(), help);
        }
        let measures = Measure::of(scores);
        match Self::deciding(comparing, &measures) {
            Err(names) => {
                let help = format!("name it: `metric: {}`", names.first().map_or("NAME", |name| name));
                refuse(span, format!("decides by one score, and there are several: {}", names.join(", ")), &help);
            }
            Ok(None) => {}
            Ok(Some(position)) => {
                let measure = &measures[position];
                let is_metric = scores.get(position).is_some_and(|score| matches!(score.scorer, ScoredBy::Metric(_)));
                let name = &measure.name;
                if !is_metric {
                    let help = "decide by a metric, or leave out `stop_early`: what flows and groups score is known when the run is over";
                    refuse(span, format!("decides after each row, when `{name}` is not known yet"), help);
                } else if Self::kind(measure) == Kind::Unbounded {
                    let help =
                        "decide by a score with a range: a metric that gives fractions, or passes by its `threshold`";
                    refuse(
                        span,
                        format!("needs a score whose least and greatest value are known before, and `{name}` has none"),
                        help,
                    );
                }
            }
        }
        for gate in gates {
            if Bound::of(gate, scores).is_none() {
                let help = "a run that stops early can hold a score's mean against a number, such as `each: exact >= 0.9`; leave out the gate or `stop_early`";
                refuse(
                    gate.span,
                    format!(
                        "cannot judge the gate `{}`: its numbers are not known before all rows are there",
                        gate.text
                    ),
                    help,
                );
            }
        }
    }

    /// Which of so many variants are looked at side by side.
    pub(super) fn pairs(&self, variants: usize, baseline: usize) -> Vec<(usize, usize)> {
        if self.races {
            return (0..variants).flat_map(|one| (one + 1..variants).map(move |other| (one, other))).collect();
        }
        (0..variants).filter(|variant| *variant != baseline).map(|variant| (baseline, variant)).collect()
    }

    /// The position of the score that decides; the names where there are several.
    pub(in crate::evaluation) fn deciding(
        comparing: &Comparing,
        measures: &[Measure],
    ) -> Result<Option<usize>, Vec<Arc<str>>> {
        let chosen = |measure: &Measure| match comparing.scores.is_empty() {
            true => !measure.is_part,
            false => comparing.scores.contains(&measure.name),
        };
        let chosen: Vec<usize> = (0..measures.len()).filter(|position| chosen(&measures[*position])).collect();
        match chosen[..] {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => Err(chosen.into_iter().map(|position| Arc::clone(&measures[position].name)).collect()),
        }
    }

    /// What kind of number a score is, as far as it is known before there are any: passes are numbers from 0 to 1, for which bets do as
    /// well.
    pub(in crate::evaluation) fn kind(measure: &Measure) -> Kind {
        match (measure.unit, measure.scale) {
            (Unit::Fraction, _) => Kind::Bounded { low: 0.0, high: 1.0 },
            (_, Some((low, high))) => Kind::Bounded { low, high },
            (Unit::Cosine, None) => Kind::Bounded { low: -1.0, high: 1.0 },
            _ => Kind::Unbounded,
        }
    }
}
