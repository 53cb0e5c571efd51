//! `flow pf`: promptflow's commands, as its scripts type them. Each is brought to a command of `flow` and told in promptflow's words;
//! nothing is done here that another command does.

mod config;
pub(super) mod connection;
mod flow;
mod grid;
mod pairs;
mod run;

use std::ffi::OsString;
use std::io::{BufRead, Write};

use clap::CommandFactory;
use flow_core::diag::did_you_mean;
use serde_json::json;

use super::Problem;
use crate::args::Cli;
use crate::args::pf::{PfArgs, PfCommand};
use crate::exit::Exit;
use crate::ui;

/// The version of promptflow whose behaviour was recorded and is followed.
const PROMPTFLOW: &str = "1.18.5";

/// `flow pf`. It ends with promptflow's exit codes: whatever goes wrong is 1, a command line that cannot be read is 2, and rows that failed
/// are no failure of the command.
pub(crate) fn pf(args: PfArgs) -> Exit {
    let done = dispatch(args).unwrap_or_else(|problem| problem.tell(false));
    match done {
        Exit::Done | Exit::Interrupted => done,
        Exit::Failed | Exit::Usage | Exit::Undecided | Exit::GateFailed => Exit::Failed,
    }
}

fn dispatch(args: PfArgs) -> Result<Exit, Problem> {
    if args.version {
        return Ok(version(true));
    }
    let mut idle = Idle::default();
    idle.add("--user-agent", args.common.user_agent.is_some());
    let says_more = args.common.verbose || args.common.debug;
    match args.command {
        None => help(&[]),
        Some(PfCommand::Version) => Ok(version(false)),
        Some(PfCommand::Run(group)) => match group.command {
            None => help(&["run"]),
            Some(command) => run::run(command, idle),
        },
        Some(PfCommand::Flow(group)) => match group.command {
            None => help(&["flow"]),
            Some(command) => flow::flow(command, says_more, idle),
        },
        Some(PfCommand::Connection(group)) => match group.command {
            None => help(&["connection"]),
            Some(command) => connection::connection(command, idle),
        },
        Some(PfCommand::Config(group)) => match group.command {
            None => help(&["config"]),
            Some(command) => config::config(command),
        },
        Some(PfCommand::Other(words)) => Err(unknown(&words)),
    }
}

/// A group without a command shows what it has, and is no error.
fn help(path: &[&str]) -> Result<Exit, Problem> {
    let mut command = Cli::command();
    command.build();
    let mut shown = &mut command;
    for name in std::iter::once(&"pf").chain(path) {
        let found = shown.find_subcommand_mut(name);
        shown = found.ok_or_else(|| Problem::usage("unknown-command", format!("there is no command `{name}`")))?;
    }
    ui::out(shown.render_help().to_string().trim_end());
    Ok(Exit::Done)
}

fn version(is_long: bool) -> Exit {
    ui::out_json_by_four(&json!({ "flow": env!("CARGO_PKG_VERSION"), "promptflow": PROMPTFLOW }));
    if let Some(program) = std::env::current_exe().ok().filter(|_| is_long) {
        ui::out(&format!("\nExecutable '{}'", program.display()));
    }
    Exit::Done
}

/// What has no counterpart, and what there is instead.
fn unknown(words: &[OsString]) -> Problem {
    let name = words.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let instead = match &*name {
        "tool" => "`flow tools` lists the built-in tools, and `flow check` looks at those of a flow",
        "trace" => "`flow run --trace` shows a trace; with OTEL_EXPORTER_OTLP_ENDPOINT traces go to a collector",
        "service" => "nothing runs in the background; `flow serve` serves a flow",
        "experiment" => "an evaluation file says what is run and compared: flow eval --help",
        "upgrade" => "install the program again, as it was installed",
        _ => {
            let help = did_you_mean(&name, ["run", "flow", "connection", "config"]);
            let problem = Problem::usage("unknown-command", format!("there is no command `flow pf {name}`"));
            return problem.help(help.unwrap_or_else(|| "flow pf --help lists all".to_owned()));
        }
    };
    Problem::usage("no-counterpart", format!("`pf {name}` has no counterpart here")).help(instead)
}

/// Options that were typed and mean nothing here: told once, together.
#[derive(Default)]
struct Idle(Vec<&'static str>);

impl Idle {
    fn add(&mut self, option: &'static str, is_typed: bool) {
        self.0.extend(is_typed.then_some(option));
    }

    fn tell(self) {
        match &self.0[..] {
            [] => {}
            [one] => ui::say_note(&format!("`{one}` has no meaning here, and is left out")),
            several => ui::say_note(&format!("`{}` have no meaning here, and are left out", several.join("`, `"))),
        }
    }
}

/// Asks whether to go on, as promptflow does: `y` or `n` on standard input.
fn confirmed(question: &str, is_yes: bool) -> Result<bool, Problem> {
    if is_yes {
        return Ok(true);
    }
    let mut asked = format!("{question} [y/n]");
    loop {
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(asked.as_bytes()).and_then(|()| stdout.flush());
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line).unwrap_or(0);
        match line.trim().to_lowercase().as_str() {
            _ if read == 0 => {
                return Err(Problem::usage("not-confirmed", "nobody answered").help("say yes beforehand: --yes"));
            }
            "y" => return Ok(true),
            "n" => return Ok(false),
            _ => "Please input 'y' or 'n':".clone_into(&mut asked),
        }
    }
}
