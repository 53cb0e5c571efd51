//! Gates: what must hold of a variant's numbers.

use std::sync::Arc;

use flow_core::diag::{Code, did_you_mean};
use flow_core::doc::Report;
use flow_core::source::Span;
use flow_core::template::{Expression, Strictness};
use flow_core::value::Value;
use flow_core::yaml::Node;
use serde::Serialize;

use super::{Measure, Outcome, VariantOutcome};

/// What must hold, such as `short: exact >= 0.9` or `each: p95(latency) < 2s`: the name of a variant or `each`, and a bare expression.
///
/// Names are the scores (their means), `latency` (seconds a row), `cost` (US dollars a row), `tokens` (a row), `rows` and `failed`;
/// `low(x)` and `high(x)` are the ends of a score's interval, `pass_rate(x)` the share of rows that passed, `p50`, `p90`, `p95`, `p99`, `least` and `greatest`
/// speak of the rows' values, and `x.NUMBER` of what else a metric says of all rows. Times may be written `800ms`, `2s`, `1m`, money `$0.002`.
#[derive(Debug)]
pub struct Gate {
    /// As it is written.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// The variant; `None` for each.
    pub variant: Option<Arc<str>>,
    expression: Expression,
}

/// What became of a gate, for one variant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GateOutcome {
    /// The gate as it is written.
    pub gate: Arc<str>,
    /// The variant.
    pub variant: String,
    /// Whether it holds; `None` where it cannot be said.
    pub passed: Option<bool>,
    /// The numbers that it looks at, by how they are written.
    pub values: Vec<(String, Option<f64>)>,
    /// Why it cannot be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

const MEASURES: &[&str] = &["latency", "cost", "cost_per_row", "tokens", "rows", "failed"];
const FUNCTIONS: &[&str] = &["low", "high", "pass_rate", "mean", "p50", "p90", "p95", "p99", "least", "greatest"];

impl Gate {
    pub(super) fn read(node: &Node, measures: &[Measure], report: &mut Report) -> Option<Self> {
        let Some(text) = node.as_scalar().map(|scalar| Arc::clone(&scalar.text)) else {
            let help = "put it into quotes, since it holds a colon: \"each: exact >= 0.9\"";
            report.error(Code::WrongShape, node.span, format!("a gate is a text, here it is {}", node.shape()), help);
            return None;
        };
        let (variant, condition) = match text.split_once(": ") {
            Some((variant, condition)) => (Some(variant.trim()).filter(|variant| *variant != "each"), condition),
            None => (None, &*text),
        };
        let expression = match Expression::compile(Strictness::Strict, &rewritten(condition)) {
            Ok(expression) => expression,
            Err(error) => {
                let help = error.help.unwrap_or_else(|| "a gate is like `each: exact >= 0.9`".to_owned());
                report.error(
                    Code::InvalidValue,
                    node.span,
                    format!("the gate cannot be read: {}", error.message),
                    help,
                );
                return None;
            }
        };
        for name in expression.names() {
            let (_, measured) = split(name.root());
            let is_score = |measure: &Measure| identifier(&measure.name) == measured;
            let is_number =
                measures.iter().any(|measure| measured.starts_with(&format!("{}__", identifier(&measure.name))));
            if !MEASURES.contains(&measured) && !measures.iter().any(is_score) && !is_number {
                let names: Vec<String> = measures.iter().map(|measure| identifier(&measure.name)).collect();
                let known = names.iter().map(String::as_str).chain(MEASURES.iter().copied());
                let help = did_you_mean(measured, known.clone())
                    .unwrap_or_else(|| format!("a gate can speak of {}", known.collect::<Vec<_>>().join(", ")));
                report.error(
                    Code::InvalidValue,
                    node.span,
                    format!("the gate speaks of `{measured}`, which is no score"),
                    help,
                );
                return None;
            }
        }
        let variant = variant.map(Arc::from);
        Some(Self { text, span: node.span, variant, expression })
    }

    /// Whether it speaks of a variant: by its whole name, or by what only this variant's name ends with.
    fn speaks_of(&self, variant: &VariantOutcome, all: &[VariantOutcome]) -> bool {
        let Some(wanted) = &self.variant else { return true };
        let is_named = |variant: &VariantOutcome| *variant.name == **wanted;
        if all.iter().any(is_named) {
            return is_named(variant);
        }
        variant.name.split(',').any(|token| token.split('=').next_back() == Some(&**wanted))
    }

    /// What becomes of it: for each variant that it speaks of, or once without a variant if there is none of its name.
    pub(super) fn hold(&self, outcome: &Outcome) -> Vec<GateOutcome> {
        let spoken_of: Vec<&VariantOutcome> =
            outcome.variants.iter().filter(|variant| self.speaks_of(variant, &outcome.variants)).collect();
        if spoken_of.is_empty() {
            let variant = self.variant.as_deref().unwrap_or_default().to_owned();
            let names: Vec<&str> = outcome.variants.iter().map(|variant| &*variant.name).collect();
            let problem = format!("no variant is called `{variant}`; there are {}", names.join(", "));
            return vec![GateOutcome {
                gate: Arc::clone(&self.text),
                variant,
                passed: None,
                values: Vec::new(),
                problem: Some(problem),
            }];
        }
        spoken_of.into_iter().map(|variant| self.hold_for(variant)).collect()
    }

    fn hold_for(&self, variant: &VariantOutcome) -> GateOutcome {
        let look = |name: &str| {
            let (function, measured) = split(name);
            variant.number(function, measured)
        };
        let mut values: Vec<(String, Option<f64>)> = Vec::new();
        for name in self.expression.names() {
            let (function, measured) = split(name.root());
            let written =
                function.map_or_else(|| measured.replace("__", "."), |function| format!("{function}({measured})"));
            if !values.iter().any(|(known, _)| *known == written) {
                values.push((written, look(name.root())));
            }
        }
        let unknown =
            values.iter().find(|(_, value)| value.is_none()).map(|(name, _)| format!("`{name}` is not known"));
        let met = || self.expression.is_met(|name| look(name).map(Value::Float));
        let (passed, problem) = match unknown {
            Some(problem) => (None, Some(problem)),
            None => match met() {
                Ok(met) => (Some(met), None),
                Err(error) => (None, Some(error.message)),
            },
        };
        GateOutcome { gate: Arc::clone(&self.text), variant: variant.name.clone(), passed, values, problem }
    }
}

/// A score's name as it is written in an expression.
pub(super) fn identifier(name: &str) -> String {
    name.chars().map(|sign| if sign.is_alphanumeric() { sign } else { '_' }).collect()
}

/// `p95__of__latency` is the function `p95` of `latency`.
fn split(name: &str) -> (Option<&str>, &str) {
    match name.split_once("__of__") {
        Some((function, measured)) => (Some(function), measured),
        None => (None, name),
    }
}

/// The expression with functions of names, and numbers of scores, as names, and with times as seconds.
fn rewritten(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '"' || first == '\'' {
            let end = rest[1..].find(first).map_or(rest.len(), |end| end + 2);
            written += &rest[..end];
            rest = &rest[end..];
        } else if first.is_alphabetic() || first == '_' {
            let (name, after) = word(rest);
            let call = after.strip_prefix('(').and_then(|inside| inside.split_once(')'));
            match call.filter(|_| FUNCTIONS.contains(&name)) {
                Some((inside, after)) => {
                    written += &format!("{name}__of__{}", identifier(inside.trim()));
                    rest = after;
                }
                None => {
                    written += name;
                    rest = after;
                    if let Some((number, after)) =
                        after.strip_prefix('.').map(word).filter(|(number, _)| !number.is_empty())
                    {
                        written += &format!("__{number}");
                        rest = after;
                    }
                }
            }
        } else if first.is_ascii_digit() {
            let length = rest.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(rest.len());
            let (number, after) = rest.split_at(length);
            let (unit, behind) = word(after);
            let factor = match unit {
                "ms" => Some(0.001),
                "s" => Some(1.0),
                "m" => Some(60.0),
                _ => None,
            };
            match factor.zip(number.parse::<f64>().ok()) {
                Some((factor, number)) => {
                    written += &format!("{}", number * factor);
                    rest = behind;
                }
                None => {
                    written += number;
                    rest = after;
                }
            }
        } else {
            if first != '$' {
                written.push(first);
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    written
}

fn word(text: &str) -> (&str, &str) {
    let length = text.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(text.len());
    text.split_at(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_numbers_times_and_money_are_read() {
        for (text, expected) in [
            ("exact >= 0.9", "exact >= 0.9"),
            ("p95(latency) < 2s", "p95__of__latency < 2"),
            ("low( token-f1 ) > 0.5 and p50(latency) < 800ms", "low__of__token_f1 > 0.5 and p50__of__latency < 0.8"),
            ("kind.f1_macro > 0.8", "kind__f1_macro > 0.8"),
            ("cost < $0.002", "cost < 0.002"),
            ("latency < 1.5m", "latency < 90"),
            ("max(a) == '2s'", "max(a) == '2s'"),
        ] {
            assert_eq!(rewritten(text), expected);
        }
    }
}
