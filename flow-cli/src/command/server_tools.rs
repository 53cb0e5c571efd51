use std::fmt::Write;
use std::path::Path;

use flow_core::diag::did_you_mean;
use flow_tools::mcp::{ServerTool, server_tools};
use serde_json::{Value as Json, json};

use super::Problem;
use crate::args::ToolsArgs;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// `flow tools --mcp SERVER`: the tools of an MCP server, or one of them.
pub(super) fn tools_of_server(args: &ToolsArgs, server: &str) -> Result<Exit, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed("no-runtime", format!("cannot start: {error}")))?;
    let asked = server_tools(server, Path::new("."), args.permission.permissions());
    let tools = runtime.block_on(asked).map_err(|why| Problem::failed("mcp-server-failed", why))?;
    let tools = match &args.name {
        None => tools,
        Some(name) => {
            let help = did_you_mean(name, tools.iter().map(|tool| &*tool.name));
            let found: Vec<ServerTool> = tools.into_iter().filter(|tool| tool.name == *name).collect();
            if found.is_empty() {
                let problem = Problem::usage("unknown-tool", format!("the server has no tool `{name}`"));
                return Err(problem.help(help.unwrap_or_else(|| format!("`flow tools --mcp {server}` lists all"))));
            }
            found
        }
    };
    if args.json {
        ui::out_json(&tools.iter().map(tool_json).collect());
        return Ok(Exit::Done);
    }
    for tool in &tools {
        ui::out(&tool_text(tool));
    }
    Ok(Exit::Done)
}

fn tool_json(tool: &ServerTool) -> Json {
    json!({ "name": tool.name, "summary": tool.description, "inputs": tool.inputs, "output": tool.output })
}

/// A tool with its arguments, as far as its schema tells.
fn tool_text(tool: &ServerTool) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}  {}", tool.name, one_line(&tool.description));
    let required: Vec<&str> =
        tool.inputs["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    for (name, property) in tool.inputs["properties"].as_object().into_iter().flatten() {
        let kind = if required.contains(&name.as_str()) { "required" } else { "optional" };
        let ty = property["type"].as_str().unwrap_or("any");
        let about = one_line(property["description"].as_str().unwrap_or_default());
        let _ = write!(text, "\n  {name} {DIM}({ty}, {kind}){DIM:#}  {about}");
        text.truncate(text.trim_end().len());
    }
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
