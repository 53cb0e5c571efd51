use std::path::PathBuf;

use clap::Args;

use super::{CallArgs, ConnectionArgs, EnvironmentArgs, FlowArgs, PermissionArgs};

/// `flow run`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow run --mock -i ticket='My invoice is wrong'\n           \
                        flow run examples/support-triage --inputs ticket.json --trace\n           \
                        flow run . --node classify -i ticket='It crashes'\n           \
                        flow run examples/product-chat --chat")]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) flow: FlowArgs,

    /// An input: name=value; the value is brought to the input's type
    #[arg(long = "input", short = 'i', value_name = "NAME=VALUE")]
    pub(crate) input: Vec<String>,

    /// A file with the inputs: JSON, YAML, or the first line of JSON Lines; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) inputs: Option<PathBuf>,

    /// Run this node alone; give what it takes: -i dep.output=…, -i inputs.x=…, or by its own input names
    #[arg(long, value_name = "NODE", conflicts_with = "chat")]
    pub(crate) node: Option<String>,

    /// Talk to a chat flow, turn by turn
    #[arg(long)]
    pub(crate) chat: bool,

    /// Print the answer as the model says it; in a conversation on a terminal it is so without this
    #[arg(long)]
    pub(crate) stream: bool,

    /// Show each node's inputs, output, time and tokens
    #[arg(long)]
    pub(crate) trace: bool,

    /// Give up after this time: 30s, 2m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<std::time::Duration>,

    /// Answer calls with what the node cache keeps of earlier runs, and keep their answers
    #[arg(long, conflicts_with_all = ["record", "replay"])]
    pub(crate) cache: bool,

    /// Print one JSON document; with --stream or --chat one a line
    #[arg(long)]
    pub(crate) json: bool,

    /// Whether outputs are told and inputs are taken as promptflow does: all outputs as one JSON document, and inputs that nothing takes are
    /// told and left out.
    #[arg(skip)]
    pub(crate) is_of_promptflow: bool,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,

    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,

    #[command(flatten)]
    pub(crate) permission: PermissionArgs,

    #[command(flatten)]
    pub(crate) calls: CallArgs,
}

/// A time such as `500ms`, `30s`, `2m`, or a number of seconds.
pub(crate) fn duration(text: &str) -> Result<std::time::Duration, String> {
    let split = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().map_err(|_| "write a time such as 30s, 500ms or 2m".to_owned())?;
    let seconds = match unit.trim() {
        "ms" => number / 1000.0,
        "" | "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        other => return Err(format!("unknown unit `{other}`; use ms, s, m or h")),
    };
    std::time::Duration::try_from_secs_f64(seconds).map_err(|_| "the time is out of range".to_owned())
}
