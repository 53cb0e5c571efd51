//! What a run will take before it is begun: calls, tokens, money and time, each as an interval, with where it comes from; and
//! afterwards how good that was.
//!
//! Rows are foreseen one by one ([`flow_core::forecast`]), of large data some that lie evenly among all, and added up. What earlier runs of
//! the flow took is looked up in their journals.

mod budget;
mod document;
mod outcome;
mod past;
mod reckon;
mod spread;
mod tally;
mod time;

pub use budget::BudgetEstimate;
pub use document::{ESTIMATE_FILE, Estimate, FailingReason, FailingRows, NodeEstimate, TotalEstimate};
pub use outcome::{Compared, Outcome, Verdict};
pub use past::{PastRuns, Reading, of_run};
pub use reckon::{Reckoning, Terms};
pub use spread::{Spread, some_of};
pub use time::{LimitTime, Pace, TimeEstimate};
