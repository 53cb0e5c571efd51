use std::fmt;
use std::sync::Arc;

use flow_core::value::{Map, Value};

use super::{Column, Given, LINE_NUMBER, Mapping, ResolvedMapping, Source};

impl ResolvedMapping {
    /// The inputs of one line, whose row of each source `of` gives: what is mapped, the line's number under `line_number`, and the defaults of the rest. A null of
    /// the data is a value.
    ///
    /// # Errors
    /// Columns that this row does not have. The row fails; the run does not.
    pub fn apply<'r>(&self, line: u64, of: impl Fn(Source) -> Option<&'r Map>) -> Result<Map, RowError> {
        let mut inputs = values(&self.entries, &of)?;
        let number = i64::try_from(line).unwrap_or(i64::MAX);
        inputs.insert(Arc::from(LINE_NUMBER), Value::Int(number));
        for (name, default) in &self.optional {
            let given = of(Source::Data).and_then(|row| row.get(name));
            inputs.insert(Arc::clone(name), given.unwrap_or(default).clone());
        }
        for (name, value) in &self.defaults {
            inputs.insert(Arc::clone(name), value.clone());
        }
        Ok(inputs)
    }
}

impl Mapping {
    /// The values that a line gives, whose row of each source `of` gives.
    ///
    /// # Errors
    /// Columns that it does not have.
    pub fn values<'r>(&self, of: impl Fn(Source) -> Option<&'r Map>) -> Result<Map, RowError> {
        values(&self.entries, of)
    }
}

fn values<'r>(entries: &[(Arc<str>, Given)], of: impl Fn(Source) -> Option<&'r Map>) -> Result<Map, RowError> {
    let mut inputs = Map::with_capacity(entries.len() + 1);
    let mut missing = Vec::new();
    for (name, given) in entries {
        let value = match given {
            Given::Constant(value) => Some(value),
            Given::Column(Column { source, name }) => of(*source).and_then(|row| row.get(name)),
        };
        match (value, given) {
            (Some(value), _) => drop(inputs.insert(Arc::clone(name), value.clone())),
            (None, Given::Column(column)) => missing.push((Arc::clone(name), column.clone())),
            (None, Given::Constant(_)) => {}
        }
    }
    if missing.is_empty() { Ok(inputs) } else { Err(RowError { missing }) }
}

/// A row that lacks columns of the mapping, so that inputs are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Each input with the column that the row does not have.
    pub missing: Vec<(Arc<str>, Column)>,
}

impl RowError {
    /// A short name of the kind of error, for machines: the engine's own for missing inputs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "input-missing"
    }
}

/// `input `label` is missing: the row has no column `${data.label}``
impl fmt::Display for RowError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (input, column)) in self.missing.iter().enumerate() {
            let comma = if position == 0 { "" } else { "; " };
            write!(formatter, "{comma}input `{input}` is missing: the row has no `{column}`")?;
        }
        Ok(())
    }
}

impl std::error::Error for RowError {}
