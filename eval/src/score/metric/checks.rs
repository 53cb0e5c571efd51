use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use flow_core::value::{Map, Value};
use indexmap::IndexMap;

use crate::score::aggregate::same;
use crate::score::parameters::NoParameters;
use crate::score::text::shown;
use crate::score::{
    Aggregate, AggregateError, Built, Combination, Definition, Input, InputKind, Inputs, Judgement, Needs,
    ParameterError, Registry, Row, Score, ScoreError, Scorer, Spec, Summary, Tally, Threshold, Unit,
};

/// The checks that each row brings with it.
#[derive(Clone)]
pub(crate) struct Checks {
    /// What was built for the rows so far, by how it is written.
    known: Arc<Mutex<HashMap<String, Made>>>,
}

impl fmt::Debug for Checks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Checks").finish_non_exhaustive()
    }
}

/// A check as it is made: the scorer, and what becomes of its scores.
#[derive(Clone)]
struct Made {
    built: Built,
    judgement: Judgement,
}

impl Definition for Checks {
    const SPEC: Spec = Spec {
        name: "checks",
        summary: "the checks that each row brings with it: a list of metrics with what they expect; all must pass",
        formula: "the mean of the checks' values by their weights (1 or 0 where a value is no fraction); passes where each check does, \
                  or, with a threshold, where the mean reaches it; weight 0 counts for nothing; 1 where there are none",
        source: "promptfoo's `assert` of a test, with `weight`, `threshold` and `assert-set`",
        inputs: &[
            Input { name: "answer", kind: InputKind::Any, required: true, summary: "what is checked" },
            Input {
                name: "checks",
                kind: InputKind::List,
                required: true,
                summary: "a list such as [{ metric: contains, value: thanks, weight: 2 }], with `threshold`, `not`, `name` and \
                          parameters of the metric; { all: [...] } is several as one",
            },
            Input {
                name: "threshold",
                kind: InputKind::Number,
                required: false,
                summary: "the least mean of this row that passes, whatever its single checks say; null for none",
            },
        ],
        value: Some("checks"),
        ..Spec::VERDICT
    };
    type Parameters = NoParameters;

    fn new(_: NoParameters) -> Result<Self, ParameterError> {
        Ok(Self { known: Arc::default() })
    }
}

/// What came of a check.
struct Checked {
    name: String,
    weight: f64,
    score: Score,
}

/// How deep sets of checks may lie in one another.
const DEEPEST: usize = 8;
/// The most checks that are kept built.
const MOST_KNOWN: usize = 1_024;

fn unfit(message: impl Into<String>) -> ScoreError {
    ScoreError::Unfit { input: "checks", message: message.into() }
}

impl Checks {
    /// What comes of each check of a row; those of sets stand for themselves, too, with weight 0.
    fn all(&self, row: &Row<'_>) -> Result<Vec<Checked>, ScoreError> {
        let written = row.value("checks")?;
        if written.is_null() {
            return Ok(Vec::new());
        }
        let checks = row.list("checks")?;
        let mut checked = Vec::new();
        for check in checks.iter() {
            self.check(row, check, DEEPEST, &mut checked)?;
        }
        Ok(checked)
    }

    fn check(&self, row: &Row<'_>, check: &Value, deep: usize, checked: &mut Vec<Checked>) -> Result<(), ScoreError> {
        let Some(entries) = check.as_map() else {
            return Err(unfit(format!(
                "holds {}, which is no check: {{ metric: contains, value: thanks }}",
                check.kind()
            )));
        };
        let text = |key: &str| entries.get(key).and_then(Value::as_str).map(str::to_owned);
        let weight = match entries.get("weight") {
            None | Some(Value::Null) => 1.0,
            Some(weight) => weight
                .as_float()
                .filter(|weight| *weight >= 0.0 && weight.is_finite())
                .ok_or_else(|| unfit("has a `weight` that is no number from 0"))?,
        };
        if let Some(inside) = entries.get("all") {
            let inside = inside.as_list().ok_or_else(|| unfit("has an `all` that is no list of checks"))?;
            if deep == 0 {
                return Err(unfit("has sets of checks that lie too deep in one another"));
            }
            let mut of_set = Vec::new();
            for check in inside {
                self.check(row, check, deep - 1, &mut of_set)?;
            }
            let threshold = number(entries.get("threshold"), "threshold")?;
            let score = together(&of_set, threshold);
            checked.extend(of_set.into_iter().map(|one| Checked { weight: 0.0, ..one }));
            checked.push(Checked { name: text("name").unwrap_or_else(|| "all".to_owned()), weight, score });
            return Ok(());
        }
        let metric = text("metric").or_else(|| text("type")).ok_or_else(|| unfit("has a check without a `metric`"))?;
        let name = text("name").unwrap_or_else(|| metric.clone());
        let made = self.make(&metric, entries)?;
        let score = made.score(row, entries.get("value")).unwrap_or_else(|error| {
            // What cannot be checked is not met.
            Score::verdict(false).because(error.to_string())
        });
        let score = match (&score.explanation, score.passed) {
            (None, Some(false)) => {
                let value =
                    entries.get("value").map(|value| format!(" {}", shown(&value.to_json()))).unwrap_or_default();
                score.because(format!("is not met{value}"))
            }
            _ => score,
        };
        checked.push(Checked { name, weight, score });
        Ok(())
    }

    /// The scorer of a check.
    fn make(&self, metric: &str, entries: &Map) -> Result<Made, ScoreError> {
        const KEYS: [&str; 7] = ["metric", "type", "name", "value", "threshold", "not", "weight"];
        let registry = Registry::built_in();
        let (entry, _) = registry.find(metric).map_err(|error| unfit(format!("cannot be used: {error}")))?;
        let spec = entry.spec;
        let mut parameters: Map = entries
            .iter()
            .filter(|(key, _)| !KEYS.contains(&&***key))
            .map(|(key, value)| (Arc::clone(key), value.clone()))
            .collect();
        // What `value` stands for may be a parameter.
        if let (Some(name), Some(value)) = (spec.value, entries.get("value"))
            && !spec.inputs.iter().any(|input| input.name == name)
        {
            parameters.insert(Arc::from(name), value.clone());
        }
        let (threshold, not) = (entries.get("threshold").cloned().unwrap_or_default(), entries.get("not"));
        let not = not.is_some_and(|not| *not == Value::Bool(true));
        let key = format!("{metric} {} {threshold:?} {not}", Value::Map(Arc::new(parameters.clone())).to_json());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = known.get(&key) {
            return Ok(made.clone());
        }
        if spec.needs != Needs::Nothing || spec.name == Self::SPEC.name {
            return Err(unfit(format!(
                "names `{metric}`, which cannot be one of several checks: give it a score of its own"
            )));
        }
        let built = registry.build(metric, &parameters).map_err(|error| unfit(format!("cannot be used: {error}")))?;
        let threshold = match &threshold {
            Value::Null => None,
            value => {
                let read = Threshold::read(value, &spec);
                Some(read.map_err(|error| unfit(format!("cannot be used: the threshold of `{metric}` {error}")))?)
            }
        };
        let judgement = Judgement::new(&spec, threshold, not ^ built.negated);
        let made = Made { built, judgement };
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(key, made.clone());
        Ok(made)
    }
}

impl Made {
    /// What comes of the check: a fraction with a verdict.
    fn score(&self, row: &Row<'_>, value: Option<&Value>) -> Result<Score, ScoreError> {
        let answer = row.value("answer")?;
        let mut pairs = vec![("answer", answer)];
        if let (Some(name), Some(value)) = (self.built.spec.value, value) {
            pairs.push((name, value));
        }
        let of_check = Row::new(Inputs::Pairs(&pairs), row.facts);
        let mut score = self.judgement.apply(self.built.scorer.score(&of_check)?);
        let Some(passed) = score.passed else {
            return Err(unfit(format!(
                "has a `{}` without a `threshold`: nobody said what is good enough",
                self.built.spec.name
            )));
        };
        if self.built.spec.unit != Unit::Fraction || score.value.is_none() {
            score.value = Score::verdict(passed).value;
        }
        Ok(score)
    }
}

fn number(value: Option<&Value>, key: &str) -> Result<Option<f64>, ScoreError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_float()
            .filter(|number| number.is_finite())
            .map(Some)
            .ok_or_else(|| unfit(format!("has a `{key}` that is no number"))),
    }
}

/// Several checks as one score.
fn together(checked: &[Checked], threshold: Option<f64>) -> Score {
    let mut all = Combination::new();
    for check in checked {
        all.add(check.weight, Some(&check.score));
    }
    let Score { value, passed, .. } = all.finish();
    // Nothing that counts is asked for.
    let (value, passed) = (value.unwrap_or(1.0), passed.unwrap_or(true));
    let passed = threshold.map_or(passed, |least| value >= least);
    let failed = checked.iter().filter(|check| check.weight > 0.0 && check.score.passed == Some(false));
    let why: Vec<String> = failed
        .map(|check| format!("{}: {}", check.name, check.score.explanation.as_deref().unwrap_or("is not met")))
        .collect();
    let score = Score { passed: Some(passed), ..Score::of(value) };
    match threshold.filter(|_| !passed) {
        Some(least) => score.because(format!("the mean {value:.2} is below {least}; {}", why.join("; "))),
        None if why.is_empty() => score,
        None => score.because(why.join("; ")),
    }
}

impl Scorer for Checks {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let threshold = match row.inputs.get("threshold") {
            None | Some(Value::Null) => None,
            Some(_) => Some(row.number("threshold")?),
        };
        Ok(together(&self.all(row)?, threshold))
    }

    fn aggregate(&self) -> Option<Box<dyn Aggregate>> {
        Some(Box::new(ByName { checks: self.clone(), rows: 0, names: IndexMap::new() }))
    }
}

/// The means of checks by their names, over the rows that have them.
#[derive(Debug)]
struct ByName {
    checks: Checks,
    rows: u64,
    names: IndexMap<String, Tally>,
}

/// A name as gates can write it.
fn identifier(name: &str) -> String {
    name.chars().map(|sign| if sign.is_alphanumeric() { sign } else { '_' }).collect()
}

impl Aggregate for ByName {
    fn add(&mut self, row: &Row<'_>) -> Result<(), ScoreError> {
        let checked = self.checks.all(row)?;
        self.rows += 1;
        for check in checked {
            self.names.entry(identifier(&check.name)).or_default().add(Some(&check.score));
        }
        Ok(())
    }

    fn merge(&mut self, other: Box<dyn Aggregate>) -> Result<(), AggregateError> {
        let other: Self = same(other)?;
        self.rows += other.rows;
        for (name, tally) in other.names {
            self.names.entry(name).or_default().merge(&tally);
        }
        Ok(())
    }

    fn finish(&self) -> Summary {
        let mut summary = Summary::of(self.rows);
        for (name, tally) in &self.names {
            if let Some(mean) = tally.mean() {
                summary.push(name.clone(), mean);
            }
        }
        summary
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Facts;

    fn score(answer: &str, checks: &str, threshold: Option<f64>) -> Result<Score, ScoreError> {
        let answer = Value::from(answer);
        let checks = Value::from_json(checks).unwrap();
        let threshold = threshold.map_or(Value::Null, Value::Float);
        let pairs = [("answer", &answer), ("checks", &checks), ("threshold", &threshold)];
        let facts = Facts { latency: Some(0.5), completed: true, ..Facts::default() };
        let scorer = Checks::new(NoParameters::default()).unwrap();
        scorer.score(&Row::new(Inputs::Pairs(&pairs), &facts))
    }

    fn told(answer: &str, checks: &str, threshold: Option<f64>) -> (f64, bool, String) {
        let score = score(answer, checks, threshold).unwrap();
        (score.value.unwrap(), score.passed.unwrap(), score.explanation.unwrap_or_default())
    }

    #[test]
    fn each_check_of_a_row_must_pass() {
        let checks = r#"[{"metric": "icontains", "value": "PARIS"}, {"metric": "not-contains", "value": "Rome"}]"#;
        assert_eq!(told("It is Paris.", checks, None), (1.0, true, String::new()));
        assert_eq!(
            told("Paris, not Rome.", checks, None),
            (0.5, false, "not-contains: is not met `\"Rome\"`".to_owned())
        );
        assert_eq!(told("anything", "[]", None), (1.0, true, String::new()));
        assert_eq!(told("anything", "null", None).0, 1.0);
    }

    #[test]
    fn weights_and_thresholds_are_promptfoos() {
        let checks = r#"[{"metric": "contains", "value": "a", "weight": 3}, {"metric": "contains", "value": "z"},
                         {"metric": "contains", "value": "y", "weight": 0}]"#;
        assert!(!told("a", checks, None).1);
        assert_eq!(told("a", checks, Some(0.75)), (0.75, true, "contains: is not met `\"z\"`".to_owned()));
        assert!(!told("z", checks, Some(0.75)).1);
        // A threshold of 0 passes whatever the checks say.
        assert!(told("", checks, Some(0.0)).1);
    }

    #[test]
    fn several_checks_are_one_and_values_that_are_no_fractions_count_by_their_verdict() {
        let set = r#"[{"all": [{"metric": "contains", "value": "a"}, {"metric": "contains", "value": "b"}], "threshold": 0.5},
                      {"metric": "latency", "threshold": 1}, {"metric": "levenshtein", "value": "ab", "threshold": 2}]"#;
        let (value, passed, _) = told("a", set, None);
        assert!((value - 2.5 / 3.0).abs() < 1e-9, "{value}");
        assert!(passed);
        assert!(!told("qqqq", set, None).1);
    }

    #[test]
    fn what_cannot_be_checked_is_not_met_and_what_is_no_check_is_an_error() {
        let (value, passed, why) = told("x", r#"[{"metric": "cost", "threshold": 1}]"#, None);
        assert_eq!((value, passed, &*why), (0.0, false, "cost: the cost of this row is not known"));
        let wrong = |checks: &str| score("x", checks, None).unwrap_err().to_string();
        assert_eq!(
            wrong(r#"[{"metric": "nothing"}]"#),
            "the input `checks` cannot be used: there is no scorer `nothing`"
        );
        assert_eq!(
            wrong(r#"[{"metric": "similar", "value": "y"}]"#),
            "the input `checks` names `similar`, which cannot be one of several checks: give it a score of its own"
        );
        assert!(wrong("[1]").starts_with("the input `checks` holds int, which is no check"));
    }

    #[test]
    fn means_by_name_are_of_the_rows_that_have_the_check() {
        let scorer = Checks::new(NoParameters::default()).unwrap();
        let mut whole = scorer.aggregate().unwrap();
        let facts = Facts { completed: true, ..Facts::default() };
        for (answer, checks) in [
            ("a", r#"[{"metric": "contains", "value": "a", "name": "Tone of it"}]"#),
            (
                "b",
                r#"[{"metric": "contains", "value": "a", "name": "Tone of it"}, {"metric": "equals", "value": "b"}]"#,
            ),
        ] {
            let (answer, checks) = (Value::from(answer), Value::from_json(checks).unwrap());
            whole.add(&Row::new(Inputs::Pairs(&[("answer", &answer), ("checks", &checks)]), &facts)).unwrap();
        }
        let summary = whole.finish();
        assert_eq!((summary.number("Tone_of_it"), summary.number("equals")), (Some(0.5), Some(1.0)));
    }
}
