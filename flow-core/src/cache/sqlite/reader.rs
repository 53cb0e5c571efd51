use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::super::{CacheKey, Kept};
use super::file::{self, CacheError};
use crate::model::{Cost, PastCall};

/// Connections for looking things up: as many as there are readers at the same time.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// What a call took, as it stands in the file.
#[derive(Serialize, Deserialize)]
pub(super) struct Took {
    provider: Arc<str>,
    attempts: u32,
    elapsed_us: u64,
    waited_us: u64,
    #[serde(flatten)]
    cost: Cost,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::default() }
    }

    /// What is kept under a key, and when it was used.
    pub(super) fn get(&self, key: &CacheKey) -> Result<Option<(Kept, i64)>, CacheError> {
        let found = self.look_up(key).map_err(|error| CacheError::of(&self.path, &error))?;
        let Some((node, model, used, took, answer)) = found else { return Ok(None) };
        // What cannot be read is as good as not there, and is replaced by nobody; another version may know it.
        let (Ok(took), Ok(answer)) = (serde_json::from_str::<Took>(&took), serde_json::from_slice(&answer)) else {
            return Ok(None);
        };
        Ok(Some((Kept { node, model, call: took.call(answer) }, used)))
    }

    fn look_up(&self, key: &CacheKey) -> rusqlite::Result<Option<Row>> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => file::open_to_read(&self.path)?,
        };
        let mut look =
            connection.prepare_cached("SELECT node, model, used, took, answer FROM answers WHERE key = ?1")?;
        let found = look
            .query_row([&key.bytes()[..]], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
            .optional()?;
        drop(look);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(found)
    }
}

type Row = (Arc<str>, Arc<str>, i64, String, Vec<u8>);

impl Took {
    pub(super) fn of(call: &PastCall) -> Self {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        Self {
            provider: Arc::clone(&call.provider),
            attempts: call.attempts,
            elapsed_us: micros(call.elapsed),
            waited_us: micros(call.waited),
            cost: call.cost,
        }
    }

    fn call(self, answer: serde_json::Value) -> PastCall {
        PastCall {
            answer,
            provider: self.provider,
            attempts: self.attempts,
            elapsed: Duration::from_micros(self.elapsed_us),
            waited: Duration::from_micros(self.waited_us),
            cost: self.cost,
            replayed: false,
        }
    }
}
