use serde_json::{Map, Value as Json, json};

use super::pairs;
use crate::args::pf::PfConfigCommand;
use crate::command::Problem;
use crate::command::batch::store_of;
use crate::exit::Exit;
use crate::ui;

/// What holds here, by promptflow's keys. None of it can be set otherwise.
const FIXED: &[(&str, &[&str])] = &[
    ("connection.provider", &["local"]),
    ("telemetry.enabled", &["false", "no", "off", "0"]),
    ("trace.destination", &["none", "local"]),
    ("enable_internal_features", &["false", "no", "off", "0"]),
];

/// `flow pf config`.
pub(super) fn config(command: PfConfigCommand) -> Result<Exit, Problem> {
    match command {
        PfConfigCommand::Show => show(),
        PfConfigCommand::Set { values, .. } => set(&values),
    }
}

fn show() -> Result<Exit, Problem> {
    let runs = store_of(std::path::Path::new(".")).folder();
    ui::out_json_by_four(&json!({
        "connection": { "provider": "local" },
        "run": { "output_path": runs },
        "telemetry": { "enabled": false },
    }));
    Ok(Exit::Done)
}

fn set(values: &[String]) -> Result<Exit, Problem> {
    let mut done: Map<String, Json> = Map::new();
    for (key, value) in pairs::pairs("config set", values)? {
        let fixed = FIXED.iter().find(|(known, _)| *known == key);
        let holds = fixed.is_some_and(|(_, values)| values.contains(&value.to_lowercase().as_str()));
        match &*key {
            "connection.provider" if !holds => {
                let message = format!("connections of `{value}` cannot be reached from here");
                return Err(Problem::usage("no-provider", message).help(
                    "create them here (flow pf connection create), or write them into connections.yaml beside the flow",
                ));
            }
            "run.output_path" => ui::say_note(
                "`run.output_path` has no meaning here: runs lie in .flow/runs of the project, or below FLOW_HOME",
            ),
            "trace.destination" if !holds => ui::say_note(
                "`trace.destination` has no meaning here: traces go where OTEL_EXPORTER_OTLP_ENDPOINT leads",
            ),
            "telemetry.enabled" => ui::say_note("this program tells nobody anything, whatever is set"),
            _ if !holds => ui::say_note(&format!("`{key}` has no meaning here, and is left out")),
            _ => {}
        }
        done.insert(key, Json::String(value));
    }
    ui::out(&format!("Set config [{}] successfully.", Json::Object(done)));
    Ok(Exit::Done)
}
