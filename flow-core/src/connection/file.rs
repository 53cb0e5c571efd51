//! Reading a connections file: a mapping from names to fields.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::SecretString;

use super::kind::{self, Kind, Role};
use super::setting::{Setting, has_reference, holds_password, is_clear};
use super::{ConnectionKind, mask};
use crate::diag::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::{SourceMap, Span, read_text};
use crate::value::parse_duration;
use crate::yaml::{self, Mapping, Node};

/// A connection as its file gives it.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) name: Arc<str>,
    pub(super) kind: ConnectionKind,
    pub(super) settings: BTreeMap<Arc<str>, Setting>,
    /// Where each field stands.
    pub(super) places: BTreeMap<Arc<str>, Span>,
    /// Where its name stands.
    pub(super) span: Span,
    /// Why it cannot be used.
    pub(super) problem: Option<String>,
}

/// Keys that any connection may have, without effect here.
const SILENT: &[&str] = &[
    "$schema",
    "name",
    "module",
    "custom_type",
    "package",
    "package_version",
    "created_date",
    "last_modified_date",
    "expiry_time",
];

/// The connections of a file, or `None` where it cannot be read at all. Problems of single connections are warnings:
/// they stop only what uses these. In a private file secrets may stand as they are.
pub(super) fn read(
    path: &Path,
    is_private: bool,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<(Arc<str>, Written)>> {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(error) => {
            diagnostics.push(Diagnostic::from(&error));
            return None;
        }
    };
    let mut private = SourceMap::default();
    let file = private.add(path, text);
    let mut first = Diagnostics::default();
    let values = yaml::read(&private, file, &mut first).filter(|_| !first.has_errors());
    let text = &private.get(file).text;
    let Some(values) = values else {
        // Read again only for messages that quote no secret.
        let blotted = sources.add(path, mask::blot_all(text));
        yaml::read(sources, blotted, diagnostics);
        if !diagnostics.has_errors() {
            let message = format!("the connections file {} is not valid YAML", path.display());
            diagnostics.push(Diagnostic::error_without_place(Code::YamlSyntax, message));
        }
        return None;
    };
    let mut secrets = Vec::new();
    match values.as_mapping() {
        Some(connections) => {
            connections.entries.iter().for_each(|entry| find_secrets(&entry.key.text, &entry.value, &mut secrets));
        }
        // A key without a name, where connections were meant.
        None => scalars(&values, &mut secrets),
    }
    let blotted = sources.add(path, mask::blot(text, &secrets));
    let places = yaml::read(sources, blotted, diagnostics)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut reader = Reader { folder, is_private, diagnostics };
    reader.file(&places, &values)
}

/// Collects the places of the secrets of one connection, known by its kind or by their names.
fn find_secrets(name: &str, node: &Node, found: &mut Vec<std::ops::Range<usize>>) {
    let mut blot = |node: &Node| scalars(node, found);
    let Some(fields) = node.as_mapping() else {
        // `openai: sk-…`, where a mapping was meant.
        if !SILENT.contains(&name) {
            blot(node);
        }
        return;
    };
    let kind = kind_entry(fields).and_then(|node| Kind::named(&node.as_scalar()?.text));
    for entry in &fields.entries {
        let key = &*entry.key.text;
        let is_secret = match kind {
            _ if matches!(key, "kind" | "type") || SILENT.contains(&key) => false,
            Some(kind) if kind.fields.is_empty() => key == "secrets",
            Some(kind) => kind.field(key).is_none_or(|field| field.role.is_hidden()),
            None => true,
        };
        // An unknown key may well be a mistyped `api_key`.
        let has_password = entry.value.as_scalar().is_some_and(|scalar| holds_password(&scalar.text));
        if is_secret || has_password || kind::sounds_secret(key) {
            blot(&entry.value);
        } else if let Some(inner) = entry.value.as_mapping() {
            inner
                .entries
                .iter()
                .filter(|entry| kind::sounds_secret(&entry.key.text))
                .for_each(|entry| blot(&entry.value));
        }
    }
}

/// The places where the texts of a value were written; references to variables may be shown.
fn scalars(node: &Node, found: &mut Vec<std::ops::Range<usize>>) {
    if let Some(scalar) = node.as_scalar() {
        if is_clear(&scalar.text) {
            let span = node.defined.unwrap_or(node.span);
            found.push(span.start as usize..span.end as usize);
        }
    } else if let Some(items) = node.as_sequence() {
        items.iter().for_each(|item| scalars(item, found));
    } else if let Some(mapping) = node.as_mapping() {
        mapping.entries.iter().for_each(|entry| scalars(&entry.value, found));
    }
}

fn kind_entry(fields: &Mapping) -> Option<&Node> {
    fields.get("kind").or_else(|| fields.get("type")).map(|entry| &entry.value)
}

struct Reader<'a> {
    folder: &'a Path,
    is_private: bool,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// `places` and `values` are the same tree, read from the blotted and from the true text.
    fn file(&mut self, places: &Node, values: &Node) -> Option<Vec<(Arc<str>, Written)>> {
        if places.as_scalar().is_some_and(|scalar| scalar.value.is_null()) {
            return Some(Vec::new());
        }
        let (Some(connections), Some(values)) = (places.as_mapping(), values.as_mapping()) else {
            let message = format!("a connections file maps names to fields; this is {}", places.shape());
            let help = "write `my_openai: { kind: openai, api_key: \"${env:OPENAI_API_KEY}\" }`";
            self.diagnostics.push(Diagnostic::error(Code::WrongShape, places.span, message).help(help));
            return None;
        };
        let pairs = connections.entries.iter().zip(&values.entries).filter(|(entry, _)| &*entry.key.text != "$schema");
        let read = pairs.map(|(place, value)| {
            let name = Arc::clone(&place.key.text);
            let written = self.connection(&name, place.key.span, &place.value, &value.value);
            (name, written)
        });
        Some(read.collect())
    }

    fn connection(&mut self, name: &Arc<str>, span: Span, place: &Node, value: &Node) -> Written {
        let mut written = Written {
            name: Arc::clone(name),
            kind: ConnectionKind::Custom,
            settings: BTreeMap::new(),
            places: BTreeMap::new(),
            span,
            problem: None,
        };
        let (Some(fields), Some(values)) = (place.as_mapping(), value.as_mapping()) else {
            let help = "write it as a mapping, such as `{ kind: openai, api_key: \"${env:OPENAI_API_KEY}\" }`";
            self.unusable(&mut written, place.span, "is not a mapping of fields", help);
            return written;
        };
        let kind = self.kind(fields, &mut written);
        written.kind = kind.map_or(ConnectionKind::Custom, |kind| kind.kind);
        for (place, value) in fields.entries.iter().zip(&values.entries) {
            let key = &*place.key.text;
            if matches!(key, "kind" | "type") || SILENT.contains(&key) {
                continue;
            }
            match kind {
                Some(kind) if !kind.fields.is_empty() => match kind.field(key) {
                    Some(field) => self.field(&mut written, (field.name, field.role), &place.value, &value.value),
                    None => self.unknown(name, kind, key, place.key.span),
                },
                _ => self.free_field(&mut written, key, &place.value, &value.value),
            }
        }
        self.check_complete(&mut written);
        written
    }

    fn kind(&mut self, fields: &Mapping, written: &mut Written) -> Option<&'static Kind> {
        let Some(node) = kind_entry(fields) else {
            let help = format!("add `kind:` with one of {}", kind::NAMES.join(", "));
            self.unusable(written, written.span, "has no kind", &help);
            return None;
        };
        let text = node.as_scalar().map(|scalar| Arc::clone(&scalar.text)).unwrap_or_default();
        let found = Kind::named(&text);
        if found.is_none() {
            let help = match nearest(&text, kind::NAMES.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "the kinds are {}; servers that are compatible with OpenAI are `openai` with a `base_url`",
                    kind::NAMES.join(", ")
                ),
            };
            self.unusable(written, node.span, &format!("has the unknown kind `{text}`"), &help);
        }
        found
    }

    /// A field of a custom connection: `configs` and `secrets` are mappings of them, everything else is one itself.
    fn free_field(&mut self, written: &mut Written, key: &str, place: &Node, value: &Node) {
        if let ("configs" | "secrets", Some(places), Some(values)) = (key, place.as_mapping(), value.as_mapping()) {
            for (place, value) in places.entries.iter().zip(&values.entries) {
                let inner = &*place.key.text;
                let is_secret = key == "secrets" || kind::sounds_secret(inner);
                let role = if is_secret { Role::Secret } else { Role::Open };
                self.field(written, (inner, role), &place.value, &value.value);
            }
            return;
        }
        let role = if kind::sounds_secret(key) { Role::Secret } else { Role::Open };
        self.field(written, (key, role), place, value);
    }

    fn field(&mut self, written: &mut Written, (key, role): (&str, Role), place: &Node, value: &Node) {
        let key: Arc<str> = Arc::from(key);
        let text = value.as_scalar().map(|scalar| &*scalar.text);
        let setting = match (role, text) {
            (_, Some(_)) if value.to_value().is_null() => return,
            (Role::Secrets, _) => return self.headers(written, &key, place, value),
            (Role::Address, Some(text)) => Setting::Secret(SecretString::from(text.to_owned())),
            (Role::Time, Some(text)) if parse_duration(text).is_none() && is_clear(text) => {
                let what = format!("has `{text}` as its `{key}`, which is no time");
                return self.unusable(written, place.span, &what, "write a time such as 30s, 500ms or 2m");
            }
            (Role::Time, Some(text)) => Setting::Open(text.into()),
            (Role::Secret, Some(text)) => {
                if is_clear(text) && !self.is_private {
                    self.warn_of_clear_secret((&written.name, &key), text, place.span);
                }
                Setting::Secret(SecretString::from(text.to_owned()))
            }
            (Role::Path, Some(text)) if text.starts_with("${") => Setting::Open(text.into()),
            (Role::Path, Some(text)) => Setting::Open(self.path(text).display().to_string().into()),
            (Role::Open, _) if written.kind == ConnectionKind::Custom => Setting::Open(value.to_value()),
            // `2024-02-01` and `12` are texts here, whatever YAML makes of them.
            (Role::Open, Some(text)) => match value.to_value() {
                number if number.as_int().is_some() && &*key == "seed" => Setting::Open(number),
                _ => Setting::Open(text.into()),
            },
            (_, None) => {
                let what = format!("needs a text as its `{key}`, not {}", place.shape());
                self.unusable(written, place.span, &what, "write the value behind the colon");
                return;
            }
        };
        written.places.insert(Arc::clone(&key), place.span);
        written.settings.insert(key, setting);
    }

    /// Each header is a secret of its own. Most tell nothing that is worth a warning.
    fn headers(&mut self, written: &mut Written, key: &str, place: &Node, value: &Node) {
        let (Some(places), Some(values)) = (place.as_mapping(), value.as_mapping()) else {
            let what = format!("needs names and texts as its `{key}`, not {}", place.shape());
            return self.unusable(written, place.span, &what, "write them as `{ X-Team: docs }`");
        };
        for (place, value) in places.entries.iter().zip(&values.entries) {
            let name = &*place.key.text;
            let Some(scalar) = value.value.as_scalar() else {
                let what = format!("needs a text as its header `{name}`, not {}", place.value.shape());
                self.unusable(written, place.value.span, &what, "write the value behind the colon");
                continue;
            };
            if value.value.to_value().is_null() {
                continue;
            }
            // `Bearer ${env:TOKEN}` tells nothing.
            if kind::sounds_secret(name) && !has_reference(&scalar.text) {
                self.field(written, (&format!("{key}.{name}"), Role::Secret), &place.value, &value.value);
                continue;
            }
            let key: Arc<str> = format!("{key}.{name}").into();
            written.places.insert(Arc::clone(&key), place.value.span);
            written.settings.insert(key, Setting::Secret(SecretString::from(scalar.text.to_string())));
        }
    }

    fn path(&self, text: &str) -> PathBuf {
        self.folder.join(text)
    }

    fn check_complete(&mut self, written: &mut Written) {
        if written.problem.is_some() {
            return;
        }
        let (needed, help) = match written.kind {
            ConnectionKind::Azure => ("endpoint", "add `endpoint: https://NAME.openai.azure.com`"),
            ConnectionKind::Serverless => ("base_url", "add `base_url:` with the address of the deployment"),
            _ => return,
        };
        if !written.settings.contains_key(needed) {
            self.unusable(written, written.span, &format!("has no `{needed}`"), help);
        }
    }

    fn unusable(&mut self, written: &mut Written, span: Span, what: &str, help: &str) {
        let message = format!("connection `{}` {what}", written.name);
        self.diagnostics.push(Diagnostic::warning(Code::InvalidConnection, span, &message).help(help));
        written.problem.get_or_insert(format!("{message}; {help}"));
    }

    fn unknown(&mut self, name: &str, kind: &Kind, key: &str, span: Span) {
        let known = || kind.all_fields().map(|field| field.name);
        let spellings = kind.all_fields().flat_map(|field| field.aliases.iter().copied().chain([field.name]));
        let near = nearest(key, spellings).and_then(|near| kind.field(near)).map(|field| field.name);
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its fields are {}", known().collect::<Vec<_>>().join(", ")),
        };
        let message = format!("unknown key `{key}` in connection `{name}` of kind {}", kind.kind.name());
        self.diagnostics.push(Diagnostic::warning(Code::UnknownKey, span, message).help(help));
    }

    fn warn_of_clear_secret(&mut self, (name, key): (&str, &str), text: &str, span: Span) {
        let variable: String = format!("{name}_{key}")
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
            .collect();
        let what = if text.trim_start().starts_with('$') {
            "is no reference that can be read, so it counts as the secret and"
        } else {
            ""
        };
        let message = format!("the `{key}` of connection `{name}` {what} stands in the file for everyone to read")
            .replace("  ", " ");
        let help =
            format!("write `{key}: \"${{env:{variable}}}\"` and set the variable {variable}, for example in `.env`");
        self.diagnostics.push(Diagnostic::warning(Code::InvalidConnection, span, message).help(help));
    }
}
