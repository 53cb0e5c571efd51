use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `flow pf run`
#[derive(Debug, Args)]
#[command(disable_help_subcommand = true, after_help = "Example:  flow pf run show-details --name my_run")]
pub(crate) struct PfRunArgs {
    #[command(subcommand)]
    pub(crate) command: Option<PfRunCommand>,
}

/// The commands of `flow pf run`.
#[derive(Debug, Subcommand)]
pub(crate) enum PfRunCommand {
    /// Run a flow over many rows
    Create(Box<PfCreateArgs>),
    /// Change what a run is called, what it is about, and its tags
    #[command(after_help = "Example:  flow pf run update --name my_run --set display_name='Second try' tags.team=docs")]
    Update {
        #[command(flatten)]
        run: PfRunName,
        /// What to change: display_name=…, description=…, tags.NAME=…
        #[arg(long = "set", value_name = "KEY=VALUE", num_args = 1..)]
        set: Vec<String>,
    },
    /// Show how a run ended
    #[command(after_help = "Example:  flow pf run stream --name my_run")]
    Stream(PfRunName),
    /// List runs, newest first
    #[command(after_help = "Example:  flow pf run list --max-results 10 --output table")]
    List(PfListArgs),
    /// Show a run as JSON
    #[command(after_help = "Example:  flow pf run show --name my_run")]
    Show(PfRunName),
    /// Show the inputs and outputs of a run's rows as a table
    #[command(name = "show-details", after_help = "Example:  flow pf run show-details --name my_run --max-results 20")]
    ShowDetails(PfDetailsArgs),
    /// Show the metrics of a run as JSON
    #[command(name = "show-metrics", after_help = "Example:  flow pf run show-metrics --name my_evaluation")]
    ShowMetrics(PfRunName),
    /// Write a page that shows one or several runs
    Visualize(PfVisualizeArgs),
    /// Put a run away: it is kept, and no longer listed
    #[command(after_help = "Example:  flow pf run archive --name my_run")]
    Archive(PfRunName),
    /// List an archived run again
    #[command(after_help = "Example:  flow pf run restore --name my_run")]
    Restore(PfRunName),
    /// Delete a run with all that belongs to it
    #[command(after_help = "Example:  flow pf run delete --name my_run --yes")]
    Delete {
        #[command(flatten)]
        run: PfRunName,
        #[command(flatten)]
        yes: PfYes,
    },
}

/// Which run.
#[derive(Debug, Args)]
pub(crate) struct PfRunName {
    /// The run: its name, or its id
    #[arg(long, short = 'n', value_name = "NAME")]
    pub(crate) name: String,
}

/// Whether something is done without asking.
#[derive(Debug, Args)]
pub(crate) struct PfYes {
    /// Do it without asking
    #[arg(long, short = 'y', alias = "assume-yes")]
    pub(crate) yes: bool,
}

/// `flow pf run create`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:  flow pf run create --flow ./my_flow --data ./data.jsonl --name first --stream\n           \
                  flow pf run create --flow ./my_eval --run first --column-mapping prediction='${run.outputs.answer}'\n           \
                  flow pf run create --file run.yml --set tags.team=docs\n           \
                  flow pf run create --resume-from first --name second"
)]
pub(crate) struct PfCreateArgs {
    /// A file that describes the run
    #[arg(long, short = 'f', value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// The flow
    #[arg(long, value_name = "FLOW")]
    pub(crate) flow: Option<PathBuf>,

    /// The folder of a run of promptflow; it cannot be taken over
    #[arg(long, value_name = "DIR", hide = true)]
    pub(crate) source: Option<PathBuf>,

    /// Make a new run of this one: rows that ended well are taken over, the others run again
    #[arg(long, value_name = "NAME")]
    pub(crate) resume_from: Option<String>,

    /// The rows; with --file its path is taken from the file's folder
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,

    /// Where inputs come from: question='${data.question}' prediction='${run.outputs.answer}', or a constant
    #[arg(long, value_name = "INPUT=VALUE", num_args = 1..)]
    pub(crate) column_mapping: Vec<String>,

    /// The run whose outputs are the rows
    #[arg(long, value_name = "NAME")]
    pub(crate) run: Option<String>,

    /// The variant of a node: '${node.variant}'
    #[arg(long, value_name = "VARIANT")]
    pub(crate) variant: Option<String>,

    /// What to call the run; no other may be called so
    #[arg(long, short = 'n', value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Variables for Python nodes: NAME=VALUE, a .env file, or nothing for the nearest .env
    #[arg(long, value_name = "NAME=VALUE", num_args = 0..)]
    pub(crate) environment_variables: Option<Vec<String>>,

    /// Other connections of nodes: node.connection=name node.deployment_name=name
    #[arg(long, value_name = "NODE.KEY=VALUE", num_args = 1..)]
    pub(crate) connections: Vec<String>,

    /// Arguments of a flex flow's class
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    pub(crate) init: Vec<String>,

    /// A value of the description of the run: display_name=…, tags.NAME=…
    #[arg(long = "set", value_name = "KEY=VALUE", num_args = 1..)]
    pub(crate) set: Vec<String>,

    /// Tell how the run ended before it is shown
    #[arg(long, short = 's')]
    pub(crate) stream: bool,
}

/// `flow pf run list`
#[derive(Debug, Args)]
pub(crate) struct PfListArgs {
    /// So many runs at the most
    #[arg(long, short = 'r', value_name = "N", default_value_t = 50)]
    pub(crate) max_results: usize,

    /// All runs
    #[arg(long)]
    pub(crate) all_results: bool,

    /// Only archived runs
    #[arg(long)]
    pub(crate) archived_only: bool,

    /// Archived runs too
    #[arg(long)]
    pub(crate) include_archived: bool,

    /// How they are listed
    #[arg(long, short = 'o', value_name = "FORM", value_enum, default_value_t = PfListForm::Json)]
    pub(crate) output: PfListForm,
}

/// How runs are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PfListForm {
    /// A table.
    Table,
    /// A JSON document.
    Json,
}

/// `flow pf run show-details`
#[derive(Debug, Args)]
pub(crate) struct PfDetailsArgs {
    #[command(flatten)]
    pub(crate) run: PfRunName,

    /// So many rows at the most
    #[arg(long, short = 'r', value_name = "N", default_value_t = 100)]
    pub(crate) max_results: usize,

    /// All rows
    #[arg(long)]
    pub(crate) all_results: bool,
}

/// `flow pf run visualize`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow pf run visualize --names first\n           \
                        flow pf run visualize --names 'first,second' --open")]
pub(crate) struct PfVisualizeArgs {
    /// The runs, with commas between them
    #[arg(long, short = 'n', value_name = "NAME,NAME", required = true, value_delimiter = ',')]
    pub(crate) names: Vec<String>,

    /// The page's file, instead of one in the first run's folder
    #[arg(long, value_name = "FILE")]
    pub(crate) html_path: Option<PathBuf>,

    /// Open the page in a browser
    #[arg(long)]
    pub(crate) open: bool,
}
