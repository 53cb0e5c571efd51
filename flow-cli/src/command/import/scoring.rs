//! How rows are scored: what all rows are asked is a score of its own, the rest is checks that each row brings with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow_core::value::{Map, Value};
use flow_eval::score::{Registry, Unit};

use super::assertion::{is_parameter, whole};
use super::suite::{Asked, Case, Check, Judge, slug, unused};

/// The group whose verdict is that of a whole row, where several scores make it.
const WHOLE: &str = "test";

/// How an evaluation scores.
#[derive(Debug, Default)]
pub(super) struct Scoring {
    pub(super) scores: Vec<ScoreLine>,
    /// For each row what it expects, by column.
    pub(super) columns: Vec<Vec<(String, Value)>>,
    /// The score whose verdict is that of a whole row.
    pub(super) whole: Option<String>,
    /// Evaluators that judge only rows that ask for it.
    pub(super) wrapped: BTreeSet<&'static str>,
}

/// An entry of `score`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ScoreLine {
    pub(super) name: String,
    pub(super) scorer: Scorer,
    /// Beside the answer: constants, or columns of the data.
    pub(super) inputs: Vec<(&'static str, Given)>,
    pub(super) parameters: Vec<(&'static str, Value)>,
    pub(super) threshold: Option<f64>,
    pub(super) weight: f64,
    pub(super) is_grouped: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scorer {
    Metric(String),
    Flow { evaluator: &'static str, is_wrapped: bool, negated: bool, connection: Option<String>, model: Option<String> },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given {
    Constant(Value),
    Column(String),
}

/// What several rows may be asked alike: an assertion without what it expects, and which of several in a row it is.
#[derive(Debug, Clone, PartialEq)]
struct Slot {
    like: Asked,
    nth: usize,
    /// For each row what it expects; `None` where it is not asked.
    values: Vec<Option<Vec<Value>>>,
}

/// Makes scores of what rows are asked.
pub(super) fn plan(cases: &[Case], registry: &Registry) -> Scoring {
    let mut slots: Vec<Slot> = Vec::new();
    // A threshold holds for all that a row is asked, which then stays together.
    let is_whole = cases.iter().any(|case| case.threshold.is_some());
    for (row, case) in cases.iter().enumerate() {
        let mut seen: Vec<usize> = Vec::new();
        for asked in &case.asked {
            let Some((like, values)) = split(asked, registry) else { continue };
            let nth = seen.iter().filter(|slot| slots[**slot].like == like).count();
            let known = slots.iter().position(|slot| slot.like == like && slot.nth == nth);
            let at = known.unwrap_or_else(|| {
                slots.push(Slot { like, nth, values: vec![None; cases.len()] });
                slots.len() - 1
            });
            seen.push(at);
            slots[at].values[row] = Some(values);
        }
    }
    let is_shared = |slot: &Slot| match &slot.like {
        Asked::Judge(_) => true,
        _ => !is_whole && slot.values.iter().all(Option::is_some),
    };
    let mut made =
        Maker { cases, registry, scoring: Scoring { columns: vec![Vec::new(); cases.len()], ..Scoring::default() } };
    for slot in slots.iter().filter(|slot| is_shared(slot)) {
        made.score(slot);
    }
    made.checks(&slots.iter().filter(|slot| !is_shared(slot)).collect::<Vec<_>>());
    made.finish()
}

/// An assertion without what it expects, and what it expects; `None` for one that only stands among checks.
fn split(asked: &Asked, registry: &Registry) -> Option<(Asked, Vec<Value>)> {
    match asked {
        Asked::Check(check) => {
            let (entry, _) = registry.find(&check.metric).ok()?;
            // A mean of seconds, dollars or counts beside fractions would mean nothing.
            if entry.spec.unit != Unit::Fraction {
                return None;
            }
            let is_input = entry.spec.value.is_some_and(|name| !is_parameter(&entry.spec, name));
            match &check.value {
                Some(value) if is_input => {
                    Some((Asked::Check(Check { value: None, ..check.clone() }), vec![value.clone()]))
                }
                _ => Some((asked.clone(), Vec::new())),
            }
        }
        Asked::Judge(judge) => {
            let values = judge.inputs.iter().map(|(_, value)| value.clone()).collect();
            let inputs = judge.inputs.iter().map(|(name, _)| (*name, Value::Null)).collect();
            Some((Asked::Judge(Judge { inputs, ..judge.clone() }), values))
        }
        Asked::Set { .. } => None,
    }
}

struct Maker<'a> {
    cases: &'a [Case],
    registry: &'a Registry,
    scoring: Scoring,
}

impl Maker<'_> {
    fn score_name(&self, wished: &str) -> String {
        unused(wished.to_owned(), |name| name == WHOLE || self.scoring.scores.iter().any(|known| known.name == name))
    }

    fn is_column(&self, name: &str) -> bool {
        let is_var = self.cases.iter().any(|case| case.vars.contains_key(name));
        is_var || self.scoring.columns.iter().flatten().any(|(known, _)| known == name)
    }

    /// A score for a slot.
    fn score(&mut self, slot: &Slot) {
        let mut line = match &slot.like {
            Asked::Check(check) => ScoreLine {
                name: named(check.name.as_deref(), &check.metric),
                scorer: Scorer::Metric(check.metric.clone()),
                inputs: Vec::new(),
                parameters: self.parameters(check),
                threshold: check.threshold,
                weight: check.weight,
                is_grouped: true,
            },
            Asked::Judge(judge) => {
                let is_wrapped = slot.values.iter().any(Option::is_none);
                if is_wrapped {
                    self.scoring.wrapped.insert(judge.evaluator);
                }
                ScoreLine {
                    name: named(judge.name.as_deref(), judge.evaluator),
                    scorer: Scorer::Flow {
                        evaluator: judge.evaluator,
                        is_wrapped,
                        negated: judge.negated,
                        connection: judge.connection.clone(),
                        model: judge.model.clone(),
                    },
                    inputs: Vec::new(),
                    parameters: Vec::new(),
                    threshold: Some(judge.threshold),
                    weight: judge.weight,
                    is_grouped: true,
                }
            }
            Asked::Set { .. } => return,
        };
        line.name = self.score_name(&line.name);
        let names: Vec<&'static str> = match &slot.like {
            Asked::Check(check) => {
                let spec = self.registry.find(&check.metric).ok().map(|(entry, _)| entry.spec);
                spec.and_then(|spec| spec.value).into_iter().collect()
            }
            Asked::Judge(judge) => judge.inputs.iter().map(|(name, _)| *name).collect(),
            Asked::Set { .. } => Vec::new(),
        };
        for (position, name) in names.into_iter().enumerate() {
            let values: Vec<Option<Value>> = slot
                .values
                .iter()
                .map(|values| values.as_ref().and_then(|values| values.get(position).cloned()))
                .collect();
            if values.iter().all(Option::is_none) {
                continue;
            }
            let given = self.given(name, &line.name, values);
            line.inputs.push((name, given));
        }
        self.scoring.scores.push(line);
    }

    /// Where a score takes what it expects: a constant, a variable, or a column that is made for it.
    fn given(&mut self, input: &str, score: &str, values: Vec<Option<Value>>) -> Given {
        let is_same = values.windows(2).all(|pair| pair[0] == pair[1]);
        let is_reference = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("${"));
        if let (true, Some(Some(value))) = (is_same, values.first())
            && !is_reference(value)
        {
            return Given::Constant(value.clone());
        }
        let names = self.cases.iter().flat_map(|case| case.vars.keys());
        let is_like = |name: &&Arc<str>| {
            self.cases
                .iter()
                .zip(&values)
                .all(|(case, value)| value.is_none() || case.vars.get(*name) == value.as_ref())
        };
        // What was asked decides nothing, so that it may stand in rows that are not judged.
        let is_free = input == "question" || values.iter().all(Option::is_some);
        if is_free && let Some(name) = names.into_iter().find(is_like) {
            return Given::Column(name.to_string());
        }
        let wished = if self.is_column("expected") || input != "expected" {
            format!("{input}_{score}")
        } else {
            input.to_owned()
        };
        let wished = slug(&wished).replace(['-', '.'], "_");
        let column = unused(wished, |name| self.is_column(name));
        for (row, value) in self.scoring.columns.iter_mut().zip(values) {
            // A row that asks for nothing leaves it empty.
            row.push((column.clone(), value.unwrap_or_else(|| Value::from(""))));
        }
        Given::Column(column)
    }

    fn parameters(&self, check: &Check) -> Vec<(&'static str, Value)> {
        let mut parameters = check.parameters.clone();
        if let (Ok((entry, _)), Some(value)) = (self.registry.find(&check.metric), &check.value)
            && let Some(name) = entry.spec.value.filter(|name| is_parameter(&entry.spec, name))
        {
            parameters.push((name, value.clone()));
        }
        parameters
    }

    /// The checks that rows bring with them: all that is no score of its own.
    fn checks(&mut self, own: &[&Slot]) {
        let mut rows: Vec<Vec<Value>> = vec![Vec::new(); self.cases.len()];
        for (row, case) in self.cases.iter().enumerate() {
            let mut seen: Vec<Asked> = Vec::new();
            for asked in &case.asked {
                let is_checked = match split(asked, self.registry) {
                    Some((Asked::Judge(_), _)) => false,
                    Some((like, _)) => {
                        let nth = seen.iter().filter(|other| **other == like).count();
                        let is_own = own.iter().any(|slot| slot.like == like && slot.nth == nth);
                        seen.push(like);
                        is_own
                    }
                    None => true,
                };
                match asked {
                    Asked::Check(check) if is_checked => rows[row].push(self.written(check)),
                    Asked::Set { name, weight, threshold, checks } => {
                        let mut set = Map::new();
                        set.insert(Arc::from("all"), Value::list(checks.iter().map(|check| self.written(check))));
                        write_common(&mut set, name.as_deref(), *threshold, *weight);
                        rows[row].push(Value::Map(Arc::new(set)));
                    }
                    _ => {}
                }
            }
        }
        if rows.iter().all(Vec::is_empty) {
            return;
        }
        let name = self.score_name("checks");
        let values = rows.into_iter().map(|row| Some(Value::list(row))).collect();
        let mut inputs = vec![("checks", self.given("checks", "", values))];
        if self.cases.iter().any(|case| case.threshold.is_some()) {
            let values = self.cases.iter().map(|case| Some(case.threshold.map_or(Value::Null, whole))).collect();
            inputs.push(("threshold", self.given("threshold", "", values)));
        }
        self.scoring.scores.push(ScoreLine {
            name,
            scorer: Scorer::Metric("checks".to_owned()),
            inputs,
            parameters: Vec::new(),
            threshold: None,
            weight: 1.0,
            is_grouped: true,
        });
    }

    /// A check as a row of the data holds it.
    fn written(&self, check: &Check) -> Value {
        let mut written = Map::new();
        written.insert(Arc::from("metric"), Value::from(&*check.metric));
        if let Some(value) = &check.value {
            written.insert(Arc::from("value"), value.clone());
        }
        for (name, value) in &check.parameters {
            written.insert(Arc::from(*name), value.clone());
        }
        write_common(&mut written, check.name.as_deref(), check.threshold, check.weight);
        Value::Map(Arc::new(written))
    }

    fn finish(mut self) -> Scoring {
        match &mut self.scoring.scores[..] {
            [] => {}
            [only] => {
                only.is_grouped = false;
                self.scoring.whole = Some(only.name.clone());
            }
            _ => self.scoring.whole = Some(WHOLE.to_owned()),
        }
        self.scoring
    }
}

fn write_common(written: &mut Map, name: Option<&str>, threshold: Option<f64>, weight: f64) {
    if let Some(threshold) = threshold {
        written.insert(Arc::from("threshold"), whole(threshold));
    }
    #[expect(clippy::float_cmp, reason = "it is written or it is not")]
    if weight != 1.0 {
        written.insert(Arc::from("weight"), whole(weight));
    }
    if let Some(name) = name {
        written.insert(Arc::from("name"), Value::from(name));
    }
}

/// What a score is called: as promptfoo's metric, or as its scorer.
fn named(metric: Option<&str>, scorer: &str) -> String {
    let name = slug(metric.unwrap_or(scorer)).replace('-', "_");
    if name.is_empty() { scorer.to_owned() } else { name }
}

impl Scoring {
    /// The group of scores that make the verdict of a row together.
    pub(super) fn group(&self) -> Option<&str> {
        self.whole.as_deref().filter(|_| self.scores.len() > 1)
    }
}
