//! Labels that people give to the answers of a run: which answers are labelled, the sheet in which the labels stand, and what they mean.

mod answer;
mod draw;
mod labels;
mod sheet;
mod value;

pub use answer::{answer_mark, mark_text};
pub use draw::drawn;
pub use labels::{LabelError, LabelRow, Labels};
pub use sheet::{COLUMNS, Sheet, SheetRow};
pub use value::Label;
