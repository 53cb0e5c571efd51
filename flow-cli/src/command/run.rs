use std::fmt::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use flow_core::engine::Flow;
use flow_core::exec::{Event, EventSink, Executor, InputError, Observer, Row, RowError, RowOptions, RowResult};
use flow_core::plan::PlanNode;
use flow_core::value::{Map, Value};
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use super::{Problem, chat, inputs};
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::ui::{self, DIM, Progress, Trace};
use crate::workbench;

/// `flow run`: one row, one node, or a conversation.
pub(crate) fn run(args: &RunArgs) -> Result<Exit, Problem> {
    let Some(flow) = workbench::load_to_run(args)? else { return Ok(Exit::Usage) };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed("no-runtime", format!("cannot start: {error}")))?;
    runtime.block_on(async {
        let cancel = CancellationToken::new();
        let mut interrupt = Box::pin(tokio::signal::ctrl_c());
        // The first look at it is what makes the program listen, which must be before anything runs.
        tokio::select! {
            biased;
            _ = &mut interrupt => cancel.cancel(),
            () = std::future::ready(()) => {}
        }
        tokio::spawn(cancel_on_interrupt(interrupt, cancel.clone()));
        if args.chat { chat::chat(args, &flow, &cancel).await } else { one_row(args, &flow, &cancel).await }
    })
}

async fn one_row(args: &RunArgs, flow: &Flow, cancel: &CancellationToken) -> Result<Exit, Problem> {
    let mut given = inputs::given(args)?;
    if args.node.is_none() {
        inputs::start_history(flow, &mut given);
    }
    match &args.node {
        Some(name) => {
            let node = known_node(flow, name)?;
            inputs::refuse_unknown_of_node(args, flow, node)?;
            inputs::read_node_outputs(&mut given);
        }
        None => {
            let known: Vec<&str> = flow.plan.inputs.iter().map(|input| &*input.name).collect();
            inputs::refuse_unknown(args, &known)?;
        }
    }
    let watcher = Arc::new(Watcher::new(!args.json));
    let result = run_watched(args, flow, given, cancel, &watcher).await;
    watcher.clear();
    let trace = watcher.trace();
    if args.json {
        ui::out_json(&result_json(args, flow, &result, &trace));
    }
    if args.trace && !args.json {
        ui::say(&format!("{DIM}{}{DIM:#}\n{}", flow.name, trace.text().trim_end()));
    }
    match &result.outcome {
        Ok(outputs) => {
            if !args.json {
                ui::out(&ui::outputs_text(outputs));
            }
            Ok(Exit::Done)
        }
        Err(error) => {
            if !args.json {
                ui::say_error(&words(args, error), help(args, error).as_deref());
            }
            Ok(exit_of(error))
        }
    }
}

/// Runs the row (or the node) and, where the row ended well, the aggregation nodes over it.
pub(crate) async fn run_watched(
    args: &RunArgs,
    flow: &Flow,
    given: Map,
    cancel: &CancellationToken,
    watcher: &Arc<Watcher>,
) -> RowResult {
    let executor = Executor::new();
    let events = EventSink::observer(Arc::clone(watcher) as Arc<dyn Observer>);
    let options = RowOptions { deadline: args.timeout, cancel: cancel.clone(), ..RowOptions::default() };
    let row = Row { index: 0, inputs: given };
    match &args.node {
        Some(name) => executor.run_node(&flow.plan, name, row, &events, options.clone()).await,
        None => executor.run_row(&flow.plan, row, &events, options.clone()).await,
    }
    let mut result = watcher.result();
    if let (None, Some(row)) = (&args.node, result.for_aggregation(&flow.plan))
        && flow.plan.nodes.iter().any(|node| node.aggregation)
    {
        let aggregation = executor.run_aggregation(&flow.plan, &[row], &events, options.clone()).await;
        result.usage += aggregation.usage;
        for (name, outcome) in aggregation.nodes {
            if let flow_core::exec::AggregationOutcome::Failed(error) = outcome {
                ui::say_warning(&format!("aggregation node `{name}` failed, which does not fail the run: {error}"));
            }
        }
    }
    result
}

fn known_node<'a>(flow: &'a Flow, name: &str) -> Result<&'a PlanNode, Problem> {
    if let Some((_, node)) = flow.plan.node(name) {
        return Ok(node);
    }
    let names = flow.plan.nodes.iter().map(|node| &*node.name);
    let help = flow_core::diag::did_you_mean(name, names);
    let problem = Problem::usage("unknown-node", format!("the flow has no node `{name}`"));
    Err(match help {
        Some(help) => problem.help(help),
        None => problem,
    })
}

/// The JSON document of a run.
fn result_json(args: &RunArgs, flow: &Flow, result: &RowResult, trace: &Trace) -> Json {
    let mut document = match &result.outcome {
        Ok(outputs) if args.node.is_some() => json!({ "outputs": outputs.get("output").unwrap_or(&Value::Null) }),
        Ok(outputs) => json!({ "outputs": **outputs }),
        Err(error) => json!({ "error": error_json(args, error) }),
    };
    if let Some(object) = document.as_object_mut() {
        object.insert("usage".into(), json!(result.usage));
        object.insert("elapsed_ms".into(), json!(ui::milliseconds(result.elapsed)));
        object.insert("flow".into(), json!(flow.name));
        if !flow.selection.is_empty() {
            object.insert("variant".into(), json!(flow.selection));
        }
        if args.trace {
            object.insert("trace".into(), trace.to_json());
        }
    }
    document
}

/// A failed row as JSON.
pub(crate) fn error_json(args: &RunArgs, error: &RowError) -> Json {
    let node = error.node().map(|node| node.innermost().node.to_string());
    let mut json = json!({ "code": error.code(), "message": words(args, error), "node": node });
    if let (Some(help), Some(object)) = (help(args, error), json.as_object_mut()) {
        object.insert("help".into(), help.into());
    }
    json
}

/// A failed row in words; where the user stopped it, in those of the command line.
pub(crate) fn words(args: &RunArgs, error: &RowError) -> String {
    match (error, args.timeout) {
        (RowError::Cancelled, _) => "interrupted".to_owned(),
        (RowError::Deadline { .. }, Some(limit)) => {
            format!("the run was stopped after {}, as `--timeout` says", ui::duration_words(limit))
        }
        _ => error.to_string(),
    }
}

/// What to do about a failed row, where there is something to say beyond its message.
pub(crate) fn help(args: &RunArgs, error: &RowError) -> Option<String> {
    match error {
        RowError::Input(InputError::Missing { names }) => {
            let mut line = "flow run".to_owned();
            if args.flow.flow != Path::new(".") {
                let _ = write!(line, " {}", args.flow.flow.display());
            }
            if let Some(node) = &args.node {
                let _ = write!(line, " --node {node}");
            }
            for name in &names.0 {
                let _ = write!(line, " -i {name}=…");
            }
            let default = if args.node.is_none() { ", or add a `default` in the flow file" } else { "" };
            Some(format!("give a value: {line}{default}"))
        }
        RowError::Node(node) => node.innermost().failure.help(),
        RowError::Deadline { .. } => {
            Some("give it more time, or look with `--trace` for the node that is slow".to_owned())
        }
        _ => None,
    }
}

/// How the program ends after a failed row.
pub(crate) fn exit_of(error: &RowError) -> Exit {
    match error {
        RowError::Cancelled => Exit::Interrupted,
        RowError::Input(_) | RowError::UnknownNode { .. } => Exit::Usage,
        RowError::Node(_) | RowError::Output(_) | RowError::Deadline { .. } => Exit::Failed,
    }
}

async fn cancel_on_interrupt(first: impl Future<Output = std::io::Result<()>>, cancel: CancellationToken) {
    if first.await.is_ok() {
        cancel.cancel();
        // Whoever asks twice does not want to wait for anything.
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(130);
        }
    }
}

/// Sees all events of a row: for the progress line, the trace and the result.
pub(crate) struct Watcher {
    seen: Mutex<Seen>,
}

struct Seen {
    progress: Progress,
    trace: Trace,
    collector: flow_core::exec::RowCollector,
}

impl Watcher {
    /// A watcher that shows progress where it is wanted and can be seen.
    pub(crate) fn new(progress: bool) -> Self {
        let seen = Seen { progress: Progress::new(progress), trace: Trace::default(), collector: <_>::default() };
        Self { seen: Mutex::new(seen) }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Takes the progress line away.
    pub(crate) fn clear(&self) {
        self.seen().progress.clear();
    }

    /// What was seen so far, as a row's result.
    pub(crate) fn result(&self) -> RowResult {
        std::mem::take(&mut self.seen().collector).finish()
    }

    /// The trace of what was seen.
    pub(crate) fn trace(&self) -> Trace {
        std::mem::take(&mut self.seen().trace)
    }
}

impl Observer for Watcher {
    fn observe(&self, event: Event) {
        let mut seen = self.seen();
        seen.progress.see(&event);
        seen.trace.see(&event);
        seen.collector.observe(event);
    }
}
