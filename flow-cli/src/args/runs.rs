use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use flow_core::run::RunState;

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
    #[command(after_help = "Example:  flow runs list --tag nightly --state completed")]
    List(RunsListArgs),
    /// Show what a run is of and what came of it
    #[command(after_help = "Example:  flow runs show last")]
    Show {
        /// The run: its id, a part of it, or `last`
        run: String,
    },
    /// Show the rows of a run
    #[command(after_help = "Example:  flow runs rows last --failed --columns inputs.text,error")]
    Rows(RunsRowsArgs),
    /// Ask the tables of runs by SQL: rows, calls, and what `flow eval` makes: scores, aggregates, confusion, comparisons, pairs, calibrations
    #[command(after_help = "\
Tables:
  rows         each row, variant and repetition: inputs.NAME, outputs.NAME, status, cost, ...
  calls        each call of a model: node, model, status, prompt_tokens, cost, ...

Tables of a run that `flow eval` scored:
  scores       each score of each row: line_number, variant, repeat, score, value, passed, label,
               explanation, error
  aggregates   each number of a score and variant, of all rows and of each slice (`by`): variant,
               score, number, slice_column, slice, rows, errors, value, low, high, level, method
  confusion    how many rows of a class were given which: variant, score, expected, answer, rows
  comparisons  each variant against the baseline: score, baseline, variant, difference, low, high,
               p, wins, losses, ties, verdict, ...
  pairs        each row of a comparison: line_number, score, baseline, variant, baseline_value,
               variant_value, and outcome: win, loss or tie of the variant, or error where one of
               the two has no score
  calibrations each number that labels of people say of a score, and of variants as it says and
               corrected: score, number, corrected_by, variant, baseline, labelled, value, low, high

Examples:
  flow runs query \"select outputs.label, count(*) as n from rows group by outputs.label order by n desc\"
  flow runs query \"select node, sum(cost) as cost from calls group by node\" --json
  flow runs query \"select run, avg(latency_ms) from rows group by run\" --run last --run 20260921
  flow runs query \"select slice, variant, value, low, high from aggregates where slice_column = 'language' and number = 'mean'\"
  flow runs query \"select r.inputs.text, p.* from pairs p join rows r on p.line_number = r.line_number and p.variant = r.variant where outcome = 'loss'\"")]
    Query(RunsQueryArgs),
    /// Show what differs between two runs: flow, prompts, models, data, what came of them, and why scores moved
    Diff(RunsDiffArgs),
    /// Take an evaluated run as the baseline: a small file of digests and scores, for version control, against which later runs are held
    Bless(BlessArgs),
    /// Show the metrics of a run
    #[command(after_help = "Example:  flow runs metrics last --json")]
    Metrics {
        /// The run: its id, a part of it, or `last`
        run: String,
    },
    /// Put runs away: they are kept with all that belongs to them, and no longer listed
    #[command(after_help = "Example:  flow runs archive 20260921")]
    Archive {
        /// The runs: their ids, parts of them, or `last`
        #[arg(required = true, value_name = "RUN")]
        runs: Vec<String>,
    },
    /// List archived runs again
    #[command(after_help = "Example:  flow runs restore 20260921")]
    Restore {
        /// The runs: their ids, parts of them, or `last`
        #[arg(required = true, value_name = "RUN")]
        runs: Vec<String>,
    },
    /// Delete runs with all that belongs to them
    #[command(after_help = "Example:  flow runs delete 20260921-101500-123-support_triage")]
    Delete {
        /// The runs' whole ids
        #[arg(required = true, value_name = "RUN")]
        runs: Vec<String>,
    },
    /// Write a run's rows as a data set, one JSON document a line: inputs as columns, `outputs`, and `feedback` that came to requests
    Export(ExportArgs),
    /// Make all tables of a run again from its journal
    #[command(after_help = "Example:  flow runs rebuild last --repair")]
    Rebuild {
        /// The run: its id, a part of it, or `last`
        run: String,
        /// First mend a damaged journal: keep what is whole, and say what is lost
        #[arg(long)]
        repair: bool,
    },
}

/// `flow runs export`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow runs export last -o requests.jsonl && flow batch . --data requests.jsonl")]
pub(crate) struct ExportArgs {
    /// The run: its id, a part of it, or `last`
    pub(crate) run: String,

    /// What it is written as
    #[arg(long = "as", value_name = "FORM", value_enum, default_value_t = ExportForm::Dataset)]
    pub(crate) form: ExportForm,

    /// The file; without it, standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Rows that failed too, with their `error`
    #[arg(long)]
    pub(crate) failed: bool,
}

/// What a run is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportForm {
    /// A data set that `flow batch` and `flow eval` read.
    Dataset,
}

/// `flow runs list`
#[derive(Debug, Default, Args)]
pub(crate) struct RunsListArgs {
    /// Only runs of this flow: its name or its path
    #[arg(long, value_name = "FLOW")]
    pub(crate) flow: Option<String>,
    /// Only runs with this tag: name, or name=value
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
    /// Only runs in this state
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<StateArg>,
    /// Only runs that were archived
    #[arg(long, conflicts_with = "all")]
    pub(crate) archived: bool,
    /// Also runs that were archived
    #[arg(long)]
    pub(crate) all: bool,
}

/// A state of runs, as it is typed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StateArg(pub(crate) RunState);

impl ValueEnum for StateArg {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(RunState::Running),
            Self(RunState::Completed),
            Self(RunState::Interrupted),
            Self(RunState::Stopped),
            Self(RunState::BrokenOff),
            Self(RunState::Damaged),
        ]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

/// `flow runs rows`
#[derive(Debug, Args)]
pub(crate) struct RunsRowsArgs {
    /// The run: its id, a part of it, or `last`
    pub(crate) run: String,
    /// Only rows that failed
    #[arg(long)]
    pub(crate) failed: bool,
    /// Only these columns, in this order: inputs.text,outputs.label,latency_ms
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// Each row with all that it was given and gave, instead of a table
    #[arg(long, conflicts_with = "columns")]
    pub(crate) full: bool,
    /// So many rows at the most
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
    /// Leave out so many rows first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: usize,
}

/// `flow runs query`
#[derive(Debug, Args)]
pub(crate) struct RunsQueryArgs {
    /// One `select`; columns are called inputs.NAME, outputs.NAME, status, latency_ms, cost and so on
    pub(crate) sql: String,
    /// The run that is asked, also several, which the column `run` tells apart
    #[arg(long, value_name = "RUN", default_value = "last")]
    pub(crate) run: Vec<String>,
    /// Write the answer to a file instead: .csv, .parquet or .jsonl
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `flow runs diff`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:  flow runs diff 20260921 last --columns outputs.label

Of two runs that `flow eval` scored, the difference of each score is taken apart: what rows do that
only one run has, or whose labels changed; and, on the rows of both, what is due to the first node
that gave something else (its prompt, parameters, model, the snapshot that answered, its code), to
what scored it, or to chance.")]
pub(crate) struct RunsDiffArgs {
    /// The run that was before: its id, a part of it, or `last`
    pub(crate) from: String,
    /// The run that it is compared with
    pub(crate) to: String,
    /// So many rows that differ are shown
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) rows: usize,
    /// Compare and show only these columns: outputs.label,inputs.text
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
}

/// `flow runs bless`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:  flow runs bless last
           flow runs bless last --variant classify=short -o release.json

The file holds no text of rows: of each row a digest of its inputs, and its scores. In the evaluation file:

  baseline: baseline.json
  gate:
    - \"each: no_worse(category, 0.02)\"
    - \"each: better(reply)\"

`flow eval` then ends with 100 where a gate fails, with 3 where the rows do not tell, and with 0 where all hold.")]
pub(crate) struct BlessArgs {
    /// The run: its id, a part of it, or `last`
    pub(crate) run: String,
    /// The file; that which the evaluation file names as `baseline`, or baseline.json beside it, unless given
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Only this variant, against which all variants of later runs are held
    #[arg(long, value_name = "VARIANT")]
    pub(crate) variant: Option<String>,
}
