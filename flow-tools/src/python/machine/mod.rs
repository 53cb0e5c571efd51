//! The machine: runs programs in the interpreter, within limits, and answers what they ask of their host.

mod convert;
mod failure;
mod pool;
mod printer;
mod session;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use flow_core::project::ProjectFiles;
use flow_core::script::{
    LimitKind, Parameter, ParameterKind, Script, ScriptCall, ScriptError, ScriptOutcome, ScriptProblem,
    ScriptProblemKind,
};
use flow_core::value::Value;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use monty::MontyRun;
use monty_types::{CompileOptions, MontyObject};
use tokio::sync::RwLock;
use tokio_util::sync::CancellationToken;

use super::Settings;
use super::front::LACKING;
use super::host::HostState;
use super::memory;
use super::program::Program;
pub(super) use convert::taken;
use pool::Failure;
pub(super) use pool::run_here;
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
/// nobody beside it. Those that run together hold the lock for reading while they compute.
static ALONE: RwLock<()> = RwLock::const_new(());

/// How long a call that was cancelled has to stop by itself, so that what it printed is known.
const LAST_WORDS: Duration = Duration::from_secs(1);

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
                        message: if said.contains("nested") {
                            "this code is nested too deep".to_owned()
                        } else {
                            "this code is not understood; that is a defect of flow, please report it".to_owned()
                        },
                        help: Some("write it in a simpler way".to_owned()),
                    }));
                }
                Err(Box::new(ScriptProblem {
                    kind: ScriptProblemKind::Unsupported,
                    is_warning: false,
                    module: None,
                    range: place.as_ref().and_then(|place| offset_of(place.line)).unwrap_or(0..0),
                    message: format!("{LACKING}{said}"),
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

    async fn run(self: Arc<Self>, mut call: ScriptCall) -> ScriptOutcome {
        // Who drops the call wants it to end as well.
        call.cancel = call.cancel.child_token();
        let _end = call.cancel.clone().drop_guard();
        let outcome = Arc::clone(&self).attempt(call.clone(), false).await;
        match &outcome.result {
            Err(ScriptError::Limit { kind: LimitKind::Memory(_), .. }) => {
                let _only = ALONE.write().await;
                self.attempt(call, true).await
            }
            _ => outcome,
        }
    }

    /// Calls the function; `alone` where no other call runs beside it.
    async fn attempt(self: Arc<Self>, call: ScriptCall, alone: bool) -> ScriptOutcome {
        let cancel = call.cancel.clone();
        let machine = Arc::clone(&self);
        let mut step = self
            .compute(alone, &cancel, move || {
                let memory = memory::limit(machine.settings.memory);
                let host = HostState::new(&call, &machine.files, memory);
                let session = Session::new(&call, machine.settings, host);
                let inputs = session::inputs(&call, &|name| machine.class_of(name));
                session.start(machine.copy(), inputs, memory, &machine.program.lines)
            })
            .await;
        loop {
            let (session, after, pause) = match step {
                Ok(Step::Ended(outcome)) => return *outcome,
                Ok(Step::Paused { session, after, pause }) => (session, after, pause),
                Err(error) => return without_words(error),
            };
            tokio::select! {
                biased;
                () = cancel.cancelled() => return session.ended(Err(cancelled())),
                () = tokio::time::sleep(after) => {}
            }
            let machine = Arc::clone(&self);
            step = self.compute(alone, &cancel, move || session.resume(*pause, after, &machine.program.lines)).await;
        }
    }

    /// Runs a step of a call.
    async fn compute(
        &self,
        alone: bool,
        cancel: &CancellationToken,
        work: impl FnOnce() -> Step + Send + 'static,
    ) -> Result<Step, ScriptError> {
        let _beside = if alone { None } else { Some(ALONE.read().await) };
        let step = pool::run(self.settings.compute, work);
        let mut step = std::pin::pin!(step);
        let step = tokio::select! {
            biased;
            step = &mut step => step,
            () = cancel.cancelled() => {
                tokio::time::timeout(LAST_WORDS, step).await.map_err(|_| cancelled())?
            }
        };
        step.map_err(|failure| match failure {
            Failure::Stuck => ScriptError::Limit { kind: LimitKind::Time(self.settings.compute), trace: Vec::new() },
            Failure::Broken => system("the embedded interpreter broke down on this code; please report it"),
            Failure::Full => {
                system("too many earlier calls compute on without end, so that no more are begun; start anew")
            }
        })
    }
}

/// A failure of the interpreter, not of the code.
fn system(message: &str) -> ScriptError {
    ScriptError::Raised { class: Arc::from("SystemError"), message: message.to_owned(), trace: Vec::new() }
}

fn cancelled() -> ScriptError {
    ScriptError::Limit { kind: LimitKind::Cancelled, trace: Vec::new() }
}

fn without_words(error: ScriptError) -> ScriptOutcome {
    ScriptOutcome { result: Err(error), printed: String::new(), metrics: Vec::new() }
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

    fn yields(&self) -> bool {
        self.0.program.yields
    }

    fn call(&self, call: ScriptCall) -> BoxFuture<'_, ScriptOutcome> {
        Arc::clone(&self.0).run(call).boxed()
    }
}

/// A value for a program.
pub(super) fn given(value: &Value) -> MontyObject {
    convert::given(value, &mut false)
}
