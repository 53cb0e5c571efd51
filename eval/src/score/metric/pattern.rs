use std::sync::{Arc, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::score::{Alias, Definition, Input, InputKind, ParameterError, Row, Score, ScoreError, Scorer, Spec};

/// Whether a regular expression matches. Matching takes time in proportion to the text, whatever the expression.
#[derive(Debug)]
pub(crate) struct Pattern {
    fixed: Option<Regex>,
    full: bool,
    ignore_case: bool,
    /// The expression of the last row that brought its own.
    last: Mutex<Option<(String, Arc<Regex>)>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// The regular expression, as the Rust crate `regex` has it: no look-around, no references back. Without, the row's input `pattern`.
    pattern: Option<String>,
    /// Whether it must match the whole answer.
    full: bool,
    /// Whether upper and lower case are the same.
    ignore_case: bool,
}

/// The greatest compiled expression, in bytes.
const LARGEST: usize = 4 << 20;

fn compile(pattern: &str, full: bool, ignore_case: bool) -> Result<Regex, String> {
    let whole;
    let source = if full {
        whole = format!("^(?:{pattern})$");
        &whole
    } else {
        pattern
    };
    let built =
        RegexBuilder::new(source).case_insensitive(ignore_case).size_limit(LARGEST).dfa_size_limit(LARGEST).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "is too large when compiled: repeat fewer things fewer times".to_owned(),
        other => {
            // The last line says what; those before it draw the expression.
            let text = other.to_string();
            let what = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("is no regular expression: {what}")
        }
    })
}

impl Definition for Pattern {
    const SPEC: Spec = Spec {
        name: "regex",
        aliases: &[Alias::of("matches")],
        summary: "a regular expression matches the answer, or a part of it",
        formula: "1 if pattern matches somewhere in answer (with full: all of it), else 0",
        source: "the syntax of the Rust crate `regex`; Python's `re.search` and `re.fullmatch` where both know the syntax",
        inputs: &[
            Input { name: "answer", kind: InputKind::Text, required: true, summary: "where is looked" },
            Input {
                name: "pattern",
                kind: InputKind::Text,
                required: false,
                summary: "the expression, if each row has its own",
            },
        ],
        value: Some("pattern"),
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        let Parameters { pattern, full, ignore_case } = parameters;
        let fixed = pattern.map(|pattern| compile(&pattern, full, ignore_case)).transpose();
        let fixed = fixed.map_err(|message| ParameterError::new("pattern", message))?;
        Ok(Self { fixed, full, ignore_case, last: Mutex::new(None) })
    }
}

impl Pattern {
    fn of_row(&self, row: &Row<'_>) -> Result<Arc<Regex>, ScoreError> {
        let pattern = row.text("pattern")?;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, regex)) = &*last
            && **known == *pattern
        {
            return Ok(Arc::clone(regex));
        }
        let regex = compile(&pattern, self.full, self.ignore_case);
        let regex = Arc::new(regex.map_err(|message| ScoreError::Unfit { input: "pattern", message })?);
        *last = Some((pattern.to_string(), Arc::clone(&regex)));
        Ok(regex)
    }
}

impl Scorer for Pattern {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let answer = row.text("answer")?;
        Ok(Score::verdict(match &self.fixed {
            Some(regex) => regex.is_match(&answer),
            None => self.of_row(row)?.is_match(&answer),
        }))
    }
}
