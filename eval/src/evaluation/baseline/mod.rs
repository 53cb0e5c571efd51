//! Baselines: a run that its user blessed, kept as digests and numbers in a file beside the evaluation, and how a later run stands against it.
//!
//! Rows of both belong together by what they are made of, not by where they stand in the data ([`RowNaming`]). A run that is compared is first
//! made into a baseline of its own, so that what is compared was made in one way.

mod changes;
mod document;
mod evidence;
mod making;
mod naming;
mod pairing;
mod relation;
mod standing;

pub(super) use evidence::Evidence;
pub(super) use making::{files, short};
pub(super) use pairing::Pairs;
pub(super) use relation::{Judged, Relation};

pub use document::{
    BASELINE_FORMAT, Baseline, BaselineFileError, BaselineMean, BaselineRow, BaselineScore, BaselineVariant, Cell,
    Cells, JudgeIdentity, Named as NamedDigest, RowScores,
};
pub use evidence::Compared as Beside;
pub use making::Evaluated;
pub use naming::{RowName, RowNaming};
pub use relation::{RelationOutcome, RelationVerdict};
pub(super) use standing::Looks;
pub use standing::{Against, AgainstVariant, Standing};
