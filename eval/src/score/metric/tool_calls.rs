use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::equals::Equality;
use super::ngram::f1;
use crate::score::tally::length;
use crate::score::text::shown;
use crate::score::{Alias, Definition, Input, InputKind, ParameterError, Row, Score, ScoreError, Scorer, Spec};

/// Whether the tools were called that are expected, with the arguments that are expected.
#[derive(Debug)]
pub(crate) struct ToolCalls(Parameters);

/// Whether the order counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// It does not.
    #[default]
    Any,
    /// Calls must come in the order that is expected.
    Strict,
}

/// What of the arguments must be as expected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Arguments {
    /// All of them.
    #[default]
    Exact,
    /// Those that are expected; there may be more.
    Subset,
    /// Nothing.
    Ignore,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Parameters {
    /// Whether the order counts.
    order: Order,
    /// What of the arguments must be as expected.
    arguments: Arguments,
    /// When two arguments are the same: `tolerance`, `relative_tolerance`, `ignore_case`.
    equality: Equality,
    /// Whether more calls than those that are expected may be made.
    extra: bool,
}

impl Definition for ToolCalls {
    const SPEC: Spec = Spec {
        name: "tool_calls",
        aliases: &[Alias::of("tool_call_match"), Alias::with("tool_call_f1", r#"{"arguments": "ignore"}"#)],
        summary: "whether the tools were called that are expected, with the arguments that are expected",
        formula: "m calls match (any order: the most pairs that can be made; strict: the longest common subsequence); F1 = 2m/(calls + expected), \
                  with extra m/expected; 1 if there are none and none are expected",
        source: "matching: Kuhn 1955; the Berkeley Function-Calling Leaderboard compares names and arguments so",
        inputs: &[
            Input {
                name: "answer",
                kind: InputKind::List,
                required: true,
                summary: "the calls that were made: `name` and `arguments`, or OpenAI's form",
            },
            Input {
                name: "expected",
                kind: InputKind::List,
                required: true,
                summary: "the calls that are expected, in the same form",
            },
        ],
        ..Spec::VERDICT
    };
    type Parameters = Parameters;

    fn new(parameters: Parameters) -> Result<Self, ParameterError> {
        Ok(Self(parameters))
    }
}

/// The most calls of a row.
const MOST: usize = 256;

struct Call {
    name: String,
    arguments: Value,
}

impl Call {
    fn read(value: &Value, input: &'static str) -> Result<Self, ScoreError> {
        let inner = value.get("function").filter(|inner| inner.as_map().is_some()).unwrap_or(value);
        let name = inner.get("name").or_else(|| inner.get("tool")).and_then(Value::as_str).or_else(|| value.as_str());
        let Some(name) = name else {
            let message = "holds something that is no call: a call has a `name` and `arguments`".to_owned();
            return Err(ScoreError::Unfit { input, message });
        };
        let arguments = ["arguments", "args", "input", "parameters"].iter().find_map(|key| inner.get(key));
        let arguments = match arguments {
            None | Some(Value::Null) => Value::map::<&str>([]),
            // Providers send them as the text of JSON.
            Some(Value::Text(text)) if text.trim().is_empty() => Value::map::<&str>([]),
            Some(Value::Text(text)) => Value::from_json(text).unwrap_or_else(|_| Value::Text(text.clone())),
            Some(other) => other.clone(),
        };
        Ok(Self { name: name.to_owned(), arguments })
    }

    fn all(row: &Row<'_>, input: &'static str) -> Result<Vec<Self>, ScoreError> {
        // A model that called nothing often gives null in place of an empty list.
        if row.value(input)?.is_null() {
            return Ok(Vec::new());
        }
        let items = row.list(input)?;
        if items.len() > MOST {
            let message = format!("has {} calls; at most {MOST} are compared", items.len());
            return Err(ScoreError::Unfit { input, message });
        }
        items.iter().map(|item| Self::read(item, input)).collect()
    }
}

impl Parameters {
    fn is_same(&self, call: &Call, expected: &Call) -> bool {
        if call.name != expected.name {
            return false;
        }
        match (self.arguments, &call.arguments, &expected.arguments) {
            (Arguments::Ignore, ..) => true,
            (Arguments::Subset, Value::Map(given), Value::Map(wanted)) => wanted
                .iter()
                .all(|(name, value)| given.get(name).is_some_and(|other| self.equality.holds(other, value))),
            (_, given, wanted) => self.equality.holds(given, wanted),
        }
    }
}

/// The most pairs that can be made: for each expected call, those that fit. Each round frees one more by a chain of exchanges.
fn most_pairs(fits: &[Vec<bool>], calls: usize) -> Vec<Option<usize>> {
    fn exchange(fits: &[Vec<bool>], wanted: usize, seen: &mut [bool], taken: &mut [Option<usize>]) -> bool {
        for call in 0..taken.len() {
            if !fits[wanted][call] || seen[call] {
                continue;
            }
            seen[call] = true;
            if taken[call].is_none_or(|other| exchange(fits, other, seen, taken)) {
                taken[call] = Some(wanted);
                return true;
            }
        }
        false
    }
    let mut taken = vec![None; calls];
    for wanted in 0..fits.len() {
        exchange(fits, wanted, &mut vec![false; calls], &mut taken);
    }
    taken
}

/// How many fit in the order of both.
fn in_order(fits: &[Vec<bool>], calls: usize) -> usize {
    let mut above = vec![0; calls + 1];
    for row in fits {
        let mut here = vec![0; calls + 1];
        for (call, fits) in row.iter().enumerate() {
            here[call + 1] = if *fits { above[call] + 1 } else { here[call].max(above[call + 1]) };
        }
        above = here;
    }
    above[calls]
}

impl Scorer for ToolCalls {
    fn score(&self, row: &Row<'_>) -> Result<Score, ScoreError> {
        let (calls, expected) = (Call::all(row, "answer")?, Call::all(row, "expected")?);
        let fits: Vec<Vec<bool>> =
            expected.iter().map(|wanted| calls.iter().map(|call| self.0.is_same(call, wanted)).collect()).collect();
        let taken = most_pairs(&fits, calls.len());
        let matched = match self.0.order {
            Order::Any => taken.iter().flatten().count(),
            Order::Strict => in_order(&fits, calls.len()),
        };
        let part = |of: usize| if of == 0 { 1.0 } else { length(matched) / length(of) };
        let (precision, recall) = (part(calls.len()), part(expected.len()));
        let value = if self.0.extra { recall } else { f1(precision, recall) };
        let is_all = matched == expected.len() && (self.0.extra || matched == calls.len());
        let score =
            Score { passed: Some(is_all), ..Score::of(value) }.with("precision", precision).with("recall", recall);
        if is_all {
            return Ok(score);
        }
        let missing = (0..expected.len()).find(|wanted| !taken.contains(&Some(*wanted)));
        let needless = (0..calls.len()).find(|call| taken[*call].is_none());
        Ok(score.because(match (missing, needless) {
            (Some(wanted), _) => format!("no call is the expected one of {}", shown(&expected[wanted].name)),
            (None, Some(call)) => format!("the call of {} is not expected", shown(&calls[call].name)),
            (None, None) => "the calls come in another order".to_owned(),
        }))
    }
}
