use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{BoxFuture, FutureExt, ready};

use super::exchange::{Exchange, Outcome};
use super::key::Key;
use super::{nearest, read, stream};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::{CallContext, Dialect, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest};
use crate::secret::Secrets;
use crate::source::SourceMap;

/// The code of a request that nobody recorded.
const MISSING: &str = "recording-missing";

/// Answers from the recordings of a folder, and from nothing else.
#[derive(Debug)]
pub struct Player {
    folder: PathBuf,
    secrets: Secrets,
    recordings: Vec<Recording>,
    /// The recordings of equal requests, in order.
    by_key: HashMap<Key, Vec<usize>>,
    /// How many of them were played.
    played: Mutex<HashMap<Key, usize>>,
}

#[derive(Debug)]
pub(super) struct Recording {
    pub(super) path: PathBuf,
    pub(super) exchange: Exchange,
}

impl Player {
    /// Reads the recordings of a folder; `None` where one has errors, which are added to the diagnostics. Secrets that
    /// are known are blotted out of requests before they are looked up, as they were when recorded.
    pub fn load(
        folder: &Path,
        secrets: Secrets,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let mut paths = match list(folder) {
            Ok(paths) => paths,
            Err(message) => {
                let diagnostic = Diagnostic::error_without_place(Code::UnreadableFile, message);
                diagnostics.push(diagnostic.help("record a run first: `flow run … --record DIR`"));
                return None;
            }
        };
        paths.sort();
        let mut found = Diagnostics::default();
        let read = paths.into_iter().filter_map(|path| {
            let exchange = read::read(&path, sources, &mut found)?;
            Some(Recording { path, exchange })
        });
        let mut recordings: Vec<Recording> = read.collect();
        recordings.sort_by_key(|recording| recording.exchange.occurrence);
        let mut by_key: HashMap<Key, Vec<usize>> = HashMap::new();
        for (position, Recording { exchange, .. }) in recordings.iter().enumerate() {
            let key = Key::new(&exchange.connection, exchange.api, &exchange.request);
            by_key.entry(key).or_default().push(position);
        }
        let is_sound = !found.has_errors();
        diagnostics.extend(found);
        let folder = folder.to_path_buf();
        is_sound.then(|| Self { folder, secrets, recordings, by_key, played: Mutex::default() })
    }

    /// What answers for a connection, which need not be there. Requests follow the rules that they followed when they were
    /// recorded, or `usual` ones where none was.
    #[must_use]
    pub fn model(self: &Arc<Self>, connection: &Arc<str>, usual: Dialect) -> Arc<dyn Model> {
        let recorded = self.recordings.iter().find(|recording| recording.exchange.connection == *connection);
        let dialect = recorded.map_or(usual, |recording| recording.exchange.dialect);
        let provider = recorded.map_or("recording".into(), |recording| Arc::clone(&recording.exchange.provider));
        Arc::new(Replayed { player: Arc::clone(self), connection: Arc::clone(connection), dialect, provider })
    }

    fn answer(&self, connection: &Arc<str>, request: &ModelRequest) -> Result<ModelReply, ModelError> {
        let body = self.secrets.blot_object(&request.body);
        let key = Key::new(connection, request.api, &body);
        let equal = self.by_key.get(&key).map(Vec::as_slice).unwrap_or_default();
        let position = {
            let mut played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
            let times = played.entry(key).or_default();
            let position = equal.get(*times).copied();
            *times += usize::from(position.is_some());
            position
        };
        if let Some(recording) = position.and_then(|position| self.recordings.get(position)) {
            return match &recording.exchange.outcome {
                Outcome::Answer(body) => Ok(ModelReply::Whole(body.clone())),
                Outcome::Events(events, error) => {
                    Ok(ModelReply::Stream(stream::replayed(events.clone(), error.clone())))
                }
                Outcome::Failure(error) => Err(error.clone()),
            };
        }
        let folder = self.folder.display();
        let message = if equal.is_empty() {
            let asked = nearest::Asked { connection, api: request.api, body: &body };
            let why = nearest::describe(&asked, &self.recordings);
            format!("no recording in {folder} answers this request; {why}")
        } else {
            let times = if equal.len() == 1 { "once".to_owned() } else { format!("{} times", equal.len()) };
            format!("this request was recorded {times} in {folder}, and is asked once more")
        };
        Err(ModelError { code: Some(MISSING.into()), ..ModelError::new(ModelErrorKind::Recording, message) })
    }
}

/// The recordings of a folder.
fn list(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no folder {} to replay", folder.display()),
        kind => format!("{} cannot be replayed: {kind}", folder.display()),
    })?;
    let paths = entries.flatten().map(|entry| entry.path());
    let is_recording = |path: &PathBuf| {
        let is_hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        !is_hidden && path.extension().is_some_and(|extension| extension == "yaml") && path.is_file()
    };
    let found: Vec<PathBuf> = paths.filter(is_recording).collect();
    if found.is_empty() { Err(format!("there are no recordings in {}", folder.display())) } else { Ok(found) }
}

/// A model that answers from recordings.
#[derive(Debug)]
struct Replayed {
    player: Arc<Player>,
    connection: Arc<str>,
    dialect: Dialect,
    provider: Arc<str>,
}

impl Model for Replayed {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn provider(&self) -> &str {
        &self.provider
    }

    fn is_replay(&self) -> bool {
        true
    }

    fn is_billed(&self) -> bool {
        false
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        if context.cancel.is_cancelled() {
            let error = ModelError::new(ModelErrorKind::Cancelled, "the call was cancelled before it was answered");
            return ready(Err(error)).boxed();
        }
        ready(self.player.answer(&self.connection, request)).boxed()
    }
}
