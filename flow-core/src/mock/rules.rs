use std::time::Duration;

use super::asked::Asked;
use super::condition::Condition;
use super::latency::Latency;
use super::reply::Reply;

/// How the mock answers: what a rules file says.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The seed, if the file gives one.
    pub seed: Option<u64>,
    pub(super) latency: Cases<Latency>,
    pub(super) accuracy: Cases<f64>,
    pub(super) usage: Counting,
    pub(super) rules: Vec<Rule>,
}

impl Default for Rules {
    /// No rules: every request is answered with a short echo of what was asked.
    fn default() -> Self {
        Self {
            seed: None,
            latency: Cases::default(),
            accuracy: Cases::default(),
            usage: Counting::ByLength,
            rules: Vec::new(),
        }
    }
}

/// One rule. The first that fits answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Rule {
    pub(super) condition: Condition,
    /// What is said; one of them. Empty for a rule that only fails.
    pub(super) replies: Vec<Reply>,
    /// What is said where the model errs.
    pub(super) wrong: Vec<Reply>,
    pub(super) accuracy: Option<Cases<f64>>,
    pub(super) latency: Option<Cases<Latency>>,
    pub(super) failure: Option<Failure>,
}

/// A setting that may depend on the request: the first case that fits counts.
#[derive(Debug, Clone)]
pub(super) struct Cases<T>(pub(super) Vec<(Condition, T)>);

impl<T> Default for Cases<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Cases<T> {
    pub(super) fn of(&self, asked: &Asked<'_>) -> Option<T> {
        self.0.iter().find(|(condition, _)| condition.find(asked).is_some()).map(|(_, value)| *value)
    }
}

/// An error of the provider's kind.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) status: u16,
    pub(super) message: Option<String>,
    pub(super) code: Option<String>,
    pub(super) retry_after: Option<Duration>,
    /// The share of requests that fail, from 0 to 1.
    pub(super) rate: f64,
}

/// Where the token counts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counting {
    /// A token for every four characters, rounded up.
    ByLength,
    /// Always the same.
    Fixed {
        /// Tokens of the prompt.
        prompt: u64,
        /// Tokens of the answer.
        completion: u64,
    },
    /// No usage is told.
    Untold,
}
