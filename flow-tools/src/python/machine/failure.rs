//! Exceptions of the interpreter as failures of a node.

use std::sync::Arc;

use flow_core::script::{ScriptError, TraceFrame};
use monty_types::MontyException;

use crate::python::program::LineMap;

/// The failure that an exception is.
pub(super) fn raised(exception: &MontyException, lines: &LineMap) -> ScriptError {
    let class = exception.exc_type().to_string();
    let message = exception.message().unwrap_or_default().to_owned();
    let (class, message) = own_class(&message).unwrap_or((class, message));
    ScriptError::Raised { class: Arc::from(class), message, trace: trace(exception, lines) }
}

/// The class and the message of an exception of the user's own class, which travels as one of the interpreter's.
fn own_class(message: &str) -> Option<(String, String)> {
    let (_, rest) = message.strip_prefix('\u{fdd0}')?.split_once('\u{fdd0}')?;
    let (class, message) = rest.split_once('\u{fdd0}')?;
    Some((class.to_owned(), message.to_owned()))
}

/// The places in the user's files that an exception came through, the outermost first.
pub(super) fn trace(exception: &MontyException, lines: &LineMap) -> Vec<TraceFrame> {
    let mut frames: Vec<TraceFrame> = Vec::new();
    for frame in exception.traceback() {
        let Some(place) = lines.place(frame.start.line as usize) else { continue };
        let function = match frame.frame_name.as_deref() {
            Some(name) if !name.starts_with("__flow_body_") => name,
            _ => "<module>",
        };
        let frame = TraceFrame {
            file: place.file,
            line: place.line,
            function: Arc::from(function),
            text: Arc::from(place.text.trim()),
        };
        // Recursion repeats a place many times.
        if frames.last() != Some(&frame) {
            frames.push(frame);
        }
    }
    frames
}
