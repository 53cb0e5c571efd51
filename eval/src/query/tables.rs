use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars_core::prelude::{DataType, Field, PlSmallStr, PolarsResult, Schema, SchemaExt, SchemaRef};
use polars_io::SerReader;
use polars_io::parquet::metadata::FileMetadataRef;
use polars_io::parquet::read::ParquetReader;
use polars_lazy::frame::{LazyFrame, ScanArgsAnonymous};

use super::error::QueryError;
use super::scan::{Part, TableScan};

/// The tables that runs have.
const OF_RUNS: &[&str] = &["rows", "calls", "feedback"];

/// The tables that runs have which were scored.
pub const OF_EVALUATIONS: &[&str] = &["scores", "aggregates", "confusion", "comparisons", "pairs", "calibrations"];

/// The column that tells runs apart.
pub(super) const RUN: &str = "run";

/// A run whose tables are asked.
#[derive(Debug, Clone)]
pub struct RunTables {
    /// Its id.
    pub run: String,
    /// The folder that its tables lie in.
    pub folder: PathBuf,
}

/// A table of one or several runs.
pub(super) struct Table {
    name: &'static str,
    scan: Arc<TableScan>,
    schema: SchemaRef,
}

impl Table {
    /// All tables that the runs have.
    pub(super) fn open_all(runs: &[RunTables]) -> Result<Vec<Self>, QueryError> {
        let mut tables = Vec::new();
        for name in OF_RUNS.iter().chain(OF_EVALUATIONS) {
            let mut parts = Vec::new();
            for run in runs {
                let path = run.folder.join(format!("{name}.parquet"));
                if path.is_file() {
                    parts.push(open(&path, &run.run)?);
                }
            }
            if !parts.is_empty() {
                tables.push(Self::of_parts(name, parts, runs.len() > 1));
            }
        }
        Ok(tables)
    }

    fn of_parts(name: &'static str, parts: Vec<Part>, names_runs: bool) -> Self {
        let mut schema = Schema::default();
        if names_runs {
            schema.insert(PlSmallStr::from_static(RUN), DataType::String);
        }
        for part in &parts {
            for (column, kind) in part.schema.iter() {
                let kind = match schema.get(column) {
                    None => kind.clone(),
                    Some(known) => common(known, kind),
                };
                schema.insert(column.clone(), kind);
            }
        }
        let schema = Arc::new(schema);
        Self { name, scan: Arc::new(TableScan { parts, schema: Arc::clone(&schema), names_runs }), schema }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.schema.iter_names().map(PlSmallStr::as_str)
    }

    /// The table as polars reads it.
    pub(super) fn frame(&self) -> PolarsResult<LazyFrame> {
        let arguments =
            ScanArgsAnonymous { schema: Some(Arc::clone(&self.schema)), name: self.name, ..Default::default() };
        LazyFrame::anonymous_scan(Arc::clone(&self.scan) as Arc<_>, arguments)
    }
}

/// The kind that holds the values of both: runs of different flows may have columns of one name.
fn common(one: &DataType, other: &DataType) -> DataType {
    match (one, other) {
        (one, other) if one == other => one.clone(),
        (DataType::Int64, DataType::Float64) | (DataType::Float64, DataType::Int64) => DataType::Float64,
        _ => DataType::String,
    }
}

fn open(path: &Path, run: &str) -> Result<Part, QueryError> {
    let failed = |message: String| QueryError::Table { path: path.to_owned(), message };
    let file = File::open(path).map_err(|error| failed(format!("it cannot be read: {error}")))?;
    let about: PolarsResult<(FileMetadataRef, Schema)> = (|| {
        let mut reader = ParquetReader::new(file.try_clone()?);
        let schema = Schema::from_arrow_schema(reader.schema()?.as_ref());
        Ok((Arc::clone(reader.get_metadata()?), schema))
    })();
    let (about, schema) = about.map_err(|_| failed("it is damaged, or no Parquet file".to_owned()))?;
    let schema = schema.iter_fields().map(|field| Field::new(field.name().clone(), field.dtype().clone())).collect();
    Ok(Part { run: run.into(), file, about, schema })
}
