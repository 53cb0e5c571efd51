use std::sync::Arc;

use super::{BudgetLimits, CallPolicy, Limits, Prices};

/// What holds for all calls of a run.
#[derive(Debug, Clone, Default)]
pub struct GateOptions {
    /// How often a failed call is tried again, whatever its node says; 0 is never.
    pub retries: Option<u32>,
    /// Limits for each model of each connection; where the connection has its own, the narrower one holds.
    pub limits: Limits,
    /// What all calls together may take.
    pub budget: BudgetLimits,
    /// What calls cost; by default, what the gate's catalogue says.
    pub prices: Option<Arc<dyn Prices>>,
    /// Where the chance in pauses comes from: the same seed, row, node and try give the same pause.
    pub seed: u64,
}

impl GateOptions {
    /// A call's policy in this run.
    pub(super) fn applied(&self, policy: &CallPolicy) -> CallPolicy {
        let attempts = self.retries.map_or(policy.attempts, |retries| retries.saturating_add(1)).max(1);
        CallPolicy { attempts, limits: policy.limits.and(self.limits), ..*policy }
    }
}
