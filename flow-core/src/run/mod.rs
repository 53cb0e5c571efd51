//! Runs over many rows as they lie on disk: `.flow/runs/<id>/` with a manifest, which says what runs, and a journal, which
//! says what came of it. Both are written by whoever runs (batches, evaluations, later serving), and all else in the folder
//! is made of them.

mod folder;
mod manifest;
mod node;
mod past;
mod record;
mod state;
mod store;

pub use folder::{RunError, RunFolder};
pub use manifest::{DataIdentity, Digest, FlowIdentity, MANIFEST_FORMAT, Manifest, RunOrigin, digest_of};
pub use node::{NodeIdentities, NodeIdentity};
pub use past::PastCallRecord;
pub use record::{
    AggregationRecord, CallEntry, EndRecord, EndState, ErrorEntry, FeedbackRecord, Record, RequestEntry, RowKey,
    RowRecord, RowStatus,
};
pub use state::RunState;
pub use store::RunStore;
