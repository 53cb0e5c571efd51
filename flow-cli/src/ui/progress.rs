use std::time::Duration;

use flow_core::exec::Event;
use indicatif::{ProgressBar, ProgressStyle};

/// One line on standard error that tells which nodes are at work; nothing where it is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    running: Vec<String>,
}

impl Progress {
    /// A line that is shown if `wanted` and standard error is a terminal.
    pub(crate) fn new(wanted: bool) -> Self {
        let bar =
            if wanted && super::stderr_is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {wide_msg:.dim} {elapsed:.dim}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, running: Vec::new() }
    }

    /// Takes note of what happens.
    pub(crate) fn see(&mut self, event: &Event) {
        match event {
            Event::NodeStarted { at, .. } => self.running.push(at.node.to_string()),
            Event::NodeFinished { at, .. } | Event::NodeFailed { at, .. } => {
                if let Some(position) = self.running.iter().position(|name| **name == *at.node) {
                    self.running.remove(position);
                }
            }
            _ => return,
        }
        self.bar.set_message(self.running.join(", "));
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
