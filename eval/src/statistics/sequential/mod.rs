//! Looking at rows as they come: evidence that may be read after every row, and acted upon, without the error that looking again
//! and again brings.
//!
//! Everything here holds for rows in an order that was drawn before any result was known. Results must be taken in that order, and
//! not as they arrive: what fails is slow, so that the first to arrive are the better ones.
//!
//! [`SequentialComparison`] says after each row whether a variant is better than the baseline, and [`MeanSequence`] how good one
//! variant is. Both rest on betting (Waudby-Smith and Ramdas, JRSS B 2024, arXiv 2010.09686): somebody with a capital of 1 bets, row
//! by row, that the mean is not `m`. If it is, the capital does not grow on average, so that it ever reaches `1/α` at most with
//! probability α (Ville 1939). What has multiplied the capital is evidence; the `m` against which nobody got rich are the
//! confidence sequence, which holds the mean after all rows at once.

mod asymptotic;
mod bet;
mod candidates;
mod comparison;
mod design;
mod evidence;
mod group;
mod halving;
mod mean;
mod mixture;
mod wealth;

pub use asymptotic::asymptotic_margin;
pub use comparison::SequentialComparison;
pub use design::{SequentialDesign, Spending};
pub use evidence::{SequentialEvidence, SequentialState};
pub use group::GroupBoundary;
pub use halving::successive_halving;
pub use mean::MeanSequence;
pub use wealth::Wealth;
