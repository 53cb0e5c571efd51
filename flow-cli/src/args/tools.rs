use clap::Args;

use super::PermissionArgs;

/// `flow tools`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow tools json.pick\n           flow tools --mcp orders --allow-exec")]
pub(crate) struct ToolsArgs {
    /// The tool to describe
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// List the tools of this MCP server instead: its name in mcp.yaml or .mcp.json here or above, or its address
    #[arg(long, value_name = "SERVER")]
    pub(crate) mcp: Option<String>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) permission: PermissionArgs,
}
