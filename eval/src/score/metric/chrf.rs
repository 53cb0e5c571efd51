use schemars::JsonSchema;
use serde::Deserialize;

use super::ngram::{Interner, counts, shared, total};
use crate::score::aggregate::same;
use crate::score::tally::as_float;
use crate::score::text::{is_punctuation, is_space, lower, words};
use crate::score::{
    Aggregate, AggregateError, Alias, Definition, ParameterError, Row, Score, ScoreError, Scorer, Spec, Summary,
};

/// chrF of each answer, and of all together.
#[derive(Debug)]
pub(crate) struct ChrF(Parameters);

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// The longest stretch of characters that is counted.
    #[schemars(range(min = 1, max = 32))]
    char_order: usize,
    /// The longest stretch of words that is counted; 2 is chrF++.
    #[schemars(range(min = 0, max = 16))]
    word_order: usize,
    /// How much more recall counts than precision.
    #[schemars(range(min = 0.0))]
    beta: f64,
    /// Whether upper and lower case are the same.
    ignore_case: bool,
    /// Whether white space counts as characters.
    whitespace: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { char_order: 6, word_order: 0, beta: 2.0, ignore_case: false, whitespace: false }
    }
}

impl Definition for ChrF {
    const SPEC: Spec = Spec {
        name: "chrf",
        aliases: &[Alias::with("chrf++", r#"{"word_order": 2}"#)],
        summary: "stretches of one to six characters that answer and reference share; of each answer, and of all together",
        formula: "(1 + β²)·P·R / (β²·P + R), β = 2, P and R the means over the orders of shared/answer's and shared/reference's n-grams; \
                  sacrebleu's score divided by 100; the best of several references. Of all rows: the counts are added first",
        source: "Popović 2015, aclanthology.org/W15-3049, and 2017, W17-4770; agrees with sacrebleu 2.6",
        inputs: Spec::ANSWER_AND_REFERENCES,
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        Ok(Self(parameters))
    }
}

/// Of one order: stretches of the answer, of the reference, and of both.
#[derive(Debug, Clone, Copy, Default)]
struct Order {
    answer: u64,
    reference: u64,
    both: u64,
}

impl Order {
    fn of(answer: &[u32], reference: &[u32], n: usize) -> Self {
        let wanted = total(reference, n);
        if wanted == 0 {
            // What the reference is too short for is not held against the answer.
            return Self::default();
        }
        let both = if total(answer, n) == 0 { 0 } else { shared(&counts(answer, n), &counts(reference, n)) };
        Self { answer: total(answer, n), reference: wanted, both }
    }
}

/// A text as the numbers of its characters and words.
struct Cut {
    characters: Vec<u32>,
    words: Vec<u32>,
}

/// The words, with a sign of punctuation at one of their ends set apart: at the end if there is one, else at the beginning.
fn split(text: &str) -> impl Iterator<Item = &str> {
    words(text).flat_map(|word| {
        let (first, last) = (word.chars().next(), word.chars().next_back());
        let (one, two) = match (first, last) {
            _ if word.chars().nth(1).is_none() => (word, ""),
            (_, Some(last)) if is_punctuation(last) => word.split_at(word.len() - 1),
            (Some(first), _) if is_punctuation(first) => word.split_at(1),
            _ => (word, ""),
        };
        [one, two].into_iter().filter(|part| !part.is_empty())
    })
}

impl Parameters {
    fn cut<'a>(&self, text: &'a str, interner: &mut Interner<'a>) -> Cut {
        let letters = text.chars().filter(|letter| self.whitespace || !is_space(*letter));
        let words = if self.word_order > 0 { interner.numbers(split(text)) } else { Vec::new() };
        Cut { characters: letters.map(u32::from).collect(), words }
    }

    /// The counts of an answer against the reference with the best score.
    fn orders(&self, row: &Row<'_>) -> Result<Vec<Order>, ScoreError> {
        let answer = row.text("answer")?;
        let references = row.texts("expected")?;
        let case = |text: &str| if self.ignore_case { lower(text).into_owned() } else { text.to_owned() };
        let answer = case(&answer);
        let references: Vec<String> = references.iter().map(|text| case(text)).collect();
        let mut interner = Interner::default();
        let answer = self.cut(&answer, &mut interner);
        let mut best: Option<(f64, Vec<Order>)> = None;
        for reference in &references {
            let reference = self.cut(reference, &mut interner);
            let characters = (1..=self.char_order).map(|n| Order::of(&answer.characters, &reference.characters, n));
            let words = (1..=self.word_order).map(|n| Order::of(&answer.words, &reference.words, n));
            let orders: Vec<Order> = characters.chain(words).collect();
            let value = self.f_score(&orders);
            if best.as_ref().is_none_or(|(known, _)| value > *known) {
                best = Some((value, orders));
            }
        }
        Ok(best.map_or_else(|| self.nothing(), |(_, orders)| orders))
    }

    fn nothing(&self) -> Vec<Order> {
        vec![Order::default(); self.char_order + self.word_order]
    }

    /// 0 to 1; orders for which one of the two is too short are left out.
    fn f_score(&self, orders: &[Order]) -> f64 {
        let factor = self.beta * self.beta;
        let (mut precision, mut recall, mut used) = (0.0, 0.0, 0.0);
        for order in orders.iter().filter(|order| order.answer > 0 && order.reference > 0) {
            precision += as_float(order.both) / as_float(order.answer);
            recall += as_float(order.both) / as_float(order.reference);
            used += 1.0;
        }
        if used == 0.0 || precision + recall == 0.0 {
            return 0.0;
        }
        let (precision, recall) = (precision / used, recall / used);
        (1.0 + factor) * precision * recall / (factor * precision + recall)
    }
}

impl Scorer for ChrF {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        Ok(Score::of(self.0.f_score(&self.0.orders(row)?)))
    }

    fn aggregate(&self) -> Option<Box<dyn Aggregate>> {
        Some(Box::new(Corpus { orders: self.0.nothing(), parameters: self.0.clone(), rows: 0 }))
    }
}

/// chrF of all answers together.
#[derive(Debug)]
struct Corpus {
    parameters: Parameters,
    orders: Vec<Order>,
    rows: u64,
}

impl Corpus {
    fn take(&mut self, other: &[Order]) {
        for (mine, theirs) in self.orders.iter_mut().zip(other) {
            mine.answer += theirs.answer;
            mine.reference += theirs.reference;
            mine.both += theirs.both;
        }
    }
}

impl Aggregate for Corpus {
    fn add(&mut self, row: &Row<'_>) -> Result<(), ScoreError> {
        let orders = self.parameters.orders(row)?;
        self.take(&orders);
        self.rows += 1;
        Ok(())
    }

    fn merge(&mut self, other: Box<dyn Aggregate>) -> Result<(), AggregateError> {
        let other: Self = same(other)?;
        self.take(&other.orders);
        self.rows += other.rows;
        Ok(())
    }

    fn finish(&self) -> Summary {
        let mut summary = Summary::of(self.rows);
        if self.rows > 0 {
            summary.push("corpus_chrf", self.parameters.f_score(&self.orders));
        }
        summary
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}
