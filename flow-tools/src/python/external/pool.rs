use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use flow_core::project::ProjectFiles;
use tokio::sync::Semaphore;

use super::ExternalLimits;
use super::message::{End, Function, Request, Setup};
use super::program::{Python, program};
use super::worker::{Fault, Heard, START, Worker};
use crate::process::Program;

/// The workers of all flows.
#[derive(Debug, Default)]
pub(super) struct Pools(Mutex<Vec<Weak<Pool>>>);

/// What the workers of a flow share.
#[derive(PartialEq, Eq)]
pub(super) struct Shared {
    pub(super) python: Arc<Python>,
    pub(super) folder: PathBuf,
    /// Modules that are brought in, each with the folder that it lies in.
    pub(super) includes: Vec<(String, String)>,
    /// Folders whose files are the user's own.
    pub(super) roots: Vec<String>,
    /// The variables that the code sees; some may be secret.
    pub(super) environment: Arc<BTreeMap<Arc<str>, Arc<str>>>,
    /// What tells the states of the flow's own modules apart: a worker imports each once.
    pub(super) modules: String,
    pub(super) limits: ExternalLimits,
}

/// The workers of one flow. They end with it.
pub(super) struct Pool {
    shared: Shared,
    program: Program,
    /// The line that tells a worker all of this.
    setup: String,
    /// One for each worker that may be busy.
    permits: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Pool").field("folder", &self.shared.folder).finish_non_exhaustive()
    }
}

impl Pools {
    /// The workers of a flow; those that it has already, if some of its nodes hold them.
    pub(super) fn of(&self, shared: Shared) -> Arc<Pool> {
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pools.retain(|pool| pool.strong_count() > 0);
        let known = pools.iter().filter_map(Weak::upgrade).find(|pool| pool.shared == shared);
        known.unwrap_or_else(|| {
            let pool = Arc::new(Pool::new(shared));
            pools.push(Arc::downgrade(&pool));
            pool
        })
    }
}

impl Pool {
    fn new(shared: Shared) -> Self {
        let setup = Setup {
            folder: &shared.folder.display().to_string(),
            roots: shared.roots.clone(),
            includes: shared.includes.clone(),
            environment: &shared.environment,
            most: shared.limits.answer,
        };
        // Texts alone are always JSON.
        let setup = serde_json::to_string(&setup).unwrap_or_default();
        let program = program(&shared.python.executable, START, &shared.folder);
        let permits = Semaphore::new(shared.limits.workers.max(1));
        Self { shared, program, setup, permits, idle: Mutex::default() }
    }

    /// Has a worker that is free run a call; where none is and there may be more, one is started.
    /// Its time begins then.
    pub(super) async fn ask(
        &self,
        functions: &Arc<[Arc<Function>]>,
        request: Request<'_>,
        time: Duration,
        heard: &mut Heard,
    ) -> Result<End, Fault> {
        let _permit = self.permits.acquire().await;
        let mut worker = match self.alive() {
            Some(worker) => worker,
            None => Worker::start(&self.program, &self.setup)?,
        };
        // A worker that fails, or whose caller goes away, is in a state that nobody knows: it ends here.
        let asked = worker.ask(functions, request, self.shared.limits.answer, heard);
        let end = tokio::time::timeout(time, asked).await.unwrap_or(Err(Fault::TooSlow))?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        Ok(end)
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

/// The modules that a flow brings in: each with its folder.
pub(super) fn includes(files: &ProjectFiles) -> Vec<(String, String)> {
    let module = |path: &std::path::Path| {
        let name = if path.is_dir() { path.file_name()? } else { path.file_stem()? };
        Some((name.to_string_lossy().into_owned(), path.parent()?.display().to_string()))
    };
    files.includes().filter_map(module).collect()
}
