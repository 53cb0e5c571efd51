//! Which of two answers a flow prefers, asked in both orders, since judges favour what stands first.

use std::sync::Arc;

use flow_core::value::{Map, Value};

use super::{FlowInput, FlowScore};
use crate::score::{Score, Summary};

/// Which answer comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The baseline's.
    BaselineFirst,
    /// That of the variant that is scored.
    BaselineLast,
}

/// What an answer is worth that loses, that is as good, and that wins.
const LOSS: f64 = 0.0;
const TIE: f64 = 0.5;
const WIN: f64 = 1.0;

impl Order {
    pub(super) fn name(self) -> &'static str {
        match self {
            Order::BaselineFirst => "baseline_first",
            Order::BaselineLast => "baseline_last",
        }
    }

    /// The flow, asked in this order: an input that takes an output of the run becomes two, `NAME_a` and `NAME_b`.
    pub(super) fn of(self, flow: &FlowScore) -> FlowScore {
        let inputs = flow.inputs.iter().flat_map(|input| {
            let output = input.value.as_str().and_then(|text| text.strip_prefix("${run.outputs."));
            let Some(output) = output else { return vec![input.clone()] };
            let (own, baseline) = (format!("${{run.outputs.{output}"), format!("${{run.baseline.{output}"));
            let sides = match self {
                Order::BaselineFirst => [("a", baseline), ("b", own)],
                Order::BaselineLast => [("a", own), ("b", baseline)],
            };
            let side = |(side, value): (&str, String)| FlowInput {
                name: Arc::from(format!("{}_{side}", input.name)),
                value: Value::from(&*value),
                place: input.place,
            };
            sides.map(side).to_vec()
        });
        FlowScore { inputs: inputs.collect(), pair: Some(self), ..flow.clone() }
    }

    /// The score of the variant: 1 where its answer is preferred, 0 where the baseline's is, and 0.5 where neither is. A flow says so by
    /// its `label` (`A`, `B` or `tie`), or by a `score` (1 for the first answer, 0 for the second, 0.5 for neither).
    pub(super) fn score(self, outputs: &Map) -> Result<Score, String> {
        let label = outputs.get("label").and_then(Value::as_str).map(str::to_ascii_lowercase);
        let first = match (label.as_deref().map(str::trim), outputs.get("score").and_then(Value::as_float)) {
            (Some("a"), _) => WIN,
            (Some("b"), _) => LOSS,
            (Some("tie"), _) => TIE,
            (Some(other), None) => return Err(format!("the judge's label is `{other}`, and not A, B or tie")),
            (_, Some(score)) if (LOSS..=WIN).contains(&score) => score,
            (_, Some(score)) => return Err(format!("the judge's {score} lies outside of the scale from 0 to 1")),
            (None, None) => return Err("the judge says neither `label` nor `score`".to_owned()),
        };
        let value = if self == Order::BaselineFirst { WIN - first } else { first };
        let explanation = outputs.get("explanation").and_then(Value::as_str).map(str::to_owned);
        Ok(Score { label: Some(word(value).to_owned()), explanation, ..Score::of(value) })
    }
}

fn word(value: f64) -> &'static str {
    match value {
        value if value > TIE => "win",
        value if value < TIE => "loss",
        _ => "tie",
    }
}

/// The baseline beside itself.
pub(super) fn of_baseline() -> Score {
    Score { label: Some("tie".to_owned()), ..Score::of(TIE) }
}

/// What both orders say together: where they differ, neither answer is preferred.
pub(super) fn together(orders: &[Result<Score, String>]) -> Result<Score, String> {
    let [Ok(first), Ok(last)] = orders else {
        return Err(orders.iter().find_map(|order| order.as_ref().err().cloned()).unwrap_or_default());
    };
    let (Some(one), Some(other)) = (first.value, last.value) else { return Err("the judge gave no value".to_owned()) };
    if word(one) == word(other) {
        let value = if one == TIE { TIE } else { f64::from(u8::from(one > TIE)) };
        return Ok(Score { label: first.label.clone(), explanation: first.explanation.clone(), ..Score::of(value) });
    }
    let why = format!("the orders differ: {} with the baseline first, {} with it last", word(one), word(other));
    Ok(Score { label: Some("tie".to_owned()), ..Score::of(TIE) }.because(why))
}

/// Wins, ties and losses, the share of rows at which the orders differ, and by how much the first answer is preferred to the last one:
/// the rate at which the judge names the first one less the rate at which it names the last one.
pub(super) fn summary(baseline_first: &[Option<f64>], baseline_last: &[Option<f64>]) -> Summary {
    let pairs: Vec<(f64, f64)> =
        baseline_first.iter().zip(baseline_last).filter_map(|(one, other)| Some(((*one)?, (*other)?))).collect();
    let mut summary = Summary::of(pairs.len() as u64);
    let rate = |is_it: &dyn Fn(&(f64, f64)) -> bool| {
        pairs.iter().filter(|pair| is_it(pair)).count() as f64 / pairs.len() as f64
    };
    let both = |word_of_both: &'static str| {
        move |pair: &(f64, f64)| word(pair.0) == word_of_both && word(pair.1) == word_of_both
    };
    summary.push("wins", rate(&both("win")));
    summary.push("losses", rate(&both("loss")));
    summary.push("orders_differ", rate(&|pair| word(pair.0) != word(pair.1)));
    let bias = pairs.iter().map(|(first, last)| last - first).sum::<f64>() / pairs.len() as f64;
    summary.push("first_preferred", bias);
    summary
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(order: Order, outputs: &str) -> Result<f64, String> {
        let outputs = Value::from_json(outputs).unwrap();
        order.score(outputs.as_map().unwrap()).map(|score| score.value.unwrap())
    }

    #[test]
    fn the_variant_wins_where_its_side_is_preferred() {
        assert_eq!(said(Order::BaselineFirst, r#"{"label": "A"}"#), Ok(0.0));
        assert_eq!(said(Order::BaselineLast, r#"{"label": " a "}"#), Ok(1.0));
        assert_eq!(said(Order::BaselineFirst, r#"{"score": 0}"#), Ok(1.0));
        assert_eq!(said(Order::BaselineLast, r#"{"label": "tie", "score": 1}"#), Ok(0.5));
        assert!(said(Order::BaselineLast, r#"{"label": "neither"}"#).unwrap_err().contains("A, B or tie"));
    }

    #[test]
    fn orders_that_differ_are_a_tie() {
        let score = |value: f64| Ok(Score::of(value));
        let value = |one, other| together(&[score(one), score(other)]).unwrap().value;
        assert_eq!(value(1.0, 1.0), Some(1.0));
        assert_eq!(value(0.0, 0.0), Some(0.0));
        assert_eq!(value(1.0, 0.0), Some(0.5));
        assert_eq!(value(1.0, 0.5), Some(0.5));
        assert_eq!(together(&[score(1.0), Err("gone".to_owned())]), Err("gone".to_owned()));
        let told = summary(&[Some(0.0), Some(1.0), Some(0.0), None], &[Some(1.0), Some(1.0), Some(0.0), Some(1.0)]);
        assert_eq!((told.rows, told.number("orders_differ")), (3, Some(1.0 / 3.0)));
        assert_eq!(told.number("first_preferred"), Some(1.0 / 3.0));
    }
}
