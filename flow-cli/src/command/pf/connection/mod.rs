//! `flow pf connection`: connections that all flows of a user share.

mod form;
mod secret;

use std::path::PathBuf;

use flow_core::connection::{CreatedConnection, CreatedConnections, CreatedError, Environment};
use flow_core::diag::did_you_mean;
use serde::Serialize;
use serde_json::Value as Json;

use super::{Idle, confirmed, pairs};
use crate::args::pf::{PfConnectionCommand, PfConnectionCreateArgs};
use crate::command::Problem;
use crate::command::batch::now;
use crate::exit::Exit;
use crate::ui;
use secret::Asking;

/// `flow pf connection`.
pub(super) fn connection(command: PfConnectionCommand, idle: Idle) -> Result<Exit, Problem> {
    idle.tell();
    let mut all = all()?;
    match command {
        PfConnectionCommand::Create(args) => create(&mut all, &args)?,
        PfConnectionCommand::Update { name, set } => update(&mut all, &name.name, &set)?,
        PfConnectionCommand::Show(name) => ui::out_json_by_four(&form::shown(&name.name, found(&all, &name.name)?)),
        PfConnectionCommand::List { max_results, all_results } => {
            let limit = if all_results { usize::MAX } else { max_results };
            ui::out_json_by_four(
                &all.iter().take(limit).map(|(name, connection)| form::shown(name, connection)).collect::<Json>(),
            );
        }
        PfConnectionCommand::Delete { name, yes } => {
            found(&all, &name.name)?;
            if !confirmed("Are you sure you want to perform this operation?", yes.yes)? {
                ui::out("The delete operation was canceled.");
                return Ok(Exit::Done);
            }
            all.remove(&name.name);
            all.write().map_err(|error| cannot(&error))?;
        }
    }
    Ok(Exit::Done)
}

/// The user's file of connections.
fn all() -> Result<CreatedConnections, Problem> {
    let path = CreatedConnections::place(&Environment::of_process()).ok_or_else(|| {
        Problem::failed("no-settings-folder", "there is no folder for your settings in which connections could be kept")
            .help("set HOME or XDG_CONFIG_HOME, or write connections.yaml beside the flow")
    })?;
    CreatedConnections::read(path).map_err(|error| cannot(&error))
}

fn cannot(error: &CreatedError) -> Problem {
    Problem::failed("connections-unusable", error.to_string())
}

fn found<'a>(all: &'a CreatedConnections, name: &str) -> Result<&'a CreatedConnection, Problem> {
    all.get(name).ok_or_else(|| {
        let near = did_you_mean(name, all.iter().map(|(known, _)| known));
        let help = near.unwrap_or_else(|| {
            "`flow connections` lists those of files and of the environment, which this command leaves alone".to_owned()
        });
        Problem::usage("unknown-connection", format!("no connection `{name}` was created")).help(help)
    })
}

fn create(all: &mut CreatedConnections, args: &PfConnectionCreateArgs) -> Result<(), Problem> {
    let is_dotenv = args.file.extension().is_some_and(|extension| extension == "env")
        || args.file.file_name().is_some_and(|name| name == ".env");
    let mut connection = match is_dotenv {
        true => form::of_variables(pairs::dotenv(&args.file)?),
        false => {
            let mut connection = form::of_file(&args.file)?;
            form::set(&mut connection, &pairs::pairs("--set", &args.set)?);
            connection
        }
    };
    let name = args.name.clone().or_else(|| connection.text("name").map(str::to_owned));
    let name = name.filter(|name| !name.trim().is_empty()).ok_or_else(|| {
        Problem::usage("no-name", "the connection has no name").help("give it one: --name my_connection")
    })?;
    form::complete(&mut connection, &name)?;
    secret::fill(&mut connection, Asking::New)?;
    form::check(&connection, &name)?;
    let created = all.get(&name).and_then(|there| there.text("created_date")).map_or_else(now, str::to_owned);
    form::date(&mut connection, created);
    keep(all, &name, connection)
}

fn update(all: &mut CreatedConnections, name: &str, settings: &[String]) -> Result<(), Problem> {
    let there = found(all, name)?.clone();
    let mut connection = there.clone();
    form::set(&mut connection, &pairs::pairs("--set", settings)?);
    secret::keep_hidden(&mut connection, &there);
    form::complete(&mut connection, name)?;
    secret::fill(&mut connection, Asking::Again)?;
    form::check(&connection, name)?;
    form::date(&mut connection, there.text("created_date").map_or_else(now, str::to_owned));
    keep(all, name, connection)
}

fn keep(all: &mut CreatedConnections, name: &str, connection: CreatedConnection) -> Result<(), Problem> {
    let has_clear_secret = secret::has_clear(&connection);
    all.put(name, connection);
    all.write().map_err(|error| cannot(&error))?;
    if has_clear_secret {
        let path = all.path().display();
        let who = if cfg!(unix) { "you alone may read it, and " } else { "" };
        ui::say_note(&format!(
            "the secret is kept in {path}: {who}it is not encrypted; with `${{env:NAME}}` in its place it is not in the file at all"
        ));
    }
    ui::out_json_by_four(&form::shown(name, found(all, name)?));
    Ok(())
}

/// What became of a connection that was to be among those that were created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::command) enum Adopted {
    /// It is there now.
    Created,
    /// There is one of its name, which stays as it is.
    NameIsTaken,
    /// Nobody knows its type, so that it was left out.
    UnknownType,
}

/// A type of connections in promptflow's own spelling, whatever its spelling: `AzureOpenAI` is `azure_open_ai`.
pub(in crate::command) fn type_name(written: &str) -> Option<&'static str> {
    form::named(written).map(|kind| kind.name)
}

/// Puts connections that promptflow keeps among those that were created; nothing that is there is changed. Gives what became of each, and the file.
pub(in crate::command) fn adopt(
    connections: Vec<(String, CreatedConnection)>,
) -> Result<(Vec<Adopted>, PathBuf), Problem> {
    let mut all = all()?;
    let mut became = Vec::with_capacity(connections.len());
    for (name, mut connection) in connections {
        became.push(if all.get(&name).is_some() {
            Adopted::NameIsTaken
        } else if form::complete(&mut connection, &name).is_err() {
            Adopted::UnknownType
        } else {
            let created = connection.text("created_date").map_or_else(now, str::to_owned);
            form::date(&mut connection, created);
            all.put(&name, connection);
            Adopted::Created
        });
    }
    if became.contains(&Adopted::Created) {
        all.write().map_err(|error| cannot(&error))?;
    }
    Ok((became, all.path().to_path_buf()))
}
