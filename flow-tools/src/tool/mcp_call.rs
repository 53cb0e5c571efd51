use std::time::Duration;

use flow_core::tool::{Effect, Example, ToolContext, ToolError, WaitingTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Permissions;
use crate::mcp::{Clients, Named};

/// The longest time that a call may be given, in seconds.
const LONGEST_TIME: f64 = 3_600.0;

/// `mcp.call`: a tool of a server of the Model Context Protocol.
#[derive(Debug)]
pub struct McpCall {
    clients: Clients,
}

impl McpCall {
    /// The tool, with what it may do.
    #[must_use]
    pub fn new(permissions: Permissions) -> Self {
        Self { clients: Clients::new(permissions) }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The server: its name in `mcp.yaml` or `.mcp.json` (below `mcpServers`) beside the flow or above it in the project; or
    /// `{command: …, args: […], env: {…}}` for a program, which needs `--allow-exec`; or `{url: …, headers: {…}}` for an
    /// address, which is held to the same limits as those of `http.request`.
    #[schemars(with = "serde_json::Value")]
    server: Value,
    /// The tool; `flow tools --mcp SERVER` lists those of a server.
    tool: String,
    /// Its arguments by name.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    arguments: Value,
    /// The longest time for connecting and calling, in seconds.
    #[serde(default = "a_minute")]
    timeout: f64,
}

fn a_minute() -> f64 {
    60.0
}

impl WaitingTool for McpCall {
    const NAME: &'static str = "mcp.call";
    const SUMMARY: &'static str = "Calls a tool of an MCP server.";
    const OUTPUT: Ty = Ty::Any;
    const EXAMPLE: Option<Example> =
        Some(Example { inputs: "server: orders\ntool: order_status\narguments: {number: 4711}", gives: "" });
    const EFFECT: Effect = Effect::Changes;
    type Inputs = Inputs;

    fn call<'a>(&'a self, inputs: Inputs, context: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>> {
        async move {
            let wrong = |input: &str, message: String| ToolError::Input { input: input.into(), message };
            if !(inputs.timeout > 0.0 && inputs.timeout <= LONGEST_TIME) {
                return Err(wrong("timeout", format!("must be above 0 and at most {LONGEST_TIME} seconds")));
            }
            let arguments = match inputs.arguments.to_serde() {
                serde_json::Value::Null => serde_json::Map::new(),
                serde_json::Value::Object(arguments) => arguments,
                _ => return Err(wrong("arguments", "expected a mapping from names to values".to_owned())),
            };
            let named =
                Named::find(&inputs.server, &context.files).map_err(|fault| wrong("server", fault.to_string()))?;
            let time = Duration::from_secs_f64(inputs.timeout);
            let called = self.clients.call(&named, &inputs.tool, arguments, time).await;
            called.map_err(|fault| ToolError::Failed { passing: fault.is_passing(), message: fault.to_string() })
        }
        .boxed()
    }
}
