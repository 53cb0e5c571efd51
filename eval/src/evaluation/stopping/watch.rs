use std::sync::Arc;

use super::rule::StoppingRule;
use crate::evaluation::gate::identifier;
use crate::evaluation::score::{Measure, ScoreEntry, ScoredBy};
use crate::evaluation::{Gate, GateOutcome};
use crate::score::Direction;
use crate::statistics::{Better, Curtailment, Interval, Kind, Level, MeanSequence, StatisticsError};

/// A gate that holds the mean of a score against a number, which can be judged before all rows are there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bound {
    /// The position of the score.
    pub(super) score: usize,
    name: Arc<str>,
    kind: Kind,
    direction: Direction,
    operator: Operator,
    number: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    AtLeast,
    Above,
    AtMost,
    Below,
}

const OPERATORS: [(&str, Operator); 4] =
    [(">=", Operator::AtLeast), ("<=", Operator::AtMost), (">", Operator::Above), ("<", Operator::Below)];

impl Bound {
    /// What a gate holds against what; `None` where that is anything but the mean of a metric with a range and a number.
    pub(super) fn of(gate: &Gate, scores: &[ScoreEntry]) -> Option<Self> {
        let condition = gate.text.split_once(": ").map_or(&*gate.text, |(_, condition)| condition);
        let (sign, operator) = OPERATORS.into_iter().find(|(sign, _)| condition.contains(sign))?;
        let (left, right) = condition.split_once(sign)?;
        let number = right.trim().parse::<f64>().ok().filter(|number| number.is_finite())?;
        let name = left.trim();
        let name = name.strip_prefix("mean(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(name).trim();
        let measures = Measure::of(scores);
        let score = measures.iter().position(|measure| identifier(&measure.name) == identifier(name))?;
        let (measure, entry) = (measures.get(score)?, scores.get(score)?);
        let kind = StoppingRule::kind(measure);
        let is_known = matches!(entry.scorer, ScoredBy::Metric(_)) && kind != Kind::Unbounded;
        let (name, direction) = (Arc::clone(&measure.name), measure.direction);
        is_known.then_some(Self { score, name, kind, direction, operator, number })
    }

    /// Whether all means within these ends meet it, or none does; `None` where some do.
    fn judge(&self, (low, high): (f64, f64)) -> Option<bool> {
        let number = self.number;
        let (all, none) = match self.operator {
            Operator::AtLeast => (low >= number, high < number),
            Operator::Above => (low > number, high <= number),
            Operator::AtMost => (high <= number, low > number),
            Operator::Below => (high < number, low >= number),
        };
        match (all, none) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }
}

/// A gate of a variant, looked at after each line.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) gate: Arc<str>,
    pub(super) variant: usize,
    pub(super) bound: Bound,
    sequence: MeanSequence,
    /// What is certain whatever the other rows give.
    certain: Curtailment,
    /// Rows of the data.
    of: usize,
    /// Whether it holds, once that is known.
    pub(super) passed: Option<bool>,
}

impl Watch {
    /// A watch over the mean of all `rows` of the data.
    pub(super) fn new(
        (gate, variant, bound): (Arc<str>, usize, Bound),
        level: Level,
        rows: usize,
    ) -> Result<Self, StatisticsError> {
        let better = if bound.direction == Direction::Higher { Better::Higher } else { Better::Lower };
        let sequence = MeanSequence::of_data_set(bound.kind, better, level, rows)?;
        let certain = Curtailment::new(rows, bound.kind.range().unwrap_or_default())?;
        Ok(Self { gate, variant, bound, sequence, certain, of: rows, passed: None })
    }

    /// Takes the mean score of a line; an error is the worst score.
    pub(super) fn observe(&mut self, value: Option<f64>) -> Result<(), StatisticsError> {
        let (least, greatest) = self.bound.kind.range().unwrap_or_default();
        let worst = if self.bound.direction == Direction::Higher { least } else { greatest };
        let value = value.unwrap_or(worst);
        self.sequence.observe(Some(value))?;
        self.certain.observe(value);
        if self.passed.is_none() {
            self.passed = self.bound.judge(self.certain.ends()).or_else(|| {
                let interval = self.interval()?;
                self.bound.judge((interval.low, interval.high))
            });
        }
        Ok(())
    }

    fn interval(&self) -> Option<Interval> {
        self.sequence.interval()
    }

    /// What became of the gate.
    pub(super) fn outcome(&self, variant: &str) -> GateOutcome {
        let name = &self.bound.name;
        let interval = self.interval();
        let ends = [
            (name.to_string(), self.certain.mean()),
            (format!("low of all {} rows", self.of), interval.map(|interval| interval.low)),
            (format!("high of all {} rows", self.of), interval.map(|interval| interval.high)),
        ];
        GateOutcome {
            gate: Arc::clone(&self.gate),
            variant: variant.to_owned(),
            passed: self.passed,
            undecided: self.passed.is_none(),
            relations: Vec::new(),
            values: ends.into_iter().filter(|(_, value)| value.is_some()).collect(),
            problem: None,
        }
    }
}
