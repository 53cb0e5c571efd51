use std::any::Any;
use std::fs::File;
use std::sync::Arc;

use polars_core::prelude::{
    AnyValue, Column, DataFrame, DataType, PlSmallStr, PolarsResult, Scalar, Schema, SchemaRef,
};
use polars_io::SerReader;
use polars_io::parquet::metadata::FileMetadataRef;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};
use polars_lazy::frame::IntoLazy;
use polars_plan::dsl::{BooleanFunction, Expr, FunctionExpr, Operator, StringFunction};
use polars_plan::plans::{AnonymousScan, AnonymousScanArgs};

use super::tables::RUN;

/// The table of one run.
pub(super) struct Part {
    pub(super) run: PlSmallStr,
    pub(super) file: File,
    pub(super) about: FileMetadataRef,
    pub(super) schema: Schema,
}

/// Reads a table row group by row group. What is held are the columns that are asked for, of the rows that the conditions let
/// through.
pub(super) struct TableScan {
    pub(super) parts: Vec<Part>,
    /// The columns of all parts.
    pub(super) schema: SchemaRef,
    pub(super) names_runs: bool,
}

impl AnonymousScan for TableScan {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn schema(&self, _: Option<usize>) -> PolarsResult<SchemaRef> {
        Ok(Arc::clone(&self.schema))
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }

    fn allows_predicate_pushdown(&self) -> bool {
        true
    }

    fn scan(&self, wanted: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let columns: Vec<PlSmallStr> = match &wanted.with_columns {
            Some(columns) => columns.to_vec(),
            None => self.schema.iter_names().cloned().collect(),
        };
        // A condition that looks at one row can be asked of each row group; another one needs all rows.
        let (by_group, at_end) = match wanted.predicate.as_ref().and_then(asked) {
            Some(predicate) if looks_at_one_row(&predicate) => (Some(predicate), None),
            predicate => (None, predicate),
        };
        let mut left = wanted.n_rows.unwrap_or(usize::MAX);
        let mut found = self.empty(&columns)?;
        for part in &self.parts {
            let mut start = 0;
            for group in &part.about.row_groups {
                let length = group.num_rows().min(left);
                if length > 0 {
                    let frame = filtered(self.read(part, (start, length), &columns)?, by_group.as_ref())?;
                    found.vstack_mut_owned(frame)?;
                }
                start += group.num_rows();
                left -= length;
            }
        }
        filtered(found, at_end.as_ref())
    }
}

impl TableScan {
    fn empty(&self, columns: &[PlSmallStr]) -> PolarsResult<DataFrame> {
        let kind = |name: &PlSmallStr| self.schema.get(name).cloned().unwrap_or(DataType::Null);
        DataFrame::new(0, columns.iter().map(|name| Column::new_empty(name.clone(), &kind(name))).collect())
    }

    fn read(&self, part: &Part, (start, length): (usize, usize), columns: &[PlSmallStr]) -> PolarsResult<DataFrame> {
        let has = |name: &&PlSmallStr| part.schema.get(name).is_some();
        let inside: Vec<String> = columns.iter().filter(has).map(ToString::to_string).collect();
        let frame = if inside.is_empty() {
            DataFrame::empty_with_height(length)
        } else {
            let mut reader = ParquetReader::new(part.file.try_clone()?)
                .with_slice(Some((start, length)))
                .with_columns(Some(inside))
                .read_parallel(ParallelStrategy::None);
            reader.set_metadata(Arc::clone(&part.about));
            reader.finish()?
        };
        let mut given = Vec::with_capacity(columns.len());
        for name in columns {
            let kind = self.schema.get(name).cloned().unwrap_or(DataType::Null);
            given.push(match frame.column(name) {
                Ok(column) if *column.dtype() == kind => column.clone(),
                Ok(column) => column.cast(&kind)?,
                Err(_) if self.names_runs && name == RUN => {
                    let run = Scalar::new(DataType::String, AnyValue::StringOwned(part.run.clone()));
                    Column::new_scalar(name.clone(), run, length)
                }
                Err(_) => Column::full_null(name.clone(), length, &kind),
            });
        }
        DataFrame::new(length, given)
    }
}

fn filtered(frame: DataFrame, predicate: Option<&Expr>) -> PolarsResult<DataFrame> {
    match predicate {
        None => Ok(frame),
        Some(predicate) => frame.lazy().filter(predicate.clone()).collect(),
    }
}

/// What a query asks of rows. Where it sorts and then takes the first rows, the engine adds a condition of its own, which it narrows on the
/// way to save work; nobody else can ask that one, and it changes no answer.
fn asked(predicate: &Expr) -> Option<Expr> {
    match predicate {
        Expr::Display { fmt_str, .. } if fmt_str.starts_with("dynamic_pred") => None,
        Expr::BinaryExpr { left, op: op @ (Operator::And | Operator::LogicalAnd), right } => {
            match (asked(left), asked(right)) {
                (Some(left), Some(right)) => {
                    Some(Expr::BinaryExpr { left: Arc::new(left), op: *op, right: Arc::new(right) })
                }
                (left, right) => left.or(right),
            }
        }
        other => Some(other.clone()),
    }
}

/// Whether what an expression says of a row depends on that row alone.
fn looks_at_one_row(expression: &Expr) -> bool {
    use BooleanFunction::{IsIn, IsNan, IsNotNan, IsNotNull, IsNull, Not};
    expression.into_iter().all(|part| match part {
        Expr::Column(_)
        | Expr::Literal(_)
        | Expr::Alias(..)
        | Expr::BinaryExpr { .. }
        | Expr::Cast { .. }
        | Expr::Ternary { .. } => true,
        Expr::Function { function: FunctionExpr::StringExpr(function), .. } => {
            !matches!(function, StringFunction::ConcatVertical { .. })
        }
        Expr::Function { function: FunctionExpr::Boolean(function), .. } => {
            matches!(function, IsNull | IsNotNull | IsNan | IsNotNan | IsIn { .. } | Not)
        }
        _ => false,
    })
}
