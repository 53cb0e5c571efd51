//! The machine: runs programs in the interpreter, within limits, and answers what they ask of their host.

mod convert;
mod failure;
mod pool;
mod printer;
mod session;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use flow_core::project::ProjectFiles;
use flow_core::script::{
    LimitKind, Metric, Parameter, ParameterKind, Script, ScriptCall, ScriptError, ScriptOutcome, ScriptProblem,
    ScriptProblemKind,
};
use flow_core::value::Value;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use monty::MontyRun;
use monty_types::{CompileOptions, MontyObject};

use super::Settings;
use super::host::HostState;
use super::memory;
use super::program::Program;
pub(super) use convert::taken;
use session::{Session, Step};

/// A function of a program, compiled.
pub(super) struct Machine {
    program: Program,
    /// What each call runs a copy of. The interpreter keeps notes in it, so that threads must not share it.
    compiled: Mutex<MontyRun>,
    files: Arc<ProjectFiles>,
    settings: Settings,
}

/// A call that is stopped for its memory may have been innocent, since others grow at the same time: it runs again with
/// nobody beside it. Those that run together hold the lock for reading.
static ALONE: RwLock<()> = RwLock::new(());

impl std::fmt::Debug for Machine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Machine").field("parameters", &self.program.parameters).finish_non_exhaustive()
    }
}

impl Machine {
    /// Compiles a program.
    ///
    /// # Errors
    /// The interpreter does not have what the program uses; the place is that of the user's file.
    pub(super) fn new(
        program: Program,
        files: &Arc<ProjectFiles>,
        settings: Settings,
        offset_of: impl Fn(usize) -> Option<std::ops::Range<usize>>,
    ) -> Result<Self, Box<ScriptProblem>> {
        match MontyRun::new(program.code.clone(), "flow", session::input_names(), CompileOptions::default()) {
            Ok(compiled) => Ok(Self { program, compiled: Mutex::new(compiled), files: Arc::clone(files), settings }),
            Err(exception) => {
                let place =
                    exception.traceback().last().and_then(|frame| program.lines.place(frame.start.line as usize));
                let said = exception.message().unwrap_or("it uses what the interpreter does not have");
                let said = said.trim_start_matches("The monty syntax parser does not yet support ");
                if exception.exc_type() == monty_types::ExcType::SyntaxError {
                    // Python's own grammar was read before, so that this is what the rewriting made of it.
                    let range = place.as_ref().and_then(|place| offset_of(place.line)).unwrap_or(0..0);
                    return Err(Box::new(ScriptProblem {
                        kind: ScriptProblemKind::Unsupported,
                        is_warning: false,
                        module: None,
                        range,
                        message: "this code is not understood; that is a defect of flow, please report it".to_owned(),
                        help: Some("write it in a simpler way".to_owned()),
                    }));
                }
                Err(Box::new(ScriptProblem {
                    kind: ScriptProblemKind::Unsupported,
                    is_warning: false,
                    module: None,
                    range: place.as_ref().and_then(|place| offset_of(place.line)).unwrap_or(0..0),
                    message: format!("Python nodes do not have {said}"),
                    help: Some("write it in another way, or use a built-in tool (`flow tools`)".to_owned()),
                }))
            }
        }
    }

    /// The class of connections that a parameter takes first.
    fn class_of(&self, name: &str) -> Option<String> {
        let parameter = self.program.parameters.iter().find(|parameter| *parameter.name == *name)?;
        match &parameter.kind {
            ParameterKind::Connection(classes) => classes.first().map(|class| class.to_string()),
            ParameterKind::Data(_) => None,
        }
    }

    fn copy(&self) -> MontyRun {
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn run(self: Arc<Self>, call: ScriptCall) -> ScriptOutcome {
        let outcome = self.clone().attempt(call.clone(), false).await;
        match &outcome.result {
            Err(ScriptError::Limit { kind: LimitKind::Memory(_), .. }) => self.attempt(call, true).await,
            _ => outcome,
        }
    }

    /// Calls the function; `alone` with no other call beside it.
    async fn attempt(self: Arc<Self>, call: ScriptCall, alone: bool) -> ScriptOutcome {
        let host = HostState::new(&call, &self.files);
        let mut session = Session::new(&call, self.settings, host);
        let machine = Arc::clone(&self);
        let cancel = call.cancel.clone();
        let begin = move || {
            let inputs = session::inputs(&call, &|name| machine.class_of(name));
            let memory = memory::limit(machine.settings.memory);
            let step = beside_others(alone, || session.start(machine.copy(), inputs, memory, &machine.program.lines));
            (session, step)
        };
        let mut ran = pool::run(begin).await;
        loop {
            let Some((mut session, step)) = ran else { return broken() };
            let (after, pause) = match step {
                Step::Ended(result) => return ended(session, result),
                Step::Paused { after, pause } => (after, *pause),
            };
            tokio::select! {
                biased;
                () = cancel.cancelled() => {
                    let error = ScriptError::Limit { kind: LimitKind::Cancelled, trace: Vec::new() };
                    return ended(session, Err(error));
                }
                () = tokio::time::sleep(after) => {}
            }
            let machine = Arc::clone(&self);
            let go_on = move || {
                let step = beside_others(alone, || session.resume(pause, after, &machine.program.lines));
                (session, step)
            };
            ran = pool::run(go_on).await;
        }
    }
}

fn beside_others<T>(alone: bool, work: impl FnOnce() -> T) -> T {
    if alone {
        let _only = ALONE.write().unwrap_or_else(PoisonError::into_inner);
        work()
    } else {
        let _beside = ALONE.read().unwrap_or_else(PoisonError::into_inner);
        work()
    }
}

fn ended(session: Session, result: Result<MontyObject, ScriptError>) -> ScriptOutcome {
    let result = result.and_then(|value| {
        convert::taken(value).map_err(|message| ScriptError::Raised {
            class: Arc::from("ValueError"),
            message,
            trace: Vec::new(),
        })
    });
    ScriptOutcome { result, printed: session.printer.text, metrics: session.host.metrics }
}

/// The interpreter itself failed.
fn broken() -> ScriptOutcome {
    let message = "the embedded interpreter broke down on this code; please report it".to_owned();
    let error = ScriptError::Raised { class: Arc::from("SystemError"), message, trace: Vec::new() };
    ScriptOutcome { result: Err(error), printed: String::new(), metrics: Vec::<Metric>::new() }
}

/// A function that can be called.
#[derive(Debug, Clone)]
pub(super) struct Callable(pub(super) Arc<Machine>);

impl Script for Callable {
    fn parameters(&self) -> &[Parameter] {
        &self.0.program.parameters
    }

    fn takes_any(&self) -> bool {
        self.0.program.takes_any
    }

    fn call(&self, call: ScriptCall) -> BoxFuture<'_, ScriptOutcome> {
        Arc::clone(&self.0).run(call).boxed()
    }
}

/// A value for a program.
pub(super) fn given(value: &Value) -> MontyObject {
    convert::given(value, &mut false)
}
