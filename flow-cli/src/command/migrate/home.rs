//! Where promptflow keeps things of a user: runs, and a database of runs and connections.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use flow_core::diag::did_you_mean;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use serde_json::Value as Json;

use crate::command::Problem;

const DATABASE: &str = "pf.sqlite";
const RUNS: &str = ".runs";
const VARIABLE: &str = "PF_HOME_DIRECTORY";

/// promptflow's folder in a user's home.
#[derive(Debug)]
pub(super) struct Home(PathBuf);

impl Home {
    /// Where promptflow itself looks: `PF_HOME_DIRECTORY`, else `.promptflow` in the home folder.
    pub(super) fn of_user() -> Result<Self, Problem> {
        let is_given = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
        if let Some(name) = Some(VARIABLE).filter(|name| is_given(name)) {
            return Ok(Self(PathBuf::from(env::var_os(name).unwrap_or_default())));
        }
        let home = ["HOME", "USERPROFILE"].into_iter().find(is_given).and_then(env::var_os);
        let home = home.ok_or_else(|| {
            Problem::usage("no-promptflow-home", "there is no home folder in which promptflow's could be looked for")
                .help(format!("set {VARIABLE}, or name the folder itself"))
        })?;
        Ok(Self(Path::new(&home).join(".promptflow")))
    }

    pub(super) fn at(folder: &Path) -> Self {
        Self(folder.to_path_buf())
    }

    /// The folder of a run: a path, or a name that promptflow knows.
    pub(super) fn run(named: &str) -> Result<PathBuf, Problem> {
        let path = Path::new(named);
        if path.is_dir() {
            return Ok(path.to_path_buf());
        }
        let home = Self::of_user()?;
        let runs = home.0.join(RUNS);
        let is_name = !named.contains(['/', '\\']) && !named.starts_with('.') && !named.is_empty();
        if is_name {
            let usual = runs.join(named);
            let told = || home.properties(named)?.get("output_path")?.as_str().map(PathBuf::from);
            let found = Some(usual).filter(|folder| folder.is_dir()).or_else(told).filter(|folder| folder.is_dir());
            if let Some(folder) = found {
                return Ok(folder);
            }
        }
        let mut names: Vec<String> = fs::read_dir(&runs)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let near = did_you_mean(named, names.iter().map(String::as_str));
        let help = near.unwrap_or_else(|| match names.len() {
            0 => format!("{} holds no runs; name the folder of the run, or set {VARIABLE}", runs.display()),
            count => format!("name the folder of the run, or one of the {count} runs in {}", runs.display()),
        });
        Err(Problem::usage("run-not-found", format!("promptflow has no run `{named}`, and there is no such folder"))
            .help(help))
    }

    /// The variant that a run in this folder was made with, as `pf run create` took it.
    pub(super) fn variant_of(run: &Path) -> Option<String> {
        let run = fs::canonicalize(run).ok()?;
        let runs = run.parent().filter(|runs| runs.ends_with(RUNS))?;
        let properties = Self::at(runs.parent()?).properties(&run.file_name()?.to_string_lossy())?;
        // Versions name it differently.
        ["node_variant", "variant"].into_iter().find_map(|key| Some(properties.get(key)?.as_str()?.to_owned()))
    }

    /// What promptflow's database says of a run.
    fn properties(&self, run: &str) -> Option<Json> {
        let database = self.database().ok()?;
        let query = "select properties from run_info where name = ?1";
        let text: Option<String> = database.query_row(query, [run], |row| row.get(0)).optional().ok()??;
        serde_json::from_str(&text?).ok()
    }

    /// The database, which is read alone.
    pub(super) fn database(&self) -> Result<Connection, Problem> {
        let path = self.database_path();
        if !path.is_file() {
            return Err(Problem::usage("no-promptflow-database", format!("there is no {}", path.display()))
                .help(format!("name the folder that holds promptflow's {DATABASE}, or set {VARIABLE}")));
        }
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|error| self.unreadable(&error))
    }

    pub(super) fn database_path(&self) -> PathBuf {
        if self.0.is_file() { self.0.clone() } else { self.0.join(DATABASE) }
    }

    pub(super) fn unreadable(&self, error: &rusqlite::Error) -> Problem {
        Problem::usage("unreadable-database", format!("{} cannot be read: {error}", self.database_path().display()))
            .help("it is to be the database that promptflow 1.x keeps connections and runs in")
    }
}
