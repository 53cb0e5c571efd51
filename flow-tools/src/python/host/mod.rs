//! What programs ask of the world outside: files of the project, times, random numbers, digests, metrics. Nothing else is answered.

mod connection;
mod digest;
mod files;
mod random;
mod time;
mod weight;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use flow_core::project::ProjectFiles;
use flow_core::script::{Metric, ScriptCall};
use monty_types::{ExcType, ExtFunctionResult, MontyException, MontyObject, OsFunctionCall};

use super::machine::taken;
pub(super) use connection::connection;

/// What a call may use.
#[derive(Debug)]
pub(super) struct HostState {
    files: Arc<ProjectFiles>,
    environment: Arc<BTreeMap<Arc<str>, Arc<str>>>,
    random: random::Generators,
    /// The count of bytes at which the call is stopped.
    memory: usize,
    /// The metrics that were logged.
    pub(super) metrics: Vec<Metric>,
}

/// What a host function gives.
pub(super) enum Answer {
    Value(MontyObject),
    Raise(MontyException),
    /// The text is printed; it gives None.
    Print(String),
    /// None after this time.
    Sleep(Duration),
    /// Something to wait for that gives None after this time.
    Later(Duration),
}

/// The positional arguments of a call.
type Given<'a> = &'a [MontyObject];

/// A host function.
type HostFunction = fn(Given<'_>, &mut HostState) -> Result<Answer, MontyException>;

const FUNCTIONS: &[(&str, HostFunction)] = &[
    ("__host_log_metric", log_metric),
    ("__host_write", write),
    ("__host_digest", digest::digest),
    ("__host_sha1", digest::sha1),
    ("__host_time", time::time),
    ("__host_monotonic", time::monotonic),
    ("__host_sleep", time::sleep),
    ("__host_wait", time::wait),
    ("__host_strftime", time::strftime),
    ("__host_strptime", time::strptime),
    ("__host_civil", time::civil),
    ("__host_random_new", random::make),
    ("__host_random_seed", random::seed),
    ("__host_random_float", random::float),
    ("__host_random_bits", random::bits),
    ("__host_random_bytes", random::bytes),
    ("__host_list_folder", files::list_folder),
    ("__host_reserve", weight::reserve),
    ("__host_shapes", weight::shapes),
];

/// Whether there is a host function of this name.
pub(super) fn is_known(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, _)| *known == name)
}

/// Calls a host function. Arguments by name it takes none.
pub(super) fn call(
    name: &str,
    arguments: &[MontyObject],
    named: &[(MontyObject, MontyObject)],
    state: &mut HostState,
) -> Answer {
    let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
        return Answer::Raise(MontyException::new(ExcType::NameError, Some(format!("name '{name}' is not defined"))));
    };
    if !named.is_empty() {
        return Answer::Raise(wrong("takes no arguments by name"));
    }
    function(arguments, state).unwrap_or_else(Answer::Raise)
}

impl HostState {
    pub(super) fn new(call: &ScriptCall, files: &Arc<ProjectFiles>, memory: usize) -> Self {
        Self {
            files: Arc::clone(files),
            environment: Arc::clone(&call.environment),
            random: random::Generators::new(call.seed),
            memory,
            metrics: Vec::new(),
        }
    }

    /// Answers what a program asks of its operating system.
    pub(super) fn os(&mut self, call: &OsFunctionCall) -> ExtFunctionResult {
        match call {
            OsFunctionCall::Getenv(asked) => match self.environment.get(asked.key.as_str()) {
                Some(value) => MontyObject::String(value.to_string()).into(),
                None => asked.default.clone().into(),
            },
            OsFunctionCall::GetEnviron => {
                let pairs = self.environment.iter().map(|(name, value)| {
                    (MontyObject::String(name.to_string()), MontyObject::String(value.to_string()))
                });
                MontyObject::Dict(pairs.collect()).into()
            }
            OsFunctionCall::DateToday => time::today().into(),
            OsFunctionCall::DateTimeNow(zone) => time::now(zone.as_ref()).into(),
            other => match files::answer(other, &self.files) {
                Ok(value) => value.into(),
                Err(exception) => exception.into(),
            },
        }
    }
}

/// A host function was called as it cannot be.
fn wrong(what: &str) -> MontyException {
    MontyException::new(ExcType::TypeError, Some(format!("this function of the host {what}")))
}

/// A text among the arguments.
fn text<'a>(given: Given<'a>, at: usize) -> Result<&'a str, MontyException> {
    match given.get(at) {
        Some(MontyObject::String(text)) => Ok(text),
        _ => Err(wrong("needs a text")),
    }
}

/// A number among the arguments.
#[expect(clippy::cast_precision_loss, reason = "seconds")]
fn number(given: Given<'_>, at: usize) -> Result<f64, MontyException> {
    match given.get(at) {
        Some(MontyObject::Int(number)) => Ok(*number as f64),
        Some(MontyObject::Float(number)) => Ok(*number),
        Some(MontyObject::Bool(flag)) => Ok(f64::from(u8::from(*flag))),
        _ => Err(wrong("needs a number")),
    }
}

/// A whole number among the arguments.
fn whole(given: Given<'_>, at: usize) -> Result<i64, MontyException> {
    match given.get(at) {
        Some(MontyObject::Int(number)) => Ok(*number),
        _ => Err(wrong("needs a whole number")),
    }
}

/// `log_metric(key, value, variant_id)`.
fn log_metric(given: Given<'_>, state: &mut HostState) -> Result<Answer, MontyException> {
    let name = Arc::from(text(given, 0)?);
    let value = taken(given.get(1).cloned().unwrap_or(MontyObject::None))
        .map_err(|message| MontyException::new(ExcType::ValueError, Some(message)))?;
    let variant = match given.get(2) {
        Some(MontyObject::String(variant)) => Some(Arc::from(variant.as_str())),
        _ => None,
    };
    state.metrics.push(Metric { name, value, variant });
    Ok(Answer::Value(MontyObject::None))
}

/// Prints a text as it is.
fn write(given: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    text(given, 0).map(|text| Answer::Print(text.to_owned()))
}
