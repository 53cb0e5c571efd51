mod common;
mod porter;

use schemars::JsonSchema;
use serde::Deserialize;

use super::ngram::{Interner, counts, f1, shared, total};
use crate::score::tally::{as_float, length};
use crate::score::text::lower;
use crate::score::{Alias, Definition, ParameterError, Row, Score, ScoreError, Scorer, Spec};

/// ROUGE: what answer and reference share.
#[derive(Debug)]
pub(crate) struct Rouge {
    variant: Variant,
    stemmer: bool,
}

/// What is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variant {
    /// Stretches of so many words.
    Stretches(usize),
    /// The longest common subsequence.
    Subsequence,
    /// The union of the longest common subsequences of lines.
    Summary,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// What is shared: `rouge1` to `rouge9` stretches of so many words, `rougeL` the longest common subsequence, `rougeLsum` that of
    /// each line, united.
    #[schemars(regex(pattern = r"^rouge([1-9]|L|Lsum)$"))]
    variant: String,
    /// Whether words of more than three letters are brought to their stems, by Porter's algorithm as NLTK extends it.
    stemmer: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { variant: "rougeL".to_owned(), stemmer: false }
    }
}

impl Definition for Rouge {
    const SPEC: Spec = Spec {
        name: "rouge",
        aliases: &[
            Alias::with("rouge_1", r#"{"variant": "rouge1"}"#),
            Alias::with("rouge_2", r#"{"variant": "rouge2"}"#),
            Alias::with("rouge_l", r#"{"variant": "rougeL"}"#),
            Alias::with("rouge_lsum", r#"{"variant": "rougeLsum"}"#),
            Alias::with("rouge1", r#"{"variant": "rouge1"}"#),
            Alias::with("rouge2", r#"{"variant": "rouge2"}"#),
            Alias::with("rougeL", r#"{"variant": "rougeL"}"#),
            Alias::with("rougeLsum", r#"{"variant": "rougeLsum"}"#),
            Alias::with("rouge_n", r#"{"variant": "rouge1"}"#),
        ],
        summary: "words, stretches of words or the longest common subsequence that answer and reference share",
        formula: "words are [a-z0-9]+ of the text in lower case; P = shared/answer's, R = shared/reference's, value = 2PR/(P+R); the best of \
                  several references",
        source: "Lin 2004, aclanthology.org/W04-1013; agrees with rouge-score 0.1.2",
        inputs: Spec::ANSWER_AND_REFERENCES,
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        let variant = match parameters.variant.strip_prefix("rouge") {
            Some("L") => Variant::Subsequence,
            Some("Lsum") => Variant::Summary,
            other => match other.and_then(|number| number.parse().ok()).filter(|number| (1..=9).contains(number)) {
                Some(number) => Variant::Stretches(number),
                None => {
                    let message =
                        format!("is `{}`, but must be rouge1 to rouge9, rougeL or rougeLsum", parameters.variant);
                    return Err(ParameterError::new("variant", message));
                }
            },
        };
        Ok(Self { variant, stemmer: parameters.stemmer })
    }
}

impl Rouge {
    /// The words of a text, with a space between each two.
    fn cut(&self, text: &str) -> String {
        let text = lower(text);
        let is_sign = |letter: char| !(letter.is_ascii_lowercase() || letter.is_ascii_digit());
        let mut out = String::with_capacity(text.len());
        for word in text.split(is_sign).filter(|word| !word.is_empty()) {
            if !out.is_empty() {
                out.push(' ');
            }
            if self.stemmer && word.len() > 3 {
                out.push_str(&porter::stem(word));
            } else {
                out.push_str(word);
            }
        }
        out
    }

    fn against(&self, answer: &str, expected: &str) -> Result<Shared, ScoreError> {
        if self.variant == Variant::Summary {
            return self.summary(answer, expected);
        }
        let (answer, expected) = (self.cut(answer), self.cut(expected));
        let mut interner = Interner::default();
        let answer = interner.numbers(words(&answer));
        let expected = interner.numbers(words(&expected));
        Ok(match self.variant {
            Variant::Stretches(n) => {
                let both = shared(&counts(&answer, n), &counts(&expected, n));
                Shared {
                    both: as_float(both),
                    answer: as_float(total(&answer, n)),
                    expected: as_float(total(&expected, n)),
                }
            }
            _ if answer.len().saturating_mul(expected.len()) > LARGEST => {
                return Err(too_long(answer.len(), expected.len()));
            }
            _ => {
                let both = common::subsequence(&expected, &answer);
                Shared { both: length(both), answer: length(answer.len()), expected: length(expected.len()) }
            }
        })
    }

    fn summary(&self, answer: &str, expected: &str) -> Result<Shared, ScoreError> {
        let cut = |text: &str| -> Vec<String> {
            text.split('\n').filter(|line| !line.is_empty()).map(|line| self.cut(line)).collect()
        };
        let (answer, expected) = (cut(answer), cut(expected));
        let mut interner = Interner::default();
        let answer: Vec<Vec<u32>> = answer.iter().map(|line| interner.numbers(words(line))).collect();
        let expected: Vec<Vec<u32>> = expected.iter().map(|line| interner.numbers(words(line))).collect();
        let count = |lines: &[Vec<u32>]| lines.iter().map(Vec::len).sum::<usize>();
        let lengths = (count(&answer), count(&expected));
        let Some(both) = common::united(&expected, &answer) else {
            return Err(too_long(lengths.0, lengths.1));
        };
        Ok(Shared { both: length(both), answer: length(lengths.0), expected: length(lengths.1) })
    }
}

/// The longest comparison of subsequences: the product of two lengths. Some seconds at the most.
const LARGEST: usize = 100_000_000_000;

fn too_long(answer: usize, expected: usize) -> ScoreError {
    let message = format!("is too long to be compared: {answer} words against {expected}");
    ScoreError::Unfit { input: "answer", message }
}

fn words(cut: &str) -> impl Iterator<Item = &str> {
    cut.split(' ').filter(|word| !word.is_empty())
}

/// How much there is of an answer, of a reference, and of both.
struct Shared {
    both: f64,
    answer: f64,
    expected: f64,
}

impl Scorer for Rouge {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let answer = row.text("answer")?;
        let mut best: Option<(f64, f64, f64)> = None;
        for expected in row.texts("expected")? {
            let Shared { both, answer, expected } = self.against(&answer, &expected)?;
            let (precision, recall) = (both / answer.max(1.0), both / expected.max(1.0));
            let value = f1(precision, recall);
            if best.is_none_or(|(known, _, _)| value > known) {
                best = Some((value, precision, recall));
            }
        }
        let (value, precision, recall) = best.unwrap_or_default();
        Ok(Score::of(value).with("precision", precision).with("recall", recall))
    }
}
