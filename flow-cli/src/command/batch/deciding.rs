//! Who decides, on the way and at the end, what of a run is still to be run.

use std::sync::Arc;

use flow_core::journal::Writer;
use flow_core::run::{EndState, RowKey, RunFolder};
use flow_eval::batch::{Batch, BatchEnd, BatchRow, Decide, Ledger, Observe, RecordedRows, Repeat};
use tokio::sync::mpsc;

use super::identity::cannot_read;
use super::unwritten;
use crate::command::Problem;

/// Who decides what of a run is still to be run, if anybody does.
#[derive(Default)]
pub(crate) struct Deciding {
    /// After each row, on the way.
    pub(crate) on_the_way: Option<Box<dyn Decide>>,
    /// Which rows are run once more, at the end.
    pub(crate) at_the_end: Option<Box<dyn Repeat>>,
}

/// Runs rows once more for as long as that is asked for, each time all of them side by side.
pub(super) async fn repeat(
    batch: &Batch,
    mut deciding: Box<dyn Repeat>,
    (folder, journal): (&RunFolder, &Arc<Writer>),
    observe: &Arc<dyn Observe>,
    end: &mut BatchEnd,
) -> Result<(), Problem> {
    while end.state == EndState::Completed {
        let ledger = super::ledger(folder, journal).await?;
        let mut recorded = ledger.recorded();
        let keys = deciding.more(&mut recorded).map_err(|error| cannot_read(&error))?;
        if keys.is_empty() {
            return Ok(());
        }
        let rows = rows(keys, &mut recorded)?;
        let (sender, receiver) = mpsc::channel(rows.len().max(1));
        for row in rows {
            // There is room for all of them.
            let _ = sender.send(row).await;
        }
        drop(sender);
        let ended = batch.run(receiver, Ledger::into_earlier(ledger, false), journal, observe, None).await;
        let more = ended.map_err(|error| unwritten(folder, &error))?;
        end.counts.completed += more.counts.completed;
        end.counts.failed += more.counts.failed;
        end.counts.usage += more.counts.usage;
        if more.state != EndState::Completed {
            (end.state, end.reason) = (more.state, more.reason);
        }
    }
    Ok(())
}

/// The rows of repetitions: with the inputs of the first run.
fn rows(keys: Vec<RowKey>, recorded: &mut RecordedRows) -> Result<Vec<BatchRow>, Problem> {
    let mut rows = Vec::with_capacity(keys.len());
    for key in keys {
        let first = recorded.get(RowKey { repeat: 0, ..key }).map_err(|error| cannot_read(&error))?;
        let inputs = first.map(|row| row.inputs).unwrap_or_default();
        rows.push(BatchRow { line: key.line, of: Some(key), inputs, problem: None });
    }
    Ok(rows)
}
