use std::sync::Arc;

use flow_core::exec::{Executor, RowForAggregation, RowOptions};
use flow_core::journal::{self, Writer};
use flow_core::model::CallMemory;
use flow_core::plan::Plan;
use flow_core::run::{EndState, PastCallRecord, RowKey, RowRecord};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::decide::InOrder;
use super::memory::RowMemory;
use super::task::{Ground, TaskEnd, record, run_row};
use super::{BatchEnd, BatchOptions, BatchRow, Counts, Decide, Earlier, Observe};

/// Runs rows through the plans of a flow's variants.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The plans, one for each variant that is run.
    pub plans: Vec<Arc<Plan>>,
    /// What runs them.
    pub executor: Executor,
    /// How.
    pub options: BatchOptions,
}

impl Batch {
    /// Runs all rows of a channel but those that are done already: each of them through each variant before the next row. Ends when
    /// the channel does, or when the options say so; rows that are not recorded by then are to be run again, without the calls of
    /// theirs that are recorded.
    ///
    /// # Errors
    ///
    /// If the journal does not take a record; nothing more is begun then.
    pub async fn run(
        &self,
        rows: mpsc::Receiver<BatchRow>,
        earlier: Earlier,
        journal: &Arc<Writer>,
        observe: &Arc<dyn Observe>,
        decide: Option<Box<dyn Decide>>,
    ) -> Result<BatchEnd, journal::Error> {
        let (batch, journal, observe) = (self.clone(), Arc::clone(journal), Arc::clone(observe));
        // On one of the threads that run rows: to wake another one up for each row takes longer than many a row. Dropped with this future.
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { batch.fly((rows, earlier), &journal, &observe, decide).await });
        match tasks.join_next().await {
            Some(Ok(ended)) => ended,
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime is shutting down.
            Some(Err(_)) | None => std::future::pending().await,
        }
    }

    async fn fly(
        &self,
        (mut rows, mut earlier): (mpsc::Receiver<BatchRow>, Earlier),
        journal: &Arc<Writer>,
        observe: &Arc<dyn Observe>,
        decide: Option<Box<dyn Decide>>,
    ) -> Result<BatchEnd, journal::Error> {
        let mut flight = Flight::new(self, decide);
        let mut skipped = 0;
        while let Some(row) = flight.next(&mut rows).await {
            flight.wait_for_the_first().await;
            let keys = self.keys(&row).into_iter().filter(|(_, variant)| flight.is_live(*variant)).collect::<Vec<_>>();
            flight.announce(row.line, keys.len());
            for (key, variant) in keys {
                if earlier.done.contains(&key) {
                    skipped += 1;
                    flight.recall(&mut earlier, key);
                    continue;
                }
                flight.make_room().await;
                if flight.is_ending() {
                    break;
                }
                let calls = earlier.calls.remove(&key).unwrap_or_default();
                flight.begin((key, calls), variant, &row, journal, observe);
            }
        }
        flight.land().await;
        flight.end(skipped)
    }

    /// What a row is run as.
    fn keys(&self, row: &BatchRow) -> Vec<(RowKey, usize)> {
        let (line, variants) = (row.line, self.plans.len());
        match row.of {
            Some(key) => vec![(key, key.variant as usize)].into_iter().filter(|(_, at)| *at < variants).collect(),
            None => (0..self.options.repeat.max(1))
                .flat_map(|repeat| (0..variants).map(move |at| (RowKey { line, variant: at as u32, repeat }, at)))
                .collect(),
        }
    }
}

/// The rows in flight.
struct Flight<'a> {
    batch: &'a Batch,
    grounds: Vec<Arc<Ground>>,
    tasks: JoinSet<TaskEnd>,
    counts: Counts,
    ending: Option<(EndState, String)>,
    is_over_budget: bool,
    unwritten: Option<journal::Error>,
    /// The lines for those who decide on the way.
    in_order: Option<InOrder>,
}

impl<'a> Flight<'a> {
    fn new(batch: &'a Batch, decide: Option<Box<dyn Decide>>) -> Self {
        let ground = |plan: &Arc<Plan>| {
            let has_aggregation = plan.nodes.iter().any(|node| node.aggregation);
            let kept =
                if has_aggregation { RowForAggregation::sources(plan).into_iter().collect() } else { Arc::default() };
            let order = plan.nodes.iter().enumerate().map(|(at, node)| (Arc::clone(&node.name), at)).collect();
            Arc::new(Ground { plan: Arc::clone(plan), kept, remembers: plan.outlasts_its_calls(), order })
        };
        let grounds = batch.plans.iter().map(ground).collect();
        let in_order = decide.map(|decide| InOrder::new(decide, batch.plans.len(), batch.options.concurrency));
        Self {
            batch,
            grounds,
            tasks: JoinSet::new(),
            counts: Counts::default(),
            ending: None,
            is_over_budget: false,
            unwritten: None,
            in_order,
        }
    }

    fn is_ending(&self) -> bool {
        self.ending.is_some() || self.unwritten.is_some()
    }

    /// The next row, unless the run ends before it comes.
    async fn next(&mut self, rows: &mut mpsc::Receiver<BatchRow>) -> Option<BatchRow> {
        loop {
            if self.is_ending() {
                return None;
            }
            tokio::select! {
                biased;
                () = self.batch.options.drain.cancelled() => self.interrupt(),
                Some(ended) = self.tasks.join_next() => self.take(ended),
                row = rows.recv() => return row,
            }
        }
    }

    /// Waits until one more line may be begun, where it is decided on the way what is run.
    async fn wait_for_the_first(&mut self) {
        while self.in_order.as_ref().is_some_and(InOrder::is_far_ahead) && !self.is_ending() {
            tokio::select! {
                biased;
                () = self.batch.options.drain.cancelled() => self.interrupt(),
                Some(ended) = self.tasks.join_next() => self.take(ended),
            }
        }
    }

    fn is_live(&self, variant: usize) -> bool {
        self.in_order.as_ref().is_none_or(|in_order| in_order.is_live(variant))
    }

    fn announce(&mut self, line: u64, rows: usize) {
        if let Some(in_order) = &mut self.in_order {
            in_order.begin(line, rows);
        }
    }

    /// Takes a row of an earlier attempt.
    fn recall(&mut self, earlier: &mut Earlier, key: RowKey) {
        if self.in_order.is_none() {
            return;
        }
        match earlier.recorded.get(key) {
            Ok(Some(row)) => self.decide(row),
            Ok(None) => self.stop("a row that was recorded is not in the journal any more".to_owned()),
            Err(error) => self.stop(error.to_string()),
        }
    }

    /// Decides by a row that is recorded what is still run.
    fn decide(&mut self, row: RowRecord) {
        let Some(in_order) = &mut self.in_order else { return };
        in_order.take(row);
        // What was stopped is decided upon when it goes on.
        if self.ending.is_none()
            && let Some(why) = in_order.decide()
        {
            self.ending = Some((EndState::Completed, why));
        }
    }

    /// Waits until one more row may be in flight.
    async fn make_room(&mut self) {
        while self.tasks.len() >= self.batch.options.concurrency.max(1) && !self.is_ending() {
            tokio::select! {
                biased;
                () = self.batch.options.drain.cancelled() => self.interrupt(),
                Some(ended) = self.tasks.join_next() => self.take(ended),
            }
        }
    }

    fn begin(
        &mut self,
        (key, calls): (RowKey, Vec<PastCallRecord>),
        variant: usize,
        row: &BatchRow,
        journal: &Arc<Writer>,
        observe: &Arc<dyn Observe>,
    ) {
        let (journal, observe) = (Arc::clone(journal), Arc::clone(observe));
        if let Some(problem) = &row.problem {
            let row = RowRecord::of_problem(key, problem.clone(), row.inputs.clone());
            self.tasks.spawn(async move { record(row, &journal, &*observe).await });
            return;
        }
        let ground = Arc::clone(&self.grounds[variant]);
        let cancel = self.batch.options.cancel.clone();
        let memory = (ground.remembers || !calls.is_empty())
            .then(|| Arc::new(RowMemory::new(key, calls, Arc::clone(&journal), cancel)) as Arc<dyn CallMemory>);
        let options = RowOptions {
            deadline: self.batch.options.deadline,
            cancel: self.batch.options.cancel.clone(),
            memory,
            cache: self.batch.options.cache.clone(),
            repeat: key.repeat,
            ..RowOptions::default()
        };
        let executor = self.batch.executor.clone();
        self.tasks.spawn(run_row(executor, ground, (key, row.inputs.clone()), options, journal, observe));
    }

    /// Waits for all rows in flight; they are few enough to be awaited, and are stopped from outside if need be.
    async fn land(&mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            self.take(ended);
        }
    }

    fn take(&mut self, ended: Result<TaskEnd, tokio::task::JoinError>) {
        match ended {
            Ok(TaskEnd::Recorded(row)) => {
                self.counts.add(&row);
                let limit = self.batch.options.failures;
                let failed = self.counts.failed;
                if let Some(limit) = limit.filter(|limit| limit.is_exceeded(failed, self.counts.ended())) {
                    let rows = if failed == 1 { "1 row".to_owned() } else { format!("{failed} rows") };
                    self.stop(format!("{rows} failed, and at most {limit} may"));
                }
                self.decide(*row);
            }
            Ok(TaskEnd::Stopped) => self.interrupt(),
            Ok(TaskEnd::OverBudget(why)) => {
                self.is_over_budget |= self.ending.is_none();
                self.stop(why);
            }
            Ok(TaskEnd::Unwritten(error)) => {
                self.unwritten.get_or_insert(error);
                self.batch.options.cancel.cancel();
            }
            // A task of ours never panics on purpose; its row is not recorded, so it is run again.
            Err(error) => self.stop(format!("a row was lost inside of the program ({error}); please report this")),
        }
    }

    fn interrupt(&mut self) {
        self.ending.get_or_insert((EndState::Interrupted, "interrupted".to_owned()));
    }

    fn stop(&mut self, why: String) {
        self.ending.get_or_insert((EndState::Stopped, why));
    }

    fn end(self, skipped: u64) -> Result<BatchEnd, journal::Error> {
        if let Some(error) = self.unwritten {
            return Err(error);
        }
        let (state, reason) = match self.ending {
            None => (EndState::Completed, None),
            Some((state, reason)) => (state, Some(reason)),
        };
        Ok(BatchEnd { state, reason, is_over_budget: self.is_over_budget, counts: self.counts, skipped })
    }
}
