use std::path::PathBuf;

use clap::Args;

use super::Language;

/// `flow variants`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow variants examples/support-triage\n           flow variants --json\n\n\
                  Pick one: flow run FLOW --variant NODE=VARIANT. Compare them: flow eval, with `variants: all`.")]
pub(crate) struct VariantsArgs {
    /// The flow: its folder, or a flow.yaml, flow.dag.yaml, flow.flex.yaml or .prompty file
    #[arg(value_name = "FLOW", default_value = ".")]
    pub(crate) flow: PathBuf,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) language: Language,
}
