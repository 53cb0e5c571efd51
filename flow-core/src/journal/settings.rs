use std::time::Duration;

/// How a journal is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long a record stays unsynced at most, if nobody asks for a sync before. The default, 50 ms, bounds what a loss
    /// of power costs, and makes no more than twenty syncs a second, which the slowest disk can do.
    pub sync_every: Duration,
    /// How many bytes stay unsynced at most. The default, 4 MiB, is what a slow disk writes within `sync_every`, so that a
    /// sync is not much longer than the pause between two of them.
    pub sync_bytes: u64,
    /// How many records wait to be written at most; beyond that [`Writer::append`](super::Writer::append) waits. The default
    /// is 8,192. Zero counts as one.
    pub capacity_records: usize,
    /// How many bytes of payload wait to be written at most. The default, 16 MiB, lasts for several syncs. A record that
    /// is larger than this waits until it has the queue for itself.
    pub capacity_bytes: usize,
    /// Ends the process at the n-th operation that changes the disk, counted from 1, as a crash would. A write ends in its
    /// middle. This is how recovery is tested with the real program.
    pub crash_at: Option<u64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sync_every: Duration::from_millis(50),
            sync_bytes: 4 << 20,
            capacity_records: 8_192,
            capacity_bytes: 16 << 20,
            crash_at: None,
        }
    }
}
