//! The list of evaluation flows that ship inside of the program.

use flow_core::diag::did_you_mean;
use flow_core::value::Value;
use serde_json::{Value as Json, json};

use crate::command::Problem;
use crate::evaluators::{self, Evaluator};
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// Lists all evaluators, or describes one.
pub(super) fn evaluators(name: Option<&str>, json: bool) -> Result<Exit, Problem> {
    let Some(name) = name else {
        if json {
            ui::out_json(&evaluators::evaluators().map(document).collect());
        } else {
            for evaluator in evaluators::evaluators() {
                ui::out(&format!("{BOLD}{:<22}{BOLD:#} {}", evaluator.name(), about(&evaluator.flow())));
            }
        }
        return Ok(Exit::Done);
    };
    let evaluator = evaluators::find(name).ok_or_else(|| {
        let names = evaluators::evaluators().map(Evaluator::name);
        let help = did_you_mean(name, names).unwrap_or_else(|| "flow eval --evaluators lists them".to_owned());
        Problem::usage("unknown-evaluator", format!("there is no evaluator `{name}`")).help(help)
    })?;
    if json {
        ui::out_json(&document(evaluator));
        return Ok(Exit::Done);
    }
    let flow = evaluator.flow();
    ui::out(&format!("{BOLD}{}{BOLD:#}: {}", evaluator.name(), about(&flow)));
    for (kind, ports) in [("input", "inputs"), ("output", "outputs")] {
        for (name, port) in entries(&flow, ports) {
            let text = |key: &str| port.as_map().and_then(|port| port.get(key)).and_then(Value::as_str);
            let about = text("description").map(|about| format!(": {about}")).unwrap_or_default();
            let default = port.as_map().and_then(|port| port.get("default"));
            let default = default.map(|value| format!(" {DIM}(unless given {}){DIM:#}", value.to_json()));
            ui::out(&format!(
                "  {kind:<7} {name} ({}){about}{}",
                text("type").unwrap_or("any"),
                default.unwrap_or_default()
            ));
        }
    }
    ui::out(&format!("\n{DIM}In an evaluation file:{DIM:#}\n\nscore:\n{}", example(evaluator, &flow)));
    Ok(Exit::Done)
}

/// An entry of `score`, to begin with.
fn example(evaluator: Evaluator, flow: &Value) -> String {
    let source = |name: &str| match name {
        "answer" => "run.outputs.answer".to_owned(),
        other => format!("data.{other}"),
    };
    let needed = entries(flow, "inputs")
        .filter(|(_, port)| port.as_map().is_none_or(|port| !port.contains_key("default")))
        .filter(|(name, _)| !name.ends_with("_b"))
        .map(|(name, _)| name.strip_suffix("_a").unwrap_or(name))
        .map(|name| format!("{name}: \"${{{}}}\"", source(name)));
    let inputs: Vec<String> = needed.collect();
    // Two answers are put side by side.
    let is_pairwise = entries(flow, "inputs").any(|(name, _)| name.ends_with("_b"));
    let pairwise = if is_pairwise { "\n    pairwise: true" } else { "" };
    format!("  - name: {0}\n    flow: {0}{pairwise}\n    inputs: {{ {1} }}", evaluator.name(), inputs.join(", "))
}

fn about(flow: &Value) -> String {
    let about = flow.as_map().and_then(|flow| flow.get("description")).and_then(Value::as_str);
    about.unwrap_or_default().to_owned()
}

/// The inputs or the outputs of a flow file.
fn entries<'v>(flow: &'v Value, key: &str) -> impl Iterator<Item = (&'v str, &'v Value)> {
    let ports = flow.as_map().and_then(|flow| flow.get(key)).and_then(Value::as_map);
    ports.into_iter().flat_map(|ports| ports.iter().map(|(name, port)| (&**name, port)))
}

fn document(evaluator: Evaluator) -> Json {
    let flow = evaluator.flow();
    let ports = |key: &str| flow.as_map().and_then(|flow| flow.get(key)).cloned().unwrap_or(Value::Null);
    json!({
        "name": evaluator.name(), "summary": about(&flow), "inputs": ports("inputs"), "outputs": ports("outputs"),
    })
}
