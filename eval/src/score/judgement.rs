//! What is good enough.

use flow_core::value::{Value, parse_duration};

use super::{Direction, Score, Spec, Unit};

/// What a value has to reach. The bound itself passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Threshold {
    /// Values from here on pass.
    AtLeast(f64),
    /// Values up to here pass.
    AtMost(f64),
}

impl Threshold {
    /// The threshold that a file writes for a scorer: a number in the unit of its values, for seconds also `800ms` or `2s`. Whether it
    /// is the least or the most depends on which values are better.
    ///
    /// # Errors
    /// It is no such number, or one that no value reaches.
    pub fn read(written: &Value, spec: &Spec) -> Result<Self, ThresholdError> {
        let number = match written {
            Value::Text(text) if spec.unit == Unit::Seconds => {
                parse_duration(text).map(|duration| duration.as_secs_f64()).ok_or(ThresholdError::Duration)?
            }
            Value::Int(_) | Value::Float(_) => {
                written.as_float().filter(|number| number.is_finite()).ok_or(ThresholdError::Number)?
            }
            _ if spec.unit == Unit::Seconds => return Err(ThresholdError::Duration),
            _ => return Err(ThresholdError::Number),
        };
        match (spec.unit, number) {
            (Unit::Fraction, number) if !(0.0..=1.0).contains(&number) => {
                Err(ThresholdError::Range { least: 0, number })
            }
            (Unit::Cosine, number) if !(-1.0..=1.0).contains(&number) => {
                Err(ThresholdError::Range { least: -1, number })
            }
            (Unit::Seconds | Unit::Dollars | Unit::Tokens | Unit::Count, number) if number < 0.0 => {
                Err(ThresholdError::Negative)
            }
            _ => Ok(match spec.direction {
                Direction::Higher => Self::AtLeast(number),
                Direction::Lower => Self::AtMost(number),
            }),
        }
    }

    /// Whether a value passes.
    #[must_use]
    pub fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }
}

/// What becomes of a scorer's score: the threshold is held against the value as the scorer gave it, and `not` turns the verdict
/// around, and with it values that are fractions (1 − v).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// What the value has to reach; without, the scorer's own verdict counts.
    pub threshold: Option<Threshold>,
    /// Whether the opposite is wanted.
    pub not: bool,
    /// What the value counts.
    pub unit: Unit,
}

impl Judgement {
    /// The judgement of a scorer's scores.
    #[must_use]
    pub fn new(spec: &Spec, threshold: Option<Threshold>, not: bool) -> Self {
        Self { threshold, not, unit: spec.unit }
    }

    /// The score with its verdict.
    #[must_use]
    pub fn apply(&self, mut score: Score) -> Score {
        if let Some(threshold) = self.threshold {
            score.passed = score.value.map(|value| threshold.is_met(value));
        }
        if self.not {
            score.passed = score.passed.map(|passed| !passed);
            if self.unit == Unit::Fraction {
                score.value = score.value.map(|value| 1.0 - value);
            }
        }
        score
    }
}

/// What is wrong with a threshold, behind "the threshold".
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ThresholdError {
    /// It is no number.
    #[error("must be a number")]
    Number,
    /// It is no time.
    #[error("must be a time: a number of seconds, or a text such as `800ms`, `2s` or `1m`")]
    Duration,
    /// No value reaches it, or all do.
    #[error("is {number}, but the scorer's values lie between {least} and 1")]
    Range {
        /// The least value.
        least: i8,
        /// The threshold.
        number: f64,
    },
    /// It is below zero.
    #[error("must not be below zero")]
    Negative,
}
