//! One call of a program, from suspension to suspension.

use std::sync::Arc;
use std::time::{Duration, Instant};

use flow_core::script::{LimitKind, ScriptCall, ScriptError, ScriptOutcome};
use monty::{MontyRun, RunProgress};
use monty_types::{
    ExcType, ExtFunctionResult, MontyException, MontyObject, NameLookupResult, PrintWriter, ResourceLimits,
    ResourceTracker,
};

use super::printer::Printer;
use super::{convert, failure};
use crate::python::Settings;
use crate::python::host::{self, Answer, HostState};
use crate::python::memory;
use crate::python::program::{LineMap, Program};

/// After how many new objects that may hold themselves the interpreter looks for such that nothing else holds.
const GARBAGE: usize = 10_000;

/// A call on its way.
pub(super) struct Session {
    printer: Printer,
    host: HostState,
    settings: Settings,
    /// Requests so far.
    requests: usize,
    /// The time it computed in earlier steps, what its host did for it included.
    spent: Duration,
    /// Calls that wait, by their number in the program, with how long each has left.
    waiting: Vec<(u32, Duration)>,
}

/// What a step of a call led to.
pub(super) enum Step {
    /// The program has ended.
    Ended(Box<ScriptOutcome>),
    /// It goes on after a pause.
    Paused { session: Box<Session>, after: Duration, pause: Box<Pause> },
}

/// A program that waits.
pub(super) enum Pause {
    /// For nothing but time.
    Sleep(RunProgress),
    /// For the first of several calls.
    Futures(RunProgress),
}

impl Session {
    pub(super) fn new(call: &ScriptCall, settings: Settings, host: HostState) -> Self {
        let printer = Printer::new(settings.output, call.cancel.clone());
        Self { printer, host, settings, requests: 0, spent: Duration::ZERO, waiting: Vec::new() }
    }

    /// Starts the program.
    pub(super) fn start(mut self, program: MontyRun, inputs: Vec<MontyObject>, memory: usize, lines: &LineMap) -> Step {
        let began = Instant::now();
        let limits = ResourceLimits {
            max_duration: Some(self.settings.compute),
            max_memory: Some(memory),
            max_recursion_depth: self.settings.recursion,
            gc_interval: Some(GARBAGE),
            ..ResourceLimits::default()
        };
        let progress = program.start(inputs, ResourceTracker::new(limits), PrintWriter::Callback(&mut self.printer));
        self.advance(progress, began, lines)
    }

    /// Goes on after a pause.
    pub(super) fn resume(mut self, pause: Pause, after: Duration, lines: &LineMap) -> Step {
        let began = Instant::now();
        let print = PrintWriter::Callback(&mut self.printer);
        let progress = match pause {
            Pause::Sleep(RunProgress::FunctionCall(call)) => call.resume(MontyObject::None, print),
            Pause::Futures(RunProgress::ResolveFutures(futures)) => {
                self.waiting.iter_mut().for_each(|(_, left)| *left = left.saturating_sub(after));
                let (done, waiting): (Vec<_>, Vec<_>) = self.waiting.drain(..).partition(|(_, left)| left.is_zero());
                self.waiting = waiting;
                let done = done.into_iter().map(|(id, _)| (id, ExtFunctionResult::Return(MontyObject::None))).collect();
                futures.resume(done, print)
            }
            Pause::Sleep(other) | Pause::Futures(other) => Ok(other),
        };
        self.advance(progress, began, lines)
    }

    /// What a call did that ended so.
    pub(super) fn ended(self, result: Result<MontyObject, ScriptError>) -> ScriptOutcome {
        let result = result.and_then(|value| {
            convert::taken(value).map_err(|message| ScriptError::Raised {
                class: Arc::from("ValueError"),
                message,
                trace: Vec::new(),
            })
        });
        ScriptOutcome { result, printed: self.printer.text, metrics: self.host.metrics }
    }

    fn stopped(self, kind: LimitKind) -> Step {
        Step::Ended(Box::new(self.ended(Err(ScriptError::Limit { kind, trace: Vec::new() }))))
    }

    fn paused(mut self, after: Duration, pause: Pause, began: Instant) -> Step {
        self.spent += began.elapsed();
        Step::Paused { session: Box::new(self), after, pause: Box::new(pause) }
    }

    /// Answers what the program asks for until it ends or waits.
    fn advance(mut self, mut progress: Result<RunProgress, MontyException>, began: Instant, lines: &LineMap) -> Step {
        loop {
            let asked = match progress {
                Ok(RunProgress::Complete(value)) => return Step::Ended(Box::new(self.ended(Ok(value)))),
                Err(exception) => {
                    let error = self.failure(&exception, lines);
                    return Step::Ended(Box::new(self.ended(Err(error))));
                }
                Ok(asked) => asked,
            };
            if self.printer.is_over {
                let kind = LimitKind::Output(self.settings.output);
                return self.stopped(kind);
            }
            self.requests += 1;
            if self.requests > self.settings.requests {
                let kind = LimitKind::Requests(self.settings.requests);
                return self.stopped(kind);
            }
            // The interpreter's own clock stands still while its host works.
            if self.spent + began.elapsed() > self.settings.compute {
                let kind = LimitKind::Time(self.settings.compute);
                return self.stopped(kind);
            }
            progress = match asked {
                RunProgress::NameLookup(lookup) => {
                    let answer = if lookup.object_id().is_none() && host::is_known(&lookup.name) {
                        let name = lookup.name.clone();
                        NameLookupResult::Value(MontyObject::Function { name, docstring: None })
                    } else {
                        NameLookupResult::Undefined
                    };
                    lookup.resume(answer, PrintWriter::Callback(&mut self.printer))
                }
                RunProgress::OsCall(call) => {
                    let answer = self.host.os(&call.function_call);
                    call.resume(answer, PrintWriter::Callback(&mut self.printer))
                }
                RunProgress::FunctionCall(call) => {
                    if call.object_id.is_some() || !host::is_known(&call.function_name) {
                        let message = format!("name '{}' is not defined", call.function_name);
                        let unknown = MontyException::new(ExcType::NameError, Some(message));
                        call.resume(unknown, PrintWriter::Callback(&mut self.printer))
                    } else {
                        match host::call(&call.function_name, &call.args, &call.kwargs, &mut self.host) {
                            Answer::Value(value) => call.resume(value, PrintWriter::Callback(&mut self.printer)),
                            Answer::Raise(exception) => {
                                call.resume(exception, PrintWriter::Callback(&mut self.printer))
                            }
                            Answer::Print(text) => {
                                let written = self.printer.write(&text);
                                let answer = match written {
                                    Ok(()) => ExtFunctionResult::Return(MontyObject::None),
                                    Err(stop) => ExtFunctionResult::Error(stop),
                                };
                                call.resume(answer, PrintWriter::Callback(&mut self.printer))
                            }
                            Answer::Sleep(after) => {
                                return self.paused(after, Pause::Sleep(RunProgress::FunctionCall(call)), began);
                            }
                            Answer::Later(after) => {
                                self.waiting.push((call.call_id, after));
                                call.resume_pending(PrintWriter::Callback(&mut self.printer))
                            }
                        }
                    }
                }
                RunProgress::ResolveFutures(futures) => {
                    let after = self.waiting.iter().map(|(_, left)| *left).min().unwrap_or_default();
                    return self.paused(after, Pause::Futures(RunProgress::ResolveFutures(futures)), began);
                }
                complete @ RunProgress::Complete(_) => Ok(complete),
            };
        }
    }

    fn failure(&self, exception: &MontyException, lines: &LineMap) -> ScriptError {
        let kind = match exception.exc_type() {
            _ if self.printer.is_over => LimitKind::Output(self.settings.output),
            _ if self.printer.cancel.is_cancelled() => LimitKind::Cancelled,
            ExcType::TimeoutError if said(exception, "time limit exceeded") => LimitKind::Time(self.settings.compute),
            ExcType::MemoryError if said(exception, memory::EXCEEDED) => LimitKind::Memory(self.settings.memory),
            _ => return failure::raised(exception, lines),
        };
        ScriptError::Limit { kind, trace: failure::trace(exception, lines) }
    }
}

fn said(exception: &MontyException, beginning: &str) -> bool {
    exception.message().is_some_and(|message| message.starts_with(beginning))
}

/// The inputs of a program.
pub(super) fn inputs(call: &ScriptCall, classes: &dyn Fn(&str) -> Option<String>) -> Vec<MontyObject> {
    let mut marks = !call.connections.is_empty();
    let mut arguments = call.arguments.clone();
    arguments.retain(|name, _| !call.connections.contains_key(name));
    let given = convert::mapping(&arguments, &mut marks);
    let MontyObject::Dict(pairs) = given else { return Vec::new() };
    let connections = call
        .connections
        .iter()
        .map(|(name, connection)| (MontyObject::String(name.to_string()), host::connection(connection, classes(name))));
    let pairs = pairs.into_iter().chain(connections).collect();
    vec![MontyObject::Dict(pairs), MontyObject::Bool(marks)]
}

/// The names of the inputs of a program.
pub(super) fn input_names() -> Vec<String> {
    vec![Program::ARGUMENTS.to_owned(), Program::MARKS.to_owned()]
}
