use flow_core::journal;
use flow_core::run::RunFolder;
use serde_json::{Value as Json, json};

use super::{read, refuse_running};
use crate::command::Problem;
use crate::command::batch::{cannot_read, write};
use crate::exit::Exit;
use crate::ui;

/// `flow runs rebuild`.
pub(super) fn rebuild(folder: &RunFolder, repair: bool, json: bool) -> Result<Exit, Problem> {
    refuse_running(folder)?;
    let mut document = json!({ "run": folder.id() });
    if repair {
        let repaired = journal::repair(&folder.journal()).map_err(|error| cannot_read(&error.into()))?;
        let ranges: Vec<Json> = repaired.lost_ranges.iter().map(|range| json!([range.start, range.end])).collect();
        if !json && !ranges.is_empty() {
            let words: Vec<String> =
                repaired.lost_ranges.iter().map(|range| format!("{}–{}", range.start, range.end)).collect();
            ui::say_warning(&format!("the journal was damaged; lost are its bytes {}", words.join(", ")));
            ui::say(&format!("rows that are lost are run again by: flow batch --resume {}", folder.id()));
        }
        document["kept"] = json!(repaired.kept_records);
        document["lost"] = json!(ranges);
    }
    let (manifest, ledger) = read(folder)?;
    write(folder, &manifest, &ledger, None)?;
    document["rows"] = json!({ "completed": ledger.counts.completed, "failed": ledger.counts.failed });
    if json {
        ui::out_json(&document);
    } else {
        ui::out(&format!("made {} again of {} rows", folder.id(), ledger.counts.ended()));
    }
    Ok(Exit::Done)
}
