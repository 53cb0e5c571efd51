//! What a program prints, and the ear for whether it is to stop.

use std::borrow::Cow;

use monty_types::{ExcType, MontyException, PrintWriterCallback};
use tokio_util::sync::CancellationToken;

/// Gathers what is printed.
#[derive(Debug)]
pub(super) struct Printer {
    pub(super) text: String,
    /// The most that may be printed, in bytes.
    limit: usize,
    /// Whether more was to be printed.
    pub(super) is_over: bool,
    pub(super) cancel: CancellationToken,
}

impl Printer {
    pub(super) fn new(limit: usize, cancel: CancellationToken) -> Self {
        Self { text: String::new(), limit, is_over: false, cancel }
    }

    /// Takes a text as far as there is room.
    pub(super) fn write(&mut self, text: &str) -> Result<(), MontyException> {
        let room = self.limit.saturating_sub(self.text.len());
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        let mut end = room;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.text.push_str(&text[..end]);
        self.is_over = true;
        Err(stop())
    }
}

/// What ends a program; nothing in it can catch it where it comes from [`PrintWriterCallback::poll_flush`].
fn stop() -> MontyException {
    MontyException::new(ExcType::KeyboardInterrupt, None)
}

impl PrintWriterCallback for Printer {
    fn stdout_write(&mut self, output: Cow<'_, str>) -> Result<(), MontyException> {
        self.write(&output)
    }

    fn stdout_push(&mut self, end: char) -> Result<(), MontyException> {
        self.write(end.encode_utf8(&mut [0; 4]))
    }

    fn poll_flush(&mut self) -> Result<(), MontyException> {
        if self.is_over || self.cancel.is_cancelled() { Err(stop()) } else { Ok(()) }
    }
}
