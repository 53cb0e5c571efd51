use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_core::run::Digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::naming::RowNaming;
use crate::score::Direction;

/// The version of the form of baselines.
pub const BASELINE_FORMAT: u32 = 1;

/// A run that its user takes as the measure for later ones, in a form that is fit for version control: digests and numbers alone, no text of
/// a row; JSON in which each row has a line of its own, in an order that does not depend on where rows stand in the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// [`BASELINE_FORMAT`].
    pub format: u32,
    /// The run.
    pub run: String,
    /// When it was begun, in UTC, as RFC 3339 has it.
    pub created: String,
    /// The version of the program that began it.
    pub program: String,
    /// The flow.
    pub flow: Named,
    /// The data.
    pub data: Named,
    /// What the evaluation is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<String>,
    /// How often each row was run.
    pub repeat: u32,
    /// What the digests of rows are made of.
    pub naming: RowNaming,
    /// The scores in their order.
    pub scores: Vec<BaselineScore>,
    /// What became of each variant.
    pub variants: Vec<BaselineVariant>,
    /// Each row in each variant.
    #[serde(default)]
    pub rows: Vec<BaselineRow>,
}

/// Something with a name and a digest of what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its name, or its path as it was given.
    pub name: String,
    /// The digest; `None` where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// A score of a baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineScore {
    /// Its name.
    pub name: String,
    /// The digest of how the evaluation file defines it.
    pub definition: Digest,
    /// Which values are better.
    pub better: Direction,
    /// The least value and the greatest that there can be, where there are such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(f64, f64)>,
    /// The flow that gave it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<JudgeIdentity>,
}

/// A flow that scored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgeIdentity {
    /// The flow: its name, and the digest of its files, its nodes and of where its inputs come from.
    pub flow: Named,
    /// The models that answered, as the providers tell, or else those that were asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
}

/// What became of a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineVariant {
    /// Its selection; `base` for the flow as it is.
    pub name: String,
    /// Its nodes, each with the digest of its model, parameters and prompt.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub nodes: BTreeMap<String, Digest>,
    /// By node: the models that answered, as the providers tell, or else those that were asked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub models: BTreeMap<String, Vec<String>>,
    /// Rows, repetitions counted.
    pub rows: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// By score.
    pub means: BTreeMap<String, BaselineMean>,
}

/// A score summed up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct BaselineMean {
    /// The mean of the values that there are; `None` where there are none.
    pub mean: Option<f64>,
    /// How many passed, of those that have a verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<u64>,
    /// How many values there are.
    pub values: u64,
    /// How many could not be scored.
    #[serde(default, skip_serializing_if = "is_none")]
    pub errors: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

/// A row in a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineRow {
    /// The digest of its inputs.
    pub row: String,
    /// The digest of the columns of the data beside them that scores take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// The variant.
    pub variant: Arc<str>,
    /// By score.
    pub scores: RowScores,
    /// Its number in the data, where it is that of a run at hand: no part of the file, where it would change with each row that is put
    /// before it.
    #[serde(skip)]
    pub line: u64,
}

/// The scores of a row by name, in the names' order: a mapping in the file, and little memory for each of many rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowScores(Box<[(Arc<str>, Cells)]>);

impl RowScores {
    pub(super) fn new(scores: Vec<(Arc<str>, Cells)>) -> Self {
        Self(scores.into_boxed_slice())
    }

    /// The score of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Cells> {
        self.all().find(|(known, _)| *known == name).map(|(_, cells)| cells)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Cells)> {
        self.0.iter().map(|(name, cells)| (&**name, cells))
    }
}

impl Serialize for RowScores {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.all())
    }
}

impl<'de> Deserialize<'de> for RowScores {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let scores = BTreeMap::<Arc<str>, Cells>::deserialize(deserializer)?;
        Ok(Self::new(scores.into_iter().collect()))
    }
}

/// The score of a row: one, or one for each repetition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cells {
    /// Of the repetitions.
    Many(Vec<Option<Cell>>),
    /// The only one; `None` is an error.
    One(Option<Cell>),
}

/// A score, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Whether the row passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
}

impl Cells {
    pub(super) fn of(mut cells: Vec<Option<Cell>>) -> Self {
        match cells.len() {
            1 => Cells::One(cells.pop().flatten()),
            _ => Cells::Many(cells),
        }
    }

    /// Those of the repetitions.
    #[must_use]
    pub fn all(&self) -> &[Option<Cell>] {
        match self {
            Cells::One(cell) => std::slice::from_ref(cell),
            Cells::Many(cells) => cells,
        }
    }

    /// Whether more than half of the repetitions passed; an error passes never. `None` where nothing has a verdict.
    #[must_use]
    pub fn passed(&self) -> Option<bool> {
        let cells = self.all();
        let verdicts = cells.iter().flatten().filter_map(|cell| cell.passed);
        let passed = verdicts.clone().filter(|passed| *passed).count();
        let known = verdicts.count() + cells.iter().filter(|cell| cell.is_none()).count();
        (known > 0).then_some(passed * 2 > known)
    }
}

impl Baseline {
    /// Reads a baseline; `None` where there is no such file.
    ///
    /// # Errors
    /// It cannot be read, or is no baseline that this program knows.
    pub fn read(path: &Path) -> Result<Option<Self>, BaselineFileError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(BaselineFileError::File { path: path.to_owned(), source }),
        };
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let other = |error: serde_json::Error| BaselineFileError::Foreign {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
        };
        let Format { format } = serde_json::from_str(&text).map_err(other)?;
        if format != BASELINE_FORMAT {
            return Err(BaselineFileError::Format { path: path.to_owned(), format });
        }
        serde_json::from_str(&text).map_err(other).map(Some)
    }

    /// Reads what [`Baseline::located`] wrote; `None` where there is no such file, or it is none.
    #[must_use]
    pub fn read_located(path: &Path) -> Option<Self> {
        let Located { mut baseline, lines } = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        if baseline.format != BASELINE_FORMAT || baseline.rows.len() != lines.len() {
            return None;
        }
        baseline.rows.iter_mut().zip(lines).for_each(|(row, line)| row.line = line);
        Some(baseline)
    }

    /// The baseline with the lines of its rows, to be kept beside the run that makes it.
    #[must_use]
    pub fn located(&self) -> String {
        let lines = self.rows.iter().map(|row| row.line).collect();
        serde_json::to_string(&Located { baseline: self.clone(), lines }).unwrap_or_default() + "\n"
    }

    /// The baseline as it stands in its file.
    #[must_use]
    pub fn text(&self) -> String {
        let head = serde_json::to_string_pretty(&Self { rows: Vec::new(), ..self.clone() }).unwrap_or_default();
        let rows: Vec<String> =
            self.rows.iter().map(|row| format!("    {}", serde_json::to_string(row).unwrap_or_default())).collect();
        if rows.is_empty() {
            return head + "\n";
        }
        let rows = format!("\"rows\": [\n{}\n  ]\n}}\n", rows.join(",\n"));
        match head.strip_suffix("\"rows\": []\n}") {
            Some(head) => format!("{head}{rows}"),
            None => head + "\n",
        }
    }
}

/// A baseline with the lines of its rows in their order.
#[derive(Serialize, Deserialize)]
struct Located {
    baseline: Baseline,
    lines: Vec<u64>,
}

/// Why a file is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineFileError {
    /// The system says no.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: std::io::Error,
    },
    /// It is something else.
    #[error("{}: this is no baseline (line {line}, column {column})", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Another version of the program made it.
    #[error("{}: its format is {format}, and this program knows {BASELINE_FORMAT}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_the_repetitions_decide_and_an_error_passes_never() {
        let cell = |passed: bool| Some(Cell { value: None, passed: Some(passed) });
        let plain = Some(Cell { value: Some(0.5), passed: None });
        for (cells, expected) in [
            (vec![cell(true)], Some(true)),
            (vec![None], Some(false)),
            (vec![plain], None),
            (vec![cell(true), cell(false)], Some(false)),
            (vec![cell(true), cell(true), None], Some(true)),
        ] {
            assert_eq!(Cells::of(cells.clone()).passed(), expected, "{cells:?}");
        }
    }
}
