use flow_core::journal;
use flow_core::run::RunFolder;
use serde_json::{Value as Json, json};

use super::{read, refuse_running};
use crate::command::Problem;
use crate::command::batch::{cannot_read, write};
use crate::command::eval::Kept;
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
    let scored_by = Kept::again(folder);
    if let Some(command) = &scored_by {
        document["scores"] = json!({ "kept": true, "made_by": command });
    }
    if json {
        ui::out_json(&document);
        return Ok(Exit::Done);
    }
    ui::out(&format!("made {} again of {} rows", folder.id(), ledger.counts.ended()));
    if let Some(command) = scored_by {
        // A score takes the data, and maybe judges, which the journal does not hold.
        ui::say_note(&format!(
            "its scores, and the tables of them, stay as they are; they are made again by: {command}"
        ));
    }
    Ok(Exit::Done)
}
