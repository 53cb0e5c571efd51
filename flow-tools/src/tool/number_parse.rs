use std::sync::LazyLock;

use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use super::given::given;

/// `number.parse`: a number in a text.
#[derive(Debug)]
pub struct NumberParse;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The text: `1,234.50`, `€ 12`, `95 %`. Currency signs and `%` count for nothing.
    text: String,
    /// Whether the first number in a longer text is taken, as in `Score: 4 of 5`, rather than that the whole text must
    /// be one.
    #[serde(default)]
    find: bool,
    /// The sign before the fraction; the other one, spaces and apostrophes may stand between thousands.
    #[serde(default)]
    decimal: Decimal,
    /// The result where there is no number; without it that is an error.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<serde_json::Value>")]
    default: Option<Value>,
}

impl TypedTool for NumberParse {
    const NAME: &'static str = "number.parse";
    const SUMMARY: &'static str = "Reads a number.";
    const OUTPUT: Ty = Ty::Double;
    const EXAMPLE: Option<Example> = Some(Example { inputs: "text: 'Score: 4 of 5'\nfind: true", gives: "4" });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        match (number(&inputs.text, inputs.find, inputs.decimal), inputs.default) {
            (Some(number), _) | (None, Some(number)) => Ok(number),
            (None, None) => {
                let shown: String = inputs.text.chars().take(60).collect();
                let what =
                    if inputs.find { "there is no number in it" } else { "it is not a number as a whole; see `find`" };
                Err(ToolError::input("text", format!("`{shown}`: {what}; give a `default` if that may happen")))
            }
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Decimal {
    #[default]
    Point,
    Comma,
}

/// A number with its thousands apart or not, a fraction and an exponent, for either sign before the fraction.
fn shape(decimal: Decimal) -> Option<&'static Regex> {
    static POINT: LazyLock<Option<Regex>> = LazyLock::new(|| written("\\.", ","));
    static COMMA: LazyLock<Option<Regex>> = LazyLock::new(|| written(",", "\\."));
    match decimal {
        Decimal::Point => POINT.as_ref(),
        Decimal::Comma => COMMA.as_ref(),
    }
}

fn written(fraction: &str, apart: &str) -> Option<Regex> {
    let thousands = format!("\\d{{1,3}}(?:[{apart}'’ \u{a0}\u{202f}]\\d{{3}})+");
    Regex::new(&format!("[-+\u{2212}]?(?:(?:{thousands}|\\d+)(?:{fraction}\\d+)?|{fraction}\\d+)(?:[eE][-+]?\\d+)?"))
        .ok()
}

fn number(text: &str, find: bool, decimal: Decimal) -> Option<Value> {
    let is_dressing = |letter: char| letter.is_whitespace() || "%$€£¥₹".contains(letter);
    let text = if find { text } else { text.trim_matches(is_dressing) };
    let shape = shape(decimal)?;
    let found = shape.find_iter(text).find(|found| {
        // Digits inside of a word, as in `B2B`, are no number; `-` between digits is no sign.
        let before = text[..found.start()].chars().next_back();
        find && !before.is_some_and(char::is_alphanumeric) || found.len() == text.len()
    })?;
    let fraction = if decimal == Decimal::Point { '.' } else { ',' };
    let plain: String = found
        .as_str()
        .chars()
        .filter_map(|letter| match letter {
            '\u{2212}' => Some('-'),
            letter if letter == fraction => Some('.'),
            letter if letter.is_ascii_digit() || "+-eE".contains(letter) => Some(letter),
            _ => None,
        })
        .collect();
    if let Ok(whole) = plain.parse::<i64>() {
        return Some(Value::Int(whole));
    }
    plain.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Float)
}
