use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use flow_core::forecast::{History, Moments, Origin, Seen};
use flow_core::journal::Reader;
use flow_core::plan::{Op, Plan};
use flow_core::run::{Digest, Manifest, Record, RowRecord, RowStatus, RunFolder, RunStore};

/// What is looked for in earlier runs.
#[derive(Debug, Clone, Copy)]
pub struct PastRuns<'a> {
    /// Where they lie.
    pub store: &'a RunStore,
    /// The flow's file.
    pub flow: &'a Path,
    /// The files that the flow is made of now.
    pub files: &'a BTreeMap<String, Digest>,
    /// The run that is not earlier but this one.
    pub but: Option<&'a str>,
    /// How much of them is read.
    pub reading: Reading,
}

/// How much of earlier runs is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// So many runs are looked at, the latest first.
    pub runs: usize,
    /// And so many rows of each.
    pub rows: u64,
}

impl Reading {
    /// As much as says all that there is to say.
    pub const THOROUGH: Self = Self { runs: 8, rows: 2000 };
    /// As much as is read in a few milliseconds.
    pub const BRIEF: Self = Self { runs: 2, rows: 200 };
}

/// With fewer calls than this, nothing is said about others.
const FEW: u64 = 2;

impl PastRuns<'_> {
    /// What calls of a plan took in earlier runs of the flow in the same variant. Runs that cannot be read are passed over.
    #[must_use]
    pub fn history(&self, selection: &[String], plan: &Plan) -> History {
        let providers = providers(plan);
        let mut history = History::default();
        let runs = self.store.list().unwrap_or_default();
        for folder in runs.iter().rev().filter(|folder| Some(folder.id()) != self.but).take(self.reading.runs) {
            let Ok(manifest) = folder.manifest() else { continue };
            let Some(variant) = manifest.variants.iter().position(|known| known == selection) else { continue };
            if is_same(&manifest, self.flow) {
                let changed = manifest.flow.files != *self.files;
                let origin = |calls| Origin::Run { run: Arc::from(folder.id()), calls, changed };
                let variant = u32::try_from(variant).unwrap_or(u32::MAX);
                gather((folder, variant, self.reading.rows), &providers, &origin, &mut history);
            }
        }
        history
    }
}

/// What calls took in some rows of the very run.
#[must_use]
pub fn of_run(folder: &RunFolder, variant: u32, plan: &Plan) -> History {
    let mut history = History::default();
    gather((folder, variant, Reading::THOROUGH.rows), &providers(plan), &|calls| Origin::Pilot { calls }, &mut history);
    history
}

/// Whether a run was one of this flow.
fn is_same(manifest: &Manifest, flow: &Path) -> bool {
    let then = Path::new(&manifest.directory).join(&manifest.flow.path);
    match (then.canonicalize(), flow.canonicalize()) {
        (Ok(then), Ok(flow)) => then == flow,
        _ => false,
    }
}

/// The providers that a plan asks: what a mock model took says nothing of another.
fn providers(plan: &Plan) -> BTreeSet<String> {
    let mut providers = BTreeSet::new();
    for node in &plan.nodes {
        match &node.op {
            Op::Llm(op) => drop(providers.insert(op.target.model.provider().to_owned())),
            Op::Flow(plan) => providers.extend(self::providers(plan)),
            Op::Prompt(_) | Op::Tool(_) | Op::Script(_) => {}
        }
    }
    providers
}

/// What was seen of a node's calls.
#[derive(Default)]
struct Calls {
    prompt: Moments,
    completion: Moments,
    latency: Moments,
    per_row: Moments,
}

fn gather(
    (folder, variant, most): (&RunFolder, u32, u64),
    providers: &BTreeSet<String>,
    origin: &dyn Fn(u64) -> Origin,
    history: &mut History,
) {
    let Ok(reader) = Reader::open(&folder.journal()) else { return };
    let mut seen: BTreeMap<(Arc<str>, Arc<str>), Calls> = BTreeMap::new();
    let mut rows = 0;
    for found in reader {
        // What stands before damage is as good as ever.
        let Ok(found) = found else { break };
        let Ok(Record::Row(row)) = Record::decode(&found.payload) else { continue };
        if row.key.variant == variant && row.status == RowStatus::Completed {
            rows += 1;
            take(&row, rows, providers, &mut seen);
            if rows >= most {
                break;
            }
        }
    }
    for ((node, model), mut calls) in seen {
        while calls.per_row.count < rows {
            calls.per_row.take(0.0);
        }
        if calls.completion.count >= FEW {
            let Calls { prompt, completion, latency, per_row } = calls;
            let origin = origin(completion.count);
            history.add(node, model, Seen { origin, prompt, completion, latency, per_row });
        }
    }
}

/// Takes the calls of a row, the `number`-th that is looked at.
fn take(row: &RowRecord, number: u64, providers: &BTreeSet<String>, seen: &mut BTreeMap<(Arc<str>, Arc<str>), Calls>) {
    let mut of_row: BTreeMap<(Arc<str>, Arc<str>), f64> = BTreeMap::new();
    for call in row.calls.iter().filter(|call| call.error.is_none() && providers.contains(&call.provider)) {
        let key = (Arc::from(call.node.as_str()), Arc::from(call.model.as_str()));
        let calls = seen.entry(key.clone()).or_default();
        calls.prompt.take(call.usage.prompt_tokens as f64);
        calls.completion.take(call.usage.completion_tokens as f64);
        if !call.replayed {
            calls.latency.take((call.elapsed_ms - call.waited_ms).max(0.0) / 1e3);
        }
        *of_row.entry(key).or_default() += 1.0;
    }
    for (key, count) in of_row {
        let Some(calls) = seen.get_mut(&key) else { continue };
        // The rows before that did not call.
        while calls.per_row.count + 1 < number {
            calls.per_row.take(0.0);
        }
        calls.per_row.take(count);
    }
}
