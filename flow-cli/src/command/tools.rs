use std::fmt::Write;

use flow_core::diag::did_you_mean;
use flow_core::doc::about_package_tool;
use flow_core::tool::{Effect, Tool, ToolRegistry, ToolSpec};

use super::Problem;
use crate::args::ToolsArgs;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// `flow tools`: what `type: tool` nodes can call.
pub(crate) fn tools(args: &ToolsArgs) -> Result<Exit, Problem> {
    if let Some(server) = &args.mcp {
        return super::server_tools::tools_of_server(args, server);
    }
    let registry = flow_tools::tools(flow_tools::Permissions::default());
    match &args.name {
        None => list(&registry, args.json),
        Some(name) => {
            if let Some(about) = about_package_tool(name) {
                match args.json {
                    true => ui::out_json(&serde_json::json!({ "name": name, "package": true, "about": about })),
                    false => ui::out(&format!("{BOLD}{name}{BOLD:#} — {about}.")),
                }
                return Ok(Exit::Done);
            }
            let tool = registry.get(name).ok_or_else(|| {
                let of_model = name.starts_with("embedding").then(|| {
                    "vectors come from a model: `type: llm` with `api: embedding`, or `tool: embedding.create`, and a \
                     `connection`, with the inputs `input`, `model` and `dimensions`"
                        .to_owned()
                });
                let help = of_model.or_else(|| did_you_mean(name, registry.iter().map(|tool| tool.spec().name)));
                Problem::usage("unknown-tool", format!("there is no tool `{name}`"))
                    .help(help.unwrap_or_else(|| "`flow tools` lists all tools".to_owned()))
            })?;
            if args.json {
                ui::out_json(&tool_json(&**tool));
            } else {
                describe(&**tool);
            }
        }
    }
    Ok(Exit::Done)
}

fn list(registry: &ToolRegistry, json: bool) {
    if json {
        let specs: Vec<_> = registry.iter().map(|tool| tool_json(&**tool)).collect();
        return ui::out_json(&specs.into());
    }
    let longest = registry.iter().map(|tool| tool.spec().name.len()).max().unwrap_or(0);
    let mut group = None;
    for tool in registry.iter() {
        let spec = tool.spec();
        // Tools of one kind stand together, apart from the next.
        let own = spec.name.split('.').next();
        if group.is_some() && group != Some(own) {
            ui::out("");
        }
        group = Some(own);
        ui::out(&format!("{BOLD}{:longest$}{BOLD:#}  {}", spec.name, spec.summary));
    }
    ui::out("\n`flow tools NAME` tells the inputs of a tool and shows a call.");
    ui::out(
        "promptflow's own package tools for models and searches run by their names, such as promptflow.tools.llm.llm; \
         `flow tools NAME` tells what becomes of one.",
    );
    ui::out(
        "Vectors of texts come from a model: `type: llm` with `api: embedding`, or `tool: embedding.create`, and a `connection`.",
    );
}

fn describe(tool: &dyn Tool) {
    let spec = tool.spec();
    let mut text = format!("{BOLD}{}{BOLD:#} — {}\n\n", spec.name, spec.summary);
    let _ = writeln!(text, "Gives: {}", spec.output);
    text += match spec.effect {
        Effect::None => "",
        Effect::Reads => "It reads files or the clock: the same inputs may give another result.\n",
        Effect::Asks => {
            "It asks a service, which may answer otherwise another time; batches keep its answers in the node cache.\n"
        }
        Effect::Changes => {
            "It reaches beyond the flow: the same inputs may give another result, and it is called each time.\n"
        }
    };
    if let Some(kind) = tool.connection() {
        let _ = writeln!(text, "Connection: one of kind {kind}, named by `connection` of the node");
    }
    text += "\nInputs:\n";
    let required = required(spec);
    for (name, property) in spec.inputs["properties"].as_object().into_iter().flatten() {
        let about = property["description"].as_str().unwrap_or_default().replace('\n', " ");
        let kind = if required.contains(&name.as_str()) {
            "required".to_owned()
        } else {
            match &property["default"] {
                serde_json::Value::Null => "optional".to_owned(),
                default => format!("default {default}"),
            }
        };
        let _ = writeln!(text, "  {BOLD}{name}{BOLD:#} {DIM}({}, {kind}){DIM:#}  {about}", type_name(property));
    }
    let connection = tool.connection().map(|kind| format!("    connection: my_{kind}\n")).unwrap_or_default();
    let _ = write!(
        text,
        "\nIn a flow:\n  - name: my_node\n    type: tool\n    tool: {}\n{connection}    inputs:",
        spec.name
    );
    match tool.example() {
        Some(example) => {
            for line in example.inputs.lines() {
                let _ = write!(text, "\n      {line}");
            }
            if !example.gives.is_empty() {
                let _ = write!(text, "\n\nwhich gives:\n  {}", example.gives);
            }
        }
        None => {
            for name in &required {
                let _ = write!(text, "\n      {name}: …");
            }
        }
    }
    ui::out(&text);
}

fn required(spec: &ToolSpec) -> Vec<&str> {
    spec.inputs["required"].as_array().into_iter().flatten().filter_map(|name| name.as_str()).collect()
}

/// The words that an input can be, or its type.
fn type_name(property: &serde_json::Value) -> String {
    if let Some(words) = property["enum"].as_array() {
        let words: Vec<&str> = words.iter().filter_map(|word| word.as_str()).collect();
        return words.join(" or ");
    }
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

fn tool_json(tool: &dyn Tool) -> serde_json::Value {
    let spec = tool.spec();
    let example = tool.example().map(|example| {
        let gives = serde_json::from_str::<serde_json::Value>(example.gives).ok();
        serde_json::json!({ "inputs": example.inputs, "gives": gives })
    });
    serde_json::json!({
        "name": spec.name, "summary": spec.summary, "inputs": spec.inputs, "output": spec.output.name(),
        "connection": tool.connection(), "repeatable": tool.is_repeatable(), "effect": effect_name(spec.effect), "example": example,
    })
}

fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "none",
        Effect::Reads => "reads",
        Effect::Asks => "asks",
        Effect::Changes => "changes",
    }
}
