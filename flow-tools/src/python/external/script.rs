use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use flow_core::project::{ProjectFiles, shown};
use flow_core::script::{
    LimitKind, Metric, Parameter, ParameterKind, Runner, Script, ScriptCall, ScriptError, ScriptOutcome, ScriptSource,
    TraceFrame,
};
use flow_core::value::Value;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};

use super::ExternalLimits;
use super::message::{Arguments, End, Function, Load, Raised, Request, SeenJson};
use super::packages::how_to_install;
use super::pool::{Pool, Pools, Shared, includes};
use super::program::Python;
use super::worker::{Fault, Heard};
use crate::python::connection::{Seen, seen};
use crate::python::front::Tool;

/// The variables that code sees as its environment.
type Variables = Arc<BTreeMap<Arc<str>, Arc<str>>>;

/// What a function is made of.
pub(super) struct Parts {
    pub(super) tool: Tool,
    /// The texts of the flow's modules that it imports.
    pub(super) modules: Vec<Arc<str>>,
    /// What the embedded interpreter lacks for it.
    pub(super) lacking: Vec<String>,
    /// What runs it; `None` where nobody means to call it.
    pub(super) python: Option<Arc<Python>>,
    pub(super) limits: ExternalLimits,
    pub(super) pools: Arc<Pools>,
}

/// A function that runs in a Python of the user's own.
pub(super) struct ExternalScript {
    parameters: Vec<Parameter>,
    takes_any: bool,
    yields: bool,
    function: Arc<Function>,
    /// The node's file as messages show it.
    shown: Arc<str>,
    files: Arc<ProjectFiles>,
    modules: String,
    lacking: Vec<String>,
    python: Option<Arc<Python>>,
    limits: ExternalLimits,
    pools: Arc<Pools>,
    /// The workers, and the variables that they were started with.
    pool: Mutex<Option<(Variables, Arc<Pool>)>>,
}

impl std::fmt::Debug for ExternalScript {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ExternalScript").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl ExternalScript {
    pub(super) fn new(source: &ScriptSource, parts: Parts) -> Self {
        let Parts { tool, modules, lacking, python, limits, pools } = parts;
        // Code that stands in the flow file is told apart by the node's name.
        let is_file = source.path.file_name() == Path::new(&*source.shown).file_name();
        let path = source.path.display().to_string();
        let load = Load {
            file: if is_file { path.clone() } else { source.shown.to_string() },
            path,
            text: Arc::clone(&source.text),
            function: tool.named.function,
            class: tool.named.class,
            init: tool.named.init,
        };
        let id = digest([&load.file, &load.path, &*load.text, &load.function].into_iter());
        Self {
            parameters: tool.parameters,
            takes_any: tool.takes_any,
            yields: tool.yields,
            function: Arc::new(Function { id, load }),
            shown: Arc::clone(&source.shown),
            files: Arc::clone(&source.files),
            modules: digest(modules.iter().map(|text| &**text)),
            lacking,
            python,
            limits,
            pools,
            pool: Mutex::default(),
        }
    }

    async fn run(&self, call: ScriptCall) -> ScriptOutcome {
        let mut heard = Heard { printed: String::new(), limit: self.limits.output, metrics: Vec::new() };
        let result = self.called(&call, &mut heard).await;
        ScriptOutcome {
            result,
            printed: heard.printed,
            metrics: heard.metrics.into_iter().filter_map(metric).collect(),
        }
    }

    async fn called(&self, call: &ScriptCall, heard: &mut Heard) -> Result<Value, ScriptError> {
        let pool = self.workers(&call.environment).ok_or_else(|| ScriptError::Broken {
            message: "this code was read to be looked at, and does not run".to_owned(),
        })?;
        let connections: BTreeMap<&str, Seen> = call
            .connections
            .iter()
            .map(|(name, connection)| (&**name, seen(connection, self.class_of(name))))
            .collect();
        let given = call.arguments.iter().filter(|(name, _)| !call.connections.contains_key(*name));
        let arguments = Arguments::new(given.map(|(name, value)| (&**name, value)));
        let functions = arguments.functions(&self.function);
        let request = Request {
            id: 0,
            script: &self.function.id,
            loads: functions.iter().map(|function| (&*function.id, &function.load)).collect(),
            marks: arguments.has_marks(),
            arguments,
            connections: connections.iter().map(|(name, seen)| (*name, SeenJson::from(seen))).collect(),
            seed: call.seed,
        };
        let limits = self.limits;
        let asked = pool.ask(&functions, request, call.timeout.unwrap_or(limits.time), heard);
        let limit = |kind| ScriptError::Limit { kind, trace: Vec::new() };
        let asked = tokio::select! {
            biased;
            () = call.cancel.cancelled() => return Err(limit(LimitKind::Cancelled)),
            asked = asked => asked,
        };
        match asked {
            Ok(End::Returned(value)) => Ok(value),
            Ok(End::Unfit(message)) => {
                Err(ScriptError::Raised { class: Arc::from("ValueError"), message, trace: Vec::new() })
            }
            Ok(End::Raised(raised)) => Err(self.raised(raised)),
            Ok(End::TooLong) | Err(Fault::TooLong) => Err(limit(LimitKind::Answer(limits.answer))),
            Err(Fault::TooSlow) => Err(limit(call.timeout.map_or(LimitKind::Time(limits.time), LimitKind::Timeout))),
            Err(Fault::Printed) => Err(limit(LimitKind::Output(limits.output))),
            Err(Fault::Broken(message)) => Err(ScriptError::Broken { message }),
        }
    }

    /// The workers for these variables.
    fn workers(&self, environment: &Variables) -> Option<Arc<Pool>> {
        let python = self.python.as_ref()?;
        let mut known = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((variables, pool)) = &*known
            && Arc::ptr_eq(variables, environment)
        {
            return Some(Arc::clone(pool));
        }
        let text = |path: &Path| path.display().to_string();
        let roots = [self.files.folder(), self.files.boundary()].into_iter().chain(self.files.includes());
        let pool = self.pools.of(Shared {
            python: Arc::clone(python),
            folder: self.files.folder().to_path_buf(),
            includes: includes(&self.files),
            roots: roots.map(text).collect(),
            environment: Arc::clone(environment),
            modules: self.modules.clone(),
            limits: self.limits,
        });
        *known = Some((Arc::clone(environment), Arc::clone(&pool)));
        Some(pool)
    }

    /// The class of connections that a parameter takes first.
    fn class_of(&self, name: &str) -> Option<String> {
        let parameter = self.parameters.iter().find(|parameter| *parameter.name == *name)?;
        match &parameter.kind {
            ParameterKind::Connection(classes) => classes.first().map(|class| class.to_string()),
            ParameterKind::Data(_) => None,
        }
    }

    fn raised(&self, raised: Raised) -> ScriptError {
        let Raised { class, mut message, trace, missing } = raised;
        if let (Some(module), Some(python)) = (missing, &self.python) {
            let top = module.split('.').next().unwrap_or(&module);
            let how = how_to_install(top, &python.found.shown(), self.files.folder());
            message = format!("{message}; {how}");
        }
        let frame = |(file, line, function, text): (String, usize, String, String)| TraceFrame {
            file: if file == self.function.load.file {
                Arc::clone(&self.shown)
            } else {
                Arc::from(shown(Path::new(&file)).display().to_string())
            },
            line,
            function: Arc::from(function),
            text: Arc::from(text),
        };
        ScriptError::Raised { class: Arc::from(class), message, trace: trace.into_iter().map(frame).collect() }
    }
}

impl Script for ExternalScript {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn takes_any(&self) -> bool {
        self.takes_any
    }

    fn yields(&self) -> bool {
        self.yields
    }

    fn runner(&self) -> Runner {
        let (program, version) = match &self.python {
            Some(python) => (python.found.program.clone(), Some(Arc::clone(&python.version))),
            None => ("python3".into(), None),
        };
        Runner::External { program, version, lacking: self.lacking.clone() }
    }

    fn keeps_time(&self) -> bool {
        true
    }

    fn call(&self, call: ScriptCall) -> BoxFuture<'_, ScriptOutcome> {
        self.run(call).boxed()
    }
}

/// A metric as the worker writes it: name, value, variant.
fn metric(logged: Value) -> Option<Metric> {
    let [name, value, variant] = logged.as_list()? else { return None };
    let text = |value: &Value| value.as_str().map(Arc::from);
    Some(Metric { name: text(name)?, value: value.clone(), variant: text(variant) })
}

fn digest<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
