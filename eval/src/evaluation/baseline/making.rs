use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::path::Path;
use std::sync::Arc;

use flow_core::run::{CallEntry, Digest, Manifest, NodeIdentity, RowRecord, digest_of};
use flow_core::value::{Map, Value};

use super::super::line::ScoredLines;
use super::super::{Evaluation, Measure, ScoredRun, ScoringError};
use super::document::{
    BASELINE_FORMAT, Baseline, BaselineMean, BaselineRow, BaselineScore, BaselineVariant, Cell, Cells, JudgeIdentity,
    Named, RowScores,
};
use super::naming::RowNaming;
use crate::batch::{Ledger, Lines};
use crate::data::{DataError, DataSet, ReadOptions, Row, RowStream};
use crate::mapping::Source;

/// So many digits of a digest are kept of what is compared as a whole.
const DIGITS: usize = 16;

/// A run that was evaluated.
#[derive(Debug, Clone, Copy)]
pub struct Evaluated<'a> {
    /// What it is of.
    pub manifest: &'a Manifest,
    /// Its rows.
    pub ledger: &'a Ledger,
    /// What its variants are called.
    pub variants: &'a [String],
    /// The evaluation by which it was scored.
    pub evaluation: &'a Evaluation,
    /// The table of its scores.
    pub scores: &'a Path,
    /// The flows that scored, by score.
    pub judges: &'a BTreeMap<String, JudgeIdentity>,
}

impl Baseline {
    /// The baseline that a run makes; its rows are named as another baseline names them, or else by their inputs and by what the scores take
    /// of the data.
    ///
    /// # Errors
    /// The run, its scores or its data cannot be read.
    pub fn of(run: Evaluated<'_>, data: RowStream, naming: Option<&RowNaming>) -> Result<Self, ScoringError> {
        let mut table = TableLines::open(&run)?;
        let names: Vec<Arc<str>> = run.variants.iter().map(|name| Arc::from(&**name)).collect();
        let mut naming = naming.cloned();
        let scored = [ScoredRun { ledger: run.ledger, manifest: run.manifest, judges: &[] }];
        let mut lines = ScoredLines::open(&scored, data)?;
        let mut baseline = Self::begun(run);
        while let Some(line) = lines.next()? {
            let Some(records) = line.rows.first() else { continue };
            let naming = naming.get_or_insert_with(|| run.naming(records));
            let Some(inputs) = records.first().map(|record| &record.inputs) else { continue };
            let name = naming.name(inputs, line.values.as_ref());
            for (position, scores) in table.take(line.line)? {
                let (Some(variant), Some(called)) = (baseline.variants.get_mut(position), names.get(position)) else {
                    continue;
                };
                let of_variant = |record: &&RowRecord| record.key.variant as usize == position;
                records.iter().filter(of_variant).for_each(|record| variant.add(record));
                for (score, cells) in scores.all() {
                    variant.means.entry(score.to_string()).or_default().add(cells.all());
                }
                baseline.rows.push(BaselineRow {
                    row: name.row.clone(),
                    with: name.with.clone(),
                    variant: Arc::clone(called),
                    scores,
                    line: line.line,
                });
            }
        }
        for mean in baseline.variants.iter_mut().flat_map(|variant| variant.means.values_mut()) {
            mean.mean = mean.mean.map(|sum| sum / mean.values as f64);
        }
        baseline.naming = naming.unwrap_or_default();
        let place = |row: &BaselineRow| names.iter().position(|name| *name == row.variant);
        baseline.rows.sort_by(|one, other| {
            let key = |row: &BaselineRow| (place(row), row.line);
            (&one.row, &one.with).cmp(&(&other.row, &other.with)).then(key(one).cmp(&key(other)))
        });
        Ok(baseline)
    }

    fn begun(run: Evaluated<'_>) -> Self {
        let manifest = run.manifest;
        let score = |measure: &Measure| BaselineScore {
            name: measure.name.to_string(),
            definition: run.evaluation.definition(&measure.name),
            better: measure.direction,
            range: measure.range(),
            judge: run.judges.get(&*measure.name).cloned(),
        };
        let variant = |(position, name): (usize, &String)| BaselineVariant {
            name: name.clone(),
            nodes: manifest.nodes.get(position).map(digests).unwrap_or_default(),
            models: BTreeMap::new(),
            rows: 0,
            failed: 0,
            means: BTreeMap::new(),
        };
        Self {
            format: BASELINE_FORMAT,
            run: manifest.id.clone(),
            created: manifest.created.clone(),
            program: manifest.program.clone(),
            flow: Named { name: manifest.flow.name.clone(), digest: short(&files(manifest)) },
            data: Named {
                name: run.evaluation.data.to_string(),
                digest: manifest.data.as_ref().and_then(|data| data.digest.clone()),
            },
            evaluation: run.evaluation.name.as_deref().map(str::to_owned),
            repeat: manifest.repeat.max(1),
            naming: RowNaming::default(),
            scores: Measure::of(&run.evaluation.scores).iter().map(score).collect(),
            variants: run.variants.iter().enumerate().map(variant).collect(),
            rows: Vec::new(),
        }
    }

    /// Only this variant of it.
    pub fn keep_variant(&mut self, name: &str) {
        self.variants.retain(|variant| variant.name == name);
        self.rows.retain(|row| &*row.variant == name);
    }
}

impl Evaluated<'_> {
    fn naming(&self, records: &[RowRecord]) -> RowNaming {
        let inputs: BTreeSet<String> =
            records.iter().flat_map(|record| record.inputs.keys()).map(ToString::to_string).collect();
        let columns = self.evaluation.scores.iter().flat_map(|score| score.inputs.columns());
        let columns = columns.filter(|(_, column)| column.source == Source::Data);
        let columns: BTreeSet<String> = columns.map(|(_, column)| column.name.to_string()).collect();
        let columns = columns.into_iter().filter(|column| !inputs.contains(column)).collect();
        RowNaming { columns, inputs: inputs.into_iter().collect() }
    }
}

impl BaselineVariant {
    fn add(&mut self, record: &RowRecord) {
        self.rows += 1;
        self.failed += u64::from(record.error.is_some());
        for call in record.calls.iter().filter(|call| call.error.is_none()) {
            let models = self.models.entry(call.node.clone()).or_default();
            let model = answered_by(call);
            if let Err(place) = models.binary_search_by(|known| known.as_str().cmp(model)) {
                models.insert(place, model.to_owned());
            }
        }
    }
}

impl BaselineMean {
    fn add(&mut self, cells: &[Option<Cell>]) {
        for cell in cells {
            let Some(cell) = cell else {
                self.errors += 1;
                continue;
            };
            if let Some(value) = cell.value {
                self.values += 1;
                // The sum, until all rows were seen.
                *self.mean.get_or_insert(0.0) += value;
            }
            if let Some(passed) = cell.passed {
                *self.passed.get_or_insert(0) += u64::from(passed);
            }
        }
    }
}

impl JudgeIdentity {
    /// Who scored in a run that was made for a score.
    ///
    /// # Errors
    /// The run cannot be read.
    pub fn of(manifest: &Manifest, ledger: &Ledger) -> Result<Self, ScoringError> {
        let mut models = BTreeSet::new();
        let mut lines = Lines::open(ledger)?;
        while let Some(line) = lines.next_line()? {
            let records = lines.take(line)?;
            let calls = records.iter().flat_map(|record| &record.calls).filter(|call| call.error.is_none());
            models.extend(calls.map(|call| answered_by(call).to_owned()));
        }
        let digest = short(&(files(manifest), &manifest.nodes, &manifest.map));
        Ok(Self { flow: Named { name: manifest.flow.name.clone(), digest }, models: models.into_iter().collect() })
    }
}

/// The model that answered, as the provider tells, or else the one that was asked.
fn answered_by(call: &CallEntry) -> &str {
    call.answered_by.as_deref().unwrap_or(&call.model)
}

fn digests(nodes: &BTreeMap<String, NodeIdentity>) -> BTreeMap<String, Digest> {
    nodes.iter().filter_map(|(name, node)| Some((name.clone(), short(node)?))).collect()
}

/// The names and digests of a flow's files, without their folders: these are as they look from where the command was given.
pub(in crate::evaluation) fn files(manifest: &Manifest) -> Vec<(&str, &Digest)> {
    let name = |path: &'_ str| path.rfind(['/', '\\']).map_or(0, |slash| slash + 1);
    let mut files: Vec<(&str, &Digest)> =
        manifest.flow.files.iter().map(|(path, digest)| (&path[name(path)..], digest)).collect();
    files.sort();
    files
}

/// The digest of something in short.
pub(in crate::evaluation) fn short(value: &impl serde::Serialize) -> Option<Digest> {
    let mut digest = digest_of(&serde_json::to_vec(value).ok()?);
    digest.truncate(DIGITS);
    Some(digest)
}

/// The table of scores, line by line, as it is written: by line, variant, repetition and score.
struct TableLines<'a> {
    run: Evaluated<'a>,
    /// What scores are called, each once.
    names: Vec<Arc<str>>,
    rows: Option<Peekable<RowStream>>,
}

impl<'a> TableLines<'a> {
    fn open(run: &Evaluated<'a>) -> Result<Self, ScoringError> {
        let names = Measure::of(&run.evaluation.scores).into_iter().map(|measure| measure.name).collect();
        let rows = match DataSet::open(run.scores, &ReadOptions::default()) {
            // No line was complete.
            Err(DataError::Empty { .. }) => None,
            rows => Some(rows?.peekable()),
        };
        Ok(Self { run: *run, names, rows })
    }

    /// The scores of a line by variant; lines before it are passed over.
    fn take(&mut self, line: u64) -> Result<BTreeMap<usize, RowScores>, ScoringError> {
        let mut found: BTreeMap<usize, BTreeMap<Arc<str>, Vec<Option<Cell>>>> = BTreeMap::new();
        let repeats = self.run.manifest.repeat.max(1) as usize;
        let whole = |values: &Map, name: &str| u64::try_from(values.get(name)?.as_int()?).ok();
        let is_up_to = |row: &Result<Row, DataError>| {
            row.as_ref().map_or(true, |row| whole(&row.values, "line_number").is_none_or(|number| number <= line))
        };
        while let Some(row) = self.rows.as_mut().and_then(|rows| rows.next_if(is_up_to)) {
            let values = row?.values;
            let text = |name: &str| values.get(name).and_then(Value::as_str);
            let called = text("variant").unwrap_or("base");
            let variant = self.run.variants.iter().position(|variant| variant == called);
            let score = text("score").and_then(|score| self.names.iter().find(|name| ***name == *score));
            let (Some(variant), Some(score), Some(repeat)) = (variant, score, whole(&values, "repeat")) else {
                continue;
            };
            if whole(&values, "line_number") != Some(line) {
                continue;
            }
            let value = values.get("value").and_then(Value::as_float);
            let passed = values.get("passed").and_then(Value::as_bool);
            let cells = found.entry(variant).or_default().entry(Arc::clone(score)).or_default();
            cells.resize(repeats, None);
            if let Some(cell) = usize::try_from(repeat).ok().and_then(|repeat| cells.get_mut(repeat)) {
                *cell = (value.is_some() || passed.is_some()).then_some(Cell { value, passed });
            }
        }
        let scores = |scores: BTreeMap<Arc<str>, Vec<Option<Cell>>>| {
            RowScores::new(scores.into_iter().map(|(name, cells)| (name, Cells::of(cells))).collect())
        };
        Ok(found.into_iter().map(|(variant, of_variant)| (variant, scores(of_variant))).collect())
    }
}
