//! How BLEU cuts texts into words.

use schemars::JsonSchema;
use serde::Deserialize;
use unicode_general_category::{GeneralCategory as Category, get_general_category};

/// How texts are cut into words; sacrebleu's names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum Tokenizer {
    /// As mteval-v13a.
    #[default]
    #[serde(rename = "13a")]
    Mteval13a,
    /// As mteval-v14: punctuation and symbols of all of Unicode.
    #[serde(rename = "intl")]
    International,
    /// Each character is a word.
    #[serde(rename = "char")]
    Characters,
    /// Words are cut already.
    #[serde(rename = "none")]
    Nothing,
}

impl Tokenizer {
    /// The text with spaces between its words.
    pub(super) fn cut(self, text: &str) -> String {
        match self {
            Self::Mteval13a => mteval_13a(text),
            Self::International => international(text),
            Self::Characters => text.chars().flat_map(|letter| [letter, ' ']).collect(),
            Self::Nothing => text.to_owned(),
        }
    }
}

/// `Tokenizer13a` of sacrebleu.
fn mteval_13a(text: &str) -> String {
    let mut line = text.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    if line.contains('&') {
        line = line.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    }
    let mut apart = String::with_capacity(line.len() * 2);
    apart.push(' ');
    for letter in line.chars() {
        // All of ASCII's signs but ' , - and the point.
        if matches!(letter, '{'..='~' | '['..='`' | ' '..='&' | '('..='+' | ':'..='@' | '/') {
            apart.extend([' ', letter, ' ']);
        } else {
            apart.push(letter);
        }
    }
    apart.push(' ');
    let is_digit = |letter: char| letter.is_ascii_digit();
    let is_stop = |letter: char| matches!(letter, '.' | ',');
    // Point and comma stay only between digits.
    let apart = split(&apart, |one, two| !is_digit(one) && is_stop(two), |one, two| [one, ' ', two, ' ']);
    let apart = split(&apart, |one, two| is_stop(one) && !is_digit(two), |one, two| [' ', one, ' ', two]);
    split(&apart, |one, two| is_digit(one) && two == '-', |one, two| [one, ' ', two, ' '])
}

/// `TokenizerV14International` of sacrebleu.
fn international(text: &str) -> String {
    let apart = split(text, |one, two| !is_number(one) && is_mark(two), |one, two| [one, ' ', two, ' ']);
    let apart = split(&apart, |one, two| is_mark(one) && !is_number(two), |one, two| [' ', one, ' ', two]);
    let mut out = String::with_capacity(apart.len());
    for letter in apart.chars() {
        if is_symbol(letter) {
            out.extend([' ', letter, ' ']);
        } else {
            out.push(letter);
        }
    }
    out
}

/// Writes each pair of neighbours that fits anew, as a substitution by a regular expression of two characters does: from the left, and
/// what was matched is not looked at again.
fn split(text: &str, fits: impl Fn(char, char) -> bool, write: impl Fn(char, char) -> [char; 4]) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut letters = text.chars().peekable();
    while let Some(one) = letters.next() {
        match letters.peek() {
            Some(two) if fits(one, *two) => {
                out.extend(write(one, *two));
                letters.next();
            }
            _ => out.push(one),
        }
    }
    out
}

fn is_number(letter: char) -> bool {
    matches!(get_general_category(letter), Category::DecimalNumber | Category::LetterNumber | Category::OtherNumber)
}

fn is_mark(letter: char) -> bool {
    matches!(
        get_general_category(letter),
        Category::ConnectorPunctuation
            | Category::DashPunctuation
            | Category::OpenPunctuation
            | Category::ClosePunctuation
            | Category::InitialPunctuation
            | Category::FinalPunctuation
            | Category::OtherPunctuation
    )
}

fn is_symbol(letter: char) -> bool {
    matches!(
        get_general_category(letter),
        Category::MathSymbol | Category::CurrencySymbol | Category::ModifierSymbol | Category::OtherSymbol
    )
}
