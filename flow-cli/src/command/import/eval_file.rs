//! The evaluation and its data.

use std::fmt::Write as _;
use std::sync::Arc;

use flow_core::value::{Map, Value};

use super::flow_file::{FlowFile, Input, Variants, inline, quoted, row};
use super::scoring::{Given, ScoreLine, Scorer, Scoring};
use super::suite::Suite;

/// The rows of the data, a line each.
pub(super) fn data(suite: &Suite, scoring: &Scoring, inputs: &[Input]) -> String {
    let mut text = String::new();
    let is_taken = |name: &str, scoring: &Scoring| {
        let is_var = suite.cases.iter().any(|case| case.vars.contains_key(name));
        is_var || scoring.columns.iter().flatten().any(|(known, _)| known == name)
    };
    let named = |wished: &str| if is_taken(wished, scoring) { format!("test_{wished}") } else { wished.to_owned() };
    let description = named("description");
    let has_description = suite.cases.iter().any(|case| case.description.is_some());
    for (case, columns) in suite.cases.iter().zip(&scoring.columns) {
        let mut cells: Map = row(case, inputs).into_iter().collect();
        cells.extend(columns.iter().map(|(name, value)| (Arc::from(&**name), value.clone())));
        if has_description {
            cells.insert(Arc::from(&*description), case.description.as_deref().map_or(Value::Null, Value::from));
        }
        for (key, value) in &case.metadata {
            cells.insert(Arc::from(named(key)), value.clone());
        }
        let _ = writeln!(text, "{}", Value::Map(Arc::new(cells)).to_json());
    }
    text
}

/// The evaluation.
pub(super) fn write(suite: &Suite, scoring: &Scoring, flow: &FlowFile, source: &str) -> String {
    let mut text = format!("# Made by `flow import {source}`. Run it: flow eval eval.yaml\n");
    if let Some(description) = &suite.description {
        let _ = writeln!(text, "name: {}", quoted(description));
    }
    text += "flow: .\ndata: data.jsonl\n";
    let given = flow.inputs.iter().filter(|input| input.is_given);
    let given: Vec<String> =
        given.map(|input| format!("{}: \"${{data.{}}}\"", quoted(&input.name), input.name)).collect();
    if !given.is_empty() {
        let _ = writeln!(text, "map: {{ {} }}", given.join(", "));
    }
    match &flow.variants {
        Variants::One => {}
        Variants::Axes(axes) => {
            let axes: Vec<String> = axes.iter().map(|(node, names)| format!("{node}: [{}]", listed(names))).collect();
            let _ = writeln!(text, "variants: {{ {} }}", axes.join(", "));
        }
        Variants::Selections(selections) => {
            text += "variants:\n";
            for selection in selections {
                let _ = writeln!(text, "  - {}", Value::from(&**selection).to_json());
            }
        }
    }
    if let Some(repeat) = suite.repeat {
        let _ = writeln!(text, "repeat: {repeat}");
    }
    text += "\nscore:\n";
    if scoring.scores.is_empty() {
        text += "  - metric: completed # no assertion was carried over\n";
    }
    for score in &scoring.scores {
        write_score(&mut text, score, scoring.group());
    }
    // There one row that fails makes the command fail.
    text += "\ngate:\n";
    if let Some(whole) = &scoring.whole {
        let _ = writeln!(text, "  - \"each: pass_rate({whole}) == 1\" # each row passes all that it is asked");
    }
    text += "  - \"each: failed == 0\"\n";
    text
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

fn write_score(text: &mut String, score: &ScoreLine, group: Option<&str>) {
    let _ = writeln!(text, "  - name: {}", quoted(&score.name));
    match &score.scorer {
        Scorer::Metric(metric) => {
            let _ = writeln!(text, "    metric: {metric}");
        }
        Scorer::Flow { evaluator, is_wrapped, negated, connection, model } => {
            let flow = if *is_wrapped { format!("judges/{evaluator}") } else { (*evaluator).to_owned() };
            let _ = writeln!(text, "    flow: {flow}");
            let _ = writeln!(text, "    scale: {}", scale(evaluator));
            if let Some(connection) = connection {
                let _ = writeln!(text, "    connection: {connection}");
            }
            if let Some(model) = model {
                let _ = writeln!(text, "    model: {}", quoted(model));
            }
            if *negated {
                text.push_str("    not: true\n");
            }
        }
    }
    let mut inputs = vec!["answer: \"${run.outputs.answer}\"".to_owned()];
    for (name, given) in &score.inputs {
        inputs.push(match given {
            Given::Constant(value) => format!("{name}: {}", inline(value)),
            Given::Column(column) => format!("{name}: \"${{data.{column}}}\""),
        });
    }
    if let Scorer::Flow { evaluator, is_wrapped: true, negated, .. } = &score.scorer {
        inputs.push(format!("unasked: {}", unasked(evaluator, *negated)));
    }
    let _ = writeln!(text, "    inputs: {{ {} }}", inputs.join(", "));
    if !score.parameters.is_empty() {
        let parameters: Vec<String> =
            score.parameters.iter().map(|(name, value)| format!("{name}: {}", inline(value))).collect();
        let _ = writeln!(text, "    with: {{ {} }}", parameters.join(", "));
    }
    if let Some(threshold) = score.threshold {
        let _ = writeln!(text, "    threshold: {threshold}");
    }
    #[expect(clippy::float_cmp, reason = "it is written or it is not")]
    if score.weight != 1.0 {
        let _ = writeln!(text, "    weight: {}", score.weight);
    }
    if let Some(group) = group.filter(|_| score.is_grouped) {
        let _ = writeln!(text, "    group: {group}");
    }
}

/// The scale of an evaluator.
fn scale(evaluator: &str) -> &'static str {
    match evaluator {
        "rubric" => "[1, 5]",
        "factuality" => "[0, 1]",
        _ => "[-1, 1]",
    }
}

/// What counts for a row that is not asked: what passes.
fn unasked(evaluator: &str, negated: bool) -> i8 {
    match (evaluator, negated) {
        ("rubric", false) => 5,
        (_, false) => 1,
        ("embedding_similarity", true) => -1,
        ("rubric", true) => 1,
        (_, true) => 0,
    }
}
