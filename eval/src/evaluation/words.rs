//! Scores that are named in words beside a run, in place of an evaluation file.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use flow_core::diag::Diagnostics;
use flow_core::source::SourceMap;
use serde_json::{Value as Json, json};

use super::{Evaluation, Measure, ScoreEntry, ScoredBy};
use crate::score::Registry;

/// What scores that are named in words are scores of.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The flow's file or folder.
    pub flow: &'a Path,
    /// The data set.
    pub data: &'a Path,
    /// The flow's outputs: where there is one, it is the answer that is scored unless another is named.
    pub outputs: &'a [String],
    /// Columns of the data by whose values results are told apart.
    pub by: &'a [String],
}

/// Keys of a score that are neither inputs nor parameters.
const KEYS: &[&str] = &["name", "threshold", "not", "weight", "group", "value", "human"];

impl Evaluation {
    /// An evaluation by scores in words: each `METRIC`, `METRIC:answer=run.outputs.category,expected=data.expected`, or a mapping as an
    /// evaluation file has it. `None` where they cannot be understood, which the diagnostics tell.
    pub fn of_words(
        words: &[String],
        named: Named<'_>,
        registry: &Registry,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let path = |path: &Path| Json::from(path.to_string_lossy());
        let mut text = format!("flow: {}\ndata: {}\n", path(named.flow), path(named.data));
        if !named.by.is_empty() {
            let _ = writeln!(text, "by: {}", json!(named.by));
        }
        text.push_str("score:\n");
        for word in words {
            let entry =
                if word.trim_start().starts_with('{') { word.clone() } else { entry(word, named.outputs, registry) };
            let _ = writeln!(text, "- {}", entry.replace('\n', " "));
        }
        let file = sources.add(Path::new("--with"), text);
        Self::read(sources, file, registry, diagnostics)
    }
}

impl Evaluation {
    /// Leaves out the scores that flows give, and what is made of them, but for those by flows whose rows are at hand; the names of the
    /// others come back.
    pub fn leave_out_flows(&mut self, is_at_hand: impl Fn(&ScoreEntry) -> bool) -> Vec<Arc<str>> {
        let mut left = Vec::new();
        // Those of several judges stand before what is made of them, and go with it.
        let mut parts: Vec<ScoreEntry> = Vec::new();
        for entry in std::mem::take(&mut self.scores) {
            let is_kept = match &entry.scorer {
                ScoredBy::Metric(_) => true,
                ScoredBy::Flow(flow) => flow.pair.is_none() && is_at_hand(&entry),
                ScoredBy::Panel(_) => parts.iter().all(&is_at_hand),
                ScoredBy::BothOrders => false,
            };
            if entry.is_part {
                parts.push(entry);
                continue;
            }
            let parts = std::mem::take(&mut parts);
            if is_kept {
                self.scores.extend(parts.into_iter().chain([entry]));
            } else {
                left.push(Arc::clone(&entry.name));
            }
        }
        let measures = Measure::of(&self.scores);
        self.comparing.scores.retain(|name| measures.iter().any(|measure| measure.name == *name));
        left
    }
}

/// A score in words as a mapping. What is wrong with it is found where the mapping is read.
fn entry(word: &str, outputs: &[String], registry: &Registry) -> String {
    let (metric, settings) = word.split_once(':').unwrap_or((word, ""));
    let known = registry.find(metric).map(|(entry, _)| entry.spec.inputs).unwrap_or_default();
    let is_input = |key: &str| known.iter().any(|input| input.name == key);
    let mut inputs = serde_json::Map::new();
    let mut mapping = serde_json::Map::from_iter([("metric".to_owned(), Json::from(metric))]);
    for setting in settings.split(',').filter(|setting| !setting.trim().is_empty()) {
        let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
        let (key, value) = (key.trim(), value.trim());
        match reference(value) {
            Some(reference) => inputs.insert(key.to_owned(), reference.into()),
            None if is_input(key) && !KEYS.contains(&key) => inputs.insert(key.to_owned(), value.into()),
            None => mapping.insert(key.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| value.into())),
        };
    }
    if let ([only], true, false) = (outputs, is_input("answer"), inputs.contains_key("answer")) {
        inputs.insert("answer".to_owned(), format!("${{run.outputs.{only}}}").into());
    }
    let needs_expected = known.iter().any(|input| input.name == "expected" && input.required);
    if needs_expected && !inputs.contains_key("expected") && !mapping.contains_key("value") {
        inputs.insert("expected".to_owned(), "${data.expected}".into());
    }
    mapping.insert("inputs".to_owned(), inputs.into());
    Json::from(mapping).to_string()
}

/// A reference as a mapping has it; shells leave one alone that has no `$`.
fn reference(value: &str) -> Option<String> {
    if value.starts_with("${") {
        return Some(value.to_owned());
    }
    ["data.", "run.outputs.", "run.inputs."].iter().any(|room| value.starts_with(room)).then(|| format!("${{{value}}}"))
}
