//! The typed document: what stands in a flow file, with places, before names are resolved.
//!
//! Each part of the file has its own file here. Reading goes through a [`Cursor`], which reports wrong shapes and
//! keys that nobody asked for, so that one run tells all that is wrong.

mod behaviour;
mod code;
mod cursor;
mod embedding;
mod fallback;
mod flow;
mod input;
mod node;
mod output;
mod package;
mod package_table;
mod prompty;
mod report;
mod template;

pub use behaviour::{ActivateDoc, ForEachDoc, ItemErrorsDoc, LoopDoc, OnErrorDoc};
pub use code::CodeDoc;
pub(crate) use code::lower_interpreter;
pub(crate) use cursor::authored;
pub use cursor::{Cursor, Spanned};
pub use fallback::FallbackDoc;
pub(crate) use flow::lower_includes;
pub use flow::{FlowDoc, FlowKind};
pub use input::InputDoc;
pub(crate) use input::meant_type;
pub use node::{ArgumentDoc, NodeDoc, NodeKind, PromptDoc, Repeats};
pub use output::OutputDoc;
pub use package::PackageDoc;
pub use package_table::{about as about_package_tool, names as package_tools};
pub use prompty::{ConfigurationDoc, PromptyDoc, PromptySource};
pub use report::Report;
