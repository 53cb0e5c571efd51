use std::time::SystemTime;

use flow_serve::{AccessLog, RequestLine, RunLine};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::ui::{self, DIM};

/// Logs requests on standard error: lines for people, or JSON for programs. Nothing in it is of what users say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Log {
    pub(super) json: bool,
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
            ui::say(&entry.to_string());
            return;
        }
        let key = line.key.map(|key| format!(" · key {key}")).unwrap_or_default();
        let RequestLine { id, method, route, status, elapsed, .. } = line;
        ui::say(&format!("{status} {method} {route} {DIM}{} ms · {id}{key}{DIM:#}", ui::milliseconds(*elapsed)));
    }

    fn trouble(&self, what: &str) {
        if self.json {
            ui::say(&json!({ "time": now(), "event": "trouble", "message": what }).to_string());
        } else {
            ui::say_warning(what);
        }
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
            ui::say(&entry.to_string());
            return;
        }
        if let Some(error) = line.error {
            let node = line.node.map(|node| format!(" in node `{node}`")).unwrap_or_default();
            ui::say(&format!("{} failed: {error}{node} {DIM}· {}{DIM:#}", line.flow, line.id));
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
