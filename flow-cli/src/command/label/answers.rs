use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use flow_core::run::{Manifest, RowKey, RowRecord, RowStatus, RunFolder};
use flow_core::value::{Map, Value};
use flow_eval::batch::{Ledger, OrderedRows, RowColumns};
use flow_eval::data::{DataSet, Selection};
use flow_eval::label::{Sheet, SheetRow, answer_mark, drawn, mark_text};

use crate::command::Problem;
use crate::command::batch::{cannot_read, run_problem, store_of};
use crate::command::eval::names;
use crate::ui;

/// The answers of a run.
pub(super) struct Answers {
    folder: RunFolder,
    manifest: Manifest,
    ledger: Ledger,
    names: Vec<String>,
    /// The data that the run was of, if it is still there and the same.
    data: Option<DataSet>,
}

/// What is shown of an answer: what the flow was given, what else the data says of the row, and what the flow said.
pub(super) struct Shown {
    pub(super) inputs: Map,
    pub(super) data: Map,
    pub(super) outputs: Map,
}

impl Answers {
    pub(super) fn find(name: &str) -> Result<Self, Problem> {
        let folder = store_of(Path::new(".")).find(name).map_err(|error| run_problem(&error))?;
        let manifest = folder.manifest().map_err(|error| run_problem(&error))?;
        let ledger = Ledger::read(&folder.journal()).map_err(|error| cannot_read(&error))?;
        let (names, data) = (names(&manifest), data_of(&manifest));
        Ok(Self { folder, manifest, ledger, names, data })
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn run(&self) -> &str {
        &self.manifest.id
    }

    /// A sheet without answers; one that is filled in elsewhere has columns that show what is labelled.
    pub(super) fn sheet(&self, shows: bool) -> Result<Sheet, Problem> {
        if !shows {
            return Ok(Sheet::new([]));
        }
        let columns = RowColumns::of(&self.ledger, &self.manifest).map_err(|error| cannot_read(&error))?;
        let names = columns.names();
        let of = |room: &str| {
            names.iter().filter(|name| name.starts_with(room)).map(ToString::to_string).collect::<Vec<_>>()
        };
        let (inputs, outputs) = (of("inputs."), of("outputs."));
        let rows = self.data.as_ref().and_then(|data| data.rows(&Selection::default()).ok());
        let data = rows.map(|rows| rows.columns().to_vec()).unwrap_or_default();
        let is_input = |name: &str| inputs.iter().any(|input| input.strip_prefix("inputs.") == Some(name));
        let data = data.iter().filter(|name| !is_input(name)).map(|name| format!("data.{name}"));
        let all: Vec<String> = inputs.iter().cloned().chain(data).chain(outputs).collect();
        Ok(Sheet::new(all.iter().map(String::as_str)))
    }

    /// Adds answers to a sheet until it has the sample that is asked for, or all; each that the flow ended well.
    pub(super) fn draw(
        &self,
        sheet: &mut Sheet,
        (sample, seed): (Option<usize>, u64),
        shows: bool,
    ) -> Result<(), Problem> {
        let completed = self.ledger.keys().filter(|(_, status)| *status == RowStatus::Completed);
        let mut order = drawn(completed.map(|(key, _)| key), seed);
        order.truncate(sample.unwrap_or(usize::MAX));
        let wanted: BTreeSet<RowKey> = order.iter().copied().collect();
        let beside = if shows { self.data_rows(&wanted) } else { BTreeMap::new() };
        let mut found: HashMap<RowKey, (String, Map)> = HashMap::new();
        let rows = OrderedRows::open(&self.ledger, |key, _| wanted.contains(&key));
        for row in rows.map_err(|error| cannot_read(&error))? {
            let row: RowRecord = row.map_err(|error| cannot_read(&error))?;
            let mark = mark_text(answer_mark(&row.outputs));
            let cells = if shows { cells(&row, beside.get(&row.key.line)) } else { Map::new() };
            found.insert(row.key, (mark, cells));
        }
        for key in order {
            let (Some((mark, cells)), Some(variant)) = (found.remove(&key), self.names.get(key.variant as usize))
            else {
                continue;
            };
            sheet.add(&SheetRow { line: key.line, variant: variant.clone(), repeat: key.repeat, mark }, cells);
        }
        Ok(())
    }

    /// An answer of a sheet; `None` where the run has none there, or another one by now.
    pub(super) fn shown(&self, row: &SheetRow) -> Result<Option<Shown>, Problem> {
        let variant = match self.names.iter().position(|name| *name == row.variant) {
            None if row.variant.is_empty() && self.names.len() == 1 => Some(0),
            found => found.and_then(|variant| u32::try_from(variant).ok()),
        };
        let Some(variant) = variant else { return Ok(None) };
        let key = RowKey { line: row.line, variant, repeat: row.repeat };
        let is_it = move |known: RowKey, status| known == key && status == RowStatus::Completed;
        let mut rows = OrderedRows::open(&self.ledger, is_it).map_err(|error| cannot_read(&error))?;
        let Some(record) = rows.next().transpose().map_err(|error| cannot_read(&error))? else { return Ok(None) };
        if !row.mark.is_empty() && row.mark != mark_text(answer_mark(&record.outputs)) {
            return Ok(None);
        }
        let mut data = self.data_rows(&BTreeSet::from([key])).remove(&key.line).unwrap_or_default();
        data.retain(|name, value| {
            record.inputs.get(name) != Some(value) && !record.inputs.values().any(|given| given == value)
        });
        Ok(Some(Shown { inputs: record.inputs, data, outputs: record.outputs }))
    }

    /// The rows of the data that answers are of.
    fn data_rows(&self, wanted: &BTreeSet<RowKey>) -> BTreeMap<u64, Map> {
        let lines: BTreeSet<u64> = wanted.iter().map(|key| key.line).collect();
        let last = lines.last().copied().unwrap_or_default();
        let rows = self.data.as_ref().and_then(|data| data.rows(&Selection::default()).ok());
        let rows = rows.into_iter().flatten().map_while(Result::ok).take_while(|row| row.line <= last);
        rows.filter(|row| lines.contains(&row.line)).map(|row| (row.line, row.values)).collect()
    }
}

/// The data of a run, if it can be read again and has not changed.
fn data_of(manifest: &Manifest) -> Option<DataSet> {
    let identity = manifest.data.as_ref()?;
    let digest = identity.digest.as_ref()?;
    let data = DataSet::find(&Path::new(&manifest.directory).join(&identity.path), None).ok();
    // Behind the digest stands which rows were taken.
    let digest = digest.split(", ").next().unwrap_or_default();
    let data = data.filter(|data| data.digest().ok().flatten().is_some_and(|now| now == digest));
    if data.is_none() {
        ui::say_note(&format!(
            "{} is gone or has changed since the run; only inputs and outputs are shown",
            identity.path
        ));
    }
    data
}

/// What stands in a sheet of an answer.
fn cells(row: &RowRecord, data: Option<&Map>) -> Map {
    let rooms = [("inputs", Some(&row.inputs)), ("data", data), ("outputs", Some(&row.outputs))];
    let of = |(room, values): (&'static str, Option<&Map>)| {
        let values = values.into_iter().flatten();
        values
            .map(move |(name, value)| (Arc::from(format!("{room}.{name}")), Value::from(ui::value_text(value))))
            .collect::<Vec<_>>()
    };
    rooms.into_iter().flat_map(of).collect()
}
