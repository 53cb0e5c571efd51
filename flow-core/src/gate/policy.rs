use std::time::Duration;

/// How often a call is tried, and for how long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CallPolicy {
    /// Tries in all, 1 or more.
    pub attempts: u32,
    /// Pause before the second try; doubles each time.
    pub delay: Duration,
    /// The longest pause of our own; a provider may ask for a longer one.
    pub max_delay: Duration,
    /// Longest time of one try.
    pub timeout: Option<Duration>,
}

impl Default for CallPolicy {
    fn default() -> Self {
        Self { attempts: 5, delay: Duration::from_millis(500), max_delay: Duration::from_secs(60), timeout: None }
    }
}
