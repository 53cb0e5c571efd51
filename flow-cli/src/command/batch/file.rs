//! Files that describe a run, promptflow's `run.yml`: what stands there goes before defaults, and behind what is typed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;
use flow_core::diag::{Code, Diagnostic, Diagnostics, did_you_mean};
use flow_core::source::{SourceMap, read_text};
use flow_core::value::Value;
use flow_core::yaml::{self, Mapping, Node};

use crate::args::{BatchArgs, Cli, Command};
use crate::command::Problem;
use crate::ui;

/// The keys that count.
const KEYS: &[&str] = &[
    "flow",
    "data",
    "column_mapping",
    "run",
    "variant",
    "environment_variables",
    "connections",
    "name",
    "display_name",
    "description",
    "tags",
    "init",
];
/// Keys of promptflow that have no meaning here: they are for its cloud, or say nothing of what is run.
const IDLE: &[&str] = &["$schema", "resources", "identity", "runtime", "properties"];

/// The arguments with those of the file that they name.
pub(crate) fn with_file(args: BatchArgs) -> Result<BatchArgs, Problem> {
    let Some(path) = &args.file else { return Ok(args.with_added()) };
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let text = read_text(path).map_err(|error| Problem::usage("unreadable-file", error.to_string()))?;
    let file = sources.add(path, text);
    let root = yaml::read(&sources, file, &mut diagnostics);
    let words = root.as_ref().map(|root| words(path, root, &mut diagnostics));
    ui::say_diagnostics(&diagnostics, &sources);
    let unusable = || Problem::usage("invalid-run-file", format!("{} describes no run", path.display()));
    let words = words.transpose()?.flatten().filter(|_| !diagnostics.has_errors()).ok_or_else(unusable)?;
    let words = [OsString::from("flow"), OsString::from("batch")].into_iter().chain(words);
    match Cli::try_parse_from(words) {
        Ok(Cli { command: Command::Batch(given) }) => {
            let (resume, file) = (args.resume.clone(), args.file.clone());
            let has_variables_of_file = args.environment.variables.is_empty();
            Ok(BatchArgs { resume, file, has_variables_of_file, ..BatchArgs::continued(*given, args) }.with_added())
        }
        _ => Err(unusable()),
    }
}

/// What stands in the file as it would be typed; `None` if it is no mapping.
fn words(path: &Path, root: &Node, diagnostics: &mut Diagnostics) -> Result<Option<Vec<OsString>>, Problem> {
    let Some(keys) = root.as_mapping() else { return Ok(None) };
    for entry in &keys.entries {
        let key = &*entry.key.text;
        if KEYS.contains(&key) || IDLE.contains(&key) {
            continue;
        }
        let message = format!("unknown key `{key}` in a description of a run");
        let help = did_you_mean(key, KEYS.iter().copied());
        let diagnostic = Diagnostic::warning(Code::UnknownKey, entry.key.span, message);
        diagnostics.push(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
    let beside = path.parent().filter(|folder| *folder != Path::new("")).map(Path::to_path_buf);
    let beside = |text: &str| beside.clone().unwrap_or_default().join(text).into_os_string();
    let mut words = Vec::new();
    // Positional arguments stand first.
    words.extend(text(keys, "flow").map(|flow| beside(&flow)));
    if let Some(data) = text(keys, "data") {
        words.extend([OsString::from("--data"), beside(&data)]);
    }
    let mut option = |name: &str, value: String| words.extend([OsString::from(name), OsString::from(value)]);
    for (input, value) in entries(keys, "column_mapping") {
        option("--map", format!("{input}={}", constant(&value.to_value())));
    }
    for (key, name) in [
        ("run", "--run"),
        ("variant", "--variant"),
        ("name", "--name"),
        ("display_name", "--display-name"),
        ("description", "--description"),
    ] {
        if let Some(value) = text(keys, key) {
            option(name, value);
        }
    }
    for (name, value) in entries(keys, "tags") {
        option("--tag", format!("{name}={}", plain(&value.to_value())));
    }
    for (node, settings) in entries(keys, "connections") {
        for entry in settings.as_mapping().into_iter().flat_map(|settings| &settings.entries) {
            option("--set", format!("{node}.{}={}", entry.key.text, plain(&entry.value.to_value())));
        }
    }
    for (name, value) in entries(keys, "init") {
        option("--set", format!("init.{name}={}", plain(&value.to_value())));
    }
    for (name, value) in variables(keys, |text| PathBuf::from(beside(text)))? {
        option("--env", format!("{name}={value}"));
    }
    Ok(Some(words))
}

/// Variables for nodes: a mapping, or the path of a file of them.
fn variables(keys: &Mapping, beside: impl Fn(&str) -> PathBuf) -> Result<Vec<(String, String)>, Problem> {
    let Some(file) = text(keys, "environment_variables") else {
        let given = entries(keys, "environment_variables");
        return Ok(given.map(|(name, value)| (name.to_owned(), plain(&value.to_value()))).collect());
    };
    let path = beside(&file);
    let unreadable = |why: String| {
        Problem::usage("unreadable-file", format!("the variables in {} cannot be read: {why}", path.display()))
    };
    let variables = dotenvy::from_path_iter(&path).map_err(|error| match error {
        dotenvy::Error::Io(error) => unreadable(error.kind().to_string()),
        _ => unreadable("a line is no NAME=VALUE".to_owned()),
    })?;
    // What the reader says would quote the line, which may hold a secret.
    variables.map(|variable| variable.map_err(|_| unreadable("a line is no NAME=VALUE".to_owned()))).collect()
}

fn text(keys: &Mapping, key: &str) -> Option<String> {
    let value = keys.get(key)?.value.to_value();
    value.as_str().map(str::to_owned)
}

fn entries<'k>(keys: &'k Mapping, key: &str) -> impl Iterator<Item = (&'k str, &'k Node)> {
    let mapping = keys.get(key).and_then(|entry| entry.value.as_mapping());
    mapping.into_iter().flat_map(|mapping| mapping.entries.iter().map(|entry| (&*entry.key.text, &entry.value)))
}

/// A value as `--map` takes it: a text that could be taken for another value is written as JSON.
fn constant(value: &Value) -> String {
    match value.as_str() {
        Some(text) if Value::from_json(text).is_err() => text.to_owned(),
        _ => value.to_json(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json(), str::to_owned)
}
