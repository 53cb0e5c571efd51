//! Python nodes in a Python of the user's own: what the embedded interpreter lacks, where that is allowed.
//!
//! `find` looks for that Python and `probe` asks it what it has, before anything runs. A `pool` keeps `worker`s, processes that
//! read calls and answer them, one at a time each; what goes over their pipes is in `message`, and `worker.py` is the other end.

mod find;
mod message;
mod packages;
mod pool;
mod probe;
mod program;
mod script;
mod worker;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use flow_core::script::{CompiledScript, RunnerWish, Script, ScriptProblem, ScriptProblemKind, ScriptSource};

use super::front::Built;
use find::Found;
use pool::Pools;
use probe::Probes;
use script::{ExternalScript, Parts};

/// What may become of code that needs a Python of the user's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExternalUse {
    /// It is refused, and nothing is said of which Python it would be.
    #[default]
    Unknown,
    /// It is refused; messages say which Python would run it.
    Refused,
    /// It passes, but does not run: nobody means to call it.
    Drawn,
    /// It runs.
    Allowed,
}

/// Limits of calls in a Python of the user's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExternalLimits {
    /// The longest time of a call that says nothing of it, from when a worker is free or is started.
    pub time: Duration,
    /// The most that a call prints, in bytes.
    pub output: usize,
    /// The longest answer of a call, in bytes.
    pub answer: usize,
    /// The most workers of one flow.
    pub workers: usize,
}

impl Default for ExternalLimits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        // The time is that of a row in promptflow.
        Self { time: Duration::from_secs(600), output: 4 << 20, answer: 64 << 20, workers: cores }
    }
}

/// Pythons of the user's own.
#[derive(Debug, Clone, Default)]
pub struct External {
    usage: ExternalUse,
    limits: ExternalLimits,
    python: Option<PathBuf>,
    pools: Arc<Pools>,
    probes: Arc<Probes>,
}

impl External {
    /// Pythons that are looked for where [`ExternalUse`] says so.
    #[must_use]
    pub fn new(usage: ExternalUse, limits: ExternalLimits) -> Self {
        Self { usage, limits, ..Self::default() }
    }

    /// The same, with this Python and no other.
    #[must_use]
    pub fn with_python(self, python: PathBuf) -> Self {
        Self { python: Some(python), ..self }
    }

    /// Another use of the same Pythons: workers that run already are shared.
    #[must_use]
    pub fn used(&self, usage: ExternalUse) -> Self {
        Self { usage, ..self.clone() }
    }

    /// Whether code of which the front end says this is no matter of the embedded interpreter, when it need not be.
    pub(super) fn takes(&self, source: &ScriptSource, problems: &[ScriptProblem]) -> bool {
        match source.wish {
            Some(RunnerWish::Embedded) => false,
            Some(RunnerWish::External) => true,
            None => matches!(self.usage, ExternalUse::Drawn | ExternalUse::Allowed) && problems.iter().any(is_lack),
        }
    }

    /// Makes a function of code that runs in a Python of the user's own.
    pub(super) fn compile(&self, source: &ScriptSource, built: Built) -> CompiledScript {
        let Built { problems, tool, missing, modules, .. } = built;
        let lacking = lacking(&problems, &missing);
        let missing = missing.into_iter().filter_map(|(at, name)| Some((problems.get(at)?.clone(), name))).collect();
        let mut problems: Vec<ScriptProblem> = problems.into_iter().filter(|problem| !is_lack(problem)).collect();
        let Some(tool) = tool else { return CompiledScript { script: None, problems } };
        let found = self.find(source);
        let python = match (self.usage, found) {
            (ExternalUse::Drawn, _) => None,
            (ExternalUse::Unknown | ExternalUse::Refused, found) => {
                problems.push(refused(found.ok()));
                return CompiledScript { script: None, problems };
            }
            (ExternalUse::Allowed, Ok(found)) => match self.probed(source, found, missing, &mut problems) {
                Some(python) => Some(python),
                None => return CompiledScript { script: None, problems },
            },
            (ExternalUse::Allowed, Err(message)) => {
                problems.push(no_program(message));
                return CompiledScript { script: None, problems };
            }
        };
        let script = (!problems.iter().any(|problem| !problem.is_warning)).then(|| {
            let (limits, pools) = (self.limits, Arc::clone(&self.pools));
            let parts = Parts { tool, modules, lacking, python, limits, pools };
            Arc::new(ExternalScript::new(source, parts)) as Arc<dyn Script>
        });
        CompiledScript { script, problems }
    }

    /// Says of problems that the code would run in a Python of the user's own.
    pub(super) fn advise(&self, source: &ScriptSource, problems: &mut [ScriptProblem]) {
        if source.wish == Some(RunnerWish::Embedded) || !problems.iter().any(is_lack) {
            return;
        }
        let how = match (self.usage, self.find(source)) {
            (ExternalUse::Unknown, _) | (_, Err(_)) => {
                "with `--allow-exec` the code runs in a Python of your own".to_owned()
            }
            (_, Ok(found)) => format!("with `--allow-exec` the code runs in `{}`", found.shown()),
        };
        // Once is enough.
        if let Some(problem) = problems.iter_mut().find(|problem| is_lack(problem)) {
            let help = problem.help.take().map_or_else(|| how.clone(), |help| format!("{help}; or: {how}"));
            problem.help = Some(help);
        }
    }

    fn find(&self, source: &ScriptSource) -> Result<Found, String> {
        match &self.python {
            Some(python) => Ok(Found::given(python.clone())),
            None => find::python(&source.files, &|name| std::env::var_os(name)),
        }
    }

    /// Asks a Python for its version and for the modules that the code imports. `None` where it cannot be used.
    fn probed(
        &self,
        source: &ScriptSource,
        found: Found,
        missing: Vec<(ScriptProblem, String)>,
        problems: &mut Vec<ScriptProblem>,
    ) -> Option<Arc<program::Python>> {
        let tops: BTreeSet<&str> = missing.iter().map(|(_, name)| top(name)).collect();
        let probed = match self.probes.ask(&found, source.files.folder(), &tops) {
            Ok(probed) => probed,
            Err(message) => {
                problems.push(no_program(message));
                return None;
            }
        };
        for (problem, name) in missing {
            if probed.missing.contains(top(&name)) {
                let message = format!("there is no module `{name}` in `{}` (Python {})", found.shown(), probed.version);
                let how = packages::how_to_install(top(&name), &found.shown(), source.files.folder());
                let late = if problem.is_warning { "the node runs until it gets there; " } else { "" };
                problems.push(ScriptProblem { message, help: Some(format!("{late}{how}")), ..problem });
            }
        }
        Some(Arc::new(program::Python::new(found, probed)))
    }
}

/// Whether it is told of something that another Python may have.
fn is_lack(problem: &ScriptProblem) -> bool {
    matches!(problem.kind, ScriptProblemKind::Import | ScriptProblemKind::Unsupported)
}

/// What the embedded interpreter lacks, in words: modules first.
fn lacking(problems: &[ScriptProblem], missing: &[(usize, String)]) -> Vec<String> {
    let modules = missing.iter().map(|(_, name)| top(name).to_owned());
    let is_module = |at: &usize| missing.iter().any(|(position, _)| position == at);
    let others = problems.iter().enumerate().filter(|(at, problem)| is_lack(problem) && !is_module(at));
    let others = others.map(|(_, problem)| {
        let message = problem.message.as_str();
        let name = message.strip_prefix("the module `").and_then(|rest| rest.strip_suffix("` here"));
        match name.and_then(|rest| rest.split_once("` has no `")) {
            Some((module, name)) => format!("{module}.{name}"),
            None => message.strip_prefix(super::front::LACKING).unwrap_or(message).to_owned(),
        }
    });
    let mut known = Vec::new();
    for lack in modules.chain(others) {
        if !known.contains(&lack) {
            known.push(lack);
        }
    }
    known
}

fn top(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

fn refused(found: Option<Found>) -> ScriptProblem {
    let which = found.map_or_else(|| "a Python of yours".to_owned(), |found| format!("`{}`", found.shown()));
    ScriptProblem {
        kind: ScriptProblemKind::Permission,
        is_warning: false,
        module: None,
        range: 0..0,
        message: format!("the code is to run in {which}, which needs --allow-exec"),
        help: Some("add --allow-exec if you know what the code does, or remove `interpreter: external`".to_owned()),
    }
}

fn no_program(message: String) -> ScriptProblem {
    ScriptProblem {
        kind: ScriptProblemKind::Program,
        is_warning: false,
        module: None,
        range: 0..0,
        message,
        help: Some(
            "make one beside the flow with `python3 -m venv .venv`, or name one with the variable FLOW_PYTHON"
                .to_owned(),
        ),
    }
}
