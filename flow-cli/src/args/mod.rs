//! What can be typed. Types only; the work is in `command`.

mod batch;
mod batch_words;
mod cache;
mod calls;
mod check;
mod compare;
mod completions;
mod connections;
#[cfg(test)]
mod documented;
mod environment;
mod eval;
mod explain;
mod graph;
mod import;
mod init;
mod keys;
mod label;
mod man;
mod migrate;
mod mock;
mod models;
mod package;
mod permission;
pub(crate) mod pf;
mod plan;
mod run;
mod runs;
mod schema;
mod serve;
mod shared;
mod tools;
mod variants;

use clap::{Parser, Subcommand};

pub(crate) use batch::{BatchArgs, SelectionArgs};
pub(crate) use cache::{CacheArgs, CacheCommand, CacheOptionArgs};
pub(crate) use calls::CallArgs;
pub(crate) use check::{CheckArgs, CheckFormat};
pub(crate) use compare::{CompareArgs, ScoreArgs};
pub(crate) use completions::CompletionsArgs;
pub(crate) use connections::{ConnectionsArgs, ConnectionsCommand};
pub(crate) use environment::EnvironmentArgs;
pub(crate) use eval::EvalArgs;
pub(crate) use explain::ExplainArgs;
pub(crate) use graph::GraphArgs;
pub(crate) use import::ImportArgs;
pub(crate) use init::InitArgs;
pub(crate) use keys::{KeysArgs, KeysCommand};
pub(crate) use label::LabelArgs;
pub(crate) use man::ManArgs;
pub(crate) use migrate::MigrateArgs;
pub(crate) use mock::MockArgs;
pub(crate) use models::ModelsArgs;
pub(crate) use package::{PackageArgs, PackageTarget};
pub(crate) use permission::PermissionArgs;
pub(crate) use plan::PlanArgs;
pub(crate) use run::RunArgs;
pub(crate) use runs::{
    BlessArgs, ExportArgs, RunsArgs, RunsCommand, RunsDiffArgs, RunsListArgs, RunsQueryArgs, RunsRowsArgs,
};
pub(crate) use schema::{SchemaArgs, SchemaKind};
pub(crate) use serve::{Disconnect, LogForm, ServeArgs, selection};
pub(crate) use shared::{ConnectionArgs, FlowArgs, Language};
pub(crate) use tools::ToolsArgs;
pub(crate) use variants::VariantsArgs;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "flow",
    version,
    about = "Run, check and draw LLM prompt flows written in YAML, for one input or for many rows.",
    arg_required_else_help = true,
    after_help = "New here?  flow init my-flow && cd my-flow && flow run --mock\n\
                  Exit codes: 0 done, 1 a run failed, 2 wrong usage or an invalid flow, 3 a comparison is undecided,\n            \
                  100 a gate fails, 130 interrupted."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a flow from a template
    Init(InitArgs),
    /// Find mistakes without calling a model
    Check(CheckArgs),
    /// Run a flow once, or chat with it
    Run(Box<RunArgs>),
    /// Tell what a run over many rows will take, before anything is spent
    Plan(Box<PlanArgs>),
    /// Run a flow over many rows of data
    Batch(Box<BatchArgs>),
    /// Score a flow and compare its variants, as an evaluation file says
    Eval(Box<EvalArgs>),
    /// Label answers of a run by hand, so that judges can be held against people
    Label(LabelArgs),
    /// Compare runs that were made before: which is better, and by how much
    Compare(CompareArgs),
    /// Show the variants of a flow and what each changes
    Variants(VariantsArgs),
    /// Show, mend and delete runs over many rows
    Runs(RunsArgs),
    /// Show, clear and explain the node cache
    Cache(CacheArgs),
    /// Draw a flow
    Graph(GraphArgs),
    /// List the built-in tools, or describe one
    Tools(ToolsArgs),
    /// List models with their limits and prices, or describe one
    Models(ModelsArgs),
    /// Show which connections are in force
    Connections(ConnectionsArgs),
    /// Serve flows as endpoints over HTTP
    Serve(Box<ServeArgs>),
    /// Write a folder with all that it takes to serve a flow elsewhere: a container, Kubernetes, Azure ML
    Package(Box<PackageArgs>),
    /// Tell what of Prompt flow's projects runs as it is, and what to do about the rest
    Migrate(MigrateArgs),
    /// Make a flow, its data and an evaluation of a promptfoo configuration
    Import(ImportArgs),
    /// Take promptflow's own commands: `pf …` becomes `flow pf …`
    Pf(Box<pf::PfArgs>),
    /// Make, list and take away the keys of a server
    Keys(KeysArgs),
    /// Serve the mock model to any client of OpenAI
    Mock(MockArgs),
    /// Explain the code of an error or warning
    Explain(ExplainArgs),
    /// Print the JSON Schema of a file format, for editors
    Schema(SchemaArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Write manual pages of all commands into a folder
    Man(ManArgs),
}

impl Command {
    /// Whether standard output is to be JSON.
    pub(crate) fn wants_json(&self) -> bool {
        match self {
            Command::Init(args) => args.json,
            Command::Check(args) => args.json || args.format == CheckFormat::Json,
            Command::Run(args) => args.json,
            Command::Plan(args) => args.batch.json,
            Command::Batch(args) => args.json,
            Command::Eval(args) => args.json,
            Command::Label(args) => args.json,
            Command::Compare(args) => args.json,
            Command::Variants(args) => args.json,
            Command::Runs(args) => args.json,
            Command::Cache(args) => args.json,
            Command::Graph(args) => args.json,
            Command::Tools(args) => args.json,
            Command::Models(args) => args.json,
            Command::Connections(args) => args.json,
            Command::Serve(args) => args.json,
            Command::Package(args) => args.json,
            Command::Migrate(args) => args.json,
            Command::Import(args) => args.json,
            Command::Keys(args) => args.json,
            Command::Mock(args) => args.json,
            Command::Explain(args) => args.json,
            Command::Pf(_) | Command::Schema(_) | Command::Completions(_) | Command::Man(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use super::Cli;

    /// Commands that do something, with the words that are typed for them.
    fn commands(command: &Command, words: &str, found: &mut Vec<(String, Command)>) {
        for one in command.get_subcommands().filter(|one| one.get_name() != "help" && !one.is_hide_set()) {
            let words = format!("{words} {}", one.get_name());
            if one.has_subcommands() {
                commands(one, &words, found);
            } else {
                found.push((words, one.clone()));
            }
        }
    }

    #[test]
    fn the_help_of_each_command_has_an_example_that_names_it() {
        let mut found = Vec::new();
        commands(&Cli::command(), "flow", &mut found);
        assert!(found.len() > 40, "{}", found.len());
        let without: Vec<_> = found
            .iter()
            .filter(|(words, command)| {
                let help = [command.get_after_help(), command.get_after_long_help()];
                let text: String = help.into_iter().flatten().map(ToString::to_string).collect();
                !(text.contains("Example") && text.contains(words.as_str()))
            })
            .map(|(words, _)| words)
            .collect();
        assert!(without.is_empty(), "no example: {without:#?}");
    }
}
