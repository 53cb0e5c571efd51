use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use flow_core::run::RunStore;
use flow_eval::batch::FailureLimit;
use flow_eval::data::{Format, Part, RowNumbers};
use flow_eval::mapping::Written;

use super::run::duration;
use super::{CacheOptionArgs, CallArgs, ConnectionArgs, EnvironmentArgs, Language, PermissionArgs};

/// `flow batch`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:  flow batch examples/support-triage --data tickets.jsonl --map ticket='${data.ticket}' --mock\n           \
                  flow batch . --data tickets.csv --map ticket='${data.text}' -j 32 --output results.jsonl\n           \
                  flow batch --resume last\n           \
                  flow batch --resume last --retry-failed\n\n\
                  A run lies in .flow/runs; `flow runs` shows what came of it."
)]
pub(crate) struct BatchArgs {
    /// The flow: its folder, or a flow.yaml, flow.dag.yaml, flow.flex.yaml or .prompty file
    #[arg(value_name = "FLOW")]
    pub(crate) flow: Option<PathBuf>,

    /// The rows: .jsonl, .json, .csv, .tsv, also packed (.gz, .zst), .parquet, a folder of them, or - for standard input
    #[arg(long, short = 'd', value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,

    /// A file that describes the run, as promptflow's run.yml; what is typed besides goes before it
    #[arg(long, short = 'f', value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Whether the variables stand in that file, from which they are read again when the run goes on.
    #[arg(skip)]
    pub(crate) has_variables_of_file: bool,

    /// Take rows from what this run gave out (${run.outputs.x}) and was given (${run.inputs.x}), in each of its variants and
    /// repetitions; without --data, from its data
    #[arg(long, value_name = "RUN", conflicts_with = "resume")]
    pub(crate) run: Option<String>,

    /// What is typed beside the lists of that file, and not in their place.
    #[arg(skip)]
    pub(crate) added: AddedArgs,

    /// Where runs and the cache lie, if that is not the project of the flow.
    #[arg(skip)]
    pub(crate) store: Option<RunStore>,
    /// The score of that run which this one is made for.
    #[arg(skip)]
    pub(crate) score: Option<String>,
    /// The run whose best variant this one is of, on rows that it did not see.
    #[arg(skip)]
    pub(crate) held_out_of: Option<String>,
    /// Where the mapping was written.
    #[arg(skip)]
    pub(crate) written: Written,

    /// The variant of --run, from 0, beside which each other one is put (${run.baseline.x})
    #[arg(long, value_name = "N", hide = true, requires = "run")]
    pub(crate) baseline: Option<u32>,

    /// The folder where connections, variables and words about models are looked for, instead of the flow's
    #[arg(long, value_name = "DIR", hide = true)]
    pub(crate) beside: Option<PathBuf>,

    /// Take one of two parts of the rows, drawn by chance: `held-out 0.3`, or `all-but 0.3`
    #[arg(long, value_name = "PART", hide = true)]
    pub(crate) part: Option<Part>,

    /// The form of the rows, where the file's name does not tell: jsonl, json, csv, tsv
    #[arg(long, value_name = "FORM")]
    pub(crate) data_format: Option<Format>,

    /// Where an input comes from: input='${data.column}', or a constant; inputs that are left out take their default, else
    /// the column of their name
    #[arg(long = "map", value_name = "INPUT=VALUE")]
    pub(crate) map: Vec<String>,

    /// Run this variant: node=variant or node.key=value, several with commas; given several times, each row runs through each
    #[arg(long, value_name = "NODE=VARIANT")]
    pub(crate) variant: Vec<String>,

    /// Change a value for this run, e.g. --set classify.temperature=0.2
    #[arg(long = "set", value_name = "NODE.KEY=VALUE")]
    pub(crate) overrides: Vec<String>,

    /// Go on with a run that was stopped or killed: its id, a part of it, or `last`
    #[arg(long, value_name = "RUN")]
    pub(crate) resume: Option<String>,

    /// With --resume: run the rows again that failed
    #[arg(long, requires = "resume")]
    pub(crate) retry_failed: bool,

    /// With --resume: go on although the flow, the data or the settings have changed
    #[arg(long, requires = "resume")]
    pub(crate) allow_changes: bool,

    /// Rows in flight; 16 unless given
    #[arg(long, short = 'j', value_name = "N", value_parser = count)]
    pub(crate) jobs: Option<usize>,

    /// Run each row so many times; once unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repeat: Option<u32>,

    /// Give up on a row after this time: 30s, 2m; after 600s unless given
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,

    /// Stop when a row fails
    #[arg(long, conflicts_with = "max_failures")]
    pub(crate) fail_fast: bool,

    /// Stop when more rows fail than this: 10, or 5% of those that ended
    #[arg(long, value_name = "N|P%")]
    pub(crate) max_failures: Option<FailureLimit>,

    /// Write the results here as well: .jsonl, .csv or .parquet
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Leave times out of tables and results, so that the same seed gives the same bytes, however many rows are in flight
    #[arg(long)]
    pub(crate) no_times: bool,

    /// What to call the run
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// What the run is about
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// What promptflow shows beside the name
    #[arg(long, value_name = "NAME", hide = true)]
    pub(crate) display_name: Option<String>,
    /// Whether no other run may have its name.
    #[arg(skip)]
    pub(crate) has_name_of_its_own: bool,

    /// A word to find the run by: name=value
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) tag: Vec<String>,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) language: Language,

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

/// Entries of lists that go behind those of a file that describes the run.
#[derive(Debug, Clone, Default)]
pub(crate) struct AddedArgs {
    pub(crate) map: Vec<String>,
    pub(crate) tag: Vec<String>,
    pub(crate) overrides: Vec<String>,
    pub(crate) variables: Vec<String>,
}

/// Which rows of the data are taken: by number, then by the filter, then the sample, then the limit.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Rows")]
pub(crate) struct SelectionArgs {
    /// Take rows by their numbers, from 0: 10-20, or 3,5,10-20
    #[arg(long, value_name = "NUMBERS")]
    pub(crate) rows: Option<RowNumbers>,

    /// Take rows for which this expression counts as true: 'label == "bug"'
    #[arg(long, value_name = "EXPRESSION")]
    pub(crate) filter: Option<String>,

    /// Take so many rows by chance, the same ones for the same --seed
    #[arg(long, value_name = "N", value_parser = count)]
    pub(crate) sample: Option<usize>,

    /// Take so many rows at the most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
}

impl BatchArgs {
    /// A flow over data, if there is any but that of another run, all else as it is unless given.
    pub(crate) fn of(flow: PathBuf, data: Option<PathBuf>) -> Self {
        /// Parses what is always there.
        #[derive(clap::Parser)]
        struct Nothing {
            #[command(flatten)]
            args: BatchArgs,
        }
        let Nothing { args } = <Nothing as clap::Parser>::parse_from(["batch"]);
        Self { flow: Some(flow), data, ..args }
    }

    /// The arguments with all entries of lists in their places.
    pub(crate) fn with_added(mut self) -> Self {
        let AddedArgs { map, tag, overrides, variables } = std::mem::take(&mut self.added);
        self.map.extend(map);
        self.tag.extend(tag);
        self.overrides.extend(overrides);
        self.environment.variables.extend(variables);
        self
    }

    /// The arguments of a run that goes on: those with which it was begun, and what is given anew.
    pub(crate) fn continued(then: Self, now: Self) -> Self {
        fn or_then<T>(now: Vec<T>, then: Vec<T>) -> Vec<T> {
            if now.is_empty() { then } else { now }
        }
        let no_limit = !now.fail_fast && now.max_failures.is_none();
        Self {
            flow: now.flow.or(then.flow),
            data: now.data.or(then.data),
            file: now.file.or(then.file),
            has_variables_of_file: then.has_variables_of_file && now.environment.variables.is_empty(),
            run: now.run.or(then.run),
            added: now.added,
            store: now.store.or(then.store),
            score: now.score.or(then.score),
            held_out_of: now.held_out_of.or(then.held_out_of),
            written: now.written,
            part: now.part.or(then.part),
            beside: now.beside.or(then.beside),
            baseline: now.baseline.or(then.baseline),
            data_format: now.data_format.or(then.data_format),
            map: or_then(now.map, then.map),
            variant: or_then(now.variant, then.variant),
            overrides: or_then(now.overrides, then.overrides),
            resume: now.resume,
            retry_failed: now.retry_failed,
            allow_changes: now.allow_changes,
            jobs: now.jobs.or(then.jobs),
            repeat: now.repeat.or(then.repeat),
            timeout: now.timeout.or(then.timeout),
            fail_fast: if no_limit { then.fail_fast } else { now.fail_fast },
            max_failures: if no_limit { then.max_failures } else { now.max_failures },
            output: now.output.or(then.output),
            no_times: now.no_times || then.no_times,
            name: now.name.or(then.name),
            description: now.description.or(then.description),
            display_name: now.display_name.or(then.display_name),
            has_name_of_its_own: now.has_name_of_its_own || then.has_name_of_its_own,
            tag: or_then(now.tag, then.tag),
            json: now.json,
            selection: SelectionArgs {
                rows: now.selection.rows.or(then.selection.rows),
                filter: now.selection.filter.or(then.selection.filter),
                sample: now.selection.sample.or(then.selection.sample),
                limit: now.selection.limit.or(then.selection.limit),
            },
            language: Language {
                compat: now.language.compat || then.language.compat,
                strict: now.language.strict || then.language.strict,
            },
            connection: ConnectionArgs {
                connections: now.connection.connections.or(then.connection.connections),
                mock: now.connection.mock.or(then.connection.mock),
                seed: now.connection.seed.or(then.connection.seed),
                record: now.connection.record.or(then.connection.record),
                replay: now.connection.replay.or(then.connection.replay),
            },
            environment: EnvironmentArgs { variables: or_then(now.environment.variables, then.environment.variables) },
            permission: PermissionArgs {
                allow_exec: now.permission.allow_exec || then.permission.allow_exec,
                allow_private_network: now.permission.allow_private_network || then.permission.allow_private_network,
            },
            calls: CallArgs {
                retries: now.calls.retries.or(then.calls.retries),
                rpm: now.calls.rpm.or(then.calls.rpm),
                tpm: now.calls.tpm.or(then.calls.tpm),
                max_cost: now.calls.max_cost.or(then.calls.max_cost),
                max_total_tokens: now.calls.max_total_tokens.or(then.calls.max_total_tokens),
                max_calls: now.calls.max_calls.or(then.calls.max_calls),
            },
            cache: if now.cache.is_given() { now.cache } else { then.cache },
        }
    }
}

pub(super) fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "write a whole number from 1".to_owned())
}
