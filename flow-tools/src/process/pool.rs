use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::worker::Worker;
use super::{Fault, Limits, Program};

/// The workers of all programs that are kept running.
#[derive(Debug, Default)]
pub(crate) struct Pools(Mutex<HashMap<(Program, usize), Arc<Pool>>>);

/// A request to a worker.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The line that it is.
    pub(crate) line: &'a str,
    /// Whether a line answers it.
    pub(crate) is_answer: fn(&str) -> bool,
}

/// The workers of one program.
#[derive(Debug)]
struct Pool {
    /// One for each worker that may be busy.
    permits: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

impl Pools {
    /// Asks a worker of the program that is free, of which there are at most so many. The time begins when one is. A
    /// worker whose line is no answer ends: what it writes next may belong to this request.
    pub(crate) async fn ask(
        &self,
        program: &Program,
        workers: usize,
        asked: Asked<'_>,
        limits: Limits,
    ) -> Result<String, Fault> {
        let pool = Arc::clone(
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry((program.clone(), workers))
                .or_insert_with(|| Arc::new(Pool::new(workers))),
        );
        pool.ask(program, asked, limits).await
    }
}

impl Pool {
    fn new(workers: usize) -> Self {
        Self { permits: Semaphore::new(workers), idle: Mutex::default() }
    }

    async fn ask(&self, program: &Program, asked: Asked<'_>, limits: Limits) -> Result<String, Fault> {
        let _permit = self.permits.acquire().await;
        let mut worker = match self.alive() {
            Some(worker) => worker,
            None => Worker::start(program)?,
        };
        // A worker that fails, or whose caller goes away, is in a state that nobody knows: it ends here.
        match tokio::time::timeout(limits.time, worker.ask(asked.line, limits.bytes)).await {
            Ok(answer) => {
                let answer = answer?;
                if (asked.is_answer)(&answer) {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
                }
                Ok(answer)
            }
            Err(_) => {
                let notes = worker.notes();
                Err(Fault::TooSlow { command: program.command.clone(), time: limits.time, notes })
            }
        }
    }

    /// A worker that waits, those that ended meanwhile left out.
    fn alive(&self) -> Option<Worker> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(mut worker) = idle.pop() {
            if worker.is_alive() {
                return Some(worker);
            }
        }
        None
    }
}
