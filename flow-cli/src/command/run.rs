use std::sync::Arc;

use flow_core::engine::Flow;
use flow_core::exec::{EventSink, Executor, Observer, Row, RowOptions, RowResult};
use flow_core::gate::Gate;
use flow_core::plan::PlanNode;
use flow_core::trace::Trace;
use flow_core::value::{Map, Value, python_str};
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use super::batch::store_of;
use super::failure::{error_json, exit_of, say_failure};
use super::watcher::Watcher;
use super::{Problem, cache, chat, inputs};
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::ui::{self, DIM, Speech};
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
    inputs::read_pictures(args, flow, &mut given)?;
    if args.node.is_none() {
        inputs::take_sample(flow, &mut given);
        inputs::start_history(flow, &mut given);
    }
    match &args.node {
        Some(name) => {
            let node = known_node(flow, name)?;
            inputs::refuse_unknown_of_node(args, flow, node)?;
            inputs::read_node_outputs(&mut given);
        }
        None => inputs::check_names(args, flow, &given)?,
    }
    let speech = args.stream.then(|| match &args.node {
        Some(name) => Speech::of_node(&flow.plan, name, args.json),
        None => Speech::of_flow(&flow.plan, args.json),
    });
    let watcher = Arc::new(Watcher::new(!args.json, &flow.plan).with_speech(speech.flatten()));
    let gate = gate(args, flow);
    let result = run_watched(args, flow, given, &gate, cancel, &watcher).await;
    watcher.clear();
    watcher.export().await;
    let trace = watcher.trace();
    if args.json {
        let document = result_json(args, flow, &result, &trace);
        if args.stream { ui::out(&document.to_string()) } else { ui::out_json(&document) }
    }
    if args.trace && !args.json {
        watcher.end_line();
        ui::say(&format!("{DIM}{}{DIM:#}\n{}", flow.name, ui::trace_text(&trace).trim_end()));
    }
    match &result.outcome {
        Ok(outputs) => {
            if args.is_of_promptflow {
                show_as_promptflow(args, flow, outputs);
            } else if !args.json {
                watcher.show_outputs(outputs);
                if !result.metrics.is_empty() {
                    ui::say(&format!("{DIM}metrics{DIM:#}\n{}", ui::outputs_text(&result.metrics)));
                }
            }
            Ok(Exit::Done)
        }
        Err(error) => {
            if !args.json {
                watcher.end_line();
                say_failure(args, flow, error);
            }
            Ok(exit_of(error))
        }
    }
}

/// The outputs in promptflow's form: all of a flow as one document; what a node or a prompty gave as such a document if it is a mapping, else as
/// Python prints it.
fn show_as_promptflow(args: &RunArgs, flow: &Flow, outputs: &Map) {
    let single = args.node.is_some() || flow.plan.prompty.is_some();
    match outputs.get("output").filter(|_| single) {
        Some(output) if output.as_map().is_none() => ui::out(&python_str(output)),
        Some(output) => ui::out_json_by_four(&json!(output)),
        None => ui::out_json_by_four(&json!(outputs)),
    }
}

/// What all calls of a run go through.
pub(crate) fn gate(args: &RunArgs, flow: &Flow) -> Arc<Gate> {
    let options = args.calls.options(args.connection.seed);
    Arc::new(Gate::with_options(options).with_catalogue(Arc::clone(&flow.catalogue)))
}

/// Runs the row (or the node) and, where the row ended well, the aggregation nodes over it.
pub(crate) async fn run_watched(
    args: &RunArgs,
    flow: &Flow,
    given: Map,
    gate: &Arc<Gate>,
    cancel: &CancellationToken,
    watcher: &Arc<Watcher>,
) -> RowResult {
    let executor = Executor::with_gate(Arc::clone(gate));
    let events = EventSink::observer(Arc::clone(watcher) as Arc<dyn Observer>);
    let options = RowOptions {
        deadline: args.timeout,
        stream: watcher.streams(),
        cancel: cancel.clone(),
        cache: if args.cache { cache::open(&store_of(&args.flow.flow), [&*flow.plan], true, true) } else { None },
        ..RowOptions::default()
    };
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
        result.metrics.extend(aggregation.metrics);
        for (name, outcome) in aggregation.nodes {
            if let flow_core::exec::AggregationOutcome::Failed(error) = outcome {
                ui::say_warning(&format!("aggregation node `{name}` failed, which does not fail the run: {error}"));
            }
        }
    }
    cache::close(options.cache.as_deref());
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
        Err(error) => json!({ "error": error_json(args, flow, error) }),
    };
    if let Some(object) = document.as_object_mut() {
        if !result.metrics.is_empty() {
            object.insert("metrics".into(), json!(result.metrics));
        }
        object.insert("usage".into(), json!(result.usage));
        object.insert("elapsed_ms".into(), json!(ui::milliseconds(result.elapsed)));
        object.insert("flow".into(), json!(flow.name));
        if !flow.selection.is_empty() {
            object.insert("variant".into(), json!(flow.selection));
        }
        if args.trace {
            object.insert("trace".into(), ui::trace_json(trace));
        }
    }
    document
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
