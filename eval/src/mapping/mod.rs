//! Which column of the data goes to which input of the flow, as promptflow has it.
//!
//! A mapping gives inputs a reference (`${data.question}`) or a constant. `${data.a.b}` is the column that is called `a.b`,
//! never a part of a value. An input without a mapping takes its default; if it has none, the column of its name.

mod align;
mod apply;
mod error;
mod interleave;
mod parse;
mod resolve;

use std::fmt;
use std::sync::Arc;

use flow_core::value::Value;

pub use align::{Aligned, Line};
pub use apply::RowError;
pub use error::{MappingError, MappingWarning, Written};
pub use interleave::Interleaved;
pub use resolve::{Available, Columns};

/// The name that promptflow gives a row's number, in inputs and outputs.
pub const LINE_NUMBER: &str = "line_number";

/// Where columns come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The data set.
    Data,
    /// The data of the run that is referred to, as it lay there: not what its mapping made of it.
    RunInputs,
    /// The outputs of the run that is referred to.
    RunOutputs,
    /// The outputs of that run's baseline, the variant with which each other one is compared, for the same row of the data.
    RunBaseline,
}

impl Source {
    const ALL: [Source; 4] = [Source::Data, Source::RunInputs, Source::RunOutputs, Source::RunBaseline];

    fn name(self) -> &'static str {
        match self {
            Source::Data => "data",
            Source::RunInputs => "run.inputs",
            Source::RunOutputs => "run.outputs",
            Source::RunBaseline => "run.baseline",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A column of a source, written `${data.question}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Where it comes from.
    pub source: Source,
    /// Its name, dots and all.
    pub name: Arc<str>,
}

impl fmt::Display for Column {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "${{{}.{}}}", self.source, self.name)
    }
}

/// What an input takes.
#[derive(Debug, Clone, PartialEq)]
enum Given {
    Column(Column),
    Constant(Value),
}

/// A mapping as the user gave it, read but not yet compared with a flow.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    entries: Vec<(Arc<str>, Given)>,
}

/// A mapping of a flow's inputs, in their order.
#[derive(Debug, Clone)]
pub struct ResolvedMapping {
    entries: Vec<(Arc<str>, Given)>,
    defaults: Vec<(Arc<str>, Value)>,
    /// Inputs that take the column of their name where a row has one, else this.
    optional: Vec<(Arc<str>, Value)>,
    warnings: Vec<MappingWarning>,
    /// An input to map, where nothing is taken from the rows.
    alike: Option<Arc<str>>,
}
