//! Code that nodes run: the traits of what compiles and runs it. What language it is, and how it is kept from doing
//! harm, is the implementor's business.

mod entry;
mod error;
mod metric;
mod problem;
mod runner;
mod signature;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

pub(crate) use entry::data;
pub use error::{LimitKind, ScriptError, TraceFrame};
pub use metric::Metric;
pub use problem::{ScriptProblem, ScriptProblemKind};
pub use runner::{Runner, RunnerWish};
pub use signature::Signature;

use crate::connection::Connection;
use crate::project::ProjectFiles;
use crate::ty::Ty;
use crate::value::{Map, Value};

/// Compiles the code of nodes.
pub trait Interpreter: fmt::Debug + Send + Sync {
    /// Compiles, once for all calls. What is wrong is found here as far as it can be without running anything.
    fn compile(&self, source: &ScriptSource) -> CompiledScript;

    /// What the code says of its [entry](ScriptSource::entry), found without running anything. `None` where it cannot be read, which
    /// compiling tells.
    fn describe(&self, source: &ScriptSource) -> Option<Signature> {
        let _ = source;
        None
    }
}

/// The code of a node.
#[derive(Debug, Clone)]
pub struct ScriptSource {
    /// Its file, absolute, links followed; of code that stands in the flow file, that file.
    pub path: PathBuf,
    /// The file as messages show it: relative to the flow's folder, or `flow.yaml (node grade)`.
    pub shown: Arc<str>,
    /// Its text, without a byte-order mark.
    pub text: Arc<str>,
    /// The files that it may read and import.
    pub files: Arc<ProjectFiles>,
    /// Where it is to run, if its author says so.
    pub wish: Option<RunnerWish>,
    /// What is called: a function, a class whose instances are, or `Class.method`; `None` where the code marks it.
    pub entry: Option<Arc<str>>,
}

/// What compiling gave.
#[derive(Debug, Default)]
pub struct CompiledScript {
    /// What can be called; `None` with errors among the problems.
    pub script: Option<Arc<dyn Script>>,
    /// What is wrong or odd, in the order of the text.
    pub problems: Vec<ScriptProblem>,
}

/// Code that was compiled: one function that a node calls.
pub trait Script: fmt::Debug + Send + Sync {
    /// What the function takes, in the order of its definition.
    fn parameters(&self) -> &[Parameter];

    /// Whether it takes inputs of any name beside its parameters (`**kwargs`).
    fn takes_any(&self) -> bool {
        false
    }

    /// Whether it gives its output in parts (a generator), so that its caller may stream it.
    fn yields(&self) -> bool {
        false
    }

    /// Where it runs.
    fn runner(&self) -> Runner {
        Runner::Embedded
    }

    /// Whether calls wait for their turn, so that their time begins later than they do. They then look at
    /// [`ScriptCall::timeout`] themselves.
    fn keeps_time(&self) -> bool {
        false
    }

    /// Calls it. Ends early, with [`LimitKind::Cancelled`], soon after the call's token is cancelled or the future is
    /// dropped.
    fn call(&self, call: ScriptCall) -> BoxFuture<'_, ScriptOutcome>;
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: Arc<str>,
    /// What a literal in the flow file is brought to.
    pub kind: ParameterKind,
    /// Whether it may be left out.
    pub has_default: bool,
    /// Its default, where that is a literal.
    pub default: Option<Value>,
}

/// What a parameter takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterKind {
    /// Data. A parameter without annotation is an `object`, as in promptflow.
    Data(Ty),
    /// A connection, of one of these classes: `AzureOpenAIConnection`, `CustomConnection`, ….
    Connection(Vec<Arc<str>>),
}

/// One call.
#[derive(Debug, Clone)]
pub struct ScriptCall {
    /// The arguments by name.
    pub arguments: Map,
    /// The arguments that are connections, in place of the name that `arguments` may have for them.
    pub connections: BTreeMap<Arc<str>, Arc<Connection>>,
    /// The variables that the code sees as its environment.
    pub environment: Arc<BTreeMap<Arc<str>, Arc<str>>>,
    /// What its random numbers start from where it does not say.
    pub seed: u64,
    /// The longest time, from when its turn has come; for those that [keep time](Script::keeps_time).
    pub timeout: Option<Duration>,
    /// Ends the call early.
    pub cancel: CancellationToken,
}

/// What a call did.
#[derive(Debug)]
pub struct ScriptOutcome {
    /// What the function returned, or why it did not.
    pub result: Result<Value, ScriptError>,
    /// What it printed, standard output and error in the order in which they were written.
    pub printed: String,
    /// The metrics that it logged, in order.
    pub metrics: Vec<Metric>,
}

/// What a node needs to call a function of code.
#[derive(Debug, Clone)]
pub struct ScriptOp {
    /// The function.
    pub script: Arc<dyn Script>,
    /// The arguments that are connections, by name.
    pub connections: BTreeMap<Arc<str>, Arc<Connection>>,
    /// Whether it is the code that a flex flow names: arguments that are null are left out where the function has a default of its
    /// own, and objects with attributes come back as mappings.
    pub is_entry: bool,
}

impl ScriptOp {
    /// Whether an argument is not handed over.
    #[must_use]
    pub fn omits(&self, name: &str, value: &Value) -> bool {
        self.is_entry
            && value.is_null()
            && self.script.parameters().iter().any(|parameter| *parameter.name == *name && parameter.has_default)
    }
}
