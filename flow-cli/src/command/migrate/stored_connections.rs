//! Connections that promptflow keeps in its database, as connections of ours. Its secrets are encrypted with a key that lies elsewhere, so that
//! variables of the environment stand in their places.

use std::path::Path;

use flow_core::connection::CreatedConnection;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::connections::put_variables;
use super::home::Home;
use crate::command::Problem;
use crate::command::pf::connection::{Adopted, adopt, type_name};
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// What stands before the texts that promptflow encrypts.
const ENCRYPTED: &str = "gAAAAA";
/// What stands before the names of entries that say what class of a package a custom connection is of.
const OF_PACKAGE: &str = "promptflow.connection.";

/// A connection of promptflow's.
struct Stored {
    name: String,
    kind: String,
    connection: CreatedConnection,
    /// The variables in which its secrets are to be put.
    secrets: Vec<String>,
}

/// What became of a connection.
#[derive(Debug, Serialize)]
struct Imported {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    became: Adopted,
    secrets: Vec<String>,
}

/// Creates the connections of promptflow's database, but for those whose names are taken.
pub(super) fn import(folder: Option<&Path>, json: bool) -> Result<Exit, Problem> {
    let home = folder.map_or_else(Home::of_user, |folder| Ok(Home::at(folder)))?;
    let stored = read(&home)?;
    let connections = stored.iter().map(|one| (one.name.clone(), one.connection.clone())).collect();
    let (became, file) = adopt(connections)?;
    let became = stored.into_iter().zip(became);
    let imported: Vec<Imported> =
        became.map(|(one, became)| Imported { name: one.name, kind: one.kind, became, secrets: one.secrets }).collect();
    if json {
        ui::out_json(&serde_json::json!({
            "database": home.database_path(), "file": file, "connections": imported,
        }));
        return Ok(Exit::Done);
    }
    if imported.is_empty() {
        ui::out(&format!("{} holds no connections", home.database_path().display()));
        return Ok(Exit::Done);
    }
    for one in &imported {
        ui::out(&one.words());
    }
    let created = imported.iter().filter(|one| one.became == Adopted::Created);
    let (count, secrets) = (created.clone().count(), created.map(|one| one.secrets.len()).sum::<usize>());
    let connections = if count == 1 { "1 connection".to_owned() } else { format!("{count} connections") };
    ui::out(&format!("{BOLD}{connections}{BOLD:#} created in {}", file.display()));
    if secrets > 0 {
        ui::out(&format!(
            "{DIM}promptflow's secrets are encrypted and stay where they are: set the variables, or write them into a file `.env` beside the flow{DIM:#}"
        ));
    }
    Ok(Exit::Done)
}

impl Imported {
    fn words(&self) -> String {
        let (name, kind) = (&self.name, &self.kind);
        match self.became {
            Adopted::Created if self.secrets.is_empty() => format!("{name}: created, {kind}"),
            Adopted::Created => {
                format!("{name}: created, {kind}{DIM}; its secrets go into {}{DIM:#}", self.secrets.join(", "))
            }
            Adopted::NameIsTaken => {
                format!(
                    "{name}: there is one of this name, which stays as it is{DIM}; flow pf connection delete --name '{name}' makes room{DIM:#}"
                )
            }
            Adopted::UnknownType => format!("{name}: left out, since nothing here knows the type {kind}"),
        }
    }
}

fn read(home: &Home) -> Result<Vec<Stored>, Problem> {
    const QUERY: &str = "select connectionName, connectionType, configs, customConfigs, createdDate from connection \
                         order by createdDate, connectionName";
    let database = home.database()?;
    let failed = |error: rusqlite::Error| home.unreadable(&error);
    let mut statement = database.prepare(QUERY).map_err(failed)?;
    let rows = statement.query_map([], |row| {
        let texts: [String; 5] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
        Ok(texts)
    });
    rows.map_err(failed)?.map(|row| row.map(stored).map_err(failed)).collect()
}

fn stored([name, kind, configs, custom, created]: [String; 5]) -> Stored {
    let object = |text: &str| serde_json::from_str::<Map<String, Json>>(text).unwrap_or_default();
    let mut fields = Map::from_iter([("type".to_owned(), Json::from(&*kind))]);
    fields.extend(object(&configs).into_iter().filter(|(_, value)| !value.is_null()));
    let (mut open, mut secret) = (Map::new(), Map::new());
    for (key, entry) in object(&custom) {
        let value = entry.get("value").cloned().unwrap_or_default();
        match key.strip_prefix(OF_PACKAGE) {
            Some(of_package) => drop(fields.insert(of_package.to_owned(), value)),
            None if entry.get("configValueType").and_then(Json::as_str) == Some("Secret") => {
                secret.insert(key, Json::Null);
            }
            None => drop(open.insert(key, value)),
        }
    }
    for (key, group) in [("configs", open), ("secrets", secret)] {
        if !group.is_empty() {
            fields.insert(key.to_owned(), Json::Object(group));
        }
    }
    fields.insert("created_date".to_owned(), created.into());
    let known = CreatedConnection { fields: fields.clone() };
    let is_encrypted = |key: &str| known.text(key).is_some_and(|text| text.starts_with(ENCRYPTED));
    let is_secret = |key: &str| is_encrypted(key) || (key != "configs" && known.hides(key));
    let secrets = put_variables(&name, &mut fields, &is_secret);
    let kind = type_name(&kind).map_or(kind, str::to_owned);
    Stored { name, kind, connection: CreatedConnection { fields }, secrets }
}
