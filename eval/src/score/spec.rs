//! What is known of a scorer before it is built.

use serde::{Deserialize, Serialize};

/// What a scorer is, for lists, messages and editors.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Spec {
    /// Its name.
    pub name: &'static str,
    /// Further names, some with parameters of their own.
    pub aliases: &'static [Alias],
    /// One line.
    pub summary: &'static str,
    /// How the value comes about.
    pub formula: &'static str,
    /// Where the formula stands, and what it agrees with.
    pub source: &'static str,
    /// What it reads of a row.
    pub inputs: &'static [Input],
    /// What a value of `value:` stands for, promptfoo's way to write what is expected: the name of an input or a parameter.
    pub value: Option<&'static str>,
    /// Which values are better.
    pub direction: Direction,
    /// What a value counts.
    pub unit: Unit,
    /// What has to be got from elsewhere before a row can be scored.
    pub needs: Needs,
}

impl Spec {
    /// The inputs that scorers which compare two things have.
    pub const ANSWER_AND_EXPECTED: &'static [Input] = &[
        Input { name: "answer", kind: InputKind::Any, required: true, summary: "what is scored" },
        Input { name: "expected", kind: InputKind::Any, required: true, summary: "what it is compared with" },
    ];
    /// A comparison of texts with one or more references.
    pub const ANSWER_AND_REFERENCES: &'static [Input] = &[
        Input { name: "answer", kind: InputKind::Text, required: true, summary: "the text that is scored" },
        Input {
            name: "expected",
            kind: InputKind::Texts,
            required: true,
            summary: "the reference, or a list of several",
        },
    ];
    /// The answer alone.
    pub const ANSWER: &'static [Input] =
        &[Input { name: "answer", kind: InputKind::Any, required: true, summary: "what is scored" }];

    /// A verdict of answer and expected: 1 or 0. The rest is filled in by `..`.
    pub const VERDICT: Spec = Spec {
        name: "",
        aliases: &[],
        summary: "",
        formula: "",
        source: "",
        inputs: Self::ANSWER_AND_EXPECTED,
        value: Some("expected"),
        direction: Direction::Higher,
        unit: Unit::Fraction,
        needs: Needs::Nothing,
    };
}

/// A further name of a scorer.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(into = "&'static str")]
pub struct Alias {
    /// The name.
    pub name: &'static str,
    /// Parameters that the name implies, as a JSON object; what is given beside them wins.
    pub preset: &'static str,
}

impl Alias {
    /// A name that means the same.
    #[must_use]
    pub const fn of(name: &'static str) -> Self {
        Self { name, preset: "{}" }
    }

    /// A name that implies parameters.
    #[must_use]
    pub const fn with(name: &'static str, preset: &'static str) -> Self {
        Self { name, preset }
    }
}

impl From<Alias> for &'static str {
    fn from(alias: Alias) -> Self {
        alias.name
    }
}

/// An input of a scorer.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Input {
    /// Its name.
    pub name: &'static str,
    /// What it has to be.
    pub kind: InputKind,
    /// Whether a row must have it.
    pub required: bool,
    /// One line.
    pub summary: &'static str,
}

/// What an input has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// Anything.
    Any,
    /// A text; other values are taken as they are written.
    Text,
    /// A text or a list of texts.
    Texts,
    /// A number, or a text that is one.
    Number,
    /// A list, or the JSON text of one.
    List,
    /// Numbers, as an embedding gives them.
    Vector,
}

impl InputKind {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            InputKind::Any => "anything",
            InputKind::Text => "text",
            InputKind::Texts => "text or list of texts",
            InputKind::Number => "number",
            InputKind::List => "list",
            InputKind::Vector => "list of numbers",
        }
    }
}

/// Which values are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Higher ones: a threshold is the least that passes.
    Higher,
    /// Lower ones: a threshold is the most that passes.
    Lower,
}

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 0 to 1.
    Fraction,
    /// −1 to 1, as a cosine.
    Cosine,
    /// Seconds.
    Seconds,
    /// US dollars.
    Dollars,
    /// Tokens.
    Tokens,
    /// A whole number of something.
    Count,
    /// Whatever the inputs or the author count.
    Free,
}

impl Unit {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Unit::Fraction => "0 to 1",
            Unit::Cosine => "-1 to 1",
            Unit::Seconds => "seconds",
            Unit::Dollars => "US dollars",
            Unit::Tokens => "tokens",
            Unit::Count => "count",
            Unit::Free => "any number",
        }
    }
}

/// What has to be got from elsewhere before a row can be scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// Nothing: a scorer is a function of the row.
    Nothing,
    /// These inputs, where they are texts, as the vectors of an embedding model.
    Embeddings(&'static [&'static str]),
}
