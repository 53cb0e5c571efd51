//! Entries of `score` that name a flow.

use std::sync::Arc;

use flow_core::diag::Code;
use flow_core::doc::{Cursor, Report, Spanned};
use flow_core::yaml::Node;

use super::Order;
use super::file::{mapped, number};
use super::flow_score::{FlowInput, FlowScore};
use super::human::Human;
use super::score::{Panel, ScoreEntry, ScoredBy};
use crate::mapping::Mapping;
use crate::score::{Direction, Judgement, Spec, Threshold};

/// One of several that judge the same.
#[derive(Debug, Default)]
struct JudgeKeys {
    name: Option<Arc<str>>,
    connection: Option<Arc<str>>,
    model: Option<Arc<str>>,
    variant: Option<Arc<str>>,
}

/// The flow that compares texts by their embeddings.
const EMBEDDING_FLOW: &str = "embedding_similarity";

/// The score of a flow, which may stand there as a metric that a flow has to tell; of several judges the score of each, and behind them the one that they give together.
pub(super) fn read(node: &Node, metric: Option<&Arc<str>>, report: &mut Report) -> Vec<ScoreEntry> {
    let Some(mut keys) = Cursor::open(node, "a score by a flow", report) else { return Vec::new() };
    let flow = match metric {
        None => keys.required_text("flow", node.span, report),
        Some(_) => {
            let written = keys.text("metric", report).or_else(|| keys.text("type", report));
            written.map(|written| Spanned { value: Arc::from(EMBEDDING_FLOW), span: written.span })
        }
    };
    let Some(flow) = flow else { return Vec::new() };
    let unnamed = || metric.map_or_else(|| named_by(&flow.value), Arc::clone);
    let name = keys.text("name", report).map_or_else(unnamed, |name| name.value);
    let text = |keys: &mut Cursor<'_>, key, report: &mut Report| keys.text(key, report).map(|text| text.value);
    let connection = text(&mut keys, "connection", report);
    let model = text(&mut keys, "model", report);
    let judges = judges(&mut keys, report);
    let mut inputs: Vec<FlowInput> = keys
        .mapping("inputs", report)
        .map(|inputs| &*inputs.entries)
        .unwrap_or_default()
        .iter()
        .map(|entry| FlowInput {
            name: Arc::clone(&entry.key.text),
            value: entry.value.to_value(),
            place: entry.value.span,
        })
        .collect();
    if let Some(entry) = metric.and_then(|_| keys.entry("value")) {
        // promptfoo's way to write what is expected.
        let place = entry.value.span;
        inputs.push(FlowInput { name: Arc::from("expected"), value: entry.value.to_value(), place });
    }
    let output = keys.text("output", report).map(|output| (output.value, output.span));
    let scale = scale(&mut keys, report).or(metric.map(|_| (-1.0, 1.0)));
    let better = match keys.text("better", report) {
        None => Direction::Higher,
        Some(word) => match &*word.value {
            "higher" => Direction::Higher,
            "lower" => Direction::Lower,
            other => {
                let message = format!("values are not better `{other}`");
                report.error(Code::InvalidValue, word.span, message, "write `higher` or `lower`");
                Direction::Higher
            }
        },
    };
    let labels = labels(&mut keys, report);
    let is_pairwise = keys.flag("pairwise", report).unwrap_or(false);
    if is_pairwise && judges.len() > 1 {
        let help = "give each judge an entry of its own";
        report.error(Code::InvalidValue, node.span, "answers are compared in pairs by one judge", help);
    }
    let flow = FlowScore {
        flow: flow.value,
        place: flow.span,
        variant: None,
        connection,
        model,
        inputs,
        output,
        scale,
        better,
        pair: None,
        labels,
    };
    let spec = Spec { name: "flow", unit: flow.unit(), direction: better, ..Spec::VERDICT };
    let threshold = threshold(&mut keys, &spec, report);
    let not = keys.flag("not", report).unwrap_or(false);
    let weight = number(&mut keys, "weight", "a number from 0", |weight| weight >= 0.0 && weight.is_finite(), report);
    let group = text(&mut keys, "group", report);
    let human = keys.entry("human").and_then(|entry| Human::read(entry, report));
    keys.finish(report);
    let given = flow.inputs.iter().map(|input| (Arc::clone(&input.name), input.value.clone(), input.place));
    let entry = ScoreEntry {
        name,
        span: node.span,
        judgement: Judgement::new(&spec, threshold, not),
        inputs: Mapping::of(mapped(given, report)),
        scorer: ScoredBy::Flow(flow),
        weight: weight.unwrap_or(1.0),
        group,
        is_part: false,
        human,
    };
    if is_pairwise { in_both_orders(entry, judges) } else { of_judges(entry, judges) }
}

/// The entries for both orders, and behind them the one for what they say together.
fn in_both_orders(entry: ScoreEntry, judges: Vec<JudgeKeys>) -> Vec<ScoreEntry> {
    let mut entries = of_judges(entry, judges);
    let Some(ScoreEntry { scorer: ScoredBy::Flow(flow), .. }) = entries.first() else { return entries };
    let flow = flow.clone();
    let Some(whole) = entries.pop() else { return entries };
    for order in [Order::BaselineFirst, Order::BaselineLast] {
        entries.push(ScoreEntry {
            name: Arc::from(format!("{}/{}", whole.name, order.name())),
            scorer: ScoredBy::Flow(order.of(&flow)),
            judgement: Judgement { not: false, threshold: None, ..whole.judgement },
            inputs: whole.inputs.clone(),
            group: None,
            is_part: true,
            human: None,
            ..whole
        });
    }
    entries.push(ScoreEntry { scorer: ScoredBy::BothOrders, ..whole });
    entries
}

/// The entry for each judge, and behind them the one for all.
fn of_judges(entry: ScoreEntry, judges: Vec<JudgeKeys>) -> Vec<ScoreEntry> {
    let ScoredBy::Flow(flow) = &entry.scorer else { return vec![entry] };
    let with = |judge: JudgeKeys| FlowScore {
        variant: judge.variant,
        connection: judge.connection.or_else(|| flow.connection.clone()),
        model: judge.model.or_else(|| flow.model.clone()),
        ..flow.clone()
    };
    let count = judges.len();
    let mut entries = Vec::with_capacity(count + 1);
    for (position, judge) in judges.into_iter().enumerate() {
        let own = judge.name.as_ref().or(judge.model.as_ref()).or(judge.connection.as_ref()).or(judge.variant.as_ref());
        let own = own.map_or_else(|| (position + 1).to_string(), |own| own.to_string());
        let name = if count == 1 { Arc::clone(&entry.name) } else { Arc::from(format!("{}/{own}", entry.name)) };
        entries.push(ScoreEntry {
            name,
            scorer: ScoredBy::Flow(with(judge)),
            // What they give together is turned around, once.
            judgement: Judgement { not: entry.judgement.not && count == 1, ..entry.judgement },
            inputs: entry.inputs.clone(),
            group: entry.group.clone().filter(|_| count == 1),
            is_part: count > 1,
            human: entry.human.clone(),
            ..entry
        });
    }
    if count > 1 {
        let (unit, scale, better) = (flow.unit(), flow.scale, flow.better);
        entries.push(ScoreEntry { scorer: ScoredBy::Panel(Panel { judges: count, unit, scale, better }), ..entry });
    }
    entries
}

/// What the score of a flow is called that has no name of its own.
fn named_by(flow: &str) -> Arc<str> {
    let parts = || flow.split('/').filter(|part| !part.starts_with('.') && !part.starts_with("flow."));
    let name = parts().next_back().unwrap_or(flow);
    Arc::from(name.split('.').next().unwrap_or(name))
}

/// The judges; one that has nothing of its own where none are named.
fn judges(keys: &mut Cursor<'_>, report: &mut Report) -> Vec<JudgeKeys> {
    let mut judges = Vec::new();
    if let Some(entry) = keys.entry("variant") {
        let nodes = entry.value.as_sequence().unwrap_or(std::slice::from_ref(&entry.value));
        for node in nodes {
            match node.as_scalar() {
                Some(scalar) => {
                    judges.push(JudgeKeys { variant: Some(Arc::clone(&scalar.text)), ..JudgeKeys::default() });
                }
                None => keys.wrong_shape("variant", entry, "node=variant, or a list of such", report),
            }
        }
    }
    if let Some(entry) = keys.entry("judges") {
        if !judges.is_empty() {
            let help = "give each of `judges` its `variant`";
            report.error(Code::InvalidValue, entry.key.span, "`judges` and `variant` stand side by side", help);
        }
        for node in entry.value.as_sequence().unwrap_or(std::slice::from_ref(&entry.value)) {
            let Some(mut own) = Cursor::open(node, "a judge", report) else { continue };
            let mut text = |key| own.text(key, report).map(|text| text.value);
            judges.push(JudgeKeys {
                name: text("name"),
                connection: text("connection"),
                model: text("model"),
                variant: text("variant"),
            });
            own.finish(report);
        }
    }
    if judges.is_empty() {
        judges.push(JudgeKeys::default());
    }
    judges
}

fn scale(keys: &mut Cursor<'_>, report: &mut Report) -> Option<(f64, f64)> {
    let entry = keys.entry("scale")?;
    let ends = entry.value.to_value();
    let ends = ends.as_list().map(|ends| ends.iter().filter_map(flow_core::value::Value::as_float).collect::<Vec<_>>());
    match ends.as_deref() {
        Some([least, most]) if least < most => Some((*least, *most)),
        _ => {
            keys.wrong_shape("scale", entry, "the least value and the greatest, such as [1, 5]", report);
            None
        }
    }
}

fn labels(keys: &mut Cursor<'_>, report: &mut Report) -> Vec<(Arc<str>, f64)> {
    let Some(given) = keys.mapping("labels", report) else { return Vec::new() };
    let mut labels = Vec::new();
    for entry in &given.entries {
        match entry.value.to_value().as_float().filter(|value| value.is_finite()) {
            Some(value) => labels.push((Arc::clone(&entry.key.text), value)),
            None => {
                let message = format!("the label `{}` has no number", entry.key.text);
                let help = "write `labels: { Correct: 1, Incorrect: 0 }`";
                report.error(Code::WrongShape, entry.value.span, message, help);
            }
        }
    }
    labels
}

fn threshold(keys: &mut Cursor<'_>, spec: &Spec, report: &mut Report) -> Option<Threshold> {
    let entry = keys.entry("threshold")?;
    let threshold = Threshold::read(&entry.value.to_value(), spec);
    threshold
        .map_err(|error| {
            let help = "a threshold is a value of the judge's scale";
            report.error(Code::InvalidValue, entry.value.span, format!("the threshold {error}"), help);
        })
        .ok()
}
