//! Evaluation files.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::diag::{Code, Diagnostic, Diagnostics, did_you_mean};
use flow_core::doc::{Cursor, Report};
use flow_core::run::Digest;
use flow_core::source::{FileId, SourceMap, Span, read_text};
use flow_core::template::Strictness;
use flow_core::value::{Map, Value};
use flow_core::yaml::{self, Node};

use super::score::{self, Measure, ScoreEntry, ScoredBy};
use super::stopping::Beside;
use super::{Comparing, Gate, StoppingRule, Variants, baseline};
use crate::data::{DataError, RowStream};
use crate::mapping::{Mapping, Source, Written};
use crate::score::Registry;

/// What an evaluation file says. Paths are as they stand there: from its folder.
#[derive(Debug)]
pub struct Evaluation {
    /// What it is called.
    pub name: Option<Arc<str>>,
    /// The flow.
    pub flow: Arc<str>,
    /// The data set.
    pub data: Arc<str>,
    /// Where the flow's inputs come from.
    pub map: Vec<(Arc<str>, Value)>,
    /// What is compared.
    pub variants: Variants,
    /// How often each row is run.
    pub repeat: u32,
    /// How often it is run at the most, where its runs disagree.
    pub most_repeats: u32,
    /// How rows are scored.
    pub scores: Vec<ScoreEntry>,
    /// By score: the digest of how it is written.
    definitions: BTreeMap<Arc<str>, Digest>,
    /// Columns of the data by whose values results are told apart.
    pub by: Vec<Arc<str>>,
    /// How variants are compared.
    pub comparing: Comparing,
    /// The file of the baseline that gates speak of.
    pub baseline: Option<Arc<str>>,
    /// What must hold.
    pub gates: Vec<Gate>,
    /// What may be spent.
    pub budget: Budget,
    /// The chance of a row to be held out, for the winner alone.
    pub holdout: Option<f64>,
}

/// What may be spent.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    /// In US dollars, as it is written.
    pub cost: Option<Arc<str>>,
    /// Calls of models.
    pub calls: Option<u64>,
}

const MOST_REPEATS: i64 = 1_000;

impl Evaluation {
    /// Reads an evaluation file; `None` where it has errors, which are added to the diagnostics.
    pub fn load(
        path: &Path,
        registry: &Registry,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let text = match read_text(path) {
            Ok(text) => text,
            Err(error) => {
                diagnostics.push(Diagnostic::from(&error));
                return None;
            }
        };
        let file = sources.add(path, text);
        Self::read(sources, file, registry, diagnostics)
    }

    pub(super) fn read(
        sources: &SourceMap,
        file: FileId,
        registry: &Registry,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let root = yaml::read(sources, file, diagnostics)?;
        let mut report = Report::new(Strictness::Strict);
        let read = evaluation(&root, registry, &mut report);
        let is_sound = !report.diagnostics.has_errors();
        diagnostics.extend(report.diagnostics);
        read.filter(|_| is_sound)
    }

    /// The digest of how a score, or a group of scores, is written.
    #[must_use]
    pub fn definition(&self, name: &str) -> Digest {
        let members = self.scores.iter().filter(|score| score.group.as_deref() == Some(name));
        let names: Vec<&str> = members.map(|score| &*score.name).chain([name]).collect();
        let digests: Vec<&Digest> = names.iter().filter_map(|name| self.definitions.get(*name)).collect();
        match &digests[..] {
            [only] => (*only).clone(),
            several => baseline::short(&several).unwrap_or_default(),
        }
    }

    /// Of each row of the data what scores take, by line.
    pub(super) fn data_of(&self, rows: RowStream) -> Result<HashMap<u64, Map>, DataError> {
        rows.map(|row| row.map(|row| (row.line, self.taken_of(row.values)))).collect()
    }

    /// The position of the score whose verdict says whether a row passes: the one by which variants are compared, or else the first metric.
    pub(super) fn verdict_score(&self) -> Option<usize> {
        let is_metric = |score: &ScoreEntry| matches!(score.scorer, ScoredBy::Metric(_));
        match &self.comparing.scores[..] {
            [one] => self.scores.iter().position(|score| score.name == *one).filter(|at| is_metric(&self.scores[*at])),
            _ => self.scores.iter().position(is_metric),
        }
    }

    fn taken_of(&self, values: Map) -> Map {
        let of_data = |name: &Arc<str>| {
            let mut columns = self.scores.iter().flat_map(|score| score.inputs.columns());
            columns.any(|(_, column)| column.source == Source::Data && column.name == *name)
        };
        values.into_iter().filter(|(name, _)| of_data(name)).collect()
    }

    /// The path of something that the file names.
    #[must_use]
    pub fn path(file: &Path, named: &str) -> PathBuf {
        file.parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .map_or_else(|| named.into(), |folder| folder.join(named))
    }
}

/// Columns of the data that an evaluation speaks of and that are not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumn {
    /// What is missing.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Evaluation {
    /// The outputs of the flow that scores name.
    pub fn named_outputs(&self) -> impl Iterator<Item = &str> {
        let columns = self.scores.iter().flat_map(|score| score.inputs.columns());
        columns.filter(|(_, column)| column.source == Source::RunOutputs).map(|(_, column)| &*column.name)
    }

    /// Compares the columns of the data that scores, slices and clusters take with those of the first rows, and outputs with those of
    /// the flow.
    ///
    /// # Errors
    /// The first that is not there.
    pub fn check_columns(&self, columns: &[Arc<str>], looked_at: usize, outputs: &[&str]) -> Result<(), MissingColumn> {
        for (score, (_, column)) in
            self.scores.iter().flat_map(|score| score.inputs.columns().map(move |one| (score, one)))
        {
            if column.source == Source::RunBaseline {
                let message = format!("the score `{}` takes `{column}`, the output of a baseline", score.name);
                let help =
                    "write `${run.outputs.NAME}` and `pairwise: true`: each answer is put beside that of the baseline";
                return Err(MissingColumn { message, help: help.to_owned() });
            }
            if column.source == Source::RunOutputs && !outputs.contains(&&*column.name) {
                let help = did_you_mean(&column.name, outputs.iter().copied())
                    .unwrap_or_else(|| format!("the outputs are {}", outputs.join(", ")));
                let message = format!(
                    "the score `{}` takes the output `{}`, which the flow does not have",
                    score.name, column.name
                );
                return Err(MissingColumn { message, help });
            }
        }
        let of_scores = self.scores.iter().flat_map(|score| {
            let of_data = score.inputs.columns().filter(|(_, column)| column.source == Source::Data);
            of_data.map(|(_, column)| (&column.name, format!("the score `{}`", score.name)))
        });
        let others = self.by.iter().map(|name| (name, "`by`".to_owned()));
        let cluster = self.comparing.cluster.iter().map(|name| (name, "`cluster`".to_owned()));
        for (name, who) in of_scores.chain(others).chain(cluster) {
            if !columns.contains(name) {
                let known = columns.iter().map(|column| &**column);
                let help = did_you_mean(name, known.clone())
                    .unwrap_or_else(|| format!("the columns are {}", known.collect::<Vec<_>>().join(", ")));
                let message = format!(
                    "{who} takes the column `{name}`, which none of the first {looked_at} rows of the data has"
                );
                return Err(MissingColumn { message, help });
            }
        }
        Ok(())
    }
}

fn evaluation(root: &Node, registry: &Registry, report: &mut Report) -> Option<Evaluation> {
    let mut keys = Cursor::open(root, "an evaluation", report)?;
    keys.ignore(&["$schema"]);
    let name = keys.text("name", report).map(|name| name.value);
    let flow = keys.required_text("flow", root.span, report);
    let data = keys.required_text("data", root.span, report);
    let map = keys.mapping("map", report).map(|map| &*map.entries).unwrap_or_default();
    let map = map.iter().map(|entry| (Arc::clone(&entry.key.text), entry.value.to_value(), entry.value.span));
    let map = mapped(map, report);
    let variants = keys.entry("variants").map(|entry| &entry.value);
    let combine = keys.text("combine", report);
    let variants = Variants::read(variants, combine.as_ref(), report);
    let (repeat, most_repeats) = repeats(&mut keys, report);
    if keys.entry("score").is_none() {
        keys.missing("score", root.span, report);
    }
    let (mut scores, mut definitions) = (Vec::new(), BTreeMap::new());
    for node in keys.sequence("score", report).unwrap_or_default() {
        let read: Vec<ScoreEntry> = score::read(node, registry, report);
        let digest = baseline::short(&node.to_value()).unwrap_or_default();
        definitions.extend(read.iter().map(|score| (Arc::clone(&score.name), digest.clone())));
        scores.extend(read);
    }
    let measures = Measure::of(&scores);
    for (position, measure) in measures.iter().enumerate() {
        if measures[..position].iter().any(|other| other.name == measure.name) {
            let span = scores.get(position).map_or(root.span, |score| score.span);
            let message = format!("two scores are called `{}`", measure.name);
            report.error(Code::DuplicateName, span, message, "give one of them another `name`");
        }
    }
    let by = names(&mut keys, "by", report);
    let compare_node = keys.entry("compare").map(|entry| &entry.value);
    let comparing = compare_node.and_then(|node| Comparing::read(node, &measures, report)).unwrap_or_default();
    let baseline = keys.text("baseline", report).map(|path| path.value);
    let gates = keys.sequence("gate", report).unwrap_or_default();
    let gates: Vec<Gate> = gates.iter().filter_map(|node| Gate::read(node, &measures, report)).collect();
    for gate in gates.iter().filter(|gate| baseline.is_none() && gate.speaks_of_baseline()) {
        let help = "add `baseline: baseline.json`; `flow runs bless RUN` makes the file of a run that is good enough";
        let message = "the gate speaks of the baseline, and the file names none";
        report.error(Code::MissingKey, gate.span, message, help);
    }
    let (has_baseline, has_further_runs) = (baseline.is_some(), most_repeats > repeat);
    let beside = Beside { scores: &scores, gates: &gates, by: &by, has_baseline, has_further_runs };
    StoppingRule::check(&comparing, compare_node, beside, report);
    let budget = keys.entry("budget").map(|entry| &entry.value).and_then(|node| budget(node, report));
    let is_share = |share: f64| share > 0.0 && share <= 0.9;
    let holdout =
        number(&mut keys, "holdout", "a share of the rows above 0 and up to 0.9, such as 0.3", is_share, report);
    keys.finish(report);
    Some(Evaluation {
        name,
        flow: flow?.value,
        data: data?.value,
        map,
        variants: variants?,
        repeat,
        most_repeats,
        scores,
        definitions,
        by,
        comparing,
        baseline,
        gates,
        budget: budget.unwrap_or_default(),
        holdout,
    })
}

/// Values with references, each of which is checked.
pub(super) fn mapped(
    entries: impl Iterator<Item = (Arc<str>, Value, Span)>,
    report: &mut Report,
) -> Vec<(Arc<str>, Value)> {
    let mut map = Vec::new();
    for (name, value, span) in entries {
        if let Some(error) = Mapping::check(&name, &value) {
            report.error(Code::InvalidReference, span, error.to_string(), error.help(Written::Map));
        }
        map.push((name, value));
    }
    map
}

/// How often each row is run, and how often at the most: a number, or `{ least: 3, most: 9 }`.
fn repeats(keys: &mut Cursor<'_>, report: &mut Report) -> (u32, u32) {
    let number = |count: Option<usize>| count.and_then(|count| u32::try_from(count).ok());
    let node = keys.entry("repeat").map(|entry| &entry.value).filter(|node| node.as_mapping().is_some());
    let Some(node) = node else {
        let repeat = number(keys.count("repeat", 1, MOST_REPEATS, report)).unwrap_or(1);
        return (repeat, repeat);
    };
    let Some(mut inside) = Cursor::open(node, "`repeat`", report) else { return (1, 1) };
    // One run cannot disagree with itself.
    let least = number(inside.count("least", 2, MOST_REPEATS, report)).unwrap_or(2);
    let most = number(inside.count("most", i64::from(least), MOST_REPEATS, report)).unwrap_or(least.max(9));
    inside.finish(report);
    (least, most)
}

fn budget(node: &Node, report: &mut Report) -> Option<Budget> {
    let mut keys = Cursor::open(node, "`budget`", report)?;
    number(&mut keys, "cost", "US dollars, such as 5.00", |cost| cost >= 0.0, report);
    let cost = keys.text("cost", report).map(|cost| cost.value);
    let calls = keys.count("calls", 1, i64::MAX, report).map(|calls| calls as u64);
    keys.finish(report);
    Some(Budget { cost, calls })
}

/// A text, or a list of them.
fn names(keys: &mut Cursor<'_>, key: &'static str, report: &mut Report) -> Vec<Arc<str>> {
    let Some(entry) = keys.entry(key) else { return Vec::new() };
    let nodes = entry.value.as_sequence().unwrap_or(std::slice::from_ref(&entry.value));
    let mut names = Vec::new();
    for node in nodes {
        match node.as_scalar() {
            Some(scalar) => names.push(column(&scalar.text)),
            None => keys.wrong_shape(key, entry, "the names of columns", report),
        }
    }
    names
}

/// A column's name, which may be written as a reference to the data.
pub(super) fn column(text: &str) -> Arc<str> {
    let name = text.strip_prefix("${data.").and_then(|rest| rest.strip_suffix('}'));
    Arc::from(name.unwrap_or(text))
}

pub(super) fn number(
    keys: &mut Cursor<'_>,
    key: &'static str,
    expected: &str,
    is_allowed: impl Fn(f64) -> bool,
    report: &mut Report,
) -> Option<f64> {
    let entry = keys.entry(key)?;
    let number = entry.value.to_value().as_float().filter(|number| is_allowed(*number));
    if number.is_none() {
        keys.wrong_shape(key, entry, expected, report);
    }
    number
}
