//! Tests in tables: columns are variables, and those that begin with `__` say what is expected.

use std::path::Path;
use std::sync::Arc;

use flow_core::source::Span;
use flow_core::value::{Map, Value};
use flow_core::yaml::Node;
use flow_eval::data::{DataSet, Selection};
use flow_eval::score::Registry;

use super::assertion::listed;
use super::sources::Sources;

/// The tests of a table, written as a configuration would.
pub(super) fn tests(path: &Path, named: Span, sources: &mut Sources, registry: &Registry) -> Vec<Node> {
    let what = format!("the tests of {}", path.display());
    let Some(text) = sources.text(path, named, &what) else { return Vec::new() };
    let rows =
        DataSet::find(path, None).and_then(|set| set.rows(&Selection::default())?.collect::<Result<Vec<_>, _>>());
    let rows = match rows {
        Ok(rows) => rows,
        Err(error) => {
            sources.leave_out(named, what, error.to_string(), "");
            return Vec::new();
        }
    };
    let file = sources.map.add(path, text);
    // Where no cell has lines of its own, the row's line is known.
    let is_plain = sources.map.get(file).text.trim_end().lines().count() == rows.len() + 1;
    let mut tests = Vec::new();
    for (position, row) in rows.into_iter().enumerate() {
        let start = sources.map.get(file).line_start(position + 2).filter(|_| is_plain).unwrap_or(0);
        let span = Span::new(file, start as usize, start as usize);
        tests.push(Node::of_value(&test(row.values, span, sources, registry), span));
    }
    tests
}

/// A row as a test.
fn test(row: Map, span: Span, sources: &mut Sources, registry: &Registry) -> Value {
    let (mut vars, mut metadata, mut options) = (Map::new(), Map::new(), Map::new());
    let mut test = Map::new();
    // With the number of their column, by which `__config` speaks of them.
    let mut asserts: Vec<(String, Map)> = Vec::new();
    let mut settings = Vec::new();
    let mut metric = None;
    for (name, value) in row {
        let text = value.as_str().unwrap_or_default().to_owned();
        let key = name.strip_prefix("__").unwrap_or_default();
        if key.is_empty() {
            vars.insert(name, value);
        } else if text.trim().is_empty() {
            // Nothing is asked of this row.
        } else if key.starts_with("expected") {
            asserts.push((name.to_string(), assertion(&text, registry)));
        } else if let Some(setting) = key.strip_prefix("config:") {
            settings.push((setting.to_owned(), text));
        } else if let Some(key) = key.strip_prefix("metadata:") {
            let (key, value) = match key.strip_suffix("[]") {
                Some(key) => (key, listed(Value::from(text))),
                None => (key, Value::from(text)),
            };
            metadata.insert(Arc::from(key), value);
        } else {
            match key {
                "prefix" | "suffix" => drop(options.insert(Arc::from(key), Value::from(text))),
                "description" => drop(test.insert(Arc::from("description"), Value::from(text))),
                "threshold" => drop(test.insert(Arc::from("threshold"), number(&text))),
                "metric" => metric = Some(Value::from(text)),
                "providerOutput" => drop(test.insert(Arc::from("providerOutput"), Value::from(text))),
                _ => sources.leave_out(span, format!("the column `{name}`"), "it has no meaning here", ""),
            }
        }
    }
    for (setting, text) in settings {
        let (column, key) = setting.split_once(':').unwrap_or((&setting, ""));
        // The first one may have no number.
        let is_of = |name: &str| name == column || (column.ends_with("expected1") && name == "__expected");
        match asserts.iter_mut().find(|(name, _)| is_of(name) && ["threshold", "weight"].contains(&key)) {
            Some((_, assertion)) => drop(assertion.insert(Arc::from(key), number(&text))),
            None => sources.leave_out(span, format!("the column `__config:{setting}`"), "it has no meaning here", ""),
        }
    }
    let asserts = asserts.into_iter().map(|(_, mut assertion)| {
        if let Some(metric) = &metric {
            assertion.insert(Arc::from("metric"), metric.clone());
        }
        Value::Map(Arc::new(assertion))
    });
    test.insert(Arc::from("assert"), Value::list(asserts.collect::<Vec<_>>()));
    for (key, entries) in [("vars", vars), ("metadata", metadata), ("options", options)] {
        if !entries.is_empty() {
            test.insert(Arc::from(key), Value::Map(Arc::new(entries)));
        }
    }
    Value::Map(Arc::new(test))
}

fn number(text: &str) -> Value {
    text.trim().parse().map_or_else(|_| Value::from(text), Value::Float)
}

/// An assertion in one cell, such as `contains: thanks`, `similar(0.8): hello`, or what the answer has to be.
fn assertion(text: &str, registry: &Registry) -> Map {
    /// Words that stand before code or a question to a model.
    const STARTS: [(&str, &str); 6] = [
        ("javascript:", "javascript"),
        ("fn:", "javascript"),
        ("eval:", "javascript"),
        ("python:", "python"),
        ("grade:", "llm-rubric"),
        ("llm-rubric:", "llm-rubric"),
    ];
    let made = |kind: &str, value: Option<Value>, threshold: Option<f64>| {
        let value = value.map(|value| (Arc::from("value"), value));
        let threshold = threshold.map(|threshold| (Arc::from("threshold"), Value::Float(threshold)));
        [(Arc::from("type"), Value::from(kind))].into_iter().chain(value).chain(threshold).collect::<Map>()
    };
    for (start, kind) in STARTS {
        if let Some(rest) = text.strip_prefix(start) {
            return made(kind, Some(Value::from(rest.trim())), None);
        }
    }
    if text.starts_with("file://") {
        let kind = if text.contains(".py") { "python" } else { "javascript" };
        return made(kind, Some(Value::from(text)), None);
    }
    let (head, value) = text.split_once(':').map_or((text, None), |(head, value)| (head, Some(value)));
    let (kind, threshold) = match head.strip_suffix(')').and_then(|head| head.split_once('(')) {
        Some((kind, threshold)) => (kind, threshold.parse::<f64>().ok()),
        None => (head, None),
    };
    let base = kind.strip_prefix("not-").unwrap_or(kind);
    if !is_kind(base, registry) {
        return made("equals", Some(Value::from(text)), None);
    }
    let value = value.map(str::trim).filter(|value| !value.is_empty()).map(Value::from);
    let threshold = threshold.or(match base {
        "similar" => Some(0.8),
        "levenshtein" | "rouge-n" => Some(0.75),
        _ => None,
    });
    let value = if base.contains("contains-a") { value.map(listed) } else { value };
    made(kind, value, threshold)
}

/// Whether a word is a kind of assertion there; a colon may also stand in what is expected.
fn is_kind(word: &str, registry: &Registry) -> bool {
    const OTHERS: [&str; 14] = [
        "is-refusal",
        "is-html",
        "contains-html",
        "is-sql",
        "contains-sql",
        "is-xml",
        "contains-xml",
        "perplexity",
        "meteor",
        "gleu",
        "similar",
        "word-count",
        "levenshtein",
        "rouge-n",
    ];
    let has_form = !word.is_empty() && word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '-');
    let is_ours = |word: &str| registry.find(word).is_ok();
    // Names of promptfoo's that a flow has to judge come with help.
    let is_judged = |word: &str| {
        registry
            .find(word)
            .err()
            .and_then(|error| error.help().map(|help| !help.starts_with("did you mean")))
            .unwrap_or(false)
    };
    has_form && (OTHERS.contains(&word) || is_ours(word) || is_judged(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_assertions() {
        let registry = Registry::built_in();
        for (cell, json) in [
            ("Paris", r#"{"type": "equals", "value": "Paris"}"#),
            ("Note: this is no kind", r#"{"type": "equals", "value": "Note: this is no kind"}"#),
            ("contains: thanks", r#"{"type": "contains", "value": "thanks"}"#),
            ("not-icontains-any: a, b", r#"{"type": "not-icontains-any", "value": ["a", "b"]}"#),
            ("is-json", r#"{"type": "is-json"}"#),
            ("similar(0.9): hello there", r#"{"type": "similar", "value": "hello there", "threshold": 0.9}"#),
            ("grade: is kind", r#"{"type": "llm-rubric", "value": "is kind"}"#),
            ("fn:output.length > 3", r#"{"type": "javascript", "value": "output.length > 3"}"#),
        ] {
            let made = Value::Map(Arc::new(assertion(cell, &registry)));
            assert_eq!(made, Value::from_json(json).unwrap(), "{cell}");
        }
    }
}
