use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `flow pf flow`
#[derive(Debug, Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "Example:  flow pf flow test --flow ./my_flow --inputs question='How?'"
)]
pub(crate) struct PfFlowArgs {
    #[command(subcommand)]
    pub(crate) command: Option<PfFlowCommand>,
}

/// The commands of `flow pf flow`.
#[derive(Debug, Subcommand)]
pub(crate) enum PfFlowCommand {
    /// Start a flow
    Init(PfInitArgs),
    /// Run a flow or one of its nodes once, or talk to it
    Test(Box<PfTestArgs>),
    /// Serve a flow over HTTP
    Serve(PfServeArgs),
    /// Write a folder with all that it takes to serve a flow in a container
    Build(PfBuildArgs),
    /// Find what is wrong with a flow
    #[command(after_help = "Example:  flow pf flow validate --source ./my_flow")]
    Validate {
        /// The flow
        #[arg(long, value_name = "FLOW")]
        source: PathBuf,
    },
    /// Make a flex flow of Python code; it is written by hand here
    #[command(hide = true)]
    Save {
        /// All that is typed
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

/// `flow pf flow init`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow pf flow init --flow my_chatbot --type chat")]
pub(crate) struct PfInitArgs {
    /// The folder to make
    #[arg(long, value_name = "DIR")]
    pub(crate) flow: PathBuf,

    /// What it is to be
    #[arg(long = "type", value_name = "TYPE", value_enum, default_value_t = PfFlowType::Standard)]
    pub(crate) kind: PfFlowType,

    /// Write into a folder that is there, over files that are there
    #[arg(long, short = 'y', alias = "assume-yes")]
    pub(crate) yes: bool,

    /// A Python file to make a flow of; such a flow is written by hand here
    #[arg(long, value_name = "FILE", hide = true)]
    pub(crate) entry: Option<String>,

    /// Its function
    #[arg(long, value_name = "NAME", hide = true)]
    pub(crate) function: Option<String>,

    /// Its templates
    #[arg(long, value_name = "NAME=FILE", num_args = 1.., hide = true)]
    pub(crate) prompt_template: Vec<String>,

    /// The connection of a chat flow
    #[arg(long, value_name = "NAME", hide = true)]
    pub(crate) connection: Option<String>,

    /// The deployment of a chat flow
    #[arg(long, value_name = "NAME", hide = true)]
    pub(crate) deployment: Option<String>,
}

/// What a new flow is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PfFlowType {
    /// A template and code behind it.
    Standard,
    /// Grades rows and sums them up.
    Evaluation,
    /// Talks.
    Chat,
}

/// `flow pf flow test`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:  flow pf flow test --flow ./my_flow --inputs question='How?' style=short\n           \
                        flow pf flow test --flow ./my_flow --node ask --inputs question='How?'\n           \
                        flow pf flow test --flow ./my_chatbot --interactive"
)]
pub(crate) struct PfTestArgs {
    /// The flow
    #[arg(long, value_name = "FLOW")]
    pub(crate) flow: PathBuf,

    /// The inputs: name=value, several; or a .json or .jsonl file
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    pub(crate) inputs: Vec<String>,

    /// A .jsonl file whose first line has the inputs
    #[arg(long, value_name = "FILE", hide = true)]
    pub(crate) input: Option<PathBuf>,

    /// Run this node alone
    #[arg(long, value_name = "NODE")]
    pub(crate) node: Option<String>,

    /// The variant of a node: '${node.variant}'
    #[arg(long, value_name = "VARIANT")]
    pub(crate) variant: Option<String>,

    /// Talk to a chat flow, turn by turn
    #[arg(long)]
    pub(crate) interactive: bool,

    /// Serve the flow's page on a free port
    #[arg(long)]
    pub(crate) ui: bool,

    /// The same as --ui
    #[arg(long, hide = true)]
    pub(crate) multi_modal: bool,

    /// The port of the page
    #[arg(long, value_name = "PORT", hide = true)]
    pub(crate) port: Option<u16>,

    /// Variables for Python nodes: NAME=VALUE, a .env file, or nothing for the nearest .env
    #[arg(long, value_name = "NAME=VALUE", num_args = 0..)]
    pub(crate) environment_variables: Option<Vec<String>>,

    /// Arguments of a flex flow's class
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    pub(crate) init: Vec<String>,

    /// A collection of traces
    #[arg(long, value_name = "NAME", hide = true)]
    pub(crate) collection: Option<String>,

    /// A folder for details
    #[arg(long, value_name = "DIR", hide = true)]
    pub(crate) detail: Option<PathBuf>,

    /// Settings of promptflow for this once
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., hide = true)]
    pub(crate) config: Vec<String>,

    /// Parts of the page's address
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., hide = true)]
    pub(crate) url_params: Vec<String>,

    /// Open no browser, which is so here anyway
    #[arg(long, hide = true)]
    pub(crate) skip_open_browser: bool,
}

/// `flow pf flow serve`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow pf flow serve --source ./my_flow --port 8080 --host localhost")]
pub(crate) struct PfServeArgs {
    /// The flow
    #[arg(long, value_name = "FLOW")]
    pub(crate) source: PathBuf,

    /// The port to listen on
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub(crate) port: u16,

    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "localhost")]
    pub(crate) host: String,

    /// promptflow's server, flask or fastapi; here there is one
    #[arg(long, value_name = "NAME", hide = true)]
    pub(crate) engine: Option<String>,

    /// Variables for Python nodes: NAME=VALUE, a .env file, or nothing for the nearest .env
    #[arg(long, value_name = "NAME=VALUE", num_args = 0..)]
    pub(crate) environment_variables: Option<Vec<String>>,

    /// Arguments of a flex flow's class
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    pub(crate) init: Vec<String>,

    /// A folder of pages
    #[arg(long = "static_folder", value_name = "DIR", hide = true)]
    pub(crate) static_folder: Option<PathBuf>,

    /// Settings of promptflow for this once
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., hide = true)]
    pub(crate) config: Vec<String>,

    /// Open no browser, which is so here anyway
    #[arg(long)]
    pub(crate) skip_open_browser: bool,
}

/// `flow pf flow build`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow pf flow build --source ./my_flow --output ./image --format docker")]
pub(crate) struct PfBuildArgs {
    /// The flow
    #[arg(long, value_name = "FLOW")]
    pub(crate) source: PathBuf,

    /// The folder to make
    #[arg(long, short = 'o', value_name = "DIR")]
    pub(crate) output: PathBuf,

    /// What is made
    #[arg(long, short = 'f', value_name = "FORM", value_enum, default_value_t = PfBuildForm::Docker)]
    pub(crate) format: PfBuildForm,

    /// The variant of a node: '${node.variant}'
    #[arg(long, short = 'v', value_name = "VARIANT")]
    pub(crate) variant: Option<String>,

    /// Only the flow's files
    #[arg(long, hide = true)]
    pub(crate) flow_only: bool,
}

/// What `flow pf flow build` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PfBuildForm {
    /// All that a container takes.
    Docker,
    /// promptflow's bundle of Python and a page, which nobody needs here.
    Executable,
}
