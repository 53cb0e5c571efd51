use std::fmt;
use std::time::Duration;

/// A call that waits, with nothing of it under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// How long; `None` where that depends on others.
    pub pause: Option<Duration>,
    /// What for.
    pub reason: WaitReason,
}

/// What a call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitReason {
    /// The provider told how long to wait.
    Asked,
    /// The last try failed.
    Failed,
    /// The provider has asked another call to slow down.
    Slowed,
    /// Enough was asked for in this minute.
    Rate,
    /// Enough calls are under way.
    Concurrency,
    /// What is left of the budget is reserved by calls that are under way.
    Budget,
}

impl fmt::Display for WaitReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            WaitReason::Asked | WaitReason::Slowed => "the provider asked to slow down",
            WaitReason::Failed => "to try again",
            WaitReason::Rate => "for the rate limit",
            WaitReason::Concurrency => "for other calls to end",
            WaitReason::Budget => "for what other calls leave of the budget",
        })
    }
}
