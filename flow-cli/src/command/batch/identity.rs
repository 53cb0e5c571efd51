use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flow_core::engine::Flow;
use flow_core::plan::Op;
use flow_core::project::shown;
use flow_core::run::{
    DataIdentity, Digest, FlowIdentity, MANIFEST_FORMAT, Manifest, NodeIdentities, RunError, RunFolder, RunOrigin,
    RunStore, digest_of,
};
use flow_core::source::SourceMap;
use flow_core::value::Value;
use flow_eval::batch::LedgerError;

use super::data::Sources;
use crate::args::BatchArgs;
use crate::command::Problem;
use crate::workbench::Selected;

/// The runs of the project that a flow lies in.
pub(crate) fn store_of(flow: &Path) -> RunStore {
    let folder = if flow.is_dir() { flow } else { flow.parent().unwrap_or(flow) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let home = std::env::var_os("FLOW_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    RunStore::of(folder, home.as_deref())
}

/// What is run, before it has a folder, and the texts of its prompts by their digests.
pub(super) fn manifest(
    args: &BatchArgs,
    flows: &[Selected],
    sources: &Sources,
    map: &BTreeMap<String, Value>,
) -> Result<(Manifest, BTreeMap<Digest, String>), Problem> {
    let Some(first) = flows.first() else { return Err(Problem::usage("no-variant", "no variant is run")) };
    let (mut files, mut nodes, mut prompts) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    for selected in flows {
        files.extend(digests(&selected.flow, &selected.sources));
        let identities = NodeIdentities::of_plan(&selected.flow.plan, &selected.secrets);
        nodes.push(identities.nodes);
        prompts.extend(identities.prompts);
    }
    if let (Some(variants), Some(of_flow)) = (sources.variants(), nodes.first()) {
        nodes = vec![of_flow.clone(); variants.len()];
    }
    let data = &sources.data;
    let digest = data.digest().map_err(|error| broken_data(&error))?;
    let selection = args.selection(args.seed());
    let digest = digest.map(|digest| format!("{digest}, {selection}"));
    let directory = std::env::current_dir().unwrap_or_default();
    let manifest = Manifest {
        format: MANIFEST_FORMAT,
        id: String::new(),
        name: args.name.clone(),
        display_name: args.display_name.clone(),
        description: args.description.clone(),
        tags: args.tag.iter().map(|tag| tag.split_once('=').unwrap_or((tag, ""))).map(owned).collect(),
        created: now(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        flow: FlowIdentity { name: first.flow.name.to_string(), path: first.flow.path.display().to_string(), files },
        variants: sources.variants().map_or_else(|| variants(args, flows), <[_]>::to_vec),
        data: Some(DataIdentity { path: data.path().display().to_string(), digest }),
        from: held_out_of(args).or_else(|| sources.origin(args.score.as_deref())),
        continues: None,
        map: map.clone(),
        nodes,
        repeat: sources.repeat().unwrap_or_else(|| args.repeat()),
        seed: args.seed(),
        times: !args.no_times,
        arguments: args.words(),
        directory: directory.display().to_string(),
        served: None,
        archived: None,
    };
    Ok((manifest, prompts))
}

/// The run whose best variant is run on rows that were held out.
fn held_out_of(args: &BatchArgs) -> Option<RunOrigin> {
    let run = args.held_out_of.clone()?;
    Some(RunOrigin { run, score: Some("held out".to_owned()) })
}

/// The newest run of the same flow over the same rows of the same run, made for the same score.
pub(super) fn same_before(store: &RunStore, now: &Manifest) -> Result<Option<(RunFolder, Manifest)>, Problem> {
    let digest = |manifest: &Manifest| manifest.data.as_ref().map(|data| data.digest.clone());
    let is_same = |then: &Manifest| {
        then.from == now.from
            && (&then.variants, &then.map, then.repeat, then.seed) == (&now.variants, &now.map, now.repeat, now.seed)
            && digest(then) == digest(now)
            && is_same_flow(then, now)
    };
    let runs = store.list().map_err(|error| run_problem(&error))?.into_iter().rev();
    Ok(runs
        .filter_map(|folder| Some((folder.manifest().ok()?, folder)))
        .find_map(|(then, folder)| is_same(&then).then_some((folder, then))))
}

/// Whether two runs are of the same flow: by what its files hold, since their paths are written as they are seen from the user's folder,
/// and by its nodes, which may have been set otherwise.
pub(crate) fn is_same_flow(one: &Manifest, other: &Manifest) -> bool {
    let contents = |manifest: &Manifest| {
        let name = |path: &String| Path::new(path).file_name().map(ToOwned::to_owned);
        let mut files: Vec<_> = manifest.flow.files.iter().map(|(path, digest)| (name(path), digest.clone())).collect();
        files.sort();
        files
    };
    one.nodes.first() == other.nodes.first() && contents(one) == contents(other)
}

/// The time, as manifests have it.
pub(crate) fn now() -> String {
    jiff::Timestamp::try_from(SystemTime::now()).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The selections that are run, with the settings that belong to one of them alone.
fn variants(args: &BatchArgs, flows: &[Selected]) -> Vec<Vec<String>> {
    let settings = args.variant.iter().map(|text| {
        let tokens = text.split(',').map(|token| token.trim().to_owned());
        tokens.filter(|token| is_setting(token)).collect::<Vec<String>>()
    });
    let settings = settings.chain(std::iter::repeat(Vec::new()));
    flows
        .iter()
        .zip(settings)
        .map(|(selected, settings)| [selected.flow.selection.clone(), settings].concat())
        .collect()
}

/// Whether a part of `--variant` sets a key of a node, `node.key=value`, instead of picking a variant.
pub(super) fn is_setting(token: &str) -> bool {
    !token.starts_with("${") && token.split_once('=').is_some_and(|(name, _)| name.contains('.'))
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The digests of all that a flow is made of: what was read for it, and the code of its folder, which Python nodes may import.
pub(crate) fn digests(flow: &Flow, sources: &SourceMap) -> BTreeMap<String, Digest> {
    let is_of_flow = |path: &Path| !is_connections(path) && path.is_file();
    let mut files: BTreeMap<String, Digest> = sources
        .iter()
        .filter(|source| is_of_flow(&source.path))
        .map(|source| (shown(&source.path).display().to_string(), digest_of(source.text.as_bytes())))
        .collect();
    if flow.plan.nodes.iter().any(|node| matches!(node.op, Op::Script(_))) {
        let mut folders = vec![flow.files.folder().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
                let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
                if path.is_dir() && !is_hidden && !path.is_symlink() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "py")
                    && let Ok(code) = std::fs::read(&path)
                {
                    files.insert(shown(&path).display().to_string(), digest_of(&code));
                }
            }
        }
    }
    files
}

/// Connections may change between attempts: a new key is no other flow.
fn is_connections(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "connections" || stem == "created-connections")
}

/// Data that cannot be read.
pub(crate) fn broken_data(error: &flow_eval::data::DataError) -> Problem {
    let problem = Problem::usage(error.code(), error.to_string());
    match error.help() {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// A run that cannot be read.
pub(crate) fn cannot_read(error: &LedgerError) -> Problem {
    Problem::failed("run-unreadable", error.to_string())
}

/// The manifest of a run that is to be continued.
pub(super) fn manifest_of(folder: &RunFolder) -> Result<Manifest, Problem> {
    folder.manifest().map_err(|error| run_problem(&error))
}

/// Refuses a name that another run has.
pub(crate) fn refuse_taken(store: &RunStore, name: &str) -> Result<(), Problem> {
    match store.named(name).map_err(|error| run_problem(&error))? {
        None => Ok(()),
        Some(run) => Err(Problem::usage("run-exists", format!("run `{name}` already exists: {}", run.id()))
            .help("give another name, or none")),
    }
}

/// A folder that cannot be used.
pub(crate) fn run_problem(error: &RunError) -> Problem {
    Problem::usage("run-not-found", error.to_string()).help("flow runs list shows the runs of this project")
}
