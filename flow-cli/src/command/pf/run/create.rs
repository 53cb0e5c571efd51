//! `flow pf run create`: a batch by promptflow's options.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flow_core::run::{EndState, RowRecord, RowStatus, RunFolder, RunStore};
use flow_eval::batch::{Ledger, OrderedRows};
use serde_json::json;

use super::super::pairs;
use super::description::Description;
use super::document::{self, OUTPUTS};
use super::{named, read, show};
use crate::args::BatchArgs;
use crate::args::pf::PfCreateArgs;
use crate::command::Problem;
use crate::command::batch::{self, Finished, cannot_read, metrics, now, run_problem};
use crate::exit::Exit;
use crate::ui;

/// Runs the rows, and shows the run.
pub(super) fn create(args: PfCreateArgs, store: &RunStore) -> Result<Exit, Problem> {
    let sources = [args.file.is_some(), args.flow.is_some(), args.source.is_some(), args.resume_from.is_some()];
    if sources.iter().filter(|is_given| **is_given).count() > 1 {
        let message = "more than one of --file, --flow, --source and --resume-from is given";
        return Err(Problem::usage("several-sources", message).help("a run is made of one of them"));
    }
    if args.source.is_some() {
        let message = "the folder of a run that promptflow made cannot be taken over";
        return Err(Problem::usage("no-counterpart", message).help("run the flow again: --flow FLOW --data FILE"));
    }
    let streams = args.stream;
    let batch = match &args.resume_from {
        Some(name) => resumed(&args, store, name)?,
        None => begun(&args)?,
    };
    let limits = BatchArgs { jobs: number("PF_WORKER_COUNT")?, ..batch };
    let timeout = number("PF_LINE_TIMEOUT_SEC")?.map(|seconds| Duration::from_secs(seconds as u64));
    let batch = BatchArgs { timeout, store: Some(store.clone()), ..limits };
    let Some(finished) = batch::execute(batch)? else {
        return Err(Problem::failed("invalid-flow", "the run was not begun, since its flow cannot be run")
            .help("flow pf flow validate --source FLOW tells all that is wrong"));
    };
    leave_outputs(&finished)?;
    if streams {
        tell_end(&finished.folder)?;
    }
    show(&finished.folder)?;
    Ok(match finished.end.state {
        EndState::Completed => Exit::Done,
        EndState::Interrupted => Exit::Interrupted,
        EndState::Stopped => Exit::Failed,
    })
}

/// A run of a flow, or of what a file describes.
fn begun(args: &PfCreateArgs) -> Result<BatchArgs, Problem> {
    if args.file.is_none() && args.flow.is_none() {
        let message = "a run needs a flow";
        return Err(Problem::usage("no-flow", message).help("name it by --flow FLOW, or by --file run.yml"));
    }
    let mut batch = BatchArgs::of(PathBuf::new(), None);
    batch.flow.clone_from(&args.flow);
    batch.file.clone_from(&args.file);
    batch.data = args.data.as_deref().map(|data| beside(args, data));
    batch.run.clone_from(&args.run);
    batch.variant = args.variant.iter().cloned().collect();
    batch.name.clone_from(&args.name);
    batch.has_name_of_its_own = true;
    // A run of promptflow asks its models anew.
    batch.cache.no_cache = true;
    batch.environment.variables = pairs::variables(args.environment_variables.as_deref())?;
    for (input, value) in pairs::pairs("--column-mapping", &args.column_mapping)? {
        batch.map.push(format!("{input}={}", pairs::constant(&value)));
    }
    for (key, value) in pairs::pairs("--connections", &args.connections)? {
        batch.overrides.push(format!("{key}={value}"));
    }
    batch.overrides.extend(pairs::init(&args.init)?);
    for (key, value) in pairs::pairs("--set", &args.set)? {
        set(&mut batch, args, &key, value)?;
    }
    Ok(batch)
}

/// `--set`, which changes what the file says.
fn set(batch: &mut BatchArgs, args: &PfCreateArgs, key: &str, value: String) -> Result<(), Problem> {
    let within = |group: &str| key.strip_prefix(group).and_then(|rest| rest.strip_prefix('.'));
    match key {
        "name" => batch.name = Some(value),
        "display_name" => batch.display_name = Some(value),
        "description" => batch.description = Some(value),
        "data" => batch.data = Some(beside(args, Path::new(&value))),
        "flow" => batch.flow = Some(beside(args, Path::new(&value))),
        "run" => batch.run = Some(value),
        "variant" => batch.variant = vec![value],
        _ => match (within("tags"), within("column_mapping"), within("connections"), within("environment_variables")) {
            (Some(tag), ..) => batch.added.tag.push(format!("{tag}={value}")),
            (_, Some(input), ..) => batch.added.map.push(format!("{input}={}", pairs::constant(&value))),
            (_, _, Some(node), _) => batch.added.overrides.push(format!("{node}={value}")),
            (.., Some(name)) => batch.added.variables.push(format!("{name}={value}")),
            _ => {
                let message = format!("`--set {key}=…` sets nothing of a run");
                let help = "known are name, display_name, description, flow, data, run, variant, tags.NAME, column_mapping.NAME, connections.NODE.KEY and environment_variables.NAME";
                return Err(Problem::usage("unknown-setting", message).help(help));
            }
        },
    }
    Ok(())
}

/// With a file, paths are taken from its folder.
fn beside(args: &PfCreateArgs, path: &Path) -> PathBuf {
    let folder = args.file.as_deref().and_then(Path::parent);
    folder.map_or_else(|| path.to_path_buf(), |folder| folder.join(path))
}

/// A new run that takes over the rows of another that ended well. The other stays as it is.
fn resumed(args: &PfCreateArgs, store: &RunStore, name: &str) -> Result<BatchArgs, Problem> {
    let earlier = named(store, name)?;
    let unusable = |error| run_problem(&error);
    let mut manifest = earlier.manifest().map_err(unusable)?;
    if earlier.is_running() {
        let message = format!("another process works on run {name} right now");
        return Err(Problem::failed("run-locked", message).help("wait until it has ended"));
    }
    if let Some(name) = &args.name {
        batch::refuse_taken(store, name)?;
    }
    let settings = pairs::pairs("--set", &args.set)?;
    let description = Description::of_settings(&settings)?;
    manifest.continues = Some(document::name(&manifest).to_owned());
    manifest.name.clone_from(&args.name);
    (manifest.archived, manifest.created) = (None, now());
    description.put_into(&mut manifest);
    let folder = store.copy(&earlier, &manifest.flow.name, SystemTime::now()).map_err(unusable)?;
    folder.id().clone_into(&mut manifest.id);
    folder.write_manifest(&manifest).map_err(unusable)?;
    let mut batch = BatchArgs::of(PathBuf::new(), None);
    batch.flow = None;
    batch.resume = Some(folder.id().to_owned());
    (batch.retry_failed, batch.allow_changes) = (true, true);
    batch.environment.variables = pairs::variables(args.environment_variables.as_deref())?;
    Ok(batch)
}

/// A whole number from 1 in a variable that promptflow knows.
fn number(variable: &str) -> Result<Option<usize>, Problem> {
    let Some(text) = std::env::var(variable).ok().filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let number = text.trim().parse().ok().filter(|number| *number > 0);
    let message = || format!("the variable {variable} is `{text}`, which is no whole number from 1");
    number.map(Some).ok_or_else(|| Problem::usage("invalid-variable", message()))
}

/// Writes what promptflow's scripts read of a run's folder: the outputs of rows that ended well, and the metrics.
fn leave_outputs(finished: &Finished) -> Result<(), Problem> {
    let Finished { folder, manifest, ledger, .. } = finished;
    let outputs = folder.path().join(OUTPUTS);
    std::fs::create_dir_all(&outputs).map_err(|error| Problem::cannot_write(&outputs, &error))?;
    let unwritten = |error: flow_core::run::RunError| Problem::failed("cannot-write", error.to_string());
    let lines = lines(ledger)?;
    folder.write(&format!("{OUTPUTS}/output.jsonl"), lines.as_bytes()).map_err(unwritten)?;
    let metrics = metrics(manifest, ledger).to_string() + "\n";
    folder.write("metrics.json", metrics.as_bytes()).map_err(unwritten)
}

fn lines(ledger: &Ledger) -> Result<String, Problem> {
    let mut lines = String::new();
    let well = |_, status| status == RowStatus::Completed;
    for row in OrderedRows::open(ledger, well).map_err(|error| cannot_read(&error))? {
        let row: RowRecord = row.map_err(|error| cannot_read(&error))?;
        let mut line = json!({ "line_number": row.key.line });
        if let (Some(line), serde_json::Value::Object(outputs)) = (line.as_object_mut(), json!(row.outputs)) {
            line.extend(outputs);
        }
        lines += &line.to_string();
        lines.push('\n');
    }
    Ok(lines)
}

/// Tells how a run ended, in promptflow's form.
pub(super) fn tell_end(folder: &RunFolder) -> Result<(), Problem> {
    let (manifest, ledger) = read(folder)?;
    let elapsed = ledger.end.as_ref().map_or(0.0, |end| end.elapsed_ms / 1e3);
    let (minutes, seconds) = ((elapsed / 60.0).floor(), elapsed % 60.0);
    let path = std::path::absolute(folder.path()).unwrap_or_else(|_| folder.path().to_path_buf());
    ui::out(&format!(
        "======= Run Summary =======\n\nRun name: \"{}\"\nRun status: \"{}\"\nStart time: \"{}\"\nDuration: \"{}:{:02}:{:09.6}\"\nOutput path: \"{}\"\n",
        document::name(&manifest),
        document::status(folder, &ledger),
        manifest.created.replace('Z', "+00:00").replace('T', " "),
        (minutes / 60.0).floor(),
        minutes % 60.0,
        seconds,
        path.display()
    ));
    Ok(())
}
