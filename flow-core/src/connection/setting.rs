//! The value of a field: a text that may refer to environment variables and files.

use std::fmt;
use std::io::Read;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::Environment;
use crate::value::Value;

/// A field's value as a file gives it.
#[derive(Clone)]
pub(super) enum Setting {
    /// Shown as it is.
    Open(Value),
    /// Never shown.
    Secret(SecretString),
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    /// `${env:NAME}`
    Variable(&'a str),
    /// `${file:PATH}`
    File(&'a str),
}

/// What a reference names and is not there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// A variable that is not set.
    Variable(String),
    /// A file, and why it cannot be read.
    File(String, String),
}

/// Where references are looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) environment: &'a Environment,
    /// The folder that paths are relative to.
    pub(super) folder: &'a Path,
}

impl Setting {
    /// What it refers to and is not there.
    pub(super) fn missing(&self, ground: Ground<'_>) -> Vec<Missing> {
        let text = match self {
            Setting::Open(value) => value.as_str().unwrap_or_default(),
            Setting::Secret(text) => text.expose_secret(),
        };
        parts(text).into_iter().filter_map(|part| part.resolve(ground).err()).collect()
    }

    /// The value with what it refers to put in, or the first that is not there.
    pub(super) fn resolve(&self, ground: Ground<'_>) -> Result<Setting, Missing> {
        Ok(match self {
            Setting::Open(value) => match value.as_str() {
                Some(text) => Setting::Open(Value::from(expand(text, ground)?)),
                None => self.clone(),
            },
            Setting::Secret(text) => Setting::Secret(SecretString::from(expand(text.expose_secret(), ground)?)),
        })
    }

    /// Whether it refers to a variable or a file.
    pub(super) fn has_reference(&self) -> bool {
        match self {
            Setting::Open(value) => value.as_str().is_some_and(has_reference),
            Setting::Secret(text) => has_reference(text.expose_secret()),
        }
    }

    /// What may be shown of it: the references of a secret, but not its text; no password in an address.
    pub(super) fn shown(&self) -> String {
        match self {
            Setting::Open(value) => shown(value),
            Setting::Secret(text) if is_clear(text.expose_secret()) => "******".into(),
            Setting::Secret(text) => text.expose_secret().to_owned(),
        }
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown())
    }
}

/// What may be shown of an open value.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json(), without_password)
}

/// Whether a secret holds anything beside references.
pub(super) fn is_clear(secret: &str) -> bool {
    parts(secret.trim()).iter().any(|part| matches!(part, Part::Text(_)))
}

/// Whether a text is an address with a password in it, or with what may be one.
pub(super) fn holds_password(text: &str) -> bool {
    without_password(text) != text
}

/// The user part of an address, if it has a password, and where it stands.
fn user_part(text: &str) -> Option<(usize, &str)> {
    let start = text.find("://")? + 3;
    let rest = &text[start..];
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (user, _) = rest[..end].rsplit_once('@')?;
    // A reference may be shown.
    (user.contains(':') && is_clear(user)).then_some((start, user))
}

/// The password in an address.
pub(super) fn password(text: &str) -> Option<SecretString> {
    let (_, user) = user_part(text)?;
    let (_, password) = user.split_once(':')?;
    Some(SecretString::from(password.to_owned()))
}

/// An address without its user part, if that has a password, and without its query, which may hold a key. Other texts
/// stay as they are.
fn without_password(text: &str) -> String {
    let shown = match user_part(text) {
        Some((start, user)) => format!("{}******{}", &text[..start], &text[start + user.len()..]),
        None => text.to_owned(),
    };
    match shown.find("://").and_then(|scheme| Some(scheme + shown[scheme..].find('?')?)) {
        Some(query) if is_clear(&shown[query + 1..]) => format!("{}?******", &shown[..query]),
        _ => shown,
    }
}

/// Whether a text refers to a variable or a file.
pub(super) fn has_reference(text: &str) -> bool {
    parts(text).iter().any(|part| !matches!(part, Part::Text(_)))
}

fn expand(text: &str, ground: Ground<'_>) -> Result<String, Missing> {
    parts(text).into_iter().map(|part| part.resolve(ground)).collect()
}

/// The longest secret that a file may hold, in bytes.
const LONGEST: u64 = 64 * 1024;

impl Part<'_> {
    fn resolve(&self, ground: Ground<'_>) -> Result<String, Missing> {
        match *self {
            Part::Text(text) => Ok(text.to_owned()),
            Part::Variable(name) => {
                ground.environment.get(name).map(str::to_owned).ok_or_else(|| Missing::Variable(name.to_owned()))
            }
            Part::File(path) => read(&ground.folder.join(path)).map_err(|why| Missing::File(path.to_owned(), why)),
        }
    }
}

/// A secret's file without the line end behind it. The error says why it cannot be read, and nothing of what it holds.
fn read(path: &Path) -> Result<String, String> {
    let told = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "is not there".to_owned(),
        std::io::ErrorKind::PermissionDenied => "may not be read".to_owned(),
        std::io::ErrorKind::InvalidData => "is no text".to_owned(),
        _ if path.is_dir() => "is a folder".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(told)?;
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(told)?;
    if text.len() as u64 > LONGEST {
        return Err("is too long for a secret".to_owned());
    }
    let text = text.strip_suffix('\n').map_or(&*text, |text| text.strip_suffix('\r').unwrap_or(text));
    match text.trim().is_empty() {
        true => Err("is empty".to_owned()),
        false => Ok(text.to_owned()),
    }
}

fn parts(mut text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("${").map(|at| at + from) {
        let reference = &text[start + 2..];
        let Some(length) = reference.find('}') else { break };
        let part = match reference[..length].split_once(':') {
            Some(("env", name)) => Part::Variable(name.trim()),
            Some(("file", path)) => Part::File(path.trim()),
            _ => {
                from = start + 2;
                continue;
            }
        };
        if start > 0 {
            parts.push(Part::Text(&text[..start]));
        }
        parts.push(part);
        text = &reference[length + 1..];
        from = 0;
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_put_in_wherever_they_stand() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("key", " s3cret \r\n"), ("blank", "\n"), ("long", &"x".repeat(70_000))] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        std::fs::write(folder.path().join("bytes"), [0xff]).unwrap();
        let environment: Environment = [("HOST".to_owned(), "h:1".to_owned())].into_iter().collect();
        let ground = Ground { environment: &environment, folder: folder.path() };
        let file = |path: &str, why: &str| Err(Missing::File(path.to_owned(), why.to_owned()));
        for (text, expected) in [
            ("http://${env:HOST}/v1", Ok("http://h:1/v1".to_owned())),
            ("${env: HOST }", Ok("h:1".into())),
            ("${env:GONE}", Err(Missing::Variable("GONE".into()))),
            ("${env:HOST", Ok("${env:HOST".into())),
            ("$${other:x}${env:HOST}", Ok("$${other:x}h:1".into())),
            ("a${file:key}b", Ok("a s3cret b".into())),
            ("${file:gone}", file("gone", "is not there")),
            ("${file:blank}", file("blank", "is empty")),
            ("${file:bytes}", file("bytes", "is no text")),
            ("${file:long}", file("long", "is too long for a secret")),
            ("${file:.}", file(".", "is a folder")),
        ] {
            assert_eq!(expand(text, ground), expected, "{text}");
        }
        let outside = format!("${{file:{}}}", folder.path().join("key").display());
        assert_eq!(expand(&outside, Ground { folder: Path::new("/"), ..ground }).as_deref(), Ok(" s3cret "));
        assert!(!is_clear("${env:A}${file:B}"));
        assert!(is_clear("sk-${env:B}"));
    }

    #[test]
    fn passwords_in_addresses_are_not_shown() {
        for (written, shown) in [
            ("http://user:s3cret@host:1/v1?a=b@c", "http://******@host:1/v1?******"),
            ("http://user@host/v1", "http://user@host/v1"),
            ("http://${env:USER}:${env:PASSWORD}@host", "http://******@host"),
            ("http://host/a:b@c", "http://host/a:b@c"),
            ("docs", "docs"),
        ] {
            assert_eq!(without_password(written), shown);
        }
    }
}
