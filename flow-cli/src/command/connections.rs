use std::fmt::Write;

use flow_core::connection::ListedConnection;
use flow_core::diag::did_you_mean;

use super::Problem;
use crate::args::{ConnectionsArgs, ConnectionsCommand};
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};
use crate::workbench;

/// `flow connections`: which connections are in force and where they come from, secrets hidden.
pub(crate) fn connections(args: &ConnectionsArgs) -> Result<Exit, Problem> {
    let connections = workbench::connections(&args.flow, args.connections.as_deref());
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
                        "{BOLD}{:24}{BOLD:#}{:10}{DIM}{}{DIM:#}",
                        listing.name,
                        listing.kind.name(),
                        listing.origin
                    ));
                }
            }
        }
        Some(ConnectionsCommand::Show { name }) => {
            let listing = listed.iter().find(|listing| *listing.name == **name).ok_or_else(|| {
                let help = did_you_mean(name, listed.iter().map(|listing| &*listing.name));
                Problem::usage("unknown-connection", format!("there is no connection `{name}`"))
                    .help(help.unwrap_or_else(|| "`flow connections` lists all".to_owned()))
                    .in_json(args.json)
            })?;
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
                if let Some(problem) = &listing.problem {
                    let _ = write!(text, "\n  cannot be used: {problem}");
                }
                ui::out(&text);
            }
        }
    }
    Ok(Exit::Done)
}

fn listing_json(listing: &ListedConnection) -> serde_json::Value {
    let fields: serde_json::Map<String, serde_json::Value> =
        listing.fields.iter().map(|(field, value)| (field.to_string(), value.as_str().into())).collect();
    serde_json::json!({
        "name": *listing.name, "kind": listing.kind.name(), "origin": *listing.origin, "fields": fields,
        "missing_variables": listing.missing, "problem": listing.problem,
    })
}
