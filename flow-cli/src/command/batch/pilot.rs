//! Some rows of a run, which are run to see what the others will take.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use flow_core::engine::Flow;
use flow_core::exec::Executor;
use flow_core::gate::Gate;
use flow_core::run::{Digest, EndRecord, EndState, Manifest, Record, RunFolder};
use flow_eval::batch::{Batch, BatchOptions, BatchRow, Earlier, Ledger, Observe};
use tokio::sync::mpsc;

use super::identity::cannot_read;
use super::{Interrupt, Spool, plans, prepare, unwritten};
use crate::args::BatchArgs;
use crate::command::Problem;
use crate::ui::{self, BatchProgress};

/// A pilot that ended.
pub(crate) struct Pilot {
    /// The run of which its rows are the beginning.
    pub(crate) folder: RunFolder,
    pub(crate) ledger: Ledger,
    /// Why it ended before all of its rows did.
    pub(crate) stopped: Option<String>,
}

/// Begins a run with some of its rows, and stops there.
pub(crate) async fn pilot(
    args: &BatchArgs,
    flows: &[Flow],
    manifest: &mut Manifest,
    (rows, prompts, spool): (Vec<BatchRow>, &BTreeMap<Digest, String>, Option<Spool>),
) -> Result<Pilot, Problem> {
    let (folder, journal) = prepare::begin_run(args, &flows[0], manifest, prompts, spool)?;
    let journal = Arc::new(journal);
    let started = Instant::now();
    let interrupt = Interrupt::listen()?;
    let _running = interrupt.run();
    let (drain, cancel) = (interrupt.drain.clone(), interrupt.cancel.clone());
    let gate = Gate::with_options(args.calls.options(args.connection.seed));
    let executor = Executor::with_gate(Arc::new(gate.with_catalogue(Arc::clone(&flows[0].catalogue))));
    let plans = plans(flows, manifest);
    let cache = args.cached(plans.iter().map(|plan| &**plan));
    let options = BatchOptions {
        cache: cache.clone(),
        concurrency: args.jobs(),
        deadline: Some(args.timeout()),
        repeat: args.repeat(),
        failures: None,
        drain,
        cancel,
    };
    let count = rows.len();
    let each = flows.len() as u64 * u64::from(args.repeat());
    let progress = Arc::new(BatchProgress::new(!args.json, Some(count as u64 * each), 0));
    let ticking = BatchProgress::tick(&progress);
    let observe: Arc<dyn Observe> = Arc::clone(&progress) as Arc<dyn Observe>;
    let (sender, receiver) = mpsc::channel(count.max(1));
    for row in rows {
        // There is room for all of them.
        let _ = sender.send(row).await;
    }
    drop(sender);
    let ended = Batch { plans, executor, options }.run(receiver, Earlier::default(), &journal, &observe, None).await;
    ticking.abort();
    progress.clear();
    let end = ended.map_err(|error| unwritten(&folder, &error))?;
    let rows = if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
    let reason = end.reason.clone().unwrap_or_else(|| format!("a pilot of {rows}"));
    let state = if end.state == EndState::Completed { EndState::Stopped } else { end.state };
    let elapsed_ms = ui::milliseconds(started.elapsed());
    let record = Record::End(EndRecord { state, reason: Some(reason), elapsed_ms });
    journal.append(record.encode()).await.map_err(|error| unwritten(&folder, &error))?;
    journal.close().await.map_err(|error| unwritten(&folder, &error))?;
    crate::command::cache::close(cache.as_deref());
    let ledger = Ledger::read(&folder.journal()).map_err(|error| cannot_read(&error))?;
    Ok(Pilot { folder, ledger, stopped: end.reason })
}
