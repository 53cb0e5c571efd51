use unicode_general_category::{GeneralCategory, get_general_category};

use super::ngram::f1;
use crate::score::parameters::NoParameters;
use crate::score::tally::length;
use crate::score::text::{is_punctuation, is_space, lower};
use crate::score::{Alias, Definition, ParameterError, Row, Score, ScoreError, Scorer, Spec};

/// Which words two short answers share, as SQuAD measures it.
#[derive(Debug)]
pub(crate) struct TokenF1;

impl Definition for TokenF1 {
    const SPEC: Spec = Spec {
        name: "token_f1",
        aliases: &[Alias::of("f1_score"), Alias::of("squad_f1")],
        summary: "the words that answer and reference share, as SQuAD counts them",
        formula: "words in lower case without punctuation and articles; P = shared/answer's, R = shared/reference's, F1 = 2PR/(P+R); \
                  1 if both have no words; the best of several references. exact_match: 1 if the words are the same",
        source: "Rajpurkar, Jia and Liang 2018, arXiv:1806.03822 (evaluate-v2.0.py)",
        inputs: Spec::ANSWER_AND_REFERENCES,
        ..Spec::VERDICT
    };
    type Parameters = NoParameters;

    fn new(_: NoParameters) -> Result<Self, ParameterError> {
        Ok(Self)
    }
}

/// Whether Python's `\w` matches, but for the underscore.
fn is_word(letter: char) -> bool {
    use GeneralCategory as Is;
    if letter.is_ascii() {
        return letter.is_ascii_alphanumeric();
    }
    matches!(
        get_general_category(letter),
        Is::UppercaseLetter
            | Is::LowercaseLetter
            | Is::TitlecaseLetter
            | Is::ModifierLetter
            | Is::OtherLetter
            | Is::DecimalNumber
            | Is::LetterNumber
            | Is::OtherNumber
    )
}

fn is_article(word: &str) -> bool {
    matches!(word, "a" | "an" | "the")
}

/// A text in lower case without punctuation, and without articles that are a part of a word.
fn normal(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    bare.extend(lower(text).chars().filter(|letter| !is_punctuation(*letter)));
    if bare.chars().all(|letter| is_word(letter) || is_space(letter)) {
        return bare;
    }
    // An article is a whole stretch of letters, whatever stands around it.
    let mut out = String::with_capacity(bare.len());
    let mut rest = bare.as_str();
    while let Some(start) = rest.find(is_word) {
        let end = rest[start..].find(|letter| !is_word(letter)).map_or(rest.len(), |offset| start + offset);
        out.push_str(&rest[..start]);
        out.push_str(if is_article(&rest[start..end]) { " " } else { &rest[start..end] });
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// How many words occur in both, each as often as in both. Both are sorted.
fn shared(one: &[&str], other: &[&str]) -> usize {
    let (mut left, mut right, mut count) = (0, 0, 0);
    while let (Some(first), Some(second)) = (one.get(left), other.get(right)) {
        match first.cmp(second) {
            std::cmp::Ordering::Less => left += 1,
            std::cmp::Ordering::Greater => right += 1,
            std::cmp::Ordering::Equal => {
                count += 1;
                left += 1;
                right += 1;
            }
        }
    }
    count
}

/// The words of such a text but for articles.
fn words(text: &str) -> Vec<&str> {
    text.split(is_space).filter(|word| !word.is_empty() && !is_article(word)).collect()
}

impl Scorer for TokenF1 {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let answer = normal(&row.text("answer")?);
        let mut given = words(&answer);
        let references = row.texts("expected")?;
        let mut exact = false;
        let mut best: Option<(f64, f64, f64)> = None;
        let references: Vec<String> = references.iter().map(|text| normal(text)).collect();
        let mut wanted: Vec<Vec<&str>> = references.iter().map(|text| words(text)).collect();
        for wanted in &wanted {
            exact |= *wanted == given;
        }
        given.sort_unstable();
        for wanted in &mut wanted {
            wanted.sort_unstable();
            let (precision, recall) = if given.is_empty() || wanted.is_empty() {
                let both = f64::from(u8::from(given.is_empty() && wanted.is_empty()));
                (both, both)
            } else {
                let count = length(shared(&given, wanted));
                (count / length(given.len()), count / length(wanted.len()))
            };
            let value = f1(precision, recall);
            if best.is_none_or(|(known, _, _)| value > known) {
                best = Some((value, precision, recall));
            }
        }
        let (value, precision, recall) = best.unwrap_or_default();
        let exact = f64::from(u8::from(exact));
        Ok(Score::of(value).with("precision", precision).with("recall", recall).with("exact_match", exact))
    }
}
