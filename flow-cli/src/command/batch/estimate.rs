//! What a run is expected to take, which its folder keeps.

use std::sync::Arc;
use std::time::Duration;

use flow_core::cache::NodeCache;
use flow_core::engine::Flow;
use flow_core::forecast::{Counting, History};
use flow_core::run::{Manifest, RunFolder};
use flow_eval::batch::BatchRow;
use flow_eval::estimate::{ESTIMATE_FILE, Estimate, Pace, PastRuns, Reading, Reckoning, Terms, of_run};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::args::BatchArgs;
use crate::command::plan::brief;
use crate::ui::{BatchProgress, DIM};

/// How long rows are foreseen while the run goes on.
const BESIDE: Duration = Duration::from_millis(500);

/// What is foreseen, and by what.
pub(crate) struct Foresight<'a> {
    pub(crate) args: &'a BatchArgs,
    pub(crate) flows: &'a [Flow],
    pub(crate) manifest: &'a Manifest,
    /// Rows of the run that were run already, to go by them.
    pub(crate) pilot: Option<&'a RunFolder>,
    /// The run itself, which is no earlier one.
    pub(crate) but: Option<&'a str>,
    pub(crate) counting: Counting,
    /// How much of earlier runs is read.
    pub(crate) reading: Reading,
    /// What answers calls that were made before.
    pub(crate) cache: Option<Arc<NodeCache>>,
    /// How quickly rows were run just now.
    pub(crate) pace: Option<Pace>,
    /// Rows that are foreseen at a time, and for how long.
    pub(crate) effort: (usize, Option<Duration>),
}

/// What a run will take, by some of its rows, of which there are so many.
pub(crate) async fn foresee(foresight: Foresight<'_>, rows: Vec<BatchRow>, total: u64) -> Estimate {
    let Foresight { args, flows, manifest, pilot, but, counting, reading, cache, effort, pace } = foresight;
    let store = args.store();
    let variants: Vec<Reckoning> = (0_u32..)
        .zip(flows)
        .map(|(variant, flow)| {
            let mut history = pilot.map(|folder| of_run(folder, variant, &flow.plan)).unwrap_or_default();
            let past = PastRuns { store: &store, flow: &flow.path, files: &manifest.flow.files, but, reading };
            let selection = manifest.variants.get(variant as usize).unwrap_or(&flow.selection);
            history.extend(past.history(selection, &flow.plan));
            let history: Arc<History> = Arc::new(history);
            Reckoning { variant: selection.join(","), plan: Arc::clone(&flow.plan), history }
        })
        .collect();
    let options = args.calls.options(args.connection.seed);
    let past = flows.first().map(|flow| PastRuns {
        store: &store,
        flow: &flow.path,
        files: &manifest.flow.files,
        but,
        reading,
    });
    let pace = pace.or_else(|| past.and_then(|past| past.pace()));
    let terms = Terms {
        catalogue: flows.first().map(|flow| Arc::clone(&flow.catalogue)).unwrap_or_default(),
        counting,
        limits: options.limits,
        budget: options.budget,
        jobs: args.jobs(),
        repeat: args.repeat(),
        cache,
        pace,
        retries: options.retries,
    };
    Reckoning::estimate(&variants, rows, total, &terms, effort).await
}

/// Foresees a run while it goes on, by what was known when it began, and keeps that in its folder. Nothing waits for it but the end of
/// the run.
pub(super) fn beside(
    args: &BatchArgs,
    flows: &[Flow],
    folder: &RunFolder,
    manifest: &Manifest,
    (rows, total, cache): (Vec<BatchRow>, u64, Option<Arc<NodeCache>>),
    progress: &Arc<BatchProgress>,
) -> JoinHandle<()> {
    let (args, flows, folder, manifest) = (args.clone(), flows.to_vec(), folder.clone(), manifest.clone());
    let (progress, handle) = (Arc::clone(progress), Handle::current());
    // What it takes is taken from the rows, so that it is as little as can be.
    tokio::task::spawn_blocking(move || {
        let foresight = Foresight {
            args: &args,
            flows: &flows,
            manifest: &manifest,
            pilot: None,
            but: Some(folder.id()),
            counting: Counting::ByCharacters,
            reading: Reading::BRIEF,
            cache,
            pace: None,
            effort: (1, Some(BESIDE)),
        };
        let estimate = handle.block_on(foresee(foresight, rows, total));
        // A run goes on without; its page says nothing of it then.
        let _ = folder.write(ESTIMATE_FILE, estimate.text().as_bytes());
        progress.say(&format!("{DIM}expected: {}{DIM:#}", brief(&estimate)));
    })
}
