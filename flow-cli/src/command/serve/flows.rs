use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::engine::Flow;
use flow_core::run::{FlowIdentity, MANIFEST_FORMAT, Manifest, NodeIdentities};
use flow_serve::{Endpoint, EndpointIdentity, EndpointVariant};

use super::super::Problem;
use super::super::batch::digests;
use crate::args::{ServeArgs, selection};
use crate::workbench::{self, Loading, Selected, Told};

/// Names that mean something else at the root of a server.
const RESERVED: &[&str] = &[
    "score",
    "feedback",
    "health",
    "healthz",
    "livez",
    "readyz",
    "version",
    "swagger.json",
    "openapi.json",
    "docs",
    "flows",
    "metrics",
    "page",
    "page.json",
    "run",
    "v1",
    "v2",
    "assets",
];

/// A flow that is served, and where it lies.
pub(super) struct Loaded {
    pub(super) endpoint: Endpoint,
    pub(super) path: PathBuf,
}

/// The flows that are to be served, each under a name of its own; `None` if one has errors, which were told.
pub(super) fn load(args: &ServeArgs) -> Result<Option<Vec<Loaded>>, Problem> {
    let mut loaded: Vec<Loaded> = Vec::new();
    for given in &args.flows {
        let (name, path) = split(given);
        let Some(endpoint) = endpoint(args, name, &path)? else { return Ok(None) };
        check_name(&endpoint.name)?;
        if loaded.iter().any(|other| other.endpoint.name == endpoint.name) {
            let message = format!("two flows would be served as `{}`", endpoint.name);
            let help = format!("give one another name: other={}", path.display());
            return Err(Problem::usage("name-taken", message).help(help));
        }
        loaded.push(Loaded { endpoint, path });
    }
    Ok(Some(loaded))
}

/// A flow as it is on disk now, in all variants that are asked for; `None` if one has errors, which were told.
pub(super) fn endpoint(args: &ServeArgs, name: Option<&str>, path: &Path) -> Result<Option<Endpoint>, Problem> {
    let mut loaded: Vec<(EndpointVariant, Selected)> = Vec::new();
    let told = Told::default();
    for Wanted { selection, weight, shadow } in wanted(args) {
        let flow_args = args.flow(path.to_path_buf(), &selection);
        let loading = Loading {
            flow: &flow_args,
            connection: &args.connection,
            environment: &args.environment,
            permission: args.permission,
            beside: None,
            json: args.json,
            told: &told,
        };
        let Some(selected) = workbench::load_selected(loading)? else { return Ok(None) };
        let label = if selection.is_empty() { Arc::from("base") } else { selection.join(",").into() };
        let flow = selected.flow.clone();
        loaded.push((EndpointVariant { label, flow, weight, shadow }, selected));
    }
    let Some((first, _)) = loaded.first() else { return Ok(None) };
    let name = name.map_or_else(|| name_of(&first.flow), Arc::from);
    let sample = sample(&first.flow)?;
    let identity = Some(Arc::new(identity(&loaded)));
    let variants = loaded.into_iter().map(|(variant, _)| variant).collect();
    Ok(Some(Endpoint { name, variants, sample, identity }))
}

/// A variant that is to be served.
struct Wanted {
    selection: Vec<String>,
    weight: f64,
    shadow: bool,
}

/// The variants that answer, and then those that run beside them.
fn wanted(args: &ServeArgs) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = args
        .split
        .iter()
        .map(|share| Wanted { selection: share.selection.clone(), weight: share.weight, shadow: false })
        .collect();
    if wanted.is_empty() {
        wanted.push(Wanted { selection: Vec::new(), weight: 1.0, shadow: false });
    }
    for text in &args.shadow {
        let selection = selection(text);
        match wanted.iter_mut().find(|known| known.selection == selection) {
            // One that answers some requests runs beside the others.
            Some(known) => known.shadow = true,
            None => wanted.push(Wanted { selection, weight: 0.0, shadow: true }),
        }
    }
    wanted
}

/// What the flow's requests are kept under.
fn identity(loaded: &[(EndpointVariant, Selected)]) -> EndpointIdentity {
    let (mut files, mut nodes, mut prompts) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    for (_, selected) in loaded {
        files.extend(digests(&selected.flow, &selected.sources));
        let identities = NodeIdentities::of_plan(&selected.flow.plan, &selected.secrets);
        nodes.push(identities.nodes);
        prompts.extend(identities.prompts);
    }
    let (name, path) = loaded.first().map_or_else(Default::default, |(variant, _)| {
        (variant.flow.name.to_string(), variant.flow.path.display().to_string())
    });
    let manifest = Manifest {
        format: MANIFEST_FORMAT,
        id: String::new(),
        name: None,
        display_name: None,
        description: None,
        tags: BTreeMap::new(),
        created: String::new(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        flow: FlowIdentity { name, path, files },
        variants: loaded.iter().map(|(variant, _)| variant.flow.selection.clone()).collect(),
        data: None,
        from: None,
        continues: None,
        map: BTreeMap::new(),
        nodes,
        repeat: 1,
        seed: 0,
        times: true,
        // Nothing with which a batch could go on.
        arguments: Vec::new(),
        directory: std::env::current_dir().unwrap_or_default().display().to_string(),
        served: None,
        archived: None,
    };
    EndpointIdentity { manifest, prompts }
}

/// The example of inputs that promptflow shows: `samples.json` beside the flow.
fn sample(flow: &Flow) -> Result<Option<serde_json::Value>, Problem> {
    let path = flow.files.folder().join("samples.json");
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    let sample: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| Problem::usage("invalid-sample", format!("{} is not JSON: {error}", path.display())))?;
    Ok(match sample {
        serde_json::Value::Array(items) => items.into_iter().next(),
        other => Some(other),
    })
}

/// `NAME=FLOW`, or a flow alone.
fn split(given: &str) -> (Option<&str>, PathBuf) {
    match given.split_once('=') {
        Some((name, path)) if !Path::new(given).exists() => (Some(name), PathBuf::from(path)),
        _ => (None, PathBuf::from(given)),
    }
}

/// A flow's name as a part of an address: its own, or its folder's.
fn name_of(flow: &Flow) -> Arc<str> {
    let folder = flow.files.folder();
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let folder = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // A flow that says nothing has its folder's name, in which only letters and digits are left.
    let plain = |name: &str| name.replace(|sign: char| !sign.is_ascii_alphanumeric(), "_");
    let name = if plain(&folder) == *flow.name { &folder } else { &*flow.name };
    let sign = |sign: char| if sign.is_ascii_alphanumeric() || "-_.".contains(sign) { sign } else { '-' };
    name.chars().map(sign).collect::<String>().into()
}

fn check_name(name: &str) -> Result<(), Problem> {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    let help = "write NAME=FLOW with a name of letters, digits, `-`, `_` and `.`";
    if name.is_empty() || name.starts_with('.') || !name.chars().all(is_plain) {
        return Err(Problem::usage("invalid-name", format!("no flow can be served as `{name}`")).help(help));
    }
    if RESERVED.contains(&name) {
        let message = format!("no flow can be served as `{name}`, which is an address of the server's own");
        return Err(Problem::usage("invalid-name", message).help(help));
    }
    Ok(())
}
