//! What a scorer says of a row.

use std::borrow::Cow;

use flow_core::value::Value;
use serde::{Deserialize, Serialize};

/// What a scorer says of a row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// How good, on the scale of the scorer; always finite. `None` where the scorer gives no number.
    pub value: Option<f64>,
    /// Whether it is good enough; `None` where nobody said what is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// The class that the answer falls into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What cannot be seen from the inputs at once: which part is missing, where a schema does not fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// Further numbers by name, such as precision and recall.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<(Cow<'static, str>, f64)>,
}

impl Score {
    /// A score that is a number. One that is not finite is none.
    #[must_use]
    pub fn of(value: f64) -> Self {
        Self { value: value.is_finite().then_some(value), ..Self::default() }
    }

    /// A score that is a verdict: 1 or 0.
    #[must_use]
    pub fn verdict(passed: bool) -> Self {
        Self { value: Some(f64::from(u8::from(passed))), passed: Some(passed), ..Self::default() }
    }

    /// The same with a further number; one that is not finite is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: f64) -> Self {
        if value.is_finite() {
            self.numbers.push((Cow::Borrowed(name), value));
        }
        self
    }

    /// The same with an explanation.
    #[must_use]
    pub fn because(mut self, explanation: impl Into<String>) -> Self {
        self.explanation = Some(explanation.into());
        self
    }

    /// The further number of this name.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.numbers.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// What the output of a flow or an expression says: `true` or `false`; a number, or the text of one; a mapping with `score` or
    /// `value` (a number, or true or false), `passed` or `pass`, `label`, `explanation` or `reason`, and further numbers.
    ///
    /// # Errors
    /// In words, behind "the output": it says nothing of the kind.
    pub fn of_output(output: &Value) -> Result<Self, String> {
        match output {
            Value::Bool(flag) => Ok(Self::verdict(*flag)),
            Value::Map(entries) => {
                let mut score = Self::default();
                for (name, value) in entries.iter() {
                    score.take(name, value)?;
                }
                if score.value.is_none() {
                    score.value = score.passed.map(|passed| f64::from(u8::from(passed)));
                }
                if score.value.is_none() && score.label.is_none() {
                    return Err("has no `score`, `passed` or `label`".to_owned());
                }
                Ok(score)
            }
            other => match super::text::number(other) {
                Some(number) if number.is_finite() => Ok(Self::of(number)),
                Some(_) => Err("is no finite number".to_owned()),
                None => Err(format!(
                    "is {}, but a number, true or false, or a mapping with `score` is wanted",
                    other.kind()
                )),
            },
        }
    }

    fn take(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match (name, value) {
            ("score" | "value", Value::Bool(flag)) => {
                self.value = Some(f64::from(u8::from(*flag)));
                self.passed = self.passed.or(Some(*flag));
            }
            ("score" | "value", Value::Null) => {}
            ("score" | "value", other) => match super::text::number(other) {
                Some(number) if number.is_finite() => self.value = Some(number),
                _ => return Err(format!("has a `{name}` that is no finite number")),
            },
            ("passed" | "pass", Value::Bool(flag)) => self.passed = Some(*flag),
            ("passed" | "pass", Value::Null) => {}
            ("passed" | "pass", other) => {
                return Err(format!("has a `{name}` that is {}, not true or false", other.kind()));
            }
            ("label", Value::Null) | ("explanation" | "reason", Value::Null) => {}
            ("label", other) => self.label = Some(super::text::written(other).to_string()),
            ("explanation" | "reason", other) => self.explanation = Some(super::text::written(other).to_string()),
            (name, other) => {
                if let Some(number) = other.as_float().filter(|number| number.is_finite()) {
                    self.numbers.push((Cow::Owned(name.to_owned()), number));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Result<Score, String> {
        Score::of_output(&Value::from_json(json).unwrap())
    }

    #[test]
    fn outputs_of_flows_are_scores() {
        assert_eq!(of("true"), Ok(Score::verdict(true)));
        assert_eq!(of("0.5"), Ok(Score::of(0.5)));
        assert_eq!(of("\" 4 \""), Ok(Score::of(4.0)));
        let score =
            of(r#"{"score": "3", "reason": "vague", "label": "fair", "clarity": 0.2, "notes": ["x"]}"#).unwrap();
        assert_eq!(
            (score.value, score.label.as_deref(), score.explanation.as_deref()),
            (Some(3.0), Some("fair"), Some("vague"))
        );
        assert_eq!(score.number("clarity"), Some(0.2));
        assert_eq!(of(r#"{"pass": false}"#).unwrap(), Score::verdict(false));
        assert_eq!(of(r#"{"score": true}"#).unwrap(), Score::verdict(true));
    }

    #[test]
    fn outputs_that_are_no_scores_say_why() {
        assert_eq!(
            of("\"good\"").unwrap_err(),
            "is string, but a number, true or false, or a mapping with `score` is wanted"
        );
        assert_eq!(of("{\"note\": 1}").unwrap_err(), "has no `score`, `passed` or `label`");
        assert_eq!(of("{\"score\": \"high\"}").unwrap_err(), "has a `score` that is no finite number");
        assert_eq!(of("{\"pass\": 1}").unwrap_err(), "has a `pass` that is int, not true or false");
        assert_eq!(Score::of_output(&Value::Float(f64::NAN)).unwrap_err(), "is no finite number");
    }
}
