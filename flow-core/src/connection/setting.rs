//! The value of a field: a text that may name environment variables.

use secrecy::{ExposeSecret, SecretString};

use super::Environment;
use crate::value::Value;

/// A field's value as a file gives it.
#[derive(Debug, Clone)]
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
    Variable(&'a str),
}

impl Setting {
    /// The names of the variables in it.
    pub(super) fn variables(&self) -> Vec<String> {
        let text = match self {
            Setting::Open(value) => value.as_str().unwrap_or_default(),
            Setting::Secret(text) => text.expose_secret(),
        };
        let names = parts(text).into_iter().filter_map(|part| match part {
            Part::Variable(name) => Some(name.to_owned()),
            Part::Text(_) => None,
        });
        names.collect()
    }

    /// The value with its variables put in, or the name of the first that is not set.
    pub(super) fn resolve(&self, environment: &Environment) -> Result<Setting, String> {
        Ok(match self {
            Setting::Open(value) => match value.as_str() {
                Some(text) => Setting::Open(Value::from(expand(text, environment)?)),
                None => self.clone(),
            },
            Setting::Secret(text) => Setting::Secret(SecretString::from(expand(text.expose_secret(), environment)?)),
        })
    }

    /// What may be shown of it: the references of a secret, but not its text.
    pub(super) fn shown(&self) -> String {
        match self {
            Setting::Open(value) => value.as_str().map_or_else(|| value.to_json(), str::to_owned),
            Setting::Secret(text) if is_clear(text.expose_secret()) => "******".into(),
            Setting::Secret(text) => text.expose_secret().to_owned(),
        }
    }
}

/// Whether a secret holds anything beside references to variables.
pub(super) fn is_clear(secret: &str) -> bool {
    parts(secret.trim()).iter().any(|part| matches!(part, Part::Text(_)))
}

fn expand(text: &str, environment: &Environment) -> Result<String, String> {
    let mut expanded = String::new();
    for part in parts(text) {
        match part {
            Part::Text(text) => expanded.push_str(text),
            Part::Variable(name) => expanded.push_str(environment.get(name).ok_or_else(|| name.to_owned())?),
        }
    }
    Ok(expanded)
}

fn parts(mut text: &str) -> Vec<Part<'_>> {
    const OPEN: &str = "${env:";
    let mut parts = Vec::new();
    while let Some(start) = text.find(OPEN) {
        let Some(length) = text[start + OPEN.len()..].find('}') else { break };
        if start > 0 {
            parts.push(Part::Text(&text[..start]));
        }
        let name = &text[start + OPEN.len()..start + OPEN.len() + length];
        parts.push(Part::Variable(name.trim()));
        text = &text[start + OPEN.len() + length + 1..];
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
    fn variables_are_put_in_wherever_they_stand() {
        let environment: Environment = [("HOST".to_owned(), "h:1".to_owned())].into_iter().collect();
        assert_eq!(expand("http://${env:HOST}/v1", &environment).as_deref(), Ok("http://h:1/v1"));
        assert_eq!(expand("${env: HOST }", &environment).as_deref(), Ok("h:1"));
        assert_eq!(expand("${env:GONE}", &environment), Err("GONE".into()));
        assert_eq!(expand("${env:HOST", &environment).as_deref(), Ok("${env:HOST"));
        assert!(!is_clear("${env:A}${env:B}"));
        assert!(is_clear("sk-${env:B}"));
    }
}
