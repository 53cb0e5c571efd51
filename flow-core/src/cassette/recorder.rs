use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::{Map, Value as Json};

use super::exchange::{Exchange, Outcome};
use super::key::Key;
use super::{stream, write};
use crate::model::{Api, CallContext, Dialect, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest};
use crate::secret::Secrets;

/// Records what goes over connections into a folder. Recordings of the same requests are replaced, others stay.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    secrets: Secrets,
    /// How many equal requests were recorded so far.
    recorded: Mutex<HashMap<Key, usize>>,
}

impl Recorder {
    /// A recorder into this folder, which is made where it is not there.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(folder: &Path, secrets: Secrets) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_path_buf(), secrets, recorded: Mutex::default() })
    }

    /// A connection's model with what goes over it recorded.
    #[must_use]
    pub fn model(self: &Arc<Self>, connection: &Arc<str>, live: Arc<dyn Model>) -> Arc<dyn Model> {
        Arc::new(Recorded { recorder: Arc::clone(self), connection: Arc::clone(connection), live })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How many exchanges were recorded so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// Writes down what came of a request.
    pub(super) fn put(&self, asked: &Asked, outcome: Outcome) -> Result<(), ModelError> {
        let blot_error = |error: ModelError| ModelError { message: self.secrets.blot(&error.message), ..error };
        let outcome = match outcome {
            Outcome::Answer(body) => Outcome::Answer(self.secrets.blot_json(&body)),
            Outcome::Events(events, error) => Outcome::Events(self.secrets.blot_events(&events), error.map(blot_error)),
            Outcome::Failure(error) => Outcome::Failure(blot_error(error)),
        };
        let request = self.secrets.blot_object(&asked.body);
        let key = Key::new(&asked.connection, asked.api, &request);
        let stem = format!("{}-{}-{}", asked.api.name(), file_word(&asked.model), key.short());
        // Held while the file is written: the numbers of equal requests have no gaps.
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let times = recorded.entry(key).or_default();
        let occurrence = *times + 1;
        let exchange = Exchange {
            connection: Arc::clone(&asked.connection),
            provider: Arc::clone(&asked.provider),
            dialect: asked.dialect,
            api: asked.api,
            occurrence,
            request,
            outcome,
        };
        let written = write_file(&self.folder, &file_name(&stem, occurrence), &write::text(&exchange));
        if let Err(error) = written.and_then(|()| self.forget_later(&stem, occurrence)) {
            let message = format!("the call could not be recorded in {}: {}", self.folder.display(), error.kind());
            let code = Some("recording-failed".into());
            return Err(ModelError { code, ..ModelError::new(ModelErrorKind::Recording, message) });
        }
        *times = occurrence;
        Ok(())
    }

    /// Removes what an earlier run recorded of the same request, from this occurrence's successor on.
    fn forget_later(&self, stem: &str, occurrence: usize) -> io::Result<()> {
        let mut later = occurrence + 1;
        loop {
            match std::fs::remove_file(self.folder.join(file_name(stem, later))) {
                Ok(()) => later += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

/// What was asked, and where.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    connection: Arc<str>,
    provider: Arc<str>,
    dialect: Dialect,
    api: Api,
    model: Arc<str>,
    body: Map<String, Json>,
}

/// A model that is being recorded.
#[derive(Debug)]
struct Recorded {
    recorder: Arc<Recorder>,
    connection: Arc<str>,
    live: Arc<dyn Model>,
}

impl Model for Recorded {
    fn dialect(&self) -> Dialect {
        self.live.dialect()
    }

    fn provider(&self) -> &str {
        self.live.provider()
    }

    fn is_billed(&self) -> bool {
        self.live.is_billed()
    }

    fn prompt_tokens(&self, request: &ModelRequest, node: &str) -> Option<u64> {
        self.live.prompt_tokens(request, node)
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        async move {
            let asked = Asked {
                connection: Arc::clone(&self.connection),
                provider: self.provider().into(),
                dialect: self.dialect(),
                api: request.api,
                model: Arc::clone(&request.model),
                body: request.body.clone(),
            };
            match self.live.call(request, context).await {
                Ok(ModelReply::Whole(body)) => {
                    self.recorder.put(&asked, Outcome::Answer(body.clone()))?;
                    Ok(ModelReply::Whole(body))
                }
                Ok(ModelReply::Stream(live)) => {
                    Ok(ModelReply::Stream(stream::recorded(live, Arc::clone(&self.recorder), asked)))
                }
                Err(error) if is_of_ours(&error) => Err(error),
                Err(error) => {
                    self.recorder.put(&asked, Outcome::Failure(error.clone()))?;
                    Err(error)
                }
            }
        }
        .boxed()
    }
}

/// Whether a call ended from here, so that it says nothing about the provider.
pub(super) fn is_of_ours(error: &ModelError) -> bool {
    use ModelErrorKind::{Budget, Cancelled, Deadline, Recording};
    matches!(error.kind, Cancelled | Deadline | Budget | Recording)
}

fn file_name(stem: &str, occurrence: usize) -> String {
    if occurrence == 1 { format!("{stem}.yaml") } else { format!("{stem}.{occurrence}.yaml") }
}

/// A model's name as part of a file's.
fn file_word(model: &str) -> String {
    const LONGEST: usize = 40;
    let word = |letter: char| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' };
    let word: String = model.chars().take(LONGEST).map(|letter| word(letter.to_ascii_lowercase())).collect();
    let word = word.trim_matches(['-', '.']);
    if word.is_empty() { "model".to_owned() } else { word.to_owned() }
}

/// Puts a file in its place as a whole, or not at all.
fn write_file(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, folder.join(name)));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
