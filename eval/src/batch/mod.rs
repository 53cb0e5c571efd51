//! Batch runs: many rows through the plans of a flow's variants, each result in the journal before it counts.
//!
//! Rows come over a bounded channel, one task runs each, and a task ends when its record is in the journal's queue. So the slowest of reader,
//! provider and disk sets the pace, and no queue grows. What is not in the journal did not happen: rows that were
//! stopped on their way are run again when the run goes on. Their calls of models that ended well are in the journal too, and are not
//! made again.

mod aggregate;
mod decide;
mod end;
mod ledger;
mod lines;
mod memory;
mod options;
mod recorded;
mod results;
mod runner;
mod source;
mod tables;
mod task;

pub use aggregate::aggregate;
pub use decide::{Decide, Decision, Repeat};
pub use end::{BatchEnd, Counts};
pub use ledger::{Ledger, LedgerError};
pub use lines::Lines;
pub use memory::Earlier;
pub use options::{BatchOptions, BatchRow, FailureLimit, Observe};
pub use recorded::RecordedRows;
pub use results::{OrderedRows, ResultLine};
pub use runner::Batch;
pub use source::RunOutputs;
pub use tables::{RowColumns, RunTable, TablesError, write_tables};
