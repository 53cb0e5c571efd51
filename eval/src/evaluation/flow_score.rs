//! Scores that a flow gives: judges.

use std::sync::Arc;

use flow_core::diag::{Code, did_you_mean};
use flow_core::doc::Report;
use flow_core::model::Api;
use flow_core::plan::{Op, Plan};
use flow_core::source::Span;
use flow_core::value::{Map, Value};

use super::Order;
use crate::score::{Direction, Score, Unit};

/// A flow that scores rows, each in a row of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowScore {
    /// The flow: a path from the file's folder, or the name of an evaluator.
    pub flow: Arc<str>,
    /// Where it is named.
    pub place: Span,
    /// The variant of it, as `--variant` takes it.
    pub variant: Option<Arc<str>>,
    /// The connection of its models, in place of its own.
    pub connection: Option<Arc<str>>,
    /// The model of its nodes, in place of their own.
    pub model: Option<Arc<str>>,
    /// Where its inputs come from.
    pub inputs: Vec<FlowInput>,
    /// The output that is the value, and where it is named.
    pub output: Option<(Arc<str>, Span)>,
    /// The least value and the greatest.
    pub scale: Option<(f64, f64)>,
    /// Which values are better.
    pub better: Direction,
    /// In which order it gets two answers, of which it prefers one.
    pub pair: Option<Order>,
    /// The values of labels, for flows that give no number.
    pub labels: Vec<(Arc<str>, f64)>,
}

/// Where an input of a flow comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowInput {
    /// The input.
    pub name: Arc<str>,
    /// A reference or a constant.
    pub value: Value,
    /// Where it stands.
    pub place: Span,
}

impl FlowScore {
    /// What its values count.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self.scale {
            _ if self.pair.is_some() => Unit::Fraction,
            Some((0.0, 1.0)) => Unit::Fraction,
            Some((-1.0, 1.0)) => Unit::Cosine,
            _ => Unit::Free,
        }
    }

    /// The settings by which its own models are replaced, as `--set` takes them.
    #[must_use]
    pub fn settings(&self, plan: &Plan) -> Vec<String> {
        let api = |op: &Op| match op {
            Op::Llm(llm) => Some(llm.api),
            _ => None,
        };
        // Embeddings are another kind of model, unless the flow asks for nothing else.
        let only_embeds = plan.nodes.iter().filter_map(|node| api(&node.op)).all(|api| api == Api::Embedding);
        let is_asked = |op: &Op| api(op).is_some_and(|api| api != Api::Embedding || only_embeds);
        let nodes = plan.nodes.iter().filter(|node| is_asked(&node.op));
        let of_node = |key: &str, value: &Option<Arc<str>>, node: &str| {
            value.as_ref().map(|value| format!("{node}.{key}={}", Value::from(&**value).to_json()))
        };
        nodes
            .flat_map(|node| {
                [of_node("connection", &self.connection, &node.name), of_node("model", &self.model, &node.name)]
            })
            .flatten()
            .collect()
    }

    /// Compares what the file says with the flow: inputs that it lacks or does not know, and the output. `columns` are those of the data,
    /// which an input without a mapping takes by its name.
    pub fn check(&self, plan: &Plan, columns: &[Arc<str>], report: &mut Report) {
        let known = || plan.inputs.iter().map(|input| &*input.name);
        for input in &self.inputs {
            if !known().any(|name| *name == *input.name) {
                let help = did_you_mean(&input.name, known())
                    .unwrap_or_else(|| format!("its inputs are {}", known().collect::<Vec<_>>().join(", ")));
                let message = format!("the flow `{}` has no input `{}`", self.flow, input.name);
                report.error(Code::UnknownKey, input.place, message, help);
            }
        }
        for input in plan.inputs.iter().filter(|input| input.default.is_none() && !columns.contains(&input.name)) {
            if !self.inputs.iter().any(|given| given.name == input.name) {
                let message = format!("the flow `{}` needs the input `{}`", self.flow, input.name);
                let help = format!("add it to `inputs`, for example `{}: \"${{run.outputs.NAME}}\"`", input.name);
                report.error(Code::MissingKey, self.place, message, help);
            }
        }
        let outputs = || plan.outputs.iter().map(|output| &*output.name);
        let all = || outputs().collect::<Vec<_>>().join(", ");
        match &self.output {
            Some((name, place)) if !plan.may_give(name) => {
                let help = did_you_mean(name, outputs()).unwrap_or_else(|| format!("its outputs are {}", all()));
                report.error(
                    Code::InvalidValue,
                    *place,
                    format!("the flow `{}` has no output `{name}`", self.flow),
                    help,
                );
            }
            None if !plan.has_open_outputs()
                && plan.outputs.len() != 1
                && !outputs().any(|name| ["score", "passed", "label"].contains(&name)) =>
            {
                let message = format!("the flow `{}` has no output `score`, and several others", self.flow);
                report.error(
                    Code::MissingKey,
                    self.place,
                    message,
                    format!("say which with `output:`; there are {}", all()),
                );
            }
            _ => {}
        }
    }

    /// The score that the flow's outputs give.
    ///
    /// # Errors
    ///
    /// In words: they hold none, or one that lies outside of the scale.
    pub fn score(&self, outputs: &Map) -> Result<Score, String> {
        let mut score = match (&self.output, outputs.values().next()) {
            (None, Some(only)) if outputs.len() == 1 => read("the output", only)?,
            (None, _) => Score::of_output(&Value::map(outputs.iter().map(|(name, value)| (&**name, value.clone()))))
                .map_err(|why| format!("the judge's answer {why}"))?,
            (Some((name, _)), _) => {
                let value = outputs.get(name).ok_or_else(|| format!("the judge gave no output `{name}`"))?;
                let mut score = read(&format!("the output `{name}`"), value)?;
                let text = |name: &str| outputs.get(name).and_then(Value::as_str).map(str::to_owned);
                score.label = score.label.or_else(|| text("label"));
                score.explanation = score.explanation.or_else(|| text("explanation")).or_else(|| text("reason"));
                score
            }
        };
        if score.value.is_none() {
            let label = score.label.as_deref().unwrap_or_default();
            score.value = self.labels.iter().find(|(known, _)| **known == *label).map(|(_, value)| *value);
            if score.value.is_none() && !self.labels.is_empty() {
                return Err(format!("the judge's label `{label}` is none of `labels`"));
            }
        }
        match (score.value, self.scale) {
            (Some(value), Some((least, most))) if !(least..=most).contains(&value) => {
                Err(format!("the judge's {value} lies outside of the scale from {least} to {most}"))
            }
            _ => Ok(score),
        }
    }
}

/// What one output says; a text that is no number is a label.
fn read(what: &str, value: &Value) -> Result<Score, String> {
    match (Score::of_output(value), value) {
        (Err(_), Value::Text(text)) => Ok(Score { label: Some(text.to_string()), ..Score::default() }),
        (read, _) => read.map_err(|why| format!("{what} {why}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::source::SourceMap;

    fn flow(output: Option<&str>, scale: Option<(f64, f64)>, labels: &[(&str, f64)]) -> FlowScore {
        let place = Span::new(SourceMap::default().add("eval.yaml", ""), 0, 0);
        FlowScore {
            flow: Arc::from("judge"),
            place,
            variant: None,
            connection: None,
            model: None,
            inputs: Vec::new(),
            output: output.map(|name| (Arc::from(name), place)),
            scale,
            better: Direction::Higher,
            pair: None,
            labels: labels.iter().map(|(label, value)| (Arc::from(*label), *value)).collect(),
        }
    }

    fn scored(flow: &FlowScore, outputs: &str) -> Result<(Option<f64>, Option<String>), String> {
        let outputs = Value::from_json(outputs).unwrap();
        flow.score(outputs.as_map().unwrap()).map(|score| (score.value, score.label))
    }

    #[test]
    fn the_outputs_of_a_judge_are_a_score() {
        let plain = flow(None, Some((1.0, 5.0)), &[]);
        let fair = || Some("fair".to_owned());
        assert_eq!(scored(&plain, r#"{"score": 3, "label": "fair", "explanation": "x"}"#), Ok((Some(3.0), fair())));
        assert_eq!(scored(&plain, r#"{"grade": "4"}"#), Ok((Some(4.0), None)));
        assert_eq!(
            scored(&flow(Some("b"), None, &[]), r#"{"a": 1, "b": 2, "label": "fair"}"#),
            Ok((Some(2.0), fair()))
        );
        assert_eq!(
            scored(&flow(Some("b"), None, &[("fair", 0.5)]), r#"{"a": 1, "b": "fair"}"#),
            Ok((Some(0.5), fair()))
        );
    }

    #[test]
    fn outputs_that_are_none_say_why() {
        let plain = flow(None, Some((1.0, 5.0)), &[]);
        let why = |flow: &FlowScore, outputs: &str| scored(flow, outputs).unwrap_err();

        assert_eq!(why(&plain, r#"{"score": 7, "label": "x"}"#), "the judge's 7 lies outside of the scale from 1 to 5");
        assert_eq!(
            why(&flow(None, None, &[("a", 1.0)]), r#"{"grade": "b"}"#),
            "the judge's label `b` is none of `labels`"
        );
    }
}
