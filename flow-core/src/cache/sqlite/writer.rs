use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior, params};

use super::super::{CacheKey, Kept};
use super::file::{CacheError, now};
use super::reader::Took;
use super::{Shared, census};

/// How much may wait to be written; beyond it answers are not kept rather than that calls wait.
const QUEUE: usize = 20_000;
/// The most that is written at once.
const GROUP: usize = 500;
/// After so many answers the size is looked at.
const LOOK_EVERY: usize = 1_000;

/// What the writer is told.
pub(super) enum Word {
    /// An answer, and whether it goes before one that is there.
    Put(CacheKey, Arc<Kept>, bool),
    /// An answer was of use.
    Used(CacheKey),
}

/// The thread that writes.
#[derive(Debug)]
pub(super) struct Writer {
    sender: Mutex<Option<SyncSender<Word>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        path: PathBuf,
        limit: u64,
        shared: Arc<Shared>,
    ) -> Result<Self, CacheError> {
        let (sender, words) = sync_channel(QUEUE);
        let task = Task { connection, path: path.clone(), limit, shared, unlooked: LOOK_EVERY };
        let thread = std::thread::Builder::new()
            .name("flow-cache".to_owned())
            .spawn(move || task.run(&words))
            .map_err(|error| CacheError::unusable(&path, &error.to_string()))?;
        Ok(Self { sender: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Hands something over; false if it is not taken.
    pub(super) fn tell(&self, word: Word) -> bool {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        sender.as_ref().is_some_and(|sender| sender.try_send(word).is_ok())
    }

    /// Waits until all is written.
    pub(super) fn close(&self) {
        drop(self.sender.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // It does not panic, and if it did there would be nothing left to wait for.
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

struct Task {
    connection: Connection,
    path: PathBuf,
    limit: u64,
    shared: Arc<Shared>,
    /// Answers since the size was looked at.
    unlooked: usize,
}

impl Task {
    fn run(mut self, words: &Receiver<Word>) {
        while let Ok(first) = words.recv() {
            let group: Vec<Word> = std::iter::once(first).chain(words.try_iter()).take(GROUP).collect();
            if let Err(error) = self.write(&group).and_then(|()| self.make_room(group.len())) {
                self.shared.fail(CacheError::of(&self.path, &error).to_string());
                return;
            }
            let mut pending = self.shared.pending.lock().unwrap_or_else(PoisonError::into_inner);
            for word in &group {
                if let Word::Put(key, kept, _) = word
                    && pending.get(key).is_some_and(|waiting| Arc::ptr_eq(waiting, kept))
                {
                    pending.remove(key);
                }
            }
        }
    }

    fn write(&mut self, group: &[Word]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for word in group {
            match word {
                Word::Put(key, kept, replaces) => {
                    let how = if *replaces { "REPLACE" } else { "IGNORE" };
                    let text = format!(
                        "INSERT OR {how} INTO answers (key, node, model, made, used, bytes, took, answer)
                         VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7)"
                    );
                    let answer = serde_json::to_vec(&kept.call.answer).unwrap_or_default();
                    let took = serde_json::to_string(&Took::of(&kept.call)).unwrap_or_default();
                    let size = i64::try_from(answer.len()).unwrap_or(i64::MAX);
                    let mut insert = transaction.prepare_cached(&text)?;
                    insert.execute(params![&key.bytes()[..], kept.node, kept.model, now(), size, took, answer])?;
                }
                Word::Used(key) => {
                    let mut update = transaction.prepare_cached("UPDATE answers SET used = ?2 WHERE key = ?1")?;
                    update.execute(params![&key.bytes()[..], now()])?;
                }
            }
        }
        transaction.commit()
    }

    /// Lets go of what was used longest ago, where the file is too large.
    fn make_room(&mut self, written: usize) -> rusqlite::Result<()> {
        self.unlooked += written;
        if self.unlooked < LOOK_EVERY {
            return Ok(());
        }
        self.unlooked = 0;
        census::shrink(&self.connection, self.limit)
    }
}
