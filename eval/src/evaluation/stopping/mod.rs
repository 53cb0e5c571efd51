//! Stopping early: after each line of the data it is seen whether the answer is known, and nothing more is run once it is.
//!
//! Lines are looked at in an order by chance that belongs to the seed, never in that in which they end, and only those count that stand
//! before the stop; what else was under way is recorded and not looked at. So what an evaluation says does not depend on how many rows were in
//! flight, and it says the same when the run is scored again.

mod decided;
mod decider;
mod field;
mod pair;
mod rule;
mod watch;
mod weighed;

pub use decided::{Decided, Stop, Weighed};
pub use decider::{Decider, DecidingError};
pub(super) use rule::Beside;
pub use rule::StoppingRule;
