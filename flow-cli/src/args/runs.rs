use clap::{Args, Subcommand};

/// `flow runs`
#[derive(Debug, Args)]
pub(crate) struct RunsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<RunsCommand>,

    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What is shown of runs.
#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// List the runs of this project, newest last
    List {
        /// Only runs of this flow
        #[arg(long, value_name = "NAME")]
        flow: Option<String>,
        /// Only runs with this tag: name, or name=value
        #[arg(long, value_name = "TAG")]
        tag: Option<String>,
        /// Only runs in this state: completed, interrupted, stopped, broken-off
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
    },
    /// Show what a run is of and what came of it
    Show {
        /// The run: its id, a part of it, or `last`
        run: String,
    },
    /// Show the rows of a run
    Rows {
        /// The run: its id, a part of it, or `last`
        run: String,
        /// Only rows that failed
        #[arg(long)]
        failed: bool,
        /// So many rows at the most
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
        /// Leave out so many rows first
        #[arg(long, value_name = "N", default_value_t = 0)]
        offset: usize,
    },
    /// Show the metrics of a run
    Metrics {
        /// The run: its id, a part of it, or `last`
        run: String,
    },
    /// Delete a run with all that belongs to it
    Delete {
        /// The run's whole id
        run: String,
    },
    /// Make all tables of a run again from its journal
    Rebuild {
        /// The run: its id, a part of it, or `last`
        run: String,
        /// First mend a damaged journal: keep what is whole, and say what is lost
        #[arg(long)]
        repair: bool,
    },
}
