use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use flow_core::journal::{self, Settings, Writer};
use flow_core::run::{
    DataIdentity, EndRecord, EndState, FeedbackRecord, Manifest, Record, RequestEntry, RowKey, RowRecord, RunError,
    RunFolder, RunStore,
};
use flow_core::value::{Map, Value};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::redact::Redact;
use super::retention::Retention;
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
    /// Told when a run takes no more requests, so that its tables can be made, and then what is too old or too large deleted. It must not wait:
    /// a request does.
    pub on_end: Arc<dyn Fn(RunFolder, Retention) + Send + Sync>,
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
    /// The runs that take requests now: one for the flow as it is served, and one for each earlier edit that some request still runs with.
    open: Mutex<Vec<Arc<Segment>>>,
}

/// A run of requests.
#[derive(Debug)]
struct Segment {
    folder: RunFolder,
    journal: Writer,
    /// The flow that it is of; another edit of the flow makes another run.
    endpoint: Arc<Endpoint>,
    began: Instant,
    lines: AtomicU64,
    bytes: AtomicU64,
}

impl Segment {
    /// Whether it takes no more requests: it is old or large, cannot be written, or is of an edit that neither the server nor a request has any
    /// more. A request that took the flow just before an edit may come here after one that took it just after, so the two runs are open together.
    fn is_over(&self) -> bool {
        Arc::strong_count(&self.endpoint) == 1
            || self.began.elapsed() > LONGEST
            || self.bytes.load(Ordering::Relaxed) > LARGEST
            || self.journal.failure().is_some()
    }
}

/// A row that a request will be, in the run that took requests when it came.
#[derive(Debug, Clone)]
pub(crate) struct KeptRow {
    segment: Arc<Segment>,
    line: u64,
}

impl Keeper {
    /// A keeper for a flow under this name. What is too old by now is deleted.
    #[must_use]
    pub fn new(name: &str, options: KeepOptions) -> Self {
        let keeper = Self { name: Arc::from(name), options, open: Mutex::default() };
        keeper.retention().tidy(SystemTime::now());
        keeper
    }

    fn retention(&self) -> Retention {
        let KeepOptions { store, max_age, max_size, .. } = &self.options;
        Retention { store: store.clone(), name: Arc::clone(&self.name), max_age: *max_age, max_size: *max_size }
    }

    /// The row that a request will be, with those that run beside it.
    pub(crate) async fn open(&self, endpoint: &Arc<Endpoint>) -> Result<KeptRow, KeepError> {
        let segment = self.segment(endpoint).await?;
        let line = segment.lines.fetch_add(1, Ordering::Relaxed);
        Ok(KeptRow { segment, line })
    }

    /// Keeps what came of a request in a variant.
    pub(crate) async fn keep(
        &self,
        KeptRow { segment, line }: KeptRow,
        variant: u32,
        request: RequestEntry,
        given: Map,
        ended: &Ended,
    ) -> Result<(), KeepError> {
        let key = RowKey { line, variant, repeat: 0 };
        let mut row = RowRecord::of_result(key, ended.result.clone(), given, &[], ended.calls.clone());
        row.request = Some(request);
        for redact in &self.options.redact {
            redact.row(&mut row);
        }
        self.append(segment, &Record::Row(row)).await
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
        self.append(self.segment(endpoint).await?, &record).await
    }

    /// Takes no more requests for now: the run has an end, and its tables can be made.
    pub async fn close(&self) {
        let segments = std::mem::take(&mut *self.open.lock().await);
        for segment in segments {
            self.release(segment).await;
        }
    }

    /// The run that takes a request to this edit of the flow.
    async fn segment(&self, endpoint: &Arc<Endpoint>) -> Result<Arc<Segment>, KeepError> {
        let mut open = self.open.lock().await;
        let over: Vec<_> = open.extract_if(.., |segment| segment.is_over()).collect();
        for segment in over {
            self.release(segment).await;
        }
        if let Some(segment) = open.iter().find(|segment| Arc::ptr_eq(&segment.endpoint, endpoint)) {
            return Ok(Arc::clone(segment));
        }
        let segment = Arc::new(self.begin(endpoint)?);
        open.push(Arc::clone(&segment));
        Ok(segment)
    }

    async fn append(&self, segment: Arc<Segment>, record: &Record) -> Result<(), KeepError> {
        let bytes = record.encode();
        segment.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let appended = segment.journal.append(bytes).await.map_err(KeepError::Journal);
        self.release(segment).await;
        appended
    }

    fn begin(&self, endpoint: &Arc<Endpoint>) -> Result<Segment, KeepError> {
        let now = SystemTime::now();
        let folder = self.options.store.create(&self.name, now)?;
        let identity = endpoint.identity.as_ref().ok_or(KeepError::NoIdentity)?;
        for (digest, text) in &identity.prompts {
            folder.write_prompt(digest, text)?;
        }
        let data = folder.requests().display().to_string();
        let manifest = Manifest {
            id: folder.id().to_owned(),
            created: rfc3339(now),
            data: Some(DataIdentity { path: data, digest: None }),
            served: Some(self.name.to_string()),
            ..identity.manifest.clone()
        };
        folder.write_manifest(&manifest)?;
        let journal = Writer::create(&folder.journal(), &Settings::default()).map_err(KeepError::Journal)?;
        let (endpoint, began) = (Arc::clone(endpoint), Instant::now());
        Ok(Segment { folder, journal, endpoint, began, lines: AtomicU64::new(0), bytes: AtomicU64::new(0) })
    }

    /// Lets a run go. Whoever is the last to do so ends it: it takes no more requests, and all that it took have come to their end.
    async fn release(&self, segment: Arc<Segment>) {
        let Some(segment) = Arc::into_inner(segment) else { return };
        let elapsed_ms = segment.began.elapsed().as_secs_f64() * 1000.0;
        let end = Record::End(EndRecord { state: EndState::Completed, reason: None, elapsed_ms });
        // Without its end the run is one that was broken off, which is no loss.
        let _ = segment.journal.append_durable(end.encode()).await;
        let _ = segment.journal.close().await;
        (self.options.on_end)(segment.folder, self.retention());
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex as StdMutex;

    use super::*;
    use crate::endpoint::EndpointIdentity;

    fn edit() -> Arc<Endpoint> {
        let manifest = r#"{"format": 1, "id": "", "created": "", "program": "", "flow": {"name": "f", "path": "f", "files": {}},
            "variants": [[]], "data": null, "map": {}, "repeat": 1, "seed": 0, "arguments": [], "directory": ""}"#;
        let manifest = serde_json::from_str(manifest).expect("a manifest");
        let identity = Some(Arc::new(EndpointIdentity { manifest, prompts: BTreeMap::new() }));
        Arc::new(Endpoint { name: Arc::from("f"), variants: Vec::new(), sample: None, identity })
    }

    /// Requests that took the flow before an edit come to be kept before, between and after those that took it after.
    #[tokio::test]
    async fn each_edit_has_one_run_whatever_the_order_of_its_requests() {
        let folder = tempfile::tempdir().expect("a folder");
        let ended = Arc::new(StdMutex::new(Vec::new()));
        let told = Arc::clone(&ended);
        let options = KeepOptions {
            store: RunStore::of(folder.path(), None),
            max_age: None,
            max_size: None,
            redact: Vec::new(),
            on_end: Arc::new(move |run, _| told.lock().expect("no panic").push(run.id().to_owned())),
        };
        let keeper = Keeper::new("f", options);
        let (before, after) = (edit(), edit());
        let mut runs = Vec::new();
        for endpoint in [&before, &after, &before, &after] {
            let row = keeper.open(endpoint).await.expect("a row");
            runs.push((row.segment.folder.id().to_owned(), row.line));
        }
        let [first, second, ..] = &runs[..] else { panic!("four") };
        assert_ne!(first.0, second.0);
        assert_eq!(runs[2], (first.0.clone(), 1));
        assert_eq!(runs[3], (second.0.clone(), 1));

        let first = first.0.clone();
        drop(before);
        assert!(ended.lock().expect("no panic").is_empty());
        keeper.open(&after).await.expect("a row");
        assert_eq!(*ended.lock().expect("no panic"), [first], "nobody has that edit any more");
        keeper.close().await;
        assert_eq!(ended.lock().expect("no panic").len(), 2);
    }
}
