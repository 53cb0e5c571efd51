use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use flow_core::forecast::{History, Moments, Origin, Seen};
use flow_core::journal::Reader;
use flow_core::model::Usage;
use flow_core::plan::{Op, Plan};
use flow_core::run::{CallEntry, Digest, Manifest, Record, RowStatus, RunFolder, RunStore};
use serde::Deserialize;

use super::Pace;

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
        for (folder, manifest) in self.latest() {
            let Some(variant) = manifest.variants.iter().position(|known| known == selection) else { continue };
            let changed = manifest.flow.files != *self.files;
            let origin = |calls| Origin::Run { run: Arc::from(folder.id()), calls, changed };
            let variant = u32::try_from(variant).unwrap_or(u32::MAX);
            gather((&folder, variant, self.reading.rows), &providers, &origin, &mut history);
        }
        history
    }

    /// How quickly the latest run ended that nothing but this machine held up.
    #[must_use]
    pub fn pace(&self) -> Option<Pace> {
        self.latest().find_map(|(folder, _)| {
            let summary = std::fs::read_to_string(folder.path().join("summary.json")).ok()?;
            let Summary { state, rows, usage, elapsed_ms } = serde_json::from_str(&summary).ok()?;
            // What the cache answers costs less of the machine, or more.
            let is_whole = state == "completed" && usage.served_calls == 0;
            Pace::of(folder.id(), rows.completed + rows.failed, elapsed_ms?).filter(|_| is_whole)
        })
    }

    /// The latest runs of the flow.
    fn latest(&self) -> impl Iterator<Item = (RunFolder, Manifest)> {
        let runs = self.store.list().unwrap_or_default().into_iter().rev();
        let earlier = runs.filter(|folder| Some(folder.id()) != self.but).take(self.reading.runs);
        let manifests = earlier.filter_map(|folder| folder.manifest().ok().map(|manifest| (folder, manifest)));
        manifests.filter(|(_, manifest)| is_same(manifest, self.flow))
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

/// What is read of a run's summary.
#[derive(Deserialize)]
struct Summary {
    state: String,
    rows: RowsEnded,
    usage: Usage,
    elapsed_ms: Option<f64>,
}

#[derive(Deserialize)]
struct RowsEnded {
    completed: u64,
    failed: u64,
}

/// What was seen of a node's calls.
#[derive(Default)]
struct Calls {
    prompt: Moments,
    completion: Moments,
    latency: Moments,
    per_row: Moments,
    tries: Moments,
    answers: Moments,
}

impl Calls {
    /// Takes a call that was answered.
    fn take(&mut self, call: &CallEntry) {
        self.prompt.take(call.usage.prompt_tokens as f64);
        self.completion.take(call.usage.completion_tokens as f64);
        if !call.replayed {
            self.latency.take((call.elapsed_ms - call.waited_ms).max(0.0) / 1e3);
            self.tries.take(f64::from(call.attempts.max(1)));
        }
    }

    fn seen(self, origin: Origin) -> Seen {
        let Self { prompt, completion, latency, per_row, tries, answers } = self;
        Seen { origin, prompt, completion, latency, per_row, tries, answers }
    }
}

/// Calls by node and model.
type ByNode = BTreeMap<(Arc<str>, Arc<str>), Calls>;

fn gather(
    (folder, variant, most): (&RunFolder, u32, u64),
    providers: &BTreeSet<String>,
    origin: &dyn Fn(u64) -> Origin,
    history: &mut History,
) {
    let Ok(reader) = Reader::open(&folder.journal()) else { return };
    let (mut seen, mut after) = (ByNode::new(), ByNode::new());
    let mut rows = 0;
    for found in reader {
        // What stands before damage is as good as ever.
        let Ok(found) = found else { break };
        let row = match Record::decode(&found.payload) {
            Ok(Record::Row(row)) => row,
            Ok(Record::Aggregation(record)) if record.variant == variant => {
                after.clear();
                take(&record.calls, 1, providers, &mut after);
                continue;
            }
            _ => continue,
        };
        if row.key.variant == variant && row.status == RowStatus::Completed {
            rows += 1;
            take(&row.calls, rows, providers, &mut seen);
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
            let origin = origin(calls.completion.count);
            history.add(node, model, calls.seen(origin));
        }
    }
    // Of nodes that run once there is but one call to go by.
    for ((node, model), calls) in after {
        let origin = origin(calls.completion.count);
        history.add(node, model, calls.seen(origin));
    }
}

/// Takes the calls of a row, or of what runs after all of them; it is the `number`-th that is looked at.
fn take(calls: &[CallEntry], number: u64, providers: &BTreeSet<String>, seen: &mut ByNode) {
    let mut of_row: BTreeMap<(Arc<str>, Arc<str>), f64> = BTreeMap::new();
    let mut of_turn: BTreeMap<(&str, &str, Option<usize>), f64> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.error.is_none() && providers.contains(&call.provider)) {
        let key = (Arc::from(call.node.as_str()), Arc::from(call.model.as_str()));
        seen.entry(key.clone()).or_default().take(call);
        *of_turn.entry((&call.node, &call.model, call.item)).or_default() += 1.0;
        *of_row.entry(key).or_default() += 1.0;
    }
    for ((node, model, _), answers) in of_turn {
        if let Some(calls) = seen.get_mut(&(Arc::from(node), Arc::from(model))) {
            calls.answers.take(answers);
        }
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
