use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::secret::Secrets;

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
    /// The program that ran it was not there, ended before it answered, or broke the rules by which it answers.
    Broken {
        /// What happened.
        message: String,
    },
}

/// Limits of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    /// It computed for too long; the most that is allowed.
    Time(Duration),
    /// It took longer than its caller allows; how long that is.
    Timeout(Duration),
    /// It held too much memory; the most that is allowed, in bytes.
    Memory(usize),
    /// It printed too much; the most that is allowed, in bytes.
    Output(usize),
    /// It asked its host for too much; the most requests that are allowed.
    Requests(usize),
    /// Its answer was too long; the most that is allowed, in bytes.
    Answer(usize),
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
            ScriptError::Broken { .. } => &[],
        }
    }
}

impl ScriptError {
    /// The same without these secrets.
    #[must_use]
    pub(crate) fn without(self, secrets: &Secrets) -> Self {
        if secrets.is_empty() {
            return self;
        }
        match self {
            ScriptError::Raised { class, message, trace } => {
                ScriptError::Raised { class, message: secrets.blot(&message), trace }
            }
            ScriptError::Broken { message } => ScriptError::Broken { message: secrets.blot(&message) },
            limit @ ScriptError::Limit { .. } => limit,
        }
    }

    /// What to do, or the way that the error came, where it is longer than the one place that the message names.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let way = self.trace();
        if way.len() < 2 {
            return None;
        }
        let line =
            |frame: &TraceFrame| format!("{} line {}, in {}: {}", frame.file, frame.line, frame.function, frame.text);
        let skipped = way.len().saturating_sub(SHOWN);
        let mut lines: Vec<String> = way.iter().skip(skipped).map(line).collect();
        if skipped > 0 {
            lines.insert(0, format!("({skipped} more calls)"));
        }
        Some(format!("it came through\n{}", lines.join("\n")))
    }
}

/// The most places of a way that are shown.
const SHOWN: usize = 8;

/// The message with the innermost place; the whole way is in [`ScriptError::trace`].
impl fmt::Display for ScriptError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScriptError::Raised { class, message, .. } if message.is_empty() => formatter.write_str(class)?,
            ScriptError::Raised { class, message, .. } => write!(formatter, "{class}: {message}")?,
            ScriptError::Limit { kind, .. } => kind.fmt(formatter)?,
            ScriptError::Broken { message } => formatter.write_str(message)?,
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
            LimitKind::Timeout(limit) => write!(formatter, "no result within {} s", limit.as_secs_f64()),
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
            LimitKind::Answer(limit) => {
                write!(formatter, "its result takes more than the {} MiB that it may", limit / MIB)
            }
            LimitKind::Cancelled => formatter.write_str("its code was stopped"),
        }
    }
}
