use indexmap::IndexSet;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::score::aggregate::{Confusion, same};
use crate::score::tally::{as_float, length};
use crate::score::text::{lower, shown};
use crate::score::{
    Aggregate, AggregateError, Alias, Definition, ParameterError, Row, Score, ScoreError, Scorer, Spec, Summary,
};

/// Whether the class is right, and a report on the classes of all rows.
#[derive(Debug)]
pub(crate) struct Classification(Parameters);

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// The classes, in the order of the report; others that occur come behind. Without, in the order of their names.
    labels: Vec<String>,
    /// The class that is looked for, for precision, recall and F1 of it alone.
    positive: Option<String>,
    /// Whether upper and lower case are the same.
    ignore_case: bool,
    /// Whether white space at both ends is left out.
    trim: bool,
}

impl Definition for Classification {
    const SPEC: Spec = Spec {
        name: "classification",
        aliases: &[Alias::of("classification_report"), Alias::of("accuracy"), Alias::of("label_match")],
        summary: "whether the class is right; of all rows accuracy, precision, recall, F1 (macro, micro, weighted) and the confusion matrix",
        formula: "1 if answer = expected, else 0. By class: P = tp/(tp+fp), R = tp/(tp+fn), F1 = 2tp/(2tp+fp+fn), 0 where undefined; macro: \
                  their means; weighted: weighted by the class's rows; micro: all classes' tp, fp, fn added",
        source: "Sokolova and Lapalme 2009; Cohen 1960; Gorodkin 2004; agrees with scikit-learn 1.9 (zero_division=0)",
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(mut parameters: Parameters) -> Result<Self, ParameterError> {
        let normal = |label: &String| parameters.normal(label);
        let labels: Vec<String> = parameters.labels.iter().map(normal).collect();
        let positive = parameters.positive.as_ref().map(normal);
        let mut seen = std::collections::BTreeSet::new();
        if let Some(twice) = labels.iter().find(|label| !seen.insert(*label)) {
            return Err(ParameterError::new("labels", format!("has `{twice}` twice")));
        }
        parameters.labels = labels;
        parameters.positive = positive;
        Ok(Self(parameters))
    }
}

impl Parameters {
    fn normal(&self, label: &str) -> String {
        let label = if self.trim { label.trim() } else { label };
        if self.ignore_case { lower(label).into_owned() } else { label.to_owned() }
    }

    fn pair(&self, row: &Row<'_>) -> Result<(String, String), ScoreError> {
        Ok((self.normal(&row.text("answer")?), self.normal(&row.text("expected")?)))
    }
}

impl Scorer for Classification {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let (answer, expected) = self.0.pair(row)?;
        Ok(Score { label: Some(answer.clone()), ..Score::verdict(answer == expected) })
    }

    fn aggregate(&self) -> Option<Box<dyn Aggregate>> {
        let labels = self.0.labels.iter().cloned().collect();
        Some(Box::new(Report { parameters: self.0.clone(), labels, counts: FxHashMap::default(), rows: 0 }))
    }
}

/// The most classes; texts that are all different are no classes.
const MOST: usize = 1_000;

/// How often each class was taken for each.
#[derive(Debug)]
struct Report {
    parameters: Parameters,
    labels: IndexSet<String>,
    counts: FxHashMap<(usize, usize), u64>,
    rows: u64,
}

impl Report {
    fn number(&mut self, label: String, input: &'static str) -> Result<usize, ScoreError> {
        if let Some(known) = self.labels.get_index_of(&label) {
            return Ok(known);
        }
        if self.labels.len() >= MOST {
            let message = format!("is {}, one class more than {MOST}: are these classes?", shown(&label));
            return Err(ScoreError::Unfit { input, message });
        }
        Ok(self.labels.insert_full(label).0)
    }

    fn confusion(&self) -> Confusion {
        let mut order: Vec<usize> = (0..self.labels.len()).collect();
        order[self.parameters.labels.len()..].sort_by_key(|index| self.labels.get_index(*index));
        let count = |row: &usize, column: &usize| self.counts.get(&(*row, *column)).copied().unwrap_or(0);
        Confusion {
            labels: order.iter().filter_map(|index| self.labels.get_index(*index).cloned()).collect(),
            counts: order.iter().map(|row| order.iter().map(|column| count(row, column)).collect()).collect(),
        }
    }
}

impl Aggregate for Report {
    fn add(&mut self, row: &Row<'_>) -> Result<(), ScoreError> {
        let (answer, expected) = self.parameters.pair(row)?;
        let expected = self.number(expected, "expected")?;
        let answer = self.number(answer, "answer")?;
        *self.counts.entry((expected, answer)).or_insert(0) += 1;
        self.rows += 1;
        Ok(())
    }

    fn merge(&mut self, other: Box<dyn Aggregate>) -> Result<(), AggregateError> {
        let other: Self = same(other)?;
        let numbers: Vec<usize> = other.labels.iter().map(|label| self.labels.insert_full(label.clone()).0).collect();
        for ((expected, answer), count) in other.counts {
            *self.counts.entry((numbers[expected], numbers[answer])).or_insert(0) += count;
        }
        self.rows += other.rows;
        Ok(())
    }

    fn finish(&self) -> Summary {
        let mut summary = Summary::of(self.rows);
        let confusion = self.confusion();
        confusion.report(&mut summary);
        let positive = self.parameters.positive.as_ref();
        if let Some(index) = positive.and_then(|label| confusion.labels.iter().position(|known| known == label)) {
            let class = confusion.class(index);
            summary.push("precision", class.precision);
            summary.push("recall", class.recall);
            summary.push("f1", class.f1);
        }
        summary.confusion = Some(confusion);
        summary
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

/// How well one class was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Class {
    /// The part of the rows given this class that are of it.
    pub precision: f64,
    /// The part of the rows of this class that were given it.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// Rows of this class.
    pub support: u64,
    /// Rows given this class.
    pub predicted: u64,
}

/// A part of what is known of a class.
type Part = fn(&Class) -> f64;

const PARTS: [(&str, Part); 3] =
    [("precision", |class| class.precision), ("recall", |class| class.recall), ("f1", |class| class.f1)];

fn part(count: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { as_float(count) / as_float(of) }
}

impl Confusion {
    /// How well a class was found, by its number; undefined parts are 0.
    #[must_use]
    pub fn class(&self, index: usize) -> Class {
        let right = self.counts.get(index).and_then(|row| row.get(index)).copied().unwrap_or(0);
        let support = self.counts.get(index).map_or(0, |row| row.iter().sum());
        let predicted = self.counts.iter().filter_map(|row| row.get(index)).sum();
        Class {
            precision: part(right, predicted),
            recall: part(right, support),
            f1: part(2 * right, support + predicted),
            support,
            predicted,
        }
    }

    fn report(&self, summary: &mut Summary) {
        let classes: Vec<Class> = (0..self.labels.len()).map(|index| self.class(index)).collect();
        let rows: u64 = classes.iter().map(|class| class.support).sum();
        if rows == 0 {
            return;
        }
        let right: u64 = (0..self.labels.len()).map(|index| self.counts[index][index]).sum();
        let accuracy = part(right, rows);
        summary.push("accuracy", accuracy);
        // Classes that no row is of or was given have nothing to say.
        let there: Vec<Class> = classes.into_iter().filter(|class| class.support + class.predicted > 0).collect();
        let mean = |of: Part| there.iter().map(of).sum::<f64>() / length(there.len());
        let weighted =
            |of: Part| there.iter().map(|class| of(class) * as_float(class.support)).sum::<f64>() / as_float(rows);
        for (name, of) in PARTS {
            summary.push(format!("{name}_macro"), mean(of));
            // Each row is of one class and given one, so that all three are the accuracy.
            summary.push(format!("{name}_micro"), accuracy);
            summary.push(format!("{name}_weighted"), weighted(of));
        }
        let supported = there.iter().filter(|class| class.support > 0);
        let (sum, count) = supported.fold((0.0, 0.0), |(sum, count), class| (sum + class.recall, count + 1.0));
        summary.push("balanced_accuracy", sum / count);
        let square =
            |of: fn(&Class) -> u64| there.iter().map(|class| as_float(of(class)) * as_float(of(class))).sum::<f64>();
        let crossed: f64 = there.iter().map(|class| as_float(class.support) * as_float(class.predicted)).sum();
        let all = as_float(rows);
        let chance = crossed / (all * all);
        summary.push("cohen_kappa", (accuracy - chance) / (1.0 - chance));
        let covariance = as_float(right) * all - crossed;
        let spread = (all * all - square(|class| class.predicted)) * (all * all - square(|class| class.support));
        summary.push("matthews_correlation", if spread == 0.0 { 0.0 } else { covariance / spread.sqrt() });
    }
}
