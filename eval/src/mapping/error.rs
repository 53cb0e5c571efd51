use std::sync::Arc;

use super::{Column, Source};

/// Where a mapping stands, so that messages say what is to be written there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Written {
    /// On the command line: `--map`.
    #[default]
    Option,
    /// In an evaluation file, for the flow that is run: `map`.
    Map,
    /// In an evaluation file, for a flow that scores: `inputs`.
    Inputs,
}

impl Written {
    /// An entry of the mapping, as it is to be written.
    fn entry(self, input: &str, source: &str, column: &str) -> String {
        let place = match self {
            Written::Option => return format!("--map {input}='${{{source}.{column}}}'"),
            Written::Map => "`map`",
            Written::Inputs => "the score's `inputs`",
        };
        format!("`{input}: \"${{{source}.{column}}}\"` under {place}")
    }
}

/// What is wrong with a mapping. Messages are one line; [`MappingError::help`] says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// The flow has nothing to map to.
    #[error("the flow has no inputs, so that each row would run the same")]
    NoInputs,
    /// Nothing is taken from the rows.
    #[error("the mapping gives constants only, so that nothing is taken from the rows")]
    OnlyConstants,
    /// Nothing is taken from the rows, which have columns of the inputs' names.
    #[error("every input takes its default, so that each row would run the same")]
    OnlyDefaults {
        /// One of those inputs.
        input: Arc<str>,
    },
    /// A reference that is none.
    #[error("input `{input}`: `{text}` is no reference to a column")]
    Malformed {
        /// The input that is mapped.
        input: Arc<str>,
        /// The reference as it was written.
        text: String,
        /// What was probably meant.
        meant: Option<String>,
    },
    /// A reference to a source that was not given.
    #[error("input `{input}`: `{column}` refers to {}, and {} given", Called(column.source), match column.source { Source::Data => "no data is", _ => "no run is" })]
    NoSource {
        /// The input that is mapped.
        input: Arc<str>,
        /// The column.
        column: Column,
    },
    /// None of the rows that were looked at has the column.
    #[error("input `{input}`: {} has no column `{}` in {}", Called(column.source), column.name, Rows(*looked_at))]
    NoColumn {
        /// The input that is mapped.
        input: Arc<str>,
        /// The column.
        column: Column,
        /// In how many rows it was looked for.
        looked_at: usize,
        /// A help line: the column that was probably meant, or those that are there.
        meant: Option<String>,
    },
    /// An input that must be given and is not mapped, and no column has its name.
    #[error("input `{input}` has no default and no mapping, and {}", Unmapped { input, looked_at: *looked_at })]
    Unmapped {
        /// The input.
        input: Arc<str>,
        /// In how many rows a column of its name was looked for; `None` if there is no data.
        looked_at: Option<usize>,
        /// A help line: the column that was probably meant, or those that are there.
        meant: Option<String>,
    },
}

impl MappingError {
    /// A short name of the kind of error, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            MappingError::NoInputs => "flow-without-inputs",
            MappingError::OnlyConstants | MappingError::OnlyDefaults { .. } => "mapping-constant",
            MappingError::Malformed { .. } => "mapping-malformed",
            MappingError::NoSource { .. } => "mapping-source-missing",
            MappingError::NoColumn { .. } | MappingError::Unmapped { .. } => "mapping-column-missing",
        }
    }

    /// What to do where the mapping stands.
    #[must_use]
    pub fn help(&self, written: Written) -> String {
        match self {
            MappingError::NoInputs => "declare what differs from row to row under `inputs`".to_owned(),
            MappingError::OnlyConstants => {
                format!("map at least one input to a column: {}", written.entry("question", "data", "question"))
            }
            MappingError::OnlyDefaults { input } => {
                format!(
                    "defaults go before columns of the same name; to take the column: {}",
                    written.entry(input, "data", input)
                )
            }
            MappingError::Malformed { meant: Some(meant), .. } => format!("did you mean `{meant}`?"),
            MappingError::Malformed { .. } => {
                "columns are ${data.NAME}, ${run.inputs.NAME} and ${run.outputs.NAME}".to_owned()
            }
            MappingError::NoSource { column, .. } => match column.source {
                Source::RunInputs | Source::RunOutputs if written == Written::Map => {
                    "the flow is run over the data: ${data.NAME}; scores can refer to what it gave".to_owned()
                }
                Source::Data => "give the data set with --data".to_owned(),
                Source::RunInputs | Source::RunOutputs => "give the run with --run".to_owned(),
                Source::RunBaseline => "it is there where an evaluation compares variants in pairs".to_owned(),
            },
            MappingError::NoColumn { meant, column, .. } => {
                let is_path =
                    column.name.contains('.').then_some("a dot is part of the column's name, it leads into no value");
                let lines: Vec<&str> = meant.as_deref().into_iter().chain(is_path).collect();
                if lines.is_empty() { "see how the columns are called".to_owned() } else { lines.join("; ") }
            }
            MappingError::Unmapped { input, meant, looked_at } => {
                let source = if looked_at.is_some() { "data" } else { "run.outputs" };
                let map = format!("map it: {}", written.entry(input, source, "COLUMN"));
                meant.as_ref().map_or(map.clone(), |meant| format!("{map}; {meant}"))
            }
        }
    }
}

/// What is odd about a mapping, and runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappingWarning {
    /// The default goes before the column of the same name.
    DefaultHidesColumn {
        /// The input.
        input: Arc<str>,
    },
    /// The flow has no such input.
    UnknownInput {
        /// The name.
        name: Arc<str>,
        /// A help line.
        meant: Option<String>,
    },
    /// A reference inside of a longer text is not filled in.
    ReferenceInText {
        /// The input.
        input: Arc<str>,
        /// The text.
        text: String,
    },
}

impl MappingWarning {
    /// What is odd, and what to do about it where the mapping stands.
    #[must_use]
    pub fn words(&self, written: Written) -> String {
        match self {
            MappingWarning::DefaultHidesColumn { input } => format!(
                "input `{input}` takes its default, and not the column `{input}` of the data; to take the column give {}",
                written.entry(input, "data", input)
            ),
            MappingWarning::UnknownInput { name, meant } => {
                let meant = meant.as_ref().map(|meant| format!("; {meant}")).unwrap_or_default();
                format!("the mapping gives `{name}`, which is no input of the flow{meant}")
            }
            MappingWarning::ReferenceInText { input, text } => {
                format!("input `{input}`: `{text}` is given as it stands, as a reference must be the whole text")
            }
        }
    }
}

struct Called(Source);

impl std::fmt::Display for Called {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self.0 {
            Source::Data => "the data",
            Source::RunInputs => "the data of the run",
            Source::RunOutputs => "what the run gave out",
            Source::RunBaseline => "what the run's baseline gave out",
        })
    }
}

struct Rows(usize);

impl std::fmt::Display for Rows {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            0 | 1 => formatter.write_str("its first row"),
            rows => write!(formatter, "its first {rows} rows"),
        }
    }
}

struct Unmapped<'a> {
    input: &'a str,
    looked_at: Option<usize>,
}

impl std::fmt::Display for Unmapped<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.looked_at {
            Some(rows) => write!(formatter, "the data has no column `{}` in {}", self.input, Rows(rows)),
            None => formatter.write_str("there is no data to take it from"),
        }
    }
}
