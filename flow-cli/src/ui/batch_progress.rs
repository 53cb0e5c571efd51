use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flow_core::exec::Event;
use flow_core::model::Usage;
use flow_core::run::{RowRecord, RowStatus};
use flow_eval::batch::Observe;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

/// How often a line is written where standard error is no terminal.
const QUIET: Duration = Duration::from_secs(30);

/// How a batch gets on: one line on a terminal, a line now and then elsewhere, nothing where it is not wanted.
pub(crate) struct BatchProgress {
    bar: ProgressBar,
    is_shown: bool,
    is_terminal: bool,
    total: Option<u64>,
    before: u64,
    began: Instant,
    /// Rows that wait for a call's turn or its next try.
    waiting: AtomicU64,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    completed: u64,
    failed: u64,
    usage: Usage,
}

impl BatchProgress {
    /// Progress towards so many rows, of which some were there before.
    pub(crate) fn new(wanted: bool, total: Option<u64>, before: u64) -> Self {
        let is_terminal = super::stderr_is_terminal();
        let bar = match total {
            _ if !(wanted && is_terminal) => ProgressBar::hidden(),
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let template = if total.is_some() { "{bar:24.cyan/dim} {msg}" } else { "{spinner:.cyan} {msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let (began, waiting, seen) = (Instant::now(), AtomicU64::new(0), Mutex::default());
        Self { bar, is_shown: wanted, is_terminal, total, before, began, waiting, seen }
    }

    /// Draws it from time to time, until the task is stopped.
    pub(crate) fn tick(progress: &Arc<Self>) -> JoinHandle<()> {
        let progress = Arc::clone(progress);
        tokio::spawn(async move {
            let pause = if progress.is_terminal { Duration::from_millis(200) } else { QUIET };
            loop {
                tokio::time::sleep(pause).await;
                if progress.is_shown {
                    progress.draw();
                }
            }
        })
    }

    /// Says something above the line, where there is one.
    pub(crate) fn say(&self, text: &str) {
        if self.is_shown && self.is_terminal {
            self.bar.suspend(|| super::say(text));
        }
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn draw(&self) {
        let words = self.words();
        if self.is_terminal {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            self.bar.set_position(self.before + seen.completed + seen.failed);
            self.bar.set_message(words);
        } else {
            super::say(&words);
        }
    }

    /// `120/1000 rows · 14/s · 1m 3s left · 2 failed · 14 k tokens · $0.12 · 3 rows wait for their turn`
    fn words(&self) -> String {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = seen.completed + seen.failed;
        let ended = self.before + now;
        let rate = now as f64 / self.began.elapsed().as_secs_f64().max(1e-3);
        let mut parts = vec![match self.total {
            Some(total) => format!("{ended}/{total} rows"),
            None => format!("{ended} rows"),
        }];
        if now > 0 {
            parts.push(format!("{rate:.0}/s"));
        }
        if let Some(total) = self.total.filter(|total| now > 0 && *total > ended) {
            parts.push(format!("{} left", left((total - ended) as f64 / rate)));
        }
        if seen.failed > 0 {
            parts.push(format!("{} failed", seen.failed));
        }
        if seen.usage.calls > 0 {
            parts.push(format!("{} tokens", short(seen.usage.prompt_tokens + seen.usage.completion_tokens)));
            parts.extend(seen.usage.cost.words());
        }
        match self.waiting.load(Ordering::Relaxed) {
            0 => {}
            1 => parts.push("1 call waits for its turn".to_owned()),
            waiting => parts.push(format!("{waiting} calls wait for their turn")),
        }
        parts.join(" · ")
    }
}

impl Observe for BatchProgress {
    fn event(&self, event: &Event) {
        if let Event::Waiting { wait, .. } = event {
            match wait {
                Some(_) => drop(self.waiting.fetch_add(1, Ordering::Relaxed)),
                None => {
                    let less = |waiting: u64| Some(waiting.saturating_sub(1));
                    let _ = self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
                }
            }
        }
    }

    fn row(&self, record: &RowRecord) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match record.status {
            RowStatus::Completed => seen.completed += 1,
            RowStatus::Failed => seen.failed += 1,
        }
        seen.usage += record.usage;
    }
}

/// A time that is left: `45s`, `3m 20s`, `2h 5m`.
fn left(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match seconds {
        ..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        _ => format!("{}h {}m", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A number to two or three digits: `950`, `14 k`, `2.1 M`.
fn short(number: u64) -> String {
    match number {
        ..10_000 => number.to_string(),
        10_000..1_000_000 => format!("{} k", number / 1_000),
        _ => format!("{:.1} M", number as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_numbers_are_short() {
        assert_eq!([left(0.4), left(59.6), left(200.0), left(7500.0)], ["0s", "1m 0s", "3m 20s", "2h 5m"]);
        assert_eq!([short(12), short(14_999), short(2_140_000)], ["12", "14 k", "2.1 M"]);
    }
}
