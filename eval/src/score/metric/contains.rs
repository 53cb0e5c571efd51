use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::score::text::{lower, shown};
use crate::score::{Alias, Definition, Input, InputKind, ParameterError, Row, Score, ScoreError, Scorer, Spec};

/// Whether texts occur in the answer.
#[derive(Debug)]
pub(crate) struct Contains(Parameters);

/// How many of several texts must occur.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// Each of them.
    #[default]
    All,
    /// At least one.
    Any,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// How many of several texts must occur.
    mode: Mode,
    /// Whether upper and lower case are the same.
    ignore_case: bool,
    /// What splits one text into several, such as a comma; white space around each is left out.
    separator: Option<String>,
}

impl Definition for Contains {
    const SPEC: Spec = Spec {
        name: "contains",
        aliases: &[
            Alias::with("icontains", r#"{"ignore_case": true}"#),
            Alias::with("contains_all", r#"{"separator": ","}"#),
            Alias::with("contains_any", r#"{"separator": ",", "mode": "any"}"#),
            Alias::with("icontains_all", r#"{"separator": ",", "ignore_case": true}"#),
            Alias::with("icontains_any", r#"{"separator": ",", "mode": "any", "ignore_case": true}"#),
        ],
        summary: "a text, or each or any of several, occurs in the answer",
        formula: "1 if each (mode all) or any (mode any) of the texts of expected is a substring of answer, else 0",
        source: "promptfoo's assertions of these names; substrings as Python's `in`",
        inputs: &[
            Input { name: "answer", kind: InputKind::Text, required: true, summary: "where is looked" },
            Input {
                name: "expected",
                kind: InputKind::Texts,
                required: true,
                summary: "what is looked for: a text, or a list",
            },
        ],
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        if parameters.separator.as_deref() == Some("") {
            return Err(ParameterError::new("separator", "is empty: leave it out where nothing is to be split"));
        }
        Ok(Self(parameters))
    }
}

impl Contains {
    fn occurs(&self, answer: &str, part: &str) -> bool {
        if self.0.ignore_case { answer.contains(&*lower(part)) } else { answer.contains(part) }
    }
}

impl Scorer for Contains {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let answer = row.text("answer")?;
        let answer = if self.0.ignore_case { lower(&answer) } else { Cow::Borrowed(&*answer) };
        let expected = row.value("expected")?;
        if expected.as_list().is_none() && self.0.separator.is_none() {
            return Ok(Score::verdict(self.occurs(&answer, &row.text("expected")?)));
        }
        let texts = row.texts("expected")?;
        let parts = texts.iter().flat_map(|text| {
            let text: &str = text;
            match self.0.separator.as_deref().filter(|_| expected.as_list().is_none()) {
                Some(separator) => split(text, separator),
                None => vec![text],
            }
        });
        let (mut all, mut found, mut missing) = (0_usize, 0_usize, None);
        for part in parts {
            all += 1;
            if self.occurs(&answer, part) {
                found += 1;
            } else {
                missing.get_or_insert(part);
            }
        }
        let passed = if self.0.mode == Mode::Any { found > 0 } else { found == all };
        let score = Score::verdict(passed);
        Ok(match missing.filter(|_| !passed) {
            Some(missing) if self.0.mode == Mode::All => score.because(format!("{} does not occur", shown(missing))),
            Some(_) => score.because(format!("none of the {all} texts occurs")),
            None => score,
        })
    }
}

fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    text.split(separator).map(str::trim).collect()
}
