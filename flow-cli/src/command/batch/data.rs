use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::plan::Plan;
use flow_core::run::{EndState, ErrorEntry, RowKey, RunOrigin};
use flow_core::value::{Map, Value};
use flow_eval::batch::{BatchRow, Ledger, RunOutputs};
use flow_eval::data::{DataError, DataSet, Pictures, ReadOptions, RowStream, Sample, Selection, place_by_chance};
use flow_eval::estimate::Spread;
use flow_eval::mapping::{Aligned, Available, Columns, Interleaved, LINE_NUMBER, Line, ResolvedMapping, Source};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::identity::{broken_data, cannot_read, run_problem};
use super::spool::{Spool, is_standard_input};
use crate::args::BatchArgs;
use crate::command::Problem;
use crate::ui;

/// Where rows come from: a data set, what another run gave out, and the data of that run.
pub(super) struct Sources {
    /// The data set, whose rows are what is run.
    pub(super) data: DataSet,
    options: ReadOptions,
    run: Option<EarlierRun>,
}

/// A run whose results are the data of another.
struct EarlierRun {
    id: String,
    /// The variant with which each other one is compared, where they are compared in pairs.
    baseline: Option<u32>,
    variants: Vec<Vec<String>>,
    repeat: u32,
    ledger: Ledger,
    data: DataSet,
    options: ReadOptions,
    outputs: Vec<Arc<str>>,
}

/// How many rows of a run are looked at for their columns.
const LOOKED_AT: usize = 64;

impl Sources {
    /// Finds what the arguments name; `input` is where standard input is kept.
    pub(super) fn find(args: &BatchArgs, input: Option<&Path>) -> Result<Self, Problem> {
        let run = args.run.as_deref().map(|name| EarlierRun::find(args, name)).transpose()?;
        let selection = args.selection(args.seed());
        let (data, options) = match (&args.data, &run) {
            (Some(path), _) => {
                let options = ReadOptions { format: args.data_format, selection };
                let data = match input.filter(|_| is_standard_input(path)) {
                    Some(input) => DataSet::of_standard_input(input, options.format),
                    None => DataSet::find(path, options.format).map_err(|error| broken_data(&error))?,
                };
                (data, options)
            }
            (None, Some(run)) => (run.data.clone(), ReadOptions { selection, format: run.options.format }),
            (None, None) => {
                return Err(Problem::usage("no-data", "a batch needs rows").help("name them: --data rows.jsonl"));
            }
        };
        let sources = Self { data, options, run };
        sources.refuse_what_multiplies(args)?;
        Ok(sources)
    }

    /// The variants of the other run, where it has several variants or repetitions, so that the rows are those of each of them.
    pub(super) fn variants(&self) -> Option<&[Vec<String>]> {
        self.of_parts().map(|run| &*run.variants)
    }

    /// Its repetitions.
    pub(super) fn repeat(&self) -> Option<u32> {
        self.of_parts().map(|run| run.repeat)
    }

    /// The other run, as a manifest tells of it.
    pub(super) fn origin(&self, score: Option<&str>) -> Option<RunOrigin> {
        self.run.as_ref().map(|run| RunOrigin { run: run.id.clone(), score: score.map(str::to_owned) })
    }

    fn of_parts(&self) -> Option<&EarlierRun> {
        self.run.as_ref().filter(|run| run.variants.len() > 1 || run.repeat > 1)
    }

    /// Rows that are told apart by the variants and repetitions of another run cannot have others of their own.
    fn refuse_what_multiplies(&self, args: &BatchArgs) -> Result<(), Problem> {
        let Some(run) = self.of_parts() else { return Ok(()) };
        let (id, parts) = (&run.id, run.parts());
        if args.variant.len() > 1 || args.repeat() > 1 {
            let message = format!(
                "run {id} has {parts}, whose rows are run once each, and would be run more often by several `--variant` or by `--repeat`"
            );
            return Err(
                Problem::usage("rows-of-variants", message).help("give one variant, and begin a run for each other")
            );
        }
        if self.data.can_be_read_once() {
            let message = format!(
                "run {id} has {parts}, with each of which the data is read, and this data can be read only once"
            );
            return Err(Problem::usage("rows-of-variants", message).help("write the rows to a file: --data rows.jsonl"));
        }
        Ok(())
    }

    /// All rows, and what the mapping can be compared with.
    pub(super) fn open(&self) -> Result<Opened, Problem> {
        let data = self.data.rows(&self.options.selection).map_err(|error| broken_data(&error))?;
        let columns = (data.columns().to_vec(), data.looked_at());
        let Some(run) = &self.run else {
            let rows = Interleaved::new(vec![Aligned::new(vec![(Source::Data, Box::new(data))])]);
            return Ok(Opened { rows, data: columns, run: None, has_baseline: false });
        };
        let inputs: RowStream = run.data.rows(&run.options.selection).map_err(|error| broken_data(&error))?;
        let of_run = ((inputs.columns().to_vec(), inputs.looked_at()), (run.outputs.clone(), LOOKED_AT));
        let rows = match self.of_parts() {
            None => vec![run.joined(data, inputs, (0, 0))?],
            Some(run) => {
                let variants = u32::try_from(run.variants.len()).unwrap_or(u32::MAX);
                // The baseline is not compared with itself.
                let of_repeat = |repeat| (0..variants).map(move |variant| (variant, repeat));
                let keys = (0..run.repeat).flat_map(of_repeat).filter(|(variant, _)| run.baseline != Some(*variant));
                keys.map(|part| self.part(run, part)).collect::<Result<_, _>>()?
            }
        };
        Ok(Opened {
            rows: Interleaved::new(rows),
            data: columns,
            run: Some(of_run),
            has_baseline: run.baseline.is_some(),
        })
    }

    /// The rows of a variant and repetition of the other run.
    fn part(&self, run: &EarlierRun, part: (u32, u32)) -> Result<Aligned, Problem> {
        let data = self.data.rows(&self.options.selection).map_err(|error| broken_data(&error))?;
        let inputs = run.data.rows(&run.options.selection).map_err(|error| broken_data(&error))?;
        Ok(run.joined(data, inputs, part)?.of_part(part.0, part.1))
    }

    /// Reads all rows once, so that a broken one is found before anything is spent, and keeps some of them. `None` where they can be
    /// read only once.
    pub(super) fn count(&self, some: &mut Spread<Line>) -> Result<Option<u64>, Problem> {
        if self.data.can_be_read_once() {
            return Ok(None);
        }
        keep(self.open()?.rows, some)?;
        Ok(Some(some.seen()))
    }
}

/// Reads rows to their end, and keeps some of them.
pub(crate) fn keep(rows: Interleaved, some: &mut Spread<Line>) -> Result<(), Problem> {
    for line in rows {
        let line = line.map_err(|error| broken_data(&error))?;
        let weight = line.values(Source::Data).map_or(0, |values| values.values().map(weight).sum());
        some.offer(line, weight);
    }
    Ok(())
}

/// How many bytes a value holds, about.
fn weight(value: &Value) -> usize {
    const EACH: usize = 32;
    EACH + match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Map(entries) => entries.iter().map(|(key, value)| key.len() + weight(value)).sum(),
        _ => 0,
    }
}

/// Sources at their first row.
pub(super) struct Opened {
    pub(super) rows: Interleaved,
    data: Names,
    /// Those of the run's data, and of its outputs.
    run: Option<(Names, Names)>,
    has_baseline: bool,
}

/// Names of columns, and in how many rows they were looked for.
type Names = (Vec<Arc<str>>, usize);

impl Opened {
    /// What a mapping can refer to.
    pub(super) fn available(&self) -> Available<'_> {
        let run = self.run.as_ref();
        Available {
            data: Some(columns(&self.data)),
            run_inputs: run.map(|(inputs, _)| columns(inputs)),
            run_outputs: run.map(|(_, outputs)| columns(outputs)),
            run_baseline: run.filter(|_| self.has_baseline).map(|(_, outputs)| columns(outputs)),
        }
    }
}

fn columns((names, looked_at): &Names) -> Columns<'_> {
    Columns { names, looked_at: *looked_at }
}

impl EarlierRun {
    fn find(args: &BatchArgs, name: &str) -> Result<Self, Problem> {
        let folder = args.store().find(name).map_err(|error| run_problem(&error))?;
        let manifest = folder.manifest().map_err(|error| run_problem(&error))?;
        let ledger = Ledger::read(&folder.journal()).map_err(|error| cannot_read(&error))?;
        if ledger.end.as_ref().is_none_or(|end| end.state != EndState::Completed) {
            let message = format!("run {} is not complete, and only what is complete can be built on", folder.id());
            return Err(Problem::usage("run-incomplete", message)
                .help(format!("let it go on first: flow batch --resume {}", folder.id())));
        }
        // What scores a run tells of it more than this.
        if ledger.counts.failed > 0 && args.score.is_none() {
            let rows =
                if ledger.counts.failed == 1 { "1 row".to_owned() } else { format!("{} rows", ledger.counts.failed) };
            ui::say_note(&format!("{rows} of run {} failed, and cannot be taken", folder.id()));
        }
        let path = manifest.data.as_ref().map(|data| PathBuf::from(&data.path)).unwrap_or_default();
        let path = Path::new(&manifest.directory).join(path);
        let arguments = super::prepare::arguments_of(&manifest)?;
        let selection = arguments.selection(arguments.seed());
        let options = ReadOptions { format: arguments.data_format, selection };
        let data = match arguments.data.as_deref().is_some_and(is_standard_input) {
            true => DataSet::of_standard_input(&Spool::place(&folder), options.format),
            false => DataSet::find(&path, options.format).map_err(|error| broken_data(&error))?,
        };
        let mut outputs = BTreeSet::new();
        for variant in (0..).take(manifest.variants.len().max(1)) {
            for row in RunOutputs::open(&ledger, (variant, 0)).map_err(|error| cannot_read(&error))?.take(LOOKED_AT) {
                outputs.extend(row.map_err(|error| broken_data(&error))?.values.into_keys());
            }
        }
        let (id, outputs) = (folder.id().to_owned(), outputs.into_iter().collect());
        let baseline = args.baseline;
        Ok(Self {
            id,
            baseline,
            variants: manifest.variants,
            repeat: manifest.repeat.max(1),
            ledger,
            data,
            options,
            outputs,
        })
    }

    /// Its variants and repetitions in words.
    fn parts(&self) -> String {
        let several = |count: usize, what: &str| (count > 1).then(|| format!("{count} {what}"));
        let parts = [several(self.variants.len(), "variants"), several(self.repeat as usize, "repetitions")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
    }

    /// Its outputs in a variant and repetition, joined with the data.
    fn joined(&self, data: RowStream, inputs: RowStream, part: (u32, u32)) -> Result<Aligned, Problem> {
        let outputs = |part| RunOutputs::open(&self.ledger, part).map_err(|error| cannot_read(&error));
        let mut sources = vec![
            (Source::Data, Box::new(data) as Box<_>),
            (Source::RunInputs, Box::new(inputs) as Box<_>),
            (Source::RunOutputs, Box::new(outputs(part)?) as Box<_>),
        ];
        if let Some(baseline) = self.baseline {
            sources.push((Source::RunBaseline, Box::new(outputs((baseline, part.1))?) as Box<_>));
        }
        Ok(Aligned::new(sources))
    }
}

/// Rows as inputs of a flow.
pub(crate) struct MappedRows {
    pub(crate) rows: Interleaved,
    pub(crate) mapping: ResolvedMapping,
    pub(crate) plan: Arc<Plan>,
    pub(crate) pictures: Pictures,
}

impl Iterator for MappedRows {
    type Item = Result<BatchRow, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.rows.next()?.map(|line| self.row_of(&line)))
    }
}

impl MappedRows {
    pub(crate) fn row_of(&mut self, line: &Line) -> BatchRow {
        let of = line.part.map(|(variant, repeat)| RowKey { line: line.line, variant, repeat });
        let (inputs, problem) = match self.inputs(line) {
            Ok(inputs) => (inputs, None),
            Err(problem) => (line.values(Source::Data).cloned().unwrap_or_default(), Some(problem)),
        };
        BatchRow { line: line.line, of, inputs, problem }
    }

    fn inputs(&mut self, line: &Line) -> Result<Map, ErrorEntry> {
        let row = line.row(Source::Data);
        let problem = |code: &str, message: String| ErrorEntry {
            code: code.to_owned(),
            message: row.map(|row| format!("{}: ", row.place)).unwrap_or_default() + &message,
            node: None,
        };
        let values = |source| line.values(source);
        let mapped = self.mapping.apply(line.line, values);
        let mut inputs = mapped.map_err(|error| problem(error.code(), error.to_string()))?;
        if !self.plan.inputs.iter().any(|input| &*input.name == LINE_NUMBER) {
            inputs.shift_remove(LINE_NUMBER);
        }
        if let Some(row) = row {
            let read = self.pictures.read(&mut inputs, &self.plan.inputs, &row.folder);
            read.map_err(|error| problem("input-picture", error.to_string()))?;
        }
        Ok(inputs)
    }
}

/// Reads rows ahead of those in flight, as far as the channel lets it; all of them first, where they are to come in the order by chance of a
/// seed. The task ends with what broke the reading off.
pub(super) fn feed(
    rows: MappedRows,
    ahead: usize,
    by_chance: Option<u64>,
) -> (mpsc::Receiver<BatchRow>, JoinHandle<Option<DataError>>) {
    // A full channel is filled again once half of it was taken, so that the reader does not wake up for each row.
    let half = ahead.div_ceil(2).max(1);
    let (sender, receiver) = mpsc::channel(2 * half);
    let handle = Handle::current();
    let reader = tokio::task::spawn_blocking(move || {
        let mut rows: Box<dyn Iterator<Item = Result<BatchRow, DataError>>> = match by_chance {
            None => Box::new(rows),
            Some(seed) => match rows.collect::<Result<Vec<BatchRow>, DataError>>() {
                Ok(mut rows) => {
                    rows.sort_by_key(|row| place_by_chance(seed, row.line));
                    Box::new(rows.into_iter().map(Ok))
                }
                Err(error) => return Some(error),
            },
        };
        loop {
            let Ok(room) = handle.block_on(sender.reserve_many(half)) else { return None };
            for place in room {
                match rows.next() {
                    Some(Ok(row)) => place.send(row),
                    Some(Err(error)) => return Some(error),
                    None => return None,
                }
            }
        }
    });
    (receiver, reader)
}

impl BatchArgs {
    pub(super) fn seed(&self) -> u64 {
        self.connection.seed.unwrap_or_default()
    }

    pub(super) fn selection(&self, seed: u64) -> Selection {
        let given = &self.selection;
        Selection {
            rows: given.rows.clone(),
            filter: given.filter.clone(),
            part: self.part.map(|part| (part, seed)),
            sample: given.sample.map(|size| Sample { size, seed }),
            limit: given.limit,
        }
    }
}
