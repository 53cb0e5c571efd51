//! What is asked more than once: tries after failures, answers that are sent back, other models where one fails for good.
//!
//! By the calls that were seen, where some were; else a stated part of all calls may need it, and none is expected to.

use super::history::Z95;
use super::{Forecaster, Quantity, Seen};
use crate::llm::LlmOp;

/// The part of calls that may need more than one try, another answer or another model, as long as no call was seen.
pub const UNSEEN: f64 = 0.1;

/// The tokens of what a request to mend an answer says beside the prompt and that answer: usually, with many problems, and at the most.
const MENDING: [f64; 3] = [50.0, 100.0, 300.0];

impl Forecaster {
    /// The requests that so many answered calls take.
    pub(super) fn requests(&self, op: &LlmOp, calls: Quantity, seen: Option<&Seen>) -> Quantity {
        let most = f64::from(self.most_tries(op));
        let whole = (self.rows * calls.expected).max(1.0);
        let tries = match seen.and_then(|seen| Some((seen.tries.mean, seen.tries.mean_of_more(whole)?))) {
            // Where none failed, as many more of their kind hardly will.
            Some((mean, range)) => Quantity::between(1.0, mean, range.high, Some(most)),
            None => Quantity::between(1.0, 1.0, 1.0 + UNSEEN, Some(most)),
        };
        calls * tries
    }

    /// How often a call of a node is tried at the most.
    pub(super) fn most_tries(&self, op: &LlmOp) -> u32 {
        self.retries.map_or(op.policy.attempts, |retries| retries.saturating_add(1)).max(1)
    }
}

/// How many answers it takes until one fits its schema: one, or two where the first is sent back. `enforced` is whether the provider
/// keeps to the schema by its own word.
pub(super) fn answers_until_one_fits(seen: Option<&Seen>, calls: f64, enforced: bool) -> Quantity {
    const MOST: f64 = 2.0;
    match seen.and_then(|seen| Some((seen.answers.mean, seen.answers.mean_of_more(calls)?))) {
        Some((mean, range)) if !enforced || mean > 1.0 => Quantity::between(1.0, mean, range.high, Some(MOST)),
        None if !enforced => Quantity::between(1.0, 1.0, 1.0 + UNSEEN, Some(MOST)),
        _ => Quantity::between(1.0, 1.0, 1.0, Some(MOST)),
    }
}

/// The tokens of a prompt where a part of the prompts sends an answer back, and says what is wrong with it.
pub(super) fn with_answers_sent_back(prompt: Quantity, answer: Quantity, answers: Quantity) -> Quantity {
    let [usual, long, longest] = MENDING;
    let more = |prompt: f64, sent: f64, answers: f64| prompt + sent * (answers - 1.0) / answers.max(1.0);
    Quantity::between(
        prompt.low,
        more(prompt.expected, answer.expected + usual, answers.expected),
        more(prompt.high, answer.high + long, answers.high),
        prompt.worst.zip(answer.worst).map(|(prompt, answer)| prompt + answer + longest),
    )
}

/// Which part of a node's calls is answered by one of its models: by so many of so many that were seen.
pub(super) fn share_of(answered: u64, all: u64, calls: f64) -> Quantity {
    let (answered, all) = (answered as f64, all.max(1) as f64);
    // One of each kind beside them: where all did the same, others may still do otherwise.
    let (share, count) = ((answered + 1.0) / (all + 2.0), all + 2.0);
    let half = Z95 * (share * (1.0 - share) * (1.0 / calls.max(1.0) + 1.0 / count)).sqrt();
    Quantity::between(share - half, answered / all, share + half, Some(1.0))
}
