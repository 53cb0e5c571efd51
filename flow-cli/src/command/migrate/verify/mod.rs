//! `flow migrate --verify`: a run that promptflow made, gone through again node by node, without a call of a model.

mod compare;
mod constants;
mod judge;
mod leave;
mod record;
mod request;
mod tally;
mod tell;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::engine::Flow;
use flow_core::exec::{
    Executor, Gave, RecordedEnd, RecordedNodes, Retraced, RetracedNode, RowForAggregation, Turn, joined,
};
use flow_core::plan::{Op, Plan, PlanNode};
use flow_core::value::{Map, Value};
use serde_json::{Value as Json, json};

use self::compare::Strictness;
use self::judge::Finding;
use self::leave::Leave;
use self::record::{NodeRecords, Record, RowRecord};
use self::tally::Tally;
use super::home::Home;
use super::nodes::written_nodes;
use crate::args::{EnvironmentArgs, FlowArgs, Language, MigrateArgs};
use crate::command::Problem;
use crate::command::check::{collect_flows, has_flows};
use crate::exit::Exit;
use crate::ui;
use crate::workbench;

/// What came of a verification.
struct Outcome<'a> {
    flow: &'a Path,
    run: &'a str,
    folder: &'a Path,
    variants: &'a [String],
    rows: usize,
    found: Found,
}

/// What was found.
struct Found {
    /// By node, in the flow's order; those that the flow does not have stand behind.
    nodes: Vec<Tally>,
    /// Of the rows as a whole.
    outputs: Tally,
    /// Of the metrics that code logged, if any.
    metrics: Option<Tally>,
}

/// Goes through a run.
pub(super) fn verify(args: &MigrateArgs, run: &str) -> Result<Exit, Problem> {
    let record = Record::read(&Home::run(run)?)?;
    let flow = flow_of(&args.path, &record)?;
    let variants = match &args.variant[..] {
        [] => Home::variant_of(&record.folder).into_iter().collect(),
        given => given.to_vec(),
    };
    let which = FlowArgs {
        flow: flow.clone(),
        variant: variants.clone(),
        overrides: Vec::new(),
        language: Language { compat: false, strict: false },
    };
    let environment = EnvironmentArgs { variables: args.env.clone() };
    let Some(selected) = workbench::load_to_verify(&which, &environment, args.allow_exec, args.json)? else {
        return Ok(Exit::Usage);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed("no-runtime", format!("cannot start: {error}")))?;
    let found = runtime.block_on(Verification::new(&selected.flow, &record, Leave { exec: args.allow_exec }).run());
    let (rows, folder) = (record.rows.len(), &*record.folder);
    let outcome = Outcome { flow: &flow, run: &record.name, folder, variants: &variants, rows, found };
    if args.json {
        ui::out_json(&outcome.json());
    } else {
        tell::tell(&outcome);
    }
    Ok(match outcome.found.totals() {
        [0, 0, _] => Exit::Undecided,
        [_, 0, _] => Exit::Done,
        _ => Exit::GateFailed,
    })
}

/// The flow that a run is of: the one that is named, else the one below the folder that has the run's nodes.
fn flow_of(path: &Path, record: &Record) -> Result<PathBuf, Problem> {
    if path.is_file() || has_flows(path) {
        return Ok(path.to_path_buf());
    }
    let mut flows = Vec::new();
    collect_flows(path, &mut flows);
    let names = record.node_names();
    flows.retain(|flow| {
        let written = written_nodes(flow);
        names.iter().all(|name| written.iter().any(|node| *node.name == **name))
    });
    let shown: Vec<String> = flows.iter().map(|flow| flow.display().to_string()).collect();
    match (flows.pop(), flows.is_empty()) {
        (Some(flow), true) => Ok(flow),
        (None, _) => {
            let nodes = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let message = format!("no flow in {} has the nodes of the run: {nodes}", path.display());
            Err(Problem::usage("flow-not-found", message).help("name the folder of the flow that was run"))
        }
        (Some(_), false) => {
            let message = format!("several flows have the nodes of the run: {}", shown.join(", "));
            Err(Problem::usage("several-flows", message).help("name one of them"))
        }
    }
}

/// One verification.
struct Verification<'a> {
    plan: &'a Arc<Plan>,
    record: &'a Record,
    leave: Leave,
    executor: Executor,
    tallies: BTreeMap<Arc<str>, Tally>,
}

impl<'a> Verification<'a> {
    fn new(flow: &'a Flow, record: &'a Record, leave: Leave) -> Self {
        let plan = &flow.plan;
        let tallies = plan.nodes.iter().map(|node| {
            let (kind, how) = leave.words(node);
            (Arc::clone(&node.name), Tally::new(&*node.name, kind, how))
        });
        Self { plan, record, leave, executor: Executor::new(), tallies: tallies.collect() }
    }

    async fn run(mut self) -> Found {
        let mut outputs = Tally::new("outputs", "", "");
        for (number, row) in &self.record.rows {
            let found = self.row(*number, row).await;
            let ended = if row.failure.is_some() { RecordedEnd::Failed } else { RecordedEnd::Finished };
            outputs.add(Some(*number), ended, self.without_secrets(found));
        }
        let metrics = self.after_rows().await;
        let mut nodes: Vec<Tally> = self.plan.nodes.iter().filter_map(|node| self.tallies.remove(&node.name)).collect();
        nodes.extend(self.tallies.into_values());
        nodes.retain(|tally| !tally.is_empty());
        Found { nodes, outputs, metrics }
    }

    async fn row(&mut self, number: u64, row: &RowRecord) -> Finding {
        let pictures = row.inputs.iter().find_map(|(name, value)| Some((name, compare::lost(value)?)));
        if let Some((name, why)) = pictures {
            let why = format!("input `{name}` of the flow is or holds {why}");
            for (node, record) in &row.nodes {
                self.add(node, Some(number), record.recorded.ended, Finding::Unverified(why.clone()));
            }
            return Finding::Unverified(why);
        }
        let nodes = recorded(self.plan, &row.nodes);
        let leave = self.leave;
        let may_run = |node: &PlanNode| leave.allows(node);
        let retraced = self.executor.retrace_row(self.plan, (number, &row.inputs), &nodes, &may_run).await;
        let found = match &retraced {
            Ok(retraced) => self.judged(&row.nodes, retraced, row.failure.is_none()),
            Err(_) => Vec::new(),
        };
        let failed: Vec<&Finding> =
            found.iter().filter(|(_, ended, _)| *ended == RecordedEnd::Failed).map(|(_, _, found)| found).collect();
        let whole = judge::row(row, &retraced, &failed);
        for (node, ended, found) in found {
            self.add(&node, Some(number), ended, found);
        }
        whole
    }

    /// What is found of each node of a row, or after all rows.
    fn judged(
        &self,
        records: &NodeRecords,
        retraced: &Retraced,
        is_whole: bool,
    ) -> Vec<(Arc<str>, RecordedEnd, Finding)> {
        let mut found = Vec::new();
        for retraced in &retraced.nodes {
            let node = &self.plan.nodes[retraced.node.index()];
            match records.get(&node.name) {
                Some(record) => {
                    found.push((
                        Arc::clone(&node.name),
                        record.recorded.ended,
                        judge::node(node, record, retraced, self.leave),
                    ));
                }
                None if is_whole && is_missed(retraced) => {
                    let why = Finding::Unverified("promptflow has no record of it".to_owned());
                    found.push((Arc::clone(&node.name), RecordedEnd::Finished, why));
                }
                None => {}
            }
        }
        for (name, record) in records.iter().filter(|(name, _)| self.plan.node(name).is_none()) {
            let why = Finding::Unverified("the flow has no such node".to_owned());
            found.push((Arc::clone(name), record.recorded.ended, why));
        }
        found
    }

    /// The nodes after all rows; gives what is found of the metrics that code logged.
    async fn after_rows(&mut self) -> Option<Tally> {
        let records = &self.record.aggregation;
        if records.is_empty() {
            return None;
        }
        let sources = RowForAggregation::sources(self.plan);
        let ended_well = self.record.rows.values().filter(|row| row.failure.is_none());
        let rows: Vec<RowForAggregation> = ended_well
            .map(|row| {
                let nodes = recorded(self.plan, &row.nodes).into_iter();
                let seen = nodes.filter(|(name, node)| sources.contains(name) && node.ended == RecordedEnd::Finished);
                let nodes = seen.map(|(name, node)| (name, node.output)).collect();
                RowForAggregation { inputs: Arc::new(row.inputs.clone()), nodes }
            })
            .collect();
        let nodes = recorded(self.plan, records);
        let leave = self.leave;
        let may_run = |node: &PlanNode| leave.allows(node);
        let retraced = self.executor.retrace_aggregation(self.plan, &rows, &nodes, &may_run).await;
        for (node, ended, found) in self.judged(records, &retraced, true) {
            self.add(&node, None, ended, found);
        }
        let metrics = metrics(&self.record.metrics, &retraced)?;
        let mut tally = Tally::new("metrics", "", "");
        tally.add(None, RecordedEnd::Finished, self.without_secrets(metrics));
        Some(tally)
    }

    fn add(&mut self, node: &Arc<str>, row: Option<u64>, ended: RecordedEnd, found: Finding) {
        let found = self.without_secrets(found);
        let tally = self.tallies.entry(Arc::clone(node)).or_insert_with(|| Tally::new(&**node, "", ""));
        tally.add(row, ended, found);
    }

    /// What code made of connections' secrets is told to nobody.
    fn without_secrets(&self, found: Finding) -> Finding {
        let Finding::Different(mut differences) = found else { return found };
        for difference in &mut differences {
            for value in [&mut difference.recorded, &mut difference.here].into_iter().flatten() {
                *value = self.plan.secrets.blot_value(value);
            }
        }
        Finding::Different(differences)
    }
}

/// What is recorded of nodes, as the engine takes it. Answers that were recorded in pieces are put together.
fn recorded(plan: &Plan, records: &NodeRecords) -> RecordedNodes {
    let is_model = |name: &str| plan.node(name).is_some_and(|(_, node)| matches!(node.op, Op::Llm(_)));
    let node = |(name, record): (&Arc<str>, &record::NodeRecord)| {
        let mut recorded = record.recorded.clone();
        if let Some(text) = recorded.output.as_list().and_then(joined).filter(|_| is_model(name)) {
            recorded.output = Value::from(text);
        }
        (Arc::clone(name), recorded)
    };
    records.iter().map(node).collect()
}

/// Whether a node that is not in the record should be there.
fn is_missed(retraced: &RetracedNode) -> bool {
    !matches!(retraced.turn, Turn::Unreached)
}

/// What is found of the metrics; nothing where nobody logged any.
fn metrics(recorded: &Map, retraced: &Retraced) -> Option<Finding> {
    let here = &retraced.metrics;
    if recorded.is_empty() && here.is_empty() {
        return None;
    }
    if retraced.nodes.iter().any(|node| matches!(node.gave, Some(Gave::NotRun))) {
        return Some(Finding::Unverified("nodes that may have logged them were not run".to_owned()));
    }
    let [recorded, here] = [recorded, here].map(|map| Value::Map(Arc::new(map.clone())));
    Some(Finding::of(Strictness::Json.differences("metrics", &recorded, &here)))
}

impl Found {
    fn all(&self) -> impl Iterator<Item = &Tally> {
        self.nodes.iter().chain([&self.outputs]).chain(&self.metrics)
    }

    /// How many results are equal, different, and not verified.
    fn totals(&self) -> [usize; 3] {
        let sum = |count: fn(&Tally) -> usize| self.all().map(count).sum();
        [sum(|tally| tally.equal), sum(|tally| tally.different.len()), sum(Tally::unknown)]
    }
}

impl Outcome<'_> {
    fn json(&self) -> Json {
        let [equal, different, unverified] = self.found.totals();
        json!({
            "flow": self.flow,
            "run": self.run,
            "folder": self.folder,
            "variants": self.variants,
            "rows": self.rows,
            "equal": equal, "different": different, "unverified": unverified,
            "nodes": self.found.nodes.iter().map(Tally::json).collect::<Vec<_>>(),
            "outputs": self.found.outputs.json(),
            "metrics": self.found.metrics.as_ref().map(Tally::json),
        })
    }
}
