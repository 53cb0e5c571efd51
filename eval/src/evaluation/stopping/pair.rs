use super::decided::Weighed;
use crate::statistics::{SequentialComparison, SequentialState};

/// Two variants side by side.
pub(super) struct Pair {
    /// The one that the other is compared with.
    pub(super) first: usize,
    /// The other.
    pub(super) second: usize,
    /// What is known of the second against the first.
    pub(super) comparison: SequentialComparison,
}

impl Pair {
    pub(super) fn is_of(&self, variant: usize) -> bool {
        self.first == variant || self.second == variant
    }

    pub(super) fn is_open(&self) -> bool {
        self.comparison.state() == SequentialState::Open
    }

    /// The second against the first.
    pub(super) fn weighed(&self) -> Weighed {
        let (state, evidence) = (self.comparison.state(), self.comparison.evidence());
        Weighed { against: self.first, variant: self.second, state, evidence }
    }

    /// A variant of the two against the other one.
    pub(super) fn weighed_of(&self, variant: usize) -> Weighed {
        match self.weighed() {
            weighed if variant == self.second => weighed,
            Weighed { against, variant, state, evidence } => {
                Weighed { against: variant, variant: against, state: state.turned(), evidence: evidence.turned() }
            }
        }
    }
}
