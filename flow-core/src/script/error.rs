use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Why a call failed.
#[derive(Debug, Clone)]
pub enum ScriptError {
    /// The code raised an exception that nothing caught.
    Raised {
        /// Its class: `ValueError`.
        class: Arc<str>,
        /// Its text; may be empty.
        message: String,
        /// The places that it came through, the outermost first.
        trace: Vec<TraceFrame>,
    },
    /// The code was stopped at a limit.
    Limit {
        /// Which one.
        kind: LimitKind,
        /// Where it was at that time, the outermost first.
        trace: Vec<TraceFrame>,
    },
}

/// Limits of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    /// It computed for too long; the most that is allowed.
    Time(Duration),
    /// It held too much memory; the most that is allowed, in bytes.
    Memory(usize),
    /// It printed too much; the most that is allowed, in bytes.
    Output(usize),
    /// It asked its host for too much; the most requests that are allowed.
    Requests(usize),
    /// It was told to end.
    Cancelled,
}

/// A place in the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceFrame {
    /// The file as messages show it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The function; `<module>` outside of any.
    pub function: Arc<str>,
    /// The line's text without its indentation.
    pub text: Arc<str>,
}

impl ScriptError {
    /// Where it happened, the outermost place first.
    #[must_use]
    pub fn trace(&self) -> &[TraceFrame] {
        match self {
            ScriptError::Raised { trace, .. } | ScriptError::Limit { trace, .. } => trace,
        }
    }
}

/// The message with the innermost place; the whole way is in [`ScriptError::trace`].
impl fmt::Display for ScriptError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScriptError::Raised { class, message, .. } if message.is_empty() => formatter.write_str(class)?,
            ScriptError::Raised { class, message, .. } => write!(formatter, "{class}: {message}")?,
            ScriptError::Limit { kind, .. } => kind.fmt(formatter)?,
        }
        match self.trace().last() {
            Some(frame) => write!(formatter, " ({} line {})", frame.file, frame.line),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ScriptError {}

impl fmt::Display for LimitKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MIB: usize = 1024 * 1024;
        match self {
            LimitKind::Time(limit) => {
                write!(formatter, "its code computed for longer than the {} s that it may", limit.as_secs_f64())
            }
            LimitKind::Memory(limit) => {
                write!(formatter, "its code needs more than the {} MiB of memory that it may have", limit / MIB)
            }
            LimitKind::Output(limit) => {
                write!(formatter, "its code printed more than the {} MiB that it may", limit / MIB)
            }
            LimitKind::Requests(limit) => {
                write!(
                    formatter,
                    "its code asked for files, times and the like more than the {limit} times that it may"
                )
            }
            LimitKind::Cancelled => formatter.write_str("its code was stopped"),
        }
    }
}
