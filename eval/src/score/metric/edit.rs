use rapidfuzz::distance::{levenshtein, osa};
use schemars::JsonSchema;
use serde::Deserialize;

use super::ngram::Interner;
use crate::score::tally::length;
use crate::score::text::{lower, words};
use crate::score::{Alias, Definition, Direction, ParameterError, Row, Score, ScoreError, Scorer, Spec, Unit};

/// What is inserted, deleted and replaced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Of {
    /// Characters (Unicode's scalar values).
    #[default]
    Characters,
    /// Words: stretches without white space.
    Words,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// What is inserted, deleted and replaced.
    of: Of,
    /// Whether swapping two neighbours counts as one edit (optimal string alignment).
    transpositions: bool,
    /// Whether upper and lower case are the same.
    ignore_case: bool,
}

/// How alike two texts are by the edits between them.
#[derive(Debug)]
pub(crate) struct EditSimilarity(Parameters);

/// How many edits lie between two texts.
#[derive(Debug)]
pub(crate) struct EditDistance(Parameters);

impl Definition for EditSimilarity {
    const SPEC: Spec = Spec {
        name: "edit_similarity",
        aliases: &[Alias::of("fuzzy_match")],
        summary: "how alike two texts are by the edits between them",
        formula: "1 − d / max(|answer|, |expected|), d the edit distance; 1 if both are empty; the best of several references",
        source: "V. I. Levenshtein 1966; agrees with RapidFuzz (`Levenshtein`/`OSA`.normalized_similarity)",
        inputs: Spec::ANSWER_AND_REFERENCES,
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        Ok(Self(parameters))
    }
}

impl Definition for EditDistance {
    const SPEC: Spec = Spec {
        name: "edit_distance",
        aliases: &[Alias::of("levenshtein"), Alias::with("word_edit_distance", r#"{"of": "words"}"#)],
        summary: "how many characters (or words) must be inserted, deleted and replaced",
        formula: "the least number of insertions, deletions and replacements; error_rate = that / |expected| (of words: WER, of \
                  characters: CER); the least of several references",
        source: "V. I. Levenshtein 1966; agrees with RapidFuzz (`Levenshtein`/`OSA`.distance)",
        inputs: Spec::ANSWER_AND_REFERENCES,
        direction: Direction::Lower,
        unit: Unit::Count,
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        Ok(Self(parameters))
    }
}

/// The longest comparison: the product of two lengths. Some seconds at the most.
const LARGEST: usize = 10_000_000_000;

/// The distance of two texts, and their lengths.
struct Apart {
    distance: usize,
    answer: usize,
    expected: usize,
}

impl Apart {
    fn similarity(&self) -> f64 {
        match self.answer.max(self.expected) {
            0 => 1.0,
            longest => 1.0 - length(self.distance) / length(longest),
        }
    }
}

impl Parameters {
    fn apart(&self, answer: &str, expected: &str) -> Result<Apart, ScoreError> {
        if self.ignore_case {
            return self.measure(&lower(answer), &lower(expected));
        }
        self.measure(answer, expected)
    }

    fn measure(&self, answer: &str, expected: &str) -> Result<Apart, ScoreError> {
        let lengths = match self.of {
            Of::Characters => (answer.chars().count(), expected.chars().count()),
            Of::Words => (words(answer).count(), words(expected).count()),
        };
        if lengths.0.saturating_mul(lengths.1) > LARGEST {
            let message = format!("is too long to be compared: {} times {}", lengths.0, lengths.1);
            return Err(ScoreError::Unfit { input: "answer", message });
        }
        let distance = match (self.of, self.transpositions) {
            (Of::Characters, false) => levenshtein::distance(answer.chars(), expected.chars()),
            (Of::Characters, true) => osa::distance(answer.chars(), expected.chars()),
            (Of::Words, transpositions) => {
                let mut interner = Interner::default();
                let (one, other) = (interner.numbers(words(answer)), interner.numbers(words(expected)));
                let (one, other) = (one.iter().copied(), other.iter().copied());
                if transpositions { osa::distance(one, other) } else { levenshtein::distance(one, other) }
            }
        };
        Ok(Apart { distance, answer: lengths.0, expected: lengths.1 })
    }
}

impl Scorer for EditSimilarity {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let answer = row.text("answer")?;
        let mut best = f64::NEG_INFINITY;
        for expected in row.texts("expected")? {
            best = best.max(self.0.apart(&answer, &expected)?.similarity());
        }
        Ok(Score::of(best))
    }
}

impl Scorer for EditDistance {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let answer = row.text("answer")?;
        let mut best: Option<Apart> = None;
        for expected in row.texts("expected")? {
            let apart = self.0.apart(&answer, &expected)?;
            if best.as_ref().is_none_or(|best| apart.distance < best.distance) {
                best = Some(apart);
            }
        }
        let Some(best) = best else { return Ok(Score::default()) };
        let distance = length(best.distance);
        Ok(Score::of(distance).with("error_rate", distance / length(best.expected)))
    }
}
