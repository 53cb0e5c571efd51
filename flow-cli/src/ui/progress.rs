use std::time::Duration;

use flow_core::exec::Event;
use flow_core::model::Wait;
use indicatif::{ProgressBar, ProgressStyle};

/// One line on standard error that tells which nodes are at work; nothing where it is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    running: Vec<Running>,
}

/// A node at work.
struct Running {
    name: String,
    /// What a call of it waits for.
    wait: Option<Wait>,
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
            Event::NodeStarted { at, .. } => self.running.push(Running { name: at.node.to_string(), wait: None }),
            Event::Waiting { at, wait } => {
                if let Some(running) = self.running.iter_mut().find(|running| *running.name == *at.node) {
                    running.wait = *wait;
                }
            }
            Event::NodeFinished { at, .. } | Event::NodeFailed { at, .. } => {
                if let Some(position) = self.running.iter().position(|running| *running.name == *at.node) {
                    self.running.remove(position);
                }
            }
            _ => return,
        }
        self.bar.set_message(self.running.iter().map(Running::words).collect::<Vec<_>>().join(", "));
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Running {
    fn words(&self) -> String {
        match self.wait {
            None => self.name.clone(),
            Some(Wait { pause: Some(pause), reason }) => {
                format!("{} (waiting {}: {reason})", self.name, super::duration_words(pause))
            }
            Some(Wait { pause: None, reason }) => format!("{} (waiting {reason})", self.name),
        }
    }
}
