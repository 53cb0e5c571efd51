use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flow_core::cache::NodeCache;
use flow_core::catalogue::Catalogue;
use flow_core::forecast::{Amount, Counting, Forecaster, History, Quantity, RowFailure, RowForecast};
use flow_core::gate::{BudgetLimits, Limits};
use flow_core::plan::{Op, Plan, PlanNode};
use tokio::task::JoinSet;

use super::spread::by_chance;
use super::tally::Tally;
use super::{BudgetEstimate, Estimate, NodeEstimate, TimeEstimate, TotalEstimate};
use crate::batch::BatchRow;

/// Under which terms a run will run.
#[derive(Debug, Clone)]
pub struct Terms {
    /// What is known of models.
    pub catalogue: Arc<Catalogue>,
    /// How tokens are counted.
    pub counting: Counting,
    /// Limits of all calls; where a connection has its own, the narrower one holds.
    pub limits: Limits,
    /// What all calls together may take.
    pub budget: BudgetLimits,
    /// Rows in flight, 1 or more.
    pub jobs: usize,
    /// How often each row is run.
    pub repeat: u32,
    /// What answers calls that were made before.
    pub cache: Option<Arc<NodeCache>>,
}

/// A flow in one of its variants, as it will be run.
#[derive(Debug, Clone)]
pub struct Reckoning {
    /// The variant, as `node=variant`; empty where none is asked for.
    pub variant: String,
    /// What runs.
    pub plan: Arc<Plan>,
    /// What earlier calls took.
    pub history: Arc<History>,
}

impl Reckoning {
    /// What a run will take, by some of its rows or all of them: `total` is how many there are. At most `parallel` rows are foreseen at
    /// a time. Where that takes longer than `time`, those that were foreseen by then have to do; they are a fair sample.
    pub async fn estimate(
        variants: &[Self],
        rows: Vec<BatchRow>,
        total: u64,
        terms: &Terms,
        (parallel, time): (usize, Option<Duration>),
    ) -> Estimate {
        let until = time.map(|time| Instant::now() + time);
        let rows = Arc::new(rows);
        let (mut nodes, mut notes, mut tallies) = (Vec::new(), Vec::new(), Vec::new());
        for variant in variants {
            let runs = total * u64::from(terms.repeat);
            let forecaster = Forecaster::new(
                Arc::clone(&variant.plan),
                Arc::clone(&terms.catalogue),
                Arc::clone(&variant.history),
                runs,
            )
            .counting(terms.counting);
            let forecaster = match &terms.cache {
                Some(cache) => forecaster.cached(Arc::clone(cache), terms.repeat),
                None => forecaster,
            };
            let foreseen = foresee(&forecaster, &rows, parallel.max(1), until).await;
            let mut tally = Tally::new();
            for (row, forecast) in rows.iter().zip(foreseen) {
                if let Some(forecast) = forecast {
                    tally.add(row.line, forecast);
                }
            }
            tallies.push((variant, tally));
        }
        let sampled = tallies.iter().map(|(_, tally)| tally.rows).min().unwrap_or_default();
        let mut seconds = Some(flow_core::forecast::Moments::default());
        let failing = tallies.iter().find_map(|(_, tally)| tally.failing(total));
        let billed = tallies.iter().any(|(_, tally)| tally.is_billed());
        for (variant, tally) in tallies {
            notes.extend(tally.too_long());
            notes.extend(not_reckoned(&variant.plan));
            match (&mut seconds, &tally.seconds) {
                (Some(all), Some(one)) => (0..one.count).for_each(|_| all.take(one.mean)),
                _ => seconds = None,
            }
            let mut of_variant = tally.into_nodes(&variant.variant, total, u64::from(terms.repeat), terms.limits);
            // Those that not every row runs would else stand where they came first.
            of_variant.sort_by_key(|(node, _)| place(&variant.plan, &node.node));
            nodes.extend(of_variant);
        }
        notes.dedup();
        let sum = total_of(nodes.iter().map(|(node, _)| node), billed);
        let runs_per_row = variants.len() as u64 * u64::from(terms.repeat);
        let runs = (total * runs_per_row) as f64;
        Estimate {
            rows: total,
            sampled,
            runs_per_row,
            failing,
            time: TimeEstimate::of(&nodes, seconds.as_ref(), runs, terms.jobs.max(1), sum.calls),
            budgets: BudgetEstimate::of(&terms.budget, &sum, total),
            nodes: nodes.into_iter().map(|(node, _)| node).collect(),
            total: sum,
            notes,
        }
    }
}

/// Foresees rows, in an order by chance.
async fn foresee(
    forecaster: &Forecaster,
    rows: &Arc<Vec<BatchRow>>,
    parallel: usize,
    until: Option<Instant>,
) -> Vec<Option<RowForecast>> {
    let mut foreseen: Vec<Option<RowForecast>> = rows.iter().map(|_| None).collect();
    let mut tasks = JoinSet::new();
    let mut order = by_chance(rows.len()).into_iter();
    loop {
        // One row is always foreseen, however late it is.
        let has_time = |begun: bool| !begun || until.is_none_or(|until| Instant::now() < until);
        while tasks.len() < parallel
            && let Some(place) = order.next()
        {
            if !has_time(foreseen.iter().any(Option::is_some) || !tasks.is_empty()) {
                order = Vec::new().into_iter();
                break;
            }
            let (forecaster, rows) = (forecaster.clone(), Arc::clone(rows));
            tasks.spawn(async move { (place, of_row(&forecaster, &rows[place]).await) });
        }
        match tasks.join_next().await {
            Some(Ok((place, forecast))) => foreseen[place] = Some(forecast),
            // A task of ours never panics on purpose; its row is left out.
            Some(Err(_)) => {}
            None => return foreseen,
        }
    }
}

async fn of_row(forecaster: &Forecaster, row: &BatchRow) -> RowForecast {
    match &row.problem {
        Some(problem) => RowForecast {
            failure: Some(RowFailure { code: problem.code.clone(), message: problem.message.clone(), node: None }),
            ..RowForecast::default()
        },
        None => forecaster.row(row.line, &row.inputs).await,
    }
}

/// Where a node stands in the plan; one of a sub-flow where the node stands that calls it, behind those that stand there before it.
fn place(plan: &Plan, node: &str) -> Vec<usize> {
    let (first, rest) = node.split_once('/').map_or((node, None), |(first, rest)| (first, Some(rest)));
    let Some((index, found)) = plan.node(first) else { return vec![usize::MAX] };
    let mut place = vec![index.index()];
    if let (Some(rest), Op::Flow(inside)) = (rest, &found.op) {
        place.extend(self::place(inside, rest));
    }
    place
}

/// All calls together.
fn total_of<'n>(nodes: impl Iterator<Item = &'n NodeEstimate>, billed: bool) -> TotalEstimate {
    let mut total = TotalEstimate {
        calls: Quantity::NONE,
        prompt_tokens: Quantity::NONE,
        completion_tokens: Quantity::NONE,
        cached_calls: Quantity::NONE,
        cost: Amount::NONE,
        to_pay: Amount::NONE,
        unpriced_models: Vec::new(),
        billed,
    };
    let mut unpriced = BTreeSet::new();
    for node in nodes {
        total.calls += node.calls;
        total.prompt_tokens += node.prompt_tokens;
        total.completion_tokens += node.completion_tokens;
        total.cached_calls += node.cached_calls;
        match node.cost {
            Some(cost) => {
                total.cost += cost;
                total.to_pay += cost.scaled(1.0 - node.cached_share());
            }
            None if node.calls.is_none() => {}
            None => drop(unpriced.insert(node.model.clone())),
        }
    }
    total.unpriced_models = unpriced.into_iter().collect();
    total
}

/// Calls of a plan that are not reckoned with, in words.
fn not_reckoned(plan: &Plan) -> Vec<String> {
    let mut notes = Vec::new();
    for node in &plan.nodes {
        let Some(asks) = asks_models(node) else { continue };
        if node.aggregation {
            notes.push(format!(
                "aggregation node `{}` asks a model after all rows, with a prompt that depends on all of them; that is not reckoned with",
                node.name
            ));
        } else if asks > 0 {
            notes.push(format!(
                "where calls of `{}` fail for good, another model is asked; that is not reckoned with",
                node.name
            ));
        }
    }
    notes
}

/// How many alternatives a node has to its model; `None` where it asks none.
fn asks_models(node: &PlanNode) -> Option<usize> {
    match &node.op {
        Op::Llm(op) => Some(op.fallback.len()),
        Op::Flow(plan) => plan.nodes.iter().filter_map(asks_models).max(),
        Op::Prompt(_) | Op::Tool(_) | Op::Script(_) => None,
    }
}
