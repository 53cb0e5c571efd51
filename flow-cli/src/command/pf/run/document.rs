//! A run as promptflow's JSON has it.

use std::path::{Path, PathBuf};

use flow_core::run::{Manifest, RowRecord, RowStatus, RunFolder, RunState};
use flow_eval::batch::{Ledger, OrderedRows};
use serde_json::{Map, Value as Json, json};

use crate::command::Problem;
use crate::command::batch::cannot_read;

/// How much of a run is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All, each failed row included.
    Whole,
    /// What is listed beside others.
    Brief,
}

/// The folder in which promptflow's scripts look for `output.jsonl`.
pub(super) const OUTPUTS: &str = "flow_outputs";

/// The document.
pub(super) fn document(
    folder: &RunFolder,
    manifest: &Manifest,
    ledger: &Ledger,
    extent: Extent,
) -> Result<Json, Problem> {
    let path = std::path::absolute(folder.path()).unwrap_or_else(|_| folder.path().to_path_buf());
    let name = name(manifest);
    let flow = flow_path(manifest);
    let mut document = json!({
        "name": name,
        "created_on": manifest.created.replace('Z', "+00:00"),
        "status": status(folder, ledger),
        "display_name": manifest.display_name.as_deref().unwrap_or(name),
        "description": manifest.description,
        "tags": if manifest.tags.is_empty() { Json::Null } else { json!(manifest.tags) },
        "properties": properties(manifest, ledger, (&flow, &path)),
        "flow_name": flow.file_stem().map(|name| name.to_string_lossy().into_owned()),
        "data": data(manifest),
        "output": path.join(OUTPUTS),
    });
    if let Some(object) = document.as_object_mut() {
        if let Some(from) = &manifest.from {
            object.insert("run".into(), json!(called(folder, &from.run)));
        }
        if let Some(error) = error(ledger, extent)? {
            object.insert("error".into(), error);
        }
    }
    Ok(document)
}

/// What its user calls it, else its id.
pub(super) fn name(manifest: &Manifest) -> &str {
    manifest.name.as_deref().unwrap_or(&manifest.id)
}

/// promptflow's word for how a run stands. One whose rows failed is complete.
pub(super) fn status(folder: &RunFolder, ledger: &Ledger) -> &'static str {
    if folder.is_running() {
        return "Running";
    }
    match RunState::of_end(ledger.end.as_ref()) {
        RunState::Running => "Running",
        RunState::Completed => "Completed",
        RunState::Interrupted => "Canceled",
        RunState::Stopped | RunState::BrokenOff | RunState::Damaged => "Failed",
    }
}

fn properties(manifest: &Manifest, ledger: &Ledger, (flow, folder): (&Path, &Path)) -> Json {
    let usage = ledger.counts.usage;
    let mut properties = json!({ "flow_path": flow, "output_path": folder });
    let Some(object) = properties.as_object_mut() else { return properties };
    if let Some(choice) = manifest.variants.first().and_then(|selection| selection.first()) {
        object.insert("node_variant".into(), json!(format!("${{{}}}", choice.replacen('=', ".", 1))));
    }
    if let Some(earlier) = &manifest.continues {
        object.insert("resume_from".into(), json!(earlier));
    }
    if !manifest.map.is_empty() {
        object.insert("column_mapping".into(), json!(manifest.map));
    }
    // In seconds, to the microsecond.
    let duration = ledger.end.as_ref().map_or(0.0, |end| (end.elapsed_ms * 1e3).round() / 1e6);
    let metrics = json!({
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "duration": duration,
    });
    object.insert("system_metrics".into(), metrics);
    properties
}

/// The flow's folder, or the file of a prompty.
fn flow_path(manifest: &Manifest) -> PathBuf {
    let path = Path::new(&manifest.directory).join(&manifest.flow.path);
    let path = path.canonicalize().unwrap_or(path);
    match path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
        true => path.parent().map(Path::to_path_buf).unwrap_or(path),
        false => path,
    }
}

/// The data that was named for the run; that of another run is not its own.
fn data(manifest: &Manifest) -> Option<PathBuf> {
    let is_named = manifest.from.is_none() || manifest.arguments.iter().any(|word| word.starts_with("--data="));
    let data = manifest.data.as_ref().filter(|_| is_named)?;
    let path = Path::new(&manifest.directory).join(&data.path);
    Some(path.canonicalize().unwrap_or(path))
}

/// What the run with this id is called, which lies beside another.
fn called(beside: &RunFolder, id: &str) -> String {
    let manifest = beside.path().parent().map(|runs| runs.join(id).join("manifest.json"));
    let text = manifest.and_then(|path| std::fs::read_to_string(path).ok());
    let manifest = text.and_then(|text| Manifest::read(&text).ok());
    manifest.and_then(|manifest| manifest.name).unwrap_or_else(|| id.to_owned())
}

/// Which rows failed, and why.
fn error(ledger: &Ledger, extent: Extent) -> Result<Option<Json>, Problem> {
    let (failed, all) = (ledger.counts.failed, ledger.counts.ended());
    if failed == 0 {
        return Ok(ledger
            .end
            .as_ref()
            .and_then(|end| end.reason.as_ref())
            .map(|reason| json!({ "message": reason, "code": "UserError" })));
    }
    let mut errors = Vec::new();
    let rows =
        OrderedRows::open(ledger, |_, status| status == RowStatus::Failed).map_err(|error| cannot_read(&error))?;
    for row in rows {
        let row: RowRecord = row.map_err(|error| cannot_read(&error))?;
        let message = row.error.map(|error| error.message).unwrap_or_default();
        errors.push(json!({ "line_number": row.key.line, "error": { "message": message, "code": "UserError" } }));
        if extent == Extent::Brief {
            break;
        }
    }
    let first = errors.first().and_then(|error| error["error"]["message"].as_str()).unwrap_or_default();
    let mut error = Map::new();
    let message = format!("Failed to run {failed}/{all} lines. First error message is: {first}");
    error.insert("message".into(), message.into());
    error.insert("code".into(), "UserError".into());
    let inner = json!({ "code": "SDKError", "innerError": { "code": "BulkRunException", "innerError": null } });
    error.insert("innerError".into(), inner);
    if extent == Extent::Whole {
        let additional = json!([{ "type": "BulkRunErrors", "info": { "errors": errors } }]);
        error.insert("additionalInfo".into(), additional);
    }
    Ok(Some(Json::Object(error)))
}
