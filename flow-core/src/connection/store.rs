//! The connections that are in force: those of one file, or else those that the environment gives; behind the file those that the user
//! has created by a command.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use super::created::CreatedConnections;
use super::file::{self, Written};
use super::kind::Kind;
use super::preset::PRESETS;
use super::setting::{Ground, Missing, Setting};
use super::{
    Connection, ConnectionKind, ConnectionProblem, ConnectionSource, Environment, ListedConnection, Resolved, provided,
};
use crate::diag::{Code, Diagnostics, nearest};
use crate::source::SourceMap;

/// The file names that are looked for in the flow's folder and above.
const FILE_NAMES: &[&str] = &["connections.yaml", "connections.yml", "connections.json"];

/// Where to look for a connections file.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLookup<'a> {
    /// The file that the user named; it goes before `FLOW_CONNECTIONS` and every other place.
    pub given: Option<&'a Path>,
    /// The flow's folder, as [`ProjectFiles`](crate::project::ProjectFiles) gives it.
    pub folder: &'a Path,
    /// The project's folder, where the search upwards ends; likewise.
    pub boundary: &'a Path,
}

/// The connections that are in force.
#[derive(Debug)]
pub struct Connections {
    environment: Arc<Environment>,
    /// The flow's folder, where rules for the mock model may lie.
    folder: PathBuf,
    file: Option<ConnectionsFile>,
    /// Those that were created by a command, where names are looked for that the file does not have.
    created: Option<ConnectionsFile>,
}

#[derive(Debug)]
struct ConnectionsFile {
    path: PathBuf,
    connections: IndexMap<Arc<str>, Written>,
}

impl Connections {
    /// Finds and reads the connections file. Exactly one is in force: the one that is given, else the one that
    /// `FLOW_CONNECTIONS` names, else the nearest beside the flow or above it, else the user's own. What it does not have is looked
    /// for among the connections that the user has created. Without any file, the environment's providers serve what was not created.
    pub fn load(
        lookup: ConnectionLookup<'_>,
        environment: Arc<Environment>,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let file = find(lookup, &environment).map(crate::project::from_here).map(|path| {
            let connections = file::read(&path, false, sources, diagnostics).unwrap_or_default();
            ConnectionsFile { path, connections: connections.into_iter().collect() }
        });
        let created = CreatedConnections::place(&environment).filter(|path| path.is_file()).map(|path| {
            CreatedConnections::warn_of_readers(&path, diagnostics);
            let connections = file::read(&path, true, sources, diagnostics).unwrap_or_default();
            ConnectionsFile { path, connections: connections.into_iter().collect() }
        });
        Self { environment, folder: lookup.folder.to_path_buf(), file, created }
    }

    /// The connections without any file.
    #[must_use]
    pub fn of_environment(environment: Arc<Environment>, folder: &Path) -> Self {
        Self { environment, folder: folder.to_path_buf(), file: None, created: None }
    }

    /// The file that is in force.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        Some(&self.file.as_ref()?.path)
    }

    /// Every connection with what may be shown of it.
    #[must_use]
    pub fn list(&self) -> Vec<ListedConnection> {
        let mut listed: Vec<ListedConnection> = match &self.file {
            Some(file) => file.connections.values().map(|written| self.listed(written, &file.path)).collect(),
            None => {
                let provided = provided::names(&self.environment).into_iter().filter(|name| !self.is_created(name));
                provided.filter_map(|name| self.provided(&name)).map(|found| ListedConnection::of(&found)).collect()
            }
        };
        if let Some(created) = &self.created {
            let behind = created.connections.values().filter(|written| self.of_file(&written.name).is_none());
            listed.extend(behind.map(|written| self.listed(written, &created.path)));
        }
        listed
    }

    /// The connection of this name in the file that is in force.
    fn of_file(&self, name: &str) -> Option<(&Written, &Path)> {
        let file = self.file.as_ref()?;
        Some((file.connections.get(name)?, &file.path))
    }

    /// The connection of this name, as a file has it.
    fn written_as(&self, name: &str) -> Option<(&Written, &Path)> {
        let created = || {
            let created = self.created.as_ref()?;
            Some((created.connections.get(name)?, &*created.path))
        };
        self.of_file(name).or_else(created)
    }

    fn is_created(&self, name: &str) -> bool {
        self.created.as_ref().is_some_and(|created| created.connections.contains_key(name))
    }

    fn listed(&self, written: &Written, file: &Path) -> ListedConnection {
        let settings = written.settings.values();
        let (mut missing, mut missing_files) = (Vec::new(), Vec::new());
        for absent in settings.flat_map(|setting| setting.missing(self.ground(file))) {
            match absent {
                Missing::Variable(name) => missing.push(name),
                Missing::File(path, _) => missing_files.push(path),
            }
        }
        if !written.settings.contains_key("api_key") {
            missing.extend(provided::missing_key(written.kind, &self.environment).map(str::to_owned));
        }
        ListedConnection {
            name: Arc::clone(&written.name),
            kind: written.kind,
            origin: file.display().to_string().into(),
            fields: written.settings.iter().map(|(key, setting)| (Arc::clone(key), setting.shown())).collect(),
            missing,
            missing_files,
            problem: written.problem.clone(),
        }
    }

    fn ground<'a>(&'a self, file: &'a Path) -> Ground<'a> {
        Ground { environment: &self.environment, folder: file.parent().unwrap_or(Path::new("")) }
    }

    /// All connections of files, and where their references are looked up.
    pub(super) fn written(&self) -> impl Iterator<Item = (&Written, Ground<'_>)> {
        let files = self.file.iter().chain(&self.created);
        files.flat_map(|file| file.connections.values().map(|written| (written, self.ground(&file.path))))
    }

    /// The variables that connections may refer to: the process's own and those of the project's `.env` file.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What the environment or the mock model gives for a name, without a file.
    fn provided(&self, name: &str) -> Option<Connection> {
        if name == MOCK {
            return Some(self.mock());
        }
        provided::connection(name, &self.environment)
    }

    /// The connection that is there without being defined: the mock model, with the rules beside the flow.
    fn mock(&self) -> Connection {
        let rules = rules_beside(&self.folder).map(|path| (Arc::from("rules"), path.display().to_string().into()));
        Connection {
            name: MOCK.into(),
            kind: ConnectionKind::Mock,
            fields: rules.into_iter().collect(),
            secrets: Default::default(),
            origin: "built in".into(),
        }
    }

    fn resolve(&self, written: &Written, file: &Path) -> Result<Connection, ConnectionProblem> {
        let name = &written.name;
        if let Some(problem) = &written.problem {
            let help = format!("see {}", file.display());
            return Err(ConnectionProblem::new(Code::InvalidConnection, problem.as_str(), help).at(written.span));
        }
        let mut connection = Connection {
            name: Arc::clone(name),
            kind: written.kind,
            fields: Default::default(),
            secrets: Default::default(),
            origin: file.display().to_string().into(),
        };
        for (key, setting) in &written.settings {
            let resolved = setting.resolve(self.ground(file)).map_err(|missing| {
                let place = written.places.get(key).copied().unwrap_or(written.span);
                absent(name, key, &missing).at(place)
            })?;
            match resolved {
                Setting::Open(value) => drop(connection.fields.insert(Arc::clone(key), value)),
                Setting::Secret(secret) => drop(connection.secrets.insert(Arc::clone(key), secret)),
            }
        }
        provided::complete(&mut connection, &self.environment);
        Ok(connection)
    }
}

/// The problem of a field that refers to what is not there.
fn absent(name: &str, key: &str, missing: &Missing) -> ConnectionProblem {
    match missing {
        Missing::Variable(variable) => {
            let message =
                format!("the `{key}` of connection `{name}` is the environment variable {variable}, which is not set");
            let help = format!("set {variable}, for example in a file `.env` beside the flow: {variable}=…");
            ConnectionProblem::new(Code::MissingVariable, message, help)
        }
        Missing::File(path, why) => {
            let message = format!("the `{key}` of connection `{name}` is the file {path}, which {why}");
            let help =
                "write the secret into it, or correct its path; it is taken from the folder of the connections file";
            ConnectionProblem::new(Code::UnreadableFile, message, help)
        }
    }
}

/// The name of the mock model's connection.
const MOCK: &str = "mock";

impl ConnectionSource for Connections {
    fn connection(&self, name: &str) -> Result<Resolved, ConnectionProblem> {
        if let Some((written, path)) = self.written_as(name) {
            return self.resolve(written, path).map(Resolved::plain);
        }
        if let Some(file) = &self.file {
            if name == MOCK {
                return Ok(Resolved::plain(self.mock()));
            }
            let known = self.names();
            let help = match nearest(name, known.iter().map(|known| &**known)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}; add `{name}` to {}", known.join(", "), file.path.display()),
            };
            let message = format!("unknown connection `{name}`");
            return Err(ConnectionProblem::new(Code::UnknownConnection, message, help));
        }
        // `mokc` shall not end up at a provider that costs money.
        let created = self.created.iter().flat_map(|created| created.connections.keys()).map(|name| &**name);
        let own = PRESETS.iter().map(|preset| preset.name).chain([MOCK]).chain(created);
        if let Some(near) = nearest(name, own).filter(|_| Kind::named(name).is_none()) {
            let message = format!("unknown connection `{name}`");
            return Err(ConnectionProblem::new(Code::UnknownConnection, message, format!("did you mean `{near}`?")));
        }
        let Some(connection) = self.provided(name) else {
            let message = format!(
                "connection `{name}` is not defined: there is no connections file, and neither OPENAI_API_KEY nor \
                 AZURE_OPENAI_ENDPOINT is set"
            );
            let help = "set OPENAI_API_KEY, write a connections.yaml beside the flow, or try the flow with `--mock`";
            return Err(ConnectionProblem::new(Code::UnknownConnection, message, help));
        };
        let note = provided::note(&connection);
        Ok(Resolved { connection: Arc::new(connection), note })
    }

    fn variables(&self) -> Option<&Environment> {
        Some(&self.environment)
    }

    fn names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = match &self.file {
            Some(file) => file.connections.keys().cloned().collect(),
            None => provided::names(&self.environment),
        };
        for name in self.created.iter().flat_map(|created| created.connections.keys()) {
            if !names.contains(name) {
                names.push(Arc::clone(name));
            }
        }
        if !names.iter().any(|name| &**name == MOCK) {
            names.push(MOCK.into());
        }
        names
    }
}

/// The rules of the mock model that lie in a flow's folder.
#[must_use]
pub fn rules_beside(folder: &Path) -> Option<PathBuf> {
    ["mock.yaml", "mock.yml"].iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

fn find(lookup: ConnectionLookup<'_>, environment: &Environment) -> Option<PathBuf> {
    if let Some(path) = lookup.given {
        return Some(path.to_path_buf());
    }
    if let Some(path) = environment.get("FLOW_CONNECTIONS") {
        return Some(path.into());
    }
    let inside = lookup.folder.ancestors().take_while(|folder| folder.starts_with(lookup.boundary));
    let near = inside.flat_map(|folder| FILE_NAMES.iter().map(|name| folder.join(name)));
    let own = environment.settings_folder().into_iter().map(|folder| folder.join("flow").join("connections.yaml"));
    near.chain(own).find(|path| path.is_file())
}
