//! `flow batch`: many rows, with a folder that keeps what came of them.

mod data;
mod deciding;
mod estimate;
mod file;
mod identity;
mod interrupt;
mod pilot;
mod prepare;
mod report;
mod spool;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use flow_core::cache::NodeCache;
use flow_core::engine::Flow;
use flow_core::exec::{Executor, RowOptions};
use flow_core::gate::Gate;
use flow_core::journal::{Settings, Writer};
use flow_core::plan::Plan;
use flow_core::run::{AggregationRecord, EndRecord, EndState, Manifest, Record, RunFolder, RunStore};
use flow_eval::batch::{Batch, BatchEnd, BatchOptions, FailureLimit, Ledger, Observe, aggregate};

use super::Problem;
use crate::args::BatchArgs;
use crate::exit::Exit;
use crate::ui::{self, BatchProgress};

pub(crate) use data::keep;
pub(crate) use deciding::Deciding;
pub(crate) use estimate::{Foresight, foresee};
pub(crate) use file::with_file;
pub(crate) use identity::{broken_data, cannot_read, digests, is_same_flow, now, refuse_taken, run_problem, store_of};
pub(crate) use interrupt::Interrupt;
pub(crate) use pilot::{Pilot, pilot};
use prepare::Prepared;
pub(crate) use prepare::{Ground, ground};
pub(crate) use prepare::{arguments_of, selection_of};
pub(crate) use report::{calls_words, cannot_write_table, metrics, summary, write};
pub(crate) use spool::Spool;

/// `flow batch`.
pub(crate) fn batch(args: BatchArgs) -> Result<Exit, Problem> {
    let json = args.json;
    match execute(args)? {
        Some(finished) => finished.tell(json, "flow batch"),
        None => Ok(Exit::Usage),
    }
}

/// A run that ended, for now.
pub(crate) struct Finished {
    pub(crate) folder: RunFolder,
    pub(crate) manifest: Manifest,
    pub(crate) ledger: Ledger,
    pub(crate) end: BatchEnd,
}

impl Finished {
    /// Tells how it ended, and with which command it goes on if it stopped.
    pub(crate) fn tell(&self, json: bool, command: &str) -> Result<Exit, Problem> {
        report::tell(self, json, command)?;
        Ok(exit_of(&self.end, &self.ledger))
    }
}

/// Runs all rows, and makes the tables; `None` where the flow has errors, which were told.
pub(crate) fn execute(args: BatchArgs) -> Result<Option<Finished>, Problem> {
    finish(prepare::prepare(args)?, Deciding::default())
}

/// As [`execute`], with those who decide what is still run, if `decide` names any. Where one decides on the way, rows come in an order by
/// chance, which belongs to the seed.
pub(crate) fn execute_deciding(
    args: BatchArgs,
    decide: impl FnOnce(&Manifest) -> Result<Deciding, Problem>,
) -> Result<Option<Finished>, Problem> {
    let Some(prepared) = prepare::prepare(args)? else { return Ok(None) };
    let decide = decide(&prepared.manifest)?;
    finish(Some(prepared), decide)
}

/// Runs a flow over the rows of another run for a score. Where that was begun before, it goes on, with nothing that is done already.
pub(crate) fn execute_score(args: BatchArgs) -> Result<Option<Finished>, Problem> {
    finish(prepare::prepared(args, prepare::Begin::Same)?, Deciding::default())
}

fn finish(prepared: Option<Prepared>, decide: Deciding) -> Result<Option<Finished>, Problem> {
    let Some(prepared) = prepared else { return Ok(None) };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed("no-runtime", format!("cannot start: {error}")))?;
    runtime.block_on(run(prepared, decide)).map(Some)
}

async fn run(prepared: Prepared, decide: Deciding) -> Result<Finished, Problem> {
    let Prepared { args, flows, folder, manifest, rows, total, earlier, journal, some } = prepared;
    let started = Instant::now();
    let interrupt = Interrupt::listen()?;
    let _running = interrupt.run();
    let (drain, cancel) = (interrupt.drain.clone(), interrupt.cancel.clone());
    let gate_options = args.calls.options(args.connection.seed);
    let gate = Arc::new(Gate::with_options(gate_options).with_catalogue(Arc::clone(&flows[0].catalogue)));
    let executor = Executor::with_gate(gate);
    let plans = plans(&flows, &manifest);
    let cache = args.cached(plans.iter().map(|plan| &**plan));
    let options = BatchOptions {
        concurrency: args.jobs(),
        deadline: Some(args.timeout()),
        repeat: args.repeat(),
        cache: cache.clone(),
        failures: if args.fail_fast { Some(FailureLimit::Rows(0)) } else { args.max_failures },
        drain,
        cancel: cancel.clone(),
    };
    let each = flows.len() as u64 * u64::from(args.repeat());
    let progress = Arc::new(BatchProgress::new(!args.json, total.map(|total| total * each), earlier.done.len() as u64));
    let ticking = BatchProgress::tick(&progress);
    let observe: Arc<dyn Observe> = Arc::clone(&progress) as Arc<dyn Observe>;
    let foreseeing = match total {
        Some(total) if !some.is_empty() => {
            Some(estimate::beside(&args, &flows, &folder, &manifest, (some, total, cache.clone()), &progress))
        }
        _ => None,
    };
    let (receiver, reader) = data::feed(rows, args.jobs(), decide.on_the_way.is_some().then_some(manifest.seed));
    let batch = Batch { plans: plans.clone(), executor: executor.clone(), options };
    let ended = batch.run(receiver, earlier, &journal, &observe, decide.on_the_way).await;
    let mut end = match ended {
        Ok(end) => end,
        Err(error) => return Err(unwritten(&folder, &error)),
    };
    if let (Some(error), None) = (reader.await.ok().flatten(), &end.reason) {
        (end.state, end.reason) = (EndState::Stopped, Some(error.to_string()));
    }
    if let Some(deciding) = decide.at_the_end {
        deciding::repeat(&batch, deciding, (&folder, &journal), &observe, &mut end).await?;
    }
    ticking.abort();
    progress.clear();
    let mut ledger = ledger(&folder, &journal).await?;
    if end.state == EndState::Completed {
        let options =
            RowOptions { deadline: Some(args.timeout()), cancel, cache: cache.clone(), ..RowOptions::default() };
        for (variant, plan) in plans.iter().enumerate() {
            let variant = u32::try_from(variant).unwrap_or(u32::MAX);
            let is_well = |record: &AggregationRecord| record.errors.is_empty();
            if !args.allow_changes && ledger.aggregations.get(&variant).is_some_and(is_well) {
                continue;
            }
            let aggregated = aggregate(&executor, (variant, plan), &ledger, &journal, options.clone(), &observe).await;
            if let Some(error) = journal.failure() {
                return Err(unwritten(&folder, &error));
            }
            if let Some(aggregation) = aggregated.map_err(|error| cannot_read(&error))? {
                let record = Record::Aggregation(aggregation);
                journal.append(record.encode()).await.map_err(|error| unwritten(&folder, &error))?;
                ledger.conclude(&record);
            }
        }
    }
    super::cache::close(cache.as_deref());
    let elapsed_ms = ui::milliseconds(started.elapsed());
    let record = Record::End(EndRecord { state: end.state, reason: end.reason.clone(), elapsed_ms });
    journal.append(record.encode()).await.map_err(|error| unwritten(&folder, &error))?;
    journal.close().await.map_err(|error| unwritten(&folder, &error))?;
    ledger.conclude(&record);
    if let Some(foreseeing) = foreseeing {
        // It has an end of its own, which is near.
        let _ = foreseeing.await;
    }
    report::write(&folder, &manifest, &ledger, args.output.as_deref())?;
    Ok(Finished { folder, manifest, ledger, end })
}

/// The plans of a run's variants. Where its rows are those of another run's variants, one flow takes them all.
fn plans(flows: &[Flow], manifest: &Manifest) -> Vec<Arc<Plan>> {
    let of = |variant: usize| flows.get(variant).or(flows.first()).map(|flow| Arc::clone(&flow.plan));
    (0..manifest.variants.len().max(1)).filter_map(of).collect()
}

/// What the journal says once all that was appended is on disk.
async fn ledger(folder: &RunFolder, journal: &Writer) -> Result<Ledger, Problem> {
    journal.flush().await.map_err(|error| unwritten(folder, &error))?;
    Ledger::read(&folder.journal()).map_err(|error| cannot_read(&error))
}

fn exit_of(end: &BatchEnd, ledger: &Ledger) -> Exit {
    match end.state {
        EndState::Interrupted => Exit::Interrupted,
        EndState::Stopped => Exit::Failed,
        EndState::Completed if ledger.counts.failed > 0 => Exit::Failed,
        EndState::Completed => Exit::Done,
    }
}

/// The journal does not take what happens, so nothing more may happen.
fn unwritten(folder: &RunFolder, error: &flow_core::journal::Error) -> Problem {
    Problem::failed("journal-unwritable", format!("the run was stopped, as its journal cannot be written: {error}"))
        .help(format!("what was written is kept; when the disk is well again: flow batch --resume {}", folder.id()))
}

/// How journals are written; a test may have the program die at a certain operation.
pub(crate) fn journal_settings() -> Settings {
    let crash_at = std::env::var("FLOW_CRASH_AT_JOURNAL_CALL").ok().and_then(|number| number.parse().ok());
    Settings { crash_at, ..Settings::default() }
}

impl BatchArgs {
    pub(crate) fn jobs(&self) -> usize {
        self.jobs.unwrap_or(16)
    }

    /// The node cache, where the run has one: real models' answers are kept unless that is forbidden, a mock model's where asked for.
    pub(crate) fn cached<'p>(&self, plans: impl IntoIterator<Item = &'p Plan>) -> Option<Arc<NodeCache>> {
        let has_recordings = self.connection.record.is_some() || self.connection.replay.is_some();
        if self.cache.no_cache || has_recordings {
            return None;
        }
        super::cache::open(&self.store(), plans, !self.cache.refresh_cache, self.cache.cache)
    }

    pub(crate) fn repeat(&self) -> u32 {
        self.repeat.unwrap_or(1)
    }

    pub(crate) fn timeout(&self) -> std::time::Duration {
        self.timeout.unwrap_or(std::time::Duration::from_secs(600))
    }

    /// Where its run lies, and its cache.
    pub(crate) fn store(&self) -> RunStore {
        self.store.clone().unwrap_or_else(|| store_of(&self.flow()))
    }

    /// The flow, where none was named the one of this folder.
    pub(crate) fn flow(&self) -> PathBuf {
        self.flow.clone().unwrap_or_else(|| PathBuf::from("."))
    }
}
