//! `flow keys`: the keys that `flow serve` takes.

use std::fs;
use std::path::Path;

use flow_core::diag::{Code, Diagnostics};
use flow_core::doc::{Cursor, Report};
use flow_core::source::{SourceMap, Span, read_text};
use flow_core::template::Strictness;
use flow_core::yaml::{self, Node};
use flow_serve::{Key, KeyLimits, digest_of_key};
use serde_json::json;

use super::Problem;
use crate::args::{KeysArgs, KeysCommand};
use crate::exit::Exit;
use crate::ui::{self, Table};

/// The largest limit that makes sense.
const MOST: i64 = 1_000_000;

/// A key of the file.
pub(crate) struct KeyEntry {
    pub(crate) name: String,
    digest: [u8; 32],
    limits: KeyLimits,
    /// Where it stands.
    span: Span,
}

impl KeyEntry {
    /// The key as the server takes it.
    pub(crate) fn key(&self) -> Key {
        Key::new(&self.name, self.digest, self.limits)
    }
}

/// Lists, makes or takes away.
pub(crate) fn keys(args: &KeysArgs) -> Result<Exit, Problem> {
    match &args.command {
        None | Some(KeysCommand::List) => list(args),
        Some(KeysCommand::New { name, per_minute, in_flight }) => {
            new(args, name, KeyLimits { per_minute: *per_minute, in_flight: *in_flight })
        }
        Some(KeysCommand::Remove { name }) => remove(args, name),
    }
}

fn list(args: &KeysArgs) -> Result<Exit, Problem> {
    let keys = read(&args.keys)?;
    if args.json {
        let entry = |key: &KeyEntry| json!({ "name": key.name, "per_minute": key.limits.per_minute, "in_flight": key.limits.in_flight });
        ui::out_json(&json!({ "keys": keys.iter().map(entry).collect::<Vec<_>>() }));
        return Ok(Exit::Done);
    }
    let limit = |limit: Option<u32>| limit.map_or_else(|| "-".to_owned(), |limit| limit.to_string());
    let mut table = Table::new(["key", "per minute", "in flight"]).with_whole_names();
    for key in &keys {
        table.push([key.name.clone(), limit(key.limits.per_minute), limit(key.limits.in_flight)]);
    }
    ui::out(table.text_or_lists(ui::width()).0.trim_end());
    Ok(Exit::Done)
}

fn new(args: &KeysArgs, name: &str, limits: KeyLimits) -> Result<Exit, Problem> {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    if name.is_empty() || !name.chars().all(is_plain) {
        return Err(Problem::usage("invalid-name", format!("no key can be called `{name}`"))
            .help("write a name of letters, digits, `-`, `_` and `.`"));
    }
    let path = &args.keys;
    let known = if path.exists() { read(path)? } else { Vec::new() };
    if known.iter().any(|key| key.name == name) {
        let help = format!("take the old one away first: flow keys remove {name}");
        return Err(Problem::usage("name-taken", format!("{} has a key `{name}` already", path.display())).help(help));
    }
    let key = random_key()?;
    let mut entry = format!("  - name: {name}\n    sha256: {}\n", hexadecimal(&digest_of_key(&key)));
    for (limit, value) in [("per_minute", limits.per_minute), ("in_flight", limits.in_flight)] {
        if let Some(value) = value {
            entry += &format!("    {limit}: {value}\n");
        }
    }
    let before = if path.exists() { read_text(path).unwrap_or_default() } else { String::new() };
    let text = if known.is_empty() { format!("keys:\n{entry}") } else { format!("{}\n{entry}", before.trim_end()) };
    write(path, &text)?;
    if args.json {
        ui::out_json(&json!({ "name": name, "key": key, "file": path.display().to_string() }));
    } else {
        ui::out(&key);
        ui::say_note(&format!("this is the only time that the key is shown; {} holds its digest", path.display()));
    }
    Ok(Exit::Done)
}

fn remove(args: &KeysArgs, name: &str) -> Result<Exit, Problem> {
    let path = &args.keys;
    let keys = read(path)?;
    let Some(position) = keys.iter().position(|key| key.name == name) else {
        let help = flow_core::diag::did_you_mean(name, keys.iter().map(|key| &*key.name));
        let problem = Problem::usage("unknown-key", format!("{} has no key `{name}`", path.display()));
        return Err(match help {
            Some(help) => problem.help(help),
            None => problem,
        });
    };
    let text = read_text(path).unwrap_or_default();
    // From the beginning of its line to that of the next entry's.
    let line_of = |key: &KeyEntry| text[..key.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let begin = line_of(&keys[position]);
    let end = keys.get(position + 1).map_or(text.len(), line_of);
    let rest = format!("{}{}", &text[..begin], &text[end..]);
    let rest = if keys.len() == 1 { "keys: []\n".to_owned() } else { rest };
    write(path, &rest)?;
    if args.json {
        ui::out_json(&json!({ "removed": name }));
    } else {
        ui::out(&format!("the key `{name}` is taken away; servers take it until they start again"));
    }
    Ok(Exit::Done)
}

/// The keys of a file. Its mistakes are told.
pub(crate) fn read(path: &Path) -> Result<Vec<KeyEntry>, Problem> {
    let text = read_text(path).map_err(|error| {
        Problem::usage("unreadable-file", error.to_string()).help("`flow keys new NAME` makes a key and the file")
    })?;
    let mut sources = SourceMap::default();
    let file = sources.add(path, text);
    let mut diagnostics = Diagnostics::default();
    let root = yaml::read(&sources, file, &mut diagnostics);
    let mut report = Report::new(Strictness::Strict);
    let keys = root.as_ref().map(|root| entries(root, &mut report)).unwrap_or_default();
    diagnostics.extend(report.diagnostics);
    ui::say_diagnostics(&diagnostics, &sources);
    if diagnostics.has_errors() {
        return Err(Problem::usage("invalid-keys", format!("the keys of {} cannot be used", path.display())));
    }
    Ok(keys)
}

fn entries(root: &Node, report: &mut Report) -> Vec<KeyEntry> {
    let Some(mut top) = Cursor::open(root, "a file of keys", report) else { return Vec::new() };
    let mut keys: Vec<KeyEntry> = Vec::new();
    for node in top.sequence("keys", report).unwrap_or_default() {
        let Some(key) = entry(node, report) else { continue };
        if keys.iter().any(|other| other.name == key.name) {
            report.error(
                Code::DuplicateName,
                key.span,
                format!("two keys are called `{}`", key.name),
                "give one another name",
            );
        }
        keys.push(key);
    }
    top.finish(report);
    keys
}

fn entry(node: &Node, report: &mut Report) -> Option<KeyEntry> {
    let mut cursor = Cursor::open(node, "a key", report)?;
    let name = cursor.required_text("name", node.span, report);
    let digest = cursor.required_text("sha256", node.span, report);
    let mut limit =
        |key, report: &mut Report| cursor.count(key, 1, MOST, report).and_then(|limit| u32::try_from(limit).ok());
    let limits = KeyLimits { per_minute: limit("per_minute", report), in_flight: limit("in_flight", report) };
    cursor.finish(report);
    let digest = digest?;
    let Some(bytes) = from_hexadecimal(&digest.value) else {
        let message = "`sha256` is no digest of 64 hexadecimal digits";
        report.error(
            Code::WrongShape,
            digest.span,
            message,
            "`flow keys new NAME` makes a key and writes its digest; `printf %s KEY | sha256sum` gives that of another",
        );
        return None;
    };
    Some(KeyEntry { name: name?.value.to_string(), digest: bytes, limits, span: node.span })
}

/// A new key: 256 random bits.
fn random_key() -> Result<String, Problem> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Problem::failed("no-chance", format!("the system gives no random numbers: {error}")))?;
    Ok(format!("flow-{}", hexadecimal(&bytes)))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hexadecimal(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (position, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * position..2 * position + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Writes the file. Others may read it: what it holds is of no use to those who do not have the keys.
fn write(path: &Path, text: &str) -> Result<(), Problem> {
    let cannot = |error: std::io::Error| Problem::cannot_write(path, &error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(cannot)?;
    }
    fs::write(path, text).map_err(cannot)
}
