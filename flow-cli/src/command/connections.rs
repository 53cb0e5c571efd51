use std::fmt::Write;

use flow_core::connection::ListedConnection;
use flow_core::diag::did_you_mean;

use super::{Problem, connection_test};
use crate::args::{ConnectionsArgs, ConnectionsCommand};
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};
use crate::workbench;

/// `flow connections`: which connections are in force and where they come from, secrets hidden.
pub(crate) fn connections(args: &ConnectionsArgs) -> Result<Exit, Problem> {
    let connections = workbench::connections(&args.flow, args.connections.as_deref())?;
    let listed = connections.list();
    match &args.command {
        None | Some(ConnectionsCommand::List) => {
            if args.json {
                ui::out_json(&listed.iter().map(listing_json).collect());
            } else if listed.is_empty() {
                ui::out(
                    "no connections: no connections file here, and neither OPENAI_API_KEY nor AZURE_OPENAI_ENDPOINT is set",
                );
            } else {
                for listing in &listed {
                    ui::out(&format!(
                        "{BOLD}{:24}{BOLD:#}{:10}{DIM}{}{DIM:#}{}",
                        listing.name,
                        listing.kind.name(),
                        listing.origin,
                        lacking(listing)
                    ));
                }
            }
        }
        Some(ConnectionsCommand::Test { name, model }) => {
            return connection_test::test(&connections, name, model.as_deref(), args.json);
        }
        Some(ConnectionsCommand::Show { name }) => {
            let listing =
                listed.iter().find(|listing| *listing.name == **name).ok_or_else(|| unknown(name, &listed))?;
            if args.json {
                ui::out_json(&listing_json(listing));
            } else {
                let mut text =
                    format!("{BOLD}{}{BOLD:#} ({}), from {}", listing.name, listing.kind.name(), listing.origin);
                for (field, value) in &listing.fields {
                    let _ = write!(text, "\n  {field}: {value}");
                }
                for variable in &listing.missing {
                    let _ = write!(text, "\n  {variable} is not set");
                }
                for file in &listing.missing_files {
                    let _ = write!(text, "\n  {file} cannot be read");
                }
                if let Some(problem) = &listing.problem {
                    let _ = write!(text, "\n  cannot be used: {problem}");
                }
                ui::out(&text);
            }
        }
    }
    Ok(Exit::Done)
}

fn unknown(name: &str, listed: &[ListedConnection]) -> Problem {
    let help = did_you_mean(name, listed.iter().map(|listing| &*listing.name));
    Problem::usage("unknown-connection", format!("there is no connection `{name}`"))
        .help(help.unwrap_or_else(|| "`flow connections` lists all".to_owned()))
}

/// Why a connection cannot be used as things are, for the end of its line.
fn lacking(listing: &ListedConnection) -> String {
    if let Some(file) = listing.missing_files.first() {
        return format!("  ({file} cannot be read)");
    }
    match listing.missing.as_slice() {
        _ if listing.problem.is_some() => "  (cannot be used)".to_owned(),
        [] => String::new(),
        [variable] => format!("  ({variable} is not set)"),
        variables => format!("  ({} are not set)", variables.join(", ")),
    }
}

fn listing_json(listing: &ListedConnection) -> serde_json::Value {
    let fields: serde_json::Map<String, serde_json::Value> =
        listing.fields.iter().map(|(field, value)| (field.to_string(), value.as_str().into())).collect();
    serde_json::json!({
        "name": *listing.name, "kind": listing.kind.name(), "origin": *listing.origin, "fields": fields,
        "missing_variables": listing.missing, "missing_files": listing.missing_files, "problem": listing.problem,
    })
}
