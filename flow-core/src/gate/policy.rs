use std::time::Duration;

/// How often a call is tried, for how long, and how many of its kind may be under way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CallPolicy {
    /// Tries in all, 1 or more.
    pub attempts: u32,
    /// Pause before the second try; doubles each time. What is waited is between half of it and the whole.
    pub delay: Duration,
    /// The longest pause of our own; a provider may ask for a longer one.
    pub max_delay: Duration,
    /// Longest time of one try.
    pub timeout: Option<Duration>,
    /// Longest silence between two pieces of an answer.
    pub idle: Option<Duration>,
    /// What the connection allows for each of its models.
    pub limits: Limits,
}

impl Default for CallPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(60),
            timeout: Some(Duration::from_secs(600)),
            idle: Some(Duration::from_secs(120)),
            limits: Limits::default(),
        }
    }
}

/// How much may be asked of one model over one connection; nothing means without a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests that are under way at the same time.
    pub concurrency: Option<u32>,
    /// Requests that are sent in a minute.
    pub requests_per_minute: Option<u32>,
    /// Tokens of prompts and answers in a minute.
    pub tokens_per_minute: Option<u64>,
}

impl Limits {
    /// The narrower of two for each.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        fn narrower<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
            match (one, other) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            }
        }
        Self {
            concurrency: narrower(self.concurrency, other.concurrency),
            requests_per_minute: narrower(self.requests_per_minute, other.requests_per_minute),
            tokens_per_minute: narrower(self.tokens_per_minute, other.tokens_per_minute),
        }
    }
}
