use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::disk::Disk;
use super::error::Error;
use super::frame::MAX_RECORD;
use super::log::Log;
use super::reader::Tail;
use super::settings::Settings;
use super::system::SystemDisk;
use super::worker::{Message, Queue, Worker};

/// Writes a journal. Many tasks may append at a time; a thread of its own writes what they appended in groups.
///
/// A writer that is dropped without [`Writer::close`] writes and syncs what was appended, and holds up its thread for
/// so long.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    queue: Arc<Queue>,
    messages: Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Makes a journal in a folder that is there. It is on disk when this returns.
    ///
    /// # Errors
    /// The file is there already, even if empty ([`Writer::resume`] takes what a crash left of a creation); it is locked; or
    /// the disk fails.
    pub fn create(path: &Path, settings: &Settings) -> Result<Self, Error> {
        Self::create_on(&SystemDisk::new(settings.crash_at), path, settings)
    }

    /// Goes on with a journal behind its last record. What a crash left of records that nobody was promised is cut off, and
    /// told. What [`Reader`](super::Reader) gives after this returned is what the journal holds, safely.
    ///
    /// # Errors
    /// The file is not there, is no journal, or one of another version; it is damaged; it is locked; or the disk fails.
    pub fn resume(path: &Path, settings: &Settings) -> Result<(Self, Tail), Error> {
        Self::resume_on(&SystemDisk::new(settings.crash_at), path, settings)
    }

    pub(super) fn create_on(disk: &dyn Disk, path: &Path, settings: &Settings) -> Result<Self, Error> {
        Self::start(Log::create(disk, path)?, path, settings)
    }

    pub(super) fn resume_on(disk: &dyn Disk, path: &Path, settings: &Settings) -> Result<(Self, Tail), Error> {
        let (log, tail) = Log::resume(disk, path)?;
        Ok((Self::start(log, path, settings)?, tail))
    }

    fn start(log: Log, path: &Path, settings: &Settings) -> Result<Self, Error> {
        let queue = Arc::new(Queue::new(path.to_owned(), settings));
        let (messages, received) = mpsc::channel();
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn({
            let queue = Arc::clone(&queue);
            let settings = settings.clone();
            move || Worker::new(log, received, &queue, &settings).run()
        });
        let thread = thread.map_err(Error::disk(path, "start the thread that writes"))?;
        Ok(Self { path: path.to_owned(), queue, messages, thread: Mutex::new(Some(thread)) })
    }

    /// The journal's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a record, and waits only until there is room in the queue. It is written soon, and on disk after
    /// [`Settings::sync_every`] or sooner; if that fails, a later call tells. A call that is dropped has appended nothing.
    /// Records of one caller keep their order.
    ///
    /// # Errors
    /// The payload is larger than [`MAX_RECORD`]; the writer was closed; or the disk failed, now or earlier.
    pub async fn append(&self, payload: Vec<u8>) -> Result<(), Error> {
        self.send(payload, None).await
    }

    /// Appends a record, and waits until it is on disk. All callers that wait at a time share one sync. A call that is
    /// dropped may have appended the record or not.
    ///
    /// # Errors
    /// As [`Writer::append`].
    pub async fn append_durable(&self, payload: Vec<u8>) -> Result<(), Error> {
        let (told, outcome) = oneshot::channel();
        self.send(payload, Some(told)).await?;
        outcome.await.unwrap_or_else(|_| Err(self.queue.ended()))
    }

    /// Waits until all records whose appending had ended are on disk.
    ///
    /// # Errors
    /// The writer was closed, or the disk failed, now or earlier.
    pub async fn flush(&self) -> Result<(), Error> {
        let (told, outcome) = oneshot::channel();
        self.messages.send(Message::Flush(told)).map_err(|_| self.queue.ended())?;
        outcome.await.unwrap_or_else(|_| Err(self.queue.ended()))
    }

    /// Syncs all records whose appending had ended, and gives back the lock. Later calls are errors, except for this one.
    ///
    /// # Errors
    /// The disk failed, now or earlier.
    pub async fn close(&self) -> Result<(), Error> {
        let (told, outcome) = oneshot::channel();
        let sent = self.messages.send(Message::Close(told));
        let outcome = if sent.is_ok() { outcome.await.ok() } else { None };
        match outcome {
            Some(Err(Error::Closed { .. })) | None => self.queue.failure().map_or(Ok(()), Err),
            Some(outcome) => outcome,
        }
    }

    /// The failure that ended the writer, if one did.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        self.queue.failure()
    }

    async fn send(&self, payload: Vec<u8>, told: Option<oneshot::Sender<Result<(), Error>>>) -> Result<(), Error> {
        if payload.len() > MAX_RECORD {
            return Err(Error::TooLarge { path: self.path.clone(), bytes: payload.len() });
        }
        let room = self.queue.room(&payload);
        let ended = |_| self.queue.ended();
        let record = self.queue.records.acquire().await.map_err(ended)?;
        let bytes = self.queue.bytes.acquire_many(room).await.map_err(ended)?;
        self.messages.send(Message::Record(payload, room, told)).map_err(|_| self.queue.ended())?;
        // The thread gives the room back once the record is written.
        record.forget();
        bytes.forget();
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let (told, _) = oneshot::channel();
        let _ = self.messages.send(Message::Close(told));
        if let Some(thread) = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}
