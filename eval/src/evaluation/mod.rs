//! Evaluations: a file says what is run, how its rows are scored, what is compared and what must hold; here it is read, and what came of
//! the rows is scored, summed up, compared and held against the gates.

mod file;
mod gate;
mod outcome;
mod outputs;
mod score;
mod scored;
mod variants;

pub use file::{Budget, Comparing, Evaluation, MissingColumn};
pub use gate::{Gate, GateOutcome};
pub use outcome::{Compared, Flip, Outcome, OutcomeError, ScoreOutcome, Slice, SliceScore, VariantOutcome};
pub use outputs::{OutputColumn, OutputSummary};
pub use score::{Measure, ScoreEntry};
pub(crate) use scored::cell;
pub use scored::{Scored, ScoredRun, ScoredVariant, Scoring, ScoringError, SliceColumn};
pub use variants::{Combine, Sweep, Variants};
