//! The list of metrics.

use flow_eval::score::{Entry, Needs, Registry};
use serde_json::{Value as Json, json};

use crate::command::Problem;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// Lists all metrics, or describes one.
pub(super) fn metrics(registry: &Registry, name: Option<&str>, json: bool) -> Result<Exit, Problem> {
    let Some(name) = name else {
        if json {
            ui::out_json(&registry.entries().map(document).collect());
        } else {
            for entry in registry.entries() {
                ui::out(&format!("{BOLD}{:<18}{BOLD:#} {}", entry.spec.name, entry.spec.summary));
            }
        }
        return Ok(Exit::Done);
    };
    let (entry, _) = registry.find(name).map_err(|error| {
        let help = error.help().unwrap_or("flow eval --metrics lists them").to_owned();
        Problem::usage("unknown-metric", error.to_string()).help(help)
    })?;
    if json {
        ui::out_json(&document(entry));
        return Ok(Exit::Done);
    }
    let spec = &entry.spec;
    ui::out(&format!("{BOLD}{}{BOLD:#}: {}", spec.name, spec.summary));
    ui::out(&format!("  formula  {}\n  source   {}\n  values   {}", spec.formula, spec.source, spec.unit.words()));
    if !spec.aliases.is_empty() {
        let names: Vec<&str> = spec.aliases.iter().map(|alias| alias.name).collect();
        ui::out(&format!("  also     {}", names.join(", ")));
    }
    for input in spec.inputs {
        let need = if input.required { "" } else { " (optional)" };
        ui::out(&format!("  input    {}: {}, {}{need}", input.name, input.summary, input.kind.words()));
    }
    let parameters = entry.parameters();
    for (name, about) in parameters["properties"].as_object().into_iter().flatten() {
        let default = about.get("default").filter(|default| !default.is_null());
        let default = default.map(|default| format!(" {DIM}(unless given {default}){DIM:#}")).unwrap_or_default();
        let what = about["description"].as_str().unwrap_or("").replace('\n', " ");
        ui::out(&format!("  with     {name}: {what}{default}"));
    }
    Ok(Exit::Done)
}

fn document(entry: &Entry) -> Json {
    let spec = &entry.spec;
    let inputs = spec.inputs.iter().map(|input| {
        json!({ "name": input.name, "kind": input.kind.words(), "required": input.required, "summary": input.summary })
    });
    json!({
        "name": spec.name, "aliases": spec.aliases.iter().map(|alias| alias.name).collect::<Vec<_>>(),
        "summary": spec.summary, "formula": spec.formula, "source": spec.source, "values": spec.unit.words(),
        "inputs": inputs.collect::<Vec<_>>(), "needs_embeddings": spec.needs != Needs::Nothing,
        "parameters": entry.parameters(),
    })
}
