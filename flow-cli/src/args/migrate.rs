use std::path::PathBuf;

use clap::Args;

/// `flow migrate`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:  flow migrate
           flow migrate projects/ --json
           flow migrate my_project --write my_project_moved
           flow migrate my_flow --verify my_flow_variant_0_20240601_101500
           flow migrate --import-connections

--verify hands each node the inputs that promptflow recorded (pf run create), runs prompts, Python nodes and local tools, makes the requests of LLM nodes and takes their \
answers from the record. It compares outputs of nodes and of the flow, requests, conditions, rows that failed or were bypassed, and metrics. No model and no service is asked; with \
--allow-exec, code in your own Python may do what it likes. Requests are compared where promptflow recorded them (PF_DISABLE_TRACING=false). The order of keys never matters; 1 and 1.0 are \
equal in outputs of the flow, requests and metrics, and different in the output of a node, where templates print them differently. Times and random numbers differ, and are told as that.

Exit codes: 0 all flows run as they are, 1 some need --allow-exec or a change, 2 wrong usage.
With --verify: 0 nothing differs, 100 something does, 3 nothing could be verified, 2 wrong usage
or an invalid flow.")]
pub(crate) struct MigrateArgs {
    /// A project of Prompt flow, or a tree of them
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) path: PathBuf,

    /// Write a copy with what can safely be rewritten into this folder, which must not be there yet
    #[arg(long, value_name = "DIR", conflicts_with = "in_place")]
    pub(crate) write: Option<PathBuf>,

    /// Rewrite the project itself
    #[arg(long)]
    pub(crate) in_place: bool,

    /// Hold the flow against a run that promptflow made: the run's folder, or its name in promptflow's home
    #[arg(long, value_name = "RUN", conflicts_with_all = ["write", "in_place"])]
    pub(crate) verify: Option<String>,

    /// With --verify: pick a variant of a node, if promptflow does not say which one was run
    #[arg(long, value_name = "NODE=VARIANT", value_delimiter = ',', requires = "verify")]
    pub(crate) variant: Vec<String>,

    /// With --verify: a variable for Python nodes, as in flow run
    #[arg(long, value_name = "NAME=VALUE", requires = "verify")]
    pub(crate) env: Vec<String>,

    /// With --verify: run code that needs packages in your own Python
    #[arg(long, requires = "verify")]
    pub(crate) allow_exec: bool,

    /// Create the connections that promptflow keeps, without their secrets: those of your home, or of the folder given here
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, conflicts_with_all = ["write", "in_place", "verify"])]
    pub(crate) import_connections: Option<Option<PathBuf>>,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
