use std::collections::BTreeMap;
use std::sync::Arc;

use flow_core::forecast::{Amount, CallForecast, Moments, Quantity, RowForecast, Source};
use flow_core::gate::Limits;

use super::NodeEstimate;
use super::document::{FailingReason, FailingRows};

/// Rows of a variant that were foreseen, added up.
#[derive(Debug, Default)]
pub(super) struct Tally {
    nodes: Vec<NodeTally>,
    /// Where a node stands among them, by its name, its connection's and its model's, and whether that is asked where another fails.
    places: BTreeMap<([Arc<str>; 3], bool), usize>,
    /// Rows.
    pub(super) rows: u64,
    /// Seconds of a row; `None` once a row's are not known.
    pub(super) seconds: Option<Moments>,
    failing: BTreeMap<String, FailingReason>,
    failed: u64,
    /// Whether it is of what runs after all rows.
    is_after_rows: bool,
    too_long: BTreeMap<Arc<str>, (u64, u64)>,
}

#[derive(Debug)]
struct NodeTally {
    call: CallForecast,
    calls: Quantity,
    requests: Quantity,
    prompt: Quantity,
    completion: Quantity,
    cost: Option<Amount>,
    prompt_source: Source,
    completion_source: Source,
    reason: Option<String>,
    calls_per_row: PerRow,
    prompt_per_row: PerRow,
    completion_per_row: PerRow,
    cached: Quantity,
}

/// A number of each row, of which most may be nothing.
#[derive(Debug, Default)]
struct PerRow {
    moments: Moments,
    row: u64,
    sum: f64,
}

impl PerRow {
    /// Adds to the number of a row; rows come one after the other.
    fn add(&mut self, row: u64, number: f64) {
        if self.row != row {
            self.end();
            self.row = row;
        }
        self.sum += number;
    }

    fn end(&mut self) {
        if self.row > 0 {
            self.moments.take(self.sum);
        }
        self.sum = 0.0;
    }

    /// How far the sum over all of `whole` rows may lie from what these say.
    fn error(mut self, rows: u64, whole: f64) -> f64 {
        self.end();
        while self.moments.count < rows {
            self.moments.take(0.0);
        }
        let alike = self.moments.mean.abs() / (self.moments.count as f64 + 1.0);
        let error = self.moments.error_of_mean(whole).unwrap_or(0.0);
        // However alike they are, so few say no more of the others than that.
        let left = 1.0 - self.moments.count as f64 / whole.max(1.0);
        error.max(alike * left.clamp(0.0, 1.0)) * whole
    }
}

impl Tally {
    pub(super) fn new() -> Self {
        Self { seconds: Some(Moments::default()), ..Self::default() }
    }

    /// Of what runs after all rows.
    pub(super) fn after_rows() -> Self {
        Self { is_after_rows: true, ..Self::new() }
    }

    /// Adds a row.
    pub(super) fn add(&mut self, line: u64, row: RowForecast) {
        self.rows += 1;
        if let Some(failure) = row.failure {
            self.failed += 1;
            let reason = FailingReason { line, rows: 0, message: failure.message };
            self.failing.entry(reason.message.clone()).or_insert(reason).rows += 1;
        } else {
            match (&mut self.seconds, row.seconds) {
                (Some(seconds), Some(took)) => seconds.take(took),
                _ => self.seconds = None,
            }
        }
        for call in row.calls {
            if let Some(more) = call.too_long {
                let found = self.too_long.entry(Arc::clone(&call.node)).or_default();
                *found = (found.0 + 1, found.1.max(more));
            }
            self.node(call);
        }
    }

    fn node(&mut self, call: CallForecast) {
        let key = ([&call.node, &call.connection, &call.model].map(Arc::clone), call.is_fallback);
        let place = *self.places.entry(key).or_insert(self.nodes.len());
        if place == self.nodes.len() {
            self.nodes.push(NodeTally {
                calls: Quantity::NONE,
                requests: Quantity::NONE,
                prompt: Quantity::NONE,
                completion: Quantity::NONE,
                cost: Some(Amount::NONE),
                prompt_source: call.prompt_source.clone(),
                completion_source: call.completion_source.clone(),
                reason: call.reason.clone(),
                calls_per_row: PerRow::default(),
                prompt_per_row: PerRow::default(),
                completion_per_row: PerRow::default(),
                cached: Quantity::NONE,
                call: CallForecast { request: None, ..call.clone() },
            });
        }
        let node = &mut self.nodes[place];
        node.calls += call.calls;
        node.requests += call.requests;
        node.cached += call.cached;
        node.calls_per_row.add(self.rows, call.calls.expected);
        node.prompt_source = node.prompt_source.clone().weaker(call.prompt_source);
        node.completion_source = node.completion_source.clone().weaker(call.completion_source);
        node.reason = node.reason.take().or(call.reason);
        node.prompt += call.prompt;
        node.completion += call.completion;
        node.prompt_per_row.add(self.rows, call.prompt.expected);
        node.completion_per_row.add(self.rows, call.completion.expected);
        node.cost = node.cost.zip(call.cost).map(|(mut sum, cost)| {
            sum += cost;
            sum
        });
    }

    /// The calls of all rows, of which these are some; each of them run so often.
    pub(super) fn into_nodes(
        self,
        variant: &str,
        rows: u64,
        repeat: u64,
        limits: Limits,
    ) -> Vec<(NodeEstimate, Limits)> {
        let seen = self.rows.max(1);
        let (factor, repeat) = (rows as f64 / seen as f64 * repeat as f64, repeat as f64);
        let whole = rows as f64;
        let estimate = |node: NodeTally| {
            // A sum over some rows says less of that over all of them.
            let wide = |sum: Quantity, per_row: PerRow| {
                let scaled = sum.scaled(factor);
                let error = per_row.error(seen, whole) * repeat;
                if seen < rows { Quantity { worst: None, ..scaled }.widened(error) } else { scaled }
            };
            let calls = wide(node.calls, node.calls_per_row);
            let more = calls.high - node.calls.scaled(factor).high;
            let requests = node.requests.scaled(factor);
            let requests = Quantity { worst: None, ..requests }.widened(more.max(0.0));
            let (prompt, completion) =
                (wide(node.prompt, node.prompt_per_row), wide(node.completion, node.completion_per_row));
            let share = |wide: Quantity, sum: Quantity| {
                let scaled = sum.scaled(factor);
                if scaled.expected > 0.0 { (wide.high - scaled.high) / scaled.expected } else { 0.0 }
            };
            let play = share(prompt, node.prompt).max(share(completion, node.completion)).max(share(calls, node.calls));
            let worst = |quantity: Quantity, sum: Quantity| Quantity {
                worst: sum.scaled(factor).worst.map(|worst| worst.max(quantity.high)),
                ..quantity
            };
            let estimate = NodeEstimate {
                variant: variant.to_owned(),
                node: node.call.node.to_string(),
                connection: node.call.connection.to_string(),
                provider: node.call.provider.to_string(),
                model: node.call.model.to_string(),
                fallback: node.call.is_fallback,
                aggregation: false,
                calls: worst(calls, node.calls),
                requests: worst(requests, node.requests),
                most_tries: node.call.most_tries,
                prompt_tokens: worst(prompt, node.prompt),
                prompt_source: node.prompt_source,
                completion_tokens: worst(completion, node.completion),
                completion_source: node.completion_source,
                cost: node.cost.map(|cost| {
                    let wide = Amount { worst: None, ..cost.scaled(factor) }.widened(play);
                    Amount { worst: cost.scaled(factor).worst.map(|worst| worst.max(wide.high)), ..wide }
                }),
                seconds_per_call: node.call.seconds,
                reason: node.reason,
                cached_calls: node.cached.scaled(factor),
            };
            (estimate, node.call.limits.and(limits))
        };
        self.nodes.into_iter().map(estimate).collect()
    }

    /// Whether any call is paid for.
    pub(super) fn is_billed(&self) -> bool {
        self.nodes.iter().any(|node| node.call.billed)
    }

    /// How many of all rows will not fail for certain.
    pub(super) fn ending_well(&self, rows: u64) -> f64 {
        (1.0 - self.failed as f64 / self.rows.max(1) as f64) * rows as f64
    }

    /// Rows that will fail.
    pub(super) fn failing(&self, rows: u64) -> Option<FailingRows> {
        const TOLD: usize = 5;
        let mut reasons: Vec<FailingReason> = self.failing.values().cloned().collect();
        reasons.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.line.cmp(&other.line)));
        reasons.truncate(TOLD);
        let share = self.failed as f64 / self.rows.max(1) as f64;
        (self.failed > 0).then_some(FailingRows { rows: share * rows as f64, reasons })
    }

    /// Prompts that are longer than their model takes, in words.
    pub(super) fn too_long(&self) -> impl Iterator<Item = String> {
        self.too_long.iter().map(|(node, (rows, more))| {
            if self.is_after_rows {
                return format!("the prompt of `{node}` after all rows is longer than its model can take, by {more} tokens; that call will fail");
            }
            let rows = if *rows == 1 { "1 row is".to_owned() } else { format!("{rows} rows are") };
            format!("the prompts of `{node}` for {rows} longer than its model can take, by up to {more} tokens; those calls will fail")
        })
    }
}
