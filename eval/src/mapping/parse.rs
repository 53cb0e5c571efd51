use std::sync::Arc;

use flow_core::diag::nearest;
use flow_core::value::Value;

use super::{Column, Given, LINE_NUMBER, Mapping, MappingError, Source};

impl Mapping {
    /// Reads a mapping from inputs to references and constants. The entry `line_number` is left out, as in promptflow.
    ///
    /// # Errors
    /// All references that are none, and constants only.
    pub fn parse<N: AsRef<str>>(entries: impl IntoIterator<Item = (N, Value)>) -> Result<Self, Vec<MappingError>> {
        let mut mapping = Mapping::default();
        let mut errors = Vec::new();
        for (name, value) in entries {
            let name: Arc<str> = Arc::from(name.as_ref());
            if &*name == LINE_NUMBER {
                continue;
            }
            match value.as_str().and_then(reference).map(|inside| column(&name, inside)) {
                None => mapping.entries.push((name, Given::Constant(value))),
                Some(Ok(column)) => mapping.entries.push((name, Given::Column(column))),
                Some(Err(error)) => errors.push(error),
            }
        }
        let is_constant = |(_, given): &(Arc<str>, Given)| matches!(given, Given::Constant(_));
        if errors.is_empty() && !mapping.entries.is_empty() && mapping.entries.iter().all(is_constant) {
            errors.push(MappingError::OnlyConstants);
        }
        if errors.is_empty() { Ok(mapping) } else { Err(errors) }
    }
}

impl Mapping {
    /// What is wrong with one entry of a mapping.
    #[must_use]
    pub fn check(name: &str, value: &Value) -> Option<MappingError> {
        let name: Arc<str> = Arc::from(name);
        value.as_str().and_then(reference).and_then(|inside| column(&name, inside).err())
    }

    /// A mapping that may well be of constants only. References that are none are taken as texts.
    pub fn of(entries: impl IntoIterator<Item = (Arc<str>, Value)>) -> Self {
        let entry = |(name, value): (Arc<str>, Value)| {
            let column = value.as_str().and_then(reference).and_then(|inside| column(&name, inside).ok());
            (name, column.map_or(Given::Constant(value), Given::Column))
        };
        Self { entries: entries.into_iter().map(entry).collect() }
    }

    /// The columns that it takes, by input.
    pub fn columns(&self) -> impl Iterator<Item = (&Arc<str>, &Column)> {
        self.entries.iter().filter_map(|(name, given)| match given {
            Given::Column(column) => Some((name, column)),
            Given::Constant(_) => None,
        })
    }
}

/// What is between `${` and `}`, if that is the whole text.
fn reference(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("${")?.strip_suffix('}')?;
    (!inside.is_empty() && !inside.contains(['{', '}'])).then_some(inside)
}

fn column(input: &Arc<str>, inside: &str) -> Result<Column, MappingError> {
    for source in Source::ALL {
        let name = inside.strip_prefix(source.name()).and_then(|rest| rest.strip_prefix('.'));
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            return Ok(Column { source, name: Arc::from(name) });
        }
    }
    let meant = meant(inside).map(|column| column.to_string());
    Err(MappingError::Malformed { input: Arc::clone(input), text: format!("${{{inside}}}"), meant })
}

/// The reference that a mistyped one was meant to be.
fn meant(inside: &str) -> Option<Column> {
    let inside = inside.trim();
    let parts: Vec<&str> = inside.splitn(3, '.').map(str::trim).collect();
    let of = |source: Source, name: &str| (!name.is_empty()).then(|| Column { source, name: Arc::from(name) });
    let rest = inside.split_once('.').map_or("", |(_, rest)| rest.trim());
    match parts.as_slice() {
        // An input's name alone, and inputs as nodes refer to them.
        [name] if nearest(name, ["data", "run"]).is_none() && !["data", "run"].contains(name) => of(Source::Data, name),
        ["inputs" | "input" | "row" | "rows", ..] => of(Source::Data, rest),
        ["outputs" | "output", ..] => of(Source::RunOutputs, rest),
        [first, ..] if *first == "data" || nearest(first, ["data", "run"]) == Some("data") => of(Source::Data, rest),
        [first, second, third] if *first == "run" || nearest(first, ["data", "run"]) == Some("run") => {
            let second = if ["inputs", "outputs"].contains(second) {
                Some(*second)
            } else {
                nearest(second, ["inputs", "outputs"])
            };
            match second? {
                "inputs" => of(Source::RunInputs, third),
                _ => of(Source::RunOutputs, third),
            }
        }
        ["run", name] if !["inputs", "outputs"].contains(name) => of(Source::RunOutputs, name),
        _ => None,
    }
}
