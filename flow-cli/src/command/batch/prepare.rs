use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use clap::Parser;
use flow_core::engine::Flow;
use flow_core::journal::{self, Tail, Writer};
use flow_core::run::{Digest, Manifest, RunError, RunFolder};
use flow_core::value::Value;
use flow_eval::batch::{BatchRow, Earlier, Ledger};
use flow_eval::data::Selection;
use flow_eval::estimate::Spread;
use flow_eval::mapping::{Available, Line, Mapping, MappingError, ResolvedMapping, Written};

use super::data::{MappedRows, Sources};
use super::file::with_file;
use super::identity::{self, cannot_read, run_problem};
use super::journal_settings;
use super::spool::{Spool, is_standard_input};
use crate::args::{BatchArgs, Cli, Command, FlowArgs};
use crate::command::Problem;
use crate::ui;
use crate::workbench::{self, Loading, Selected, Told};

/// A batch that can begin.
pub(super) struct Prepared {
    pub(super) args: BatchArgs,
    pub(super) flows: Vec<Flow>,
    pub(super) folder: RunFolder,
    pub(super) manifest: Manifest,
    pub(super) rows: MappedRows,
    /// Rows of the data; `None` where they are not known beforehand.
    pub(super) total: Option<u64>,
    pub(super) earlier: Earlier,
    pub(super) journal: Arc<Writer>,
    /// Some of the rows of a new run, to foresee what it takes.
    pub(super) some: Vec<BatchRow>,
}

/// Checks all that can be checked before a model is asked, and makes or opens the run's folder. `None` where the flow has errors, which
/// were told.
pub(super) fn prepare(args: BatchArgs) -> Result<Option<Prepared>, Problem> {
    let mut args = with_file(args)?;
    let Some(name) = &args.resume else {
        if let Some(name) = args.name.as_deref().filter(|_| args.has_name_of_its_own) {
            identity::refuse_taken(&args.store(), name)?;
        }
        return prepared(args, Begin::New);
    };
    let store = args.store();
    let folder = store.find(name).map_err(|error| run_problem(&error))?;
    let manifest = identity::manifest_of(&folder)?;
    // The flow may lie in another project than the run.
    args.store = Some(store);
    prepared(continued(args, &manifest)?, Begin::GoOn(folder, Box::new(manifest)))
}

/// Which run is prepared.
pub(super) enum Begin {
    /// A new one.
    New,
    /// This one, if nothing of it has changed.
    GoOn(RunFolder, Box<Manifest>),
    /// One that is the same, or else a new one.
    Same,
}

/// As [`prepare`], with all arguments that there are.
pub(super) fn prepared(args: BatchArgs, begin: Begin) -> Result<Option<Prepared>, Problem> {
    let earlier = match &begin {
        Begin::GoOn(folder, _) => Some(folder),
        Begin::New | Begin::Same => None,
    };
    let mut some = Spread::new(FORESEEN, FORESEEN_BYTES);
    let Some(ground) = ground(args, earlier, &mut some)? else { return Ok(None) };
    let Ground { mut args, flows, mut rows, total, mut manifest, prompts, spool } = ground;
    let is_of_score = matches!(begin, Begin::Same);
    let earlier = match begin {
        Begin::New => None,
        Begin::GoOn(folder, then) => Some((folder, same(&args, *then, manifest.clone())?)),
        Begin::Same => identity::same_before(&args.store(), &manifest)?,
    };
    let is_new = earlier.is_none();
    let (folder, journal, earlier) = match earlier {
        Some((folder, then)) => {
            manifest = then;
            let journal = open(&folder)?;
            let ledger = Ledger::read(&folder.journal()).map_err(|error| cannot_read(&error))?;
            if is_of_score {
                // Its budget is that of all attempts, as an evaluation file has one for all that it begins.
                args.calls = args.calls.left_after(&ledger.counts.usage);
            }
            (folder, journal, ledger.into_earlier(args.retry_failed))
        }
        None => {
            let (folder, journal) = begin_run(&args, &flows[0].flow, &mut manifest, &prompts, spool)?;
            (folder, journal, Earlier::default())
        }
    };
    let flows = flows.into_iter().map(|selected| selected.flow).collect();
    let journal = Arc::new(journal);
    // What was expected of a run is kept as it was when the run began.
    let some = if is_new { some.into_kept().iter().map(|line| rows.row_of(line)).collect() } else { Vec::new() };
    Ok(Some(Prepared { args, flows, folder, manifest, rows, total, earlier, journal, some }))
}

/// Rows that are looked at beforehand, about; and how much they may hold.
const FORESEEN: usize = 64;
const FORESEEN_BYTES: usize = 16 << 20;

/// What a run stands on, before it has a folder.
pub(crate) struct Ground {
    pub(crate) args: BatchArgs,
    pub(crate) flows: Vec<Selected>,
    pub(crate) rows: MappedRows,
    /// Rows of the data; `None` where they are not known beforehand.
    pub(crate) total: Option<u64>,
    pub(crate) manifest: Manifest,
    /// The texts of its prompts, by their digests.
    pub(crate) prompts: BTreeMap<Digest, String>,
    /// Standard input, where the rows come from there.
    pub(crate) spool: Option<Spool>,
}

/// Loads the flow in its variants, compares the mapping with the data, and reads the data once, of which some rows are kept;
/// `earlier` is the run that goes on. `None` where the flow has errors, which were told.
pub(crate) fn ground(
    args: BatchArgs,
    earlier: Option<&RunFolder>,
    some: &mut Spread<Line>,
) -> Result<Option<Ground>, Problem> {
    let Some(flows) = load(&args)? else { return Ok(None) };
    let plan = Arc::clone(&flows[0].flow.plan);
    let spool = match (&args.data, earlier) {
        (Some(data), None) if is_standard_input(data) => Some(Spool::read(&args.store())?),
        _ => None,
    };
    let input = spool.as_ref().map(|spool| spool.path().to_path_buf()).or(earlier.map(Spool::place));
    let sources = Sources::find(&args, input.as_deref())?;
    let map = map(&args.map)?;
    let opened = sources.open()?;
    // promptflow runs rows that are all the same, and so do its commands here.
    let may_be_alike = args.has_name_of_its_own || earlier.is_some();
    let mapping = resolve((&map, args.written), &plan, &opened.available(), may_be_alike)?;
    let total = sources.count(some)?;
    let (manifest, prompts) = identity::manifest(&args, &flows, &sources, &map)?;
    let rows = MappedRows { rows: opened.rows, mapping, plan, pictures: flow_eval::data::Pictures::default() };
    Ok(Some(Ground { args, flows, rows, total, manifest, prompts, spool }))
}

/// Makes the folder of a new run.
pub(crate) fn begin_run(
    args: &BatchArgs,
    flow: &Flow,
    manifest: &mut Manifest,
    prompts: &BTreeMap<Digest, String>,
    spool: Option<Spool>,
) -> Result<(RunFolder, Writer), Problem> {
    let folder = args
        .store()
        .create(&flow.name, SystemTime::now())
        .map_err(|error| Problem::failed("run-folder", error.to_string()))?;
    if let Some(spool) = spool {
        spool.keep(&folder)?;
    }
    folder.id().clone_into(&mut manifest.id);
    let journal = Writer::create(&folder.journal(), &journal_settings());
    let journal = journal.map_err(|error| Problem::failed("journal-unwritable", error.to_string()))?;
    let unwritten = |error: RunError| Problem::failed("run-folder", error.to_string());
    for (digest, text) in prompts {
        folder.write_prompt(digest, text).map_err(unwritten)?;
    }
    folder.write_manifest(manifest).map_err(unwritten)?;
    Ok((folder, journal))
}

/// The arguments of a run that goes on.
fn continued(args: BatchArgs, manifest: &Manifest) -> Result<BatchArgs, Problem> {
    if manifest.served.is_some() {
        let message =
            format!("run {} holds requests to a flow that was served, and no batch that could go on", manifest.id);
        let help = format!("make a data set of them: flow runs export {} -o requests.jsonl", manifest.id);
        return Err(Problem::usage("run-of-requests", message).help(help));
    }
    let mut args = args;
    let here = std::env::current_dir().unwrap_or_default();
    let absolute = |path: &std::path::PathBuf| here.join(path);
    (args.output, args.data) = (args.output.as_ref().map(absolute), args.data.as_ref().map(absolute));
    args.flow = args.flow.as_ref().map(absolute);
    let directory = Path::new(&manifest.directory);
    if std::env::set_current_dir(directory).is_err() {
        let message = format!("the run was begun in {}, which is not there any more", directory.display());
        return Err(Problem::usage("run-moved", message).help("begin a new run"));
    }
    Ok(BatchArgs::continued(arguments_of(manifest)?, args))
}

/// The arguments with which a run was begun.
pub(crate) fn arguments_of(manifest: &Manifest) -> Result<BatchArgs, Problem> {
    let words = ["flow", "batch"].into_iter().chain(manifest.arguments.iter().map(String::as_str));
    match Cli::try_parse_from(words) {
        Ok(Cli { command: Command::Batch(then) }) => with_file(*then),
        _ => {
            let message = "the run was begun with arguments that this version does not know";
            Err(Problem::usage("run-of-other-version", message).help("begin a new run"))
        }
    }
}

/// Which rows of its data a run takes.
pub(crate) fn selection_of(manifest: &Manifest) -> Result<Selection, Problem> {
    Ok(arguments_of(manifest)?.selection(manifest.seed))
}

/// The flow in each variant that is asked for.
fn load(args: &BatchArgs) -> Result<Option<Vec<Selected>>, Problem> {
    let selections: Vec<Vec<String>> = match args.variant.is_empty() {
        true => vec![Vec::new()],
        false => args.variant.iter().map(|text| text.split(',').map(|one| one.trim().to_owned()).collect()).collect(),
    };
    let (mut flows, told) = (Vec::new(), Told::default());
    for selection in selections {
        let (settings, variant): (Vec<String>, Vec<String>) =
            selection.into_iter().partition(|token| identity::is_setting(token));
        let overrides = args.overrides.iter().cloned().chain(settings).collect();
        let flow = FlowArgs { flow: args.flow(), variant, overrides, language: args.language };
        let loading = Loading {
            flow: &flow,
            connection: &args.connection,
            environment: &args.environment,
            permission: args.permission,
            beside: args.beside.as_deref(),
            json: args.json,
            told: &told,
        };
        match workbench::load_selected(loading)? {
            Some(selected) => flows.push(selected),
            None => return Ok(None),
        }
    }
    Ok(Some(flows))
}

/// `input=value`: a reference or a constant, which is JSON where it is valid JSON.
fn map(given: &[String]) -> Result<BTreeMap<String, Value>, Problem> {
    let entry = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Problem::usage("invalid-mapping", format!("`--map {text}` is no INPUT=VALUE"))
                .help("for example: --map question='${data.question}'")
        })?;
        let value = Value::from_json(value).unwrap_or_else(|_| Value::from(value));
        Ok((name.trim().to_owned(), value))
    };
    given.iter().map(entry).collect()
}

fn resolve(
    (map, written): (&BTreeMap<String, Value>, Written),
    plan: &flow_core::plan::Plan,
    available: &Available<'_>,
    may_be_alike: bool,
) -> Result<ResolvedMapping, Problem> {
    let problem = |errors: Vec<MappingError>| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let helps: Vec<String> = errors.iter().map(|error| error.help(written)).collect();
        let code = errors.first().map_or("invalid-mapping", MappingError::code);
        Problem::usage(code, lines.join("\n")).help(helps.join("\n"))
    };
    let mapping = match map.is_empty() {
        true => Mapping::default(),
        false => Mapping::parse(map.clone()).map_err(problem)?,
    };
    let resolved = mapping.resolve(&plan.inputs, available).map_err(problem)?;
    if let Some(error) = resolved.alike().filter(|_| !may_be_alike) {
        return Err(problem(vec![error]));
    }
    for warning in resolved.warnings() {
        ui::say_warning(&warning.words(written));
    }
    Ok(resolved)
}

/// The manifest of a run that goes on, if it is still the same.
fn same(args: &BatchArgs, then: Manifest, now: Manifest) -> Result<Manifest, Problem> {
    let changes = then.changes(&now);
    if changes.is_empty() {
        return Ok(then);
    }
    if args.allow_changes {
        for change in changes {
            ui::say_warning(&change);
        }
        return Ok(then);
    }
    let message = format!("run {} cannot go on as it is not the same any more:\n  {}", then.id, changes.join("\n  "));
    Err(Problem::usage("run-changed", message)
        .help("begin a new run, or mix old rows with new ones on purpose by --allow-changes"))
}

/// Opens a journal to go on with it.
fn open(folder: &RunFolder) -> Result<Writer, Problem> {
    match Writer::resume(&folder.journal(), &journal_settings()) {
        Ok((journal, tail)) => {
            if let Tail::Torn { bytes, .. } = tail {
                ui::say_note(&format!("{bytes} bytes that a crash left unfinished were cut off the journal"));
            }
            Ok(journal)
        }
        Err(error @ journal::Error::Locked { .. }) => {
            Err(Problem::failed("run-locked", error.to_string()).help("another process works on this run; wait for it"))
        }
        Err(error) => Err(cannot_read(&error.into())),
    }
}
