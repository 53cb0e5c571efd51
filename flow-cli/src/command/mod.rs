//! The commands: each a function from its arguments to an exit code.

mod chat;
mod check;
mod completions;
mod connections;
mod explain;
mod graph;
mod init;
mod inputs;
mod run;
mod schema;
mod tools;

use crate::args::{Cli, Command};
use crate::exit::Exit;
use crate::ui;

/// Runs the command that was typed.
pub(crate) fn run(cli: Cli) -> Exit {
    let done = match cli.command {
        Command::Init(args) => init::init(&args),
        Command::Check(args) => check::check(&args),
        Command::Run(args) => run::run(&args),
        Command::Graph(args) => graph::graph(&args),
        Command::Tools(args) => tools::tools(&args),
        Command::Connections(args) => connections::connections(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Schema(args) => schema::schema(&args),
        Command::Completions(args) => completions::completions(&args),
    };
    done.unwrap_or_else(|problem| problem.tell())
}

/// A command that could not do its work for a reason that its user can mend.
#[derive(Debug)]
pub(crate) struct Problem {
    code: &'static str,
    message: String,
    help: Option<String>,
    exit: Exit,
    json: bool,
}

impl Problem {
    /// Wrong usage: something that was typed does not fit.
    pub(crate) fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, exit: Exit::Usage, json: false }
    }

    /// Work that failed.
    pub(crate) fn failed(code: &'static str, message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, ..Self::usage(code, message) }
    }

    /// Says what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Also as a JSON document on standard output, where the user asked for JSON.
    pub(crate) fn in_json(mut self, json: bool) -> Self {
        self.json = json;
        self
    }

    fn tell(&self) -> Exit {
        if self.json {
            let mut error = serde_json::json!({ "code": self.code, "message": self.message });
            if let (Some(help), Some(object)) = (&self.help, error.as_object_mut()) {
                object.insert("help".into(), help.as_str().into());
            }
            ui::out_json(&serde_json::json!({ "error": error }));
        } else {
            ui::say_error(&self.message, self.help.as_deref());
        }
        self.exit
    }
}
