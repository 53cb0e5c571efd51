//! The commands: each a function from its arguments to an exit code.

mod batch;
mod cache;
mod chat;
mod check;
mod compare;
mod completions;
mod connection_test;
mod connections;
mod edits;
mod eval;
mod explain;
mod failure;
mod graph;
mod import;
mod init;
mod inputs;
mod keys;
mod label;
mod man;
mod migrate;
mod mock;
mod models;
mod package;
mod pf;
mod plan;
mod run;
mod runners;
mod runs;
mod schema;
mod serve;
mod server_tools;
mod signals;
mod tools;
mod variants;
mod watcher;

pub(crate) use runners::Runners;

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::args::{Cli, Command};
use crate::exit::Exit;
use crate::ui;

/// Runs the command that was typed.
pub(crate) fn run(cli: Cli) -> Exit {
    let json = cli.command.wants_json();
    let done = match cli.command {
        Command::Init(args) => init::init(&args),
        Command::Check(args) => check::check(&args),
        Command::Run(args) => run::run(&args),
        Command::Plan(args) => plan::plan(*args),
        Command::Batch(args) => batch::batch(*args),
        Command::Eval(args) => eval::eval(&args),
        Command::Label(args) => label::label(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Variants(args) => variants::variants(&args),
        Command::Runs(args) => runs::runs(&args),
        Command::Cache(args) => cache::cache(&args),
        Command::Migrate(args) => migrate::migrate(&args),
        Command::Import(args) => import::import(&args),
        Command::Graph(args) => graph::graph(&args),
        Command::Tools(args) => tools::tools(&args),
        Command::Models(args) => models::models(&args),
        Command::Connections(args) => connections::connections(&args),
        Command::Serve(args) => serve::serve(*args),
        Command::Package(args) => package::package(&args),
        Command::Pf(args) => Ok(pf::pf(*args)),
        Command::Keys(args) => keys::keys(&args),
        Command::Mock(args) => mock::mock(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Schema(args) => schema::schema(&args),
        Command::Completions(args) => completions::completions(&args),
        Command::Man(args) => man::man(&args),
    };
    done.unwrap_or_else(|problem| problem.tell(json))
}

/// A command that could not do its work for a reason that its user can mend.
#[derive(Debug)]
pub(crate) struct Problem {
    code: &'static str,
    message: String,
    help: Option<String>,
    place: Option<Box<ui::Place>>,
    exit: Exit,
}

impl Problem {
    /// Wrong usage: something that was typed does not fit.
    pub(crate) fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, place: None, exit: Exit::Usage }
    }

    /// Work that failed.
    pub(crate) fn failed(code: &'static str, message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, ..Self::usage(code, message) }
    }

    /// Work that its user stopped.
    pub(crate) fn interrupted(code: &'static str, message: impl Into<String>) -> Self {
        Self { exit: Exit::Interrupted, ..Self::usage(code, message) }
    }

    /// A file that could not be written, or whose folder could not be made.
    pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> Self {
        let why = match error.kind() {
            ErrorKind::NotFound => "its folder does not exist".to_owned(),
            ErrorKind::PermissionDenied => "permission is denied".to_owned(),
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => "a file stands where a folder is needed".to_owned(),
            ErrorKind::IsADirectory => "it is a folder".to_owned(),
            ErrorKind::StorageFull => "the disk is full".to_owned(),
            _ => error.to_string(),
        };
        Self::failed("cannot-write", format!("cannot write {}: {why}", path.display()))
    }

    /// What went wrong, in words.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Says where it is.
    pub(crate) fn at(mut self, place: ui::Place) -> Self {
        self.place = Some(Box::new(place));
        self
    }

    /// Says what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Tells it: as a JSON document on standard output where the user asked for JSON.
    fn tell(&self, json: bool) -> Exit {
        if json {
            let mut error = serde_json::json!({ "code": self.code, "message": self.message });
            if let (Some(help), Some(object)) = (&self.help, error.as_object_mut()) {
                object.insert("help".into(), help.as_str().into());
            }
            if let (Some(place), Some(object)) = (&self.place, error.as_object_mut()) {
                let place = serde_json::json!({ "file": place.file, "line": place.line, "column": place.column });
                object.insert("place".into(), place);
            }
            ui::out_json(&serde_json::json!({ "error": error }));
        } else {
            ui::say_error_at(&self.message, self.place.as_deref(), self.help.as_deref());
        }
        self.exit
    }
}
