//! Passages of local files: chunks of the texts in a folder, or records of a JSON Lines file.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flow_core::project::{ProjectError, ProjectFiles};
use flow_core::tool::ToolError;
use flow_core::value::Value;

use super::chunks::{Format, Size, Unit, chunks};

/// The most files of a folder.
const MOST_FILES: usize = 10_000;

/// How deep folders may lie in folders.
const DEEPEST: usize = 32;

/// The most that is read, in bytes, of one file and of all together.
const LARGEST: u64 = 8 << 20;
const LARGEST_ALTOGETHER: u64 = 64 << 20;

/// What is searched, and how it is cut.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) endings: Vec<String>,
    pub(super) chunk_size: usize,
    pub(super) chunk_overlap: usize,
    pub(super) text_field: String,
    pub(super) vector_field: String,
}

/// A passage and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Passage {
    pub(super) text: String,
    /// The file, as the flow would write it.
    pub(super) file: String,
    /// Its first line, from 1.
    pub(super) line: usize,
    /// Its number in the file, from 0.
    pub(super) position: usize,
    pub(super) vector: Option<Vec<f64>>,
    /// What else a record holds.
    pub(super) record: Option<Value>,
}

/// The state of a file: while it stays the same, so does what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileState {
    path: PathBuf,
    /// The file, as the flow would write it.
    shown: String,
    length: u64,
    changed: Option<SystemTime>,
}

impl Source {
    /// The files that it stands for now, in order.
    pub(super) fn files(&self, files: &ProjectFiles) -> Result<Vec<FileState>, ToolError> {
        let wrong = |message: String| ToolError::input("path", message);
        let root = files.resolve(&self.path).map_err(|error| match error {
            ProjectError::Outside { path, .. } => ToolError::OutsideProject { path },
            missing @ ProjectError::Missing { .. } => wrong(missing.to_string()),
        })?;
        let mut found = Vec::new();
        if root.is_dir() {
            let shown = self.path.trim_start_matches("./").trim_end_matches('/');
            let shown = if shown == "." { "" } else { shown };
            let mut walk = Walk { root: &root, boundary: files.boundary(), endings: &self.endings, found: &mut found };
            walk.folder(&root, shown, 0)?;
        } else {
            found.push(FileState::of(root, self.path.clone()).map_err(|error| unreadable(&self.path, &error))?);
        }
        if let Some(large) = found.iter().find(|file| file.length > LARGEST) {
            return Err(wrong(format!("`{}` is larger than {} MiB", large.shown, LARGEST >> 20)));
        }
        if found.iter().map(|file| file.length).sum::<u64>() > LARGEST_ALTOGETHER {
            return Err(wrong(format!("the files are larger than {} MiB altogether", LARGEST_ALTOGETHER >> 20)));
        }
        found.sort_by(|one, two| one.shown.cmp(&two.shown));
        Ok(found)
    }

    /// The passages of files; those that hold no text are left out.
    pub(super) fn passages(&self, files: &[FileState]) -> Result<Vec<Passage>, ToolError> {
        let mut passages = Vec::new();
        for file in files {
            let bytes = std::fs::read(&file.path).map_err(|error| unreadable(&file.shown, &error))?;
            let is_lines = has_ending(&file.shown, &["jsonl", "ndjson"]);
            let text = match String::from_utf8(bytes) {
                Ok(text) if !text.contains('\0') => text,
                _ if is_lines => return Err(ToolError::input("path", format!("`{}` is not UTF-8 text", file.shown))),
                _ => continue,
            };
            if is_lines {
                self.records(&text, &file.shown, &mut passages)?;
            } else {
                self.cut(&text, &file.shown, &mut passages)?;
            }
        }
        Ok(passages)
    }

    fn cut(&self, text: &str, file: &str, passages: &mut Vec<Passage>) -> Result<(), ToolError> {
        let format = if has_ending(file, &["md", "markdown"]) { Format::Markdown } else { Format::Text };
        let size = Size { most: self.chunk_size, overlap: self.chunk_overlap, unit: Unit::Characters };
        let cut = chunks(text, size, format).map_err(|error| match error {
            ToolError::Input { input, message } if input != "text" => {
                ToolError::input(format!("chunk_{input}"), message)
            }
            other => other,
        })?;
        let (mut line, mut counted) = (1, 0);
        for (position, chunk) in cut.into_iter().enumerate() {
            // An overlapping chunk begins before the end of the last, never before its start.
            line += text[counted..chunk.start].matches('\n').count();
            counted = chunk.start;
            let (text, file) = (chunk.text.to_owned(), file.to_owned());
            passages.push(Passage { text, file, line, position, vector: None, record: None });
        }
        Ok(())
    }

    fn records(&self, text: &str, file: &str, passages: &mut Vec<Passage>) -> Result<(), ToolError> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        for (position, (line, record)) in lines.enumerate() {
            let wrong = |message: &str| ToolError::input("path", format!("`{file}`, line {}: {message}", line + 1));
            let record = Value::from_json(record).map_err(|error| wrong(&format!("not JSON: {error}")))?;
            let text = match &record {
                Value::Text(text) => text.to_string(),
                record => record.get(&self.text_field).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| {
                    wrong(&format!("no text under `{}`; name the entry that holds it in `text_field`", self.text_field))
                })?,
            };
            let vector = match record.get(&self.vector_field) {
                None | Some(Value::Null) => None,
                Some(vector) => Some(
                    numbers(vector)
                        .ok_or_else(|| wrong(&format!("`{}` is not a list of numbers", self.vector_field)))?,
                ),
            };
            let rest = record.as_map().map(|entries| {
                let own = |name: &str| name == self.text_field || name == self.vector_field;
                let rest = entries.iter().filter(|(name, _)| !own(name));
                Value::map(rest.map(|(name, value)| (name.clone(), value.clone())))
            });
            passages.push(Passage { text, file: file.to_owned(), line: line + 1, position, vector, record: rest });
        }
        Ok(())
    }
}

fn numbers(vector: &Value) -> Option<Vec<f64>> {
    vector.as_list()?.iter().map(Value::as_float).collect()
}

/// A walk through a folder. What is hidden, and links that lead out of the project, are passed over.
struct Walk<'a> {
    root: &'a Path,
    boundary: &'a Path,
    endings: &'a [String],
    found: &'a mut Vec<FileState>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, shown: &str, depth: usize) -> Result<(), ToolError> {
        if depth > DEEPEST {
            return Err(ToolError::input("path", format!("folders are nested more than {DEEPEST} deep")));
        }
        let entries = std::fs::read_dir(folder).map_err(|error| unreadable(shown, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(shown, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else { continue };
            if name.starts_with('.') {
                continue;
            }
            let below = if shown.is_empty() { name } else { format!("{shown}/{name}") };
            let mut path = entry.path();
            if kind.is_symlink() {
                match path.canonicalize() {
                    Ok(target) if target.starts_with(self.root) || target.starts_with(self.boundary) => path = target,
                    _ => continue,
                }
            }
            // A link to a folder is not followed, so that no walk goes round in a circle.
            if kind.is_dir() {
                self.folder(&path, &below, depth + 1)?;
            } else if path.is_file() && (self.endings.is_empty() || has_ending(&below, self.endings)) {
                self.found.push(FileState::of(path, below.clone()).map_err(|error| unreadable(&below, &error))?);
                if self.found.len() > MOST_FILES {
                    return Err(ToolError::input(
                        "path",
                        format!("there are more than {MOST_FILES} files; see `endings`"),
                    ));
                }
            }
        }
        Ok(())
    }
}

impl FileState {
    fn of(path: PathBuf, shown: String) -> std::io::Result<Self> {
        let about = path.metadata()?;
        Ok(Self { path, shown, length: about.len(), changed: about.modified().ok() })
    }
}

fn has_ending(file: &str, endings: &[impl AsRef<str>]) -> bool {
    let own = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    endings.iter().any(|ending| ending.as_ref().trim_start_matches('.').eq_ignore_ascii_case(own))
}

fn unreadable(shown: &str, error: &std::io::Error) -> ToolError {
    ToolError::failed(format!("`{shown}` cannot be read: {error}"))
}
