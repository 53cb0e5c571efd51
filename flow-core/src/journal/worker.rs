use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, oneshot};

use super::error::Error;
use super::frame;
use super::log::Log;
use super::settings::Settings;

/// Records are gathered to about this many bytes before they are written, if so many are waiting.
const GROUP: usize = 1 << 20;

/// Whom to tell that everything up to here is on disk, or why not.
pub(super) type Told = oneshot::Sender<Result<(), Error>>;

/// What callers send to the thread that writes. Its channel has no bound of its own: [`Queue`] bounds it.
#[derive(Debug)]
pub(super) enum Message {
    /// A record, the room that it takes in the queue, and whom to tell once it is on disk.
    Record(Vec<u8>, u32, Option<Told>),
    /// Sync all that came before.
    Flush(Told),
    /// Sync all that came before, and end.
    Close(Told),
}

/// The room for records that wait to be written, and what became of the writer.
#[derive(Debug)]
pub(super) struct Queue {
    path: PathBuf,
    pub(super) records: Semaphore,
    pub(super) bytes: Semaphore,
    capacity_bytes: u32,
    failure: OnceLock<Error>,
}

impl Queue {
    pub(super) fn new(path: PathBuf, settings: &Settings) -> Self {
        // A large record takes as many permits as there are, in one number.
        let most = u32::try_from(Semaphore::MAX_PERMITS).unwrap_or(u32::MAX);
        let capacity_bytes = u32::try_from(settings.capacity_bytes).unwrap_or(most).clamp(1, most);
        Self {
            path,
            records: Semaphore::new(settings.capacity_records.clamp(1, Semaphore::MAX_PERMITS)),
            bytes: Semaphore::new(capacity_bytes as usize),
            capacity_bytes,
            failure: OnceLock::new(),
        }
    }

    /// The room that a payload takes, in bytes.
    pub(super) fn room(&self, payload: &[u8]) -> u32 {
        u32::try_from(payload.len()).unwrap_or(u32::MAX).min(self.capacity_bytes)
    }

    /// The failure that ended the writer.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failure.get().cloned()
    }

    /// Why nothing can be appended any more.
    pub(super) fn ended(&self) -> Error {
        self.failure().unwrap_or_else(|| Error::Closed { path: self.path.clone() })
    }

    fn end(&self) {
        self.records.close();
        self.bytes.close();
    }
}

/// What runs in the thread that writes.
#[derive(Debug)]
pub(super) struct Worker<'a> {
    log: Log,
    messages: Receiver<Message>,
    queue: &'a Queue,
    sync_every: Duration,
    sync_bytes: u64,
    group: Vec<u8>,
    group_records: usize,
    group_room: usize,
    /// When the first record came that is not synced yet.
    unsynced_since: Option<Instant>,
    waiting: Vec<Told>,
    closing: Option<Told>,
    is_last: bool,
}

impl<'a> Worker<'a> {
    pub(super) fn new(log: Log, messages: Receiver<Message>, queue: &'a Queue, settings: &Settings) -> Self {
        Self {
            log,
            messages,
            queue,
            sync_every: settings.sync_every,
            sync_bytes: settings.sync_bytes,
            group: Vec::new(),
            group_records: 0,
            group_room: 0,
            unsynced_since: None,
            waiting: Vec::new(),
            closing: None,
            is_last: false,
        }
    }

    /// Writes what comes, until the journal is closed or the disk fails.
    pub(super) fn run(mut self) {
        let outcome = self.work();
        if let Err(error) = &outcome {
            // Set before anybody is told, and only here.
            let _ = self.queue.failure.set(error.clone());
        }
        self.queue.end();
        let Self { log, messages, queue, waiting, closing, .. } = self;
        // The lock is given back before anybody is told.
        drop(log);
        let late = messages.try_iter().filter_map(|message| match message {
            Message::Record(_, _, told) => told,
            Message::Flush(told) | Message::Close(told) => Some(told),
        });
        for told in waiting.into_iter().chain(late) {
            let _ = told.send(Err(queue.ended()));
        }
        if let Some(closing) = closing {
            let _ = closing.send(outcome);
        }
    }

    fn work(&mut self) -> Result<(), Error> {
        while !self.is_last {
            match self.wait() {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.is_last = true,
            }
            while self.group.len() < GROUP && !self.is_last {
                let Ok(message) = self.messages.try_recv() else { break };
                self.take(message);
            }
            self.write()?;
            if self.is_sync_due() {
                self.sync()?;
            }
        }
        Ok(())
    }

    /// Waits for something to write or the time to sync.
    fn wait(&self) -> Result<Message, RecvTimeoutError> {
        match self.unsynced_since {
            None => self.messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(since) => self.messages.recv_timeout(self.sync_every.saturating_sub(since.elapsed())),
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Record(payload, room, told) => {
                frame::push(&mut self.group, &payload);
                self.group_records += 1;
                self.group_room += room as usize;
                self.waiting.extend(told);
            }
            Message::Flush(told) => self.waiting.push(told),
            Message::Close(told) => {
                self.closing = Some(told);
                self.is_last = true;
            }
        }
    }

    /// Writes the group that was gathered.
    fn write(&mut self) -> Result<(), Error> {
        if self.group.is_empty() {
            return Ok(());
        }
        self.log.append(&self.group)?;
        self.unsynced_since.get_or_insert_with(Instant::now);
        self.queue.records.add_permits(std::mem::take(&mut self.group_records));
        self.queue.bytes.add_permits(std::mem::take(&mut self.group_room));
        self.group.clear();
        // What one large record took is not kept.
        self.group.shrink_to(2 * GROUP);
        Ok(())
    }

    fn is_sync_due(&self) -> bool {
        let is_late = self.unsynced_since.is_some_and(|since| since.elapsed() >= self.sync_every);
        self.is_last || !self.waiting.is_empty() || is_late || self.log.unsynced() >= self.sync_bytes
    }

    fn sync(&mut self) -> Result<(), Error> {
        let is_new = self.log.unsynced() > 0;
        if is_new {
            self.log.sync()?;
            self.unsynced_since = None;
        }
        // Those who wait together share one sync, and need not wait for the mark.
        for told in self.waiting.drain(..) {
            let _ = told.send(Ok(()));
        }
        if is_new { self.log.mark() } else { Ok(()) }
    }
}
