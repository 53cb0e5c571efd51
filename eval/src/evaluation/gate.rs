//! Gates: what must hold of a variant's numbers.

use std::sync::Arc;

use flow_core::diag::{Code, did_you_mean};
use flow_core::doc::Report;
use flow_core::source::Span;
use flow_core::template::{Expression, Strictness};
use flow_core::value::Value;
use flow_core::yaml::Node;
use serde::Serialize;

use super::baseline::{Judged, Relation, RelationOutcome, RelationVerdict};
use super::{Measure, Outcome, VariantOutcome};

/// What must hold, such as `short: exact >= 0.9` or `each: p95(latency) < 2s`: the name of a variant or `each`, and a bare expression.
///
/// Names are the scores (their means), `latency` (seconds a row), `cost` (US dollars a row), `tokens` (a row), `rows` and `failed`;
/// `low(x)` and `high(x)` are the ends of a score's interval, `pass_rate(x)` the share of rows that passed, `p50`, `p90`, `p95`, `p99`, `least` and `greatest`
/// speak of the rows' values, and `x.NUMBER` of what else a metric says of all rows, or labels of people say of a score (`x.kappa`, `x.kappa_low`,
/// `x.tpr`, `x.tnr`, `x.youden`, `x.usable`, `x.corrected`, …), which go first. `no_worse(x, 0.02)` and `better(x)` speak of a score beside
/// the baseline; they may be undecided. Times may be written `800ms`, `2s`, `1m`, money `$0.002`.
#[derive(Debug)]
pub struct Gate {
    /// As it is written.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// The variant; `None` for each.
    pub variant: Option<Arc<str>>,
    expression: Expression,
    relations: Vec<Relation>,
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
    /// Whether that is for the baseline's sake, or a judge's: the rows, or the labels, do not tell.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub undecided: bool,
    /// What it says of the baseline.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<RelationOutcome>,
    /// The numbers that it looks at, by how they are written.
    pub values: Vec<(String, Option<f64>)>,
    /// Why it cannot be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What became of a gate, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateState {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// The rows do not tell.
    Undecided,
    /// It cannot be judged.
    Unknown,
}

impl GateState {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            GateState::Holds => "holds",
            GateState::Fails => "fails",
            GateState::Undecided => "is undecided",
            GateState::Unknown => "cannot be judged",
        }
    }
}

impl GateOutcome {
    /// What became of it.
    #[must_use]
    pub fn state(&self) -> GateState {
        match self.passed {
            Some(true) => GateState::Holds,
            Some(false) => GateState::Fails,
            None if self.undecided => GateState::Undecided,
            None => GateState::Unknown,
        }
    }
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
        let (condition, relations) = Relation::taken_from(condition, node.span, measures, report)?;
        let expression = match Expression::compile(Strictness::Strict, &rewritten(&condition)) {
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
        for name in expression.names().iter().filter(|name| Relation::position(name.root()).is_none()) {
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
        Some(Self { text, span: node.span, variant, expression, relations })
    }

    /// Whether it speaks of the baseline.
    pub(super) fn speaks_of_baseline(&self) -> bool {
        !self.relations.is_empty()
    }

    /// Whether it speaks of a variant: by its whole name, or by what only this variant's name ends with.
    pub(super) fn speaks_of(&self, variant: &str, all: &[String]) -> bool {
        let Some(wanted) = &self.variant else { return true };
        if all.iter().any(|name| **name == **wanted) {
            return *variant == **wanted;
        }
        variant.split(',').any(|token| token.split('=').next_back() == Some(&**wanted))
    }

    /// What becomes of it: for each variant that it speaks of, or once without a variant if there is none of its name.
    pub(super) fn hold(&self, outcome: &Outcome) -> Vec<GateOutcome> {
        let names: Vec<String> = outcome.variants.iter().map(|variant| variant.name.clone()).collect();
        let spoken_of: Vec<&VariantOutcome> =
            outcome.variants.iter().filter(|variant| self.speaks_of(&variant.name, &names)).collect();
        if spoken_of.is_empty() {
            let variant = self.variant.as_deref().unwrap_or_default().to_owned();
            let problem = format!("no variant is called `{variant}`; there are {}", names.join(", "));
            return vec![GateOutcome {
                gate: Arc::clone(&self.text),
                variant,
                passed: None,
                undecided: false,
                relations: Vec::new(),
                values: Vec::new(),
                problem: Some(problem),
            }];
        }
        spoken_of.into_iter().map(|variant| self.hold_for(variant, outcome)).collect()
    }

    fn hold_for(&self, variant: &VariantOutcome, outcome: &Outcome) -> GateOutcome {
        let look = |name: &str| {
            let (function, measured) = split(name);
            variant.number(function, measured)
        };
        let mut values: Vec<(String, Option<f64>)> = Vec::new();
        for name in self.expression.names().iter().filter(|name| Relation::position(name.root()).is_none()) {
            let (function, measured) = split(name.root());
            let written = written(function, measured);
            if !values.iter().any(|(known, _)| *known == written) {
                values.push((written, look(name.root())));
            }
        }
        let judge = |relation: &Relation| relation.judge(outcome.against.as_ref(), &variant.name, &outcome.run);
        let judged: Vec<Judged> = self.relations.iter().map(judge).collect();
        let is_waiting = |name: &str| look(name).is_none() && variant.waits(name).is_some();
        let names = self.expression.names();
        let waiting: Vec<&str> = names.iter().map(|name| name.root()).filter(|name| is_waiting(name)).collect();
        let is_unknown = |name: &str| Relation::position(name).is_none() && look(name).is_none() && !is_waiting(name);
        let unknown = names.iter().map(|name| name.root()).find(|name| is_unknown(name)).map(|name| {
            let (function, measured) = split(name);
            let why = variant.lacks_labels(measured).map(|why| format!(": {why}")).unwrap_or_default();
            format!("`{}` is not known{why}", written(function, measured))
        });
        let unknown = unknown.or_else(|| judged.iter().find_map(|judged| judged.as_ref().err().cloned()));
        let (met, problem) = match unknown {
            Some(problem) => (None, Some(problem)),
            None => match self.met_whatever_labels_say(&judged, &waiting, |name| look(name).map(Value::Float)) {
                Ok(None) => (Some(None), waiting.iter().find_map(|name| variant.waits(name)).map(str::to_owned)),
                Ok(met) => (Some(met), None),
                Err(problem) => (None, Some(problem)),
            },
        };
        GateOutcome {
            gate: Arc::clone(&self.text),
            variant: variant.name.clone(),
            passed: met.flatten(),
            undecided: met == Some(None),
            relations: judged.into_iter().flatten().collect(),
            values,
            problem,
        }
    }

    /// As [`Gate::met`], and `None` as well where that hangs on what labels do not tell yet.
    fn met_whatever_labels_say(
        &self,
        judged: &[Judged],
        waiting: &[&str],
        look: impl Fn(&str) -> Option<Value>,
    ) -> Result<Option<bool>, String> {
        let mut met = None;
        for ways in 0..1_usize << waiting.len() {
            let value = |name: &str| match waiting.iter().position(|waiting| *waiting == name) {
                Some(place) => Some(Value::Float(f64::from(u8::from(ways >> place & 1 == 1)))),
                None => look(name),
            };
            match self.met(judged, value)? {
                Some(this) if met.is_none_or(|met| met == this) => met = Some(this),
                _ => return Ok(None),
            }
        }
        Ok(met)
    }

    /// Whether the condition is met; `None` where that hangs on a relation that is undecided: it is tried both ways.
    fn met(&self, judged: &[Judged], look: impl Fn(&str) -> Option<Value>) -> Result<Option<bool>, String> {
        let verdict = |position: usize| Some(judged.get(position)?.as_ref().ok()?.verdict);
        let open: Vec<usize> =
            (0..judged.len()).filter(|at| verdict(*at) == Some(RelationVerdict::Undecided)).collect();
        let mut met = None;
        for ways in 0..1_usize << open.len() {
            let relation = |position: usize| match open.iter().position(|open| *open == position) {
                Some(place) => Some(ways >> place & 1 == 1),
                None => verdict(position).map(|verdict| verdict == RelationVerdict::Holds),
            };
            let value = |name: &str| match Relation::position(name) {
                Some(position) => relation(position).map(Value::Bool),
                None => look(name),
            };
            let this = self.expression.is_met(value).map_err(|error| error.message)?;
            if met.is_some_and(|met| met != this) {
                return Ok(None);
            }
            met = Some(this);
        }
        Ok(met)
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

/// How a name is written.
fn written(function: Option<&str>, measured: &str) -> String {
    function.map_or_else(|| measured.replace("__", "."), |function| format!("{function}({measured})"))
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
