use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flow_core::cache::NodeCache;
use flow_core::catalogue::Catalogue;
use flow_core::forecast::{Amount, Counting, Forecaster, History, Quantity, RowFailure, RowForecast};
use flow_core::gate::{BudgetLimits, Limits};
use flow_core::plan::{Op, Plan};
use tokio::task::JoinSet;

use super::spread::by_chance;
use super::tally::Tally;
use super::time::Rows;
use super::{BudgetEstimate, Estimate, NodeEstimate, Pace, TimeEstimate, TotalEstimate};
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
    /// How often a failed call is tried again, whatever its node says.
    pub retries: Option<u32>,
    /// How often each row is run.
    pub repeat: u32,
    /// What answers calls that were made before.
    pub cache: Option<Arc<NodeCache>>,
    /// How quickly this machine ran such rows when nothing held it up.
    pub pace: Option<Pace>,
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
            .counting(terms.counting)
            .retries(terms.retries);
            let forecaster = match &terms.cache {
                Some(cache) => forecaster.cached(Arc::clone(cache), terms.repeat),
                None => forecaster,
            };
            let foreseen = foresee(&forecaster, &rows, parallel.max(1), until).await;
            let (mut tally, mut values) = (Tally::new(), Vec::new());
            for (row, forecast) in rows.iter().zip(foreseen) {
                if let Some(mut forecast) = forecast {
                    values.extend(forecast.values.take());
                    tally.add(row.line, forecast);
                }
            }
            let after = match forecaster.asks_after_rows() {
                true => {
                    let ended = tally.ending_well(total) * f64::from(terms.repeat);
                    Some(forecaster.after_rows(&values, ended).await)
                }
                false => None,
            };
            tallies.push((variant, tally, after));
        }
        let sampled = tallies.iter().map(|(_, tally, _)| tally.rows).min().unwrap_or_default();
        let mut seconds = Some(flow_core::forecast::Moments::default());
        let failing = tallies.iter().find_map(|(_, tally, _)| tally.failing(total));
        let billed = tallies.iter().any(|(_, tally, _)| tally.is_billed());
        // What runs after all rows takes its time behind them.
        let mut behind = Some(0.0);
        for (variant, tally, after) in tallies {
            notes.extend(tally.too_long());
            match (&mut seconds, &tally.seconds) {
                (Some(all), Some(one)) => (0..one.count).for_each(|_| all.take(one.mean)),
                _ => seconds = None,
            }
            let mut of_variant = tally.into_nodes(&variant.variant, total, u64::from(terms.repeat), terms.limits);
            // Those that not every row runs would else stand where they came first.
            of_variant.sort_by_key(|(node, _)| (place(&variant.plan, &node.node), node.fallback));
            nodes.extend(of_variant);
            if let Some(after) = after {
                notes.extend(after.failure.iter().map(|failure| format!("after all rows {}", failure.message)));
                behind = behind.zip(after.seconds).map(|(sum, seconds): (f64, f64)| sum + seconds);
                let mut tally = Tally::after_rows();
                tally.add(0, after);
                notes.extend(tally.too_long());
                let of_aggregation = tally.into_nodes(&variant.variant, 1, 1, terms.limits).into_iter();
                nodes.extend(of_aggregation.map(|(node, limits)| (NodeEstimate { aggregation: true, ..node }, limits)));
            }
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
            time: TimeEstimate::of(
                &nodes,
                &Rows {
                    seconds: seconds.as_ref(),
                    behind,
                    runs,
                    jobs: terms.jobs.max(1),
                    calls: sum.calls,
                    pace: terms.pace.as_ref(),
                },
            ),
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
        requests: Quantity::NONE,
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
        total.requests += node.requests;
        total.prompt_tokens += node.prompt_tokens;
        total.completion_tokens += node.completion_tokens;
        total.cached_calls += node.cached_calls;
        match node.cost {
            Some(cost) => {
                total.cost += cost;
                total.to_pay += cost.scaled(1.0 - node.cached_share());
            }
            None if node.calls.is_none() => {}
            // Perhaps it is never asked.
            None if node.calls.expected <= 0.0 => (total.cost.worst, total.to_pay.worst) = (None, None),
            None => drop(unpriced.insert(node.model.clone())),
        }
    }
    total.unpriced_models = unpriced.into_iter().collect();
    total
}
