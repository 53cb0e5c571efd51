use std::fmt::Write;

use flow_core::diag::did_you_mean;
use flow_core::tool::{ToolRegistry, ToolSpec};

use super::Problem;
use crate::args::ToolsArgs;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// `flow tools`: what `type: tool` nodes can call.
pub(crate) fn tools(args: &ToolsArgs) -> Result<Exit, Problem> {
    let registry = flow_tools::tools(flow_tools::Permissions::default());
    match &args.name {
        None => list(&registry, args.json),
        Some(name) => {
            let tool = registry.get(name).ok_or_else(|| {
                let help = did_you_mean(name, registry.iter().map(|tool| tool.spec().name));
                Problem::usage("unknown-tool", format!("there is no tool `{name}`"))
                    .help(help.unwrap_or_else(|| "`flow tools` lists all tools".to_owned()))
            })?;
            describe(tool.spec(), args.json);
        }
    }
    Ok(Exit::Done)
}

fn list(registry: &ToolRegistry, json: bool) {
    if json {
        let specs: Vec<_> = registry.iter().map(|tool| spec_json(tool.spec())).collect();
        return ui::out_json(&specs.into());
    }
    let longest = registry.iter().map(|tool| tool.spec().name.len()).max().unwrap_or(0);
    for tool in registry.iter() {
        let spec = tool.spec();
        ui::out(&format!("{BOLD}{:longest$}{BOLD:#}  {}", spec.name, spec.summary));
    }
}

fn describe(spec: &ToolSpec, json: bool) {
    if json {
        return ui::out_json(&spec_json(spec));
    }
    let mut text = format!("{BOLD}{}{BOLD:#} — {}\n\nGives: {}\n\nInputs:\n", spec.name, spec.summary, spec.output);
    let required: Vec<&str> =
        spec.inputs["required"].as_array().into_iter().flatten().filter_map(|name| name.as_str()).collect();
    for (name, property) in spec.inputs["properties"].as_object().into_iter().flatten() {
        let kind = if required.contains(&name.as_str()) { "required" } else { "optional" };
        let about = property["description"].as_str().unwrap_or_default().replace('\n', " ");
        let _ = writeln!(text, "  {BOLD}{name}{BOLD:#} {DIM}({}, {kind}){DIM:#}  {about}", type_name(property));
    }
    let _ = write!(text, "\nIn a flow:\n  - name: my_node\n    type: tool\n    tool: {}\n    inputs:", spec.name);
    for name in &required {
        let _ = write!(text, "\n      {name}: …");
    }
    ui::out(&text);
}

fn type_name(property: &serde_json::Value) -> String {
    match &property["type"] {
        serde_json::Value::String(name) => name.clone(),
        serde_json::Value::Array(names) => {
            let names: Vec<&str> =
                names.iter().filter_map(|name| name.as_str()).filter(|name| *name != "null").collect();
            names.join(" or ")
        }
        _ => "any".to_owned(),
    }
}

fn spec_json(spec: &ToolSpec) -> serde_json::Value {
    serde_json::json!({
        "name": spec.name, "summary": spec.summary, "inputs": spec.inputs, "output": spec.output.name(),
    })
}
