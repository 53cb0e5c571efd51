use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::run::duration;
use super::{CacheOptionArgs, CallArgs, ConnectionArgs, EnvironmentArgs, PermissionArgs, ScoreArgs, SelectionArgs};

/// `flow eval`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:  flow eval examples/support-triage/eval.yaml --mock\n           \
                  flow eval eval.yaml --limit 20 -o report.html -o results.xml\n           \
                  flow eval eval.yaml --run last\n           \
                  flow eval eval.yaml --run last --labels labels.csv\n           \
                  flow eval eval.yaml --watch\n           \
                  flow eval --run last --with exact_match:answer=run.outputs.category,expected=data.expected\n           \
                  flow eval --run last --flow groundedness --map answer='${run.outputs.reply}' --map context='${data.text}'\n           \
                  flow eval --metrics\n           \
                  flow eval --evaluators groundedness\n\n\
                  Exit codes: 0 all gates hold, 100 a gate fails, 3 a comparison that the file asks for, or a gate that speaks of the baseline, is undecided.")]
pub(crate) struct EvalArgs {
    /// The evaluation file: flow, data, variants, scores, gates
    #[arg(value_name = "SPEC", required_unless_present_any = ["metrics", "evaluators", "flow", "with"])]
    pub(crate) spec: Option<PathBuf>,

    /// List the metrics, or describe one
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    pub(crate) metrics: Option<Option<String>>,

    /// List the evaluation flows that ship with the program, or describe one
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    pub(crate) evaluators: Option<Option<String>>,

    /// Score this earlier run, and run nothing: its id, a part of it, or `last`
    #[arg(long, value_name = "RUN", conflicts_with = "resume")]
    pub(crate) run: Option<String>,

    #[command(flatten)]
    pub(crate) score: ScoreArgs,

    /// Run this evaluation flow over the rows of --run, in place of a file: its folder or file, or the name of an evaluator
    #[arg(long, value_name = "FLOW", requires = "run", conflicts_with = "spec")]
    pub(crate) flow: Option<PathBuf>,

    /// With --flow: where an input comes from: input='${run.outputs.x}', input='${data.column}', or a constant
    #[arg(long = "map", value_name = "INPUT=VALUE", requires = "flow")]
    pub(crate) map: Vec<String>,

    /// With --flow: rows with what is expected, joined with those of the run by their numbers; the run's data unless given
    #[arg(long, short = 'd', value_name = "FILE", requires = "flow")]
    pub(crate) data: Option<PathBuf>,

    /// Hold judges against labels of people (flow label): a file for all of them, or SCORE=FILE for one; may be given several times. Labels
    /// in the folder of the run of --run are taken where none are named
    #[arg(long, value_name = "[SCORE=]FILE", conflicts_with = "flow")]
    pub(crate) labels: Vec<String>,

    /// Go on with an evaluation's run that was stopped or killed
    #[arg(long, value_name = "RUN")]
    pub(crate) resume: Option<String>,

    /// Write a report as well, by its ending: .html, .md, .xml (JUnit), .csv, .json; may be given several times
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,

    /// Evaluate again whenever a file of the flow, the data or the evaluation changes, and tell which rows changed; ends with Ctrl-C
    #[arg(long, conflicts_with_all = ["run", "resume", "json"])]
    pub(crate) watch: bool,

    /// Rows in flight; 16 unless given
    #[arg(long, short = 'j', value_name = "N", value_parser = super::batch::count)]
    pub(crate) jobs: Option<usize>,

    /// Give up on a row after this time: 30s, 2m; after 600s unless given
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,

    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,

    #[command(flatten)]
    pub(crate) permission: PermissionArgs,

    #[command(flatten)]
    pub(crate) selection: SelectionArgs,

    #[command(flatten)]
    pub(crate) calls: CallArgs,

    #[command(flatten)]
    pub(crate) cache: CacheOptionArgs,
}
