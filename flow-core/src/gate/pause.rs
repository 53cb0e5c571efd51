//! How long a call sleeps before it is tried again.

use std::time::Duration;

use super::CallPolicy;
use crate::model::CallContext;

/// The longest pause that a provider may ask for; beyond it the failure stands.
pub(super) const LONGEST_HINT: Duration = Duration::from_secs(600);

/// Where nobody was reached, a pause is this part of the usual one.
const QUICK: u32 = 5;

/// The pauses of one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pauses {
    state: u64,
}

impl Pauses {
    pub(super) fn new(seed: u64, context: &CallContext) -> Self {
        let row = context.row.map_or(u64::MAX, |row| row);
        let state = context.node.bytes().fold(mix(mix(seed) ^ row), |state, byte| mix(state ^ u64::from(byte)));
        Self { state }
    }

    /// A pause of our own after so many failures: twice as long each time, and of that between half and the whole, so
    /// that calls that failed together do not come back together. Whole milliseconds, as timers have them.
    pub(super) fn own(self, policy: &CallPolicy, failed: u32, is_quick: bool) -> Duration {
        let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
        let first = if is_quick { policy.delay / QUICK } else { policy.delay };
        let whole = first.saturating_mul(doubled).min(policy.max_delay);
        let half = whole.as_millis() / 2;
        // 32 bits of chance over at most some weeks of milliseconds stay within 128 bits.
        let chance = u128::from(mix(self.state ^ u64::from(failed)) >> 32);
        let more = ((whole.as_millis() - half) * (chance + 1)) >> 32;
        u64::try_from(half + more).map_or(policy.max_delay, Duration::from_millis)
    }
}

/// The finishing step of SplitMix64: spreads every bit over the whole word.
fn mix(mut word: u64) -> u64 {
    word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio_util::sync::CancellationToken;

    use super::*;

    fn pauses(seed: u64, row: Option<u64>, node: &str) -> Pauses {
        let context =
            CallContext { node: node.into(), row, deadline: None, repeat: 0, cancel: CancellationToken::new() };
        Pauses::new(seed, &context)
    }

    proptest! {
        #[test]
        fn pauses_lie_between_half_and_whole(seed: u64, row: Option<u64>, failed in 1_u32..200, millis in 0_u64..100_000) {
            let policy = CallPolicy { delay: Duration::from_millis(millis), ..CallPolicy::default() };
            let pause = pauses(seed, row, "ask").own(&policy, failed, false);
            let whole = policy.delay.saturating_mul(2_u32.saturating_pow(failed - 1)).min(policy.max_delay);
            let half = whole / 2;
            prop_assert!(pause <= whole && pause + Duration::from_millis(1) >= half, "{pause:?} of {whole:?}");
            prop_assert_eq!(pause, pauses(seed, row, "ask").own(&policy, failed, false));
        }
    }

    #[test]
    fn seed_row_node_and_try_each_make_a_difference() {
        let policy = CallPolicy { delay: Duration::from_secs(60), ..CallPolicy::default() };
        let all = [
            pauses(1, Some(1), "a").own(&policy, 1, false),
            pauses(2, Some(1), "a").own(&policy, 1, false),
            pauses(1, Some(2), "a").own(&policy, 1, false),
            pauses(1, Some(1), "b").own(&policy, 1, false),
            pauses(1, None, "a").own(&policy, 1, false),
            pauses(1, Some(1), "a").own(&policy, 2, false),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one), "{all:?}");
        }
    }
}
