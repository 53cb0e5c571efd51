use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use flow_core::journal::{self, Settings, Writer};
use flow_core::run::{
    EndRecord, EndState, FeedbackRecord, Manifest, Record, RequestEntry, RowKey, RowRecord, RunError, RunFolder,
    RunStore,
};
use flow_core::value::{Map, Value};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::redact::Redact;
use super::retention::tidy;
use crate::endpoint::{Ended, Endpoint};

/// How requests are kept.
#[derive(Clone)]
pub struct KeepOptions {
    /// Where runs lie.
    pub store: RunStore,
    /// The longest time that they are kept after their last request.
    pub max_age: Option<Duration>,
    /// The most that the kept runs of a flow may take on disk, in bytes.
    pub max_size: Option<u64>,
    /// What is not kept of them.
    pub redact: Vec<Redact>,
    /// Told when a run takes no more requests, so that its tables can be made.
    pub on_end: Arc<dyn Fn(RunFolder) + Send + Sync>,
}

/// A run holds the requests of this time at the most.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// And so many bytes of them.
const LARGEST: u64 = 64 << 20;

impl fmt::Debug for KeepOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KeepOptions").field("redact", &self.redact).finish_non_exhaustive()
    }
}

/// Keeps the requests to one flow.
#[derive(Debug)]
pub struct Keeper {
    name: Arc<str>,
    options: KeepOptions,
    segment: Mutex<Option<Segment>>,
}

/// A run that takes requests.
#[derive(Debug)]
struct Segment {
    folder: RunFolder,
    journal: Writer,
    /// The flow that it is of; another edit of the flow makes another run.
    endpoint: Arc<Endpoint>,
    began: Instant,
    bytes: u64,
}

impl Keeper {
    /// A keeper for a flow under this name. What is too old by now is deleted.
    #[must_use]
    pub fn new(name: &str, options: KeepOptions) -> Self {
        tidy(&options.store, name, options.max_age, options.max_size, SystemTime::now());
        Self { name: Arc::from(name), options, segment: Mutex::default() }
    }

    /// Keeps what came of a request.
    pub(crate) async fn keep(
        &self,
        endpoint: &Arc<Endpoint>,
        key: RowKey,
        request: RequestEntry,
        given: Map,
        ended: &Ended,
    ) -> Result<(), KeepError> {
        let mut row = RowRecord::of_result(key, ended.result.clone(), given, &[], ended.calls.clone());
        row.request = Some(request);
        for redact in &self.options.redact {
            redact.row(&mut row);
        }
        self.append(endpoint, &Record::Row(row)).await
    }

    /// Keeps what somebody thought of an answer. It goes into the run that takes requests now, which need not be the one of the request.
    pub(crate) async fn keep_feedback(
        &self,
        endpoint: &Arc<Endpoint>,
        request: Option<String>,
        mut value: Value,
    ) -> Result<(), KeepError> {
        for redact in &self.options.redact {
            redact.feedback(&mut value);
        }
        let record = Record::Feedback(FeedbackRecord { request, at: rfc3339(SystemTime::now()), value });
        self.append(endpoint, &record).await
    }

    /// Takes no more requests for now: the run has an end, and its tables can be made.
    pub async fn close(&self) {
        let segment = self.segment.lock().await.take();
        if let Some(segment) = segment {
            self.end(segment).await;
        }
    }

    async fn append(&self, endpoint: &Arc<Endpoint>, record: &Record) -> Result<(), KeepError> {
        let bytes = record.encode();
        let mut held = self.segment.lock().await;
        let is_over = |segment: &Segment| {
            !Arc::ptr_eq(&segment.endpoint, endpoint) || segment.began.elapsed() > LONGEST || segment.bytes > LARGEST
        };
        if held.as_ref().is_some_and(is_over)
            && let Some(segment) = held.take()
        {
            self.end(segment).await;
        }
        let segment = match &mut *held {
            Some(segment) => segment,
            none => none.insert(self.begin(endpoint)?),
        };
        segment.bytes += bytes.len() as u64;
        // It waits where the disk is slow only, and then everybody does.
        let appended = segment.journal.append(bytes).await.map_err(KeepError::Journal);
        if appended.is_err() {
            // A journal that has failed once takes nothing any more; another may.
            *held = None;
        }
        appended
    }

    fn begin(&self, endpoint: &Arc<Endpoint>) -> Result<Segment, KeepError> {
        let now = SystemTime::now();
        let folder = self.options.store.create(&self.name, now)?;
        let identity = endpoint.identity.as_ref().ok_or(KeepError::NoIdentity)?;
        for (digest, text) in &identity.prompts {
            folder.write_prompt(digest, text)?;
        }
        let manifest = Manifest {
            id: folder.id().to_owned(),
            created: rfc3339(now),
            served: Some(self.name.to_string()),
            ..identity.manifest.clone()
        };
        folder.write_manifest(&manifest)?;
        let journal = Writer::create(&folder.journal(), &Settings::default()).map_err(KeepError::Journal)?;
        let endpoint = Arc::clone(endpoint);
        Ok(Segment { folder, journal, endpoint, began: Instant::now(), bytes: 0 })
    }

    async fn end(&self, segment: Segment) {
        let elapsed_ms = segment.began.elapsed().as_secs_f64() * 1000.0;
        let end = Record::End(EndRecord { state: EndState::Completed, reason: None, elapsed_ms });
        // Without its end the run is one that was broken off, which is no loss.
        let _ = segment.journal.append_durable(end.encode()).await;
        let _ = segment.journal.close().await;
        let folder = segment.folder;
        (self.options.on_end)(folder);
        tidy(&self.options.store, &self.name, self.options.max_age, self.options.max_size, SystemTime::now());
    }
}

/// A time as RFC 3339 has it, in UTC, to the millisecond.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let moment = jiff::Timestamp::try_from(time).unwrap_or_default();
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Why a request is not kept.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeepError {
    /// The flow was loaded without what tells one edit of it from another.
    #[error("the flow has no identity to keep requests under")]
    NoIdentity,
    /// The run's folder cannot be made.
    #[error(transparent)]
    Folder(#[from] RunError),
    /// The journal takes nothing.
    #[error(transparent)]
    Journal(journal::Error),
}
