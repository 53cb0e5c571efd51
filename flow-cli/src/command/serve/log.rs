use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::time::SystemTime;

use flow_serve::{AccessLog, RequestLine, RunLine};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::ui::{self, DIM};

/// Lines that wait to be written; further ones are lost, since a terminal or a collector that stands still must not hold up requests.
const WAITING: usize = 4096;

/// Logs requests on standard error: lines for people, or JSON for programs. Nothing in it is of what users say.
#[derive(Debug)]
pub(super) struct Log {
    json: bool,
    lines: SyncSender<String>,
    lost: AtomicU64,
}

impl Log {
    /// A log in this form, written by a thread of its own.
    pub(super) fn new(json: bool) -> Self {
        let (lines, written) = mpsc::sync_channel::<String>(WAITING);
        std::thread::spawn(move || written.into_iter().for_each(|line| ui::say(&line)));
        Self { json, lines, lost: AtomicU64::new(0) }
    }

    fn write(&self, line: String) {
        if self.lines.try_send(line).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            self.trouble(&format!("{lost} lines of the log are lost, since they were not read fast enough"));
        }
    }
}

impl AccessLog for Log {
    fn request(&self, line: &RequestLine<'_>) {
        if self.json {
            let mut entry = json!({
                "time": now(),
                "event": "request",
                "id": line.id,
                "method": line.method,
                "route": line.route,
                "status": line.status,
                "ms": ui::milliseconds(line.elapsed),
            });
            put(&mut entry, "key", line.key);
            return self.write(entry.to_string());
        }
        let key = line.key.map(|key| format!(" · key {key}")).unwrap_or_default();
        let RequestLine { id, method, route, status, elapsed, .. } = line;
        self.write(format!("{status} {method} {route} {DIM}{} ms · {id}{key}{DIM:#}", ui::milliseconds(*elapsed)));
    }

    fn trouble(&self, what: &str) {
        self.write(if self.json {
            json!({ "time": now(), "event": "trouble", "message": what }).to_string()
        } else {
            format!("warning: {what}")
        });
    }

    fn run(&self, line: &RunLine<'_>) {
        if self.json {
            let mut entry = json!({
                "time": now(),
                "event": "run",
                "id": line.id,
                "flow": line.flow,
                "variant": line.variant,
                "ms": ui::milliseconds(line.elapsed),
                "overhead_ms": ui::milliseconds(line.overhead),
                "calls": line.calls,
                "prompt_tokens": line.prompt_tokens,
                "completion_tokens": line.completion_tokens,
                "cost": line.cost.parse::<f64>().unwrap_or_default(),
            });
            put(&mut entry, "error", line.error);
            put(&mut entry, "node", line.node);
            return self.write(entry.to_string());
        }
        if let Some(error) = line.error {
            let node = line.node.map(|node| format!(" in node `{node}`")).unwrap_or_default();
            self.write(format!("{} failed: {error}{node} {DIM}· {}{DIM:#}", line.flow, line.id));
        }
    }
}

/// The time in UTC, to the millisecond.
fn now() -> String {
    let now = Timestamp::try_from(SystemTime::now()).unwrap_or_default();
    format!("{now:.3}")
}

fn put(entry: &mut Json, key: &str, value: Option<&str>) {
    if let (Some(entry), Some(value)) = (entry.as_object_mut(), value) {
        entry.insert(key.to_owned(), value.into());
    }
}
