//! Evaluations: a file says what is run, how its rows are scored, what is compared and what must hold; here it is read, and what came of
//! the rows is scored, summed up, compared and held against the gates.

mod baseline;
mod calibrate;
mod calibration;
mod calibration_table;
mod comparing;
mod correction;
mod effects;
mod file;
mod flip;
mod flow_entry;
mod flow_score;
mod gate;
mod holdout;
mod human;
mod judge;
mod labelled;
mod line;
mod looking;
mod movement;
mod outcome;
mod outputs;
mod panel;
mod pareto;
mod preference;
mod race;
mod schema;
mod score;
mod score_table;
mod scored;
mod slice;
mod stability;
mod stopping;
mod tables;
mod variants;
mod words;

pub use baseline::{
    Against, AgainstVariant, BASELINE_FORMAT, Baseline, BaselineFileError, BaselineMean, BaselineRow, BaselineScore,
    BaselineVariant, Beside, Cell, Cells, Evaluated, JudgeIdentity, NamedDigest, RelationOutcome, RelationVerdict,
    RowName, RowNaming, RowScores, Standing,
};
pub use calibration::{Calibration, NumberAgreement, Usable, VerdictAgreement};
pub use comparing::Comparing;
pub use correction::{CorrectedDifference, CorrectedVariant, Correction};
pub use effects::{AxisEffect, Effects, ValueEffect};
pub use file::{Budget, Evaluation, MissingColumn};
pub use flip::{Flip, mean};
pub use flow_score::{FlowInput, FlowScore};
pub use gate::{Gate, GateOutcome, GateState};
pub use holdout::Holdout;
pub use human::{Human, HumanError};
pub use judge::{JudgeOutcome, JudgeRun};
pub use labelled::LeftOut;
pub use movement::{DataPart, Moved, Movement, Part, Place, Reason};
pub use outcome::{Compared, Outcome, OutcomeError, ScoreOutcome, VariantOutcome};
pub use outputs::{OutputColumn, OutputSummary};
pub use pareto::{Dominator, Estimate, Pareto, Placed};
pub use preference::Order;
pub use race::{Eliminated, Race, RaceEnd};
pub use schema::evaluation_schema;
pub use score::{Measure, Panel, ScoreEntry, ScoredBy};
pub use scored::{Scored, ScoredRun, ScoredVariant, Scoring, ScoringError};
pub(crate) use slice::cell;
pub use slice::{Slice, SliceColumn, SliceScore};
pub use stability::{Flakiness, FlakyRow, Repeater, Stability, VariantStability};
pub use stopping::{Decided, Decider, DecidingError, Stop, StoppingRule, Weighed};
pub use variants::{Combine, Sweep, Variants};
pub use words::Named;
