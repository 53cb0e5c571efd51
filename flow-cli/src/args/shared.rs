use std::path::PathBuf;

use clap::Args;

/// Which flow, and how it is read.
#[derive(Debug, Clone, Args)]
pub(crate) struct FlowArgs {
    /// The flow: its folder, or a flow.yaml, flow.dag.yaml, flow.flex.yaml or .prompty file
    #[arg(value_name = "FLOW", default_value = ".")]
    pub(crate) flow: PathBuf,

    /// Pick a variant of a node: node=variant (or '${node.variant}'), several with commas
    #[arg(long, value_name = "NODE=VARIANT", value_delimiter = ',')]
    pub(crate) variant: Vec<String>,

    /// Change a value for this once, e.g. --set classify.temperature=0.2; of a prompty: --set model.parameters.temperature=0; of a flex flow: --set init.NAME=VALUE
    #[arg(long = "set", value_name = "NODE.KEY=VALUE")]
    pub(crate) overrides: Vec<String>,

    #[command(flatten)]
    pub(crate) language: Language,
}

/// How strictly a flow is read.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Language {
    /// Read as promptflow does, whatever the file is called
    #[arg(long, conflicts_with = "strict")]
    pub(crate) compat: bool,

    /// Take unknown keys and undefined variables as errors, whatever the file is called
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Where models are reached.
#[derive(Debug, Clone, Args)]
pub(crate) struct ConnectionArgs {
    /// The connections file, instead of connections.yaml beside the flow
    #[arg(long, value_name = "FILE", env = "FLOW_CONNECTIONS")]
    pub(crate) connections: Option<PathBuf>,

    /// Answer with the mock model in place of every connection; with rules from a file if one is given
    #[arg(long, value_name = "RULES", num_args = 0..=1, require_equals = true)]
    pub(crate) mock: Option<Option<PathBuf>>,

    /// The seed of the mock model's answers; by default that of its rules
    #[arg(long, value_name = "NUMBER", value_parser = whole_number)]
    pub(crate) seed: Option<u64>,

    /// Record each exchange with a model in this folder, as text without secrets
    #[arg(long, value_name = "DIR", env = "FLOW_RECORD", conflicts_with = "replay")]
    pub(crate) record: Option<PathBuf>,

    /// Answer from what was recorded in this folder, without connections; fail on anything else
    #[arg(long, value_name = "DIR", env = "FLOW_REPLAY", conflicts_with = "mock")]
    pub(crate) replay: Option<PathBuf>,
}

fn whole_number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write a whole number from 0".to_owned())
}
