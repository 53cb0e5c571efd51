//! Scorers: how good one answer is, or all of them together.
//!
//! A [`Scorer`] looks at one [`Row`] (its inputs by name, and what was measured of it) and gives a [`Score`]. It is built
//! by the [`Registry`] from its name and parameters, and is pure: it calls no model, reads no file and keeps nothing.
//! What only the whole set of rows can tell (corpus BLEU, a confusion matrix, R²) is an [`Aggregate`], which a scorer gives beside its
//! scores: rows are added one by one in bounded memory, and the aggregates of slices and threads can be merged.
//!
//! A [`Judgement`] makes a verdict of a score (threshold, `not`), a [`Combination`] one score of several (weights, groups).
//! What has to be asked of a model first is said by [`Needs`]; a flow that scores gives its outputs to [`Score::of_output`].
//!
//! To add a scorer: one file in `metric` with [`Definition`] and [`Scorer`], and one line in [`Registry::built_in`].

mod aggregate;
mod combination;
mod judgement;
mod metric;
mod parameters;
mod registry;
mod row;
mod scorer;
mod spec;
mod tally;
mod text;
mod verdict;

pub use aggregate::{Aggregate, AggregateError, Confusion, Summary};
pub use combination::{Combination, Groups};
pub use judgement::{Judgement, Threshold, ThresholdError};
pub use metric::Class;
pub use parameters::{NoParameters, ParameterError};
pub use registry::{BuildError, Built, Entry, Registry};
pub use row::{Facts, Inputs, Row};
pub use scorer::{Definition, ScoreError, Scorer};
pub use spec::{Alias, Direction, Input, InputKind, Needs, Spec, Unit};
pub use tally::Tally;
pub use verdict::Score;
